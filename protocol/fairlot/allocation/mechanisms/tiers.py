"""Tiers of sponsorship: from the dearest down, each by lot (specs/tiers.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from fairlot.allocation.mechanisms.arguments import check_orders, drawn_first
from fairlot.allocation.shape import (
    ITSELF,
    Chance,
    Lots,
    Odds,
    Order,
    Reason,
    Shares,
    one_unit,
)
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, counted, json_view
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class TierFacts:
    """The result of one tier; it does not depend on the lots."""

    name: str
    price: int
    rolled_in: int
    """Seats that came from the tier above; for the first tier, from an earlier pool."""
    supply: int
    """All its seats, including those that rolled in."""
    candidates: int
    """How many wanted it: they named it, or named a higher one and missed that."""

    @property
    def sold(self) -> int:
        """How many get a seat here."""
        return min(self.supply, self.candidates)

    @property
    def rolled_out(self) -> int:
        """Seats that go to the next tier; after the last tier, unsold seats."""
        return self.supply - self.sold

    @property
    def missed(self) -> int:
        """How many go on to the next tier, or miss them all."""
        return self.candidates - self.sold

    @property
    def chance(self) -> Fraction:
        """The chance of each candidate."""
        return Fraction(self.sold, self.candidates) if self.candidates else Fraction(0)

    def to_json(self) -> Mapping[str, Json]:
        """Return the numbers for machines."""
        return json_view(
            {
                "name": self.name,
                "price": self.price,
                "rolled_in": self.rolled_in,
                "supply": self.supply,
                "candidates": self.candidates,
                "sold": self.sold,
                "rolled_out": self.rolled_out,
            }
        )

    def line(self, money: Money) -> str:
        """Return the numbers in a sentence."""
        seats = counted(self.supply, "seat", "seats")
        people = counted(self.candidates, "person", "persons")
        came = f", {self.rolled_in} of them left from above" if self.rolled_in else ""
        return (
            f"Tier {self.name} has {seats} at {money(self.price)}{came}, for {people}: "
            f"{counted(self.sold, 'goes', 'go')}, "
            f"{counted(self.rolled_out, 'is', 'are')} left, "
            f"{counted(self.missed, 'misses', 'miss')} it"
        )


@dataclass(frozen=True, slots=True)
class TiersFacts:
    """The result of each tier, the dearest first."""

    tiers: tuple[TierFacts, ...]

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        return json_view({"tiers": [tier.to_json() for tier in self.tiers]})

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        return tuple(tier.line(money) for tier in self.tiers)


def tiers(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets a seat of which tier, and pays its price: steps 1 to 5.

    Args:
        pool: its tiers, the dearest first; its supply is at least the sum of theirs.
        orders: one for each person; ``tier`` is the highest that they accept.
        lots: only the drawing order of each tier's part matters.

    Raises:
        CallerError: ``allocation.tiers`` for a supply below the sum of the tiers, or
            prices that do not fall; ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``, ``allocation.order``.
    """
    named = _named(pool, orders)
    facts = _facts(pool, named)
    got: dict[int, int] = {}
    waiting: set[int] = set()
    for level, tier in enumerate(facts.tiers):
        waiting |= {index for index, wish in named.items() if wish == level}
        permutation = drawn_first(lots.part(tier.name), len(orders))
        drawn = [index for index in permutation if index in waiting][: tier.supply]
        got |= dict.fromkeys(drawn, level)
        waiting -= set(drawn)
    people = range(len(orders))
    won = [pool.tiers[got[index]] if index in got else None for index in people]
    return Shares(
        quantities=tuple(int(index in named) for index in people),
        units=tuple(int(tier is not None) for tier in won),
        payments=tuple(0 if tier is None else tier.price for tier in won),
        reasons=tuple(
            _reason(order, named=index in named, won=index in got)
            for index, order in enumerate(orders)
        ),
        parts=tuple(ITSELF if tier is None else tier.name for tier in won),
        facts=facts,
    )


def tiers_odds(pool: Pool, orders: Sequence[Order], money: Money = str) -> Odds:
    """Return what each person may expect before the lots are known.

    Args:
        pool: as ``tiers`` takes it.
        orders: as there.
        money: writes amounts, as bare integers unless it is given.

    Raises:
        CallerError: ``allocation.tiers``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
    """
    named = _named(pool, orders)
    facts = _facts(pool, named)
    none = one_unit({})
    by_tier = [_chance(facts, level) for level in range(len(pool.tiers))]
    chances = tuple(
        by_tier[named[index]] if index in named else none
        for index in range(len(orders))
    )
    left = facts.tiers[-1].rolled_out if facts.tiers else pool.supply
    return Odds(chances, Fraction(left), facts.lines(money))


def _named(pool: Pool, orders: Sequence[Order]) -> dict[int, int]:
    """Return the highest tier that each accepts and can pay for: steps 1 and 2."""
    check_orders(pool, orders)
    if pool.supply < sum(tier.supply for tier in pool.tiers):
        raise CallerError("allocation.tiers", "the supply must cover all tiers")
    if any(above.price <= below.price for above, below in pairwise(pool.tiers)):
        raise CallerError(
            "allocation.tiers", "each tier must have a lower price than the one before"
        )
    return {
        index: order.tier
        for index, order in enumerate(orders)
        if order.wants >= 1
        and order.tier is not None
        and order.budget >= pool.tiers[order.tier].price
    }


def _facts(pool: Pool, named: Mapping[int, int]) -> TiersFacts:
    return TiersFacts(tuple(_walk(pool, named)))


def _walk(pool: Pool, named: Mapping[int, int]) -> Iterator[TierFacts]:
    """Go down the tiers with the seats and people that are left over: step 3."""
    seats = pool.supply - sum(tier.supply for tier in pool.tiers)
    people = 0
    for level, tier in enumerate(pool.tiers):
        people += sum(wish == level for wish in named.values())
        facts = TierFacts(tier.name, tier.price, seats, seats + tier.supply, people)
        yield facts
        seats, people = facts.rolled_out, facts.missed


def _chance(facts: TiersFacts, level: int) -> Chance:
    """Return the chances of an order that names a tier: a product of misses, then a hit."""
    missed = Fraction(1)
    parts: dict[str, Fraction] = {}
    for tier in facts.tiers[level:]:
        parts[tier.name] = missed * tier.chance
        missed *= 1 - tier.chance
    return one_unit(parts)


def _reason(order: Order, *, named: bool, won: bool) -> Reason:
    if won:
        return Reason.TIER
    if named:
        return Reason.TIERS_MISSED
    return Reason.NOTHING if order.wants < 1 else Reason.NO_TIER
