"""Whoever has a say in the clock or in the board, and would like to choose the draw."""

from collections.abc import Sequence

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.beacon.rounds import make_round
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.rehearsal.clock import Clock
from fairlot.rehearsal.parts import START
from fairlot.terms.named_round import NamedRound
from fairlot_crypto.cbor import Value
from kit.board import extend
from kit.lying_board import LyingBoard, play_with
from kit.sales import GROUP, clocked, source, steps
from kit.stage import STATEMENTS, Stage
from lies_file import STRANGER

OTHERS = (-1000, -1, 1, 2, 1000)


def named_of(on: Stage) -> NamedRound:
    """Return the one round that the terms name."""
    (named,) = on.terms.named_rounds()
    return named


def judged(data: bytes) -> Report:
    """Return the audit's report."""
    return audit(
        data, GROUP, Expected(clocked().terms.sale_id, rehearsal=True), STATEMENTS
    )


def codes(report: Report) -> set[str]:
    """Return the codes of all findings."""
    return {finding.code for finding in report.findings}


def round_entry(number: int, clock: Clock | None = None, **changes: Value) -> Entry:
    """Return a ROUND entry of any round of any clock."""
    on = clocked()
    signer = on.parts.clock if clock is None else clock
    beacon = signer.sign(GROUP, number)
    made = make_round(on.terms.sale_id, signer.chain, beacon, STRANGER)
    body = {**made.body, **changes}
    return sign_entry(EntryType.ROUND, on.terms.sale_id, body, STRANGER)


def drawn_with(entries: Sequence[Entry], signature: bytes) -> bytes:
    """Post entries in place of the named round, and the RESULT of some signature."""

    def rounds(board: LyingBoard, time: int) -> None:
        board.batch(time, *entries)

    def drawn(board: LyingBoard, time: int) -> None:
        board.state.rounds.signatures[named_of(board.on).name] = signature
        board.batch(time, board.on.result(board.state))

    return play_with(clocked(), instead={"round": rounds, "result": drawn})


def signature_of(entry: Entry) -> bytes:
    """Return S of a ROUND entry."""
    signature = entry.body["signature"]
    assert isinstance(signature, bytes)
    return signature


def test_the_sale_with_its_round_holds() -> None:
    on = clocked()
    entry = on.round(named_of(on))
    report = judged(drawn_with([entry], signature_of(entry)))
    assert report.holds, report.findings
    assert report.beacon is not None
    assert report.beacon.mixed
    assert sum("clock" in notice for notice in report.notices) == 1


@pytest.mark.thorough
def test_the_seed_of_another_round_is_not_the_draw() -> None:
    """The clock's owner posts the right round, the board draws with one it likes."""
    on = clocked()
    named = named_of(on)
    for step in OTHERS:
        other = round_entry(named.round_number + step)
        report = judged(drawn_with([on.round(named)], signature_of(other)))
        assert codes(report) == {"result.draw"}
        assert report.failed == ("A20",)


@pytest.mark.thorough
@pytest.mark.parametrize("step", OTHERS)
def test_no_other_round_is_taken(step: int) -> None:
    other = round_entry(named_of(clocked()).round_number + step)
    report = judged(drawn_with([other], signature_of(other)))
    assert codes(report) == {"round.unnamed", "result.round"}
    assert report.failed == ("A20", "A24")


@pytest.mark.thorough
@pytest.mark.parametrize("step", OTHERS)
def test_no_other_round_passes_for_the_named_one(step: int) -> None:
    number = named_of(clocked()).round_number
    other = round_entry(number + step, round=number)
    report = judged(drawn_with([other], signature_of(other)))
    assert codes(report) == {"round.signature", "result.round"}


def test_another_clock_of_the_same_pace_does_not_count() -> None:
    on = clocked()
    number = named_of(on).round_number
    clock = Clock.generate(GROUP, START, source("a clock of the board's own"))
    own = round_entry(number, clock)
    posed = round_entry(number, clock, chain=on.parts.clock.chain.chain_hash())
    for entry, code in ((own, "round.unnamed"), (posed, "round.signature")):
        report = judged(drawn_with([entry], signature_of(entry)))
        assert codes(report) == {code, "result.round"}


def test_without_the_round_there_is_no_draw() -> None:
    for signature in (b"", bytes(48)):
        report = judged(drawn_with([clocked().open_entry()], signature))
        assert "result.round" in codes(report)
        assert "A20" in report.failed


def test_nobody_is_believed_who_knows_the_round_before_it_is_due() -> None:
    on = clocked()
    named = named_of(on)

    def early(board: LyingBoard, time: int) -> None:
        assert time < named.due
        board.batch(time, on.round(named))

    for step, code in (
        ("commit-end", "phase.wrong"),
        ("seals", "phase.wrong"),
        ("sealed", "phase.wrong"),
        ("reveals", "round.early"),
        ("reveal-end", "round.early"),
    ):
        report = judged(play_with(on, before={step: early}))
        assert codes(report) == {code}, step


def test_a_sale_stops_before_its_result_and_is_incomplete_without_the_round() -> None:
    report = judged(play_with(clocked(), until="reveal-end"))
    assert codes(report) == {"sale.incomplete"}
    assert report.beacon is not None
    assert not report.beacon.mixed


def test_whoever_posts_the_round_and_when_changes_nothing() -> None:
    on = clocked()
    named = named_of(on)
    seeds: set[bytes] = set()
    for key in (STRANGER, on.parts.board, on.parts.contributors[0]):
        for late in (0, 1, 3600):
            state = on.state()
            for step in steps(on):
                if step.name == "round":
                    body = on.round(named).body
                    entry = sign_entry(EntryType.ROUND, on.terms.sale_id, body, key)
                    state.append(entry, step.time + late)
                    break
                extend(on, state, step.time, step.make(state))
            seeds.add(state.result()[0].seed)
    assert len(seeds) == 1
