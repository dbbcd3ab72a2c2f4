"""Reading a transcript back: state, times, findings and where they lie."""

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.phase import Phase
from fairlot.board.replay import Replay, replay
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot.logs import LogKind
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
    assert found.state.phase is Phase.LOCKED
    assert found.state.draw == state.draw
    assert found.state.ledger == state.ledger
    assert found.state.tree.root() == state.tree.root()


def test_entries_have_the_time_of_the_last_time_entry_before_them(
    concert: Stage, concert_transcript: bytes
) -> None:
    """The terms come before any, at the time 0; a TIME has its own."""
    times = [e.time for e in read(concert, concert_transcript).entries]
    expected, clock = [0], 0
    for step in steps(concert)[3:]:
        count = {"terms": 0, "deposits": 4}.get(step.name, 1)
        expected += [step.time] * (count + (step.time != clock))
        clock = step.time
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
    liar.put(START, concert.open_entry())
    found = read(concert, liar.data)
    assert [e.entry.type for e in found.entries] == ["TERMS", "TIME"]
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
        if isinstance(r, Record)
        and isinstance(r.item, Entry)
        and r.item.log is LogKind.SALE
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
    assert found.state.phase is Phase.LOCKED
    assert [e.refusal for e in found.entries if e.refusal] == [
        f.code for f in found.findings
    ]


def honest_size(on: Stage) -> int:
    return play(on.board(), on).state.tree.size


def test_a_refused_entry_is_still_a_leaf(concert: Stage) -> None:
    """Otherwise a board could hide what it refused."""
    bad = forged(deposit(concert, 0, 1))

    def post(board: LyingBoard, time: int) -> None:
        board.batch(time, bad)

    data = play_with(concert, before={"close": post})
    found = read(concert, data)
    assert found.state.tree.size == len(found.entries) == honest_size(concert) + 1
    honest = play(concert.board(), concert).state
    assert found.state.tree.root() != honest.tree.root()


def test_without_terms_nothing_is_judged(concert: Stage, liar: LyingBoard) -> None:
    liar.batch(START, concert.open_entry(), concert.terms_entry())
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
    liar.batch(START + 20, concert.open_entry())
    liar.batch(START + 50, deposit(concert, 0))
    late_one = deposit(concert, 1)
    liar.batch(START + 49, concert.time_entry(START + 49), late_one)
    found = read(concert, liar.data)
    assert [f.code for f in found.findings] == ["time.back"]
    late = START + 50
    times = [e.time for e in found.entries]
    assert times == [0, START, START + 20, START + 20, late, late, late, late]
    assert found.time == late


@pytest.mark.parametrize("late", [0, -1, -START])
def test_the_clock_goes_on_with_every_time_entry(
    concert: Stage, liar: LyingBoard, late: int
) -> None:
    """Also the same time a second time is none."""
    liar.batch(START, concert.terms_entry())
    liar.batch(START, concert.time_entry(START + late), concert.open_entry())
    found = read(concert, liar.data)
    code = "entry.duplicate" if late == 0 else "time.back"
    assert [f.code for f in found.findings] == [code]
    assert found.time == START


def test_a_head_may_come_again(concert: Stage, concert_transcript: bytes) -> None:
    """Its entries are not read twice, and it acknowledges no more than it did."""
    *_, last = read_records(concert_transcript)
    assert isinstance(last, Record)
    found = read(concert, concert_transcript + last.encoded)
    assert not found.findings
    assert found.state.tree.size == honest_size(concert)
    assert found.unacknowledged == 0


def test_a_head_before_which_entries_lie_is_no_repetition(
    concert: Stage, liar: LyingBoard
) -> None:
    liar.batch(START, concert.terms_entry())
    head = liar.checkpoint(START)
    liar.put(START, concert.open_entry())
    liar.raw(head)
    assert [f.code for f in read(concert, liar.data).findings] == ["checkpoint.tree"]


MARKED = ("open", "close", "commit-end", "sealed", "reveal-end")


@pytest.mark.parametrize("step", MARKED)
def test_a_checkpoint_lies_right_behind_each_marker(concert: Stage, step: str) -> None:
    """Whatever comes next, and be it only the time."""
    names = [each.name for each in steps(concert)]
    following = names[names.index(step) + 1]
    marker: list[Entry] = []

    def keep(board: LyingBoard, time: int) -> None:
        made = next(each for each in steps(concert) if each.name == step)
        marker.extend(made.make(board.state))
        board.put(time, *marker)

    data = play_with(concert, instead={step: keep}, until=following)
    found = read(concert, data)
    assert [f.code for f in found.findings] == ["checkpoint.missing"]
    (finding,) = found.findings
    assert finding.entry == found.state.markers[marker[0].type]
    assert found.state.phase is not Phase.EMPTY


def test_a_refused_marker_needs_no_checkpoint(concert: Stage) -> None:
    """It ends no phase: what comes behind it belongs to the same one."""

    def early(board: LyingBoard, time: int) -> None:
        board.put(time, concert.close(board.state, time))

    found = read(concert, play_with(concert, before={"deposits": early}))
    assert [f.code for f in found.findings] == ["phase.early"]


def test_what_was_verified_once_is_not_verified_again(
    concert_transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert audit(concert_transcript, GROUP, Expected(rehearsal=True), STATEMENTS).holds

    def fail(*_: object) -> None:
        raise AssertionError("verified again")

    monkeypatch.setattr("fairlot.identity.showing.verify_presentation", fail)
    monkeypatch.setattr("fairlot_crypto.keys.verify_signature", fail)
    monkeypatch.setattr("fairlot.board.head.verify_checkpoint", fail)
    monkeypatch.setattr("fairlot.board.head.verify_cosignature", fail)
    assert audit(concert_transcript, GROUP, Expected(rehearsal=True), STATEMENTS).holds


def test_progress_goes_on_through_both_passes_to_the_end(
    concert: Stage, concert_transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    monkeypatch.setattr("fairlot.board.items.PIECE", 2000)
    monkeypatch.setattr("fairlot.board.replay._OFTEN", 1)
    replay(concert_transcript, concert.state(), tell)
    length = len(concert_transcript)
    assert {total for _, total in told} == {length}
    done = [place for place, _ in told]
    assert done == sorted(done)
    assert done[-1] == length
    first = [place for place in done if place < length // 5]
    assert len(first) > 3
    assert len(done) > len(first) + 20
