"""Each person's chance over all pools of a sale (specs/odds.md, section 5).

A state of the sale is how many units of each kind are left, and what there is to sell. What a
state promises to each of them is the average, over all outcomes of the next pool, of what they
get there and of what the state after it promises.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from fairlot.allocation.courses import Course, Row, courses_of
from fairlot.allocation.entering import (
    Entrant,
    gather,
)
from fairlot.allocation.fall import Chances, Fall, TooManyWaysError
from fairlot.allocation.falls import falls
from fairlot.allocation.journeys import Journeys, Place
from fairlot.allocation.lots import check_hash
from fairlot.allocation.picks import Crowd, Picked, all_picks, fewest_ways
from fairlot.allocation.prospect import NOTHING, Average, Prospect
from fairlot.names import Nym
from fairlot.terms.pool import Pool

MOST_OUTCOMES = 100_000
"""Over how many outcomes of pools the odds of a sale are added up."""
_MOST_WORK = 5_000_000
"""Over how many numbers, where there are many kinds or the numbers are long."""
_LONG = 1000
"""As many bits of a weight as take as long as one more number."""
_CHEAP = 100
"""As many people as take as long as one number, where they are only counted."""

_State: TypeAlias = tuple[int, tuple[int, ...], tuple[tuple[int, int], ...]]
"""The index of the next pool; its supply and those of the later ones; how many units there
are of each number."""
_Promise: TypeAlias = Mapping[int, Sequence[Prospect]]
"""For the number of each unit what its players may expect, in their order."""


def whole_sale_odds(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
) -> Mapping[Nym, Prospect] | None:
    """Return what each nym may expect of the whole sale before its draw.

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits with their bids opened, in any order.
        sale_id: 32 bytes, to which groups are bound.

    Returns:
        A prospect for each nym; ``None`` if lots can fall in too many ways, and if a pool
        is of choices, or counts points: then people in one draw have unequal chances.

    Raises:
        CallerError: as ``allocate``.
    """
    check_hash("sale_id", sale_id)
    present, groups = gather(pools, entrants, sale_id)
    if any(pool.points is not None for pool in pools):
        return None
    sale = _Sale(pools)
    places = sale.journeys.begin(present, groups)
    supplies = tuple(pool.supply for pool in pools)
    try:
        promise = sale.promise((0, supplies, _counted((place, 1) for place in places)))
    except TooManyWaysError:
        return None
    return {
        entrant.nym: _promised(promise, place)
        for entrant, place in zip(present, places, strict=True)
    }


def _promised(promise: _Promise, place: Place | None) -> Prospect:
    return NOTHING if place is None else promise[place.unit][place.player]


def _counted(
    places: Iterable[tuple[Place | None, int]],
) -> tuple[tuple[int, int], ...]:
    """Count units, each by its first player."""
    units: Counter[int] = Counter()
    for place, many in places:
        if place is not None and place.player == 0:
            units[place.unit] += many
    return tuple(sorted(units.items()))


class _Sale:
    """The states of one sale, and what they promise."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.pools = pools
        self.journeys = Journeys(pools)
        self._promises: dict[_State, _Promise] = {}
        self._outcomes = 0
        self._work = 0

    def promise(self, state: _State) -> _Promise:
        """Return what everybody in a state may expect of the pools from there on.

        Raises:
            TooManyWaysError: if lots can fall in too many ways.
        """
        if not state[2]:
            return {}
        known = self._promises.get(state)
        if known is None:
            known = _Turn(self, state).promise()
            self._promises[state] = known
        return known

    def expect(self, outcomes: int) -> None:
        """Give up before so many outcomes are gone through, if they are too many.

        Raises:
            TooManyWaysError: if they are.
        """
        if self._outcomes + outcomes > MOST_OUTCOMES:
            raise TooManyWaysError

    def count(self, outcomes: int, numbers: int) -> None:
        """Note that so much more is added up.

        Raises:
            TooManyWaysError: if that is too much.
        """
        self._outcomes += outcomes
        self._work += numbers
        if self._outcomes > MOST_OUTCOMES or self._work > _MOST_WORK:
            raise TooManyWaysError


class _Turn:
    """One pool in one state."""

    def __init__(self, sale: _Sale, state: _State) -> None:
        self._sale = sale
        self._at, self._supplies, units = state
        self._many = dict(units)
        pool = replace(sale.pools[self._at], supply=self._supplies[0])
        self._unsold_to = _later(sale.pools, self._at)
        orders = {number: sale.journeys.orders(number) for number in self._many}
        asks = [
            (order, many)
            for number, many in units
            for order in orders[number]
            if order is not None
        ]
        people = sum(many for _, many in asks)
        sale.count(0, len(units) + people // _CHEAP)
        self._falls = falls(pool, asks)
        chances = iter(self._falls.orders)
        self._alone: dict[Chances, Prospect] = {}
        self._rows: Mapping[int, Sequence[Row]] = {
            number: [
                (order, Chances() if order is None else next(chances))
                for order in of_unit
            ]
            for number, of_unit in orders.items()
        }

    def promise(self) -> _Promise:
        """Return what everybody may expect of this pool and the later ones."""
        if self._at == len(self._sale.pools) - 1:
            return {
                number: [self._of_this_pool(chances) for _, chances in players]
                for number, players in self._rows.items()
            }
        courses, of_unit = courses_of(self._sale.journeys, self._rows)
        crowd: Counter[tuple[int, Picked]] = Counter()
        for number, many in self._many.items():
            course = of_unit[number]
            crowd[course, courses[course].start] += many
        ways = self._falls.ways
        everything = sum(fall.weight for fall in ways)
        averages = _averages(courses)
        for fall in ways:
            found = self._of_a_fall(courses, crowd, fall)
            for of_course, prospects in zip(averages, found, strict=True):
                for average, prospect in zip(of_course, prospects, strict=True):
                    average.add(fall.weight, 0, prospect)
        known = [[each.over(everything) for each in row] for row in averages]
        return {
            number: self._shared(number, known[course])
            for number, course in of_unit.items()
        }

    def _of_a_fall(
        self, courses: Sequence[Course], crowd: Crowd, fall: Fall
    ) -> Sequence[Sequence[Prospect]]:
        """Return what the players of each course may expect if lots fall in this way."""
        averages = _averages(courses)
        slots = [course.slots for course in courses]
        if fall.winners:
            self._sale.expect(fewest_ways(slots, crowd, fall.winners[0], MOST_OUTCOMES))
        total = 0
        for weight, after in all_picks(slots, crowd, fall.winners):
            long = 1 + weight.bit_length() // _LONG
            self._sale.count(1, len(after) * long)
            total += weight
            later = self._sale.promise(self._next(courses, after, fall.unsold))
            for (course, picked), many in after.items():
                ends = zip(averages[course], courses[course].end(picked), strict=True)
                for average, (units, place) in ends:
                    average.add(weight * many, units, _promised(later, place))
        units_of: Counter[int] = Counter()
        for (course, _), many in crowd.items():
            units_of[course] += many
        return [
            [each.over(total * units_of[course]) for each in row]
            for course, row in enumerate(averages)
        ]

    def _next(self, courses: Sequence[Course], after: Crowd, unsold: int) -> _State:
        """Return the state after the pool."""
        supplies = list(self._supplies[1:])
        if self._unsold_to is not None:
            supplies[self._unsold_to] += unsold
        ends = (
            (place, many)
            for (course, picked), many in after.items()
            for _, place in courses[course].end(picked)
        )
        return self._at + 1, tuple(supplies), _counted(ends)

    def _shared(self, number: int, prospects: Sequence[Prospect]) -> Sequence[Prospect]:
        """Give the players of a group who are alike the same: any of them was picked."""
        shared = list(prospects)
        for alike in self._sale.journeys.alike(number):
            if len(alike) > 1:
                average = Average()
                for player in alike:
                    average.add(1, 0, prospects[player])
                for player in alike:
                    shared[player] = average.over(len(alike))
        return shared

    def _of_this_pool(self, chances: Chances) -> Prospect:
        """Return what one order may expect of this pool alone."""
        known = self._alone.get(chances)
        if known is None:
            still, chance, expected = Fraction(1), Fraction(0), Fraction(0)
            units = chances.certain.units
            for draw, gain in chances.picked:
                here = still * self._falls.of_draw[draw]
                chance += here
                expected += here * gain.units
                still -= here
            # Whoever is picked gets a unit.
            known = Prospect(
                chance + still if units else chance, expected + still * units
            )
            self._alone[chances] = known
        return known


def _averages(courses: Sequence[Course]) -> list[list[Average]]:
    return [[Average() for _ in course.end(course.start)] for course in courses]


def _later(pools: Sequence[Pool], at: int) -> int | None:
    """Return which of the pools after this one gets what it leaves."""
    names = [pool.name for pool in pools[at + 1 :]]
    unsold = pools[at].unsold
    return None if unsold is None else names.index(unsold)
