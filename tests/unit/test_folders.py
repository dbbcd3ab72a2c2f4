"""A folder for outputs is left as it was found."""

from pathlib import Path

from fairlot.cli.folders import create_folder


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
