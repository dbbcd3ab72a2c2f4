"""What a gate takes with it from the file of a sale (specs/door.md, section 3)."""

from collections.abc import Iterable
from pathlib import Path

from fairlot.audit.given import GivenHead
from fairlot.audit.sale_file import read_sale_file
from fairlot.audit.winners import read_winners
from fairlot.board.replay import Replay
from fairlot.door.gate import Gate
from fairlot.names import check_sale_id
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon


def open_gate(
    transcript: bytes | str | Path,
    sale_id: bytes,
    *,
    rounds: Iterable[bytes] = (),
    heads: Iterable[GivenHead] = (),
    curve: Backend | None = None,
    statements: Statements | None = None,
    progress: Progress = silent,
) -> Gate:
    """Read who may enter from the file of a sale, which must break no rule of the fold.

    It does not replace an audit: that compares the file with heads that others saw.

    Args:
        transcript: its bytes, or the path of its file.
        sale_id: of the sale, 32 bytes, as the seller published it.
        rounds: rounds that the terms name and the log lacks, each the JSON of a relay.
        heads: heads of the log from elsewhere, each a signed note.
        curve: the back-end; ``None`` for the default one.
        statements: what this process has verified before; ``None`` for nothing.
        progress: told how many bytes were read, of how many.

    Raises:
        Rejection: ``winners.sale`` for the file of another sale, ``winners.unsettled``
            where nobody has won yet or ever, or the first rule that the file breaks.
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
        EncodingError: as ``settle_transcript``.
        CallerError: ``names.sale-id``, and as ``settle_transcript``.
    """
    check_sale_id(sale_id)
    sale = read_sale_file(transcript, rounds, heads, curve, statements, progress)
    return gate_of(sale.read, sale_id, sale.rounds, sale.heads)


def gate_of(
    read: Replay,
    sale_id: bytes,
    rounds: Iterable[Beacon] = (),
    heads: Iterable[SignedCheckpoint] = (),
) -> Gate:
    """Return what a gate takes with it from a sale that was read.

    Args:
        read: the replay of its file.
        sale_id: as the seller published it.
        rounds: from elsewhere, as relays give them.
        heads: of the log, from elsewhere.

    Raises:
        Rejection: as ``read_winners``.
    """
    units = read_winners(read, sale_id, rounds, heads)
    state = read.state
    return Gate(state.credentials, state.terms, state.roll.roll_id, units)
