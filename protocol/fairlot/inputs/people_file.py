"""PEOPLE.csv: the list of verified people (specs/terms-file.md, section 4)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from fairlot.fields import UINT_MAX
from fairlot.inputs.input_file import PEOPLE_FILE_CODES, InputFile, read_input
from fairlot.text import check_attribute, check_text, shown

COLUMNS = ("person", "wants", "deposit")
"""The columns that every file begins with."""
MORE_COLUMNS = ("group", "bid", "tier", "solution")
"""The columns that may follow, in any order."""
ATTRIBUTE = "attr:"
"""The beginning of the name of a column that holds an attribute."""

_OTHER_THAN_TEXT = (*COLUMNS, "bid")

_FIELD = r'(?:"(?:[^"]|"")*"|[^",]*)'
_RECORD = re.compile(rf"{_FIELD}(?:,{_FIELD})*")
"""A line of RFC 4180: a field is quoted as a whole or contains no quotation mark."""
_FIELDS = re.compile(rf"(?:^|,)({_FIELD})")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_LONGEST_NUMBER = len(str(UINT_MAX))


@dataclass(frozen=True, slots=True)
class Person:
    """One row: a verified person and what they ask for."""

    name: str
    """The name in the column person, which is distinct."""
    wants: int
    """Units wanted, uint64."""
    amount: int
    """Money deposited, in the smallest unit, uint64."""
    group: str | None = None
    """Label of the group: all with the same label form it."""
    bid: int | None = field(default=None, repr=False)
    """What a unit is worth to the person, uint64."""
    tier: str | None = None
    """Name of the highest tier that the person accepts."""
    answer: str | None = field(default=None, repr=False)
    """Answer to the puzzle."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Names and values of the attributes that the person has, ascending."""
    line: int = field(default=0, compare=False, repr=False)
    """The line of the row in its file, from 1, for errors that are found later."""


def read_people(path: Path) -> tuple[Person, ...]:
    """Return the people of a file, in its order.

    Raises:
        InputError: ``people-file.unreadable``, ``people-file.utf8``,
            ``people-file.empty``, ``people-file.line-end``, ``people-file.separator``,
            ``people-file.header``, ``people-file.no-rows``,
            ``people-file.blank-line``, ``people-file.quote``, ``people-file.columns``,
            ``people-file.person``, ``people-file.number``, ``people-file.range``,
            ``people-file.duplicate``, ``people-file.attribute``,
            ``people-file.text``.
    """
    file = read_input(path, PEOPLE_FILE_CODES)
    header, *rows = file.text.rstrip("\n").split("\n")
    columns = _columns(file, header)
    if not rows:
        raise file.error(
            "people-file.no-rows", "has no row: write one line for each person"
        )
    people = tuple(
        _person(file, line, _cells(file, line, row, columns))
        for line, row in enumerate(rows, 2)
    )
    _check_distinct(file, people)
    return people


def _columns(file: InputFile, header: str) -> tuple[str, ...]:
    columns = _split(file, 1, header)
    expected = ",".join(COLUMNS)
    if columns[:3] != COLUMNS:
        for separator, name in ((";", "semicolons"), ("\t", "tabs")):
            if separator in header:
                problem = (
                    f"columns are separated by {name}: use commas, as in {expected}"
                )
                raise file.error("people-file.separator", problem, line=1)
        problem = f"the first line must begin with {expected}, found {shown(header)}"
        raise file.error("people-file.header", problem, line=1)
    for index, column in enumerate(columns[3:], 3):
        _check_column(file, column)
        if column in columns[:index]:
            problem = f"the column {shown(column)} is there twice: keep one"
            raise file.error("people-file.header", problem, line=1)
    return columns


def _check_column(file: InputFile, column: str) -> None:
    """Check the name of a column that not every file has."""
    if column.startswith(ATTRIBUTE):
        check_attribute(
            column.removeprefix(ATTRIBUTE),
            lambda why: file.error("people-file.attribute", why, line=1, field=column),
        )
    elif column not in MORE_COLUMNS:
        close = get_close_matches(column, MORE_COLUMNS, n=1)
        known = f"{', '.join(MORE_COLUMNS)} or {ATTRIBUTE}NAME"
        hint = f"did you mean {close[0]}?" if close else f"write {known}, or remove it"
        problem = f"unknown column {shown(column)}: {hint}"
        raise file.error("people-file.header", problem, line=1)


def _cells(
    file: InputFile, line: int, row: str, columns: Sequence[str]
) -> Mapping[str, str]:
    """Return the cells of a row by the names of their columns."""
    if not row:
        raise file.error(
            "people-file.blank-line", "is blank: remove the line", line=line
        )
    cells = _split(file, line, row)
    if len(cells) != len(columns):
        hint = "use commas to separate them" if ";" in row else f"found {shown(row)}"
        problem = f"has {len(cells)} columns, not {len(columns)}: {hint}"
        raise file.error("people-file.columns", problem, line=line)
    return dict(zip(columns, cells, strict=True))


def _person(file: InputFile, line: int, cells: Mapping[str, str]) -> Person:
    name = cells["person"]
    check_text(
        name,
        lambda why: file.error(
            "people-file.person", f"{shown(name)} {why}", line=line, field="person"
        ),
    )
    given = {
        column: _text(file, line, column, cell)
        for column, cell in cells.items()
        if cell and column not in _OTHER_THAN_TEXT
    }
    bid = cells.get("bid")
    return Person(
        name=name,
        wants=_number(file, line, "wants", cells["wants"]),
        amount=_number(file, line, "deposit", cells["deposit"]),
        group=given.get("group"),
        bid=_number(file, line, "bid", bid) if bid else None,
        tier=given.get("tier"),
        answer=given.get("solution"),
        attributes=tuple(
            (column.removeprefix(ATTRIBUTE), given[column])
            for column in sorted(given)
            if column.startswith(ATTRIBUTE)
        ),
        line=line,
    )


def _text(file: InputFile, line: int, column: str, cell: str) -> str:
    check_text(
        cell,
        lambda why: file.error(
            "people-file.text", f"{shown(cell)} {why}", line=line, field=column
        ),
    )
    return cell


def _split(file: InputFile, line: int, row: str) -> tuple[str, ...]:
    """Return the fields of a line, unquoted."""
    if '"' not in row:
        return tuple(row.split(","))
    if not _RECORD.fullmatch(row):
        rule = (
            'put a field that holds a quote in quotes, each inner one doubled: "a""b"'
        )
        raise file.error(
            "people-file.quote", f"misplaced quotation mark: {rule}", line=line
        )
    return tuple(
        found[1:-1].replace('""', '"') if found.startswith('"') else found
        for found in _FIELDS.findall(row)
    )


def _number(file: InputFile, line: int, column: str, cell: str) -> int:
    if not _NUMBER.fullmatch(cell):
        rule = "must be 0 or digits 0-9 without sign, point, blank or leading zero"
        problem = f"{rule}, found {shown(cell)}"
        raise file.error("people-file.number", problem, line=line, field=column)
    if len(cell) > _LONGEST_NUMBER or int(cell) > UINT_MAX:
        problem = f"is above {UINT_MAX}: {shown(cell)}"
        raise file.error("people-file.range", problem, line=line, field=column)
    return int(cell)


def _check_distinct(file: InputFile, people: Sequence[Person]) -> None:
    first: dict[str, int] = {}
    for line, person in enumerate(people, 2):
        earlier = first.setdefault(person.name, line)
        if earlier != line:
            problem = f"{shown(person.name)} is on line {earlier} already"
            hint = "one row a person; tell namesakes apart"
            raise file.error(
                "people-file.duplicate", f"{problem}: {hint}", line=line, field="person"
            )
