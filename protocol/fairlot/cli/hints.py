"""``fairlot hints``: save auditors time (specs/command-line.md, section 19)."""

import argparse
from pathlib import Path

from fairlot.board.hinting import hints_of
from fairlot.board.hints import SUFFIX, Hints
from fairlot.cli.command import OK, Action, chosen_curve
from fairlot.cli.output import say
from fairlot.cli.transcript import replay_named
from fairlot.text import counted
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import write_file

_EXAMPLES = """\
With the hints beside it, as FILE.hints, an audit of FILE takes a fraction of the time. They
prove nothing and nobody need trust them: whoever changes or loses them changes no verdict.

Exit code: 0 if done, 2 if the file or the usage was refused.

Examples:
  fairlot hints transcript.fairlot
  fairlot audit transcript.fairlot --sale-id HEX64
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="a transcript of a sale, with the log of its registry in it",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Read the transcript, and write what a verifier would compute beside it."""
    leave_hints(arguments.file, chosen_curve())
    return OK


ACTION = Action(_EXAMPLES, configure, execute)


def leave_hints(path: Path, curve: Backend) -> None:
    """Write the hints of a transcript beside it, and say so.

    Raises:
        InputError: as ``replay_named``.
    """
    # Step 1.
    read = replay_named(path, curve, "reading", cache=False)
    # Step 2.
    keep_hints(path, hints_of(read))


def keep_hints(path: Path, hints: Hints) -> None:
    """Write hints beside their transcript, and say so."""
    beside = path.with_name(path.name + SUFFIX)
    write_file(beside, hints.to_bytes())
    say(f"{beside} holds the hints of {counted(hints.count, 'entry', 'entries')}.")
