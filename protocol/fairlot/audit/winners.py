"""Who has won, from the file of a sale: for gates and for auditors who ask winners.

specs/settlement.md, section 7.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fairlot.audit.given import GivenHead
from fairlot.audit.sale_file import read_sale_file
from fairlot.audit.settling import Settled, settle_replay
from fairlot.board.replay import Replay
from fairlot.errors import Rejection
from fairlot.identity.winner_audit import AuditedSale
from fairlot.names import Nym, check_sale_id
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon


def read_winners(
    read: Replay,
    sale_id: bytes,
    rounds: Iterable[Beacon] = (),
    heads: Iterable[SignedCheckpoint] = (),
) -> Mapping[Nym, int]:
    """Return the units of each nym that has won any.

    Args:
        read: the replay of the sale's file, which must break no rule.
        sale_id: as the seller published it.
        rounds: from elsewhere, as relays give them.
        heads: of the log, from elsewhere.

    Raises:
        Rejection: ``winners.sale``, ``winners.unsettled``; the first rule that the file
            breaks; as ``settle_replay``.
    """
    settled = settle_replay(read, rounds, heads)
    read.check()
    if settled.sale_id != sale_id:
        raise Rejection("winners.sale", "the file is of another sale")
    if not isinstance(settled, Settled):
        raise Rejection("winners.unsettled", "nobody has won anything in this sale")
    return {line.nym: line.units for line in settled.ledger if line.units}


def audited_sale(
    read: Replay,
    sale_id: bytes,
    rounds: Iterable[Beacon] = (),
    heads: Iterable[SignedCheckpoint] = (),
) -> AuditedSale:
    """Return what an auditor needs who asks winners (specs/winner-audit.md, step 12).

    Args:
        read: the replay of the files of the sale and its registry.
        sale_id: as the seller published it.
        rounds: from elsewhere, as relays give them.
        heads: of the log, from elsewhere.

    Raises:
        Rejection: as ``read_winners``.
    """
    winners = frozenset(read_winners(read, sale_id, rounds, heads))
    state, registry = read.state, read.state.registry
    return AuditedSale(
        curve=state.curve,
        registry=registry.registry,
        sale_id=state.sale_id,
        roll=state.roll,
        leaves=registry.leaves,
        winners=winners,
    )


def open_winner_audit(
    transcript: bytes | str | Path,
    sale_id: bytes,
    *,
    rounds: Iterable[bytes] = (),
    heads: Iterable[GivenHead] = (),
    curve: Backend | None = None,
    statements: Statements | None = None,
    progress: Progress = silent,
) -> AuditedSale:
    """Read from the file of a sale what an auditor needs who asks its winners.

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
        Rejection: as ``read_winners``.
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
        EncodingError: as ``settle_transcript``.
        CallerError: ``names.sale-id``, and as ``settle_transcript``.
    """
    check_sale_id(sale_id)
    sale = read_sale_file(transcript, rounds, heads, curve, statements, progress)
    return audited_sale(sale.read, sale_id, sale.rounds, sale.heads)
