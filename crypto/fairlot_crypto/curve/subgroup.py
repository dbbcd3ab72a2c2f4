"""Shows that many points of the curve lie in G1, all at once (specs/batch.md, section 3).

The cofactor of the curve has the factors 3 and 11: in a random linear combination a point
outside the subgroup vanishes with probability 1/3. In a random subset sum it vanishes with
probability 1/2, whatever its order; hence many sums, each with a check of its own.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Generic, NamedTuple, TypeVar

from fairlot_crypto.randomness import Randomness

SUMS_A_PASS = 8
"""Subset sums for which one pass over the points suffices: one random byte a point."""
PASSES = 10
"""Passes, hence 80 subset sums: a point outside passes with probability 2^-80 at most."""
ONE_BY_ONE = 200
"""Up to so many points are checked one by one, which is exact, and faster for so few."""

T = TypeVar("T")


class Curve(NamedTuple, Generic[T]):
    """What a back-end can do with points of the curve, inside the subgroup or not."""

    identity: T
    """The neutral element."""
    add: Callable[[T, T], T]
    """The group law of the whole curve."""
    in_subgroup: Callable[[T], bool]
    """The full check of one point."""


def all_in_subgroup(
    curve: Curve[T], points: Sequence[T], randomness: Randomness
) -> bool:
    """Tell whether all points lie in the subgroup.

    Args:
        curve: the operations.
        points: of the curve.
        randomness: nobody who chose the points may know it; 10 bytes a point are taken,
            none for 200 points or less.
    """
    # Step 5.
    if len(points) <= ONE_BY_ONE:
        return all(map(curve.in_subgroup, points))
    # Steps 6 and 7.
    return sums_in_subgroup(curve, points, randomness)


def sums_in_subgroup(
    curve: Curve[T], points: Sequence[T], randomness: Randomness
) -> bool:
    """Tell whether 80 random subset sums of the points lie in the subgroup.

    True if all points do; else with probability 2^-80 at most.
    """
    for _ in range(PASSES):
        # Step 6.
        sums = _subset_sums(curve, points, randomness.take(len(points)))
        # Step 7.
        if not all(map(curve.in_subgroup, sums)):
            return False
    return True


def _subset_sums(curve: Curve[T], points: Sequence[T], bits: bytes) -> list[T]:
    """Return 8 sums: the k-th is of the points whose byte has bit k."""
    # Points with the same byte are in the same sums: add them up once.
    equal: list[list[T]] = [[] for _ in range(1 << SUMS_A_PASS)]
    for point, byte in zip(points, bits, strict=True):
        equal[byte].append(point)
    row = [reduce(curve.add, each, curve.identity) for each in equal]
    sums: list[T] = []
    while len(row) > 1:
        # The upper half has the highest bit; without that bit it joins the lower half.
        low, high = row[: len(row) // 2], row[len(row) // 2 :]
        sums.append(reduce(curve.add, high))
        row = list(map(curve.add, low, high))
    return sums
