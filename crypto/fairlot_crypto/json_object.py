"""One JSON object, read strictly (specs/drand.md, section 3.1).

A small document of known fields: nothing twice, nothing unknown, no number but integers. What
is wrong is reported by the caller's own error.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_GREATEST_LENGTH = 4096
_MOST_BRACKETS = 100
"""Of ``[`` and ``{``: a reader that descends would else run out of stack."""
_HEX = re.compile(r"(?:[0-9a-f]{2})*")

Fail = Callable[[str], Exception]
"""Makes the error for a sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object with the fields that it may have, and no other."""

    values: Mapping[str, object]
    fail: Fail = field(repr=False)
    """Makes the error to raise."""

    def has(self, name: str) -> bool:
        """Tell whether an optional field is there."""
        return name in self.values

    def integer(self, name: str) -> int:
        """Return an integer: no fraction, no exponent, no truth value."""
        value = self.values[name]
        if type(value) is not int:
            raise self.fail(f"{name} must be an integer")
        return value

    def text(self, name: str) -> str:
        """Return a text."""
        value = self.values[name]
        if not isinstance(value, str):
            raise self.fail(f"{name} must be a text")
        return value

    def octets(self, name: str) -> bytes:
        """Return bytes, which are written in lower-case hexadecimal."""
        text = self.text(name)
        if not _HEX.fullmatch(text):
            raise self.fail(f"{name} must be in lower-case hexadecimal")
        return bytes.fromhex(text)

    def object(self, name: str, required: Iterable[str]) -> "JsonObject":
        """Return an object inside this one, with exactly the ``required`` fields."""
        value = self.values[name]
        return _checked(name, value, frozenset(required), frozenset(), self.fail)


def read_json_object(
    data: bytes, required: Iterable[str], optional: Iterable[str], fail: Fail
) -> JsonObject:
    """Read one JSON object (steps 1 to 4).

    Args:
        data: the document, at most 4096 bytes of UTF-8 with at most 100 brackets.
        required: names of the fields that must be there.
        optional: names of those that may be there.
        fail: makes the error to raise.
    """
    # Step 1.
    if len(data) > _GREATEST_LENGTH:
        raise fail(f"it is longer than {_GREATEST_LENGTH} bytes")
    if data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        raise fail(f"it has more than {_MOST_BRACKETS} brackets")
    # Step 2.
    try:
        value: object = json.loads(data.decode(), object_pairs_hook=_Pairs)
    except ValueError as error:
        raise fail("it is not one JSON value in UTF-8") from error
    # Steps 3 and 4.
    names = frozenset(required), frozenset(optional)
    return _checked("the document", value, *names, fail)


class _Pairs(list[tuple[str, object]]):
    """The fields of an object as they stand, those that stand twice included."""


def _checked(
    name: str,
    value: object,
    required: frozenset[str],
    optional: frozenset[str],
    fail: Fail,
) -> JsonObject:
    if not isinstance(value, _Pairs):
        raise fail(f"{name} must be an object")
    fields = dict(value)
    if len(fields) != len(value):
        raise fail(f"{name} has a field twice")
    missing, unknown = required - fields.keys(), fields.keys() - required - optional
    if missing:
        raise fail(f"{name} lacks the field {min(missing)}")
    if unknown:
        raise fail(f"{name} has the unknown field {min(unknown)!r}")
    return JsonObject(fields, fail)
