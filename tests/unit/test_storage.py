"""Where the bytes lie: appended whole, cut where a crash tore them."""

from pathlib import Path

import pytest

from fairlot.board.storage import MemoryStorage, create_transcript, open_transcript
from kit.lying_board import LyingBoard
from kit.sales import transcript
from kit.stage import Stage


def test_memory_keeps_what_is_appended() -> None:
    storage = MemoryStorage()
    storage.append(b"one")
    storage.append(b"two")
    assert storage.data == b"onetwo"


def test_a_file_keeps_what_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    storage = create_transcript(path)
    storage.append(b"one")
    assert path.read_bytes() == b"one"
    storage.append(b"two")
    assert path.read_bytes() == b"onetwo"
    storage.close()


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        create_transcript(path)
    assert path.read_bytes() == b"precious"


def test_a_whole_file_is_opened_as_it_is(concert: Stage, tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    whole = transcript(concert)
    path.write_bytes(whole)
    storage, data, cut = open_transcript(path)
    assert (data, cut) == (whole, 0)
    storage.append(b"more")
    storage.close()
    assert path.read_bytes() == whole + b"more"


def test_a_torn_tail_is_cut_and_counted(
    concert: Stage, liar: LyingBoard, tmp_path: Path
) -> None:
    """Wherever the crash was, what was acknowledged stands and no more."""
    liar.batch(0, concert.terms_entry())
    stands = liar.data
    liar.batch(0, concert.registry_entry())
    path = tmp_path / "transcript"
    for length in range(len(stands), len(liar.data), 37):
        path.write_bytes(liar.data[:length])
        storage, data, cut = open_transcript(path)
        storage.close()
        assert (data, cut) == (stands, length - len(stands))
        assert path.read_bytes() == stands


def test_a_file_without_a_checkpoint_is_empty(concert: Stage, tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(concert.terms_entry().encoded)
    storage, data, cut = open_transcript(path)
    storage.close()
    assert (data, cut) == (b"", len(concert.terms_entry().encoded))
