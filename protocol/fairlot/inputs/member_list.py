"""The list of the people whom a host invites (specs/command-line.md, section 29.2)."""

from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError
from fairlot.inputs.distinct import PERSON, Distinct
from fairlot.inputs.input_file import InputFile, Refusals
from fairlot.inputs.sheet import Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.text import check_attribute, check_text, shown

ATTRIBUTE = "attr:"
"""The beginning of the name of a column that holds an attribute."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person who is invited."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    """Names and values, ascending; none is empty."""


def read_members(path: Path) -> tuple[Member, ...]:
    """Return the people of a list, in its order.

    Raises:
        InputError: ``people-file.*``, of what is wrong; all of the rows in ``more``.
    """
    file = read_sheet_text(path)
    sheet = Sheet(file, (PERSON,))
    used = _used(sheet, file)
    refusals = Refusals()
    distinct = Distinct(file, refusals, has_ids=False)
    found: list[Member] = []
    for line, cells in sheet.rows(refusals, used):
        try:
            for column, cell in cells.items():
                _check_cell(file, line, column, cell)
        except InputError as error:
            refusals.add(error)
            continue
        distinct.add(line, cells[PERSON], None)
        given = sorted((name, cell) for name, cell in cells.items() if cell)
        attributes = tuple(
            (name.removeprefix(ATTRIBUTE), cell)
            for name, cell in given
            if name != PERSON
        )
        found.append(Member(cells[PERSON], attributes))
    refusals.check()
    if not found:
        problem = "has no row: write one line for each person"
        raise file.error("people-file.no-rows", problem)
    return tuple(found)


def _used(sheet: Sheet, file: InputFile) -> dict[int, str]:
    """Return the columns that are read; others are the seller's own."""
    used: dict[int, str] = {}
    for index, column in enumerate(sheet.columns):
        if column.name != PERSON and not column.name.startswith(ATTRIBUTE):
            continue
        if column.name in used.values():
            problem = f"the column {shown(column.typed)} is there twice: keep one"
            raise file.error("people-file.header", problem, line=sheet.line)
        if column.name != PERSON:
            _check_attribute(file, sheet.line, column.name)
        used[index] = column.name
    return used


def _check_attribute(file: InputFile, line: int, name: str) -> None:
    check_attribute(
        name.removeprefix(ATTRIBUTE),
        lambda why: file.error("people-file.attribute", why, line=line, field=name),
    )


def _check_cell(file: InputFile, line: int, column: str, cell: str) -> None:
    if column == PERSON or cell:
        check_text(
            cell,
            lambda why: file.error("people-file.text", why, line=line, field=column),
        )
