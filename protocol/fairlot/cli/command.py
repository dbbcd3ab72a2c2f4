"""What a command is, and options that several commands share."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fairlot.errors import InputError
from fairlot_crypto.curve import Backend, backend, installed_backend_name
from fairlot_crypto.errors import CallerError

OK = 0
"""The command did its work, and everything holds."""
FAILED = 1
"""Something does not hold, or the work could not be completed."""
REFUSED = 2
"""The input or the usage was refused; nothing was written."""

_HEX = re.compile(r"[0-9a-fA-F]*")


class Action(NamedTuple):
    """What a word of the command line takes and does."""

    examples: str
    """Examples that can be typed as they are."""
    configure: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], int]
    """Returns the exit code."""


class Command(NamedTuple):
    """A word after ``fairlot``, or after the word of a command with steps."""

    name: str
    summary: str
    examples: str
    configure: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], int]


def described(name: str, summary: str) -> Mapping[str, Any]:
    """Return what argparse is told of a word and what it does."""
    return {
        "name": name,
        "help": summary,
        "description": summary,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }


USED = "parser"
"""The argument that is the parser of the last word."""


def prepare(word: argparse.ArgumentParser, kind: str, action: Action) -> None:
    """Add to a word what it takes and does.

    Args:
        word: the parser of what follows it.
        kind: the argument that receives the action.
        action: what the word takes and does.
    """
    word.epilog = action.examples
    # Whatever words are wrong after it, the last one says how it is used.
    word.set_defaults(**{kind: action, USED: word})
    action.configure(word)


def action_of_steps(examples: str, steps: Sequence[Command]) -> Action:
    """Return what a command does that is followed by the word of one of its steps."""

    def configure(parser: argparse.ArgumentParser) -> None:
        words = parser.add_subparsers(metavar="STEP", required=True)
        for step in steps:
            action = Action(step.examples, step.configure, step.execute)
            word = words.add_parser(**described(step.name, step.summary))
            prepare(word, "step", action)

    def execute(arguments: argparse.Namespace) -> int:
        step: Action = arguments.step
        return step.execute(arguments)

    return Action(examples, configure, execute)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json to a command that has an answer for people too."""
    parser.add_argument("--json", action="store_true", help="answer for machines")


def add_jobs(
    parser: argparse.ArgumentParser,
    what: str = "work; changes no output (default: by this machine)",
) -> None:
    """Add --jobs to a command that can use several processes.

    Args:
        parser: of a command.
        what: says what they do.
    """
    parser.add_argument(
        "--jobs", metavar="N", type=whole(1, 9999), help=f"how many processes {what}"
    )


def add_new_file(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --out, a file that is not there yet, and --json.

    Args:
        parser: of a command.
        what: says what the file is.
    """
    parser.add_argument(
        *("-o", "--out"), metavar="FILE", type=Path, required=True, help=what
    )
    add_json(parser)


def add_rounds(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --round, a relay's file, as often as it is given.

    Args:
        parser: of a command.
        what: says what the rounds are for.
    """
    add_files(parser, "round", f"{what}: JSON as a relay of drand gives it")


def add_files(parser: argparse.ArgumentParser, kind: str, what: str) -> None:
    """Add an option for a file, as often as it is given.

    Args:
        parser: of a command.
        kind: the option's word; the argument that receives all of them has an s more.
        what: says what the files are.
    """
    parser.add_argument(
        f"--{kind}",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        dest=f"{kind}s",
        help=f"{what}; may be repeated",
    )


def hex_bytes(length: int) -> Callable[[str], bytes]:
    """Return the reader of an option of ``length`` bytes in hexadecimal."""

    def read(text: str) -> bytes:
        if len(text) != 2 * length or not _HEX.fullmatch(text):
            rule = f"must be {2 * length} hexadecimal digits"
            raise argparse.ArgumentTypeError(rule)
        return bytes.fromhex(text)

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return the reader of an option that is a whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        digits = re.fullmatch("0|[1-9][0-9]{0,15}", text)
        if not digits or not low <= int(text) <= high:
            rule = f"must be a whole number from {low} to {high}"
            raise argparse.ArgumentTypeError(rule)
        return int(text)

    return read


def chosen_curve() -> Backend:
    """Return the back-end that the environment chooses.

    Raises:
        InputError: ``groups.backend``, ``groups.backend-missing``.
    """
    try:
        return backend()
    except CallerError as error:
        raise InputError(error.code, error.message) from error


def chosen_curve_name() -> str:
    """Return the name of the back-end that the environment chooses; nothing is loaded.

    Raises:
        InputError: as ``chosen_curve``.
    """
    try:
        return installed_backend_name()
    except CallerError as error:
        raise InputError(error.code, error.message) from error
