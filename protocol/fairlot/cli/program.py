"""What ``fairlot`` does with its words: the commands, and how errors end them."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from functools import cache

from fairlot import __version__
from fairlot.cli import (
    audit,
    check,
    compare,
    demo,
    export,
    inspect,
    new,
    odds,
    puzzle,
    receive,
    report,
    run,
    settling,
    winner_audit,
    witness,
)
from fairlot.cli.beacon import command as beacon
from fairlot.cli.command import FAILED, OK, REFUSED, Command, add_commands, chosen_curve
from fairlot.cli.door import doors, prove
from fairlot.cli.issuer import command as issuer
from fairlot.cli.output import complain, make_streams_safe, say, silence_stdout
from fairlot.errors import FairlotError, InputError
from fairlot.text import counted
from fairlot_crypto.errors import CryptoError

COMMANDS = (
    demo.COMMAND,
    new.COMMAND,
    check.COMMAND,
    odds.COMMAND,
    run.COMMAND,
    audit.COMMAND,
    compare.COMMAND,
    settling.COMMAND,
    export.COMMAND,
    report.COMMAND,
    inspect.COMMAND,
    puzzle.COMMAND,
    beacon.COMMAND,
    witness.COMMAND,
    issuer.COMMAND,
    prove.COMMAND,
    doors.COMMAND,
    winner_audit.COMMAND,
    receive.COMMAND,
)
READER_GONE = 141
_MOST_ERRORS = 20
"""How many errors of one file are shown."""

_EXPECTED = (FairlotError, CryptoError, OSError, BrokenExecutor)
"""Errors that can occur without a mistake in this program."""

_SUMMARY = """\
Sell something scarce fairly: one deposit per person, an unbiased draw, and an audit that
anybody can make."""
_EXAMPLES = """\
Examples:
  fairlot demo
  fairlot new my-sale
  fairlot check my-sale/terms.toml my-sale/people.csv
  fairlot run my-sale/terms.toml my-sale/people.csv --out result
  fairlot audit result/transcript.fairlot --rehearsal
"""


def run_words(argv: Sequence[str] | None) -> int:
    """Run a command: ``fairlot.cli.main``, but for interruptions."""
    make_streams_safe()
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        code = _execute(parser, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
        return READER_GONE
    except _EXPECTED as error:
        for explanation in _explanations(error):
            complain(explanation)
        return REFUSED if isinstance(error, InputError) else FAILED
    return code


def _execute(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    if arguments.version:
        say(f"fairlot {__version__} (back-end {chosen_curve().name})")
        return OK
    command: Command | None = arguments.command
    if command is None:
        parser.error("say what to do: fairlot --help lists the commands")
    return command.execute(arguments)


@cache
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fairlot",
        description=_SUMMARY,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="store_true", help="print the version and the back-end"
    )
    parser.set_defaults(command=None)
    add_commands(parser, COMMANDS, "command", "COMMAND", required=False)
    return parser


def _explanations(error: Exception) -> list[str]:
    """Return what is wrong, a line each; of a file with many errors the first ones."""
    if not isinstance(error, InputError):
        return [_failure(error)]
    found = (error, *error.more)
    explanations = list(map(str, found[:_MOST_ERRORS]))
    left = len(found) - _MOST_ERRORS
    if left > 0:
        explanations.append(f"and {counted(left, 'more error', 'more errors')}")
    return explanations


def _failure(error: Exception) -> str:
    why = str(error)
    if isinstance(error, OSError):
        reason = error.strerror or "the system refused"
        place = f" ({error.filename})" if error.filename else ""
        remedy = "make room or give permission, then try again"
        if isinstance(error, FileNotFoundError):
            remedy = "name a folder that is there"
        why = f"{reason}{place}: {remedy}"
    elif isinstance(error, BrokenExecutor):
        why = "a worker process was killed: try again with --jobs 1"
    return f"could not be completed: {why}"
