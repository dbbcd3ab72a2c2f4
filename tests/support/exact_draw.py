"""The exact distribution of a function of lots: every possibility, with its weight.

``enumerate_lots`` runs a function over all that its lots can be. Where the function asks for
an order or a uniform number, the run forks; it asks again in every branch. A fork has no more
branches than the function can tell apart: an order is chosen place by place as it is read, and
a uniform number that is only compared has two branches, however large q is.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import TypeVar, cast, overload

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import run_pools
from fairlot.allocation.shape import Lots
from fairlot.terms.pool import Pool

Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)


class Forks:
    """One run after another through the tree of all choices, depth first."""

    def __init__(self) -> None:
        self.path: list[tuple[int, tuple[int, ...]]] = []
        """At each fork so far: which branch, and the weights of all."""
        self.at = 0
        """How many forks this run has passed."""

    def choose(self, weights: tuple[int, ...]) -> int:
        """Return the branch of this run, 0 or above, at a fork with these odds."""
        if self.at == len(self.path):
            self.path.append((0, weights))
        branch, known = self.path[self.at]
        assert known == weights, "the function is not determined by its lots"
        self.at += 1
        return branch

    def weight(self) -> Fraction:
        """Return how likely the choices of this run are."""
        taken = prod(weights[branch] for branch, weights in self.path)
        return Fraction(taken, prod(sum(weights) for _, weights in self.path))

    def move_on(self) -> bool:
        """Turn to the next run; tell whether there is one."""
        assert self.at == len(self.path), "the function is not determined by its lots"
        self.at = 0
        while self.path:
            branch, weights = self.path.pop()
            if branch + 1 < len(weights):
                self.path.append((branch + 1, weights))
                return True
        return False


class UniformDraw:
    """A number in 0..q-1 that is narrowed down no further than it is looked at.

    It can be compared by ``<``, and used as an index, which asks for all of it.
    """

    def __init__(self, forks: Forks, q: int) -> None:
        self.forks, self.q = forks, q
        self.low, self.high = 0, q

    def __lt__(self, other: int) -> bool:
        middle = min(max(other, self.low), self.high)
        if middle == self.high:
            return True
        if middle == self.low:
            return False
        if self.forks.choose((middle - self.low, self.high - middle)) == 0:
            self.high = middle
            return True
        self.low = middle
        return False

    def __index__(self) -> int:
        values = self.high - self.low
        if values > 1:
            self.low += self.forks.choose((1,) * values)
            self.high = self.low + 1
        return self.low


class UniformOrder(Sequence[int]):
    """A permutation that is chosen place by place, as it is read."""

    def __init__(self, forks: Forks, count: int) -> None:
        self.forks = forks
        self.chosen: list[int] = []
        self.left = list(range(count))

    def __len__(self) -> int:
        return len(self.chosen) + len(self.left)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        last = (
            max(range(len(self))[place], default=-1)
            if isinstance(place, slice)
            else place
        )
        if last < 0 and not isinstance(place, slice):
            last += len(self)
        if last >= len(self):
            raise IndexError(place)
        while len(self.chosen) <= last:
            branch = 0
            if (left := len(self.left)) > 1:
                branch = self.forks.choose((1,) * left)
            self.chosen.append(self.left.pop(branch))
        return self.chosen[place]


class ForkingLots:
    """Lots that fork a run wherever they are asked; the same question has one answer."""

    def __init__(self, forks: Forks, count: int) -> None:
        self.forks, self.count = forks, count
        self.drawn: UniformOrder | None = None
        self.group_orders: dict[frozenset[bytes], list[bytes]] = {}
        self.draws: dict[bytes, UniformDraw] = {}
        self.parts: dict[str, ForkingLots] = {}

    def permutation(self) -> Sequence[int]:
        if self.drawn is None:
            self.drawn = UniformOrder(self.forks, self.count)
        return self.drawn

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        raise AssertionError(points)

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        assert len(set(groups)) == len(groups)
        found = self.group_orders.get(frozenset(groups))
        if found is None:
            found = [groups[i] for i in UniformOrder(self.forks, len(groups))]
            self.group_orders[frozenset(groups)] = found
        return [groups.index(gid) for gid in found]

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        return list(UniformOrder(self.forks, len(singles) + len(groups)))

    def uniform(self, q: int, label: bytes) -> int:
        found = self.draws.setdefault(label, UniformDraw(self.forks, q))
        assert found.q == q, "draws below two bounds from one label are not independent"
        return cast("int", found)

    def part(self, name: str) -> Lots:
        return self.parts.setdefault(name, ForkingLots(self.forks, self.count))


def enumerate_lots(
    function: Callable[[Lots], Result], people: int
) -> Iterator[tuple[Fraction, Result]]:
    """Run a function over all lots of ``people`` orders.

    Yields:
        The result of each run and its weight; the weights have the sum 1.
    """
    forks = Forks()
    more = True
    while more:
        result = function(ForkingLots(forks, people))
        weight = forks.weight()
        more = forks.move_on()
        yield weight, result


def all_outcomes(
    pools: Sequence[Pool], entrants: Sequence[Entrant], sale_id: bytes
) -> Iterator[tuple[Fraction, Outcome]]:
    """Run a sale over all lots of all its pools.

    Yields:
        The weight of each run and its outcome; the weights have the sum 1.
    """
    forks, more = Forks(), True

    def lots_of(_: Pool, nyms: tuple[bytes, ...]) -> Lots:
        return ForkingLots(forks, len(nyms))

    while more:
        outcome = run_pools(pools, entrants, sale_id, lots_of)
        weight = forks.weight()
        more = forks.move_on()
        yield weight, outcome


def distribution(function: Callable[[Lots], Key], people: int) -> dict[Key, Fraction]:
    """Return how likely each result of a function of lots is."""
    found: dict[Key, Fraction] = {}
    for weight, result in enumerate_lots(function, people):
        found[result] = found.get(result, Fraction(0)) + weight
    return found


def expected_units(
    function: Callable[[Lots], Sequence[int]], people: int
) -> tuple[Fraction, ...]:
    """Return the exact mean of what each person gets."""
    means = [Fraction(0)] * people
    for units, weight in distribution(
        lambda lots: tuple(function(lots)), people
    ).items():
        for person, got in enumerate(units):
            means[person] += weight * got
    return tuple(means)
