"""``fairlot wallet pay`` (specs/command-line.md, section 23)."""

import argparse
from collections.abc import Mapping

from fairlot.cli.command import OK, Command
from fairlot.cli.output import say, show_json
from fairlot.cli.wallet.files import (
    add_account,
    add_out,
    given_account,
    look_at,
    opened,
    write_message,
)
from fairlot.cli.wallet.making import examples
from fairlot.cli.wallet.selling import add_sale
from fairlot.escrow.reference import in_blocks
from fairlot.money import money_text
from fairlot.names import SaleId
from fairlot.text import Viewed
from fairlot.wallet.paying import ToPay, pay
from fairlot_crypto.durable import PRIVATE


def _configure(parser: argparse.ArgumentParser) -> None:
    add_sale(parser)
    add_account(parser, "the same as of the deposit")
    add_out(parser, "the notice, for the escrow alone", required=True)


def _pay(arguments: argparse.Namespace) -> int:
    account = given_account(arguments)
    with opened(arguments) as wallet:
        curve, looked = look_at(arguments.logs, wallet.content)
        found = pay(curve, looked, SaleId(arguments.expect_sale), account)
        wallet.keep(looked.content)
        write_message(arguments.out, found.notice, PRIVATE)
        currency = looked.sale.terms.currency
    left = max(0, found.due - found.paid)
    if arguments.json:
        _print(arguments, found, left)
        return OK
    say(f"Pay {money_text(left, currency)} with the reference")
    say(f"  {in_blocks(found.reference)}")
    say(
        f"and with no other text. {arguments.out} is your notice, for the escrow alone:"
    )
    say("without it nobody knows whose the payment is.")
    if account is None:
        say("It names no account: ask the escrow how refunds come back.")
    return OK


def _print(arguments: argparse.Namespace, found: ToPay, left: int) -> None:
    said: Mapping[str, Viewed] = {
        "sale_id": arguments.expect_sale,
        "nym": found.nym,
        "reference": found.reference,
        "due": found.due,
        "paid": found.paid,
        "left": left,
    }
    show_json("wallet-payment", said)


PAY = Command(
    "pay",
    "Print the reference with which you pay, and write the notice for the escrow.",
    examples(
        "pay mine.wallet sale.fairlot --expect-sale HEX64 --account-file account.txt \\\n"
        "    --out mine.notice",
    ),
    _configure,
    _pay,
)
