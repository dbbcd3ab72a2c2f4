"""A board's file that was damaged: what was acknowledged is never destroyed."""

import io
from pathlib import Path

import pytest

from fairlot.board.keeper import Board
from fairlot.board.storage import MemoryStorage, create_transcript
from fairlot.board.transcript import Record, read_records
from fairlot.cli import main
from fairlot.errors import Rejection
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import SeededRandomness
from kit.lying_board import LyingBoard
from kit.sales import deposit, play
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


def test_no_flipped_bit_destroys_what_was_acknowledged(
    board: Path, concert: Stage
) -> None:
    """One flipped bit of a length cut 4,349 bytes, and a CLOSE over nothing was signed."""
    check_flips(board, concert, FLIPS)


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
