"""What a pool can make of the units that enter it, by kinds (specs/odds.md, section 5).

Units take the same course if the same draws can pick them, with the same result for them and
for what comes later: a state after the pool depends only on how many of a course are picked.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from fairlot.allocation.fall import Chances, Gain
from fairlot.allocation.journeys import After, Journeys
from fairlot.allocation.picks import Picked, Slots
from fairlot.allocation.shape import Order

Row: TypeAlias = tuple[Order | None, Chances]
"""The order of one player, ``None`` if they do not enter, and what the pool can give them."""


class Course:
    """What a pool can make of a unit."""

    def __init__(self, journeys: Journeys, number: int, rows: Sequence[Row]) -> None:
        self._journeys = journeys
        self._number = number
        self._chances = tuple(chances for _, chances in rows)
        self._slot_of: list[int | None] = []
        """For each player the slot with which they are picked."""
        self.slots = self._find_slots(rows)
        self._ends: dict[Picked, After] = {}

    def _find_slots(self, rows: Sequence[Row]) -> Slots:
        """Give a slot to each player who can be picked, and one to all that are a group."""
        draws: list[tuple[int, ...]] = []
        alike: list[int] = []
        first_like: dict[Hashable, int] = {}
        block: int | None = None
        like = {
            player: min(same)
            for same in self._journeys.alike(self._number)
            for player in same
        }
        for player, (order, chances) in enumerate(rows):
            in_group = order is not None and order.group is not None
            if not chances.picked:
                self._slot_of.append(None)
                continue
            if in_group and block is not None:
                self._slot_of.append(block)
                continue
            slot = len(draws)
            block = slot if in_group else block
            self._slot_of.append(slot)
            draws.append(tuple(draw for draw, _ in chances.picked))
            alike.append(first_like.setdefault((in_group, like[player]), slot))
        return Slots(tuple(draws), tuple(alike))

    @property
    def start(self) -> Picked:
        """Nothing is picked yet."""
        return (None,) * len(self.slots.draws)

    def end(self, picked: Picked) -> After:
        """Return what becomes of a unit of whose slots some are picked."""
        known = self._ends.get(picked)
        if known is None:
            gains = tuple(
                _gain(chances, None if slot is None else picked[slot])
                for chances, slot in zip(self._chances, self._slot_of, strict=True)
            )
            known = self._journeys.after(self._number, gains)
            self._ends[picked] = known
        return known

    def name(self) -> Hashable:
        """Return what singles of one course have in common; a group has its own."""
        if len(self._chances) > 1:
            return self._number
        ends = [self.end((draw,)) for draws in self.slots.draws for draw in draws]
        return self.slots.draws, self.end(self.start), tuple(ends)


def _gain(chances: Chances, draw: int | None) -> Gain:
    return chances.certain if draw is None else dict(chances.picked)[draw]


def courses_of(
    journeys: Journeys, rows: Mapping[int, Sequence[Row]]
) -> tuple[Sequence[Course], Mapping[int, int]]:
    """Return the courses of some units, and the index of each unit's."""
    courses: list[Course] = []
    names: dict[Hashable, int] = {}
    found: dict[int, int] = {}
    for number, players in rows.items():
        course = Course(journeys, number, players)
        found[number] = names.setdefault(course.name(), len(courses))
        if found[number] == len(courses):
            courses.append(course)
    return courses, found
