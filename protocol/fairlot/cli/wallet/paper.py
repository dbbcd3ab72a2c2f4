"""``fairlot wallet paper`` (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Callable

from fairlot.cli.codes import code_maker
from fairlot.cli.command import OK, Command
from fairlot.cli.output import say
from fairlot.cli.wallet.files import (
    add_out,
    add_wallet,
    read_password,
    show_step,
    write_message,
)
from fairlot.cli.wallet.making import examples
from fairlot.errors import InputError
from fairlot.wallet.paper import paper, without_code
from fairlot.wallet.store import look_into
from fairlot_crypto.durable import PRIVATE


def _configure(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_out(parser, "the page, to be printed from a browser", required=True)


def _paper(arguments: argparse.Namespace) -> int:
    draw = _drawing()
    content = look_into(arguments.wallet, read_password(arguments.password_file))
    content.check_signs()
    write_message(arguments.out, paper(content, draw).encode(), PRIVATE)
    receipts = sum(len(each.receipts) for each in content.takings)
    missing = without_code(content)
    if arguments.json:
        show_step("paper", receipts=receipts, uncoded=missing)
        return OK
    say(f"{arguments.out} is to be printed, and holds no secret of yours.")
    if missing:
        say(f"{missing} receipts are too long for a code: keep their files.")
    return OK


def _drawing() -> Callable[[bytes], str]:
    """Return what draws a QR code: only who prints a paper loads it.

    Raises:
        InputError: ``wallet.extra`` where it is not installed.
    """
    draw = code_maker(lambda problem: InputError("wallet.extra", problem))
    return lambda data: draw(data, "byte").address


PAPER = Command(
    "paper",
    "Write a page to print: what you need to know if you lose the wallet, and receipts.",
    examples("paper mine.wallet --out paper.html"),
    _configure,
    _paper,
)
