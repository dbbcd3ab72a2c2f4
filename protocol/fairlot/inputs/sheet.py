"""Rows and columns of a list as spreadsheets write it (specs/terms-file.md, section 4.2)."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from fairlot.errors import InputError
from fairlot.inputs.input_file import InputFile, Refusals
from fairlot.same_name import compared_name
from fairlot.text import BLANKS, shown

AROUND = f"{BLANKS}\t\n"
"""What is dropped around a cell."""

_SEPARATORS = (",", ";", "\t")
_OTHER_SEPARATORS = ("|",)
"""Those that are recognised to say so."""
_IN_LINE = re.escape(AROUND.replace("\n", ""))
_NOTHING = re.compile(rf'(?:[{_IN_LINE}",;]*\n)*')
"""Lines without content."""
_SEP = re.compile(rf'"?sep=(.)"?[{_IN_LINE},;]*(?:\n|$)', re.IGNORECASE)
"""The line with which some programs name the separator."""
_QUOTING = 'begin and end such a cell with a mark, and double each inside: "a ""b"" c"'


class _Dialect(csv.excel):
    strict = True
    skipinitialspace = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list."""

    name: str
    """What is compared of its name; empty where the first line has none."""
    typed: str


class Sheet:
    """The columns of a list, and its rows one by one."""

    def __init__(
        self, file: InputFile, required: Sequence[str], *, only: bool = False
    ) -> None:
        """Read the first line.

        Args:
            file: the list.
            required: the names of columns that it must have.
            only: whether it may have no others.

        Raises:
            InputError: ``people-file.empty``, ``people-file.separator``,
                ``people-file.header``.
        """
        self._file, self._only = file, only
        begin = _after(_NOTHING, file.text, 0)
        if not file.text[begin:].strip(f'{AROUND}",;'):
            problem = f"is empty: begin with a line {','.join(required)}"
            raise file.error("people-file.empty", problem)
        # Step 1.
        named = _SEP.match(file.text, begin)
        if named:
            begin = _after(_NOTHING, file.text, named.end())
        self.line = 1 + file.text.count("\n", 0, begin)
        """The line of the first row, which names the columns."""
        # Step 2.
        separators = [s for s in _SEPARATORS if not named or s == named[1]]
        separator = _fitting(file.text, begin, separators, required)
        if separator is None:
            raise self._no_header(begin, required, named)
        self.columns = _columns(file.text, begin, separator)
        if only:
            self._check_only(required)
        lines = io.StringIO(file.text)
        lines.seek(begin)
        self._reader = csv.reader(lines, _Dialect, delimiter=separator)
        next(self._reader)

    def _check_only(self, required: Sequence[str]) -> None:
        """Check that the first line names each column once, and no other."""
        over = [column.name for column in self.columns if column.name]
        for name in required:
            over.remove(name)
        if over:
            problem = f"names {shown(over[0])} beside {', '.join(required)}: remove it"
            raise self._file.error("people-file.header", problem, line=self.line)

    def rows(
        self, refusals: Refusals, used: Mapping[int, str]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield line and cells of each row that has content, blanks around them dropped.

        Args:
            refusals: collects what is wrong with rows, which are left out then:
                ``people-file.quote``, which ends the list, and ``people-file.columns``.
            used: the columns to read: their names by their numbers from 0.
        """
        nameless = [i for i, column in enumerate(self.columns) if not column.name]
        least = 1 + max(i for i, column in enumerate(self.columns) if column.name)
        most = len(self.columns)
        for line, record in self._records(refusals):
            cells = [cell.strip(AROUND) for cell in record]
            # Step 4.
            if not any(cells):
                continue
            # Step 5.
            if not least <= len(cells) <= most:
                refusals.add(self._wrong_count(line, cells, least))
                continue
            strays = [i for i in nameless if i < len(cells) and cells[i]]
            if strays:
                refusals.add(self._stray(line, strays[0], cells[strays[0]]))
                continue
            yield line, {name: cells[index] for index, name in used.items()}

    def _records(self, refusals: Refusals) -> Iterator[tuple[int, list[str]]]:
        # Step 3.
        while True:
            line = self.line + self._reader.line_num
            try:
                yield line, next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                what = "a quotation mark is misplaced"
                if "unexpected end" in str(error) or "limit" in str(error):
                    what = "a quotation mark begins a cell that does not end"
                problem = f"{what}: {_QUOTING}"
                refusals.add(self._file.error("people-file.quote", problem, line=line))
                return

    def _wrong_count(self, line: int, cells: Sequence[str], least: int) -> InputError:
        found = (
            f"has {len(cells)} cells, found {shown(', '.join(cells))}, and the first line "
            f"names {least} columns"
        )
        if len(cells) < least:
            empty = [column.typed for column in self.columns[len(cells) : least]]
            hint = (
                f"write empty cells too (here {', '.join(empty)}), or move a column "
                "that is never empty to the end"
            )
        else:
            hint = (
                "quote a cell that holds the separator; remove cells beyond the columns"
            )
        return self._file.error("people-file.columns", f"{found}: {hint}", line=line)

    def _stray(self, line: int, index: int, cell: str) -> InputError:
        problem = (
            f"holds {shown(cell)} in column {index + 1}, which has no name in the first "
            "line: name it there, or empty it"
        )
        return self._file.error("people-file.columns", problem, line=line)

    def _no_header(
        self, begin: int, required: Sequence[str], named: re.Match[str] | None
    ) -> InputError:
        """Return what is wrong with a first line that no separator fits."""
        text = self._file.text
        candidates = (*_SEPARATORS, *_OTHER_SEPARATORS)
        separator = _fitting(text, begin, candidates, required)
        if separator is not None:
            hint = "use commas, semicolons or tabs"
            if named and separator in _SEPARATORS:
                hint = f"the line sep={named[1]} is wrong, remove it"
            problem = f"columns are separated by {separator!r}: {hint}"
            return self._file.error("people-file.separator", problem, line=self.line)
        line = shown(text[begin:].partition("\n")[0])
        tried = [_columns(text, begin, separator) for separator in _SEPARATORS]
        names = [column.name for column in max(tried, key=len)]
        if not names:
            problem = f"a quotation mark is misplaced in {line}: {_QUOTING}"
            return self._file.error("people-file.quote", problem, line=self.line)
        missing = next(name for name in required if name not in names)
        close = get_close_matches(missing, names, n=1)
        hint = f"write {missing} for {close[0]}" if close else "add it"
        more = "" if self._only else ", and more columns if you like"
        problem = (
            f"names no column {missing}, found {line}: {hint}; the first line names "
            f"{', '.join(required)}, in any order{more}"
        )
        return self._file.error("people-file.header", problem, line=self.line)


def _after(pattern: re.Pattern[str], text: str, begin: int) -> int:
    found = pattern.match(text, begin)
    return begin if found is None else found.end()


def _columns(text: str, begin: int, separator: str) -> tuple[Column, ...]:
    """Return the columns that the first row names; none if its quotation marks are wrong."""
    lines = io.StringIO(text)
    lines.seek(begin)
    try:
        record = next(csv.reader(lines, _Dialect, delimiter=separator))
    except csv.Error:
        return ()
    return tuple(Column(compared_name(cell), cell.strip(AROUND)) for cell in record)


def _fitting(
    text: str, begin: int, separators: Sequence[str], required: Sequence[str]
) -> str | None:
    """Return the first separator with which the first row names all required columns."""
    for separator in separators:
        names = {column.name for column in _columns(text, begin, separator)}
        if set(required) <= names:
            return separator
    return None
