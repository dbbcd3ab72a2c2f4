"""Text that people write, and what people and machines are shown.

Titles and names follow specs/terms.md, section 3.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What commands print for machines."""

MAX_TEXT_BYTES = 200
"""Longest text, in bytes of UTF-8."""

_FORBIDDEN = {
    "Cc": "a control character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
"""Unicode categories that no text may hold."""

_SHOWN = 40
_ATTRIBUTE = re.compile(r"[a-z0-9_]{1,32}")


def text_problem(text: str) -> str | None:
    """Say which rule of specs/terms.md, section 3, is broken; ``None`` for none."""
    if not text:
        return "is empty"
    for character in text:
        forbidden = _FORBIDDEN.get(unicodedata.category(character))
        if forbidden:
            return f"holds {forbidden} (U+{ord(character):04X})"
    if len(text.encode()) > MAX_TEXT_BYTES:
        return f"is longer than {MAX_TEXT_BYTES} bytes of UTF-8"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normal form NFC"
    if text != text.strip():
        return "begins or ends with a blank"
    return None


def attribute_problem(name: str) -> str | None:
    """Say what is wrong with the name of an attribute of people; ``None`` for nothing."""
    if _ATTRIBUTE.fullmatch(name):
        return None
    return f"{shown(name)} is no attribute: 1 to 32 characters of a-z, 0-9 and _"


def shown(text: str) -> str:
    """Return ``text`` for a message: quoted, escaped, cut to a readable length."""
    if len(text) <= _SHOWN:
        return repr(text)
    return f"{text[:_SHOWN]!r}…"


def counted(number: int, one: str, many: str) -> str:
    """Return ``1 unit`` or ``2 units``."""
    return f"{number} {one if number == 1 else many}"
