"""Storage of a board's bytes, in memory or in one file (specs/board.md, section 4)."""

import os
from pathlib import Path
from typing import BinaryIO, Protocol

from fairlot.board.transcript import acknowledged_length
from fairlot_crypto.durable import sync_folder


class Storage(Protocol):
    """Stores bytes that can only be appended to."""

    def append(self, data: bytes) -> None:
        """Append ``data``; it is durable when this returns."""
        ...


class MemoryStorage:
    """Keeps the transcript in memory, as long as the process lives."""

    def __init__(self) -> None:
        """Start empty."""
        self._data = bytearray()

    @property
    def data(self) -> bytes:
        """The transcript so far."""
        return bytes(self._data)

    def append(self, data: bytes) -> None:
        """Append ``data``."""
        self._data += data


class FileStorage:
    """Keeps the transcript in one file, synchronised before an append returns."""

    def __init__(self, file: BinaryIO) -> None:
        """Take a file opened for appending: ``create_transcript``, ``open_transcript``."""
        self._file = file

    def append(self, data: bytes) -> None:
        """Append ``data`` and wait until it is on the disk."""
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def create_transcript(path: Path | str) -> FileStorage:
    """Create a new, empty transcript file for a board; close it when the board is done.

    Raises:
        FileExistsError: if the file already exists.
    """
    created = Path(path)
    file = created.open("xb")
    sync_folder(created.parent)
    return FileStorage(file)


def open_transcript(path: Path | str) -> tuple[FileStorage, bytes, int]:
    """Open a transcript file to append to it, and cut its torn tail.

    Bytes after the last checkpoint were never acknowledged: a crash left them.

    Returns:
        The storage, the bytes that stand, for ``Board.resume``, and how many were cut.
    """
    path = Path(path)
    data = path.read_bytes()
    length = acknowledged_length(data)
    if length < len(data):
        with path.open("r+b") as file:
            file.truncate(length)
            os.fsync(file.fileno())
    return FileStorage(path.open("ab")), data[:length], len(data) - length
