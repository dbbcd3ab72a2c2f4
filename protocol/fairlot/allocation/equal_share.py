"""Equal share: each gets min(X, N / buyers) (specs/allocation.md, section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.allocation.fill import Filled, fill
from fairlot.pools import Pool


@dataclass(frozen=True, slots=True)
class Order:
    """What one person asks of a pool."""

    wants: int
    """Units wanted; any number >= 0."""
    deposit: int
    """Money that is there to pay with."""


@dataclass(frozen=True, slots=True)
class EqualShares:
    """What an equal-share pool gives, in the order of the orders."""

    quantities: tuple[int, ...]
    """q_i: units that each could take and pay."""
    filled: Filled
    payments: tuple[int, ...]
    """P · a_i."""


def quantity(pool: Pool, order: Order) -> int:
    """Return q = min(X, wants, floor(deposit / P)), without the last where P = 0."""
    bounded = min(pool.cap, order.wants)
    if pool.price == 0:
        return bounded
    return min(bounded, order.deposit // pool.price)


def equal_share(
    pool: Pool, orders: Sequence[Order], drawing_order: Sequence[int]
) -> EqualShares:
    """Return who gets and pays what.

    Args:
        pool: supply N, price P, cap X.
        orders: one a person.
        drawing_order: the indices of ``orders``, who is drawn first in front.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.order`` (see ``fill``).
    """
    quantities = tuple(quantity(pool, order) for order in orders)
    filled = fill(pool.supply, quantities, drawing_order)
    payments = tuple(pool.price * units for units in filled.units)
    return EqualShares(quantities, filled, payments)
