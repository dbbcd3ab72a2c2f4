"""Quadratic price: x units cost P·x²; the cap rises until N are sold (specs/quadratic.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from fairlot.allocation.mechanisms.arguments import check_orders
from fairlot.allocation.mechanisms.equal_share import reach
from fairlot.allocation.mechanisms.fill import (
    Level,
    fill_chances,
    fill_reasons,
    find_level,
    hand_out,
)
from fairlot.allocation.shape import ITSELF, Lots, Odds, Order, Shares
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, counted, json_view
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class ClearingFacts:
    """The clearing certificate: the cap at which the clock stopped, and why."""

    supply: int
    """N, the units for sale."""
    demand: int
    """Σ q_i: what an unlimited supply would sell; it may be above 2^64 - 1."""
    clearing_cap: int | None
    """C*, the smallest C with Σ min(C, q_i) >= N; ``None`` if no cap sells out."""
    demand_at: int
    """D = Σ min(C*, q_i) >= N; the demand if no cap sells out."""
    demand_below: int
    """D' = Σ min(C* - 1, q_i) < N; 0 for C* = 0, the demand if no cap sells out."""
    last_steps: int
    """N - D': the units that the step to C* sells; 0 for C* = 0 or none."""
    last_takers: int
    """D - D': how many persons would take the step to C*."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        return json_view(
            {
                "supply": self.supply,
                "demand": self.demand,
                "clearing_cap": self.clearing_cap,
                "demand_at": self.demand_at,
                "demand_below": self.demand_below,
                "last_steps": self.last_steps,
                "last_takers": self.last_takers,
            }
        )

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        supply = counted(self.supply, "unit", "units")
        if self.clearing_cap is None:
            end = "The cap rose until nobody wanted or could pay more"
            return (f"{end}: {self.demand} of {supply} are sold",)
        if self.clearing_cap == 0:
            return ("There is nothing to sell: the cap never rises",)
        cap, below = self.clearing_cap, self.clearing_cap - 1
        demand = f"the demand is {self.demand_at}, at {below} it is {self.demand_below}"
        return f"The cap rose to {cap}: then {demand}, for {supply}", self._last_step()

    def _last_step(self) -> str:
        takers = counted(self.last_takers, "person", "persons")
        if self.last_steps == self.last_takers:
            return f"The step to {self.clearing_cap} went to all {takers} who could take it"
        return (
            f"The step to {self.clearing_cap} went by lot to {self.last_steps} of the "
            f"{takers} who could take it"
        )


def quantity(pool: Pool, order: Order) -> int:
    """Return q = min(C_max, wants, isqrt(floor(deposit / P))): P·q² <= deposit."""
    return min(pool.cap, order.wants, isqrt(order.budget // pool.price))


def quadratic(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets and pays what: steps 1 to 4.

    Args:
        pool: supply N, price P >= 1, cap C_max.
        orders: one for each person.
        lots: only the drawing order matters.

    Raises:
        CallerError: ``quadratic.price`` for P < 1; ``allocation.quantity``,
            ``allocation.bid``, ``allocation.tier``, ``allocation.order``.
    """
    quantities = _quantities(pool, orders)
    found = find_level(pool.supply, quantities)
    units = hand_out(found, quantities, lots.permutation())
    return Shares(
        quantities=quantities,
        units=units,
        payments=tuple(pool.price * got**2 for got in units),
        reasons=fill_reasons(found, quantities, units),
        parts=(ITSELF,) * len(quantities),
        facts=clearing(pool.supply, quantities, found),
    )


def quadratic_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return what each person may expect before the lots are known.

    Raises:
        CallerError: ``quadratic.price``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
    """
    quantities = _quantities(pool, orders)
    found = find_level(pool.supply, quantities)
    unsold = max(0, pool.supply - sum(quantities))
    return Odds(fill_chances(found, quantities), Fraction(unsold), (reach(found),))


def clearing(supply: int, quantities: Sequence[int], found: Level) -> ClearingFacts:
    """Return the clearing certificate (step 5), from the level that FILL found."""
    demand = sum(quantities)
    if demand < supply:
        return ClearingFacts(supply, demand, None, demand, demand, 0, 0)
    cap = found.level + (found.remainder > 0)
    at = sum(min(cap, quantity) for quantity in quantities)
    below = sum(min(max(cap - 1, 0), quantity) for quantity in quantities)
    return ClearingFacts(supply, demand, cap, at, below, supply - below, at - below)


def _quantities(pool: Pool, orders: Sequence[Order]) -> tuple[int, ...]:
    check_orders(pool, orders)
    if pool.price < 1:
        raise CallerError(
            "quadratic.price", "the price of a quadratic pool must be at least 1"
        )
    return tuple(quantity(pool, order) for order in orders)
