"""Folders that take a command's outputs."""

from pathlib import Path

from fairlot.errors import InputError


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


def create_folder(path: Path) -> None:
    """Create a folder and those above it; it may exist if it is empty.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    check_new_folder(path)
    make_folder(path)


def make_folder(path: Path) -> None:
    """Create a folder and those above it, unless it exists.

    Raises:
        InputError: ``out-dir.unusable``.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or "unknown reason"
    problem = f"cannot be used as a folder for outputs: {reason}"
    return InputError("out-dir.unusable", f"{path} {problem}")
