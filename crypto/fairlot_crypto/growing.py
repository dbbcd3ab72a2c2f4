"""Columns that may become long: what is beyond a bound lies in a file without a name.

Of each column at most ``HELD`` bytes are in memory of the process itself. What came before
them is looked at where it lies, and the system takes its pages back when it needs the room.
"""

import weakref
from collections.abc import Iterator
from mmap import mmap
from tempfile import TemporaryFile
from typing import BinaryIO

HELD = 1 << 18
"""Bytes of a column that are in memory; one more, and they go to the file."""
_PIECE = 1 << 16
"""Bytes that are looked at together."""
_PLACE = 8


class _Filed:
    """What both kinds of columns are: bytes, most of which may lie in a file.

    One thread puts others behind them; others may read what was there before they were told.
    """

    __slots__ = ("__weakref__", "_file", "_now")

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._now: tuple[mmap | None, int, bytearray] = None, 0, bytearray()
        """The file, how much of it counts, and what comes behind; set in one step."""

    def append(self, data: bytes) -> None:
        """Put bytes behind the others.

        Raises:
            OSError: where there is no room for a file.
        """
        tail = self._now[2]
        tail += data
        if len(tail) > HELD:
            self._move(tail)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``; none behind the last one."""
        file, filed, tail = self._now
        if file is None or start >= filed:
            return bytes(tail[start - filed : end - filed])
        if end <= filed:
            return file[start:end]
        return file[start:filed] + tail[: end - filed]

    def write(self, start: int, data: bytes) -> None:
        """Put other bytes in the place of some that are there."""
        file, filed, tail = self._now
        inside = min(max(filed - start, 0), len(data))
        if file is not None and inside:
            file[start : start + inside] = data[:inside]
        if inside < len(data):
            at = start + inside - filed
            tail[at : at + len(data) - inside] = data[inside:]

    def _move(self, tail: bytearray) -> None:
        file, filed = self._file, self._now[1]
        if file is None:
            file = TemporaryFile(buffering=0)  # noqa: SIM115 (it is closed with this)
            self._file = file
            weakref.finalize(self, file.close)
        file.seek(filed)
        left = memoryview(tail)
        while left:
            # The room is taken here: where there is none, this fails, and no later look.
            left = left[file.write(left) :]
        end = filed + len(tail)
        self._now = mmap(file.fileno(), end), end, bytearray()


class Growing(_Filed):
    """Bytes behind which others are put."""

    __slots__ = ()

    def __len__(self) -> int:
        """Return how many bytes there are."""
        _, filed, tail = self._now
        return filed + len(tail)


class Rows(_Filed):
    """Byte strings of one length; ``append`` takes one, or some that are joined."""

    __slots__ = ("width",)

    def __init__(self, width: int) -> None:
        """Start with none.

        Args:
            width: bytes of each.
        """
        super().__init__()
        self.width = width

    @classmethod
    def of(cls, joined: bytes, width: int) -> "Rows":
        """Return some that are joined, of ``width`` bytes each."""
        rows = cls(width)
        rows.append(joined)
        return rows

    def __len__(self) -> int:
        """Return how many there are."""
        _, filed, tail = self._now
        return (filed + len(tail)) // self.width

    def __getitem__(self, row: int) -> bytes:
        """Return one by its number from 0; nothing behind the last one."""
        # What ``read`` does, without a call: nothing is done as often.
        file, filed, tail = self._now
        width = self.width
        start = row * width
        if file is not None and start + width <= filed:
            return file[start : start + width]
        if start >= filed:
            start -= filed
            return bytes(tail[start : start + width])
        return self.read(start, start + width)

    def __setitem__(self, row: int, value: bytes) -> None:
        """Put another one in the place of one that is there."""
        self.write(row * self.width, value)

    def __iter__(self) -> Iterator[bytes]:
        """Yield them in their order."""
        width = self.width
        for piece in self.pieces():
            for start in range(0, len(piece), width):
                yield piece[start : start + width]

    def cut(self, count: int) -> None:
        """Take back all behind the first ``count``."""
        file, filed, tail = self._now
        length = count * self.width
        if length >= filed:
            del tail[length - filed :]
        else:
            self._now = file, length, bytearray()

    def pieces(self) -> Iterator[bytes]:
        """Yield them in their order, many at a time, joined."""
        _, filed, tail = self._now
        step, end = max(_PIECE // self.width, 1) * self.width, filed + len(tail)
        for start in range(0, end, step):
            yield self.read(start, min(start + step, end))


class Records:
    """Byte strings of any length."""

    __slots__ = ("_bytes", "_ends")

    def __init__(self) -> None:
        """Start with none."""
        self._bytes = Growing()
        self._ends = Rows(_PLACE)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        """Return one that is there, by its number from 0."""
        start = self._end(number - 1) if number else 0
        return self._bytes.read(start, self._end(number))

    def append(self, value: bytes) -> None:
        """Put one behind the others."""
        self._bytes.append(value)
        self._ends.append(len(self._bytes).to_bytes(_PLACE, "little"))

    def _end(self, number: int) -> int:
        return int.from_bytes(self._ends[number], "little")
