"""How many groups of each size a draw lets win, over all its lots (specs/odds.md, section 5).

Groups of one size are alike in a draw, so its walk is followed with numbers of groups. The
share of whoever waits follows from the numbers, since a walk keeps the sum of all shares.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from fairlot.allocation.mechanisms.groups import Mode, Rule

Counts: TypeAlias = tuple[int, ...]
"""Numbers of units of the walk: the groups by size, ascending, and then the singles."""

_Place: TypeAlias = tuple[Counts, Counts, int | None]
"""Where a walk stands: the units still to come, those that won, and the index of the size
that waits."""

_Step: TypeAlias = Callable[[_Place], Iterator[tuple[_Place, Fraction]]]


class TooManyWaysError(Exception):
    """Lots can fall in more ways than are looked at."""


def groups_won(rule: Rule, most: int) -> Mapping[Counts, Fraction]:
    """Return how likely it is that so many groups of each size, and singles, win.

    Args:
        rule: of a draw with groups, in mode A or B.
        most: how many places of the walk may be looked at.

    Raises:
        TooManyWaysError: if that is not enough.
    """
    walk = _Walk(rule)
    places: dict[_Place, Fraction] = {walk.start: Fraction(1)}
    seen = 0
    for _ in range(walk.units):
        places = _gathered(places, walk.step)
        seen += len(places)
        if seen > most:
            raise TooManyWaysError
    ends: dict[Counts, Fraction] = {}
    for place, weight in places.items():
        for won, part in walk.end(place):
            ends[won] = ends.get(won, Fraction(0)) + weight * part
    return ends


def _gathered(places: Mapping[_Place, Fraction], step: _Step) -> dict[_Place, Fraction]:
    after: dict[_Place, Fraction] = {}
    for place, weight in places.items():
        for then, part in step(place):
            after[then] = after.get(then, Fraction(0)) + weight * part
    return after


class _Walk:
    """Steps 4 to 9 of specs/lottery.md, section 4, for numbers of units."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        sizes = sorted(set(rule.sizes))
        counts = [rule.sizes.count(size) for size in sizes]
        # Step 4. The sizes and all people in units of d.
        self.sizes = [size // rule.weight for size in sizes] + [1]
        self.everything = rule.people // rule.weight
        walking = rule.singles if rule.mode is Mode.B else 0
        self.start: _Place = ((*counts, walking), (0,) * (len(counts) + 1), None)
        self.units = sum(self.start[0])

    def step(self, place: _Place) -> Iterator[tuple[_Place, Fraction]]:
        """Yield where the next unit can lead, each place with its chance."""
        to_come, won, waiting = place
        *groups, singles = to_come
        left = sum(groups)
        # The groups come in any order, and then the singles.
        coming = [*groups, 0] if left else [*groups, singles]
        for index, count in enumerate(coming):
            if count:
                chance = Fraction(count, left or singles)
                then = _changed(to_come, index, -1)
                if waiting is None:
                    yield (then, won, index), chance
                else:
                    for after, still, part in self._meet(place, waiting, index):
                        yield (then, after, still), chance * part

    def end(self, place: _Place) -> Iterator[tuple[Counts, Fraction]]:
        """Yield how many have won in the end, with the chance of each result."""
        _, won, waiting = place
        if waiting is None:
            yield self._result(won), Fraction(1)
            return
        # Step 8.
        chance = Fraction(self._share(place), self._full(waiting))
        yield self._result(_changed(won, waiting, 1)), chance
        yield self._result(won), 1 - chance

    def _result(self, won: Counts) -> Counts:
        """Step 9: in mode A singles win the units that are left."""
        if self.rule.mode is Mode.B:
            return won
        taken = sum(count * size for count, size in zip(won, self.sizes, strict=True))
        return (*won[:-1], self.rule.supply - taken)

    def _meet(
        self, place: _Place, waiting: int, coming: int
    ) -> Iterator[tuple[Counts, int | None, Fraction]]:
        """Pair who waits with who comes (steps 6 and 7): who has won, who waits now."""
        full_a, full_b = self._full(waiting), self._full(coming)
        a, b = self._share(place), self.sizes[coming] * self.rule.target
        up, dn = min(full_a - a, b), min(a, full_b - b)
        for gain, weight in ((up, dn), (-dn, up)):
            after, still = place[1], None
            for index, share, full in (
                (waiting, a + gain, full_a),
                (coming, b - gain, full_b),
            ):
                if share == full:
                    after = _changed(after, index, 1)
                elif share > 0:
                    still = index
            yield after, still, Fraction(weight, up + dn)

    def _full(self, index: int) -> int:
        return self.sizes[index] * self.everything

    def _share(self, place: _Place) -> int:
        """Return y of the unit that waits: all that came has K a head, but for who won."""
        to_come, won, _ = place
        rows = zip(self.sizes, self.start[0], to_come, won, strict=True)
        y = 0
        for size, all_of_it, left, winners in rows:
            came = all_of_it - left
            y += size * (came * self.rule.target - winners * self.everything)
        return y


def _changed(counts: Counts, index: int, by: int) -> Counts:
    return (*counts[:index], counts[index] + by, *counts[index + 1 :])
