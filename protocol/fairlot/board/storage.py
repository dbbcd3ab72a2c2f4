"""Storage of a board's bytes, in memory or in one file (specs/board.md, section 4).

Entries, checkpoints and co-signatures are one sequence of bytes, the transcript. ``sqlite.py``
and ``postgres.py`` keep the same bytes in a database.
"""

import os
from contextlib import AbstractContextManager
from io import FileIO
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from fairlot.errors import InputError
from fairlot_crypto.durable import lock_file, sync_folder, write_file
from fairlot_crypto.errors import CallerError

CUT = ".cut"
"""What the name of a file ends with that keeps what was cut off a transcript."""


class Storage(Protocol):
    """Append-only bytes, of which only a torn end is ever cut."""

    def read(self) -> bytes:
        """Return everything that is kept."""
        ...

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``, as far as they are there.

        Other threads may call it while one appends.
        """
        ...

    def append(self, data: bytes) -> None:
        """Append ``data``; it is durable when this returns.

        Raises:
            OSError: as the system says; some of ``data`` may stand there then, unless the
                storage takes batches back by itself.
        """
        ...

    def cut(self, length: int) -> None:
        """Cut everything behind the first ``length`` bytes, and keep it elsewhere."""
        ...

    def close(self) -> None:
        """Let others write; nothing is done with this storage any more."""
        ...


@runtime_checkable
class Shared(Protocol):
    """What a storage has besides that several front ends write to (section 4.3)."""

    def turn(self) -> AbstractContextManager[None]:
        """Wait until no other front end has its turn, and have it.

        Raises:
            BlockingIOError: where that takes too long.
        """
        ...

    def news(self) -> bytes:
        """Return what others have appended since; from now on it is known here."""
        ...


class OneWriter:
    """A storage that takes nothing any more once a write has failed.

    What stands behind that write nobody knows: it has to be read again first. Keepers of
    several logs in one file share one.
    """

    def __init__(self, storage: Storage) -> None:
        """Write to ``storage``."""
        self._storage = storage
        self._ahead = False

    @classmethod
    def of(cls, storage: Storage) -> "OneWriter":
        """Return ``storage`` if it is one already, else a new one for it."""
        return storage if isinstance(storage, OneWriter) else cls(storage)

    def check(self) -> None:
        """Refuse to go on after a write that failed.

        Raises:
            CallerError: ``board.ahead``.
        """
        if self._ahead:
            problem = "an earlier batch was not written: open the file and resume"
            raise CallerError("board.ahead", problem)

    def read(self) -> bytes:
        """Return everything that is kept."""
        return self._storage.read()

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``, as far as they are there."""
        return self._storage.part(begin, end)

    def append(self, data: bytes) -> None:
        """Append ``data``; it is durable when this returns.

        Raises:
            CallerError: ``board.ahead``.
        """
        self.check()
        self._ahead = True
        self._storage.append(data)
        self._ahead = False

    def cut(self, length: int) -> None:
        """Cut everything behind the first ``length`` bytes, and keep it elsewhere."""
        self._storage.cut(length)

    def close(self) -> None:
        """Let others write; nothing is done with this storage any more."""
        self._storage.close()


class MemoryStorage:
    """Keeps the transcript in memory, as long as the process lives."""

    def __init__(self, data: bytes = b"") -> None:
        """Start with ``data``."""
        self._data = bytearray(data)
        self.off: list[bytes] = []
        """What was cut."""

    @property
    def data(self) -> bytes:
        """The transcript so far."""
        return bytes(self._data)

    def read(self) -> bytes:
        """Return the transcript so far."""
        return self.data

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``."""
        return bytes(self._data[begin:end])

    def append(self, data: bytes) -> None:
        """Append ``data``."""
        self._data += data

    def cut(self, length: int) -> None:
        """Cut everything behind the first ``length`` bytes, and keep it in ``off``."""
        self.off.append(self.data[length:])
        del self._data[length:]

    def close(self) -> None:
        """Do nothing: nobody else knows these bytes."""


class FileStorage:
    """Keeps the transcript in one file, synchronised before an append returns."""

    def __init__(self, path: Path, file: FileIO) -> None:
        """Take a locked file: ``create_transcript``, ``open_transcript``."""
        self._path = path
        self._file = file

    def read(self) -> bytes:
        """Return the whole file."""
        return self._path.read_bytes()

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``."""
        with self._path.open("rb") as file:
            file.seek(begin)
            return file.read(max(0, end - begin))

    def append(self, data: bytes) -> None:
        """Append ``data`` and wait until it is on the disk."""
        self._file.seek(0, os.SEEK_END)
        # Nothing waits in a buffer that a later call, or closing, would write.
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())

    def cut(self, length: int) -> None:
        """Move everything behind the first ``length`` bytes into a file beside.

        The file is ``NAME.LENGTH.cut``, or ``NAME.LENGTH.2.cut`` and so on where that
        keeps an earlier cut: what is cut is durable there before it is gone here.
        """
        behind = self.read()[length:]
        write_file(self._free(f"{self._path.name}.{length}"), behind)
        self._file.truncate(length)
        os.fsync(self._file.fileno())

    def _free(self, name: str) -> Path:
        """Return where nothing is kept yet; the lock keeps other writers out."""
        names = chain([name], (f"{name}.{number}" for number in count(2)))
        paths = (self._path.with_name(f"{each}{CUT}") for each in names)
        return next(path for path in paths if not path.exists())

    def close(self) -> None:
        """Close the file, and let others write to it."""
        self._file.close()


def create_transcript(path: Path | str) -> FileStorage:
    """Create a new, empty transcript file for a board, and lock it; close it at the end.

    Raises:
        FileExistsError: if the file already exists.
        InputError: ``board.locked``.
    """
    created = Path(path)
    file = created.open("xb", buffering=0)
    lock_for_writing(created, file)
    sync_folder(created.parent)
    return FileStorage(created, file)


def open_transcript(path: Path | str) -> FileStorage:
    """Open a transcript file to append to it, and lock it; nothing in it is changed.

    Raises:
        InputError: ``board.locked`` where another process writes to it.
        OSError: ``FileNotFoundError`` for a file that is not there, or as the system says.
    """
    there = Path(path)
    file = there.open("r+b", buffering=0)
    try:
        lock_for_writing(there, file)
    except InputError:
        file.close()
        raise
    return FileStorage(there, file)


def lock_for_writing(path: Path, file: BinaryIO) -> None:
    """Lock a file against other writers until it is closed.

    Args:
        path: of what is written to.
        file: that is locked: the same, or one beside it.

    Raises:
        InputError: ``board.locked``.
    """
    try:
        lock_file(file)
    except BlockingIOError as error:
        problem = f"{path} is in use: another process writes to it; stop that one first"
        raise InputError("board.locked", problem) from error
