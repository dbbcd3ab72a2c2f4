"""FILL: raise everybody's share level by level (specs/allocation.md, section 3)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.mechanisms.arguments import check_permutation
from fairlot.allocation.shape import Chance, Reason
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Level:
    """The level that FILL reaches; it does not depend on the lots."""

    level: int
    """ℓ: each gets min(q_i, ℓ) or one unit more."""
    remainder: int
    """rem: how many get ℓ + 1; below ``above``, or both are 0."""
    above: int
    """|M|: how many have q_i > ℓ."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The result of FILL."""

    units: tuple[int, ...]
    """a_i, what each gets, in the order of the quantities."""
    level: int
    """ℓ: each gets min(q_i, ℓ) or one unit more."""
    remainder: int
    """rem: how many got ℓ + 1, the first in the drawing order with q_i > ℓ."""


def find_level(supply: int, quantities: Sequence[int]) -> Level:
    """Return ℓ, rem and |M|: steps 1 and 2 of specs/allocation.md, section 3.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number.
    """
    return level_of_counts(supply, Counter(quantities))


def level_of_counts(supply: int, counts: Mapping[int, int]) -> Level:
    """Return the same, given how many have each quantity.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number.
    """
    if supply < 0 or min(counts, default=0) < 0:
        raise CallerError(
            "allocation.quantity", "supply and quantities must not be negative"
        )
    level, remainder = _level(supply, counts)
    above = sum(many for quantity, many in counts.items() if quantity > level)
    return Level(level, remainder, above)


def fill(supply: int, quantities: Sequence[int], permutation: Sequence[int]) -> Filled:
    """Return FILL(N, q): O(n log n), in the order of specs/allocation.md, section 3.

    Args:
        supply: N >= 0.
        quantities: q_i >= 0.
        permutation: the indices of ``quantities``, each once, the first drawn first.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number,
            ``allocation.order`` if ``permutation`` is not a permutation.
    """
    found = find_level(supply, quantities)
    units = hand_out(found, quantities, permutation)
    return Filled(units, found.level, found.remainder)


def hand_out(
    found: Level, quantities: Sequence[int], permutation: Sequence[int]
) -> tuple[int, ...]:
    """Return a_i: step 3.

    Raises:
        CallerError: ``allocation.order`` if ``permutation`` is not a permutation.
    """
    check_permutation(permutation, len(quantities))
    units = [min(quantity, found.level) for quantity in quantities]
    above = (index for index in permutation if quantities[index] > found.level)
    for index, _ in zip(above, range(found.remainder), strict=False):
        units[index] += 1
    return tuple(units)


def fill_reasons(
    found: Level, quantities: Sequence[int], units: Sequence[int]
) -> tuple[Reason, ...]:
    """Return why FILL gave each what it gave (specs/allocation.md, section 3)."""
    level = found.level
    more = Reason.LEVEL_AND_ONE if level else Reason.DRAWN
    no_more = Reason.LEVEL if level else Reason.NOT_DRAWN

    def reason(quantity: int, got: int) -> Reason:
        if quantity == 0:
            return Reason.NOTHING
        if quantity <= level:
            return Reason.IN_FULL
        return more if got > level else no_more

    return tuple(map(reason, quantities, units))


def fill_chances(found: Level, quantities: Sequence[int]) -> tuple[Chance, ...]:
    """Return what each may expect: ℓ for certain, one more with chance rem / |M|."""
    none = Fraction(0)
    more = Fraction(found.remainder, found.above) if found.above else none
    by_quantity = {
        quantity: Chance(quantity, none, {})
        if quantity <= found.level
        else Chance(found.level, more, {})
        for quantity in set(quantities)
    }
    return tuple(by_quantity[quantity] for quantity in quantities)


def _level(supply: int, counts: Mapping[int, int]) -> tuple[int, int]:
    """Return (ℓ, rem): steps 1 and 2.

    The smallest quantities are served in full as long as everybody who is left could get
    as much; the first quantity that cannot be served shows which level the rest reaches.
    """
    left = supply
    sharing = sum(counts.values())
    for quantity in sorted(counts):
        if quantity * sharing > left:
            return divmod(left, sharing)
        left -= quantity * counts[quantity]
        sharing -= counts[quantity]
    return max(counts, default=0), 0
