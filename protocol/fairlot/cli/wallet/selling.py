"""``fairlot wallet`` in a sale (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from fairlot.audit.sentences import utc
from fairlot.board.phase import VoidReason
from fairlot.cli.command import FAILED, OK, Command, add_files, hex_bytes, whole
from fairlot.cli.heads import read_receipts
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.remote import transcript_name
from fairlot.cli.settings import SALE, add_setting
from fairlot.cli.table import show_table
from fairlot.cli.wallet.files import (
    add_account,
    add_clock,
    add_out,
    add_wallet,
    clock,
    given_account,
    look_at,
    opened,
    read_message,
    write_message,
)
from fairlot.cli.wallet.making import examples
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.inputs.bid_cell import read_bid
from fairlot.names import NYM_LENGTH, Nym, SaleId
from fairlot.text import Viewed, counted
from fairlot.wallet.collecting import collect
from fairlot.wallet.entering import Ordered, Told, claim, enter, lowest_price
from fairlot.wallet.looking import Looked
from fairlot.wallet.receiving import Stands, take_receipts
from fairlot.wallet.sending import Made, own_nym
from fairlot.wallet.store import Wallet
from fairlot_crypto.durable import PRIVATE
from fairlot_crypto.randomness import SystemRandomness

_MOST = 2**53 - 1
"""The largest amount that is typed."""


def add_sale(parser: argparse.ArgumentParser) -> None:
    """Add wallet, logs, the sale that was told, and the clock."""
    add_wallet(parser)
    parser.add_argument(
        "logs",
        metavar="LOG",
        type=transcript_name,
        nargs="+",
        help="the log of the sale, whole, with that of its registry in it or in another",
    )
    what = "the sale_id that you were told"
    add_setting(parser, "--expect-sale", SALE, "HEX64", what, required=True)
    add_clock(parser)


def _configure_deposit(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    amount = whole(0, _MOST)
    parser.add_argument(
        "--amount",
        metavar="N",
        type=amount,
        required=True,
        help="what you deposit, in the smallest unit: 4500 for 45.00",
    )
    parser.add_argument(
        "--max-price",
        metavar="N",
        type=amount,
        required=True,
        help="the greatest price of a unit that you were told",
    )
    parser.add_argument(
        "--wants", metavar="N", type=whole(1, _MOST), default=1, help="units, default 1"
    )
    parser.add_argument("--tier", metavar="NAME", help="the dearest that you accept")
    parser.add_argument(
        "--choice",
        metavar="NAME",
        action="append",
        default=[],
        dest="choices",
        help="an option, the one that you like best first; may be repeated",
    )
    parser.add_argument(
        "--member",
        metavar="NYM",
        type=hex_bytes(NYM_LENGTH),
        action="append",
        default=[],
        dest="members",
        help="of your group, your own nym too (fairlot wallet group); may be repeated",
    )
    parser.add_argument(
        "--bid-file", metavar="FILE", type=Path, help="holds your bid, as 600@5;200@3"
    )
    add_files(parser, "answer", "holds the answer to a puzzle")
    add_account(parser, "where refunds go: then fairlot wallet pay tells the escrow")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="make another entry after one that was made: the later one counts",
    )
    add_out(parser, "the new entry, for the board", required=True)


def _deposit(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        account = given_account(arguments)
        ordered = Ordered(EntryType.DEPOSIT, _wish(arguments, looked), account)
        told = Told(SaleId(arguments.expect_sale), arguments.max_price)
        now, source = _now(arguments, looked), SystemRandomness()
        replaces = arguments.replace
        made = enter(curve, looked, told, ordered, now, source, replaces=replaces)
        least = lowest_price(looked.sale.terms)
        if arguments.amount < least:
            problem = (
                f"{arguments.amount} pays for nothing, as the least price is {least}"
            )
            complain(f"{problem}: it comes back; to deposit more, say --replace")
        return _write(arguments, wallet, made)


def _configure_entry(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    add_out(parser, "the new entry, for the board", required=True)


def _cancel(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        told = Told(SaleId(arguments.expect_sale), 0)
        now, source = _now(arguments, looked), SystemRandomness()
        ordered = Ordered(EntryType.CANCEL)
        made = enter(curve, looked, told, ordered, now, source, replaces=True)
        return _write(arguments, wallet, made)


def _claim(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        told, now = SaleId(arguments.expect_sale), _now(arguments, looked)
        made = claim(curve, looked, told, now, SystemRandomness())
        return _write(arguments, wallet, made)


def _collect(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        made = collect(curve, looked, SaleId(arguments.expect_sale))
        return _write(arguments, wallet, made)


def _group(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        nym = own_nym(curve, looked, SaleId(arguments.expect_sale))
        most = looked.sale.terms.group_max
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "sale_id": arguments.expect_sale,
            "nym": nym,
            "most": most,
        }
        show_json("wallet-group", found)
    else:
        say(nym.hex())
        say(f"Groups of up to {most} enter; each names all nyms with --member.")
    return OK


def _configure_receipt(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    add_files(parser, "receipt", "of the board, a tlog-proof; or a folder of them")


def _receipt(arguments: argparse.Namespace) -> int:
    with opened(arguments) as wallet:
        _, looked = look_at(arguments.logs, wallet.content)
        given = read_receipts(arguments.receipts)
        content, standings = take_receipts(looked, SaleId(arguments.expect_sale), given)
        wallet.keep(content)
    _show_standings(arguments, standings, looked.sale.void_reason)
    return OK if all(each.index is not None for each in standings) else FAILED


def _show_standings(
    arguments: argparse.Namespace,
    standings: tuple[Stands, ...],
    void: VoidReason | None,
) -> None:
    if arguments.json:
        rows: Viewed = [
            {
                "type": each.type.value,
                "entry": each.entry_hash,
                "index": each.index,
                "receipts": each.receipts,
            }
            for each in standings
        ]
        found: Mapping[str, Viewed] = {
            "sale_id": arguments.expect_sale,
            "entries": rows,
            "void": None if void is None else void.value,
        }
        show_json("wallet-receipts", found)
        return
    lines = [
        (
            each.type.value,
            "NOT ON THE LOG" if each.index is None else f"entry {each.index}",
            counted(each.receipts, "receipt", "receipts"),
        )
        for each in standings
    ]
    show_table(("what", "where", "kept"), lines)
    if void is not None:
        say(f"The log says that the sale is void ({void}): you get everything back.")


def _wish(arguments: argparse.Namespace, looked: Looked) -> Wish:
    terms = looked.sale.terms if looked.sale.begun else None
    bid = None
    if arguments.bid_file is not None and terms is not None:
        bid = read_bid(_line(arguments.bid_file), terms.currency)
    return Wish(
        0,
        arguments.wants,
        arguments.amount,
        tuple(map(Nym, arguments.members)),
        arguments.tier,
        bid,
        tuple(map(_line, arguments.answers)),
        tuple(arguments.choices),
    )


def _line(path: Path) -> str:
    """Return the first line of a file: what is secret is no argument."""
    try:
        return read_message(path).decode().splitlines()[0]
    except (UnicodeDecodeError, IndexError) as error:
        problem = f"{path} must hold a line of text, as UTF-8"
        raise InputError("wallet.usage", problem) from error


def _now(arguments: argparse.Namespace, looked: Looked) -> int:
    return clock(arguments.time, rehearsal=looked.registry.registry.rehearsal)


def _write(arguments: argparse.Namespace, wallet: Wallet, made: Made) -> int:
    """Keep an entry, then write it (specs/wallet.md, step 13)."""
    wallet.keep(made.content)
    write_message(arguments.out, made.entry.encoded, PRIVATE)
    kind = made.entry.type.value
    if arguments.json:
        found: Mapping[str, Viewed] = {
            "sale_id": arguments.expect_sale,
            "nym": made.nym,
            "type": kind,
            "entry": made.entry.hash,
            "again": made.again,
        }
        show_json("wallet-entry", found)
        return OK
    say(f"{arguments.out} is your {kind}, for the board, under {made.nym.hex()}.")
    if made.again:
        say("It is the same as before.")
    taking = made.content.taking(arguments.expect_sale)
    if taking is not None and taking.collect is not None:
        say(_until(made.entry.type, taking.collect))
    return OK


def _until(kind: EntryType, collect: int) -> str:
    """Return what a person must do in a sale whose winners collect, and until when."""
    until = utc(collect)
    if kind is EntryType.COLLECT:
        return (
            f"It must be on the log by {until}: post it now, keep the receipt, and look "
            "again (fairlot wallet receipt)."
        )
    return f"Whoever wins must collect by {until}: fairlot wallet collect."


DEPOSIT = Command(
    "deposit",
    "Enter a sale: check its terms against what you were told, and make the entry.",
    examples(
        "deposit mine.wallet sale.fairlot --expect-sale HEX64 --max-price 4500 \\\n"
        "    --amount 4500 --out entry",
    ),
    _configure_deposit,
    _deposit,
)
CANCEL = Command(
    "cancel",
    "Leave a sale, before it closes.",
    examples("cancel mine.wallet sale.fairlot --expect-sale HEX64 --out entry"),
    _configure_entry,
    _cancel,
)
GROUP = Command(
    "group",
    "Print your nym in a sale, for those with whom you win or lose.",
    examples("group mine.wallet sale.fairlot --expect-sale HEX64"),
    add_sale,
    _group,
)
CLAIM = Command(
    "claim",
    "Take control of what you have won, with your credential of today.",
    examples("claim mine.wallet sale.fairlot --expect-sale HEX64 --out entry"),
    _configure_entry,
    _claim,
)
COLLECT = Command(
    "collect",
    "Say that you come for what you have won, where winners must.",
    examples("collect mine.wallet sale.fairlot --expect-sale HEX64 --out entry"),
    _configure_entry,
    _collect,
)
RECEIPT = Command(
    "receipt",
    "Keep receipts, and say whether what you sent is on the log.",
    examples("receipt mine.wallet sale.fairlot --expect-sale HEX64 --receipt receipts"),
    _configure_receipt,
    _receipt,
)
