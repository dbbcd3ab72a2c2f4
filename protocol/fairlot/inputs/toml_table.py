"""Tables of a TOML file, read strictly, with errors that name file, line and field."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from fairlot.errors import InputError
from fairlot.inputs.input_file import InputFile
from fairlot.text import shown, text_problem

_SHOWN_BITS = 128
_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")
_UNQUOTED = str.maketrans("", "", " \t\"'")
"""Removes what may surround the parts of a dotted key."""


def parse_toml(file: InputFile) -> "Table":
    """Return the top level of a file.

    Raises:
        InputError: the rule ``toml`` of the file's subject.
    """
    try:
        return Table(file, "", tomllib.loads(file.text))
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else file.text.rstrip("\n").count("\n") + 1
        problem = _PLACE.sub("", str(error)).removesuffix(" (at end of document)")
        raise file.error("toml", f"is not TOML: {problem}", line=line) from error
    except (ValueError, RecursionError) as error:
        problem = "holds a number of too many digits or brackets too deep"
        raise file.error("toml", problem) from error


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file."""

    file: InputFile
    name: str
    """Dotted, elements of arrays counted from 1; empty for the top level."""
    values: Mapping[str, Any]

    def check_keys(
        self,
        required: Sequence[str],
        optional: Sequence[str],
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse keys that are unknown, then keys that are missing.

        Args:
            required: keys that must be there.
            optional: keys that may be there.
            elsewhere: what to say of keys that are known in another place.
        """
        known = (*required, *optional)
        for key in self.values:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                hint = f"did you mean {close[0]}?" if close else "remove it"
                problem = (elsewhere or {}).get(key, f"is not a known key: {hint}")
                raise self.error("unknown", key, problem)
        missing = [key for key in required if key not in self.values]
        if missing:
            problem = f"must be given: add a line {missing[0]} = …"
            line = line_of(self.file.text, self.name) if self.name else None
            field = ", ".join(self._path(key) for key in missing)
            raise self.file.error("missing", problem, line=line, field=field)

    def table(self, key: str, known: Sequence[str]) -> "Table":
        """Return an optional table with some of the known keys; an absent one is empty."""
        table = self.open_table(key)
        table.check_keys((), known)
        return table

    def open_table(self, key: str) -> "Table":
        """Return an optional table whose keys the writer chooses."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(
                "table", key, f"must be a table: write [{self._path(key)}]"
            )
        return Table(self.file, self._path(key), cast("dict[str, Any]", value))

    def tables(self, key: str) -> "tuple[Table, ...]":
        """Return an array of tables that is there."""
        values = self.values[key]
        path = self._path(key)
        if not isinstance(values, list) or not all(
            isinstance(value, dict) for value in cast("list[object]", values)
        ):
            rule = f"must be an array of tables: write [[{key}]] before each"
            raise self.error("table", key, rule)
        found = cast("list[dict[str, Any]]", values)
        return tuple(
            Table(self.file, f"{path}[{index}]", value)
            for index, value in enumerate(found, 1)
        )

    def text(self, key: str) -> str:
        """Return a text under the rules of specs/terms.md, section 3."""
        return self._text(key, self.values[key])

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an array of texts under the same rules."""
        return tuple(
            self._text(f"{key}[{index}]", value)
            for index, value in enumerate(self._array(key, "texts"), 1)
        )

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return an integer in [low, high]; booleans are none."""
        return self._integer(key, self.values.get(key, default), low, high)

    def integers(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """Return an array of integers in [low, high]; an absent one is empty."""
        return tuple(
            self._integer(f"{key}[{index}]", value, low, high)
            for index, value in enumerate(self._array(key, "integers"), 1)
        )

    def flag(self, key: str, default: bool) -> bool:
        """Return a boolean."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            problem = f"must be true or false, found {_found(value)}"
            raise self.error("boolean", key, problem)
        return value

    def error(self, rule: str, key: str, problem: str) -> InputError:
        """Return an error at the line of a key, where that can be found.

        ``key`` may be dotted; without one the table as a whole is named.
        """
        path = self._path(key)
        line = line_of(self.file.text, path)
        return self.file.error(rule, problem, line=line, field=path)

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name and key else self.name or key

    def _array(self, key: str, kind: str) -> Sequence[object]:
        value: object = self.values.get(key, [])
        if not isinstance(value, list):
            problem = f"must be an array of {kind} in [ ], found {_found(value)}"
            raise self.error("array", key, problem)
        return cast("Sequence[object]", value)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.error("text", key, f"must be a text, found {_found(value)}")
        problem = text_problem(value)
        if problem:
            raise self.error("text", key, f"{shown(value)} {problem}")
        return value

    def _integer(self, key: str, value: object, low: int, high: int) -> int:
        rule = f"must be an integer {low}..{high}"
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error("integer", key, f"{rule}, found {_found(value)}")
        if not low <= value <= high:
            raise self.error("range", key, f"{rule}, found {_found(value)}")
        return value


def _found(value: object) -> str:
    """Say what was found in place of something else."""
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _SHOWN_BITS else "a huge number"
    kinds: dict[type, str] = {
        float: "a number with a point",
        dict: "a table",
        list: "a list",
    }
    return kinds.get(type(value), "a date or time")


def line_of(text: str, path: str) -> int | None:
    """Return the first line that sets ``path`` or a part of it, else the closest around."""
    names = list(_names(text))
    for number, name in enumerate(names, 1):
        if _holds(path, name):
            return number
    around = [
        (-len(name), number)
        for number, name in enumerate(names, 1)
        if _holds(name, path)
    ]
    return min(around)[1] if around else None


def _holds(path: str, inner: str) -> bool:
    """Tell whether ``inner`` is ``path`` or lies in it."""
    return bool(path) and inner.startswith(path) and inner[len(path) :][:1] in ".["


def _names(text: str) -> Iterator[str]:
    """Yield, for each line, the dotted name that it sets, for lines that set one."""
    header, counts = "", dict[str, int]()
    for line in text.split("\n"):
        statement = line.strip().translate(_UNQUOTED)
        if statement.startswith("["):
            name = statement.strip("[").partition("]")[0]
            header = _numbered(name, counts, begins=statement.startswith("[["))
            yield header
        else:
            key = statement.partition("=")[0]
            yield f"{header}.{key}" if header else key


def _numbered(name: str, counts: dict[str, int], *, begins: bool) -> str:
    """Return a header's name with the numbers of the array elements that it means.

    Args:
        name: dotted, as it stands in the file.
        counts: elements of arrays so far, by numbered name; changed.
        begins: whether the header begins an element.
    """
    path = ""
    *outer, last = name.split(".")
    for part in outer:
        path = f"{path}.{part}" if path else part
        path += f"[{counts[path]}]" if path in counts else ""
    path = f"{path}.{last}" if path else last
    if begins:
        counts[path] = counts.get(path, 0) + 1
    return f"{path}[{counts[path]}]" if path in counts else path
