"""The argument that names a transcript to be read: a file, or ``-`` for standard input."""

import sys
from pathlib import Path

from fairlot.audit.transcript_file import read_stream, read_transcript

STANDARD_INPUT = "-"


def read_named(path: Path) -> bytes:
    """Return the bytes of the transcript that a user names.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
    """
    if str(path) == STANDARD_INPUT:
        return read_stream("standard input", sys.stdin.buffer)
    return read_transcript(path)
