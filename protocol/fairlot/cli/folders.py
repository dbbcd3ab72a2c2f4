"""Folders that take a command's outputs."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError
from fairlot_crypto.durable import DRAFT


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
                path.unlink(missing_ok=True)
        with suppress(OSError):
            for folder in self.created:
                folder.rmdir()


def check_new_folder(path: Path) -> None:
    """Check that a folder can take outputs: it is empty or does not exist yet.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    try:
        used = any(path.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, error) from error
    if used:
        problem = "is not empty: name a new or an empty folder"
        raise InputError("out-dir.not-empty", f"{path} {problem}")


def create_folder(path: Path) -> NewFolder:
    """Create a folder and those above it; it may exist if it is empty.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    check_new_folder(path)
    created = tuple(p for p in (path, *path.parents) if not p.exists())
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error
    return NewFolder(path, created)


def _unusable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or "unknown reason"
    problem = f"cannot be used as a folder for outputs: {reason}"
    return InputError("out-dir.unusable", f"{path} {problem}")
