"""``fairlot wallet contest`` and ``freeze`` (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Callable

from fairlot.audit.sentences import utc
from fairlot.cli.command import Command
from fairlot.cli.output import complain
from fairlot.cli.wallet.files import add_out, add_wallet, look_at, opened, write_message
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.registry_steps import add_log, registry_clock, told
from fairlot.entry import Entry
from fairlot.wallet.guarding import change_of, contest, freeze
from fairlot.wallet.looking import Looked, check_registry


def warn_of_change(looked: Looked) -> None:
    """Say that somebody is taking the leaf from this wallet (specs/wallet.md, step 57)."""
    change = change_of(looked)
    if change is not None:
        what = f"your leaf is under way to be lost: to {change.purpose}, at the earliest at"
        remedy = "if that is not you, object with fairlot wallet contest"
        complain(f"{what} {utc(change.ripe)}; {remedy}")


def _configure(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    add_log(parser)
    add_out(parser, "the new entry, for the board of the registry", required=True)


def _contest(arguments: argparse.Namespace) -> int:
    return _write(arguments, "contest", contest)


def _freeze(arguments: argparse.Namespace) -> int:
    return _write(arguments, "freeze", freeze)


def _write(
    arguments: argparse.Namespace, step: str, make: Callable[[Looked, int], Entry]
) -> int:
    with opened(arguments) as wallet:
        _, looked = look_at([arguments.log], wallet.content)
        registry_id = check_registry(looked, arguments.expect_registry)
        entry = make(looked, registry_clock(arguments, looked.registry.registry))
        wallet.keep(looked.content)
        write_message(arguments.out, entry.encoded)
    said = f"{arguments.out} is your {entry.type}, for the board of the registry."
    return told(arguments, step, registry_id, said, again=False)


CONTEST = Command(
    "contest",
    "Object to a recovery of your leaf that is not yours: an arbiter decides then.",
    examples("contest mine.wallet registry.log --out contest.entry"),
    _configure,
    _contest,
)
FREEZE = Command(
    "freeze",
    "Stop credentials of your leaf for a while, when somebody may have your secrets.",
    examples("freeze mine.wallet registry.log --out freeze.entry"),
    _configure,
    _freeze,
)
