"""A board that says that a round never came, and whoever has the round."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from fairlot.audit.auditor import audit_transcript
from fairlot.audit.missing import MissingRound
from fairlot.audit.report import Report
from fairlot.audit.settling import (
    NotYet,
    Settled,
    Settlement,
    ShownVoid,
    settle_transcript,
)
from fairlot.board.phase import VoidReason
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.rehearsal.parts import LOCKUP
from fairlot.terms.named_round import NamedRound
from kit.board import Dates, as_record, dated
from kit.gala import gala
from kit.lying_board import LyingBoard, played
from kit.sales import stage
from kit.stage import STATEMENTS, Stage

ALL, TOO_FEW = (0, 1, 2), (0,)


@cache
def expiring() -> Stage:
    """Return a sale of two people that expires, with three witnesses of whom two agree."""
    return stage().expiring().watched()


@cache
def twice_named() -> Stage:
    """Return a sale whose bids wait for one round, and whose seed waits for another."""
    on = gala()
    assert on.terms.bids is not None
    bids = on.terms.bids
    drand = replace(bids, round_number=bids.round_number + 1)
    beacon = replace(on.terms.beacon, drand=drand)
    expiry = drand.due + 86_400
    times = replace(on.terms.times, expiry=expiry, unlock=expiry + LOCKUP)
    return on.with_terms(replace(on.terms, beacon=beacon, times=times))


def named_of(on: Stage) -> NamedRound:
    """Return the round that the seed waits for."""
    assert on.terms.beacon.drand is not None
    return on.terms.beacon.drand


def expiry_of(on: Stage) -> int:
    """Return the last second at which the sale cannot expire."""
    assert on.terms.times.expiry is not None
    return on.terms.times.expiry


def void(on: Stage) -> Entry:
    """Return the VOID of a sale whose round did not come."""
    return on.sign(EntryType.VOID, {"reason": VoidReason.EXPIRED.value})


def seen(board: LyingBoard, dates: Dates) -> None:
    """Append a head that witnesses have co-signed at these dates."""
    board.raw(as_record(dated(board.on, board.head(), dates)))


def voided(
    on: Stage,
    late: int = 1,
    witnesses: Sequence[int] = ALL,
    seen_late: int | None = None,
    until: str = "reveal-end",
) -> bytes:
    """Return the file of a board that posts VOID for a round that never came.

    Args:
        on: the stage.
        late: seconds after expiry at which the board says it is.
        witnesses: who co-signs the head that covers VOID.
        seen_late: seconds after expiry of their dates, by default the same.
        until: the last step before.
    """
    board = played(on, until)
    expiry = expiry_of(on)
    board.put(expiry + late, void(on))
    date = expiry + (late if seen_late is None else seen_late)
    seen(board, [(number, date) for number in witnesses])
    return board.data


def judged(data: bytes, *rounds: bytes) -> Report:
    """Return the audit's report."""
    return audit_transcript(data, rehearsal=True, rounds=rounds, statements=STATEMENTS)


def settled(data: bytes, *rounds: bytes) -> Settlement:
    """Return who gets what."""
    return settle_transcript(data, rounds=rounds, statements=STATEMENTS)


def codes(report: Report) -> set[str]:
    """Return the codes of all findings."""
    return {finding.code for finding in report.findings}


def test_a_sale_whose_round_does_not_come_is_void() -> None:
    data = voided(expiring())
    assert judged(data).holds
    found = settled(data)
    assert isinstance(found, ShownVoid)
    assert found.reason is VoidReason.EXPIRED
    assert [line.units for line in found.ledger] == [0, 0]
    assert all(line.refund > 0 for line in found.ledger)


def test_a_round_that_an_auditor_has_refutes_the_void() -> None:
    """The board keeps the round off its log, and calls the sale off with it."""
    on = expiring()
    data, known = voided(on), on.relayed(named_of(on))
    report = judged(data, known)
    assert codes(report) == {"void.round-exists"}
    assert report.failed == ("A22",)
    found = settled(data, known)
    honest = settled(played(on, "result").data)
    assert isinstance(found, Settled)
    assert isinstance(honest, Settled)
    assert (found.draw, found.ledger) == (honest.draw, honest.ledger)


def test_before_expiry_no_board_voids_for_the_round() -> None:
    data = voided(expiring(), late=0)
    assert "void.reason" in codes(judged(data))
    assert isinstance(settled(data), NotYet)


def test_a_clock_of_the_boards_own_makes_no_expiry() -> None:
    """TIME is past expiry, and the witnesses say that it is not."""
    on = expiring()
    data = voided(on, seen_late=0)
    assert codes(judged(data)) == {"void.not-shown"}
    assert settled(data) == NotYet(on.terms.sale_id, (), (MissingRound(named_of(on)),))


def test_too_few_witnesses_make_no_expiry() -> None:
    data = voided(expiring(), witnesses=TOO_FEW)
    assert codes(judged(data)) == {"void.not-shown", "witness.quorum"}
    assert isinstance(settled(data), NotYet)


def test_heads_after_expiry_without_a_void_are_none() -> None:
    """The end of a file voids nothing, however late its last head is."""
    on = expiring()
    board = played(on, "reveal-end")
    board.put(expiry_of(on) + 10)
    seen(board, [(number, expiry_of(on) + 10) for number in ALL])
    assert isinstance(settled(board.data), NotYet)
    assert isinstance(settled(board.data, on.relayed(named_of(on))), Settled)


@pytest.mark.parametrize("until", ["round", "reveal-end"])
def test_with_the_round_on_the_log_there_is_no_expiry(until: str) -> None:
    """Nor does a missing RESULT, or anything but the round, expire."""
    on = expiring()
    board = played(on, until)
    if until == "reveal-end":
        board.batch(expiry_of(on), on.round())
    board.batch(expiry_of(on) + 1, void(on))
    assert "void.reason" in codes(judged(board.data))
    assert isinstance(settled(board.data), Settled)


def test_reveals_do_not_expire() -> None:
    """A sale without openings waits for them, whatever the board says; it is not void."""
    on = expiring()
    board = played(on, "sealed")
    board.batch(expiry_of(on), on.round())
    board.batch(expiry_of(on) + 1, void(on))
    assert "void.reason" in codes(judged(board.data))
    assert isinstance(settled(board.data), NotYet)


def test_terms_without_expiry_wait_for_ever() -> None:
    on = stage().waiting().watched()
    board = played(on, "reveal-end")
    board.batch(named_of(on).due + 10**8, void(on))
    assert "void.reason" in codes(judged(board.data))
    assert isinstance(settled(board.data), NotYet)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "changes", "code"),
    [
        (1, {}, "round.unnamed"),
        (1, {"round": 0}, "round.signature"),
        (0, {"signature": "00" * 48}, "round.signature"),
        (0, {"previous_signature": "00" * 48}, "round.signature"),
    ],
)
def test_no_other_round_refutes_a_void(
    step: int, changes: dict[str, int | str], code: str
) -> None:
    on = expiring()
    named = named_of(on)
    if "round" in changes:
        changes = {"round": named.round_number}
    data, other = voided(on), on.relayed(named, step, **changes)
    for judge in (judged, settled):
        with pytest.raises(Rejection) as caught:
            judge(data, other)
        assert caught.value.code == code


def test_one_of_two_rounds_does_not_refute_a_void() -> None:
    """The other one may never have come."""
    on = twice_named()
    bids, drand = on.terms.bids, named_of(on)
    assert bids is not None
    assert bids != drand
    board = played(on, "reveal-end", deposits=())
    board.batch(expiry_of(on) + 1, void(on))
    both = on.relayed(bids), on.relayed(drand)
    for known in ((), both[:1], both[1:]):
        assert judged(board.data, *known).holds
        assert isinstance(settled(board.data, *known), ShownVoid)
    assert codes(judged(board.data, *both)) == {"void.round-exists"}
    assert isinstance(settled(board.data, *both), Settled)


def test_a_round_says_nothing_about_another_reason() -> None:
    """SEALED was missed: that the round exists is beside the point."""
    on = expiring()
    board = played(on, "seals")
    times = on.terms.times
    late = times.seal_end + times.slack + 1
    reason = {"reason": VoidReason.SEALED_MISSED.value}
    board.batch(late, on.sign(EntryType.VOID, reason))
    known = on.relayed(named_of(on))
    assert judged(board.data, known).holds
    found = settled(board.data, known)
    assert isinstance(found, ShownVoid)
    assert found.reason is VoidReason.SEALED_MISSED
