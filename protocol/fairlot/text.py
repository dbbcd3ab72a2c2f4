"""Text that people write, and text that people and machines read.

Titles and names follow specs/terms.md, section 3.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from fairlot.assigned import is_assigned

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
"""A value that commands print for machines: integers are below 2^53."""

Viewed: TypeAlias = (
    "bytes | str | int | bool | Sequence[Viewed] | Mapping[str, Viewed] | None"
)
"""A value of which there is a JSON view."""

Fail: TypeAlias = Callable[[str], Exception]
"""Makes the error for what is wrong with a text."""

MAX_TEXT_BYTES = 200
"""The length of the longest text, in bytes of UTF-8."""

_FORBIDDEN = {
    "Cc": "a control character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
"""Unicode categories whose characters no text may contain; these never get new ones."""
BLANKS = (
    "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
"""Category Zs: no text may begin or end with one."""

_SHOWN = 40
_JSON_NUMBERS = 2**53
"""From here on, programs that read JSON may lose digits of a number."""
_FORMULA = frozenset("=+-@")
"""A spreadsheet runs a cell that begins with one of them; full-width ones count as well."""
_UNSEEN = frozenset({"Cc", "Cf", "Zs"})
"""Categories of what a spreadsheet may pass over at the beginning of a cell."""
_QUOTED = frozenset('",;\t\r\n')
"""What would end a cell: some spreadsheets separate cells by semicolons or tabs."""
_JOINERS = frozenset("\u200c\u200d")
"""Without width, between letters or pictures; they neither reorder nor steer."""
_JOINED_FROM = "\u0300"
"""No character below, all of them Latin, is joined to another."""
_ATTRIBUTE = re.compile(r"[a-z0-9_]{1,32}")


def check_text(text: str, fail: Fail) -> None:
    """Check the rules of specs/terms.md, section 3.

    Args:
        text: what somebody wrote.
        fail: makes the error to raise, out of half a sentence about the text that begins
            with a verb.
    """
    if not text:
        raise fail("is empty")
    # What a list mostly holds breaks none of the rules on characters.
    plain = text.isascii() and text.isprintable()
    for character in "" if plain else text:
        forbidden = _FORBIDDEN.get(unicodedata.category(character))
        if forbidden:
            raise fail(f"holds {forbidden} (U+{ord(character):04X}): remove it")
        if not is_assigned(character):
            number = f"U+{ord(character):04X}"
            raise fail(f"holds {number}, which Unicode 14.0 does not assign: remove it")
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise fail(f"is longer than {MAX_TEXT_BYTES} bytes of UTF-8: shorten it")
    if not unicodedata.is_normalized("NFC", text):
        raise fail("is not in Unicode normal form NFC: type it anew")
    if text != text.strip(BLANKS):
        raise fail("begins or ends with a blank: remove it")


def check_attribute(name: str, fail: Fail) -> None:
    """Check the name of an attribute of people; ``fail`` is as in ``check_text``."""
    if not _ATTRIBUTE.fullmatch(name):
        raise fail("must be named with 1 to 32 characters of a-z, 0-9 and _")


def shown(text: str) -> str:
    """Return ``text`` for a message: quoted, escaped, cut to a readable length."""
    if len(text) <= _SHOWN:
        return repr(text)
    return f"{text[:_SHOWN]!r}…"


def printable(text: str) -> str:
    """Return a text as it may be shown: escaped is what steers, reorders or hides.

    Letters of a word and pictures of an emoji that are joined stay so.
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or _joins(c, before, after) else _escaped(c)
        for before, c, after in _with_neighbours(text)
    )


def is_misleading(text: str) -> bool:
    """Tell whether characters without a shape (Cf) reorder or hide in a text.

    Joiners that ``printable`` shows as they are do neither.
    """
    return any(
        unicodedata.category(c) == "Cf" and not _joins(c, before, after)
        for before, c, after in _with_neighbours(text)
    )


def _with_neighbours(text: str) -> Iterable[tuple[str, str, str]]:
    return zip(f" {text}", text, f"{text[1:]} ", strict=False)


def _joins(c: str, before: str, after: str) -> bool:
    seen = min(before, after) >= _JOINED_FROM and (before + after).isprintable()
    return c in _JOINERS and seen


def _escaped(c: str) -> str:
    return c.encode("unicode_escape").decode()


def csv_table(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return a table for spreadsheets and programs (specs/command-line.md, section 2.2).

    Args:
        header: the names of the columns.
        rows: a text or an integer for each column.
    """
    lines = (",".join(map(_cell, row)) for row in (header, *rows))
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    # Step 1. What begins with an apostrophe gets one too: readers take one away.
    begins = value.startswith("'") or _seen_first(value) in _FORMULA
    text = f"'{value}" if begins else value
    # Step 2.
    if _QUOTED.isdisjoint(text):
        return text
    return '"{}"'.format(text.replace('"', '""'))


def _seen_first(text: str) -> str:
    """Return the first character that is seen, in its usual width; nothing for none."""
    seen = (c for c in text if unicodedata.category(c) not in _UNSEEN)
    return unicodedata.normalize("NFKC", next(seen, ""))[:1]


def lasting(seconds: int) -> str:
    """Return a duration as people say it, rounded up: ``40 s``, ``3 h``, ``6 days``."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds > 2 * length:
            return f"{-(-seconds // length)} {unit}"
    return f"{seconds} s"


def json_view(values: Mapping[str, Viewed]) -> dict[str, Json]:
    """Return the JSON view of named values (specs/notation.md, section 4.4).

    Byte strings become hexadecimal digits, integers of 2^53 and more texts.
    """
    return {name: _json(value) for name, value in values.items()}


def _json(value: Viewed) -> Json:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _JSON_NUMBERS else str(value)
    if isinstance(value, Mapping):
        return json_view(value)
    return [_json(item) for item in value]


def counted(number: int, one: str, many: str) -> str:
    """Return ``1 unit`` or ``2 units``."""
    return f"{number} {one if number == 1 else many}"
