"""A folder for outputs is left as it was found."""

import stat
from pathlib import Path
from unittest.mock import patch

import pytest

from fairlot.cli import folders
from fairlot.cli.folders import create_folder, write_private_folder
from fairlot_crypto.durable import draft_of, write_file


def test_what_was_created_goes_with_its_outputs(tmp_path: Path) -> None:
    new = create_folder(tmp_path / "a" / "b")
    assert new.created == (tmp_path / "a" / "b", tmp_path / "a")
    for name in ("one", ".two.7.partial"):
        (new.path / name).touch()
    new.leave_nothing(["one", "two", "three"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays(tmp_path: Path) -> None:
    new = create_folder(tmp_path)
    (tmp_path / "one").touch()
    new.leave_nothing(["one"])
    assert tmp_path.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    new = create_folder(tmp_path / "a" / "b")
    for name in ("one", "notes", ".one.7.draft"):
        (new.path / name).touch()
    new.leave_nothing(["one"])
    assert sorted(path.name for path in new.path.iterdir()) == [".one.7.draft", "notes"]


def test_a_folder_among_the_outputs_goes_too(tmp_path: Path) -> None:
    """Whole, or as far as it was written."""
    new = create_folder(tmp_path / "a")
    write_private_folder(new.path / "keys", {"one.key": b"1"})
    (new.path / ".keys.7.partial").mkdir()
    (new.path / ".keys.7.partial" / "one.key").touch()
    new.leave_nothing(["keys"])
    assert list(tmp_path.iterdir()) == []


def test_a_private_folder_is_whole_and_its_owners(tmp_path: Path) -> None:
    files = {"one.key": b"1", "two.key": b"2"}
    write_private_folder(tmp_path / "keys", files)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
    written = {p.name: p.read_bytes() for p in (tmp_path / "keys").iterdir()}
    assert written == files
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "keys").iterdir()]
    assert (stat.S_IMODE((tmp_path / "keys").stat().st_mode), modes) == (
        0o700,
        [0o600, 0o600],
    )


def test_what_a_kill_left_of_a_private_folder_does_not_matter(tmp_path: Path) -> None:
    """Where everything starts alike, a process has the number of the one before."""
    draft = draft_of(tmp_path / "keys")
    draft.mkdir()
    (draft / "one.key").write_bytes(b"to")
    write_private_folder(tmp_path / "keys", {"two.key": b"2"})
    assert [path.name for path in tmp_path.rglob("*")] == ["keys", "two.key"]


@pytest.mark.parametrize("why", [OSError("full"), KeyboardInterrupt()])
def test_a_private_folder_is_not_there_by_half(
    tmp_path: Path, why: BaseException
) -> None:
    def fails_later(path: Path, data: bytes, mode: int) -> None:
        if path.name == "two.key":
            raise why
        write_file(path, data, mode)

    with patch.object(folders, "write_file", fails_later), pytest.raises(type(why)):
        write_private_folder(tmp_path / "keys", {"one.key": b"1", "two.key": b"2"})
    assert list(tmp_path.iterdir()) == []
