"""``fairlot host``: a whole sale on one machine (specs/command-line.md, section 29)."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.cli.board import check_extra
from fairlot.cli.command import FAILED, OK, Action, add_json, whole
from fairlot.cli.folders import create_folder
from fairlot.cli.host.asked import Asked
from fairlot.cli.host.cast import AUDITOR, BOARD, BOARD_FOLDER, SALE
from fairlot.cli.host.demo import demonstrate
from fairlot.cli.host.hosted import STATE, Hosted, digest, going_on, held
from fairlot.cli.host.hosting import host
from fairlot.cli.host.options import HOSTING, asked_of, configure_hosting
from fairlot.cli.host.running import Ended
from fairlot.cli.output import complain, say, show_json
from fairlot.errors import InputError
from fairlot.inputs.input_file import read_input
from fairlot.text import Viewed
from fairlot_crypto.randomness import SystemRandomness

_MOST_WALLETS = 100
_EXAMPLES = """\
Each role is a process with keys and files in a folder of its own, and takes the steps that
fairlot has for it; the host carries files between them, as e-mail would, and the board
answers over the network. Buyers send what is for attester and issuers to one link.

Exit code: 0 if the sale ended and its audit holds, 1 if not, 2 if the usage was refused.

Examples:
  fairlot host --demo
  fairlot host --demo --wallets 3 --dir evening
  fairlot host TERMS.toml --people members.csv --dir evening \\
    --open "in 2 days" --close "7 days"
  fairlot host --dir evening
"""
_TRUST = """\
One machine has played everybody, the witnesses too. Whoever has it could invent people, see
who deposits, try seeds until one suits, and show each reader another board: nobody else has
checked anything. Trust begins where the roles are others' machines: the same commands, the
same files."""
_WARNING = """\
One machine plays everybody, the witnesses too. Whoever has it can invent people, see who
deposits, try seeds until one suits, and show each reader another board: buyers trust you in
all of it, so tell them. Where they should not have to, let others play roles on machines of
their own. If this program ends before the sale does, run it again with the same folder: it
goes on."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    configure_hosting(parser)
    parser.add_argument(
        "--demo",
        action="store_true",
        help="a rehearsal in a minute or two, with buyers who join by themselves",
    )
    parser.add_argument(
        "--wallets",
        metavar="N",
        type=whole(1, _MOST_WALLETS),
        help="how many buy in the demo (default: 10)",
    )
    parser.add_argument(
        "--dir",
        metavar="DIR",
        type=Path,
        help="a new or empty folder that keeps what every role holds; or one from which a "
        "sale was announced, which goes on",
    )
    add_json(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Play a sale, and audit it."""
    _check(arguments)
    check_extra()
    new = not (arguments.demo or going_on(arguments.dir))
    asked = asked_of(arguments) if new else None
    began = time.monotonic()
    line_out = complain if arguments.json else say

    def told(line: str) -> None:
        line_out(f"{time.monotonic() - began:5.1f} s  {line}")
        sys.stdout.flush()

    if arguments.demo:
        with _place(arguments.dir) as place:
            folder = Path(place).resolve()
            ended = demonstrate(folder, arguments.wallets or 10, told)
    else:
        ended = _host(arguments, asked, told)
    _answer(arguments, ended)
    if ended.audit.code:
        complain(ended.audit.err.strip().removeprefix("fairlot: "))
        return FAILED
    return OK


def _answer(arguments: argparse.Namespace, ended: Ended) -> None:
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "sale_id": ended.sale_id,
            "result": ended.result,
            "holds": not ended.audit.code,
        }
        show_json("hosted-sale", found)
        return
    say()
    say(f"Sale {ended.sale_id}")
    for line in (ended.settled, ended.audit.out, _TRUST):
        say()
        for each in line.strip().splitlines():
            say(each)
    say()
    say(what_is_next(arguments.dir, demo=arguments.demo))


def what_is_next(folder: Path | None, *, demo: bool) -> str:
    """Say what comes after a sale."""
    if folder is None:
        return "Nothing of it was kept: --dir DIR keeps what every role holds."
    if demo:
        kept = folder / AUDITOR
        words = f"{kept / SALE} --rehearsal --receipt {kept}"
        return f"{folder} has what every role holds. To audit it again: fairlot audit {words}"
    hosted = Hosted.read(folder / STATE)
    more = " ".join(("--port", str(hosted.port), *hosted.listening.words))
    served = f"fairlot board serve {folder / BOARD / BOARD_FOLDER} {more}"
    return f"The board has stopped. For receipts, claims and deliveries: {served}"


def _host(
    arguments: argparse.Namespace, asked: Asked | None, told: Callable[[str], None]
) -> Ended:
    """Host a sale, or go on with the one that was announced from the folder.

    Raises:
        InputError: ``host.other``; as ``held`` and ``host``.
    """
    folder: Path = arguments.dir.resolve()
    with held(folder, moved=arguments.moved) as hosted:
        if hosted is not None and arguments.terms is not None:
            _check_same(hosted, arguments)
        for line in _WARNING.splitlines():
            (complain if arguments.json else say)(line)
        try:
            return host(folder, asked, hosted, told, SystemRandomness())
        except KeyboardInterrupt:
            if going_on(folder):
                complain(f"the sale waits: fairlot host --dir {arguments.dir} goes on")
            raise


def _check_same(hosted: Hosted, arguments: argparse.Namespace) -> None:
    if digest(read_input(arguments.terms).text) != hosted.terms:
        problem = f"{arguments.dir} holds a sale of other terms than {arguments.terms}"
        raise InputError("host.other", f"{problem}: name a new folder")


def _check(arguments: argparse.Namespace) -> None:
    """Check that options of a demonstration and of a sale are not mixed.

    Raises:
        InputError: ``host.usage``.
    """
    if arguments.demo:
        given = [
            name for name in HOSTING if getattr(arguments, name) not in (None, False)
        ]
        if given:
            problem = f"--demo has terms and times of its own: leave out {given[0]}"
            raise InputError("host.usage", problem)
        return
    if arguments.wallets is not None:
        problem = "people join a sale from their own machines: leave out --wallets"
        raise InputError("host.usage", problem)
    if going_on(arguments.dir):
        return
    for name in ("terms", "people", "open", "close", "dir"):
        if getattr(arguments, name) is None:
            what = "TERMS.toml" if name == "terms" else f"--{name}"
            problem = f"{what} is missing"
            if name == "terms" and arguments.dir is not None:
                where = f"{arguments.dir} holds no sale that was announced"
                problem = f"{where}, with which to go on; {problem}"
            raise InputError(
                "host.usage", f"{problem}; or play a rehearsal with --demo"
            )


def _place(folder: Path | None) -> AbstractContextManager[str | Path]:
    if folder is None:
        return TemporaryDirectory()
    create_folder(folder)
    return nullcontext(folder)


ACTION = Action(_EXAMPLES, configure, execute)
