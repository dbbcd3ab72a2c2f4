"""Writes an average as one of patterns, or shows that it is none.

specs/lottery.md, section 5: the first phase of the simplex method in whole numbers, with the
lexicographic rule, so that it ends. ``average`` is the loop; ``_Basis`` is what it changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TypeAlias

from fairlot.allocation.mechanisms.patterns import Box, Counts, Demand, best, dot


@dataclass(frozen=True, slots=True)
class Prices:
    """At these prices each pattern of the box is worth less than the average."""

    each: Counts


Weights: TypeAlias = Mapping[Counts, int]
"""Patterns with weights above 0, whose weighted average is the one that was asked for."""


def average(demand: Demand, x: Sequence[Fraction], box: Box) -> Weights | Prices:
    """Return patterns of a box with the average x, or prices that show that there are none.

    Args:
        demand: the groups.
        x: for each size from 0 to below n_s; the seats of x are at most k.
        box: holds ⌊x⌋ and, for each size, ⌊x⌋ + 1.
    """
    basis = _Basis(demand, x)
    while basis.unfit():
        # Step 4.
        prices = basis.prices()
        # Step 5.
        entering = best(demand, prices, box)
        if basis.forbidden_weight(entering) <= 0:
            return Prices(prices)
        # Step 6.
        basis.enter(entering)
    return basis.weights()


class _Basis:
    """As many patterns as there are sizes, and one: x is their weighted average."""

    def __init__(self, demand: Demand, x: Sequence[Fraction]) -> None:
        # Step 1.
        self.floor = tuple(each.numerator // each.denominator for each in x)
        parts = [each - whole for each, whole in zip(x, self.floor, strict=True)]
        self.order = sorted(range(len(x)), key=lambda i: (-parts[i], i))
        # Step 2.
        self.patterns = self._corners()
        self.forbidden = [demand.seats(c) > demand.supply for c in self.patterns]
        # Step 3. Every row is (λ_i, row i of the inverse), times ``scale``, λ_i also times the
        # denominator of x.
        denominator = lcm(*(part.denominator for part in parts))
        inner = [int(parts[i] * denominator) for i in self.order]
        starts = self._barycentric(inner, denominator)
        size = len(starts)
        self.rows = [
            [start, *(int(i == j) for j in range(size))]
            for i, start in enumerate(starts)
        ]
        self.scale = 1

    def unfit(self) -> bool:
        """Tell whether a forbidden corner has weight."""
        return any(
            forbidden and row[0] > 0
            for forbidden, row in zip(self.forbidden, self.rows, strict=True)
        )

    def weights(self) -> Weights:
        """Return the patterns that have weight, which no forbidden corner has."""
        return {
            c: row[0] for c, row in zip(self.patterns, self.rows, strict=True) if row[0]
        }

    def prices(self) -> Counts:
        """Return v, times ``scale``: the differences of y, for each size."""
        y = self._forbidden_sums()
        prices = [0] * len(self.order)
        for at, i in enumerate(self.order):
            prices[i] = y[at + 1] - y[at]
        return tuple(prices)

    def forbidden_weight(self, pattern: Counts) -> int:
        """Return the weight of forbidden corners in a pattern, times ``scale``."""
        return dot(self._forbidden_sums(), self._coordinates(pattern))

    def enter(self, pattern: Counts) -> None:
        """Let a pattern replace the one of the basis that the lexicographic rule names."""
        coordinates = self._coordinates(pattern)
        u = [dot(row[1:], coordinates) for row in self.rows]
        leaving = min(
            (i for i, share in enumerate(u) if share > 0),
            key=lambda i: [Fraction(entry, u[i]) for entry in self.rows[i]],
        )
        pivot = self.rows[leaving]
        self.rows = [
            row
            if i == leaving
            else [
                (entry * u[leaving] - other * u[i]) // self.scale
                for entry, other in zip(row, pivot, strict=True)
            ]
            for i, row in enumerate(self.rows)
        ]
        self.scale = u[leaving]
        self.patterns[leaving] = pattern
        self.forbidden[leaving] = False

    def _corners(self) -> list[Counts]:
        corner, corners = list(self.floor), [self.floor]
        for i in self.order:
            corner[i] += 1
            corners.append(tuple(corner))
        return corners

    def _coordinates(self, pattern: Counts) -> list[int]:
        """Return the barycentric coordinates of a pattern in the corners."""
        return self._barycentric([pattern[i] - self.floor[i] for i in self.order], 1)

    @staticmethod
    def _barycentric(inner: Sequence[int], whole: int) -> list[int]:
        steps = [whole, *inner, 0]
        return [a - b for a, b in pairwise(steps)]

    def _forbidden_sums(self) -> list[int]:
        """Return y, times ``scale``: the sum of the rows of forbidden corners."""
        rows = [
            row[1:] for row, bad in zip(self.rows, self.forbidden, strict=True) if bad
        ]
        return [sum(column) for column in zip(*rows, strict=True)]
