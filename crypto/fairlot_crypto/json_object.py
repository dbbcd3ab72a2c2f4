"""Reads one JSON object strictly (specs/drand.md, section 3.1).

The only reader of JSON in both packages. A document is small and has known fields: no name
stands twice, no field is unknown, and the only numbers are integers. The caller's own error
reports what is wrong.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, cast

_GREATEST_LENGTH = 4096
_MOST_BRACKETS = 100
"""Of ``[`` and ``{``: deeper nesting would exhaust the stack of a recursive reader."""
_HEX = re.compile(r"(?:[0-9a-f]{2})*")

Fail = Callable[[str], Exception]
"""Makes the error for a sentence that says what is wrong."""


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object with the fields that it may have, and no other."""

    values: Mapping[str, object] = field(repr=False)
    """The fields by name; a secret may be among them."""
    fail: Fail = field(repr=False)
    """Makes the error to raise."""

    def has(self, name: str) -> bool:
        """Tell whether an optional field is there."""
        return name in self.values

    def integer(self, name: str) -> int:
        """Return an integer (step 5): no fraction, no exponent, no truth value."""
        # Step 5.
        value = self.values[name]
        if type(value) is not int:
            raise self.fail(f"{name} must be an integer")
        return value

    def text(self, name: str) -> str:
        """Return a text (step 5)."""
        # Step 5.
        value = self.values[name]
        if not isinstance(value, str):
            raise self.fail(f"{name} must be a text")
        return value

    def octets(self, name: str) -> bytes:
        """Return bytes (step 5), which are written in lower-case hexadecimal."""
        # Step 5.
        text = self.text(name)
        if not _HEX.fullmatch(text):
            raise self.fail(f"{name} must be in lower-case hexadecimal")
        return bytes.fromhex(text)

    def object(self, name: str, required: Iterable[str]) -> "JsonObject":
        """Return an object inside this one, with exactly the ``required`` fields."""
        value = self.values[name]
        return _checked(name, value, frozenset(required), frozenset(), self.fail)

    def objects(self, name: str) -> "tuple[JsonObject, ...]":
        """Return an array of objects inside this one, whose fields may be any."""
        value = self.values[name]
        if not isinstance(value, list) or isinstance(value, _Pairs):
            raise self.fail(f"{name} must be an array")
        each = cast("list[object]", value)
        none: frozenset[str] = frozenset()
        return tuple(_checked(name, item, none, None, self.fail) for item in each)


def read_json_object(
    data: bytes,
    required: Iterable[str],
    optional: Iterable[str] | None,
    fail: Fail,
    most: int = _GREATEST_LENGTH,
) -> JsonObject:
    """Read one JSON object (steps 1 to 4).

    Args:
        data: the document, at most ``most`` bytes of UTF-8 with at most 100 brackets.
        required: names of the fields that must be there.
        optional: names of the fields that may be there; ``None`` where others may extend the
            object, whose fields are passed over.
        fail: makes the error to raise.
        most: bytes; others' documents may be longer than ours.
    """
    # Step 1.
    if len(data) > most:
        raise fail(f"the document must have at most {most} bytes")
    if data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        raise fail(f"the document must have at most {_MOST_BRACKETS} opening brackets")
    # Step 2. A number that is no integer is refused before it could become a float.
    try:
        value: object = json.loads(
            data.decode(),
            object_pairs_hook=_Pairs,
            parse_float=_not_an_integer,
            parse_constant=_not_an_integer,
        )
    except ValueError as error:
        raise fail(f"the document must be one JSON value in UTF-8: {error}") from error
    # Steps 3 and 4.
    others = None if optional is None else frozenset(optional)
    return _checked("the document", value, frozenset(required), others, fail)


class _Pairs(list[tuple[str, object]]):
    """The fields of an object as they stand, including those that stand twice."""


def _not_an_integer(number: str) -> NoReturn:
    raise ValueError(f"{number[:20]} is not an integer")


def _checked(
    name: str,
    value: object,
    required: frozenset[str],
    optional: frozenset[str] | None,
    fail: Fail,
) -> JsonObject:
    # Step 3.
    if not isinstance(value, _Pairs):
        raise fail(f"{name} must be an object")
    fields = dict(value)
    if len(fields) != len(value):
        raise fail(f"{name} must not have a field twice")
    # Step 4.
    missing = required - fields.keys()
    if missing:
        raise fail(f"{name} must have the field {min(missing)}")
    if optional is None:
        return JsonObject(fields, fail)
    unknown = fields.keys() - required - optional
    if unknown:
        raise fail(f"{name} must not have the field {min(unknown)!r}")
    return JsonObject(fields, fail)
