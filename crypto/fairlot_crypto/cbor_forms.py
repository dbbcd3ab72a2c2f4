"""Forms of items that were read in full, by which others like them are read at a glance.

specs/notation.md, section 4. Long logs hold few kinds of items, which differ in nothing but
byte strings and integers. Where an item has the very bytes of one that was read before, but
for byte strings of the same lengths and integers that are shortest again, it is an item of
the profile in its one encoding, too.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

KEPT = 16
"""How many forms are remembered: those that were met last."""
LONGEST = 4096
"""Bytes of the longest item whose form is remembered."""
MOST = 64
"""Keys and values in it, at most: longer ones take too long to look at."""

_UNSIGNED, _BYTES, _TEXT, _MAP = 0, 2, 3, 5
"""Major types."""
_AT_ONCE = 24
"""Arguments below it stand in the initial byte."""
_LOWEST = {
    1: b"\x18",
    2: b"\x01\x00",
    4: b"\x00\x01\x00\x00",
    8: b"\x00\x00\x00\x01\x00\x00\x00\x00",
}
"""The smallest integer that needs so many bytes behind the initial one."""


class _Free(NamedTuple):
    """Bytes that may be others in another item of the same form."""

    start: int
    end: int
    low: bytes | None
    """Bounds of an integer; ``None`` for a byte string, which may be anything."""
    high: bytes


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """The form of an item."""

    size: int
    """Its bytes, which all items of a form have."""
    said: T
    """What is known of all items of this form."""
    _parts: Struct
    """Takes an item apart: every second part is free, the others are fixed."""
    _fixed: tuple[bytes, ...]
    _integers: tuple[tuple[int, bytes, bytes], ...]
    """The numbers of parts that are integers, each with its bounds."""

    def fits(self, data: bytes, offset: int) -> bool:
        """Tell whether an item of this form begins at ``offset``."""
        if len(data) - offset < self.size:
            return False
        parts = self._parts.unpack_from(data, offset)
        if parts[::2] != self._fixed:
            return False
        # A loop takes less time here than ``all``.
        for number, low, high in self._integers:  # noqa: SIM110
            if not low <= parts[number] <= high:
                return False
        return True


class Forms(Generic[T]):
    """The forms of the items that were met last."""

    __slots__ = ("_forms",)

    def __init__(self) -> None:
        """Start with none."""
        self._forms: tuple[Form[T], ...] = ()

    def find(self, data: bytes, offset: int = 0) -> Form[T] | None:
        """Return the form of the item at ``offset``; ``None`` if none is known that fits."""
        forms = self._forms
        for place, form in enumerate(forms):
            if form.fits(data, offset):
                if place:
                    # What was met last is tried first.
                    self._forms = (form, *forms[:place], *forms[place + 1 :])
                return form
        return None

    def learn(self, item: bytes, said: T) -> None:
        """Remember the form of an item, if it is a map and not too long.

        Args:
            item: one item of the profile in its one encoding, and nothing else.
            said: what is known of all items of this form.
        """
        if len(item) > LONGEST or item[0] >> 5 != _MAP:
            return
        free = _free_parts(item)
        if free is not None:
            kept = self._forms[: KEPT - 1]
            self._forms = (_form(item, free, said), *kept)


def _form(item: bytes, free: list[_Free], said: T) -> Form[T]:
    """Return the form of an item, of which some parts are free."""
    lengths: list[int] = []
    fixed: list[bytes] = []
    integers: list[tuple[int, bytes, bytes]] = []
    behind = 0
    for part in free:
        fixed.append(item[behind : part.start])
        if part.low is not None:
            integers.append((len(lengths) + 1, part.low, part.high))
        lengths += [part.start - behind, part.end - part.start]
        behind = part.end
    fixed.append(item[behind:])
    lengths.append(len(item) - behind)
    parts = Struct("".join(f"{length}s" for length in lengths))
    return Form(len(item), said, parts, tuple(fixed), tuple(integers))


def _free_parts(item: bytes) -> list[_Free] | None:
    """Return where byte strings and integers of at least 0 lie.

    Returns:
        ``None`` where the item has too many parts to be looked at.
    """
    found: list[_Free] = []
    at = 0
    for _ in range(MOST):
        begins = at
        major, low = divmod(item[at], 32)
        size = 0 if low < _AT_ONCE else 1 << low - _AT_ONCE
        at += 1 + size
        if major == _UNSIGNED:
            found.append(_integer(begins, size))
        elif major in {_BYTES, _TEXT}:
            argument = int.from_bytes(item[begins + 1 : at]) if size else low
            at += argument
            if major == _BYTES:
                found.append(_Free(at - argument, at, None, b""))
        if at == len(item):
            return found
    return None


def _integer(begins: int, size: int) -> _Free:
    """Return the free bytes of an integer: its argument, in its shortest form."""
    if not size:
        return _Free(begins, begins + 1, b"\x00", bytes((_AT_ONCE - 1,)))
    start = begins + 1
    return _Free(start, start + size, _LOWEST[size], b"\xff" * size)
