"""All ways in which draws can pick from a crowd, by kinds (specs/odds.md, section 5).

A draw picks some of the slots that take part in it, each so many of them equally likely. What
matters is only how many units of each course have which of their slots picked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from math import comb, prod
from typing import TypeAlias

Picked: TypeAlias = tuple[int | None, ...]
"""For each slot of a unit the draw that picked it, ``None`` for none."""
_FEW = 24
"""Of how many courses ways are counted; those of the others are more."""
_TOO_LONG = 2_000_000
"""How many additions would take too long."""
_NEAR = 8
"""Over how many steps a binomial coefficient is made from another."""
Crowd: TypeAlias = Mapping[tuple[int, Picked], int]
"""How many units of each course have had which of their slots picked."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What draws can pick of a unit of some course: its members, or a whole group."""

    draws: tuple[tuple[int, ...], ...]
    """For each slot the draws in which it takes part, until it is picked."""
    alike: tuple[int, ...]
    """For each slot the first one of the unit that is like it."""


def all_picks(
    courses: Sequence[Slots], crowd: Crowd, winners: Sequence[int], first: int = 0
) -> Iterator[tuple[int, Crowd]]:
    """Yield every way in which draws can pick, and for how many equally likely ones it stands.

    Args:
        courses: the slots of each course.
        crowd: before the draw ``first``.
        winners: how many slots each draw picks.
        first: the draw to begin with.
    """
    if first == len(winners):
        yield 1, crowd
        return
    for weight, after in _one_draw(courses, crowd, first, winners[first]):
        for more, end in all_picks(courses, after, winners, first + 1):
            yield weight * more, end


def fewest_ways(courses: Sequence[Slots], crowd: Crowd, winners: int, most: int) -> int:
    """Return how many ways the first draw has at least, without going through them.

    Args:
        courses: the slots of each course.
        crowd: before the draw.
        winners: how many slots it picks.
        most: more than this need not be counted.
    """
    slots = [
        many * sum(0 in draws for draws in courses[course].draws)
        for (course, _), many in crowd.items()
    ]
    taking = sorted((number for number in slots if number), reverse=True)
    counted, beyond = taking[:_FEW], sum(taking[_FEW:])
    # How many are not picked has as many ways.
    target = min(winners, sum(taking) - winners)
    if target * len(counted) > _TOO_LONG:
        return 1
    ways = [1] + [0] * target
    for number in counted:
        sums = [0, *accumulate(ways)]
        ways = [
            min(most + 1, sums[total + 1] - sums[max(0, total - number)])
            for total in range(target + 1)
        ]
    return sum(ways[max(0, target - beyond) :])


def _one_draw(
    courses: Sequence[Slots], crowd: Crowd, draw: int, winners: int
) -> Iterator[tuple[int, Crowd]]:
    rest: dict[tuple[int, Picked], int] = {}
    items: list[_Item] = []
    for (course, picked), many in crowd.items():
        patterns = _patterns_of(courses[course], picked, draw)
        if len(patterns) > 1:
            items.append(_Item(course, many, patterns))
        else:
            rest[course, picked] = many
    for weight, chosen in _spread(items, winners, [_Binomials() for _ in items]):
        yield weight, {**rest, **chosen}


class _Binomials:
    """Binomial coefficients C(n, k), each made from the one before for its n.

    They can be as long as n bits, and k mostly goes by single steps.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int]] = {}

    def of(self, n: int, k: int) -> int:
        at, value = self._last.get(n, (0, 1))
        if abs(k - at) > _NEAR:
            at, value = k, comb(n, k)
        while at < k:
            value = value * (n - at) // (at + 1)
            at += 1
        while at > k:
            value = value * at // (n - at + 1)
            at -= 1
        self._last[n] = at, value
        return value


_Pattern: TypeAlias = tuple[Picked, int, int]
"""What a draw picks of one unit, how many slots that is, and in how many ways."""


@dataclass(frozen=True, slots=True)
class _Item:
    """Units that take part in a draw in the same way."""

    course: int
    many: int
    patterns: Sequence[_Pattern]

    @property
    def most(self) -> int:
        """The most slots that can be picked of all units."""
        return self.many * max(size for _, size, _ in self.patterns)


def _patterns_of(slots: Slots, picked: Picked, draw: int) -> Sequence[_Pattern]:
    taking: dict[int, list[int]] = {}
    for slot, draws in enumerate(slots.draws):
        if picked[slot] is None and draw in draws:
            taking.setdefault(slots.alike[slot], []).append(slot)
    alike = list(taking.values())
    patterns: list[_Pattern] = []
    for counts in product(*(range(len(found) + 1) for found in alike)):
        after = list(picked)
        for count, found in zip(counts, alike, strict=True):
            for slot in found[:count]:
                after[slot] = draw
        ways = prod(comb(len(f), count) for count, f in zip(counts, alike, strict=True))
        patterns.append((tuple(after), sum(counts), ways))
    return sorted(patterns, key=lambda pattern: pattern[1])


def _spread(
    items: Sequence[_Item], winners: int, binomials: Sequence[_Binomials]
) -> Iterator[tuple[int, Crowd]]:
    """Spread the winners of a draw over those who take part."""
    if not items:
        if not winners:
            yield 1, {}
        return
    item, *others = items
    least = winners - sum(other.most for other in others)
    ways = _chosen(item.patterns, item.many, least, winners, binomials[0])
    for weight, size, chosen in ways:
        of_item = {(item.course, picked): many for picked, many in chosen}
        for more, of_others in _spread(others, winners - size, binomials[1:]):
            yield weight * more, {**of_item, **of_others}


def _chosen(
    patterns: Sequence[_Pattern],
    many: int,
    least: int,
    most: int,
    binomials: _Binomials,
) -> Iterator[tuple[int, int, tuple[tuple[Picked, int], ...]]]:
    """Yield how many of some units follow which pattern, with least to most slots picked.

    The patterns ascend by their size.
    """
    (picked, size, ways), *others = patterns
    if not others:
        if least <= many * size <= most:
            yield ways**many, many * size, ((picked, many),) if many else ()
        return
    for count in _counts(size, others[0][1], others[-1][1], many, least, most):
        own = binomials.of(many, count) * ways**count
        of_own = ((picked, count),) if count else ()
        used = count * size
        rest = _chosen(others, many - count, least - used, most - used, binomials)
        for weight, total, chosen in rest:
            yield own * weight, used + total, of_own + chosen


def _counts(
    size: int, next_size: int, largest: int, many: int, least: int, most: int
) -> range:
    """Return how many units can follow a pattern, if the others follow larger ones.

    The rest can have next_size to ``largest`` slots each.
    """
    short, over = many * largest - least, many * next_size - most
    first, last = 0, many
    if over > 0:
        first = -(-over // (next_size - size)) if next_size > size else many + 1
    if largest > size:
        last = min(many, short // (largest - size))
    elif short < 0:
        last = -1
    return range(first, last + 1)
