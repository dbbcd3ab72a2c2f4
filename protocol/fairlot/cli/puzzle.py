"""``fairlot puzzle``: the public key of an answer, for TERMS.toml (specs/puzzle.md)."""

import argparse
import sys

from fairlot.cli.command import OK, Action
from fairlot.cli.output import complain, say
from fairlot.deposit.puzzle import answer_key
from fairlot.errors import InputError

FROM_INPUT = "-"
SHORT = 12
"""The number of characters below which an answer can surely be guessed."""

_EXAMPLES = """\
Exit code: 0 if done, 2 if the answer was refused.

The command prints 64 hexadecimal digits for the line puzzle = "..." of a pool in TERMS.toml.
Whoever knows the answer can enter the pool. Case and blanks count: say beside the puzzle
how the answer is written. An answer on the command line stays in the shell's history;
with - it is read from the standard input, up to the end of the line.

Examples:
  fairlot puzzle "the owl of Minerva spreads its wings"
  fairlot puzzle - < answer.txt
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "answer",
        metavar="ANSWER",
        help="the answer, or - to read it from the standard input",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Print the key."""
    answer: str = arguments.answer
    if answer == FROM_INPUT:
        answer = _read_line()
    key = answer_key(answer)
    if len(answer) < SHORT:
        complain(
            "anybody can try answers against this key, very fast: one so short will be "
            "guessed"
        )
    say(key.public.hex())
    return OK


def _read_line() -> str:
    """Return the first line of the standard input, without its end.

    Raises:
        InputError: ``puzzle.answer`` for what is not UTF-8.
    """
    line = sys.stdin.buffer.readline().removesuffix(b"\n").removesuffix(b"\r")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InputError("puzzle.answer", "the answer is not UTF-8") from error


ACTION = Action(_EXAMPLES, configure, execute)
