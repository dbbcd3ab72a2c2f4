"""A board's file that was damaged: what was acknowledged is never destroyed."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fairlot.board.keeper import Board
from fairlot.board.storage import MemoryStorage, create_transcript
from fairlot.board.transcript import Record, read_records
from fairlot.cli import main
from fairlot.errors import Rejection
from fairlot_crypto import cbor
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import SeededRandomness
from kit.board import head, signed
from kit.lying_board import LyingBoard
from kit.sales import deposit, play, stage
from kit.stage import Stage

FLIPS = 50


@pytest.fixture
def board(concert: Stage, tmp_path: Path) -> Path:
    """Return a board of two deposits in a file, and its key beside."""
    path = tmp_path / "transcript.fairlot"
    storage = create_transcript(path)
    play(concert.board(storage), concert, until="close")
    storage.close()
    (tmp_path / "board.key").write_text(f"{concert.parts.board.seed.hex()}\n")
    (tmp_path / "entry").write_bytes(deposit(concert, 0, label="one more").encoded)
    return path


def post(board: Path, concert: Stage) -> int:
    words = [board, board.with_name("entry"), "--key", board.with_name("board.key")]
    clock = str(concert.terms.times.close + 1)
    return main(["beacon", "post", *map(str, words), "--time", clock])


def flips(number: int, length: int) -> list[int]:
    """Return bits that flip: of the whole file, and, as often, of its last batch."""
    stream = SeededRandomness(number.to_bytes(32, "big"))
    drawn = [int.from_bytes(stream.take(8), "big") for _ in range(number)]
    tail = 8 * 900
    return [
        bit % (8 * length) if i % 2 else 8 * length - 1 - bit % tail
        for i, bit in enumerate(drawn)
    ]


def check_flips(board: Path, concert: Stage, number: int) -> None:
    whole = board.read_bytes()
    for bit in flips(number, len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        board.write_bytes(damaged)
        assert post(board, concert) == 1, bit
        assert board.read_bytes() == damaged, bit


@pytest.mark.slow
def test_no_flipped_bit_destroys_what_was_acknowledged(
    board: Path, concert: Stage
) -> None:
    """One flipped bit of a length cut 4,349 bytes, and a CLOSE over nothing was signed."""
    check_flips(board, concert, FLIPS)


@pytest.mark.thorough
def test_no_length_that_flipped_swallows_what_was_acknowledged(
    board: Path, concert: Stage
) -> None:
    """A longer length makes everything up to the end look like one torn item."""
    whole = board.read_bytes()
    heads = [
        8 * record.offset + bit
        for record in read_records(whole)
        if isinstance(record, Record) and isinstance(record.item, SignedCheckpoint)
        for bit in range(8, 24)
    ]
    for bit in heads:
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        storage = MemoryStorage(bytes(damaged))
        with pytest.raises(Rejection):
            Board.resume(storage, concert.parts.board, concert.state())
        assert storage.data == damaged, bit


@pytest.mark.slow
def test_none_of_a_thousand_flipped_bits_does(board: Path, concert: Stage) -> None:
    check_flips(board, concert, 1_000)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0JFIF", b"person,wants\nann,1\n", b"\x00" * 99]
)
def test_a_file_that_is_no_board_is_left_alone(
    board: Path, concert: Stage, data: bytes
) -> None:
    board.write_bytes(data)
    assert post(board, concert) == 2
    assert board.read_bytes() == data


def test_a_board_is_a_file_and_no_stream(
    board: Path, concert: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read from standard input, and an empty file called - was made."""
    monkeypatch.chdir(board.parent)
    stream = io.TextIOWrapper(io.BytesIO(board.read_bytes()))
    monkeypatch.setattr("sys.stdin", stream)
    before = sorted(board.parent.iterdir())
    words = ["-", "entry", "--key", "board.key", "--time"]
    assert main(["beacon", "post", *words, str(concert.terms.times.close + 1)]) == 2
    assert sorted(board.parent.iterdir()) == before


def test_another_boards_key_changes_nothing(board: Path, concert: Stage) -> None:
    """Even where there is a torn end to be cut."""
    torn = board.read_bytes() + deposit(concert, 1, label="torn").encoded[:-9]
    board.write_bytes(torn)
    board.with_name("board.key").write_text("00" * 32 + "\n")
    assert post(board, concert) == 1
    assert board.read_bytes() == torn


def test_a_torn_end_is_cut_and_kept(board: Path, concert: Stage) -> None:
    whole = board.read_bytes()
    torn = deposit(concert, 1, label="torn").encoded[:-9]
    board.write_bytes(whole + torn)
    assert post(board, concert) == 1, "a deposit after CLOSE is refused"
    assert board.read_bytes() == whole
    assert board.with_name(f"{board.name}.{len(whole)}.cut").read_bytes() == torn


@pytest.mark.parametrize("tail", [b"\x00", b"\xa1", b"\x63abc", b"\xa1\x61a\x01"])
def test_what_no_crash_leaves_is_refused(
    concert: Stage, liar: LyingBoard, tail: bytes
) -> None:
    liar.batch(0, concert.terms_entry())
    liar.put(0, concert.registry_entry())
    stands = liar.data[: liar.data.index(concert.registry_entry().encoded)]
    storage = MemoryStorage(stands + tail + b"\xff" * (tail == b"\xa1"))
    with pytest.raises(Rejection):
        Board.resume(storage, concert.parts.board, concert.state())
    assert storage.off == []


# Heads that a crash has torn, where witnesses are named and where nobody watches.

STAGES: dict[str, Callable[[], Stage]] = {
    "nobody watches": stage,
    "watched": lambda: stage().watched(),
}


def played(on: Stage, until: str) -> bytes:
    storage = MemoryStorage()
    play(on.board(storage), on, until=until)
    return storage.data


def last_batch(data: bytes) -> tuple[int, int]:
    """Return where the last batch begins, and where its head does."""
    records = [r for r in read_records(data) if isinstance(r, Record)]
    heads = [r for r in records if isinstance(r.item, SignedCheckpoint)]
    ends = [0, *(r.offset + len(r.encoded) for r in heads)]
    return ends[-2], heads[-1].offset


def resume(on: Stage, storage: MemoryStorage) -> Board:
    name = on.terms.board.name
    return Board.resume(storage, on.parts.board, on.state(), name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", STAGES)
@pytest.mark.parametrize("until", ["terms", "open", "close"])
def test_a_batch_that_is_torn_anywhere_is_cut_whole(kind: str, until: str) -> None:
    """Also within its head, up to the last byte: nobody has seen any of it."""
    on = STAGES[kind]()
    whole = played(on, until)
    begins, head = last_batch(whole)
    end = len(whole)
    for length in (
        *range(begins + 1, head, 97),
        *range(head, end, 13),
        *range(end - 4, end),
    ):
        torn = MemoryStorage(whole[:length])
        board = resume(on, torn)
        assert (torn.data, board.cut) == (whole[:begins], length - begins), length


@pytest.mark.thorough
@pytest.mark.parametrize("kind", STAGES)
@pytest.mark.parametrize("until", ["terms", "open", "close"])
def test_no_length_of_a_head_swallows_what_it_acknowledged(
    kind: str, until: str
) -> None:
    """The board's line is whole where witnesses date, and its date where they do not."""
    on = STAGES[kind]()
    whole = played(on, until)
    _, head = last_batch(whole)
    for bit in range(8, 24):
        damaged = bytearray(whole)
        damaged[head + bit // 8] ^= 1 << bit % 8
        storage = MemoryStorage(bytes(damaged))
        with pytest.raises(Rejection):
            resume(on, storage)
        assert storage.data == damaged, bit


@pytest.mark.thorough
def test_what_was_attached_and_torn_is_cut_and_nothing_before_it() -> None:
    """It says nothing new: the witnesses' answer can be attached again."""
    on = stage().watched()
    storage = MemoryStorage()
    board = play(on.board(storage), on, until="close")
    stands = storage.data
    board.attach(signed(on, head(on, board.state.tree), on.terms.times.close))
    whole = storage.data
    for length in (*range(len(stands) + 1, len(whole), 17), len(whole) - 1):
        torn = MemoryStorage(whole[:length])
        assert resume(on, torn).cut == length - len(stands)
        assert torn.data == stands
    kept = MemoryStorage(whole)
    assert (resume(on, kept).cut, kept.data) == (0, whole)


def test_a_head_without_its_date_is_torn_only_where_the_board_dates() -> None:
    """With witnesses the board's line is all that it waits for, so it was given out."""
    for kind, torn in (("nobody watches", True), ("watched", False)):
        on = STAGES[kind]()
        whole = played(on, "open")
        begins, at = last_batch(whole)
        text = SignedCheckpoint.parse(str(cbor.decode(whole[at:])))
        first = replace(text, lines=text.lines[:1]).to_text().encode()
        item = b"\x79\xff\xff" + first
        storage = MemoryStorage(whole[:at] + item)
        if torn:
            assert resume(on, storage).cut == len(storage.off[0])
            assert storage.data == whole[:begins]
        else:
            with pytest.raises(Rejection, match=r"board\.damaged"):
                resume(on, storage)
            assert storage.off == []
