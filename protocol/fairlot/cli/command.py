"""What a command is, and options that several commands share."""

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.errors import InputError
from fairlot_crypto.curve import Backend, backend
from fairlot_crypto.errors import CallerError

OK = 0
"""The command did its work, and everything holds."""
FAILED = 1
"""Something does not hold, or the work could not be completed."""
REFUSED = 2
"""The input or the usage was refused; nothing was written."""

_HEX = re.compile(r"[0-9a-fA-F]*")


@dataclass(frozen=True, slots=True)
class Command:
    """One word after ``fairlot``."""

    name: str
    summary: str
    examples: str
    """Examples that can be typed as they are."""
    configure: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], int]
    """Returns the exit code."""


def add_commands(
    parser: argparse.ArgumentParser,
    commands: Sequence[Command],
    name: str,
    kind: str,
    *,
    required: bool,
) -> None:
    """Add words that follow those of ``parser``.

    Args:
        parser: the parser of the words before.
        commands: one for each word.
        name: the argument that receives the chosen command.
        kind: what such a word is called in the help.
        required: whether usage without one is wrong.
    """
    words = parser.add_subparsers(metavar=kind, required=required)
    for command in commands:
        word = words.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=command.examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.configure(word)
        word.set_defaults(**{name: command})


def command_of_steps(
    name: str, summary: str, examples: str, steps: Sequence[Command]
) -> Command:
    """Return a command that is followed by the word of one of its steps."""

    def configure(parser: argparse.ArgumentParser) -> None:
        add_commands(parser, steps, "step", "STEP", required=True)

    def execute(arguments: argparse.Namespace) -> int:
        step: Command = arguments.step
        return step.execute(arguments)

    return Command(name, summary, examples, configure, execute)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json to a command that has an answer for people too."""
    parser.add_argument("--json", action="store_true", help="answer for machines")


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
