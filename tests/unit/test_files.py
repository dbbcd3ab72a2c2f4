"""Outputs are there completely or not at all."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from fairlot.cli.folders import check_new_folder, create_folder
from fairlot.errors import InputError
from fairlot_crypto.durable import (
    DRAFT,
    PRIVATE,
    draft_of,
    lock_file,
    sync_folder,
    write_file,
    write_new_file,
)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "allocation.csv"
    path.write_bytes(b"before")
    write_file(path, b"after")
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_crash_left_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "nyms.csv"
    own, another = draft_of(path), tmp_path / f".nyms.csv.0{DRAFT}"
    for draft in (own, another):
        draft.write_bytes(b"torn, and readable by all")
    write_file(path, b"whole", PRIVATE)
    assert path.read_bytes() == b"whole"
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    # Somebody who still runs may be at work on the other.
    assert set(tmp_path.iterdir()) == {path, another}


def test_private_is_private_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_file(tmp_path / "private", b"", PRIVATE)
        write_file(tmp_path / "public", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "public").stat().st_mode) == 0o666


@pytest.mark.parametrize("path", [Path(), Path("..")])
def test_a_path_without_a_name_is_there_already(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = tmp_path / "within"
    within.mkdir()
    monkeypatch.chdir(within)
    with pytest.raises(FileExistsError):
        write_new_file(path, b"data")
    with pytest.raises(OSError, match=r"\."):
        write_file(path, b"data")
    assert [*tmp_path.rglob("*")] == [within]


def test_errors_name_the_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "file"
    with pytest.raises(FileNotFoundError) as caught:
        write_file(path, b"data")
    assert caught.value.filename == str(path)


def test_where_nothing_can_be_written_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    (path / "in it").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_file(path, b"data")
    assert (path / "in it").is_dir()
    assert list(tmp_path.iterdir()) == [path]


def test_a_failing_disk_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("the disk is full")

    path = tmp_path / "file"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        write_file(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_once_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "seal"
    write_new_file(path, b"first", PRIVATE)
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    with pytest.raises(FileExistsError):
        write_new_file(path, b"second", PRIVATE)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_who_write_once_the_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one looked before, when nothing was there."""
    path = tmp_path / "seal"
    sync = os.fsync

    def meanwhile(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", sync)
        path.write_bytes(b"another's")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(FileExistsError):
        write_new_file(path, b"mine")
    assert path.read_bytes() == b"another's"


def written_at_once(
    write: Callable[[Path, bytes], None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[bytes]:
    """Let threads write one file, each its own word; return what those wrote who could.

    None goes on before all have written as much as they can without the others.
    """
    words, sync = [b"one", b"two", b"three"], os.fsync
    together = Barrier(len(words), timeout=10)

    def waits(descriptor: int) -> None:
        sync(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            together.wait()

    def took(word: bytes) -> bool:
        try:
            write(path, word)
        except FileExistsError:
            return False
        return True

    monkeypatch.setattr(os, "fsync", waits)
    with ThreadPoolExecutor(len(words)) as pool:
        return [
            word
            for word, could in zip(words, pool.map(took, words), strict=True)
            if could
        ]


def test_of_threads_that_write_once_one_succeeds_with_its_own_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "seal"
    (word,) = written_at_once(write_new_file, path, monkeypatch)
    assert path.read_bytes() == word
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_write_one_file_all_succeed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "head"
    words = written_at_once(write_file, path, monkeypatch)
    assert len(words) == 3
    assert path.read_bytes() in words
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_once_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        write_new_file(tmp_path / "seal", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_keeps_others_out_until_the_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"key")
    with path.open("rb") as first, path.open("rb") as second:
        lock_file(first)
        with pytest.raises(BlockingIOError):
            lock_file(second)
        assert second.read() == b"key"
    with path.open("rb") as third:
        lock_file(third)


def test_a_folder_that_cannot_be_synchronised_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []

    def fail(descriptor: int) -> None:
        opened.append(descriptor)
        raise OSError("no such disk")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk"):
        sync_folder(tmp_path)
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(opened[0])


def test_a_folder_is_created_with_those_above_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    check_new_folder(folder)
    assert not folder.parent.exists(), "checking creates nothing"
    create_folder(folder)
    create_folder(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("check", [check_new_folder, create_folder])
def test_a_folder_in_use_and_a_file_are_refused(tmp_path: Path, check: object) -> None:
    assert callable(check)
    file = tmp_path / "file"
    file.touch()
    for path, code in ((tmp_path, "not-empty"), (file, "unusable")):
        with pytest.raises(InputError) as caught:
            check(path)
        assert caught.value.code == f"out-dir.{code}"
        assert str(path) in caught.value.message
