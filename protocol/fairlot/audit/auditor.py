"""Runs the same fold as the board, and collects every finding (specs/audit.md)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from fairlot.audit.carried import carried_findings, tag_findings
from fairlot.audit.checks import (
    BEFORE_TERMS,
    CHECKS,
    NEEDS_KEPT,
    NEEDS_ROOTS,
    NOT_CHECKED,
    OF_REGISTRIES,
    Check,
    check_of,
)
from fairlot.audit.disclosed import disclosed_counts
from fairlot.audit.expected import (
    Expected,
    is_rehearsal,
    registry_alone,
    rehearsal_findings,
    root_findings,
    shown_roots,
)
from fairlot.audit.given import (
    GivenHead,
    GivenPolicy,
    GivenReceipt,
    read_heads,
    read_policy,
    read_receipts,
    read_rounds,
)
from fairlot.audit.kept import NOTHING, Compared, Kept, compare_kept
from fairlot.audit.margin import beacon_facts, notices
from fairlot.audit.redrawing import redraw_findings
from fairlot.audit.report import CheckResult, Report
from fairlot.audit.roles import role_findings, role_notices
from fairlot.audit.transcript_file import open_given
from fairlot.audit.watching import expiry_findings, roll_findings, watch_findings
from fairlot.beacon.rounds import Rounds
from fairlot.board.ahead import Ahead
from fairlot.board.hints import Hints
from fairlot.board.log_replay import Finding
from fairlot.board.phase import ENDED
from fairlot.board.registry_state import RegistryState
from fairlot.board.replay import Replay, replay_files
from fairlot.board.sale import SaleState
from fairlot.board.source import Source
from fairlot.board.standing import Watch
from fairlot.entry import EntryType
from fairlot.names import check_time
from fairlot_crypto.curve import Backend, backend
from fairlot_crypto.progress import Progress, silent
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.drand import Beacon

CLOCKS_DIFFER = 600
"""Seconds by which the log's clock may be ahead of the auditor's, and no notice says so."""


def audit_transcript(
    transcript: bytes | str | Path,
    *,
    sale_id: bytes | None = None,
    board_key: bytes | None = None,
    rehearsal: bool = False,
    rounds: Iterable[bytes] = (),
    heads: Iterable[GivenHead] = (),
    receipts: Iterable[GivenReceipt] = (),
    policy: GivenPolicy | None = None,
    curve: Backend | None = None,
    statements: Statements | None = None,
    progress: Progress = silent,
    now: int | None = None,
    more: Iterable[bytes | str | Path] = (),
    registry_alone: bool = False,
    hints: bytes = b"",
    randomness: Randomness | None = None,
) -> Report:
    """Check a whole transcript offline (specs/audit.md).

    A transcript that breaks rules gives a report with findings, never an exception: read
    ``report.holds``.

    Args:
        transcript: its bytes, or the path of its file.
        sale_id: the sale that the auditor expects, 32 bytes, from elsewhere; without it
            and ``board_key`` the report shows only that the file agrees with itself.
        board_key: the board's Ed25519 key, 32 bytes, from elsewhere.
        rehearsal: whether a rehearsal is accepted, in which one machine played every
            role; unless it is, its report does not hold. It changes nothing for a sale.
        rounds: rounds that the terms name, each the JSON of a relay: a sale cannot be
            void for the lack of a round that is there.
        heads: signed notes that people kept: the log must extend each, and what witnesses
            have co-signed there counts.
        receipts: what the board answered to senders of entries: the log must hold them.
        policy: the log and the witnesses that the auditor trusts, a trust root.
        curve: the back-end; ``None`` for the default one.
        statements: what this process has verified before; ``None`` for nothing.
        progress: told how many bytes were read, of how many.
        now: the auditor's clock, Unix seconds: a notice says where the log of a real sale
            is ahead of it; ``None`` compares nothing.
        more: files that hold logs which ``transcript`` does not, e.g. that of the registry.
        registry_alone: whether the log of a registry is to be audited, without any sale; it
            changes nothing where there is a sale.
        hints: the bytes of the transcript's file of hints, from anywhere: it saves time,
            and changes no report.
        randomness: the system's entropy, with which presentations are verified together,
            and on which no report depends; ``None`` verifies them one by one.

    Raises:
        InputError: ``transcript.unreadable`` for a file that cannot be read,
            ``transcript.none`` for one that is no transcript at all,
            ``transcript.too-long`` for an endless stream.
        EncodingError: ``drand.*``, ``note.*``, ``checkpoint.*``, ``proof.*``,
            ``policy.*`` for a round, head, receipt or policy that cannot be read.
        Rejection: ``round.unnamed``, ``round.signature`` for a round that the terms do
            not name.
        CallerError: ``audit.root`` for a root that is not 32 bytes, ``audit.flag`` for a
            ``rehearsal`` that is no boolean, ``audit.transcript`` for a transcript that
            is neither bytes nor a path, ``audit.head``, ``audit.receipt``, ``audit.policy``
            and ``audit.round`` for what is none; ``names.time``.
    """
    trusted = None if policy is None else read_policy(policy)
    expected = Expected(sale_id, board_key, rehearsal, trusted, registry_alone)
    kept = Kept(read_heads(heads), read_receipts(receipts))
    given = read_rounds(rounds)
    curve = backend() if curve is None else curve
    known = Statements() if statements is None else statements
    ahead = None if randomness is None else Ahead(randomness, Hints(hints))
    with ExitStack() as stack:
        data, *others = [
            stack.enter_context(open_given(each)) for each in (transcript, *more)
        ]
        return audit(
            data, curve, expected, known, progress, now, given, kept, others, ahead
        )


def audit(
    data: bytes | Source,
    curve: Backend,
    expected: Expected,
    statements: Statements,
    progress: Progress = silent,
    now: int | None = None,
    rounds: Iterable[Beacon] = (),
    kept: Kept = NOTHING,
    more: Sequence[bytes | Source] = (),
    ahead: Ahead | None = None,
) -> Report:
    """Check a whole transcript.

    The checklist is ``CHECKS``: A01 to A05, A07 to A22, A24, A30 to A36, A39 and A40 follow
    from reading and folding; this function itself checks A06 (roots), A14 (people), A23
    (the end), A25 (no rehearsal), A26 (roles), A28 (the witnesses), A29 (what was kept)
    and a part of A38 (second draws).
    ``NOT_CHECKED`` lists what it leaves to its caller.

    Args:
        data: the file, or its bytes.
        curve: the back-end.
        expected: trust roots, without any of which the report shows only that the file
            agrees with itself; and whether a rehearsal is accepted.
        statements: what this process has verified before; a fresh one knows nothing.
        progress: called with the bytes read and the bytes in all.
        now: the auditor's clock, Unix seconds; ``None`` where there is none.
        rounds: from elsewhere, as relays give them; without terms nobody looks at them.
        kept: heads and receipts from elsewhere.
        more: files with other logs, or their bytes.
        ahead: verifies presentations together; ``None`` verifies them one by one. The
            report is the same.

    Raises:
        Rejection: ``round.unnamed``, ``round.signature`` for a round that the terms do
            not name.
        CallerError: ``names.time``.
    """
    # Step 1.
    state = SaleState(RegistryState(curve, statements))
    read = replay_files((data, *more), state, progress, ahead)
    return audit_replay(read, expected, now, rounds, kept)


def audit_replay(
    read: Replay,
    expected: Expected,
    now: int | None = None,
    rounds: Iterable[Beacon] = (),
    kept: Kept = NOTHING,
) -> Report:
    """Check a whole transcript that was read: ``audit`` without its first step.

    For whoever wants to look at the board as well. Arguments and errors are those of
    ``audit``.
    """
    if now is not None:
        check_time(now)
    # Step 2, what was kept; its co-signatures count in what follows.
    compared = compare_kept(read, kept)
    state = read.state
    given = rounds if state.begun else ()
    known = state.rounds.including(state.curve, given, state.statements)
    own = _own_findings(read, expected, compared, known)
    findings = [*read.findings, *compared.findings, *own]
    # Step 10.
    unchecked = _unchecked(expected, kept, registry_alone(read, expected) is not None)
    results = tuple(_result(check, findings, read, unchecked) for check in CHECKS)
    return Report(
        results=results,
        roots=shown_roots(read, expected, kept),
        rehearsal=is_rehearsal(read, expected),
        phase=state.phase.value,
        facts=_facts(state),
        disclosed=disclosed_counts(state),
        beacon=beacon_facts(read),
        notices=(
            *notices(read),
            *role_notices(state, registry_alone(read, expected)),
            *_future_notices(state, now),
        ),
        not_checked=NOT_CHECKED,
        currency=state.terms.currency if state.begun else None,
    )


def _result(
    check: Check, findings: Sequence[Finding], read: Replay, unchecked: Sequence[str]
) -> CheckResult:
    found = tuple(f for f in findings if check_of(f.code) is check)
    reached = not read.stopped or check.id in BEFORE_TERMS or bool(found)
    kept = Counter(finding.code for finding in found)
    left_out = sum((read.counts - kept)[code] for code in kept)
    checked = check.id not in unchecked
    return CheckResult(check, found, len(found) + left_out, reached, checked)


def _unchecked(expected: Expected, kept: Kept, alone: bool) -> tuple[str, ...]:
    """Return the checks for which there is nothing to look at, or to compare with."""
    given = ((NEEDS_ROOTS, expected.given), (NEEDS_KEPT, kept.given))
    lacking = tuple(check for check, there in given if not there)
    if not alone:
        return lacking
    return (*lacking, *(c.id for c in CHECKS if c.id not in OF_REGISTRIES))


def _own_findings(
    read: Replay, expected: Expected, compared: Compared, known: Rounds
) -> Iterator[Finding]:
    state = read.state
    # Step 2.
    yield from root_findings(read, expected, compared.heads)
    # Step 4.
    watch = Watch(read.watch.seen | compared.seen)
    yield from watch_findings(state, watch)
    yield from redraw_findings(state, watch, known)
    yield from expiry_findings(state, known)
    yield from roll_findings(read.registries, compared.registries)
    # Step 9.
    yield from carried_findings(read.registries[0])
    yield from tag_findings(state.curve, read.registries)
    # Step 3.
    finals = sum(stake.final for stake in state.positions.stakes())
    most = state.roll.roll.leaves if finals else 0
    if finals > most:
        why = f"there are {finals} final deposits for the {most} leaves of the roll"
        yield Finding("people.more-than-leaves", why, None, None)
    ended = state.phase in ENDED or registry_alone(read, expected) is not None
    tail = ""
    if read.unacknowledged:
        tail = f"{read.unacknowledged} bytes from {read.covered} on "
        tail += "are under no checkpoint"
    # Step 5.
    if ended and tail:
        yield Finding("file.tail", tail, read.covered, None)
    # Step 6.
    if not (ended or read.stopped or _wrong_end(read)):
        why = f"incomplete: it stands in phase {state.phase}"
        why = f"{why}; {tail}" if tail else why
        yield Finding("sale.incomplete", why, read.covered, None)
    # Step 7.
    yield from rehearsal_findings(read, expected)
    # Step 8.
    yield from role_findings(state, registry_alone(read, expected))


def _future_notices(state: SaleState, now: int | None) -> Iterator[str]:
    """Yield a notice where the log of a real sale tells a time that has not come yet."""
    if now is None or not state.begun or state.terms.rehearsal:
        return
    if state.clock > now + CLOCKS_DIFFER:
        yield (
            f"the log's last time is {state.clock}, {state.clock - now} s after the clock "
            "of this audit: one of the two is wrong, or nobody has waited for the times of "
            "the terms"
        )


def _wrong_end(read: Replay) -> bool:
    """Tell whether the sale has an end that is wrong, for which there is a finding already."""
    ends = (EntryType.RESULT, EntryType.REDRAWN, EntryType.VOID)
    last = read.entries.last
    return last is not None and last.entry.type in ends and last.refusal is not None


def _facts(state: SaleState) -> dict[str, int]:
    ledger, stakes = state.ledger, state.positions.stakes
    return {
        "beacon_delay": state.terms.beacon.delay if state.begun else 0,
        "entries": state.tree.size,
        "registry_entries": state.registry.tree.size,
        "leaves": len(state.registry.leaves),
        "rolls": len(state.registry.rolls),
        "final_deposits": sum(stake.final for stake in stakes()),
        "money_in": sum(stake.paid for stake in stakes()),
        "payments": sum(line.payment for line in ledger),
        "refunds": sum(line.refund for line in ledger),
        "refunds_held": sum(line.held for line in ledger),
        "units": sum(line.units for line in ledger),
        "items_promised": state.deliveries.promised,
        "items_delivered": state.deliveries.delivered,
    }
