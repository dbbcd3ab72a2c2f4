"""Files that are there completely or not at all."""

import os
from pathlib import Path

PUBLIC = 0o666
"""Permissions of what anyone may read, less the process's umask."""
PRIVATE = 0o600
"""Permissions of what only its owner may read."""
DRAFT = ".partial"
"""What the name of a file ends with that a kill left unfinished."""


def write_file(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a file under another name, synchronise it, then give it its own.

    Args:
        path: the file; one that is there is replaced.
        data: all of it.
        mode: its permissions, less the umask.

    Raises:
        OSError: as the system says; then ``path`` is as it was.
    """
    # Two processes may write one file at once, but not into one draft.
    draft = path.with_name(f".{path.name}.{os.getpid()}{DRAFT}")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which files are in a folder."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
