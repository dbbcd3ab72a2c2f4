"""A lottery that counts points: one unit per person (specs/points.md)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.entering import can_take_one
from fairlot.allocation.mechanisms.arguments import (
    check_orders,
    check_permutation,
    payments_of,
)
from fairlot.allocation.mechanisms.points_chances import points_chances
from fairlot.allocation.shape import (
    ITSELF,
    NOBODY,
    Lots,
    Odds,
    Order,
    Reason,
    Shares,
    whole,
)
from fairlot.money import Money
from fairlot.terms.pool import MAX_POINTS, Pool
from fairlot.text import Json, counted, json_view
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class PointsFacts:
    """Who took part, by points, and who was the last to win."""

    supply: int
    """k, the units for sale."""
    counts: Mapping[int, int]
    """How many people have each number of points, the greatest first."""
    last_in: int | None
    """Index of the order of the last in the drawing order who wins; ``None`` if all do."""

    @property
    def people(self) -> int:
        """n, how many take part."""
        return sum(self.counts.values())

    @property
    def points(self) -> int:
        """How many points they have together."""
        return sum(points * many for points, many in self.counts.items())

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines; the order by its index."""
        return json_view(
            {
                "supply": self.supply,
                "people": self.people,
                "points": list(self.counts),
                "counts": list(self.counts.values()),
                "last_in": self.last_in,
            }
        )

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        if not self.people:
            return (NOBODY,)
        units = counted(self.supply, "unit", "units")
        people = counted(self.people, "person", "people")
        if self.people <= self.supply:
            return (f"Everybody wins: {people} for {units}, points or not",)
        together = counted(self.points, "point", "points")
        drawn = f"{people} with {together} together draw for {units}"
        rule = "each unit goes to one of those who have none yet, with chances in"
        return (f"{drawn}: {rule} proportion to their points",)


def points_lottery(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets a unit at the price (specs/points.md, section 3).

    Args:
        pool: supply k, price P.
        orders: one for each person, none with a group.
        lots: the drawing order of ranks as many as the points.

    Raises:
        CallerError: ``allocation.points`` for points outside 1..1,000;
            ``allocation.group`` for an order with a group; ``allocation.quantity``,
            ``allocation.bid``, ``allocation.tier`` (see ``check_orders``);
            ``allocation.order``.
    """
    takes = _takes(pool, orders)
    # Step 1.
    drawn = lots.points_permutation([order.points for order in orders])
    check_permutation(drawn, len(orders))
    # Step 2.
    winners = [index for index in drawn if takes[index]][: pool.supply]
    units = [0] * len(orders)
    for index in winners:
        units[index] = 1
    scarce = sum(takes) > pool.supply
    return Shares(
        quantities=takes,
        units=tuple(units),
        payments=payments_of(pool, orders, units),
        reasons=tuple(
            _reason(taken, got, scarce=scarce)
            for taken, got in zip(takes, units, strict=True)
        ),
        parts=(ITSELF,) * len(orders),
        facts=PointsFacts(
            pool.supply,
            _counts(orders, takes),
            winners[-1] if scarce and winners else None,
        ),
    )


def points_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return the chances, which points raise (specs/points.md, section 4).

    Raises:
        CallerError: ``allocation.points``, ``allocation.group``,
            ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``.
    """
    takes = _takes(pool, orders)
    counts = _counts(orders, takes)
    known = points_chances(pool.supply, counts)
    chances = {points: whole(chance) for points, chance in known.of_points.items()}
    nothing = whole(Fraction(0))
    facts = PointsFacts(pool.supply, counts, None)
    within = f"{float(100 * known.error):.6f} %"
    near = f"chances are right to within {within}" if known.error else ""
    return Odds(
        chances=tuple(
            chances[order.points] if taken else nothing
            for order, taken in zip(orders, takes, strict=True)
        ),
        expected_unsold=Fraction(max(0, pool.supply - facts.people)),
        why=(*facts.lines(), *([near] if near else [])),
        error=known.error,
    )


def _takes(pool: Pool, orders: Sequence[Order]) -> tuple[int, ...]:
    """Return q_i: 1 for a person who takes part, else 0."""
    check_orders(pool, orders)
    for order in orders:
        if not 1 <= order.points <= MAX_POINTS:
            raise CallerError(
                "allocation.points", f"points must be from 1 to {MAX_POINTS}"
            )
        if order.group is not None:
            raise CallerError(
                "allocation.group", "where points count, nobody enters as a group"
            )
    return tuple(int(can_take_one(pool, order)) for order in orders)


def _counts(orders: Sequence[Order], takes: Sequence[int]) -> Mapping[int, int]:
    pairs = zip(orders, takes, strict=True)
    counts = Counter(order.points for order, taken in pairs if taken)
    return {points: counts[points] for points in sorted(counts, reverse=True)}


def _reason(taken: int, got: int, *, scarce: bool) -> Reason:
    if not taken:
        return Reason.NOTHING
    if not scarce:
        return Reason.IN_FULL
    return Reason.DRAWN if got else Reason.NOT_DRAWN
