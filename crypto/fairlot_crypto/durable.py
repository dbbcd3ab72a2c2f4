"""Writes a file completely or not at all, so that it outlasts a crash."""

import os
from pathlib import Path

PUBLIC = 0o666
"""Permissions of a file that anybody may read, less the process's umask."""
PRIVATE = 0o600
"""Permissions of a file that only its owner may read."""
DRAFT = ".partial"
"""The ending of a file's name while it is written; a kill leaves such a file behind."""


def write_file(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a file under another name, synchronise it, then rename it.

    Args:
        path: the file; an existing one is replaced.
        data: the whole content.
        mode: its permissions, less the umask.

    Raises:
        OSError: as the system says; ``path`` is then as it was before.
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
    """Make the list of files in a folder durable."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
