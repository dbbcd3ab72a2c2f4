"""What callers of a mechanism must pass to it (specs/allocation.md, section 1)."""

from collections.abc import Sequence

from fairlot.allocation.entering import check_choices
from fairlot.allocation.shape import Lots, Order, price_of
from fairlot.bids import MAX_STEPS, bid_problem
from fairlot.terms.pool import Pool
from fairlot_crypto.errors import CallerError


def check_orders(pool: Pool, orders: Sequence[Order]) -> None:
    """Check the numbers of a pool and of its orders.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number, ``allocation.bid``
            for a bid that is negative or above the deposit, or whose steps do not fall,
            ``allocation.tier`` for a tier that the pool does not have,
            ``allocation.choices`` for a list that names an option twice, or one that the
            pool does not have.
    """
    of_parts = (number for part in pool.parts for number in (part.supply, part.price))
    if min(pool.supply, pool.price, pool.cap, *of_parts) < 0:
        raise CallerError("allocation.quantity", "no number of a pool may be negative")
    # Many ask for the same, and share one order.
    for order in {id(order): order for order in orders}.values():
        if order.wants < 0 or order.budget < 0 or (order.fare or 0) < 0:
            raise CallerError(
                "allocation.quantity", "wants, deposit and fare must not be negative"
            )
        if order.bid is not None and not 0 <= order.bid <= order.budget:
            raise CallerError("allocation.bid", "a bid must be from 0 to the deposit")
        problem = bid_problem(order.steps, MAX_STEPS) if order.steps else None
        if problem:
            raise CallerError("allocation.bid", f"a bid {problem}")
        if order.tier is not None and not 0 <= order.tier < len(pool.tiers):
            raise CallerError(
                "allocation.tier", "a tier must be an index into pool.tiers"
            )
        if order.choices:
            check_choices(pool, order.choices)


def payments_of(
    pool: Pool, orders: Sequence[Order], units: Sequence[int]
) -> tuple[int, ...]:
    """Return what each owes where units have a stated price: its own, where fares differ."""
    rows = zip(orders, units, strict=True)
    return tuple(price_of(pool, order) * got for order, got in rows)


def check_permutation(permutation: Sequence[int], count: int) -> None:
    """Check that a permutation holds each of 0..count-1 once.

    Raises:
        CallerError: ``allocation.order``.
    """
    if len(permutation) != count or not _all_below(count, permutation):
        raise CallerError("allocation.order", "a permutation must hold each index once")


def _all_below(count: int, indices: Sequence[int]) -> bool:
    """Tell whether each of 0..count-1 is among the indices, and nothing else."""
    # A byte for each; in a set each would take dozens.
    seen = bytearray(count)
    for index in indices:
        if not 0 <= index < count:
            return False
        seen[index] = 1
    return all(seen)


def drawn_first(lots: Lots, count: int) -> Sequence[int]:
    """Return the drawing order of ``count`` orders.

    Raises:
        CallerError: ``allocation.order`` if it is not a permutation.
    """
    permutation = lots.permutation()
    check_permutation(permutation, count)
    return permutation
