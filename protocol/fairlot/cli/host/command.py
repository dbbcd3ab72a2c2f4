"""``fairlot host``: a whole sale on one machine (specs/command-line.md, section 29)."""

import argparse
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.cli.board import check_extra
from fairlot.cli.command import FAILED, OK, Action, whole
from fairlot.cli.folders import create_folder
from fairlot.cli.host.demo import demonstrate
from fairlot.cli.output import complain, say

_MOST_WALLETS = 100
_EXAMPLES = """\
Each role is a process with keys and files in a folder of its own, and takes the steps that
fairlot has for it; the host carries files between them, as e-mail would, and the board
answers over the network.

Exit code: 0 if the sale ended and its audit holds, 1 if not, 2 if the usage was refused.

Examples:
  fairlot host --demo
  fairlot host --demo --wallets 3 --dir evening
"""
_TRUST = """\
One machine has played everybody, the witnesses too. Whoever has it could invent people, see
who deposits, try seeds until one suits, and show each reader another board: nobody else has
checked anything. Trust begins where the roles are others' machines: the same commands, the
same files."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--demo",
        action="store_true",
        required=True,
        help="a rehearsal in a minute or two, with buyers who join by themselves",
    )
    parser.add_argument(
        "--wallets",
        metavar="N",
        type=whole(1, _MOST_WALLETS),
        default=10,
        help="how many buy (default: 10)",
    )
    parser.add_argument(
        "--dir",
        metavar="DIR",
        type=Path,
        help="a new or empty folder that keeps what every role holds",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Play a sale, and audit it."""
    check_extra()
    began = time.monotonic()

    def told(line: str) -> None:
        say(f"{time.monotonic() - began:5.1f} s  {line}")
        sys.stdout.flush()

    with _place(arguments.dir) as place:
        ended = demonstrate(Path(place).resolve(), arguments.wallets, told)
    say()
    say(f"Sale {ended.sale_id}")
    for line in (ended.settled, ended.audit.out, _TRUST):
        say()
        for each in line.strip().splitlines():
            say(each)
    if ended.audit.code:
        complain(ended.audit.err.strip().removeprefix("fairlot: "))
        return FAILED
    return OK


def _place(folder: Path | None) -> AbstractContextManager[str | Path]:
    if folder is None:
        return TemporaryDirectory()
    create_folder(folder)
    return nullcontext(folder)


ACTION = Action(_EXAMPLES, configure, execute)
