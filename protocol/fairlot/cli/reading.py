"""Reads a short file, and no more of it than such a file can have; shows one that is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fairlot.errors import InputError, reason_of
from fairlot_crypto.durable import PUBLIC, write_new_file

T = TypeVar("T")


def read_at_most(path: Path, most: int, fail: Callable[[str], InputError]) -> bytes:
    """Return the first ``most`` bytes of a file, which may be a device that never ends.

    Args:
        path: the file.
        most: how many bytes are read at most.
        fail: makes the error for a file that cannot be read, of what is wrong.

    Raises:
        InputError: as ``fail`` makes it.
    """
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        reason = reason_of(error)
        raise fail(f"{path} cannot be read: {reason}") from error


def made_of(path: Path, data: bytes, read: Callable[[bytes], T]) -> T:
    """Return what ``read`` makes of a file.

    Raises:
        InputError: what ``read`` raises, with the file's name.
    """
    try:
        return read(data)
    except InputError as error:
        raise InputError(error.code, f"{path}: {error.message}") from error


def show_kept(
    path: Path,
    data: bytes,
    read: Callable[[Path], bytes],
    fail: Callable[[str], InputError],
    mode: int = PUBLIC,
) -> None:
    """Write what is kept already, unless it is there: the same step gives the same bytes.

    Args:
        path: the file.
        data: its content.
        read: reads a file that has the name already.
        fail: makes the error where another file has the name, of what is wrong.
        mode: its permissions, less the umask.

    Raises:
        InputError: as ``fail`` makes it, or as ``read`` raises it.
        OSError: as the system says.
    """
    try:
        write_new_file(path, data, mode)
    except FileExistsError as error:
        if read(path) != data:
            problem = f"{path} exists, and is not what this step gives"
            raise fail(f"{problem}: move it away") from error
