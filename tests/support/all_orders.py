"""Lots that a test chooses, and all of them: every drawing order of every part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product


@dataclass(frozen=True)
class FixedLots:
    """Lots that say what the test says."""

    drawing_order: Sequence[int]
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def order(self) -> Sequence[int]:
        return self.drawing_order

    def group_order(self, groups: Sequence[bytes]) -> Sequence[int]:
        raise AssertionError(groups)

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
