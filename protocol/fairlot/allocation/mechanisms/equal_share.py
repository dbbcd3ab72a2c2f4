"""Equal share: everybody gets min(X, N / buyers) (specs/allocation.md, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.mechanisms.arguments import check_orders, payments_of
from fairlot.allocation.mechanisms.fill import (
    Level,
    fill_chances,
    fill_reasons,
    find_level,
    hand_out,
)
from fairlot.allocation.shape import (
    ITSELF,
    NOBODY,
    Lots,
    Odds,
    Order,
    Shares,
    price_of,
)
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, counted, json_view


@dataclass(frozen=True, slots=True)
class EqualShareFacts:
    """How far the supply reaches."""

    supply: int
    """N, the units for sale."""
    demand: int
    """Σ q_i, the demand; it may be above 2^64 - 1."""
    level: int
    """ℓ, the level that everybody reaches whose order goes that far."""
    remainder: int
    """rem, how many get one unit more than ℓ."""
    above: int
    """|M|, how many could take more than ℓ."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        return json_view(
            {
                "supply": self.supply,
                "demand": self.demand,
                "level": self.level,
                "remainder": self.remainder,
                "above": self.above,
            }
        )

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        demand = f"The demand is {self.demand} for a supply of {self.supply}"
        found = Level(self.level, self.remainder, self.above)
        return demand, reach(found)


def reach(found: Level) -> str:
    """State in one sentence which level FILL reaches."""
    if not found.level and not found.above:
        return NOBODY
    if not found.above:
        return "Everybody gets all that they want and can pay"
    many, few = counted(found.above, "person", "persons"), found.remainder
    if not found.level and not few:
        return "No unit is for sale"
    if not found.level:
        return f"Of {many} who want a unit {few} get one each, by lot"
    share = counted(found.level, "unit", "units")
    if not few:
        return f"Nobody gets more than {share}, though {many} would take more"
    return f"Everybody gets up to {share}; of {many} who want more {few} get one more, by lot"


def quantity(pool: Pool, order: Order) -> int:
    """Return q = min(X, wants, floor(deposit / P)), without the last term if P = 0."""
    bounded, price = min(pool.cap, order.wants), price_of(pool, order)
    return min(bounded, order.budget // price) if price else bounded


def equal_share(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets and pays what.

    Args:
        pool: supply N, price P, cap X.
        orders: one for each person.
        lots: only the drawing order matters.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``
            (see ``check_orders``), ``allocation.order``.
    """
    quantities = _quantities(pool, orders)
    found = find_level(pool.supply, quantities)
    units = hand_out(found, quantities, lots.permutation())
    return Shares(
        quantities=quantities,
        units=units,
        payments=payments_of(pool, orders, units),
        reasons=fill_reasons(found, quantities, units),
        parts=(ITSELF,) * len(quantities),
        facts=EqualShareFacts(
            supply=pool.supply,
            demand=sum(quantities),
            level=found.level,
            remainder=found.remainder,
            above=found.above,
        ),
    )


def equal_share_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return what each person may expect before the lots are known.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``.
    """
    quantities = _quantities(pool, orders)
    found = find_level(pool.supply, quantities)
    unsold = max(0, pool.supply - sum(quantities))
    return Odds(fill_chances(found, quantities), Fraction(unsold), (reach(found),))


def _quantities(pool: Pool, orders: Sequence[Order]) -> tuple[int, ...]:
    check_orders(pool, orders)
    return tuple(quantity(pool, order) for order in orders)
