"""Reading a transcript back: state, times, findings and where they lie."""

import pytest

from fairlot.audit.auditor import Expected, audit
from fairlot.board.phase import Phase
from fairlot.board.replay import Replay, replay
from fairlot.board.transcript import Record, read_records
from fairlot.rehearsal.parts import START
from kit.lying_board import LyingBoard, play_with
from kit.sales import GROUP, deposit, play, steps
from kit.stage import STATEMENTS, Stage
from lies_file import forged


def read(on: Stage, data: bytes) -> Replay:
    return replay(data, on.state())


def test_it_gives_the_state_that_the_board_had(
    concert: Stage, concert_transcript: bytes
) -> None:
    state = play(concert.board(), concert).state
    found = read(concert, concert_transcript)
    assert not found.findings
    assert found.state.phase is Phase.DONE
    assert found.state.draw == state.draw
    assert found.state.ledger == state.ledger
    assert found.state.tree.root() == state.tree.root()


def test_entries_have_the_time_of_the_first_checkpoint_behind_them(
    concert: Stage, concert_transcript: bytes
) -> None:
    times = [e.time for e in read(concert, concert_transcript).entries]
    expected: list[int] = []
    for step in steps(concert):
        count = {"leaves": 2, "deposits": 4}.get(step.name, 1)
        expected += [step.time] * count
    assert times == expected


def test_entries_are_numbered_as_leaves(
    concert: Stage, concert_transcript: bytes
) -> None:
    found = read(concert, concert_transcript)
    assert [e.index for e in found.entries] == list(range(found.state.tree.size))
    assert {e.refusal for e in found.entries} == {None}


def test_all_of_a_good_file_is_acknowledged(
    concert: Stage, concert_transcript: bytes
) -> None:
    found = read(concert, concert_transcript)
    assert found.length == found.acknowledged == len(concert_transcript)
    assert found.unacknowledged == 0


def test_entries_behind_the_last_checkpoint_do_not_count(
    concert: Stage, liar: LyingBoard
) -> None:
    liar.batch(START, concert.terms_entry())
    stands = len(liar.data)
    liar.put(START, concert.registry_entry())
    found = read(concert, liar.data)
    assert [e.entry.type for e in found.entries] == ["TERMS"]
    assert found.unacknowledged == len(liar.data) - stands
    assert not found.findings


def test_a_finding_names_offset_and_entry(concert: Stage) -> None:
    bad = forged(deposit(concert, 0, 1))

    def post(board: LyingBoard, time: int) -> None:
        board.batch(time, bad)

    data = play_with(concert, before={"close": post})
    (finding,) = read(concert, data).findings
    assert finding.offset == data.index(bad.encoded)
    assert finding.code == "entry.signature"
    entries = [
        r
        for r in read_records(data)
        if isinstance(r, Record) and r.encoded.startswith(b"\xa7")
    ]
    assert finding.entry is not None
    assert entries[finding.entry].encoded == bad.encoded


def test_reading_goes_on_behind_a_finding(concert: Stage) -> None:
    """Three bad entries in different places: three findings, and the sale ends."""
    bad = [forged(deposit(concert, 0, seq)) for seq in (1, 2, 3)]

    def post(which: int, board: LyingBoard, time: int) -> None:
        board.batch(time, bad[which])

    data = play_with(
        concert,
        before={
            "open": lambda b, t: post(0, b, t),
            "deposits": lambda b, t: post(1, b, t),
            "close": lambda b, t: post(2, b, t),
        },
    )
    found = read(concert, data)
    assert [f.code for f in found.findings] == [
        "phase.wrong",
        "entry.signature",
        "entry.signature",
    ]
    assert found.state.phase is Phase.DONE
    assert [e.refusal for e in found.entries if e.refusal] == [
        f.code for f in found.findings
    ]


def test_a_refused_entry_is_still_a_leaf(concert: Stage) -> None:
    """Otherwise a board could hide what it refused."""
    bad = forged(deposit(concert, 0, 1))

    def post(board: LyingBoard, time: int) -> None:
        board.batch(time, bad)

    data = play_with(concert, before={"close": post})
    found = read(concert, data)
    assert found.state.tree.size == len(found.entries) == 16
    honest = play(concert.board(), concert).state
    assert found.state.tree.root() != honest.tree.root()


def test_without_terms_nothing_is_judged(concert: Stage, liar: LyingBoard) -> None:
    liar.batch(START, concert.registry_entry(), concert.terms_entry())
    liar.batch(START, forged(deposit(concert, 0)))
    found = read(concert, liar.data)
    assert found.stopped
    assert [f.code for f in found.findings] == ["phase.no-terms"]
    assert len(found.entries) == 1


def test_after_the_clock_ran_back_the_later_time_counts(
    concert: Stage, liar: LyingBoard
) -> None:
    """A board cannot make late entries early."""
    liar.batch(START, concert.terms_entry())
    liar.batch(START + 50, concert.registry_entry())
    liar.batch(START, concert.leaf_entry(concert.members[0].identity))
    found = read(concert, liar.data)
    assert [f.code for f in found.findings] == ["checkpoint.time"]
    assert [e.time for e in found.entries] == [START, START + 50, START + 50]
    assert found.time == START + 50


def test_a_checkpoint_repeated_is_named(
    concert: Stage, concert_transcript: bytes
) -> None:
    *_, last = read_records(concert_transcript)
    assert isinstance(last, Record)
    found = read(concert, concert_transcript + last.encoded)
    assert [f.code for f in found.findings] == ["checkpoint.empty"]


def test_what_was_verified_once_is_not_verified_again(
    concert_transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert audit(concert_transcript, GROUP, Expected(rehearsal=True), STATEMENTS).holds

    def fail(*_: object) -> None:
        raise AssertionError("verified again")

    monkeypatch.setattr("fairlot.deposit.deposit.verify_presentation", fail)
    monkeypatch.setattr("fairlot.entry.verify_signature", fail)
    monkeypatch.setattr("fairlot.board.replay.verify_checkpoint", fail)
    assert audit(concert_transcript, GROUP, Expected(rehearsal=True), STATEMENTS).holds
