"""EVENTS.csv: what happens to people in a rehearsal (specs/terms-file.md, section 6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from fairlot.board.phase import DRAWN, RUNNING, Phase
from fairlot.errors import InputError
from fairlot.inputs.input_file import InputFile, Refusals, recoded
from fairlot.inputs.people_file import Person
from fairlot.inputs.sheet import Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.same_name import compared_name
from fairlot.text import shown

COLUMNS = ("when", "person", "event")
"""The columns of the file."""
PHASES = (*RUNNING, *DRAWN)
"""The phases that may be named, in their order."""

_EPOCH = re.compile("0|[1-9][0-9]{0,8}")
_SHEET_CODES: Mapping[str, str] = {
    "people-file.unreadable": "events-file.unreadable",
    "people-file.utf8": "events-file.utf8",
    "people-file.empty": "events-file.empty",
    "people-file.separator": "events-file.separator",
    "people-file.header": "events-file.header",
    "people-file.quote": "events-file.quote",
    "people-file.columns": "events-file.columns",
}
"""What a list is refused with, and what this one is."""


class Kind(StrEnum):
    """What can happen to a person."""

    LOSE = "lose-device"
    STEAL = "steal-device"
    SELL = "sell-identity"
    VERIFY = "re-verify"
    CONTEST = "contest"
    RENEW = "renew"
    LEAVE = "leave"
    STAY = "stay-away"


When: TypeAlias = Phase | int
"""A phase, which has just begun; or how many epochs after that of the opening."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row: what happens to whom."""

    when: When
    person: str
    """As the outputs name them."""
    kind: Kind
    line: int = field(default=0, compare=False)
    """Of the row, from 1, for errors that are found later."""


def read_events(path: Path, people: Sequence[Person]) -> tuple[Event, ...]:
    """Return the events of a file, in its order.

    Args:
        path: the file.
        people: the list of the sale.

    Raises:
        InputError: ``events-file.unreadable``, ``events-file.utf8``, ``events-file.empty``,
            ``events-file.separator``, ``events-file.header``, ``events-file.no-rows``,
            ``events-file.quote``, ``events-file.columns``, ``events-file.when``,
            ``events-file.person``, ``events-file.event``: the first in the file, with all
            others of the rows in ``more``.
    """
    try:
        return _read(path, people)
    except InputError as error:
        raise recoded(error, _own_code) from error.__cause__


def _read(path: Path, people: Sequence[Person]) -> tuple[Event, ...]:
    # Steps 1 and 2.
    file = read_sheet_text(path)
    sheet = Sheet(file, COLUMNS, only=True)
    named = {i: each.name for i, each in enumerate(sheet.columns) if each.name}
    refusals = Refusals()
    rows = _Rows(file, refusals, people)
    events = [rows.read(line, cells) for line, cells in sheet.rows(refusals, named)]
    refusals.check()
    if not events:
        problem = "has no row: write one line for each event"
        raise file.error("events-file.no-rows", problem)
    return tuple(event for event in events if event is not None)


def _own_code(code: str) -> str:
    return _SHEET_CODES.get(code, code)


class _Rows:
    """Makes events of rows, and collects what is wrong with them."""

    def __init__(
        self, file: InputFile, refusals: Refusals, people: Sequence[Person]
    ) -> None:
        self._file = file
        self._refusals = refusals
        self._names = {compared_name(person.name): person.name for person in people}

    def read(self, line: int, cells: Mapping[str, str]) -> Event | None:
        """Return the event of a row; ``None`` if anything is wrong with the row."""
        # Steps 3 to 5.
        when = self._when(line, cells["when"])
        person = self._person(line, cells["person"])
        kind = self._kind(line, cells["event"])
        if when is None or person is None or kind is None:
            return None
        return Event(when, person, kind, line)

    def _when(self, line: int, cell: str) -> When | None:
        text = compared_name(cell)
        if text in [phase.value for phase in PHASES]:
            return Phase(text)
        if _EPOCH.fullmatch(text):
            return int(text)
        phases = ", ".join(PHASES)
        problem = (
            f"{shown(cell)} is no time: write one of {phases}, or how many epochs after "
            "that of the opening, in digits"
        )
        self._refusals.add(
            self._file.error("events-file.when", problem, line=line, field="when")
        )
        return None

    def _person(self, line: int, cell: str) -> str | None:
        compared = compared_name(cell)
        if compared in self._names:
            return self._names[compared]
        close = get_close_matches(compared, self._names, n=1)
        hint = f": did you mean {shown(self._names[close[0]])}?" if close else ""
        problem = (
            f"{shown(cell)} is not on the list{hint or ': write the name or the id'}"
        )
        self._refusals.add(
            self._file.error("events-file.person", problem, line=line, field="person")
        )
        return None

    def _kind(self, line: int, cell: str) -> Kind | None:
        text = compared_name(cell)
        known = [kind.value for kind in Kind]
        if text in known:
            return Kind(text)
        begun = [kind for kind in known if text and kind.startswith(text)]
        close = begun or get_close_matches(text, known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        problem = f"{shown(cell)} is no event: {hint}write one of {', '.join(known)}"
        self._refusals.add(
            self._file.error("events-file.event", problem, line=line, field="event")
        )
        return None
