"""Reads the file of a board, wherever it comes from, and refuses what is none."""

import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fairlot.errors import InputError
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError, EncodingError

STREAM_LIMIT = 1 << 30
"""Bytes that are read of standard input, a pipe or a device: they may never end."""
STANDARD_INPUT = "-"

_FIRST = 1 << 16
"""Bytes that are looked at before the rest is read: no entry is longer."""


def transcript_bytes(transcript: object) -> bytes:
    """Return the bytes of a transcript that a program gives: bytes, or the path of a file.

    Raises:
        InputError: as ``read_transcript``.
        CallerError: ``audit.transcript`` for anything else.
    """
    if isinstance(transcript, bytes):
        return transcript
    if isinstance(transcript, str | Path):
        return read_transcript(Path(transcript))
    problem = f"a transcript is bytes or a path, not {type(transcript).__name__}"
    raise CallerError("audit.transcript", problem)


def read_transcript(path: Path) -> bytes:
    """Return the bytes of a transcript; ``-`` is standard input.

    What begins with anything but an entry is refused before the rest of it is read.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long`` for an endless stream.
    """
    with _unreadable(path), _opened(path) as (file, limit):
        first = _read_beginning(path, file)
        rest = file.read() if limit is None else file.read(limit + 1 - len(first))
    data = first + rest
    if limit is not None and len(data) > limit:
        problem = f"{path} is longer than {limit} bytes: save it as a file first"
        raise InputError("transcript.too-long", problem)
    return data


def check_beginning(path: Path) -> None:
    """Check that a file, of which no more is read, begins as a transcript does.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``.
    """
    with _unreadable(path), path.open("rb") as file:
        _read_beginning(path, file)


@contextmanager
def _unreadable(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or "unknown reason"
        problem = f"{path} cannot be read: {reason}; name a file transcript.fairlot"
        raise InputError("transcript.unreadable", problem) from error


@contextmanager
def _opened(path: Path) -> Generator[tuple[BinaryIO, int | None]]:
    """Open a file, and say how much of it may be read: all where it has an end."""
    if str(path) == STANDARD_INPUT:
        yield sys.stdin.buffer, STREAM_LIMIT
        return
    with path.open("rb") as file:
        ends = stat.S_ISREG(path.stat().st_mode)
        yield file, None if ends else STREAM_LIMIT


def _read_beginning(path: Path, file: BinaryIO) -> bytes:
    first = file.read(_FIRST)
    if not first:
        raise InputError("transcript.none", f"{path} is empty: this is no transcript")
    if not _begins_with_entry(first):
        problem = "this is no transcript: a board's file begins with an entry"
        raise InputError("transcript.none", f"{path}: {problem}")
    return first


def _begins_with_entry(first: bytes) -> bool:
    """Tell whether bytes begin with a map that has a type, or with a broken map.

    A map that cannot be read may be an entry that was damaged, which is a finding.
    """
    is_map = first[0] >> 5 == 5
    try:
        value, _ = cbor.decode_first(first)
    except EncodingError:
        return is_map
    return isinstance(value, dict) and "type" in value
