"""FILL: raise everybody's share level by level (specs/allocation.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Filled:
    """What FILL gives."""

    units: tuple[int, ...]
    """a_i, in the order of the quantities."""
    level: int
    """ℓ: everybody gets min(q_i, ℓ) or one unit more."""
    remainder: int
    """rem: how many get ℓ + 1, being the first in the drawing order with q_i > ℓ."""


def fill(supply: int, quantities: Sequence[int], order: Sequence[int]) -> Filled:
    """Return FILL(N, q): O(n log n), in the order of specs/allocation.md, section 3.

    Args:
        supply: N >= 0.
        quantities: q_i >= 0.
        order: the indices of ``quantities``, each once, who is drawn first in front.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number,
            ``allocation.order`` where ``order`` is not a permutation.
    """
    if supply < 0 or min(quantities, default=0) < 0:
        raise CallerError("allocation.quantity", "supply and quantities are >= 0")
    everybody = range(len(quantities))
    if len(order) != len(quantities) or set(order) != set(everybody):
        raise CallerError("allocation.order", "each index must be there once")
    level, remainder = _level(supply, quantities)
    units = [min(quantity, level) for quantity in quantities]
    above = (index for index in order if quantities[index] > level)
    for index, _ in zip(above, range(remainder), strict=False):
        units[index] += 1
    return Filled(tuple(units), level, remainder)


def _level(supply: int, quantities: Sequence[int]) -> tuple[int, int]:
    """Return (ℓ, rem): steps 2 and 3.

    The smallest quantities are served in full as long as all who are left could get
    as much; the first that cannot be shows how far the rest goes.
    """
    left = supply
    sharing = len(quantities)
    for quantity in sorted(quantities):
        if quantity * sharing > left:
            return divmod(left, sharing)
        left -= quantity
        sharing -= 1
    return max(quantities, default=0), 0
