"""PEOPLE.csv: the list of verified people (specs/terms-file.md, section 4.4)."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from fairlot.assigned import is_assigned
from fairlot.bids import Bid
from fairlot.errors import InputError
from fairlot.inputs.amounts import read_amount, read_count
from fairlot.inputs.bid_cell import read_bid
from fairlot.inputs.distinct import ID, PERSON, Distinct
from fairlot.inputs.input_file import InputFile, Refusals
from fairlot.inputs.sheet import Column, Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.money import Currency
from fairlot.same_name import compared_name
from fairlot.text import Fail, check_attribute, check_text, shown

COLUMNS = (PERSON, "wants", "deposit")
"""The columns that every file has."""
MORE_COLUMNS = ("group", "bid", "tier", "choices", "solution")
"""The other columns that a file may have."""
BETTER = ">"
"""What stands in a list of choices between an option and the next best."""
ATTRIBUTE = "attr:"
"""The beginning of the name of a column that holds an attribute."""

_FIRST = frozenset((*COLUMNS, ID))


@dataclass(frozen=True, slots=True)
class Person:
    """One row: a verified person and what they ask for."""

    name: str
    """What names the person in every output, distinct: the id, else the name as typed."""
    wants: int
    """Units wanted, uint64."""
    amount: int
    """Money deposited, in the smallest unit, uint64."""
    group: str | None = None
    """Label of the group: all with the same label form it."""
    bid: Bid | None = field(default=None, repr=False)
    """What units are worth to the person, in the smallest unit of money."""
    tier: str | None = None
    """Name of the highest tier that the person accepts."""
    answer: str | None = field(default=None, repr=False)
    """Answer to the puzzle."""
    choices: tuple[str, ...] = ()
    """Names of the options that the person lists, the most preferred first."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Names and values of the attributes that the person has, ascending."""
    called: str | None = None
    """The name as typed of somebody with an id, by which others may be called too."""
    line: int = field(default=0, compare=False, repr=False)
    """The line of the row in its file, from 1, for errors that are found later."""


def read_people(
    path: Path, currency: Currency | None = None, keep: Collection[str] = ()
) -> tuple[Person, ...]:
    """Return the people of a file, in its order.

    Args:
        path: the file.
        currency: in which the terms say that amounts are written, if in any.
        keep: the columns that the terms say are the seller's own; they are not read.

    Raises:
        InputError: ``people-file.unreadable``, ``people-file.utf8``,
            ``people-file.empty``, ``people-file.separator``, ``people-file.header``,
            ``people-file.attribute``, ``people-file.no-rows``, ``people-file.quote``,
            ``people-file.columns``, ``people-file.person``, ``people-file.number``,
            ``people-file.range``, ``people-file.bid``, ``people-file.text``,
            ``people-file.duplicate``: the first in the file, with all others of the rows
            in ``more``.
    """
    file = read_sheet_text(path)
    sheet = Sheet(file, COLUMNS)
    refusals = Refusals()
    used = dict(_used_columns(sheet, file, keep, refusals))
    refusals.check()
    rows = _Rows(file, currency, refusals, has_ids=ID in used.values())
    people = tuple(rows.read(line, cells) for line, cells in sheet.rows(refusals, used))
    refusals.check()
    if not people:
        raise file.error(
            "people-file.no-rows", "has no row: write one line for each person"
        )
    return people


def _used_columns(
    sheet: Sheet, file: InputFile, keep: Collection[str], refusals: Refusals
) -> Iterator[tuple[int, str]]:
    """Yield number and name of each column to read; add what is wrong with the others."""
    kept = {compared_name(name) for name in keep} - set(COLUMNS)
    found: set[str] = set()
    for index, column in enumerate(sheet.columns):
        if not column.name or column.name in kept:
            continue
        try:
            _check_column(file, sheet.line, column)
        except InputError as error:
            refusals.add(error)
            continue
        if column.name in found:
            problem = f"the column {shown(column.typed)} is there twice: keep one"
            refusals.add(file.error("people-file.header", problem, line=sheet.line))
        found.add(column.name)
        yield index, column.name


def _check_column(file: InputFile, line: int, column: Column) -> None:
    """Check the name of a column."""
    known = (ID, *MORE_COLUMNS)
    if column.name.startswith(ATTRIBUTE):
        check_attribute(
            column.name.removeprefix(ATTRIBUTE),
            lambda why: file.error(
                "people-file.attribute", why, line=line, field=column.name
            ),
        )
    elif column.name not in (*COLUMNS, *known):
        hint = "".join(f"did you mean {name}? " for name in _close(column.name, known))
        typed = shown(column.typed)
        problem = (
            f"unknown column {typed}: {hint}name it in keep under [people] of TERMS.toml "
            f"if it is your own, write {ATTRIBUTE}NAME if it is an attribute, or remove it"
        )
        raise file.error("people-file.header", problem, line=line)


def _close(name: str, known: Sequence[str]) -> list[str]:
    """Return which column somebody may have meant, if one is close."""
    twisted = [column for column in known if sorted(column) == sorted(name)]
    return twisted or get_close_matches(name, known, n=1, cutoff=0.8)


class _Rows:
    """Makes people of rows, and collects what is wrong with them."""

    def __init__(
        self,
        file: InputFile,
        currency: Currency | None,
        refusals: Refusals,
        *,
        has_ids: bool,
    ) -> None:
        self._file = file
        self._currency = currency
        self._refusals = refusals
        self._distinct = Distinct(file, refusals, has_ids=has_ids)
        self._texts: dict[str, str] = {}
        """The texts that kept every rule: most cells say what others said."""

    def read(self, line: int, cells: Mapping[str, str]) -> Person:
        """Return the person of a row; whoever it is if anything is wrong with the row."""
        # Steps 1 and 2.
        typed = self._name(line, PERSON, cells[PERSON])
        given = cells.get(ID)
        name = self._name(line, ID, given) if given else typed
        # Steps 3 and 4.
        wants = self._number(line, "wants", cells["wants"])
        amount = self._number(line, "deposit", cells["deposit"])
        # Step 5.
        texts: dict[str, str] = {}
        bid: Bid | None = None
        for column, cell in cells.items():
            if not cell or column in _FIRST:
                continue
            if column == "bid":
                bid = self._bid(line, cell)
            else:
                texts[column] = self._text(line, column, cell)
        # Step 6.
        if typed and name:
            self._distinct.add(line, typed, name if given else None)
        return Person(
            name=name,
            wants=wants,
            amount=amount,
            group=texts.pop("group", None),
            bid=bid,
            tier=texts.pop("tier", None),
            answer=texts.pop("solution", None),
            choices=_listed(texts.pop("choices", None)),
            attributes=tuple(
                (column.removeprefix(ATTRIBUTE), texts[column])
                for column in sorted(texts)
            ),
            called=typed if given else None,
            line=line,
        )

    def _number(self, line: int, column: str, cell: str) -> int:
        try:
            if column == "wants":
                return read_count(cell)
            return read_amount(cell, self._currency)
        except InputError as error:
            placed = self._file.error(
                error.code, error.message, line=line, field=column
            )
            self._refusals.add(placed)
            return 0

    def _bid(self, line: int, cell: str) -> Bid:
        try:
            return read_bid(cell, self._currency)
        except InputError as error:
            placed = self._file.error(error.code, error.message, line=line, field="bid")
            self._refusals.add(placed)
            return 0

    def _name(self, line: int, column: str, cell: str) -> str:
        """Return a name in normal form; an empty one if it breaks a rule."""
        text = _normal(cell)
        try:
            _check_cell(
                text,
                lambda why: self._file.error(
                    "people-file.person",
                    f"{shown(cell)} {why}",
                    line=line,
                    field=column,
                ),
            )
        except InputError as error:
            self._refusals.add(error)
            return ""
        return text

    def _text(self, line: int, column: str, cell: str) -> str:
        """Return a text in normal form; as it is if it breaks a rule."""
        if cell in self._texts:
            return self._texts[cell]
        text = _normal(cell)
        try:
            _check_cell(
                text,
                lambda why: self._file.error(
                    "people-file.text", f"{shown(cell)} {why}", line=line, field=column
                ),
            )
        except InputError as error:
            self._refusals.add(error)
        else:
            self._texts[cell] = text
        return text


def _listed(cell: str | None) -> tuple[str, ...]:
    """Return the parts of a list of choices, whether or not they name options."""
    if cell is None:
        return ()
    return tuple(part.strip() for part in cell.split(BETTER))


def _normal(cell: str) -> str:
    """Return a cell in normal form NFC, which is the same text."""
    if unicodedata.is_normalized("NFC", cell) or not all(map(is_assigned, cell)):
        return cell
    return unicodedata.normalize("NFC", cell)


def _check_cell(text: str, fail: Fail) -> None:
    if "\n" in text:
        raise fail("holds a line break: write it in one line")
    check_text(text, fail)
