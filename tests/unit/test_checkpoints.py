"""Checkpoints are whole, of this computation, or not believed."""

from pathlib import Path

import pytest

from fairlot_crypto.delay.checkpoints import Checkpoints, FolderStore, NoStore
from fairlot_crypto.errors import EncodingError
from memory_store import MemoryStore

OURS, THEIRS = bytes(32), bytes(31) + b"\1"


def ignored(_note: str) -> None:
    """Take no note."""


def test_a_checkpoint_reads_back() -> None:
    checkpoints = Checkpoints(MemoryStore(), OURS)
    assert checkpoints.load("a", 3) is None
    checkpoints.save("a", b"one")
    checkpoints.save("a", b"two")
    assert checkpoints.load("a", 3) == b"two"
    assert checkpoints.load("b", 3) is None


def test_every_altered_bit_and_every_cut_is_noticed() -> None:
    store = MemoryStore()
    checkpoints = Checkpoints(store, OURS)
    checkpoints.save("a", b"payload")
    whole = store.blobs["a"]
    damaged = [whole[:length] for length in range(len(whole))]
    damaged.append(whole + b"\0")
    for bit in range(8 * len(whole)):
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(altered))
    for data in damaged:
        store.blobs["a"] = data
        assert checkpoints.load("a", 7) is None
        assert "a" not in store.blobs
    assert store.dropped == ["a"] * len(damaged)


def test_a_checkpoint_under_another_name_is_damaged() -> None:
    store = MemoryStore()
    checkpoints = Checkpoints(store, OURS)
    checkpoints.save("a", b"payload")
    store.blobs["b"] = store.blobs["a"]
    assert checkpoints.load("b", 7) is None


def test_a_checkpoint_of_another_computation_is_refused_and_kept() -> None:
    store = MemoryStore()
    Checkpoints(store, THEIRS).save("a", b"payload")
    before = dict(store.blobs)
    with pytest.raises(EncodingError) as caught:
        Checkpoints(store, OURS).load("a", 7)
    assert caught.value.code == "evaluation.foreign"
    assert store.blobs == before


def test_a_checkpoint_of_another_length_is_refused() -> None:
    checkpoints = Checkpoints(MemoryStore(), OURS)
    checkpoints.save("a", b"payload")
    with pytest.raises(EncodingError) as caught:
        checkpoints.load("a", 8)
    assert caught.value.code == "evaluation.foreign"


def test_no_store_keeps_nothing() -> None:
    checkpoints = Checkpoints(NoStore(), OURS)
    checkpoints.save("a", b"payload")
    assert checkpoints.load("a", 7) is None


def test_a_folder_is_made_and_keeps_what_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    store = FolderStore(folder, ignored)
    assert store.read("a") is None
    store.write("a", b"one")
    store.write("a", b"two")
    assert FolderStore(folder, ignored).read("a") == b"two"
    assert [path.name for path in folder.iterdir()] == ["a.checkpoint"]


def test_a_write_that_fails_leaves_the_older_one(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, ignored)
    store.write("a", b"one")
    with pytest.raises(TypeError):
        store.write("a", "no bytes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert store.read("a") == b"one"


def test_a_damaged_file_is_told_of_and_removed(tmp_path: Path) -> None:
    notes: list[str] = []
    store = FolderStore(tmp_path, notes.append)
    checkpoints = Checkpoints(store, OURS)
    checkpoints.save("a", b"payload")
    path = tmp_path / "a.checkpoint"
    path.write_bytes(path.read_bytes()[:-1])
    assert checkpoints.load("a", 7) is None
    assert not path.exists()
    assert len(notes) == 1
    assert str(path) in notes[0]


def test_clearing_removes_checkpoints_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    store = FolderStore(folder, ignored)
    store.write("a", b"one")
    (folder / ".b.checkpoint.77.partial").write_bytes(b"left by a kill")
    (folder / "letter.txt").write_bytes(b"precious")
    store.clear()
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    (folder / "letter.txt").unlink()
    store.clear()
    assert not folder.exists()
