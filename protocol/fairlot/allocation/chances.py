"""The chance of one unit at most (specs/allocation.md, section 1)."""

from collections.abc import Mapping
from fractions import Fraction

from fairlot.allocation.shape import Chance


def whole(chance: Fraction) -> Chance:
    """Return the chance of one unit of a pool without parts."""
    least, more = divmod(chance, 1)
    return Chance(least, more, {})


def one_unit(parts: Mapping[str, Fraction]) -> Chance:
    """Return the chance of one unit from the chances in each part, which exclude."""
    least, more = divmod(sum(parts.values(), Fraction(0)), 1)
    return Chance(least, more, {name: part for name, part in parts.items() if part})
