"""Files and clock of gates, and of auditors who ask winners.

specs/command-line.md, sections 13 to 15.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fairlot.cli.command import whole
from fairlot.cli.reading import read_at_most
from fairlot.door.challenge import Challenge, read_challenge
from fairlot.door.gate import Gate
from fairlot.door.gate_file import read_gate_file
from fairlot.errors import InputError, Rejection
from fairlot.terms.terms import Terms
from fairlot.terms.times import MAX_TIME
from fairlot.text import check_text
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PUBLIC, write_new_file

_LARGEST_GATE = 1 << 28
"""Bytes of a gate's file: four million winners."""
_LARGEST_FILE = 1 << 16
"""Bytes of a question or an answer, and more."""

T = TypeVar("T")


def read_gate(path: Path, curve: Backend) -> Gate:
    """Read the file that ``fairlot doors open`` has made.

    Raises:
        InputError: ``door.unreadable``, ``door.file``.
    """
    data = _read(path, _LARGEST_GATE)
    return _parsed(
        path, data, lambda given: read_gate_file(given, curve), "fairlot doors open"
    )


def read_question(path: Path) -> Challenge:
    """Read the file that ``fairlot doors ask`` has made.

    Raises:
        InputError: ``door.unreadable``, ``door.file``.
    """
    data = _read(path, _LARGEST_FILE)
    return _parsed(path, data, read_challenge, "fairlot doors ask")


def read_given(path: Path) -> bytes:
    """Read what somebody has handed over, whatever it is.

    Raises:
        InputError: ``door.unreadable``.
    """
    return _read(path, _LARGEST_FILE)


def write_new(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write an output, durably; no file is ever replaced.

    Args:
        path: where.
        data: the whole content.
        mode: its permissions, less the umask.

    Raises:
        InputError: ``door.exists``.
        OSError: as the system says.
    """
    try:
        write_new_file(path, data, mode)
    except FileExistsError as error:
        raise taken(path) from error


def check_new(path: Path) -> None:
    """Check that nothing has the name of an output.

    Raises:
        InputError: ``door.exists``.
    """
    if path.exists():
        raise taken(path)


def taken(path: Path) -> InputError:
    """Return the error for an output whose name something else has."""
    problem = f"{path} exists, and no file is replaced: name another"
    return InputError("door.exists", problem)


def add_time(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --time, the clock of a rehearsal."""
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help=f"the simulated clock of a rehearsal, unix seconds (default: {default})",
    )


def add_used(parser: argparse.ArgumentParser) -> None:
    """Add --used, the list of who was let in."""
    parser.add_argument(
        "--used",
        metavar="LIST",
        type=Path,
        required=True,
        help="who was let in; it is begun if it is not there",
    )


def check_name(name: str) -> None:
    """Check the name of a gate.

    Raises:
        InputError: ``door.name``.
    """
    check_text(name, _bad_name)


def _bad_name(problem: str) -> InputError:
    return InputError("door.name", f"the name of the gate {problem}: take another")


def clock(terms: Terms, given: int | None, simulated: int) -> int:
    """Return the gate's clock: in a rehearsal a simulated one.

    Args:
        terms: of the sale.
        given: with --time; ``None`` without.
        simulated: the clock of a rehearsal where nothing is given.

    Raises:
        InputError: ``door.clock`` for a given time of a real sale.
    """
    if terms.rehearsal:
        return simulated if given is None else given
    if given is not None:
        problem = "--time is for rehearsals: a real gate has the machine's clock"
        raise InputError("door.clock", f"{problem}; leave it out")
    return int(time.time())


def _read(path: Path, most: int) -> bytes:
    return read_at_most(path, most, lambda why: InputError("door.unreadable", why))


def _parsed(path: Path, data: bytes, read: Callable[[bytes], T], maker: str) -> T:
    try:
        return read(data)
    except Rejection as error:
        problem = f"{path} does not hold what is needed: {error.message}"
        remedy = f"name a file that {maker} has made"
        raise InputError("door.file", f"{problem}; {remedy}") from error
