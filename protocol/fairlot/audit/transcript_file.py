"""Reads the file of a board, wherever it comes from, and refuses what is none."""

import stat
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO
from weakref import finalize

from fairlot.board.source import InFile, InMemory, Source
from fairlot.errors import InputError, reason_of
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError, EncodingError

_ADDRESSES = ("http:/", "https:/")
"""What somebody names who takes a board for a file."""
STREAM_LIMIT = 1 << 30
"""Bytes that are read of a stream, a pipe or a device: they may never end."""

_BUFFER = 1 << 16
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
    """Return the bytes of a transcript in a file.

    What begins with anything but an entry is refused before the rest of it is read.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long`` for a pipe or a device that goes on and on.
    """
    with _unreadable(str(path)), path.open("rb") as file:
        if stat.S_ISREG(path.stat().st_mode):
            return _read_beginning(str(path), file) + file.read()
        return _read_limited(str(path), file)


@contextmanager
def open_given(transcript: object) -> Generator[Source]:
    """Yield a transcript that a program gives: bytes, or the path of a file.

    Raises:
        InputError: as ``open_transcript``.
        CallerError: ``audit.transcript`` for anything else.
    """
    if isinstance(transcript, str | Path):
        with open_transcript(Path(transcript)) as source:
            yield source
    else:
        yield InMemory(transcript_bytes(transcript))


@contextmanager
def open_transcript(path: Path) -> Generator[Source]:
    """Yield a transcript in a file, which stays there; a pipe or a device is read.

    Raises:
        InputError: as ``read_transcript``; ``transcript.changed`` while it is read.
    """
    with ExitStack() as stack:
        with _unreadable(str(path)):
            file = stack.enter_context(path.open("rb", _BUFFER))
            source = _source_in(path, file)
        yield source


def used_transcript(path: Path) -> Source:
    """Return a transcript as ``open_transcript`` yields it, open until nobody uses it.

    Raises:
        InputError: as ``open_transcript``.
    """
    with ExitStack() as stack, _unreadable(str(path)):
        file = stack.enter_context(path.open("rb", _BUFFER))
        source = _source_in(path, file)
        # Whatever closes the file must not hold the source: else it is used for ever.
        finalize(source, file.close)
        stack.pop_all()
        return source


def _source_in(path: Path, file: BinaryIO) -> Source:
    if not stat.S_ISREG(path.stat().st_mode):
        return InMemory(_read_limited(str(path), file))
    _read_beginning(str(path), file)
    return InFile(file)


def read_stream(name: str, stream: BinaryIO) -> bytes:
    """Return the bytes of a transcript that somebody hands over as a stream.

    Args:
        name: what errors call it.
        stream: it is read up to its end, but not for ever.

    Raises:
        InputError: as ``read_transcript``.
    """
    with _unreadable(name):
        return _read_limited(name, stream)


def check_beginning(path: Path) -> None:
    """Check that a file, of which no more is read, begins as a transcript does.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``.
    """
    with _unreadable(str(path)), path.open("rb") as file:
        _read_beginning(str(path), file)


@contextmanager
def _unreadable(name: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        remedy = "name a file transcript.fairlot"
        if name.startswith(_ADDRESSES):
            remedy = "fetch it first: fairlot board fetch URL --out transcript.fairlot"
        problem = f"{name} cannot be read: {reason}; {remedy}"
        raise InputError("transcript.unreadable", problem) from error


def _read_limited(name: str, stream: BinaryIO) -> bytes:
    first = _read_beginning(name, stream)
    data = first + stream.read(STREAM_LIMIT + 1 - len(first))
    if len(data) > STREAM_LIMIT:
        problem = f"{name} is longer than {STREAM_LIMIT} bytes: save it as a file first"
        raise InputError("transcript.too-long", problem)
    return data


def _read_beginning(name: str, file: BinaryIO) -> bytes:
    first = file.read(_FIRST)
    check_first(name, first)
    return first


def check_first(name: str, first: bytes) -> None:
    """Check that bytes are the beginning of a transcript.

    Args:
        name: what errors call it.
        first: the first bytes, as many as a first entry may have if there are as many.

    Raises:
        InputError: ``transcript.none``.
    """
    if not first:
        raise InputError("transcript.none", f"{name} is empty: this is no transcript")
    if not _begins_with_entry(first):
        problem = "this is no transcript: a board's file begins with an entry"
        raise InputError("transcript.none", f"{name}: {problem}")


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
