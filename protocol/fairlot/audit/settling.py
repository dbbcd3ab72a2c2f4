"""Who gets what, computed by anybody (specs/settlement.md, section 7).

RESULT and VOID only announce what the log, its heads and the named rounds determine. Nothing
here asks a clock, or takes the end of a file for an end of the sale.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from fairlot.allocation.outcome import Outcome
from fairlot.allocation.settlement import LedgerLine, outcome_hash, settle, settle_void
from fairlot.audit.given import GivenHead
from fairlot.audit.missing import Missing, what_is_missing
from fairlot.audit.redrawing import settle_again
from fairlot.audit.sale_file import read_sale_file
from fairlot.beacon.contributions import Draw
from fairlot.beacon.rounds import Rounds
from fairlot.board.head import check_head
from fairlot.board.log_replay import Finding
from fairlot.board.phase import VoidReason
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.board.second_draw import Drawn, SecondDraw
from fairlot.board.standing import Watch
from fairlot.names import SaleId
from fairlot_crypto.curve import Backend
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon


@dataclass(frozen=True, slots=True)
class Settled:
    """The seed is determined, and with it who gets what; nothing can change that."""

    sale_id: SaleId
    """As in the file: compare it with what the seller published."""
    findings: tuple[Finding, ...]
    """The rules that the file breaks: ``audit_transcript`` says more."""
    draw: Draw
    """b*, Ω and the seed."""
    outcome: Outcome
    """The pools, and who gets what there."""
    ledger: tuple[LedgerLine, ...]
    """One line for each nym, sorted by nym."""
    outcome_hash: bytes
    """The hash of the ledger that RESULT states, or REDRAWN where winners collect."""
    second: SecondDraw | None = None
    """What the second draw gave; ``None`` where winners need not collect."""


@dataclass(frozen=True, slots=True)
class ShownVoid:
    """The sale is shown to be void: everybody gets everything back."""

    sale_id: SaleId
    """As in the file: compare it with what the seller published."""
    findings: tuple[Finding, ...]
    """The rules that the file breaks: ``audit_transcript`` says more."""
    reason: VoidReason
    """What the heads show."""
    ledger: tuple[LedgerLine, ...]
    """One line for each nym, sorted by nym, without units or payments. What is paid on a log
    that still goes on goes back too."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing is determined yet, whatever the file announces."""

    sale_id: SaleId
    """As in the file: compare it with what the seller published."""
    findings: tuple[Finding, ...]
    """The rules that the file breaks: ``audit_transcript`` says more."""
    missing: tuple[Missing, ...]
    """What would determine it: at least one thing."""
    drawn: Settled | None = None
    """What the first draw gave, where winners collect and it is known; its ledger is not
    the last word."""


Settlement: TypeAlias = "Settled | ShownVoid | NotYet"


def settle_transcript(
    transcript: bytes | str | Path,
    *,
    rounds: Iterable[bytes] = (),
    heads: Iterable[GivenHead] = (),
    curve: Backend | None = None,
    statements: Statements | None = None,
    progress: Progress = silent,
) -> Settlement:
    """Compute who gets what, whether or not the board has said so.

    Compare ``sale_id`` of the result with what the seller published: a file names its own
    keys. A file that breaks rules gives a result too, with findings.

    Args:
        transcript: its bytes, or the path of its file; it may end anywhere.
        rounds: rounds that the terms name and the log lacks, each the JSON of a relay.
        heads: heads of the log from elsewhere, each a signed note, whose co-signatures
            count like those in the file.
        curve: the back-end; ``None`` for the default one.
        statements: what this process has verified before; ``None`` for nothing.
        progress: told how many bytes were read, of how many.

    Returns:
        ``Settled`` or ``ShownVoid``, which no later entry or head turns into the other, or
        ``NotYet``.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
        EncodingError: ``drand.*`` for a round, ``note.*`` or ``checkpoint.*`` for a head
            that cannot be read.
        Rejection: as ``settle_replay``.
        CallerError: ``audit.transcript``, ``audit.round``, ``audit.head`` for arguments
            of another type.
    """
    sale = read_sale_file(transcript, rounds, heads, curve, statements, progress)
    return settle_replay(sale.read, sale.rounds, sale.heads)


def settle_replay(
    read: Replay,
    rounds: Iterable[Beacon] = (),
    heads: Iterable[SignedCheckpoint] = (),
) -> Settlement:
    """Compute who gets what from a log that was read, which stays as it is.

    Args:
        read: the replay of a transcript.
        rounds: from elsewhere, as relays give them.
        heads: of the log, from elsewhere.

    Raises:
        Rejection: ``phase.no-terms``, or the first finding, without terms;
            ``checkpoint.board-name``, ``checkpoint.board-lines``,
            ``checkpoint.unknown-line``, ``checkpoint.tree``, ``checkpoint.signature``
            for a head that this log does not extend; ``round.unnamed``,
            ``round.signature`` for a round that the terms do not name.
    """
    # Step 1.
    state, findings = read.state, tuple(read.findings)
    if not state.begun:
        read.check()
    terms, sale_id = state.terms, state.terms.sale_id
    # Step 2.
    watch = _watch(read, heads)
    # Step 3.
    known = state.rounds.including(state.curve, rounds, state.statements)
    # Step 4.
    reason = watch.void_reason(state)
    if reason is not None and not refuted(reason, known):
        return ShownVoid(sale_id, findings, reason, settle_void(state.fundings()))
    # Steps 5 and 6.
    missing = tuple(what_is_missing(state, watch, known))
    if missing:
        return NotYet(sale_id, findings, missing)
    # Step 7.
    draw, outcome, ledger = state.result(known)
    hashed = outcome_hash(ledger, state.terms.pools)
    settled = Settled(sale_id, findings, draw, outcome, ledger, hashed)
    return _settle_again(state, watch, known, settled) if terms.collecting else settled


def _settle_again(
    state: SaleState, watch: Watch, known: Rounds, first: Settled
) -> Settled | NotYet:
    """Settle a sale whose winners collect, once it is known who has (step 7)."""
    drawn = Drawn(state.terms, state.entrants(known), first.draw, first.outcome)
    found = settle_again(state, watch, known, drawn)
    if isinstance(found, SecondDraw):
        hashed = outcome_hash(found.ledger, state.terms.pools)
        ledger = found.ledger
        return replace(first, ledger=ledger, outcome_hash=hashed, second=found)
    held = settle(first.outcome, state.fundings(state.held(drawn)))
    return NotYet(first.sale_id, first.findings, found, replace(first, ledger=held))


def refuted(reason: VoidReason | None, known: Rounds) -> bool:
    """Tell whether a sale is said to be void for a round, and all its rounds are there."""
    return reason is VoidReason.EXPIRED and not known.missing


def _watch(read: Replay, heads: Iterable[SignedCheckpoint]) -> Watch:
    watch = Watch(set(read.watch.seen))
    for head in heads:
        watch.seen.update(check_head(head, read.state))
    return watch
