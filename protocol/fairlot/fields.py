"""Reads the fields of a map that somebody else made (specs/notation.md, section 4).

Every field is asked for once by name, type and range; ``done`` refuses what is left over.
"""

from collections.abc import Callable, Mapping
from typing import cast

from fairlot_crypto.cbor import Value

UINT_MAX = 2**64 - 1
"""The largest money, count or time: integers are uint64."""

Fail = Callable[[str], Exception]
"""Makes the error for a message that names the path and the rule."""


class Fields:
    """The fields of one map, with the path that errors name."""

    def __init__(self, value: Value, path: str, fail: Fail) -> None:
        """Start reading.

        Args:
            value: what was decoded; anything but a map is refused.
            path: where the map lies, e.g. ``body.order``.
            fail: makes the error to raise.
        """
        if not isinstance(value, Mapping):
            raise fail(f"{path} is not a map")
        self._left = dict(value)
        self._path = path
        self._fail = fail

    @property
    def path(self) -> str:
        """Where the map lies, for the caller's own errors."""
        return self._path

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._left:
            names = ", ".join(repr(name) for name in sorted(self._left))
            raise self._fail(f"{self._path} has unknown fields: {names}")

    def has(self, name: str) -> bool:
        """Tell whether an optional field is there."""
        return name in self._left

    def value(self, name: str) -> Value:
        """Return a field as it is."""
        if name not in self._left:
            raise self._fail(f"{self._path}.{name} is missing")
        return self._left.pop(name)

    def bytes(self, name: str, length: int | None = None) -> bytes:
        """Return a byte string, of ``length`` bytes where that is given."""
        value = self.value(name)
        if not isinstance(value, bytes):
            raise self._fail(f"{self._path}.{name} is not a byte string")
        if length is not None and len(value) != length:
            raise self._fail(f"{self._path}.{name} has not {length} bytes")
        return value

    def text(self, name: str) -> str:
        """Return a text."""
        value = self.value(name)
        if not isinstance(value, str):
            raise self._fail(f"{self._path}.{name} is not a text")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise self._fail(f"{self._path}.{name} is not a boolean")
        return value

    def uint(self, name: str, low: int = 0, high: int = UINT_MAX) -> int:
        """Return an integer in [low, high]."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._fail(f"{self._path}.{name} is not an integer")
        if not low <= value <= high:
            raise self._fail(f"{self._path}.{name} is not in {low}..{high}")
        return value

    def exactly(self, name: str, expected: Value) -> None:
        """Require one value."""
        value = self.value(name)
        if type(value) is not type(expected) or value != expected:
            raise self._fail(f"{self._path}.{name} is not {expected!r}")

    def array(self, name: str) -> list[Value]:
        """Return an array."""
        value = self.value(name)
        if not isinstance(value, list):
            raise self._fail(f"{self._path}.{name} is not an array")
        return value

    def map(self, name: str) -> "Fields":
        """Return a map, to be read in turn."""
        return Fields(self.value(name), f"{self._path}.{name}", self._fail)

    def maps(self, name: str) -> "list[Fields]":
        """Return an array of maps, to be read in turn."""
        return [
            Fields(item, f"{self._path}.{name}[{i}]", self._fail)
            for i, item in enumerate(self.array(name))
        ]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an array of texts."""
        items = self.array(name)
        if not all(isinstance(item, str) for item in items):
            raise self._fail(f"{self._path}.{name} is not an array of texts")
        return tuple(cast("list[str]", items))
