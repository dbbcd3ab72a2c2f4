"""``fairlot wallet new``, ``status`` and ``move`` (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.cli.command import OK, Command, whole
from fairlot.cli.output import busy, say, show_json
from fairlot.cli.table import show_table
from fairlot.cli.wallet.files import (
    add_wallet,
    opened,
    read_password,
    show_step,
)
from fairlot.entry import EntryType
from fairlot.text import Viewed, counted
from fairlot.wallet.content import Content, Membership, Standing, Taking
from fairlot.wallet.sealed import COST, COST_MAX, COST_MIN
from fairlot.wallet.store import create_wallet, look_into, move_wallet
from fairlot_crypto.randomness import SystemRandomness

_CODES = """\
Exit code: 0 if done, 1 if somebody else broke a rule, 2 if a file or the usage was refused."""

_LEAKS = (
    ("whoever has the file", "how much it holds, in steps of 1024 bytes"),
    ("your attester", "who you are, and the two keys that you bring"),
    ("each issuer", "your leaf, and that you renew: never a sale, never your nym"),
    ("everybody", "in each sale: your nym, amount, units, what the terms disclose"),
    ("the escrow", "your nym in the sale, your notice, and whatever your payment says"),
    ("your bank", "that you pay this escrow, how much and when: never your nym"),
    ("the board", "when you post and from where: go through what hides that"),
)
"""Who learns what of a person by what a wallet sends (specs/wallet.md, section 14)."""


def examples(*words: str) -> str:
    """Return the end of a help text."""
    lines = "\n".join(f"  fairlot wallet {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def _configure_new(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    parser.add_argument(
        "--cost",
        metavar="N",
        type=whole(COST_MIN, COST_MAX),
        default=COST,
        help=f"how dear a guess at the password is, {COST_MIN} to {COST_MAX}",
    )


def _new(arguments: argparse.Namespace) -> int:
    password = read_password(arguments.password_file, twice=True)
    source, path = SystemRandomness(), arguments.wallet
    with busy("sealing"):
        create_wallet(path, Content.draw(source), password, source, arguments.cost)
    if arguments.json:
        show_step("new")
    else:
        say(f"{path} is your wallet. Nobody can open it without the password.")
        say("Who loses it goes to an attester, and recovers: keep copies of it, and")
        say("print what you need then: fairlot wallet paper.")
    return OK


def _status(arguments: argparse.Namespace) -> int:
    content = look_into(arguments.wallet, read_password(arguments.password_file))
    if arguments.json:
        show_json("wallet-status", _status_json(content))
        return OK
    if content.standing is Standing.MOVED:
        say("This wallet was moved to another file, and holds nothing: use that one.")
        return OK
    if content.standing is Standing.MOVING:
        say(
            "This wallet is being moved, and signs nothing: repeat fairlot wallet move."
        )
    rows = [*map(_registry_row, content.memberships), *map(_sale_row, content.takings)]
    if rows:
        show_table(("what", "of", "held"), rows)
    else:
        say("It holds keys and nothing else yet: fairlot wallet enrol comes next.")
    heads = counted(len(content.heads), "log", "logs")
    say(f"Written {content.written} times; it remembers the heads of {heads}.")
    say()
    show_table(("who", "what they learn from what it sends"), _LEAKS)
    return OK


def _registry_row(held: Membership) -> tuple[str, str, str]:
    if held.identity is not None:
        leaf = f"leaf {held.identity.leaf.index}"
        has = counted(len(held.credentials), "credential", "credentials")
        epochs = sorted({each.epoch for each in held.credentials})
        last = f", the last of epoch {epochs[-1]}" if epochs else ""
        return "registry", held.registry_id.hex()[:16], f"{leaf}; {has}{last}"
    return "registry", held.registry_id.hex()[:16], _waiting(held)


def _waiting(held: Membership) -> str:
    if held.recovering is not None:
        return f"asked to recover leaf {held.recovering.index}"
    return "asked for a leaf" if held.enrolling else "nothing yet"


def _sale_row(held: Taking) -> tuple[str, str, str]:
    made = ", ".join(each.entry.type.value for each in held.sent)
    receipts = counted(len(held.receipts), "receipt", "receipts")
    named = f"{held.title} ({held.sale_id.hex()[:16]})"
    return "sale", named, f"{made or 'nothing'}; {receipts}{_collecting(held)}"


def _collecting(held: Taking) -> str:
    """Return until when whoever wins must collect, where they must."""
    if held.collect is None:
        return ""
    until = utc(held.collect)
    if any(each.entry.type is EntryType.COLLECT for each in held.sent):
        return f"; the COLLECT must be on the log by {until}"
    return f"; whoever wins must collect by {until}"


def _status_json(content: Content) -> Mapping[str, Viewed]:
    return {
        "standing": content.standing.value,
        "written": content.written,
        "registries": [*map(_registry_json, content.memberships)],
        "sales": [*map(_sale_json, content.takings)],
        "heads": [*_heads_json(content)],
        "leaks": [{"who": who, "what": what} for who, what in _LEAKS],
    }


def _registry_json(held: Membership) -> Mapping[str, Viewed]:
    return {
        "registry": held.registry_id,
        "leaf": None if held.identity is None else held.identity.leaf.index,
        "recovering": None if held.recovering is None else held.recovering.index,
        "asked": held.asked is not None,
        "credentials": [
            {"epoch": each.epoch, "roll": each.roll} for each in held.credentials
        ],
    }


def _sale_json(held: Taking) -> Mapping[str, Viewed]:
    return {
        "sale_id": held.sale_id,
        "registry": held.registry_id,
        "title": held.title,
        "limit": held.limit,
        "collect": held.collect,
        "sent": [
            {"type": each.entry.type.value, "entry": each.entry.hash}
            for each in held.sent
        ],
        "receipts": len(held.receipts),
    }


def _heads_json(content: Content) -> Iterator[Mapping[str, Viewed]]:
    for head in content.heads:
        yield {"origin": head.checkpoint.origin, "size": head.checkpoint.size}


def _configure_move(parser: argparse.ArgumentParser) -> None:
    add_wallet(parser)
    parser.add_argument("new", metavar="NEW", type=Path, help="where it goes")
    parser.add_argument(
        "--new-password-file",
        metavar="FILE",
        type=Path,
        help="holds the password of NEW (default: it is asked for)",
    )


def _move(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        password = read_password(
            arguments.new_password_file,
            twice=True,
            of=" of NEW",
            option="--new-password-file",
        )
        with busy("moving"):
            move_wallet(wallet, arguments.new, password, SystemRandomness())
    if arguments.json:
        show_step("move")
    else:
        say(f"{arguments.new} is your wallet now. {arguments.wallet} signs nothing.")
        say("Copies of the old file that you made before still do: delete them.")
    return OK


NEW = Command(
    "new",
    "Make a wallet: a file that holds your keys under a password.",
    examples("new mine.wallet", "new mine.wallet --password-file secret.txt"),
    _configure_new,
    _new,
)
STATUS = Command(
    "status",
    "Say what a wallet holds, and who learns what from what it sends.",
    examples("status mine.wallet", "status mine.wallet --json"),
    add_wallet,
    _status,
)
MOVE = Command(
    "move",
    "Move a wallet to another file: this one signs nothing any more.",
    examples("move mine.wallet /media/new/mine.wallet"),
    _configure_move,
    _move,
)
