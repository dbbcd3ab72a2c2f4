"""PEOPLE.csv: the list of verified people (specs/terms-file.md, section 4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.fields import UINT_MAX
from fairlot.input_file import InputFile, read_input
from fairlot.text import shown, text_problem

COLUMNS = ("person", "wants", "deposit")

_FIELD = r'(?:"(?:[^"]|"")*"|[^",]*)'
_RECORD = re.compile(rf"{_FIELD}(?:,{_FIELD})*")
"""A line of RFC 4180: fields are quoted as a whole or hold no quote at all."""
_FIELDS = re.compile(rf"(?:^|,)({_FIELD})")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_LONGEST_NUMBER = len(str(UINT_MAX))


@dataclass(frozen=True, slots=True)
class Person:
    """One row: a verified person and what it asks for."""

    name: str
    """Column person: distinct."""
    wants: int
    """Units wanted, uint64."""
    deposit: int
    """Money deposited, smallest unit, uint64."""


def read_people(path: Path) -> tuple[Person, ...]:
    """Return the people of a file, in its order.

    Raises:
        InputError: ``people-file.unreadable``, ``people-file.utf8``,
            ``people-file.empty``, ``people-file.line-end``, ``people-file.separator``,
            ``people-file.header``, ``people-file.no-rows``,
            ``people-file.blank-line``, ``people-file.quote``, ``people-file.columns``,
            ``people-file.person``, ``people-file.number``, ``people-file.range``,
            ``people-file.duplicate``.
    """
    file = read_input(path, "people-file")
    header, *rows = file.text.rstrip("\n").split("\n")
    _check_header(file, header)
    if not rows:
        raise file.error("no-rows", "has no row: write one line for each person")
    people = tuple(_person(file, line, row) for line, row in enumerate(rows, 2))
    _check_distinct(file, people)
    return people


def _check_header(file: InputFile, header: str) -> None:
    columns = _split(file, 1, header)
    if columns == COLUMNS:
        return
    expected = ",".join(COLUMNS)
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if separator in header:
            problem = f"columns are separated by {name}: use commas, as in {expected}"
            raise file.error("separator", problem, line=1)
    problem = f"the first line must be {expected}, found {shown(header)}"
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown and set(COLUMNS) < set(columns):
        problem = f"unknown column {shown(unknown[0])}: {problem}"
    raise file.error("header", problem, line=1)


def _person(file: InputFile, line: int, row: str) -> Person:
    if not row:
        raise file.error("blank-line", "is blank: remove the line", line=line)
    cells = _split(file, line, row)
    if len(cells) != len(COLUMNS):
        hint = "use commas to separate them" if ";" in row else f"found {shown(row)}"
        columns = f"has {len(cells)} columns, not {len(COLUMNS)}: {hint}"
        raise file.error("columns", columns, line=line)
    name, wants, deposit = cells
    problem = text_problem(name)
    if problem:
        broken = f"{shown(name)} {problem}"
        raise file.error("person", broken, line=line, field="person")
    return Person(
        name=name,
        wants=_number(file, line, "wants", wants),
        deposit=_number(file, line, "deposit", deposit),
    )


def _split(file: InputFile, line: int, row: str) -> tuple[str, ...]:
    """Return the fields of a line, unquoted."""
    if '"' not in row:
        return tuple(row.split(","))
    if not _RECORD.fullmatch(row):
        rule = (
            'put a field that holds a quote in quotes, each inner one doubled: "a""b"'
        )
        raise file.error("quote", f"misplaced quotation mark: {rule}", line=line)
    return tuple(
        found[1:-1].replace('""', '"') if found.startswith('"') else found
        for found in _FIELDS.findall(row)
    )


def _number(file: InputFile, line: int, column: str, cell: str) -> int:
    if not _NUMBER.fullmatch(cell):
        rule = "must be 0 or digits 0-9 without sign, point, blank or leading zero"
        problem = f"{rule}, found {shown(cell)}"
        raise file.error("number", problem, line=line, field=column)
    if len(cell) > _LONGEST_NUMBER or int(cell) > UINT_MAX:
        problem = f"is above {UINT_MAX}: {shown(cell)}"
        raise file.error("range", problem, line=line, field=column)
    return int(cell)


def _check_distinct(file: InputFile, people: Sequence[Person]) -> None:
    first: dict[str, int] = {}
    for line, person in enumerate(people, 2):
        earlier = first.setdefault(person.name, line)
        if earlier != line:
            problem = f"{shown(person.name)} is on line {earlier} already"
            hint = "one row a person; tell namesakes apart"
            raise file.error(
                "duplicate", f"{problem}: {hint}", line=line, field="person"
            )
