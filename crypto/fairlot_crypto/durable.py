"""Writes a file completely or not at all, so that it outlasts a crash, and locks one."""

import os
import sys
from pathlib import Path
from threading import get_native_id
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PUBLIC = 0o666
"""Permissions of a file that anybody may read, less the process's umask."""
PRIVATE = 0o600
"""Permissions of a file that only its owner may read."""
DRAFT = ".partial"
"""The ending of a file's name while it is written; a kill leaves such a file behind."""

_LOCKED_BYTE = 2**62


def write_file(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a file under another name, synchronise it, then rename it.

    Args:
        path: the file; an existing one is replaced.
        data: the whole content.
        mode: its permissions, less the umask.

    Raises:
        OSError: as the system says; ``path`` is then as it was before.
    """
    draft = _draft(path, data, mode)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_new_file(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a file as ``write_file`` does, but never replace one.

    Of several processes or threads that write one path at once, one succeeds.

    Args:
        path: the file.
        data: the whole content.
        mode: its permissions, less the umask.

    Raises:
        FileExistsError: if ``path`` is there already, whatever it is.
        OSError: as the system says; ``path`` is then not there.
    """
    draft = _draft(path, data, mode)
    try:
        give_name(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def give_name(draft: Path, path: Path) -> None:
    """Give a synchronised file its name, unless something has it; a kill may leave it both.

    Raises:
        FileExistsError: if ``path`` is there already, whatever it is.
        OSError: as the system says.
    """
    # A rename would replace what another process has just written.
    os.link(draft, path)
    draft.unlink()
    sync_folder(path.parent)


def draft_of(path: Path) -> Path:
    """Return where the thread that asks writes ``path`` before it is there under its name.

    Whoever writes one file at once, in processes or in threads of one, writes into drafts of
    their own: the system gives no two threads that run the same number. A draft of this name
    that is there already was left by somebody who has ended.
    """
    # A path such as "." has no name, and is refused by the system then.
    return path.parent / f".{path.name}.{get_native_id()}{DRAFT}"


def _draft(path: Path, data: bytes, mode: int) -> Path:
    """Write a synchronised file beside ``path``, and return where it lies."""
    draft = draft_of(path)
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno is not None:
            # Whoever reads the error knows nothing of drafts.
            error.filename = str(path)
        raise
    return draft


def lock_file(file: BinaryIO) -> None:
    """Lock an open file against whoever locks it too, until it is closed.

    Raises:
        BlockingIOError: if it is locked already.
        OSError: as the system says.
    """
    descriptor = file.fileno()
    if sys.platform == "win32":
        # A byte far behind any content, so that others can read.
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(str(error)) from error
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sync_folder(folder: Path) -> None:
    """Make the list of files in a folder durable."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
