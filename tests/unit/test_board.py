"""The honest board: batches, receipts, refusals, its clock, and going on after a crash."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board.keeper import Board
from fairlot.board.phase import Phase, VoidReason
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.replay import replay
from fairlot.board.storage import (
    MemoryStorage,
    OneWriter,
    create_transcript,
    open_transcript,
)
from fairlot.board.transcript import Record, read_records
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.rehearsal.parts import START
from fairlot_crypto.errors import CallerError
from fairlot_crypto.log.checkpoint import (
    SignedCheckpoint,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.merkle import inclusion_proof, leaf_hash, verify_inclusion
from kit.lying_board import LyingBoard
from kit.sales import (
    DEPOSIT_TIME,
    GROUP,
    cancel,
    default_deposits,
    deposit,
    play,
    post,
    registered,
    stage,
    steps,
    transcript,
)
from kit.stage import STATEMENTS, Stage
from lies_file import STRANGER


def items(data: bytes) -> list[str]:
    """Return the kinds of the records: the type of an entry, or ``checkpoint``."""
    kinds: list[str] = []
    for record in read_records(data):
        assert isinstance(record, Record)
        is_head = isinstance(record.item, SignedCheckpoint)
        kinds.append("checkpoint" if is_head else getattr(record.item, "type", "?"))
    return kinds


def test_a_batch_is_entries_and_one_checkpoint(concert: Stage) -> None:
    storage = MemoryStorage()
    board = registered(concert, storage)
    assert items(storage.data) == [
        *("REGISTRY", "TIME", "checkpoint"),
        *("LEAF", "LEAF", "checkpoint"),
        *("ROLL", "checkpoint"),
    ]
    before = len(storage.data)
    board.append([concert.terms_entry(), concert.open_entry()], START)
    assert items(storage.data[before:]) == ["TERMS", "TIME", "OPEN", "checkpoint"]


def test_a_batch_begins_with_its_time_where_the_clock_has_gone_on(
    concert: Stage,
) -> None:
    storage = MemoryStorage()
    board = play(concert.board(storage), concert, until="open")
    before = len(storage.data)
    board.append([deposit(concert, 0)], DEPOSIT_TIME)
    board.append([deposit(concert, 1)], DEPOSIT_TIME)
    board.append([cancel(concert, 1)], DEPOSIT_TIME + 1)
    assert items(storage.data[before:]) == [
        *("TIME", "DEPOSIT", "checkpoint"),
        *("DEPOSIT", "checkpoint"),
        *("TIME", "CANCEL", "checkpoint"),
    ]
    assert board.state.clock == DEPOSIT_TIME + 1


def test_after_the_end_it_answers_and_the_clock_stands(concert: Stage) -> None:
    """Whoever reveals too late learns it from a receipt, as before the end."""
    storage = MemoryStorage()
    board = play(concert.board(storage), concert)
    ended, clock = storage.data, board.state.clock
    (receipt,) = board.append([concert.reveal(0, 9)], clock + 100)
    assert receipt.refusal is not None
    assert (receipt.refusal.code, receipt.checkpoint) == ("phase.wrong", None)
    assert board.append([], clock + 100) == ()
    assert (storage.data, board.state.clock) == (ended, clock)


def test_receipts_name_leaf_and_checkpoint(concert: Stage) -> None:
    board = registered(concert)
    entries = [concert.terms_entry(), concert.open_entry()]
    receipts = board.append(entries, START)
    key, name = concert.parts.board.public, concert.terms.origin
    tree = board.state.tree
    for index, entry, receipt in zip((0, 2), entries, receipts, strict=True):
        assert (receipt.entry_hash, receipt.index) == (entry.hash, index)
        assert receipt.refusal is None
        assert receipt.checkpoint is not None
        verify_checkpoint(receipt.checkpoint, name, key)
        assert verify_cosignature(receipt.checkpoint, name, key) == START
        head = receipt.checkpoint.checkpoint
        proof = inclusion_proof(tree, index, head.size)
        verify_inclusion(leaf_hash(entry.encoded), index, head.size, proof, head.root)


def test_what_cannot_be_written_is_not_acknowledged(concert: Stage) -> None:
    class Failing(MemoryStorage):
        def append(self, data: bytes) -> None:
            raise OSError(f"full: {len(data)} bytes")

    parts, storage = concert.parts, Failing()
    board = Board(storage, "board.example", parts.board, concert.registered())
    with pytest.raises(OSError, match="full"):
        board.append([concert.terms_entry()], START)
    with pytest.raises(CallerError) as refused:
        board.append([concert.open_entry()], START)
    assert refused.value.code == "board.ahead"


def test_after_a_failure_nothing_is_written_to_either_log(concert: Stage) -> None:
    """What stands behind the torn batch of one log would never be read."""

    class Full(MemoryStorage):
        def append(self, data: bytes) -> None:
            if self.data:
                raise OSError("full")
            super().append(data)

    storage, key = OneWriter(Full()), concert.parts.board
    name, state = concert.terms.board.name, concert.state()
    registrar = RegistryBoard(storage, name, key, state.registry)
    board = Board(storage, name, key, state)
    registrar.append([concert.registry_entry()], START)
    with pytest.raises(OSError, match="full"):
        board.append([concert.terms_entry()], START)
    with pytest.raises(CallerError) as refused:
        registrar.append([*map(concert.leaf_entry, concert.enrolled)], START)
    assert refused.value.code == "board.ahead"


def test_a_refused_entry_leaves_no_trace(concert: Stage) -> None:
    """Nor does the TIME that was appended for it: the board answers at that time again."""
    storage = MemoryStorage()
    board = play(concert.board(storage), concert, until="open")
    before, tree = storage.data, board.state.tree
    stood = tree.size, tree.root(), board.state.clock
    (receipt,) = board.append([concert.terms_entry()], DEPOSIT_TIME)
    assert receipt.refusal is not None
    assert receipt.refusal.code == "entry.duplicate"
    assert receipt.index is None
    assert receipt.checkpoint is None
    assert storage.data == before
    assert (tree.size, tree.root(), board.state.clock) == stood
    board.append([deposit(concert, 0)], DEPOSIT_TIME)
    assert items(storage.data[len(before) :]) == ["TIME", "DEPOSIT", "checkpoint"]
    assert not replay(storage.data, concert.state()).findings


def test_the_good_ones_of_a_batch_are_taken(concert: Stage) -> None:
    board = play(concert.board(), concert, until="open")
    good, bad = deposit(concert, 0), deposit(concert, 0)
    also = deposit(concert, 1)
    receipts = board.append([good, bad, also], DEPOSIT_TIME)
    codes = [r.refusal.code if r.refusal else None for r in receipts]
    assert codes == [None, "entry.duplicate", None]
    assert [r.index for r in receipts] == [4, None, 5]


def test_an_empty_batch_writes_nothing(concert: Stage) -> None:
    storage = MemoryStorage()
    assert concert.board(storage).append([], START) == ()
    assert storage.data == b""


def test_the_clock_never_runs_back(concert: Stage) -> None:
    board = play(concert.board(), concert, until="open")
    board.append([deposit(concert, 0)], DEPOSIT_TIME)
    with pytest.raises(Rejection) as caught:
        board.append([deposit(concert, 1)], DEPOSIT_TIME - 1)
    assert caught.value.code == "time.back"
    assert len(board.state.positions.by_nym) == 1
    board.append([deposit(concert, 1)], DEPOSIT_TIME)


def test_markers_say_what_the_fold_gives(concert: Stage) -> None:
    """Played with the board's own markers, a sale gives the same transcript."""
    storage = MemoryStorage()
    board = concert.board(storage)
    own = {"close", "commit-end", "sealed", "reveal-end", "result"}
    for step in steps(concert):
        if step.name in own:
            kind = EntryType(step.name.upper().replace("-", "_"))
            receipt = board.append_marker(kind, step.time)
            assert receipt.index == board.state.tree.size - 1
        elif step.name == "open":
            board.append_open(concert.roll_id, step.time)
        else:
            post(board, concert, step)
    assert board.state.phase is Phase.LOCKED
    assert storage.data == transcript(concert)


def test_a_marker_that_does_not_fit_is_raised(concert: Stage) -> None:
    storage = MemoryStorage()
    board = play(concert.board(storage), concert, until="deposits")
    before = storage.data
    with pytest.raises(Rejection) as caught:
        board.append_marker(EntryType.CLOSE, DEPOSIT_TIME)
    assert caught.value.code == "phase.early"
    assert storage.data == before


def test_void_needs_a_reason_that_holds(concert: Stage) -> None:
    board = play(concert.board(), concert, until="deposits")
    with pytest.raises(Rejection) as caught:
        board.append_void(VoidReason.CLOSE_MISSED, DEPOSIT_TIME)
    assert caught.value.code == "void.reason"
    times = concert.terms.times
    board.append_void(VoidReason.CLOSE_MISSED, times.close + times.slack + 1)
    assert board.state.phase is Phase.VOID


# Going on.


def resume(on: Stage, data: bytes) -> Board:
    name, key = on.terms.board.name, on.parts.board
    return Board.resume(MemoryStorage(data), key, on.state(), name)


@pytest.mark.thorough
@pytest.mark.parametrize("until", [step.name for step in steps(stage())])
def test_a_board_goes_on_where_it_stood(concert: Stage, until: str) -> None:
    """Stopped after any step and resumed, it ends in the same bytes."""
    storage = MemoryStorage()
    play(concert.board(storage), concert, until=until)
    kept = MemoryStorage(storage.data)
    name, key = concert.terms.board.name, concert.parts.board
    board = Board.resume(kept, key, concert.state(), name)
    names = [step.name for step in steps(concert)]
    for step in steps(concert)[names.index(until) + 1 :]:
        post(board, concert, step)
    assert kept.data == transcript(concert)


def test_after_a_torn_tail_it_goes_on(concert: Stage, tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    file = create_transcript(path)
    play(concert.board(file), concert, until="open")
    file.append(deposit(concert, 0).encoded[:-5])
    file.close()
    storage = open_transcript(path)
    board = Board.resume(storage, concert.parts.board, concert.state())
    assert board.cut == len(deposit(concert, 0).encoded) - 5
    names = [step.name for step in steps(concert)]
    for step in steps(concert)[names.index("deposits") :]:
        board.append(step.make(board.state), step.time)
    storage.close()
    report = audit(path.read_bytes(), GROUP, Expected(rehearsal=True), STATEMENTS)
    assert report.holds
    assert path.read_bytes() == transcript(concert)


def test_a_torn_tail_is_cut_and_counted(concert: Stage, liar: LyingBoard) -> None:
    """Wherever the crash was, what was acknowledged stands and no more."""
    liar.batch(0, concert.terms_entry())
    stands = liar.data
    liar.batch(START, concert.open_entry())
    for length in range(len(stands), len(liar.data), 37):
        storage = MemoryStorage(liar.data[:length])
        board = Board.resume(storage, concert.parts.board, concert.state())
        assert (storage.data, board.cut) == (stands, length - len(stands))


def test_a_file_without_a_checkpoint_is_empty(concert: Stage) -> None:
    torn = concert.terms_entry().encoded
    storage = MemoryStorage(torn)
    name, key = concert.terms.board.name, concert.parts.board
    board = Board.resume(storage, key, concert.state(), name)
    assert (storage.data, board.cut) == (b"", len(torn))


def test_it_remembers_the_time(concert: Stage) -> None:
    storage = MemoryStorage()
    play(concert.board(storage), concert, until="deposits")
    board = resume(concert, storage.data)
    with pytest.raises(Rejection) as caught:
        board.append([cancel(concert, 0)], DEPOSIT_TIME - 1)
    assert caught.value.code == "time.back"


def test_another_boards_file_is_refused(concert: Stage) -> None:
    data = transcript(concert)
    with pytest.raises(Rejection) as caught:
        Board.resume(MemoryStorage(data), STRANGER, concert.state())
    assert caught.value.code == "entry.key"
    with pytest.raises(Rejection) as caught:
        Board.resume(MemoryStorage(data), concert.parts.board, concert.state(), "other")
    assert caught.value.code == "entry.key"


def test_a_file_that_was_changed_is_refused(concert: Stage) -> None:
    data = bytearray(transcript(concert))
    data[len(data) // 2] ^= 1
    with pytest.raises(Rejection) as caught:
        resume(concert, bytes(data))
    assert "at byte" in caught.value.message


def test_a_new_board_is_empty(concert: Stage) -> None:
    board = resume(concert, b"")
    assert board.state.phase is Phase.EMPTY
    assert board.identity == concert.terms.board


def test_order_within_a_batch_is_kept(concert: Stage) -> None:
    storage = MemoryStorage()
    board = play(concert.board(storage), concert, until="open")
    entries = default_deposits(concert)
    board.append(entries, DEPOSIT_TIME)
    tail = storage.data[storage.data.index(entries[0].encoded) :]
    assert tail.startswith(b"".join(entry.encoded for entry in entries))


def test_a_board_of_other_terms_takes_no_entries_of_these(concert: Stage) -> None:
    other = concert.with_terms(replace(concert.terms, title="Another"))
    board = play(other.board(), other, until="open")
    (receipt,) = board.append([deposit(concert, 0)], DEPOSIT_TIME)
    assert receipt.refusal is not None
    assert receipt.refusal.code == "entry.scope"
