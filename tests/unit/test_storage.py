"""Where the bytes lie: appended whole, cut where a crash tore them."""

from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path

import pytest

from fairlot.board.storage import (
    FileStorage,
    MemoryStorage,
    create_transcript,
    open_transcript,
)
from fairlot.errors import InputError


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


def test_a_file_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    with pytest.raises(FileNotFoundError):
        open_transcript(path)
    assert not path.exists()


def test_a_whole_file_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(b"whole")
    storage = open_transcript(path)
    assert storage.read() == b"whole"
    storage.append(b" and more")
    storage.close()
    assert path.read_bytes() == b"whole and more"


def test_what_is_cut_is_kept_beside(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(b"stands, torn")
    storage = open_transcript(path)
    storage.cut(6)
    storage.append(b"!")
    storage.close()
    assert path.read_bytes() == b"stands!"
    assert (tmp_path / "transcript.6.cut").read_bytes() == b", torn"
    memory = MemoryStorage(b"stands, torn")
    memory.cut(6)
    assert (memory.data, memory.off) == (b"stands", [b", torn"])


def test_what_was_kept_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(b"stands")
    storage = open_transcript(path)
    for torn in (b"first", b"second", b"third"):
        storage.append(torn)
        storage.cut(6)
    storage.close()
    assert path.read_bytes() == b"stands"
    kept = [tmp_path / f"transcript.6{number}.cut" for number in ("", ".2", ".3")]
    assert [each.read_bytes() for each in kept] == [b"first", b"second", b"third"]


def test_what_is_cut_stays_where_it_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(ENOSPC, "no space left on device")

    monkeypatch.setattr("fairlot.board.storage.write_file", full)
    path = tmp_path / "transcript"
    path.write_bytes(b"stands, torn")
    storage = open_transcript(path)
    with pytest.raises(OSError, match="no space left"):
        storage.cut(6)
    storage.close()
    assert path.read_bytes() == b"stands, torn"


@pytest.mark.parametrize("make", [create_transcript, open_transcript])
def test_one_writer_at_a_time(
    tmp_path: Path, make: Callable[[Path], FileStorage]
) -> None:
    path = tmp_path / "transcript"
    if make is open_transcript:
        path.touch()
    first = make(path)
    with pytest.raises(InputError) as caught:
        open_transcript(path)
    assert caught.value.code == "board.locked"
    first.append(b"one")
    first.close()
    second = open_transcript(path)
    second.append(b"two")
    second.close()
    assert path.read_bytes() == b"onetwo"
