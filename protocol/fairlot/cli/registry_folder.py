"""The folder of a kept registry (specs/command-line.md, section 2)."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fairlot.board.sale import SaleState
from fairlot.cli.folders import check_new_folder, make_folder, write_private_folder
from fairlot.cli.verdicts import add_no_cache
from fairlot.errors import InputError, reason_of
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.kept import (
    LOG,
    SECRET,
    Earlier,
    KeptRegistry,
    read_kept,
    registry_log,
)
from fairlot.rehearsal.play import Rehearsed
from fairlot.rehearsal.returning import check_returning
from fairlot_crypto.curve import Backend


def read_registry_folder(
    folder: Path, file: TermsFile, people: Sequence[Person], curve: Backend
) -> Earlier:
    """Return a kept registry that can serve a sale.

    Args:
        folder: that ``--keep-registry`` has left.
        file: the terms of the sale.
        people: its list.
        curve: the back-end.

    Raises:
        InputError: ``registry-dir.*``.
    """
    earlier = read_kept_folder(folder, curve)
    check_returning(earlier, file, people)
    return earlier


def read_kept_folder(folder: Path, curve: Backend) -> Earlier:
    """Return a kept registry, verified, whatever it is to serve.

    Raises:
        InputError: ``registry-dir.unreadable``, ``registry-dir.form``,
            ``registry-dir.log``, ``registry-dir.foreign``.
    """
    files: dict[str, bytes] = {}
    for name in (LOG, SECRET):
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            why = f"{folder / name} cannot be read: {reason_of(error)}"
            remedy = "name a folder that --keep-registry has left"
            raise InputError("registry-dir.unreadable", f"{why}; {remedy}") from error
    return read_kept(files, curve)


def read_folder_of(folder: Path, state: SaleState, curve: Backend) -> Earlier:
    """Return a kept registry that is the one of a sale.

    Args:
        folder: that ``--keep-registry`` has left.
        state: of the sale.
        curve: the back-end.

    Raises:
        InputError: ``registry-dir.other``, and as ``read_kept_folder``.
    """
    if not state.begun:
        problem = "the transcript holds no sale: name that of the sale"
        raise InputError("registry-dir.other", problem)
    earlier = read_kept_folder(folder, curve)
    if state.terms.registry != earlier.state.registry_id:
        problem = f"{folder} keeps another registry than that of the sale"
        remedy = "name what the run of this sale has kept"
        raise InputError("registry-dir.other", f"{problem}: {remedy}")
    return earlier


def add_person(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whose wallet a command plays, and in which sale."""
    for name, metavar, what in (
        ("--registry", "DIR", "what fairlot run --keep-registry has left"),
        ("--transcript", "FILE", "the file of the sale"),
    ):
        parser.add_argument(name, metavar=metavar, type=Path, required=True, help=what)
    parser.add_argument(
        "--person", metavar="NAME", required=True, help="who you are in that registry"
    )
    add_no_cache(parser)


def check_keep_folder(folder: Path, out: Path) -> None:
    """Check that a registry can be kept in a folder.

    Raises:
        InputError: ``out-dir.not-empty``, ``out-dir.unusable``.
    """
    check_new_folder(folder)
    kept, outputs = folder.resolve(), out.resolve()
    if kept == Path.cwd():
        problem = "is the folder in which you are, which nothing can replace"
        raise InputError("out-dir.unusable", f"{folder} {problem}: name another")
    if kept == outputs or kept in outputs.parents:
        problem = "is for the outputs, or above them: name another for the registry"
        raise InputError("out-dir.not-empty", f"{folder} {problem}")


def keep_registry(folder: Path, seed: bytes, done: Rehearsed, transcript: Path) -> None:
    """Write what a later rehearsal needs, complete at once.

    Args:
        folder: empty, or not there.
        seed: of the rehearsal's source.
        done: the rehearsal.
        transcript: its file.

    Raises:
        InputError: ``out-dir.unusable``.
        OSError: as the system says; the folder is then as it was.
    """
    log = registry_log(transcript.read_bytes(), done.state.registry.registry_id)
    kept = KeptRegistry(seed, done.registered, log)
    make_folder(folder.parent)
    write_private_folder(folder, kept.to_files())
