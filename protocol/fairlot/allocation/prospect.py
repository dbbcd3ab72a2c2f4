"""What a person may expect of several pools together, and averages of that."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a person may expect of the whole sale (specs/odds.md, section 5)."""

    chance: Fraction
    """The chance of at least one unit."""
    expected: Fraction
    """Units on average."""


_ONE = Fraction(1)
NOTHING = Prospect(Fraction(0), Fraction(0))


@dataclass(slots=True)
class Sum:
    """A sum of many fractions, which are brought to one denominator only in the end."""

    _by_denominator: dict[int, int] = field(default_factory=dict[int, int])

    def add(self, weight: int, number: Fraction) -> None:
        """Add a fraction times a weight."""
        top, bottom = number.as_integer_ratio()
        if weight and top:
            found = self._by_denominator
            found[bottom] = found.get(bottom, 0) + weight * top

    def over(self, whole: int) -> Fraction:
        """Return the sum, divided by a number."""
        rows = [(top, bottom) for bottom, top in self._by_denominator.items()]
        # Pairs of pairs: long numbers meet only at the end.
        while len(rows) > 1:
            odd = rows[-1:] if len(rows) % 2 else []
            rows = [
                _added(one, other)
                for one, other in zip(rows[::2], rows[1::2], strict=False)
            ] + odd
        return Fraction(rows[0][0], rows[0][1] * whole) if rows else Fraction(0)


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    common = gcd(one[1], other[1])
    return (
        one[0] * (other[1] // common) + other[0] * (one[1] // common),
        one[1] // common * other[1],
    )


@dataclass(slots=True)
class Average:
    """An average of prospects."""

    _chance: Sum = field(default_factory=Sum)
    _expected: Sum = field(default_factory=Sum)

    def add(self, weight: int, units: int, later: Prospect) -> None:
        """Add that somebody gets some units, and then may expect something."""
        self._chance.add(weight, _ONE if units else later.chance)
        self._expected.add(weight, later.expected)
        self._expected.add(weight * units, _ONE)

    def over(self, whole: int) -> Prospect:
        """Return the average, if ``whole`` is the sum of all weights."""
        return Prospect(self._chance.over(whole), self._expected.over(whole))
