"""``fairlot escrow export``: refunds for a bank (specs/command-line.md, section 28)."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as day
from pathlib import Path

from fairlot.allocation.settlement import LedgerLine
from fairlot.cli.beacon.files import held_key
from fairlot.cli.command import FAILED, OK, Command, add_json, chosen_curve
from fairlot.cli.escrow_files import (
    add_key,
    add_notices,
    examples,
    kept_refunds,
    read_notices,
    settled_sale,
    write_kept,
)
from fairlot.cli.extras import extra
from fairlot.cli.output import say, show_json
from fairlot.cli.table import show_table
from fairlot.cli.transcript import add_sale_file
from fairlot.cli.wallet.files import read_account
from fairlot.deposit.escrow_book import transfer_of
from fairlot.errors import InputError
from fairlot.escrow.notice import Notice
from fairlot.escrow.refund_book import Batch, Transfer
from fairlot.money import Currency, writing
from fairlot.names import Nym, SaleId
from fairlot.terms.terms import Terms
from fairlot.text import Viewed, counted, csv_table
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.keys import SigningKey

COLUMNS = ("transfer", "name", "account", "amount", "currency")
"""The columns of the list for the bank: no nym is in it."""
WORDS = (
    "export transcript.fairlot --sale-id HEX --key escrow.key --notices notices \\\n"
    "    --account-file account.txt --date 2030-06-03 --out refunds"
)
_EUROS = Currency("EUR", 2)


@dataclass(frozen=True, slots=True)
class _Due:
    """What goes back."""

    transfers: Sequence[Transfer]
    """To accounts that are known."""
    unknown: Mapping[Nym, int]
    """To destinations that no notice has opened."""
    held: int
    """How much waits until it is known whose it is."""


def _configure(parser: argparse.ArgumentParser) -> None:
    add_sale_file(parser)
    add_key(parser, "the folder of the files for the bank", "DIR")
    add_notices(parser)
    parser.add_argument(
        "--account-file",
        metavar="FILE",
        type=Path,
        required=True,
        help="holds the escrow's IBAN and, in its second line, whose account it is",
    )
    parser.add_argument(
        "--date",
        metavar="YYYY-MM-DD",
        type=_day,
        required=True,
        help="on which the bank is to pay what it was not asked for before",
    )
    add_json(parser)


def _day(text: str) -> str:
    try:
        return day.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a date, as 2030-06-03") from error


def _export(arguments: argparse.Namespace) -> int:
    curve = chosen_curve()
    payer = read_account(arguments.account_file)
    with held_key(arguments.key) as key:
        settled = settled_sale(arguments, curve, key.public)
        if settled is None:
            return FAILED
        sale, result = settled
        notices = read_notices(arguments.notices, sale.read, key)
        due = _due(result.sale_id, result.ledger, notices, key)
        book_file, before = kept_refunds(arguments.key)
        book = before.asked(result.sale_id, due.transfers, arguments.date, payer)
        batches = book.of(result.sale_id)
        files = _files(batches, sale.read.state.terms)
        # The book first: what is not in it could be asked for once more.
        if book != before:
            write_file(book_file, book.to_bytes(), PRIVATE)
    write_kept(arguments.out, files)
    _answer(arguments, sale.read.state.terms, batches, due)
    return OK


def _due(
    sale_id: SaleId,
    ledger: Sequence[LedgerLine],
    notices: Sequence[Notice],
    key: SigningKey,
) -> _Due:
    """Return what goes back, as far as the account is known (specs/money.md, step 19)."""
    refunds = [each.refund for each in notices if each.refund is not None]
    accounts = {each.destination: each.account for each in refunds}
    transfers: list[Transfer] = []
    unknown: dict[Nym, int] = {}
    held = 0
    for line in ledger:
        account = accounts.get(line.refund_to or b"")
        if not line.refund:
            continue
        if line.refund_to is None:
            held += line.refund
        elif account is None:
            unknown[line.nym] = line.refund
        else:
            number = transfer_of(sale_id, line.nym, key)
            transfers.append(Transfer(number, line.refund, account))
    return _Due(transfers, unknown, held)


def _files(batches: Sequence[Batch], terms: Terms) -> Mapping[str, bytes]:
    """Return the files of all batches, by name (specs/money.md, steps 21 and 22)."""
    files: dict[str, bytes] = {}
    for number, batch in enumerate(batches, 1):
        files[f"refunds-{number}.csv"] = _table(batch, terms.currency)
        if terms.currency == _EUROS:
            files[f"refunds-{number}.xml"] = _bank_file(batch, terms.title)
    return files


def _table(batch: Batch, currency: Currency | None) -> bytes:
    code = "" if currency is None else currency.code
    rows = (
        (
            each.number.hex(),
            each.account.name,
            each.account.number,
            str(each.amount) if currency is None else currency.digits(each.amount),
            code,
        )
        for each in batch.transfers
    )
    return csv_table(COLUMNS, rows)


def _bank_file(batch: Batch, title: str) -> bytes:
    """Return a batch as pain.001.

    Raises:
        InputError: ``escrow.extra`` where what makes it is not installed.
    """
    with extra("bank", lambda problem: InputError("escrow.extra", problem)):
        from fairlot.escrow.bank_file import transfer_file  # noqa: PLC0415
    return transfer_file(batch, title)


def _answer(
    arguments: argparse.Namespace, terms: Terms, batches: Sequence[Batch], due: _Due
) -> None:
    if arguments.json:
        _print(terms.sale_id, batches, due)
        return
    write = writing(terms.currency)
    if due.unknown:
        rows = [(nym.hex(), write(refund)) for nym, refund in due.unknown.items()]
        show_table(("nym without a known account", "refund"), rows)
    for number, batch in enumerate(batches, 1):
        said = counted(len(batch.transfers), "transfer", "transfers")
        say(f"refunds-{number}: {said}, {write(batch.total)}, message {batch.message}")
    if due.held:
        say(f"{write(due.held)} are held until it is known whose they are.")
    if terms.currency != _EUROS:
        say("There is no pain.001 file: that is for euros with two decimals.")


def _print(sale_id: SaleId, batches: Sequence[Batch], due: _Due) -> None:
    made: Viewed = [
        {
            "message": each.message,
            "date": each.date,
            "transfers": len(each.transfers),
            "total": each.total,
        }
        for each in batches
    ]
    unknown: Viewed = [
        {"nym": nym, "refund": refund} for nym, refund in due.unknown.items()
    ]
    said: Mapping[str, Viewed] = {
        "sale_id": sale_id,
        "batches": made,
        "unknown": unknown,
        "held": due.held,
    }
    show_json("refund-export", said)


EXPORT = Command(
    "export",
    "Write what goes back as files for a bank, each refund once.",
    examples(WORDS),
    _configure,
    _export,
)
