"""``fairlot escrow import``: book what the bank says (specs/command-line.md, section 28)."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlot.board.phase import PHASES
from fairlot.board.replay import Replay
from fairlot.cli.beacon.files import held_key
from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import OK, Command, add_json, chosen_curve
from fairlot.cli.escrow_files import (
    add_key,
    add_notices,
    asked_of,
    check_own,
    examples,
    kept_book,
    read_notices,
    write_kept,
)
from fairlot.cli.output import complain, say, show_json
from fairlot.cli.table import show_table
from fairlot.cli.transcript import add_board
from fairlot.deposit.escrow_book import EscrowBook, payment_of
from fairlot.entry import Entry, EntryHash, EntryType
from fairlot.escrow.notice import Notice
from fairlot.escrow.reconcile import (
    Came,
    Due,
    Payment,
    Reconciled,
    Stands,
    reconcile,
    standing,
)
from fairlot.inputs.payments_file import read_payments
from fairlot.money import Currency, Money, writing
from fairlot.names import Nym, SaleId
from fairlot.text import Viewed, counted
from fairlot_crypto.durable import PRIVATE, PUBLIC, write_file
from fairlot_crypto.keys import SigningKey

WORDS = (
    "import transcript.fairlot payments.csv --sale-id HEX --key escrow.key \\\n"
    "    --notices notices --out paid"
)


@dataclass(frozen=True, slots=True)
class _Done:
    """What an import has found and made."""

    sale_id: SaleId
    found: Reconciled
    dues: Sequence[Due]
    made: Sequence[Entry]
    """PAID entries that the board has not."""
    unbooked: Sequence[EntryHash]
    """PAID entries on the board of which the book knows nothing."""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    parser.add_argument(
        "payments",
        metavar="PAYMENTS",
        type=Path,
        nargs="+",
        help="what the bank exports: CSV with the columns reference, amount, date, id",
    )
    add_key(parser, "the folder for the new PAID entries, for the board", "DIR")
    add_notices(parser)
    add_json(parser)


def _import(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    with held_key(arguments.key) as key:
        book_file, before = kept_book(arguments.key)
        view = view_of(curve, arguments.transcript, cache=arguments.cache)
        check_own(view, arguments.sale_id, key.public)
        currency = view.state.terms.currency
        payments = [
            each
            for path in arguments.payments
            for each in read_payments(path, currency)
        ]
        notices = read_notices(arguments.notices, view, key)
        asked = asked_of(view.state)
        done = _Import(view, key, before).book(payments, notices, asked)
        for each in done.made:
            # As the board would refuse it.
            view.state.apply(each, view.time)
        # The book first: what is not in it could be booked once more.
        if done.found.book != before:
            write_file(book_file, done.found.book.to_bytes(), PRIVATE)
    # Names tell nothing, and give an order that nobody chose.
    made = {f"{each.hash.hex()}.paid": each.encoded for each in done.made}
    write_kept(arguments.out, made, PUBLIC)
    _answer(arguments, done, currency)
    return OK


class _Import:
    """Books payments against a board."""

    def __init__(self, view: Replay, key: SigningKey, before: EscrowBook) -> None:
        """Look at the board, and at what was booked before."""
        self._key = key
        self._before = before
        self._sale_id = view.state.sale_id
        self._takes = view.state.phase in PHASES[EntryType.PAID]
        paid = view.entries.of(EntryType.PAID)
        self._posted = {each.entry.hash for each in paid if each.refusal is None}

    def book(
        self,
        payments: Sequence[Payment],
        notices: Sequence[Notice],
        asked: Mapping[Nym, int],
    ) -> _Done:
        """Return what was found; entries are made for what the board has not."""
        known = self._entries(self._before)
        on_board = {n for n, entry in known.items() if entry.hash in self._posted}
        found = reconcile(
            self._before, self._sale_id, payments, notices, on_board, takes=self._takes
        )
        entries = self._entries(found.book)
        counted_ones = [
            paid
            for (sale, number), paid in found.book.paid.items()
            if sale == self._sale_id and (self._takes or number in on_board)
        ]
        made = [each for each in entries.values() if each.hash not in self._posted]
        unbooked = sorted(self._posted - {each.hash for each in entries.values()})
        dues = standing(counted_ones, asked, notices)
        entries_made = made if self._takes else []
        return _Done(self._sale_id, found, dues, entries_made, unbooked)

    def _entries(self, book: EscrowBook) -> dict[str, Entry]:
        return {
            number: payment_of(sale, number, paid, self._key)
            for (sale, number), paid in book.paid.items()
            if sale == self._sale_id
        }


def _answer(
    arguments: argparse.Namespace, done: _Done, currency: Currency | None
) -> None:
    for each in done.unbooked:
        problem = f"the board has the PAID entry {each.hex()}, and the book has not"
        complain(f"{problem}: take back the copy of the book that has it")
    if arguments.json:
        _print(done)
        return
    _show_open(done, writing(currency))
    entries = counted(len(done.made), "PAID entry", "PAID entries")
    say(f"{arguments.out} has {entries} for the board; post all of them at once.")


def _show_open(done: _Done, write: Money) -> None:
    found = done.found
    rows = [
        (each.payment.number, write(each.payment.amount), each.came, each.payment.date)
        for each in found.rows
        if each.came is not Came.BOOKED
    ]
    if rows:
        show_table(("payment", "amount", "open", "date"), rows)
    dues = [
        (
            each.nym.hex(),
            write(each.due),
            write(each.paid),
            each.stands,
            "yes" if each.noticed else "none",
        )
        for each in done.dues
        if each.stands is not Stands.PAID
    ]
    if dues:
        show_table(("nym", "due", "paid", "open", "notice"), dues)
    said = counted(len(found.rows), "payment", "payments")
    say(f"{said}, {write(found.total())}; {found.repeated} rows said one once more.")
    for kind in Came:
        say(f"{kind}: {write(found.total(kind))}")


def _print(done: _Done) -> None:
    found = done.found
    payments: Viewed = [
        {
            "id": each.payment.number,
            "amount": each.payment.amount,
            "date": each.payment.date,
            "came": each.came.value,
            "nym": each.nym,
        }
        for each in found.rows
    ]
    deposits: Viewed = [
        {
            "nym": each.nym,
            "due": each.due,
            "paid": each.paid,
            "stands": each.stands.value,
            "notice": each.noticed,
        }
        for each in done.dues
    ]
    said: Mapping[str, Viewed] = {
        "sale_id": done.sale_id,
        "received": found.total(),
        "repeated": found.repeated,
        "totals": {kind.value: found.total(kind) for kind in Came},
        "payments": payments,
        "deposits": deposits,
        "entries": [each.hash for each in done.made],
        "unbooked": list(done.unbooked),
    }
    show_json("reconciliation", said)


IMPORT = Command(
    "import",
    "Book what the bank says, each payment once, and say what is open.",
    examples(WORDS),
    _configure,
    _import,
)
