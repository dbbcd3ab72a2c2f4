"""The entries of a log that was read, decoded again when somebody asks for them."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import overload

from fairlot.board.log_items import LogItems
from fairlot.entry import Entry, EntryType

NOT_JUDGED = 2**64 - 1
"""Stands for the time of a leaf that the fold has not judged."""


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """An entry that was read, with its time: that of the last TIME before it."""

    entry: Entry
    index: int
    time: int
    refusal: str | None
    """The code with which the fold refused it."""


@dataclass(slots=True)
class Judged:
    """What became of the leaves of a log."""

    times: "array[int]" = field(default_factory=lambda: array("Q"))
    """The time of each leaf; ``NOT_JUDGED`` where the fold was not asked."""
    codes: dict[int, str] = field(default_factory=dict[int, str])
    """Index to code of the leaves that are no entries, or that were refused."""


class Entries(Sequence[TimedEntry]):
    """The entries that the fold has judged, in their order."""

    def __init__(self, items: LogItems | None, judged: Judged) -> None:
        """Look at a log."""
        self._items = items
        self._judged = judged

    def _places(self) -> Iterator[int]:
        times = enumerate(self._judged.times)
        return (index for index, time in times if time != NOT_JUDGED)

    def _at(self, items: LogItems, index: int) -> TimedEntry | None:
        item = items.leaf(index).item
        if not isinstance(item, Entry):
            return None
        judged = self._judged
        return TimedEntry(item, index, judged.times[index], judged.codes.get(index))

    def __iter__(self) -> Iterator[TimedEntry]:
        """Yield all of them."""
        return self.of()

    def of(self, *kinds: EntryType) -> Iterator[TimedEntry]:
        """Yield those of some types, by default all of them."""
        items = self._items
        if items is None:
            return
        for index in self._places():
            if not kinds or items.type_at(index) in kinds:
                found = self._at(items, index)
                if found is not None:
                    yield found

    @property
    def last(self) -> TimedEntry | None:
        """The last of them."""
        times = self._judged.times
        places = reversed(range(len(times)))
        last = next((index for index in places if times[index] != NOT_JUDGED), None)
        if last is None or self._items is None:
            return None
        return self._at(self._items, last)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._judged.times) - self._judged.times.count(NOT_JUDGED)

    @overload
    def __getitem__(self, number: int) -> TimedEntry: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[TimedEntry]: ...
    def __getitem__(self, number: int | slice) -> TimedEntry | Sequence[TimedEntry]:
        """Return one of them, or some."""
        if isinstance(number, slice):
            return list(self)[number]
        wanted = number + len(self) if number < 0 else number
        found = next(islice(self, max(wanted, 0), None), None)
        if wanted < 0 or found is None:
            raise IndexError(number)
        return found
