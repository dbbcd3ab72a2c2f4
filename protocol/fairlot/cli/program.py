"""What ``fairlot`` does with its words: the commands, and how errors end them."""

import argparse
import errno
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple

from fairlot import __version__
from fairlot.cli.command import (
    FAILED,
    OK,
    REFUSED,
    USED,
    Action,
    chosen_curve_name,
    described,
    prepare,
)
from fairlot.cli.output import complain, make_streams_safe, say, silence_stdout
from fairlot.errors import FairlotError, InputError, in_words
from fairlot.text import counted
from fairlot_crypto.errors import CryptoError


class Word(NamedTuple):
    """A word after ``fairlot``; what it does is loaded when it is said."""

    name: str
    summary: str
    module: str
    """Its module below ``fairlot.cli``, which has an ``ACTION``."""

    def action(self) -> Action:
        """Load what the word does."""
        action: Action = import_module(f"fairlot.cli.{self.module}").ACTION
        return action


WORDS = (
    Word("demo", "Run a worked example from its terms to its audit.", "demo"),
    Word(
        "new",
        "Write the terms and the people of a worked example, to start from.",
        "new",
    ),
    Word(
        "check",
        "Say who can get nothing, and what else is odd, before a sale.",
        "check",
    ),
    Word("odds", "State each person's exact chance or share, before the draw.", "odds"),
    Word(
        "simulate",
        "Play a sale, or all ways of selling, with made-up people, and measure the five aims.",
        "simulate",
    ),
    Word(
        "attack",
        "Play attacks, and say what each gains and what stops it.",
        "attack",
    ),
    Word(
        "run",
        "Rehearse a sale: play every role on this machine, on a simulated clock.",
        "run",
    ),
    Word(
        "audit",
        "Check a transcript: recompute everything that its board says.",
        "audit",
    ),
    Word(
        "compare",
        "Compare two transcripts of one sale or registry, or a transcript and a head.",
        "compare",
    ),
    Word(
        "settle",
        "Compute who gets what as soon as it is determined, without the board.",
        "settling",
    ),
    Word("board", "Keep a board that answers over the network.", "board"),
    Word(
        "host",
        "Play all roles of a sale on one machine, each a process.",
        "host.command",
    ),
    Word(
        "backup",
        "Keep a copy of a hosted sale, without the keys that must not come back.",
        "host.backing",
    ),
    Word(
        "restore",
        "Bring a hosted sale back from its copy.",
        "host.restoring",
    ),
    Word(
        "mail",
        "Carry requests of people to attester and issuers over the network.",
        "mail",
    ),
    Word("export", "Leave a board's logs as files for any web server.", "export"),
    Word(
        "report",
        "Write a page about a sale for people: what was sold, who got it, and whether it "
        "holds.",
        "report",
    ),
    Word(
        "inspect",
        "Show the board of a transcript, or one buyer's deposit, rank, units and refund.",
        "inspect",
    ),
    Word(
        "puzzle", "Print the public key of a puzzle's answer, for TERMS.toml.", "puzzle"
    ),
    Word(
        "beacon",
        "Recover what was not revealed, keep a board by hand, make a set-up, calibrate.",
        "beacon.command",
    ),
    Word(
        "witness",
        "Co-sign heads of a board, as a witness whom the terms name.",
        "witness",
    ),
    Word(
        "seller",
        "Announce a sale: complete its terms with times, keys and rounds.",
        "seller",
    ),
    Word("escrow", "Say what was paid for whom, and list what goes back.", "escrow"),
    Word(
        "contributor",
        "Commit, seal and reveal: make the seed of a draw together with others.",
        "contributor",
    ),
    Word(
        "registry",
        "Say what a registry is: who registers people, and how they are told apart.",
        "registry",
    ),
    Word("attester", "Attest who a person is, and the keys of theirs.", "attester"),
    Word("arbiter", "Draw the key of who decides contested recoveries.", "arbiter"),
    Word(
        "issuer",
        "Be one issuer of a committee: make keys, and answer requests.",
        "issuer.command",
    ),
    Word(
        "wallet",
        "Keep what you hold in one file, and write what you send.",
        "wallet.command",
    ),
    Word("prove", "Show a gate that the nym that has won is yours.", "door.prove"),
    Word(
        "doors",
        "Let winners in at a gate, offline, each once for each unit.",
        "door.doors",
    ),
    Word(
        "winner-audit",
        "Ask winners which leaf their nym belongs to, and check what they answer.",
        "winner_audit",
    ),
    Word(
        "receive",
        "Open what was delivered to you, and show a wrong delivery.",
        "receive",
    ),
    Word("hints", "Write what makes an audit fast beside a transcript.", "hints"),
    Word("bench", "Write large honest logs, and measure on them.", "bench.command"),
)
"""In the order of the overview."""
READER_GONE = 141
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of a disk, or of somebody's share of it, that is full."""
_MOST_ERRORS = 20
"""How many errors of one file are shown."""

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
    words = sys.argv[1:] if argv is None else argv
    said = next((word for word in words if not word.startswith("-")), None)
    parser = _parser(said)
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        used: argparse.ArgumentParser = getattr(arguments, USED, parser)
        problem = f"unrecognized arguments: {' '.join(unknown)}"
        used.error(problem)
    try:
        code = _execute(parser, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
        return READER_GONE
    except _expected() as error:
        for explanation in _explanations(error):
            complain(explanation)
        return REFUSED if isinstance(error, InputError) else FAILED
    return code


def _expected() -> tuple[type[Exception], ...]:
    """Return the errors that can occur without a mistake in this program."""
    return FairlotError, CryptoError, OSError, _broken_executor()


def _broken_executor() -> type[Exception]:
    # Only who meets an error pays for loading what names it.
    from concurrent.futures import BrokenExecutor  # noqa: PLC0415

    return BrokenExecutor


def _execute(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    if arguments.version:
        say(f"fairlot {__version__} (back-end {chosen_curve_name()})")
        return OK
    command: Action | None = arguments.command
    if command is None:
        parser.error("say what to do: fairlot --help lists the commands")
    # Whoever asks for the version or for help fetches nothing.
    from fairlot.cli.remote import fetched  # noqa: PLC0415
    from fairlot.cli.settings import look_up  # noqa: PLC0415

    look_up(arguments)
    with fetched(arguments):
        return command.execute(arguments)


@cache
def _parser(said: str | None) -> argparse.ArgumentParser:
    """Return the parser for words of which ``said`` is the first that is no option."""
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
    words = parser.add_subparsers(metavar="COMMAND", required=False)
    for word in WORDS:
        added = words.add_parser(**described(word.name, word.summary))
        if word.name == said:
            prepare(added, "command", word.action())
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


def _remedy(error: OSError) -> str:
    """Return what to do where the system has refused."""
    if isinstance(error, FileNotFoundError):
        return "name a folder that is there"
    if error.errno in _NO_ROOM:
        return "make room, then try again"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "give permission, then try again"
    if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
        return "name another --port or --host, or end what listens there"
    return "try again"


def _failure(error: Exception) -> str:
    why = str(error)
    if isinstance(error, OSError):
        why = f"{in_words(error)}: {_remedy(error)}"
    elif isinstance(error, _broken_executor()):
        why = "a worker process was killed: try again with --jobs 1"
    return f"could not be completed: {why}"
