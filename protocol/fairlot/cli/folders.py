"""Folders that take a command's outputs."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from fairlot.errors import InputError, reason_of
from fairlot_crypto.durable import DRAFT, PRIVATE, draft_of, sync_folder, write_file

PRIVATE_FOLDER = 0o700
"""Permissions of a folder that only its owner may enter, less the process's umask."""


@dataclass(frozen=True, slots=True)
class NewFolder:
    """A folder that takes a command's outputs, and was empty before."""

    path: Path
    created: tuple[Path, ...]
    """The folders that did not exist before, the lowest first."""

    def leave_nothing(self, outputs: Iterable[str]) -> None:
        """Remove outputs of these names, whole or half written, and what was created.

        What somebody else has put there meanwhile stays.
        """
        for name in outputs:
            for path in (self.path / name, *self.path.glob(f".{name}.*{DRAFT}")):
                if path.is_dir():
                    rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        with suppress(OSError):
            for folder in self.created:
                folder.rmdir()


def check_new_folder(path: Path, unfinished: Collection[Path] = ()) -> None:
    """Check that a folder can take outputs: it is empty or does not exist yet.

    Args:
        path: the folder.
        unfinished: what a kill may have left there, which is written again.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    try:
        used = any(each not in unfinished for each in path.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, error) from error
    if used:
        problem = "is not empty: name a new or an empty folder"
        raise InputError("out-dir.not-empty", f"{path} {problem}")


def drafts_in(folder: Path, outputs: Iterable[str]) -> list[Path]:
    """Return what a kill has left in a folder of outputs that it cut short."""
    return [each for name in outputs for each in folder.glob(f".{name}.*{DRAFT}")]


def left_in(folder: Path, outputs: Mapping[str, bytes]) -> list[Path]:
    """Return what a kill has left in a folder of outputs, those that are whole included."""
    there = ((folder / name, data) for name, data in outputs.items())
    whole = [
        path for path, data in there if path.is_file() and path.read_bytes() == data
    ]
    return [*drafts_in(folder, outputs), *whole]


def create_folder(path: Path, unfinished: Collection[Path] = ()) -> NewFolder:
    """Create a folder and those above it; it may exist if it is empty.

    Args:
        path: the folder.
        unfinished: as ``check_new_folder`` takes it.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    check_new_folder(path, unfinished)
    created = tuple(p for p in (path, *path.parents) if not p.exists())
    make_folder(path)
    return NewFolder(path, created)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Create a folder and those above it, unless it exists.

    Args:
        path: the folder.
        mode: its permissions, less the process's umask, if it is new.

    Raises:
        InputError: ``out-dir.unusable``.
    """
    try:
        path.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def write_private_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder that only its owner may read: with all of its files, or not at all.

    Args:
        path: where nothing is yet.
        files: name and content of each.

    Raises:
        OSError: as the system says; ``path`` is then not there.
    """
    draft = draft_of(path)
    rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(PRIVATE_FOLDER)
        for name, data in files.items():
            write_file(draft / name, data, PRIVATE)
        draft.rename(path)
    finally:
        rmtree(draft, ignore_errors=True)
    sync_folder(path.parent)


def _unusable(path: Path, error: OSError) -> InputError:
    reason = reason_of(error)
    problem = f"cannot be used as a folder for outputs: {reason}"
    return InputError("out-dir.unusable", f"{path} {problem}")
