"""Reads a short file, and no more of it than such a file can have."""

from collections.abc import Callable
from pathlib import Path

from fairlot.errors import InputError


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
        reason = error.strerror or "unknown reason"
        raise fail(f"{path} cannot be read: {reason}") from error
