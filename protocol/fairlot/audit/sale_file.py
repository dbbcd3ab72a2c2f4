"""Reads what a program gives of one sale: its file, and rounds and heads from elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fairlot.audit.given import GivenHead, read_heads, read_rounds
from fairlot.audit.transcript_file import transcript_bytes
from fairlot.board.replay import Replay, replay_file
from fairlot_crypto.curve import Backend, backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon


@dataclass(frozen=True, slots=True)
class SaleFile:
    """A file that was read, and what was given beside it, of which nothing is verified."""

    read: Replay
    rounds: tuple[Beacon, ...]
    heads: tuple[SignedCheckpoint, ...]


def read_sale_file(
    transcript: bytes | str | Path,
    rounds: Iterable[bytes],
    heads: Iterable[GivenHead],
    curve: Backend | None,
    statements: Statements | None,
    progress: Progress,
) -> SaleFile:
    """Read all of it; the arguments are those of ``settle_transcript``.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
        EncodingError: ``drand.*`` for a round, ``note.*`` or ``checkpoint.*`` for a head
            that cannot be read.
        CallerError: ``audit.transcript``, ``audit.round``, ``audit.head`` for arguments
            of another type.
    """
    given, signed = read_rounds(rounds), read_heads(heads)
    data = transcript_bytes(transcript)
    curve = backend() if curve is None else curve
    known = Statements() if statements is None else statements
    return SaleFile(replay_file(data, curve, known, progress), given, signed)
