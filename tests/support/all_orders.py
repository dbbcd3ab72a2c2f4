"""Lots that a test chooses, and all of them: every drawing order of every part."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations, product

from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.terms.pool import Pool


@dataclass(frozen=True)
class FixedLots:
    """Lots that say what the test says; a part that it does not name is an error."""

    drawn: Sequence[int]
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])

    def permutation(self) -> Sequence[int]:
        return self.drawn

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        assert len(points) == len(self.drawn)
        return self.drawn

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        raise AssertionError(groups)

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        return [*self.drawn, *range(len(singles), len(singles) + len(groups))]

    def uniform(self, q: int, label: bytes) -> int:
        raise AssertionError(q, label)

    def part(self, name: str) -> "FixedLots":
        return FixedLots(self.parts[name])


def in_turn(count: int, *parts: str) -> FixedLots:
    """Draw people in the order in which they stand, in every part."""
    return FixedLots(range(count), dict.fromkeys(parts, range(count)))


def all_lots(count: int, *parts: str) -> Iterator[FixedLots]:
    """Go through all drawing orders of the pool and, independently, of its parts."""
    orders = list(permutations(range(count)))
    for first, *others in product(orders, repeat=1 + len(parts)):
        yield FixedLots(first, dict(zip(parts, others, strict=True)))


def all_part_lots(count: int, *parts: str) -> Iterator[FixedLots]:
    """Go through all drawing orders of the parts; the pool itself has none."""
    orders = list(permutations(range(count)))
    for chosen in product(orders, repeat=len(parts)):
        yield FixedLots((), dict(zip(parts, chosen, strict=True)))


@dataclass(frozen=True)
class Frequency:
    """What happened to one order over many lots."""

    fewest: int
    expected: Fraction
    spread: int
    """Most units less fewest."""
    parts: Mapping[str, Fraction]
    """How often it had units in each part; empty for the pool itself only."""
    payment: Fraction
    """On average."""


def frequencies(
    mechanism: Callable[[Pool, Sequence[Order], Lots], Shares],
    pool: Pool,
    orders: Sequence[Order],
    lots: Iterable[Lots],
) -> list[Frequency]:
    """Return what a mechanism gives over equally likely lots."""
    results = [mechanism(pool, orders, one) for one in lots]
    return [_frequency(i, results) for i in range(len(orders))]


def _frequency(index: int, results: Sequence[Shares]) -> Frequency:
    count = len(results)
    units = [shares.units[index] for shares in results]
    places = [s.parts[index] for s in results if s.units[index]]
    paid = sum(shares.payments[index] for shares in results)
    return Frequency(
        fewest=min(units),
        expected=Fraction(sum(units), count),
        spread=max(units) - min(units),
        parts={name: Fraction(places.count(name), count) for name in set(places)},
        payment=Fraction(paid, count),
    )
