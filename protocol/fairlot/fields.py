"""Reads the fields of a map that somebody else made (specs/notation.md, section 4).

The reader asks for every field once, by name, type and range; ``done`` refuses the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from typing import TypeAlias, cast

from fairlot.errors import Where, place
from fairlot.text import shown
from fairlot_crypto.cbor import Value

UINT_MAX = 2**64 - 1
"""The largest money, count or time: integers are uint64."""

_SHOWN_BITS = 128


class FieldRule(Enum):
    """What is asked of a field."""

    MISSING = auto()
    """It must be there."""
    UNKNOWN = auto()
    """It must be known."""
    BYTES = auto()
    """It must be a byte string, of one length where that is given."""
    TEXT = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    RANGE = auto()
    """An integer must lie in a range."""
    ARRAY = auto()
    MAP = auto()
    """It must be a map, or an array of maps."""
    VALUE = auto()
    """It must be one of some values."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that breaks a rule."""

    rule: FieldRule
    where: Where
    must: str
    """What must hold, in half a sentence that begins with a verb."""
    found: str = ""
    """What was found instead, where that helps; it may quote what somebody wrote."""

    def __str__(self) -> str:
        """Return the whole sentence."""
        return f"{place(self.where)} {self.text}"

    @property
    def text(self) -> str:
        """The sentence without the place."""
        return f"{self.must}, found {self.found}" if self.found else self.must


ByteString: TypeAlias = bytes
ByteStrings: TypeAlias = tuple[bytes, ...]
"""What a method called ``bytes`` hides inside its class."""

Fail = Callable[[Problem], Exception]
"""Makes the error for a field that breaks a rule."""

_MAPS = (dict, Mapping)
"""Most maps are built-in ones, which are known at once."""


class Fields:
    """The fields of one map, with the place that errors name."""

    def __init__(self, value: Value, where: Where, fail: Fail) -> None:
        """Start reading.

        Args:
            value: what was decoded; anything but a map is refused.
            where: where the map lies, e.g. in the field ``order`` of ``body``.
            fail: makes the error to raise.
        """
        self._where = where
        self._fail = fail
        if not isinstance(value, _MAPS):
            raise fail(Problem(FieldRule.MAP, where, "must be a map", _found(value)))
        self._left = dict(value)

    @property
    def where(self) -> Where:
        """Where the map lies, for the caller's own errors."""
        return self._where

    def at(self, name: str) -> Where:
        """Return where a field lies."""
        return (*self._where, name)

    def error(self, name: str, text: str) -> Exception:
        """Return the error for a value that the caller finds wrong."""
        return self._error(FieldRule.VALUE, name, text)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that nobody has asked for yet, ascending."""
        return tuple(sorted(self._left))

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._left:
            self.only((), ())

    def only(
        self,
        required: Sequence[str],
        optional: Sequence[str],
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse fields that are unknown, then fields that are missing.

        Args:
            required: fields that must be there.
            optional: fields that may be there.
            elsewhere: what to say of fields that are known in another place.
        """
        known = (*required, *optional)
        for name in self._left:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean {close[0]}?" if close else "remove it"
                text = (elsewhere or {}).get(name, f"is not a known field: {hint}")
                raise self._error(FieldRule.UNKNOWN, name, text)
        missing = [name for name in required if name not in self._left]
        if missing:
            others = f", and so must {', '.join(missing[1:])}" if missing[1:] else ""
            text = f"must be given{others}"
            raise self._error(FieldRule.MISSING, missing[0], text)

    def has(self, name: str) -> bool:
        """Tell whether an optional field is present."""
        return name in self._left

    def peek(self, name: str) -> Value:
        """Return a field that is asked for later, too; null where it is absent."""
        return self._left.get(name)

    def length(self, name: str) -> int | None:
        """Return how long an array is that is asked for later; ``None`` if it is none."""
        value = self.peek(name)
        return len(value) if isinstance(value, list) else None

    def value(self, name: str) -> Value:
        """Return a field as it is."""
        if name not in self._left:
            raise self._error(FieldRule.MISSING, name, "must be given")
        return self._left.pop(name)

    def bytes(self, name: str, length: int | None = None) -> bytes:
        """Return a byte string, of ``length`` bytes where that is given."""
        value = self._left.get(name)
        if isinstance(value, bytes) and (length is None or length == len(value)):
            del self._left[name]
            return value
        return self._octets(self.at(name), self.value(name), length)

    def byte_strings(self, name: str, length: int | None = None) -> ByteStrings:
        """Return an array of byte strings, of ``length`` bytes each where that is given."""
        return tuple(
            self._octets((*self.at(name), index), item, length)
            for index, item in enumerate(self.array(name, "byte strings"))
        )

    def text(self, name: str) -> str:
        """Return a text."""
        value = self.value(name)
        return value if isinstance(value, str) else self._text(self.at(name), value)

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        value = self.value(name)
        if not isinstance(value, bool):
            must = "must be true or false"
            raise self._error(FieldRule.BOOLEAN, name, must, _found(value))
        return value

    def uint(self, name: str, low: int = 0, high: int = UINT_MAX) -> int:
        """Return an integer in [low, high]; booleans are none."""
        value = self._left.get(name)
        if type(value) is int and low <= value <= high:
            del self._left[name]
            return value
        return self._uint(self.at(name), self.value(name), low, high)

    def exactly(self, name: str, expected: Value) -> None:
        """Require one value."""
        value = self.value(name)
        if type(value) is not type(expected) or value != expected:
            must = f"must be {expected!r}"
            raise self._error(FieldRule.VALUE, name, must, _found(value))

    def array(self, name: str, of: str = "") -> list[Value]:
        """Return an array.

        Args:
            name: the field.
            of: what the elements are called in the error.
        """
        value = self.value(name)
        if not isinstance(value, list):
            must = f"must be an array of {of}" if of else "must be an array"
            raise self._error(FieldRule.ARRAY, name, must, _found(value))
        return value

    def map(self, name: str) -> "Fields":
        """Return a map, to be read in turn."""
        return Fields(self.value(name), self.at(name), self._fail)

    def maps(self, name: str) -> "list[Fields]":
        """Return an array of maps, to be read in turn."""
        value = self.value(name)
        if not isinstance(value, list):
            must = "must be an array of maps"
            raise self._error(FieldRule.MAP, name, must, _found(value))
        return [
            Fields(item, (*self.at(name), index), self._fail)
            for index, item in enumerate(value)
        ]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of texts."""
        return tuple(
            self._text((*self.at(name), index), item)
            for index, item in enumerate(self.array(name, "texts"))
        )

    def uints(self, name: str) -> tuple[int, ...]:
        """Return an array of integers."""
        return tuple(
            self._uint((*self.at(name), index), item, 0, UINT_MAX)
            for index, item in enumerate(self.array(name, "integers"))
        )

    def _octets(self, where: Where, value: Value, length: int | None) -> ByteString:
        if not isinstance(value, bytes):
            must = "must be a byte string"
            raise self._fail(Problem(FieldRule.BYTES, where, must, _found(value)))
        if length is not None and len(value) != length:
            text = f"must have {length} bytes, and has {len(value)}"
            raise self._fail(Problem(FieldRule.BYTES, where, text))
        return value

    def _text(self, where: Where, value: Value) -> str:
        if not isinstance(value, str):
            problem = Problem(FieldRule.TEXT, where, "must be a text", _found(value))
            raise self._fail(problem)
        return value

    def _uint(self, where: Where, value: Value, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            rule = FieldRule.INTEGER
        elif not low <= value <= high:
            rule = FieldRule.RANGE
        else:
            return value
        must = f"must be an integer from {low} to {high}"
        raise self._fail(Problem(rule, where, must, _found(value)))

    def _error(
        self, rule: FieldRule, name: str, must: str, found: str = ""
    ) -> Exception:
        return self._fail(Problem(rule, self.at(name), must, found))


def _found(value: object) -> str:
    """Say what was found in place of something else."""
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _SHOWN_BITS else "a huge number"
    kinds: dict[type, str] = {
        type(None): "null",
        bytes: "a byte string",
        float: "a number with a point",
        dict: "a map",
        list: "an array",
    }
    return kinds.get(type(value), "a date or time")


def uint_problem(value: object, low: int = 0, high: int = UINT_MAX) -> str | None:
    """Say why an argument is not an integer in [low, high]; ``None`` where it is."""
    if isinstance(value, bool) or not isinstance(value, int):
        return f"must be an integer, not {type(value).__name__}"
    return None if low <= value <= high else f"must be in {low}..{high}, not {value}"


def uints_problem(values: Sequence[object], low: int = 0) -> str | None:
    """Say why the first of many is not an integer in [low, 2^64 - 1]; ``None`` for none.

    Many numbers are looked at at once, and only one by one if something is wrong.
    """
    if not set(map(type, values)) - {int}:
        numbers = cast("Sequence[int]", values)
        if min(numbers, default=low) >= low and max(numbers, default=low) <= UINT_MAX:
            return None
    return next(filter(None, (uint_problem(value, low) for value in values)), None)


def bytes_problem(value: object, length: int) -> str | None:
    """Say why an argument is not ``length`` bytes; ``None`` where it is."""
    if not isinstance(value, bytes):
        return f"must be {length} bytes, not {type(value).__name__}"
    return None if len(value) == length else f"must be {length} bytes, not {len(value)}"


def all_bytes_problem(values: Sequence[object], length: int) -> str | None:
    """Say why the first of many is not ``length`` bytes; ``None`` where all are."""
    if not set(map(type, values)) - {bytes}:
        strings = cast("Sequence[bytes]", values)
        if not set(map(len, strings)) - {length}:
            return None
    found = (bytes_problem(value, length) for value in values)
    return next(filter(None, found), None)
