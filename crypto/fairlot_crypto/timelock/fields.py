"""Fields of a JSON object, read strictly (specs/drand.md, section 3.1)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fairlot_crypto.errors import EncodingError

_GREATEST_LENGTH = 4096
_MOST_BRACKETS = 100
"""Of ``[`` and ``{``: a reader that descends would else run out of stack."""
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object with the fields that it may have, and no other."""

    values: Mapping[str, object]

    def has(self, name: str) -> bool:
        """Tell whether an optional field is there."""
        return name in self.values

    def integer(self, name: str) -> int:
        """Return an integer.

        Raises:
            EncodingError: ``drand.json`` for a fraction, an exponent, a truth value, ..
        """
        value = self.values[name]
        if type(value) is not int:
            raise _error(f"{name} is no integer")
        return value

    def text(self, name: str) -> str:
        """Return a text.

        Raises:
            EncodingError: ``drand.json``.
        """
        value = self.values[name]
        if not isinstance(value, str):
            raise _error(f"{name} is no text")
        return value

    def octets(self, name: str) -> bytes:
        """Return bytes, which are written in lower-case hexadecimal.

        Raises:
            EncodingError: ``drand.json``.
        """
        text = self.text(name)
        if not _HEX.fullmatch(text):
            raise _error(f"{name} is not in lower-case hexadecimal")
        return bytes.fromhex(text)

    def object(self, name: str, required: Iterable[str]) -> "Fields":
        """Return an object inside this one.

        Raises:
            EncodingError: ``drand.json``.
        """
        return _fields(name, self.values[name], frozenset(required), frozenset())


def read_fields(
    data: bytes, required: Iterable[str], optional: Iterable[str] = ()
) -> Fields:
    """Read one JSON object (specs/drand.md, section 3.1, steps 1 to 4).

    Raises:
        EncodingError: ``drand.json`` unless it is within the bounds, is UTF-8 and JSON, has
            every required field, no field twice and no field that is not named.
    """
    if len(data) > _GREATEST_LENGTH:
        raise _error("longer than 4096 bytes")
    if data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        raise _error("more than 100 brackets")
    try:
        value: object = json.loads(data.decode(), object_pairs_hook=_distinct)
    except ValueError as error:
        raise _error("not one JSON value in UTF-8") from error
    return _fields("the document", value, frozenset(required), frozenset(optional))


def _distinct(pairs: list[tuple[str, object]]) -> Fields:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _error("a field occurs twice")
    return Fields(values)


def _fields(
    name: str, value: object, required: frozenset[str], optional: frozenset[str]
) -> Fields:
    if not isinstance(value, Fields):
        raise _error(f"{name} is no object")
    names = value.values.keys()
    if not required <= names <= required | optional:
        raise _error(f"{name} has a missing or an unknown field")
    return value


def _error(problem: str) -> EncodingError:
    return EncodingError("drand.json", problem)
