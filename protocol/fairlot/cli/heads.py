"""Reads the heads that people keep (specs/board.md, section 3)."""

from pathlib import Path

from fairlot.errors import InputError
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint

_LARGEST_HEAD = 1 << 15
"""Bytes of a head: 64 signature lines of keys whose names have 200 characters, and more."""
_MAPS = range(0xA0, 0xC0)
"""First bytes with which a transcript begins: it begins with a map."""


def read_head(path: Path) -> SignedCheckpoint | None:
    """Read a head, a signed note in a file; ``None`` for what begins as a transcript.

    Raises:
        InputError: ``head.unreadable``, ``head.form``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_HEAD + 1)
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror or 'unknown reason'}"
        raise InputError("head.unreadable", problem) from error
    if data[:1] and data[0] in _MAPS:
        return None
    try:
        return SignedCheckpoint.parse(data.decode())
    except (EncodingError, UnicodeDecodeError) as error:
        raise InputError("head.form", f"{path} is no signed head: {error}") from error


def read_kept_head(path: Path) -> SignedCheckpoint:
    """Read a head where nothing else will do.

    Raises:
        InputError: ``head.unreadable``, ``head.form``.
    """
    head = read_head(path)
    if head is None:
        problem = f"{path} is a transcript: name the file of a head"
        raise InputError("head.form", problem)
    return head
