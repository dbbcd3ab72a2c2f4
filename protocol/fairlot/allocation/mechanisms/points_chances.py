"""The chances in a lottery that counts points (specs/points.md, sections 4 and 5).

Small crowds get exact fractions. For larger ones a chance is an integral, which is added up
in floating-point numbers to a stated error. Nothing of this decides who wins.
"""

from cmath import exp as turn
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, cos, exp, expm1, pi, prod, sqrt

MOST_STATES = 2000
"""Up to so many crowds that can be left, chances are exact."""
ERROR = Fraction(1, 10**8)
"""How far a chance that is not exact can be from what is stated."""

_TAIL = 28.0
"""A probability below exp(-28) is left out."""
_EDGE = 25.0
"""Beyond the ends of the integral less than exp(-25) is left out."""
_NODES = (
    (0.1834346424956498, 0.3626837833783620),
    (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
)
"""The Gauss-Legendre rule with eight nodes: those above 0, and their weights."""


@dataclass(frozen=True, slots=True)
class PointsChances:
    """Everybody's chance, by points."""

    of_points: Mapping[int, Fraction]
    error: Fraction
    """How far each chance can be from what is stated; 0 where it is exact."""


def points_chances(supply: int, counts: Mapping[int, int]) -> PointsChances:
    """Return the chance to be among the first ``supply`` that are drawn.

    Args:
        supply: k >= 0.
        counts: how many people have each number of points, all numbers at least 1.
    """
    crowd = {points: many for points, many in counts.items() if many}
    people = sum(crowd.values())
    # Step 3.
    if people <= supply or supply == 0 or len(crowd) == 1:
        chance = Fraction(min(supply, people), max(people, 1))
        return PointsChances(dict.fromkeys(crowd, chance), Fraction(0))
    # Step 4.
    if prod(many + 1 for many in crowd.values()) <= MOST_STATES:
        return PointsChances(_exact(supply, crowd), Fraction(0))
    # Step 5.
    return PointsChances(_Integral(supply, crowd).chances(), ERROR)


def _exact(supply: int, crowd: Mapping[int, int]) -> Mapping[int, Fraction]:
    """Follow the draw from crowd to crowd: step 4."""
    points = tuple(crowd)
    winners = dict.fromkeys(points, Fraction(0))
    left = {tuple(crowd.values()): Fraction(1)}
    for _ in range(supply):
        after: dict[tuple[int, ...], Fraction] = {}
        for many, chance in left.items():
            everything = sum(w * m for w, m in zip(points, many, strict=True))
            for at, (weight, number) in enumerate(zip(points, many, strict=True)):
                if not number:
                    continue
                here = chance * Fraction(weight * number, everything)
                winners[weight] += here
                rest = (*many[:at], number - 1, *many[at + 1 :])
                after[rest] = after.get(rest, Fraction(0)) + here
        left = after
    return {weight: winners[weight] / crowd[weight] for weight in points}


class _Integral:
    """The chances as integrals over the time at which people are drawn: step 5."""

    def __init__(self, supply: int, crowd: Mapping[int, int]) -> None:
        self._supply = supply
        self._crowd = tuple(crowd.items())

    def chances(self) -> Mapping[int, Fraction]:
        begin, end = self._span()
        sums = [-expm1(-points * begin) for points, _ in self._crowd]
        for low, high in self._panels(begin, end):
            half, middle = (high - low) / 2, (high + low) / 2
            for node, weight in _NODES:
                for time in (middle - half * node, middle + half * node):
                    for at, late in enumerate(self._late(time)):
                        points = self._crowd[at][0]
                        sums[at] += half * weight * points * exp(-points * time) * late
        scale = ERROR.denominator
        return {
            points: Fraction(min(scale, max(0, round(found * scale))), scale)
            for (points, _), found in zip(self._crowd, sums, strict=True)
        }

    def _moments(self, time: float) -> tuple[float, float]:
        """Return how many are drawn by a time on average, and the variance of that."""
        mean = variance = 0.0
        for points, many in self._crowd:
            drawn = -expm1(-points * time)
            mean += many * drawn
            variance += many * drawn * (1 - drawn)
        return mean, variance

    def _span(self) -> tuple[float, float]:
        """Return the times between which it is decided who is among the first k."""
        each = [points for points, _ in self._crowd]
        first, last = exp(-_EDGE) / max(each), _EDGE / min(each)

        def too_early(time: float) -> bool:
            mean, _ = self._moments(time)
            return self._supply - mean >= _deviation(mean, _EDGE)

        def early_enough(time: float) -> bool:
            mean, _ = self._moments(time)
            return mean - self._supply < _deviation(mean, _EDGE)

        return _last(too_early, first, last), _last(early_enough, first, last)

    def _panels(self, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """Yield intervals on which eight nodes suffice (section 5)."""
        low = begin
        while low < end:
            # With R the radius: V at low / 2 bounds V on the whole disc.
            spread = sum(
                many * points**2 / expm1(min(points * low / 2, 700.0))
                for points, many in self._crowd
            )
            radius = min(low / 2, 4 / sqrt(spread))
            high = min(end, low + radius / 2)
            yield low, high
            low = high

    def _late(self, time: float) -> Sequence[float]:
        """Return for each number of points how likely fewer than k others are drawn."""
        mean, variance = self._moments(time)
        width = _deviation(variance, _TAIL) + 1
        if abs(self._supply - mean) > width:
            return [float(mean < self._supply)] * len(self._crowd)
        reach = ceil(abs(self._supply - mean) + width)
        size = 2 * reach + 1
        drawn = [-expm1(-points * time) for points, _ in self._crowd]
        found = [reach / size] * len(self._crowd)
        for number in range(1, reach + 1):
            angle = 2 * pi * number / size
            if variance * (1 - cos(angle)) > _TAIL + 12:
                break
            step = turn(1j * angle)
            factors = [1 + one * (step - 1) for one in drawn]
            everybody = prod(
                factor**many
                for factor, (_, many) in zip(factors, self._crowd, strict=True)
            )
            # The sum of step^-m over m = k - reach .. k - 1.
            below = (1 - turn(1j * angle * reach)) / (1 - step)
            window = turn(-1j * angle * (self._supply - 1)) * below
            both = 2 * everybody * window / size
            for at, factor in enumerate(factors):
                found[at] += (both / factor).real
        return found


def _deviation(variance: float, exponent: float) -> float:
    """Return from which deviation on Bernstein's inequality gives exp(-exponent)."""
    return exponent / 3 + sqrt(exponent**2 / 9 + 2 * exponent * variance)


def _last(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the last time at which something holds that holds only early on."""
    for _ in range(200):
        middle = sqrt(low * high)
        if holds(middle):
            low = middle
        else:
            high = middle
    return low
