"""Who gets what, computed from a log by anybody: settled, shown void, or not yet."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fairlot.allocation.settlement import outcome_hash
from fairlot.audit.missing import MissingMarker, MissingOpening, MissingRound
from fairlot.audit.settling import (
    NotYet,
    Settled,
    Settlement,
    ShownVoid,
    settle_replay,
    settle_transcript,
)
from fairlot.board.phase import VoidReason
from fairlot.board.replay import Replay, replay, replay_file
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.timelock.drand import read_beacon
from kit.board import Dates, as_record, dated, signed
from kit.gala import gala
from kit.lying_board import LyingBoard, play_with, played
from kit.recovering import delayed
from kit.sales import clocked, stage
from kit.stage import STATEMENTS, Stage
from lies_file import STRANGER

ENOUGH, TOO_FEW = (0, 2), (1,)


@cache
def watched() -> Stage:
    """Return a sale of three witnesses, of whom two must agree."""
    return stage().watched()


def settled(data: bytes, **given: Any) -> Settlement:  # noqa: ANN401 (any arguments)
    """Return who gets what."""
    return settle_transcript(data, statements=STATEMENTS, **given)


def read_of(data: bytes, on: Stage) -> Replay:
    """Return the log of a file."""
    return replay(data, on.state())


def seen(board: LyingBoard, *dates: tuple[int, int]) -> None:
    """Append a head for each of these co-signatures, and one without any."""
    for some in ((), *((each,) for each in dates)):
        board.raw(as_record(dated(board.on, board.head(), some)))


def test_what_is_missing_at_each_step_of_a_sale() -> None:
    found = {
        step: settled(played(stage(), step).data)
        for step in ("terms", "deposits", "commits", "seals", "sealed")
    }
    markers = {
        step: (missing.kind, missing.logged)
        for step, result in found.items()
        if isinstance(result, NotYet)
        for missing in result.missing
        if isinstance(missing, MissingMarker)
    }
    assert markers == {
        "terms": (EntryType.OPEN, False),
        "deposits": (EntryType.CLOSE, False),
        "commits": (EntryType.COMMIT_END, False),
        "seals": (EntryType.SEALED, False),
    }
    key = stage().parts.contributors[0].public
    assert found["sealed"] == NotYet(stage().terms.sale_id, (), (MissingOpening(key),))


@pytest.mark.parametrize("until", ["reveals", "reveal-end"])
def test_a_file_that_ends_before_result_gives_what_result_says(until: str) -> None:
    found = settled(played(stage(), until).data)
    drawn = played(stage(), "result").state
    assert isinstance(found, Settled)
    assert (found.draw, found.outcome) == (drawn.draw, drawn.outcome)
    assert found.ledger == drawn.ledger
    assert found.outcome_hash == outcome_hash(drawn.ledger, drawn.terms.pools)
    assert found == settled(played(stage(), "result").data)


def _is_terms(record: Record) -> bool:
    item = record.item
    return isinstance(item, Entry) and item.type is EntryType.TERMS


@pytest.mark.thorough
def test_wherever_a_file_is_cut_it_never_gives_another_answer() -> None:
    data = played(watched(), "result").data
    items = [item for item in read_records(data) if isinstance(item, Record)]
    terms = next(i for i, each in enumerate(items) if _is_terms(each))
    later = enumerate(items[terms:], terms)
    first = next(i for i, each in later if not isinstance(each.item, Entry))
    found = [settled(data[: item.offset]) for item in items[first + 1 :]]
    answers = [result for result in found if isinstance(result, Settled)]
    assert len(answers) > 1
    assert all(answer == settled(data) for answer in answers)
    assert not any(isinstance(result, ShownVoid) for result in found)
    assert found[-len(answers) :] == answers


def test_a_transcript_is_bytes_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(played(stage(), "result").data)
    assert settle_transcript(path) == settled(path.read_bytes())
    with pytest.raises(CallerError) as caught:
        settled(3)  # type: ignore[arg-type]
    assert caught.value.code == "audit.transcript"


def test_a_result_that_lies_changes_nothing() -> None:
    def lie(board: LyingBoard, time: int) -> None:
        board.batch(time, board.on.result(board.state, outcome=bytes(32)))

    data = play_with(stage(), instead={"result": lie})
    found, honest = settled(data), settled(played(stage(), "result").data)
    assert isinstance(found, Settled)
    assert isinstance(honest, Settled)
    assert [finding.code for finding in found.findings] == ["result.outcome"]
    assert replace(found, findings=()) == honest


def test_what_is_recovered_need_not_be_revealed() -> None:
    on = delayed(2)

    def nobody(_board: LyingBoard, _time: int) -> None:
        """Withhold."""

    def recovered(board: LyingBoard, time: int) -> None:
        board.batch(time, on.recovery(board.state.contributions))

    withheld = play_with(on, instead={"reveals": nobody}, until="reveal-end")
    found = settled(withheld)
    keys = [key.public for key in on.parts.contributors]
    assert isinstance(found, NotYet)
    assert found.missing == tuple(map(MissingOpening, keys))
    lies = {"reveals": nobody, "result": recovered}
    data = play_with(on, instead=lies)
    answer, honest = settled(data), settled(played(on, "result").data)
    assert isinstance(answer, Settled)
    assert isinstance(honest, Settled)
    assert answer == honest


def test_a_round_from_elsewhere_settles() -> None:
    on = clocked()
    (named,) = on.terms.named_rounds()
    data = played(on, "reveal-end").data
    assert settled(data) == NotYet(on.terms.sale_id, (), (MissingRound(named),))
    found = settled(data, rounds=[on.relayed(named)])
    assert isinstance(found, Settled)
    assert found == settled(played(on, "result").data)


def test_bids_that_a_round_from_elsewhere_opens_stay_sealed_for_the_log() -> None:
    """Whoever settles changes nothing: the board still must post the round."""
    on = gala()
    (named,) = on.terms.named_rounds()
    assert on.terms.bids == named
    read = read_of(played(on, "reveal-end", deposits=()).data, on)
    beacon = read_beacon(on.relayed(named))
    results = [settle_replay(read, [beacon]) for _ in range(2)]
    assert isinstance(results[0], Settled)
    assert results[0] == results[1]
    assert not read.state.rounds.signatures
    with pytest.raises(Rejection) as caught:
        read.state.result()
    assert caught.value.code == "result.round"
    assert isinstance(settle_replay(read), NotYet)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "changes", "code"),
    [
        (1, {}, "round.unnamed"),
        (0, {"signature": "00" * 48}, "round.signature"),
        (0, {"previous_signature": "00" * 48}, "round.signature"),
    ],
)
def test_no_other_round_settles(step: int, changes: dict[str, Any], code: str) -> None:
    on = clocked()
    (named,) = on.terms.named_rounds()
    other = on.relayed(named, step, **changes)
    for until in ("terms", "reveal-end", "result"):
        with pytest.raises(Rejection) as caught:
            settled(played(on, until).data, rounds=[other])
        assert caught.value.code == code


def test_the_round_after_passes_for_no_other() -> None:
    on = clocked()
    (named,) = on.terms.named_rounds()
    posed = on.relayed(named, 1, round=named.round_number)
    with pytest.raises(Rejection) as caught:
        settled(played(on, "reveal-end").data, rounds=[posed])
    assert caught.value.code == "round.signature"


def test_a_round_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(EncodingError) as caught:
        settled(played(stage(), "terms").data, rounds=[b"{}"])
    assert caught.value.code == "drand.json"


def sealed_by(*dates: tuple[int, int]) -> LyingBoard:
    """Return a sale up to its reveals, whose SEALED these witnesses saw at these dates."""
    board = played(watched(), "seals")
    on, times = board.on, board.on.terms.times
    board.put(times.seal_end, on.sign(EntryType.SEALED))
    seen(board, *((number, times.seal_end + late) for number, late in dates))
    board.put(times.seal_end + 10, *map(on.reveal, range(len(on.parts.contributors))))
    seen(board)
    return board


def test_a_quorum_saw_sealed_in_time() -> None:
    slack = watched().terms.times.slack
    for dates in ([(0, 0), (2, slack)], [(0, 1), (1, 1), (2, slack + 9)]):
        assert isinstance(settled(sealed_by(*dates).data), Settled)
    for dates in ([], [(1, 0)], [(0, 0), (1, slack + 1)], [(0, 0), (0, 1)]):
        found = settled(sealed_by(*dates).data)
        assert isinstance(found, NotYet)
        (missing,) = found.missing
        assert isinstance(missing, MissingMarker)
        assert (missing.kind, missing.logged) == (EntryType.SEALED, True)
        assert (missing.seen, missing.quorum) == (min(1, len(dates)), 2)
        assert missing.until == watched().terms.times.seal_end + slack


def test_heads_from_elsewhere_make_the_quorum() -> None:
    board = sealed_by((1, 0))
    time = watched().terms.times.seal_end
    later = dated(board.on, board.head(), [(2, time + 20)])
    assert isinstance(settled(board.data), NotYet)
    assert isinstance(settled(board.data, heads=[later.to_text()]), Settled)
    for dates in ([(1, time)], [(2, time + 31)]):
        head = dated(board.on, board.head(), dates)
        assert isinstance(settled(board.data, heads=[head.to_text()]), NotYet)


def test_what_is_given_once_is_not_kept() -> None:
    board = sealed_by((1, 0))
    head = dated(board.on, board.head(), [(2, watched().terms.times.seal_end + 20)])
    read = read_of(board.data, board.on)
    assert isinstance(settle_replay(read, heads=[head]), Settled)
    assert isinstance(settle_replay(read), NotYet)


def test_sealed_in_time_outweighs_what_came_before() -> None:
    """Nobody saw CLOSE in time, and the draw is determined all the same."""

    def unseen(board: LyingBoard, time: int) -> None:
        board.put(time, board.on.close(board.state))
        seen(board)

    def late(board: LyingBoard, time: int) -> None:
        board.put(time, *_commits(board))
        seen(board, *((number, time + 60) for number in ENOUGH))

    lies = {"close": unseen, "commits": late}
    assert isinstance(settled(play_with(watched(), instead=lies)), Settled)
    before = settled(play_with(watched(), instead=lies, until="commits"))
    assert isinstance(before, NotYet)
    kinds = [m.kind for m in before.missing if isinstance(m, MissingMarker)]
    assert kinds == [EntryType.CLOSE, EntryType.COMMIT_END]


def _commits(board: LyingBoard) -> list[Any]:
    frozen = board.state.contributions.frozen
    everybody = range(len(board.on.parts.contributors))
    return [board.on.commit(frozen, number) for number in everybody]


def close_missed(*dates: tuple[int, int], void: bool = False) -> LyingBoard:
    """Return an open sale, and heads without CLOSE at seconds after its last moment."""
    board = played(watched(), "deposits")
    times = board.on.terms.times
    last = times.close + times.slack
    if void:
        reason = {"reason": VoidReason.CLOSE_MISSED.value}
        board.put(last + 1, board.on.sign(EntryType.VOID, reason))
    seen(board, *((number, last + late) for number, late in dates))
    return board


@pytest.mark.parametrize("void", [True, False])
def test_two_of_three_witnesses_show_that_a_marker_was_missed(void: bool) -> None:
    found = settled(close_missed((0, 1), (2, 5), void=void).data)
    assert isinstance(found, ShownVoid)
    assert found.reason is VoidReason.CLOSE_MISSED
    assert [(line.units, line.payment) for line in found.ledger] == [(0, 0)] * 2
    assert all(line.refund > 0 for line in found.ledger)


@pytest.mark.parametrize("void", [True, False])
@pytest.mark.parametrize("dates", [[], [(1, 1)], [(0, 0), (2, 1)], [(0, 1), (0, 9)]])
def test_fewer_show_nothing_whatever_the_board_says(dates: Dates, void: bool) -> None:
    found = settled(close_missed(*dates, void=void).data)
    assert isinstance(found, NotYet)
    (missing,) = found.missing
    assert isinstance(missing, MissingMarker)
    assert (missing.kind, missing.logged) == (EntryType.CLOSE, False)


def test_heads_from_elsewhere_show_what_was_missed() -> None:
    board = close_missed((1, 1))
    times = board.on.terms.times
    head = dated(board.on, board.head(), [(0, times.close + times.slack + 1)])
    assert isinstance(settled(board.data, heads=[head.to_text()]), ShownVoid)


def test_too_few_commitments_void_once_a_quorum_saw_their_end() -> None:
    board = played(watched(), "close")
    time = board.on.terms.times.commit_end
    board.put(time, board.on.sign(EntryType.COMMIT_END))
    seen(board, (1, time))
    found = settled(board.data)
    assert isinstance(found, NotYet)
    kinds = [m.kind for m in found.missing if isinstance(m, MissingMarker)]
    assert kinds == [EntryType.COMMIT_END]
    seen(board, (0, time))
    shown = settled(board.data)
    assert isinstance(shown, ShownVoid)
    assert shown.reason is VoidReason.COMMITS_MISSING
    assert shown.ledger == board.state.ledger


def other_log(board: LyingBoard) -> SignedCheckpoint:
    said = Checkpoint("elsewhere.example/0", board.head().size, board.head().root)
    return signed(board.on, said, 0, name="elsewhere.example/0")


def other_tree(board: LyingBoard) -> SignedCheckpoint:
    said = Checkpoint(board.on.terms.origin, board.head().size, bytes(32))
    return signed(board.on, said, 0)


def longer_tree(board: LyingBoard) -> SignedCheckpoint:
    tree = Tree()
    for number in range(board.head().size + 1):
        tree.append(bytes([number]))
    said = Checkpoint(board.on.terms.origin, tree.size, tree.root())
    return signed(board.on, said, 0)


def strangers_head(board: LyingBoard) -> SignedCheckpoint:
    return signed(board.on, board.head(), 0, key=STRANGER)


def without_board(board: LyingBoard) -> SignedCheckpoint:
    whole = signed(board.on, board.head(), 0)
    return replace(whole, lines=whole.lines[1:])


def forged_date(board: LyingBoard) -> SignedCheckpoint:
    whole = signed(board.on, board.head(), 0)
    first, second, *rest = whole.lines
    date = (1).to_bytes(8, "big")
    moved = replace(second, signature=date + second.signature[8:])
    return replace(whole, lines=(first, moved, *rest))


def unnamed_witness(board: LyingBoard) -> SignedCheckpoint:
    whole = signed(board.on, board.head(), 0)
    first, second, *rest = whole.lines
    moved = replace(second, name="stranger.example")
    return replace(whole, lines=(first, moved, *rest))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (other_log, "checkpoint.board-name"),
        (other_tree, "checkpoint.tree"),
        (longer_tree, "checkpoint.tree"),
        (strangers_head, "checkpoint.board-lines"),
        (without_board, "checkpoint.board-lines"),
        (forged_date, "checkpoint.signature"),
        (unnamed_witness, "checkpoint.unknown-line"),
    ],
)
def test_heads_of_another_log_or_hand_are_refused(
    make: Callable[[LyingBoard], SignedCheckpoint], code: str
) -> None:
    board = played(watched(), "result")
    with pytest.raises(Rejection) as caught:
        settled(board.data, heads=[make(board).to_text()])
    assert caught.value.code == code


def test_a_head_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(EncodingError) as caught:
        settled(played(stage(), "terms").data, heads=["size and root\n"])
    assert caught.value.code.startswith("note.")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"rounds": ["{}"]}, "audit.round"), ({"heads": [7]}, "audit.head")],
)
def test_given_things_have_their_types(given: dict[str, Any], code: str) -> None:
    with pytest.raises(CallerError) as caught:
        settled(played(stage(), "terms").data, **given)
    assert caught.value.code == code


def test_without_terms_there_is_nothing_to_settle() -> None:
    board = LyingBoard(stage())
    board.batch(0, stage().registry_entry())
    refused = LyingBoard(stage())
    refused.batch(0, stage().sign(EntryType.TERMS, stage().terms.to_value()))
    for data, code in ((board.data, "phase.no-terms"), (refused.data, "terms.seller")):
        with pytest.raises(Rejection) as caught:
            settled(data)
        assert caught.value.code == code


def test_a_file_without_any_head_has_no_terms() -> None:
    data = stage().terms_entry().encoded
    assert not replay_file(data, stage().curve, STATEMENTS).findings
    with pytest.raises(Rejection) as caught:
        settled(data)
    assert caught.value.code == "phase.no-terms"
