"""MEMBERS.csv: whom an attester gives codes (specs/attesters.md, section 1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairlot.errors import InputError, Rejection
from fairlot.identity.attestation import check_attributes
from fairlot.identity.member_book import Member
from fairlot.identity.registry import Registry
from fairlot.inputs.input_file import InputFile, Refusals, recoded
from fairlot.inputs.sheet import Sheet
from fairlot.inputs.sheet_text import read_sheet_text
from fairlot.text import shown

PERSON, ADDRESS = "person", "address"

_SHEET_CODES: Mapping[str, str] = {
    "people-file.unreadable": "members-file.unreadable",
    "people-file.utf8": "members-file.form",
    "people-file.empty": "members-file.form",
    "people-file.separator": "members-file.form",
    "people-file.header": "members-file.form",
    "people-file.quote": "members-file.form",
    "people-file.columns": "members-file.form",
}
"""What a list of people is refused with, and what this one is."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes members of rows, and collects what is wrong with them."""

    file: InputFile
    registry: Registry
    refusals: Refusals
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Where a person was read first."""

    def member(self, line: int, cells: Mapping[str, str]) -> Member:
        """Return the member of a row, whoever it is if the row is wrong."""
        person = cells[PERSON]
        self._check_person(line, person)
        names = [each.name for each in self.registry.attributes]
        attributes = tuple(cells.get(name, "") for name in names)
        try:
            check_attributes(self.registry, attributes)
        except Rejection as error:
            problem = error.message
            self.refusals.add(self.file.error("members-file.value", problem, line=line))
        return Member(person, attributes, cells.get(ADDRESS, ""))

    def _check_person(self, line: int, person: str) -> None:
        try:
            canonical = self.registry.uniqueness.source.canonical(person)
        except Rejection as error:
            problem = error.message
            self.refusals.add(
                self.file.error("members-file.person", problem, line=line)
            )
            return
        first = self.lines.setdefault(canonical, line)
        if first != line:
            problem = f"{shown(person)} is the person of line {first}: list them once"
            self.refusals.add(self.file.error("members-file.twice", problem, line=line))


def read_members(path: Path, registry: Registry) -> tuple[Member, ...]:
    """Return the members of a file, in its order (step 5).

    Args:
        path: of the file.
        registry: says how people are told apart, and what is attested of them.

    Raises:
        InputError: ``members-file.unreadable``, ``members-file.form``,
            ``members-file.column``, ``members-file.person``, ``members-file.twice``,
            ``members-file.value``: the first in the file, with all others of the rows in
            ``more``.
    """
    try:
        return _read(path, registry)
    except InputError as error:
        raise recoded(error, _own_code) from error.__cause__


def _read(path: Path, registry: Registry) -> tuple[Member, ...]:
    # Step 5.
    file = read_sheet_text(path)
    sheet = Sheet(file, (PERSON,))
    names = (PERSON, ADDRESS, *(each.name for each in registry.attributes))
    used: dict[int, str] = {}
    for index, column in enumerate(sheet.columns):
        if column.name in used.values():
            problem = f"names the column {column.name} twice: keep one"
            raise file.error("members-file.form", problem, line=sheet.line)
        if column.name and column.name not in names:
            problem = f"names {shown(column.typed)}: there may be {', '.join(names)}"
            raise file.error("members-file.column", problem, line=sheet.line)
        if column.name:
            used[index] = column.name
    refusals = Refusals()
    reader = _Reader(file, registry, refusals)
    members = tuple(reader.member(*each) for each in sheet.rows(refusals, used))
    refusals.check()
    return members


def _own_code(code: str) -> str:
    return _SHEET_CODES.get(code, code)
