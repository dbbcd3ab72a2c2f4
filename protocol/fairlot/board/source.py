"""Bytes that are read in pieces, wherever they lie (specs/board.md, section 6)."""

import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO, Protocol

from fairlot.errors import InputError, reason_of


class Source(Protocol):
    """Bytes of a known number, of which any part can be read."""

    @property
    def length(self) -> int:
        """How many bytes there are."""
        ...

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``; fewer where there are no more."""
        ...


class InMemory:
    """Bytes that are held."""

    def __init__(self, data: bytes) -> None:
        """Hold ``data``."""
        self._data = data

    @property
    def length(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``; fewer where there are no more."""
        return self._data[start:end]


class InFile:
    """A file that stays on the disk, up to the end that it had when it was opened.

    It may grow meanwhile, as that of a board does; it must not change.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read from ``file``, which can be sought in and stays open."""
        self._file = file
        self._length = file.seek(0, os.SEEK_END)

    @property
    def length(self) -> int:
        """How many bytes there are."""
        return self._length

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``; fewer where there are no more.

        Raises:
            InputError: ``transcript.changed`` for a file that has become shorter,
                ``transcript.unreadable`` where the system fails.
        """
        wanted = max(min(end, self._length) - start, 0)
        try:
            self._file.seek(start)
            found = self._file.read(wanted)
        except OSError as error:
            reason = reason_of(error)
            problem = f"the file cannot be read any further: {reason}"
            raise InputError("transcript.unreadable", problem) from error
        if len(found) != wanted:
            problem = (
                "the file was cut while it was read: read it again, or a copy of it"
            )
            raise InputError("transcript.changed", problem)
        return found


class Joined:
    """Sources, one behind the other; no piece that is read lies in two of them."""

    def __init__(self, parts: Sequence[Source]) -> None:
        """Join ``parts``."""
        self._parts = parts
        self._begins = [0, *accumulate(part.length for part in parts)]

    @property
    def length(self) -> int:
        """How many bytes there are."""
        return self._begins[-1]

    @property
    def bounds(self) -> Sequence[tuple[int, int]]:
        """Where each part begins and ends."""
        return list(zip(self._begins[:-1], self._begins[1:], strict=True))

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``, or up to the end of that part."""
        number = min(bisect_right(self._begins, start), len(self._parts)) - 1
        begins = self._begins[number]
        return self._parts[number].read(start - begins, end - begins)


def source_of(data: bytes | Source) -> Source:
    """Return bytes as something that is read in pieces."""
    return InMemory(data) if isinstance(data, bytes) else data
