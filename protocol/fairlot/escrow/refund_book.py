"""Which refunds a bank was asked for, each once (specs/money.md, section 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as day

from fairlot.deposit.destination import Account, account_of
from fairlot.errors import InputError
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tagged_hash

VERSION = 1
KIND = "REFUND-BOOK"
TRANSFER_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Transfer:
    """One refund, as the bank is asked for it."""

    number: bytes
    """Of deposit.md, step 17: 16 bytes."""
    amount: int
    account: Account

    def to_value(self) -> dict[str, cbor.Value]:
        """Return the map."""
        return {
            "transfer": self.number,
            "amount": self.amount,
            **self.account.to_value(),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """Refunds that a bank is asked for together."""

    sale_id: SaleId
    date: str
    """On which the bank is to pay, ``YYYY-MM-DD``."""
    payer: Account
    """Of the escrow."""
    transfers: tuple[Transfer, ...] = field(repr=False)
    """Ascending by number."""

    @property
    def message(self) -> str:
        """What names the batch to the bank: 32 hexadecimal digits (step 20)."""
        # Step 20.
        return tagged_hash("refund-batch", cbor.encode(self.to_value()))[:16].hex()

    @property
    def total(self) -> int:
        """The sum of all transfers."""
        return sum(each.amount for each in self.transfers)

    def to_value(self) -> dict[str, cbor.Value]:
        """Return the map."""
        return {
            "sale": self.sale_id,
            "date": self.date,
            "payer": self.payer.to_value(),
            "transfers": [each.to_value() for each in self.transfers],
        }


@dataclass(frozen=True, slots=True)
class RefundBook:
    """All batches of all sales, in the order in which they were made."""

    batches: tuple[Batch, ...] = ()

    def of(self, sale_id: SaleId) -> Sequence[Batch]:
        """Return the batches of a sale."""
        return [each for each in self.batches if each.sale_id == sale_id]

    def asked(
        self, sale_id: SaleId, due: Iterable[Transfer], date: str, payer: Account
    ) -> "RefundBook":
        """Return the book with one more batch, of what is due and in no batch yet.

        Step 19.

        Args:
            sale_id: of the sale.
            due: what goes back to accounts that are known.
            date: on which the bank is to pay the new batch.
            payer: the escrow's own account.

        Raises:
            InputError: ``escrow.refund`` where a transfer was asked for otherwise.
        """
        # Step 19.
        known = {each.number: each for b in self.of(sale_id) for each in b.transfers}
        new: list[Transfer] = []
        for each in sorted(due, key=lambda each: each.number):
            before = known.get(each.number)
            if before is None:
                new.append(each)
            elif before != each:
                problem = (
                    f"the bank was asked for {before.amount} by the transfer "
                    f"{each.number.hex()}, and {each.amount} is due, or elsewhere"
                )
                raise InputError("escrow.refund", f"{problem}: is this the same log?")
        if not new:
            return self
        return RefundBook((*self.batches, Batch(sale_id, date, payer, tuple(new))))

    def to_bytes(self) -> bytes:
        """Return the file."""
        batches: list[cbor.Value] = [each.to_value() for each in self.batches]
        return cbor.encode({"v": VERSION, "type": KIND, "batches": batches})


def read_refund_book(data: bytes) -> RefundBook:
    """Read the book of refunds of an escrow (step 18).

    Raises:
        InputError: ``escrow.refund-book`` for what is none, to the byte.
    """
    # Step 18.
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_book(str(found)))
        fields.exactly("v", VERSION)
        fields.exactly("type", KIND)
        book = RefundBook(tuple(map(_batch, fields.maps("batches"))))
        fields.done()
    except CryptoError as error:
        raise _no_book(error.message) from error
    numbers = [each.number for batch in book.batches for each in batch.transfers]
    if len(set(numbers)) < len(numbers):
        raise _no_book("a transfer is there twice")
    return book


def _batch(fields: Fields) -> Batch:
    batch = Batch(
        SaleId(fields.bytes("sale", HASH_LENGTH)),
        _date(fields.text("date")),
        _account(fields.map("payer")),
        tuple(map(_transfer, fields.maps("transfers"))),
    )
    fields.done()
    numbers = [each.number for each in batch.transfers]
    if not numbers or numbers != sorted(numbers):
        raise _no_book("the transfers of a batch must ascend, and be one at least")
    return batch


def _date(text: str) -> str:
    try:
        found = day.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _no_book("a date is none") from error
    if found != text:
        raise _no_book("a date is not written YYYY-MM-DD")
    return text


def _transfer(fields: Fields) -> Transfer:
    number = fields.bytes("transfer", TRANSFER_LENGTH)
    amount = fields.uint("amount", 1)
    return Transfer(number, amount, _account(fields))


def _account(fields: Fields) -> Account:
    account = account_of(fields.text("account"), fields.text("name"))
    fields.done()
    return account


def _no_book(why: str) -> InputError:
    return InputError("escrow.refund-book", f"it is no book of refunds: {why}")
