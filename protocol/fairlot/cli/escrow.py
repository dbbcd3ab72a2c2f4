"""``fairlot escrow``: say what was paid, and what goes back (specs/command-line.md, 28)."""

import argparse

from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.steps import view_of, write_entry
from fairlot.cli.command import (
    FAILED,
    OK,
    Command,
    action_of_steps,
    chosen_curve,
    hex_bytes,
    whole,
)
from fairlot.cli.escrow_export import EXPORT
from fairlot.cli.escrow_export import WORDS as EXPORT_WORDS
from fairlot.cli.escrow_files import (
    add_key,
    check_own,
    examples,
    kept_book,
    settled_sale,
)
from fairlot.cli.escrow_import import IMPORT
from fairlot.cli.escrow_import import WORDS as IMPORT_WORDS
from fairlot.cli.output import say
from fairlot.cli.role_keys import ESCROW, key_step
from fairlot.cli.transcript import add_board, add_sale_file
from fairlot.deposit.escrow_book import (
    Paid,
    payment_of,
    transfer_of,
)
from fairlot.entry import EntryType
from fairlot.names import NYM_LENGTH, Nym
from fairlot.text import csv_table
from fairlot_crypto.durable import PRIVATE, write_file

REFUNDS = ("transfer", "nym", "refund", "refund_to")
"""The columns of the list of refunds."""
_MOST = 2**64 - 1
_PAID = (
    "paid transcript.fairlot --sale-id HEX --key escrow.key \\\n"
    '    --nym HEX --amount 800 --reference "bank 2030-05-02/17" --out paid'
)
_REFUNDS = "refunds transcript.fairlot --sale-id HEX --key escrow.key --out refunds.csv"


def _configure_paid(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    add_key(parser, "the new PAID entry, for the board")
    parser.add_argument(
        "--nym",
        metavar="HEX",
        type=hex_bytes(NYM_LENGTH),
        required=True,
        help="whose deposit was paid",
    )
    parser.add_argument(
        "--amount",
        metavar="N",
        type=whole(1, min(_MOST, 10**15)),
        required=True,
        help="how much came in, in the smallest unit",
    )
    parser.add_argument(
        "--reference",
        metavar="TEXT",
        required=True,
        help="what your bank calls this payment: each is booked once",
    )


def _paid(arguments: argparse.Namespace) -> int:
    paid = Paid(Nym(arguments.nym), arguments.amount)
    curve = chosen_curve()
    with held_key(arguments.key) as key:
        book_file, before = kept_book(arguments.key)
        view = view_of(curve, arguments.transcript, cache=arguments.cache)
        check_own(view, arguments.sale_id, key.public)
        sale_id = view.state.sale_id
        book = before.booked(sale_id, arguments.reference, paid)
        entry = payment_of(sale_id, arguments.reference, paid, key)
        posted = {each.entry.hash for each in view.entries.of(EntryType.PAID)}
        if entry.hash not in posted:
            # As the board would refuse it.
            view.state.apply(entry, view.time)
        # The book first: what is not in it could be booked once more.
        write_file(book_file, book.to_bytes(), PRIVATE)
        write_entry(arguments.out, entry)
    return OK


def _configure_refunds(parser: argparse.ArgumentParser) -> None:
    add_sale_file(parser)
    add_key(parser, "the list of refunds; an earlier one is replaced")


def _refunds(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    with held_key(arguments.key) as key:
        settled = settled_sale(arguments, curve, key.public)
        if settled is None:
            return FAILED
        _, result = settled
        lines = [line for line in result.ledger if line.refund]
        ready = [line for line in lines if line.refund_to is not None]
        rows = [
            (
                transfer_of(result.sale_id, line.nym, key).hex(),
                line.nym.hex(),
                line.refund,
                (line.refund_to or b"").hex(),
            )
            for line in ready
        ]
        write_file(arguments.out, csv_table(REFUNDS, rows), PRIVATE)
    held = len(lines) - len(ready)
    say(f"{len(ready)} refunds to pay, each once by the name of its transfer.")
    if held:
        say(f"{held} more are held until it is known whose they are.")
    return OK


PAID = Command(
    "paid",
    "Sign that a payment has come in for a nym, once for each payment.",
    examples(_PAID),
    _configure_paid,
    _paid,
)
REFUND_LIST = Command(
    "refunds",
    "List what goes back to whom, once the sale is settled.",
    examples(_REFUNDS),
    _configure_refunds,
    _refunds,
)
_ALL = f"""\
The escrow takes the money in, and signs what was paid: a deposit counts when it is paid.

{examples("key --out escrow.key", _PAID, IMPORT_WORDS, _REFUNDS, EXPORT_WORDS)}"""

ACTION = action_of_steps(_ALL, (key_step(ESCROW), PAID, IMPORT, REFUND_LIST, EXPORT))
