"""Whether no two rows of a list are one person (specs/terms-file.md, section 4.5)."""

from typing import TypeAlias

from fairlot.inputs.input_file import InputFile, Refusals
from fairlot.same_name import compared_name
from fairlot.text import shown

PERSON = "person"
"""The column of names."""
ID = "id"
"""The column that tells namesakes apart."""


_Row: TypeAlias = tuple[int, str, str | None]
"""Line, name as typed, id."""


class Distinct:
    """Compares the names on a list as people mean them."""

    def __init__(self, file: InputFile, refusals: Refusals, *, has_ids: bool) -> None:
        """Start with nobody.

        Args:
            file: the list.
            refusals: collects ``people-file.person`` and ``people-file.duplicate``.
            has_ids: whether the list has a column of ids.
        """
        self._file = file
        self._refusals = refusals
        self._has_ids = has_ids
        self._typed: dict[str, _Row] = {}
        """The first row of each compared name, as it is typed."""
        self._named: dict[str, _Row] = {}
        """The same of the names that outputs have, where some are ids."""

    def add(self, line: int, typed: str, given: str | None) -> None:
        """Add a row, with a name that keeps the rules of texts, and an id if it has one."""
        row = line, typed, given
        # Step 1.
        compared = self._compared(line, PERSON, typed)
        named = self._compared(line, ID, given) if given else compared
        if not compared or not named:
            return
        # Step 2.
        before, earlier, its_id = self._typed.setdefault(compared, row)
        if before != line and not (given and its_id):
            hint = "one row a person; give namesakes an id each, in a column id"
            self._refuse(line, PERSON, typed, (before, earlier), hint)
        # Step 3.
        elif self._has_ids:
            before, earlier, its_id = self._named.setdefault(named, row)
            if before != line:
                column, name = (ID, given) if given else (PERSON, typed)
                hint = "each id, and each name without one, is one person's"
                self._refuse(line, column, name, (before, its_id or earlier), hint)

    def _compared(self, line: int, column: str, name: str) -> str:
        """Return what is compared of a name; empty if nothing of it can be seen."""
        compared = compared_name(name)
        if not compared:
            problem = f"nothing of {shown(name)} can be seen: write a name"
            self._refusals.add(
                self._file.error("people-file.person", problem, line=line, field=column)
            )
        return compared

    def _refuse(
        self, line: int, column: str, name: str, earlier: tuple[int, str], hint: str
    ) -> None:
        before, other = earlier
        found = f"{shown(name)} is on line {before} already"
        if name != other:
            same = f"{shown(name)} is the same person as {shown(other)}"
            found = f"{same} on line {before}"
        self._refusals.add(
            self._file.error(
                "people-file.duplicate", f"{found}: {hint}", line=line, field=column
            )
        )
