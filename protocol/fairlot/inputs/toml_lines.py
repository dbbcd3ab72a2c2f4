"""On which line of a TOML file each value is set.

``tomllib`` gives values without their lines. Here the text is read once more for the lines
alone: keys, brackets and strings, and nothing about what values mean. The places that this
finds are compared with the values that ``tomllib`` read: where they differ no line is named.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from fairlot.errors import Where

_DEEPEST = 32
"""Places that lie deeper have no line: terms need four levels."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r'[ \t]*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')
_SCALAR = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}\n#]+"
)


def line_of(text: str, values: Mapping[str, Any], where: Where) -> int | None:
    """Return the line that sets a value, or else the closest value around it.

    Args:
        text: of a TOML file.
        values: what ``tomllib`` reads in it.
        where: the value; it need not be there.

    Returns:
        The line, from 1; ``None`` where it is not certain, or nothing around is set.
    """
    lines = _lines(text, values)
    around = (where[:length] for length in range(len(where), 0, -1))
    return next((lines[place] for place in around if place in lines), None)


def _lines(text: str, values: Mapping[str, Any]) -> Mapping[Where, int]:
    scanner = _Scanner(text)
    try:
        scanner.scan()
    except _Lost:
        return {}
    return scanner.lines if scanner.lines.keys() == set(_places(values, ())) else {}


def _places(value: object, where: Where) -> Iterator[Where]:
    """Yield where everything in a value lies."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        inner = enumerate(cast("list[object]", value))
    for name, item in inner:
        yield (*where, name)
        yield from _places(item, (*where, name))


class _Lost(Exception):  # noqa: N818 (no fault of anybody)
    """The text does not go on as expected."""


class _Scanner:
    """Goes through a text from its beginning, a statement at a time."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Where, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._elements: dict[Where, int] = {}
        """How many ``[[headers]]`` there were of each array."""

    def scan(self) -> None:
        """Fill ``lines``."""
        table: Where = ()
        while self._skip():
            if self._next("[["):
                table = self._header("]]", begins=True)
            elif self._next("["):
                table = self._header("]", begins=False)
            else:
                self._pair(table)

    def _skip(self) -> bool:
        """Pass blanks and comments; tell whether anything follows."""
        self._match(_BLANK)
        return self._at < len(self._text)

    def _next(self, token: str) -> bool:
        """Pass a token if it follows."""
        found = self._text.startswith(token, self._at)
        self._at += len(token) if found else 0
        return found

    def _expect(self, token: str) -> None:
        if not self._next(token):
            raise _Lost

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _Lost
        self._at = match.end()
        return match

    def _set(self, where: Where, begin: int) -> None:
        """Note the line of a place and of what it makes around it."""
        if len(where) > _DEEPEST:
            raise _Lost
        line = bisect_right(self._ends, begin - 1) + 1
        for length in range(1, len(where) + 1):
            self.lines.setdefault(where[:length], line)

    def _keys(self) -> tuple[str, ...]:
        """Read a dotted key."""
        keys = [self._key()]
        while self._next("."):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> str:
        key = self._match(_KEY)[1]
        return next(iter(tomllib.loads(f"{key} = 0"))) if key[0] in "\"'" else key

    def _header(self, end: str, *, begins: bool) -> Where:
        begin = self._at
        *outer, last = self._keys()
        self._expect(end)
        where: Where = ()
        for key in outer:
            where = self._current((*where, key))
        where = (*where, last)
        if begins:
            self._elements[where] = self._elements.get(where, 0) + 1
        where = self._current(where)
        self._set(where, begin)
        return where

    def _current(self, where: Where) -> Where:
        """Return the last element of an array of tables, anything else as it is."""
        count = self._elements.get(where)
        return where if count is None else (*where, count - 1)

    def _pair(self, table: Where) -> None:
        begin = self._at
        where = (*table, *self._keys())
        self._expect("=")
        self._set(where, begin)
        self._value(where)

    def _value(self, where: Where) -> None:
        self._skip()
        if self._next("["):
            self._array(where)
        elif self._next("{"):
            self._inline_table(where)
        else:
            self._match(_SCALAR)

    def _array(self, where: Where) -> None:
        index = 0
        while self._skip() and not self._next("]"):
            self._set((*where, index), self._at)
            self._value((*where, index))
            self._skip()
            self._next(",")
            index += 1

    def _inline_table(self, where: Where) -> None:
        while self._skip() and not self._next("}"):
            self._pair(where)
            self._skip()
            self._next(",")
