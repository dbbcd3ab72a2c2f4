"""A storage in memory that several front ends of a board write to."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from fairlot.board.storage import MemoryStorage


@dataclass(slots=True)
class Common:
    """What is common to the front ends."""

    data: bytearray = field(default_factory=bytearray)
    turn: Lock = field(default_factory=Lock)


class SharedMemory(MemoryStorage):
    """One front end's view: it appends only behind all that stands."""

    def __init__(self, common: Common) -> None:
        self.common = common
        super().__init__(bytes(common.data))
        self.turns = 0

    def append(self, data: bytes) -> None:
        if len(self.data) != len(self.common.data):
            raise OSError(errno.ESTALE, "another front end has written meanwhile")
        self.common.data += data
        super().append(data)

    def cut(self, length: int) -> None:
        super().cut(length)
        del self.common.data[length:]

    @contextmanager
    def turn(self) -> Generator[None]:
        if not self.common.turn.acquire(timeout=5):
            raise BlockingIOError(errno.EAGAIN, "another front end has its turn")
        try:
            self.turns += 1
            yield
        finally:
            self.common.turn.release()

    def news(self) -> bytes:
        data = bytes(self.common.data[len(self.data) :])
        super().append(data)
        return data
