"""Files that are there completely or not at all."""

import os
from pathlib import Path

from fairlot.errors import InputError

PUBLIC = 0o666
"""Permissions of what anyone may read, less the process's umask."""
PRIVATE = 0o600
"""Permissions of what only its owner may read."""


def write_file(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a file under another name, synchronise it, then give it its own.

    Args:
        path: the file; one that is there is replaced.
        data: all of it.
        mode: its permissions, less the umask.

    Raises:
        OSError: as the system says; then ``path`` is as it was.
    """
    draft = path.with_name(f".{path.name}.partial")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which files are in a folder."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def check_new_folder(path: Path) -> None:
    """Check that a folder can take outputs: it is empty, or not there yet.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    try:
        used = any(path.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, error) from error
    if used:
        problem = "is not empty: name a new or an empty folder"
        raise InputError("out-dir.not-empty", f"{path} {problem}")


def create_folder(path: Path) -> None:
    """Create a folder and those above it; an empty one that is there will do.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    check_new_folder(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or "unknown reason"
    problem = f"cannot be used as a folder for outputs: {reason}"
    return InputError("out-dir.unusable", f"{path} {problem}")
