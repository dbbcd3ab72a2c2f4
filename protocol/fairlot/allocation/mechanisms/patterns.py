"""Patterns: how many groups of each size win (specs/lottery.md, section 4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from fairlot_crypto.errors import CallerError

Counts: TypeAlias = tuple[int, ...]
"""A number for each size of a demand, the largest size first. As a pattern: how many groups
of the size win. As prices: what one group of the size is worth."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How many groups of each size want units; singles are groups of 1."""

    supply: int
    """k, the units for sale."""
    sizes: Counts
    """The sizes that can win, each at most k, descending."""
    counts: Counts
    """n_s: how many groups there are of each of these sizes, at least 1."""
    too_large: Counts = ()
    """The sizes above k, descending: such a group cannot win."""

    @property
    def people(self) -> int:
        """n: how many people are in groups that can win."""
        return self.seats(self.counts)

    def seats(self, pattern: Counts) -> int:
        """Return how many units the winners of a pattern take."""
        return dot(self.sizes, pattern)


@dataclass(frozen=True, slots=True)
class Box:
    """For each size the least and the greatest number of groups that is looked at."""

    low: Counts
    high: Counts


def dot(a: Sequence[int], b: Sequence[int]) -> int:
    """Return the sum of the products."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def demand_of(supply: int, groups: Mapping[int, int]) -> Demand:
    """Return the demand: section 4, step 1.

    Args:
        supply: k >= 0.
        groups: for each size >= 1 how many groups have it; a size with none is left out.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number,
            ``allocation.group`` for a size below 1.
    """
    if supply < 0 or min(groups.values(), default=0) < 0:
        raise CallerError(
            "allocation.quantity", "supply and numbers of groups must not be negative"
        )
    if min(groups, default=1) < 1:
        raise CallerError("allocation.group", "a group must have at least 1 member")
    found = sorted((size for size in groups if groups[size]), reverse=True)
    sizes = tuple(size for size in found if size <= supply)
    counts = tuple(groups[size] for size in sizes)
    return Demand(supply, sizes, counts, tuple(found[: len(found) - len(sizes)]))


def reachable(demand: Demand) -> int:
    """Return k': the most units, at most k, that whole groups can take.

    Bit t of ``totals`` tells whether some groups take t units.
    """
    totals, within = 1, (1 << (demand.supply + 1)) - 1
    for size, count in zip(demand.sizes, demand.counts, strict=True):
        for many in _portions(min(count, demand.supply // size)):
            totals |= (totals << many * size) & within
    return totals.bit_length() - 1


def near(demand: Demand, average: Sequence[Fraction], width: int) -> Box:
    """Return the box of the 2·width whole numbers around an average, for each size."""
    floors = [x.numerator // x.denominator for x in average]
    highest = zip(floors, demand.counts, strict=True)
    return Box(
        tuple(max(0, floor - width + 1) for floor in floors),
        tuple(min(count, floor + width) for floor, count in highest),
    )


def wide(demand: Demand, most: int) -> Box:
    """Return the box in which every optimum has a table: section 4, step 3.

    Args:
        demand: of which some must lose.
        most: k'.
    """
    shares = [Fraction(most * count, demand.people) for count in demand.counts]
    return near(demand, shares, 2 * demand.sizes[0])


def best(demand: Demand, prices: Counts, box: Box) -> Counts:
    """Return the pattern of a box that is worth most; of equals the lexicographically largest.

    Args:
        demand: the groups.
        prices: what a group of each size is worth; may be negative.
        box: ``box.low`` must be a pattern.
    """
    room = demand.supply - demand.seats(box.low)
    more = [high - low for low, high in zip(box.low, box.high, strict=True)]
    worths = [[0] * (room + 1)]
    for size, price, most in _from_last(demand.sizes, prices, more):
        worths.append(_allowing(worths[-1], size, price, most))
    worths.reverse()
    # worths[i][r]: the most that groups of the sizes from i on are worth in r seats.
    pattern: list[int] = []
    for at, (size, price) in enumerate(zip(demand.sizes, prices, strict=True)):
        here, later = worths[at], worths[at + 1]
        taken = min(more[at], room // size)
        while price * taken + later[room - size * taken] < here[room]:
            taken -= 1
        pattern.append(box.low[at] + taken)
        room -= size * taken
    return tuple(pattern)


def _from_last(*columns: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return zip(*map(reversed, columns), strict=True)


def _allowing(worths: list[int], size: int, price: int, most: int) -> list[int]:
    """Return the greatest worths, by seats, if up to ``most`` groups of a size may join."""
    if price <= 0:
        return worths
    for many in _portions(min(most, (len(worths) - 1) // size)):
        seats, worth = many * size, many * price
        joined = [before + worth for before in worths[: len(worths) - seats]]
        worths = worths[:seats] + list(map(max, worths[seats:], joined))
    return worths


def _portions(count: int) -> Iterator[int]:
    """Yield 1, 2, 4, .. and the rest of ``count``: every number up to it is a sum of some."""
    portion = 1
    while count > 0:
        yield min(portion, count)
        count -= portion
        portion *= 2
