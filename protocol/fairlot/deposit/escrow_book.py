"""What an escrow has booked, each payment once (specs/deposit.md, section 5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry
from fairlot.errors import InputError
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym, SaleId
from fairlot.text import check_text
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, SeededRandomness

VERSION = 1


@dataclass(frozen=True, slots=True)
class Paid:
    """For whom a payment is booked, and how much."""

    nym: Nym
    amount: int


@dataclass(frozen=True, slots=True)
class EscrowBook:
    """The payments of all sales, by sale and by what the bank calls them."""

    paid: Mapping[tuple[SaleId, str], Paid]

    def booked(self, sale_id: SaleId, reference: str, paid: Paid) -> "EscrowBook":
        """Return the book with a payment in it (step 15).

        Args:
            sale_id: of the sale.
            reference: what the bank calls the payment.
            paid: for whom, and how much.

        Raises:
            InputError: ``escrow.reference`` where it is booked as another, or is no text.
        """
        # Step 15.
        check_text(
            reference, lambda why: InputError("escrow.reference", f"a reference {why}")
        )
        place = (sale_id, reference)
        before = self.paid.get(place, paid)
        if before != paid:
            booked = f"{before.amount} for the nym {before.nym.hex()}"
            problem = f"this payment is booked already, with {booked}"
            raise InputError("escrow.reference", f"{problem}: each is booked once")
        return EscrowBook({**self.paid, place: paid})

    def to_bytes(self) -> bytes:
        """Return the file."""
        rows: list[cbor.Value] = [
            {
                "sale": sale_id,
                "reference": reference,
                "nym": paid.nym,
                "amount": paid.amount,
            }
            for (sale_id, reference), paid in sorted(
                self.paid.items(), key=lambda each: each[0]
            )
        ]
        return cbor.encode({"v": VERSION, "type": "ESCROW-BOOK", "paid": rows})


def read_escrow_book(data: bytes) -> EscrowBook:
    """Read the book of an escrow.

    Raises:
        InputError: ``escrow.book`` for what is none, to the byte.
    """
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_book(str(found)))
        fields.exactly("v", VERSION)
        fields.exactly("type", "ESCROW-BOOK")
        paid = dict(map(_row, fields.maps("paid")))
        fields.done()
    except CryptoError as error:
        raise _no_book(error.message) from error
    book = EscrowBook(paid)
    if book.to_bytes() != data:
        raise _no_book("its rows are not in order, or one is there twice")
    return book


def payment_of(
    sale_id: SaleId, reference: str, paid: Paid, escrow: SigningKey
) -> Entry:
    """Return the PAID entry of a payment, the same whenever it is made (step 16)."""
    # Step 16.
    source = _source(escrow, "paid", sale_id, reference.encode())
    return make_payment(sale_id, paid.nym, paid.amount, escrow, source)


def transfer_of(sale_id: SaleId, nym: Nym, escrow: SigningKey) -> bytes:
    """Return what names the transfer of a nym's refund, 16 bytes (step 17)."""
    # Step 17.
    return _source(escrow, "refund", sale_id, nym).take(16)


def _source(escrow: SigningKey, what: str, sale_id: SaleId, name: bytes) -> Randomness:
    """Return a source that nobody can guess who has not the key."""
    named = tagged_hash("escrow-payment", sale_id, name)
    return SeededRandomness(escrow.seed).derive(f"{what}/{named.hex()}")


def _row(fields: Fields) -> tuple[tuple[SaleId, str], Paid]:
    sale_id = SaleId(fields.bytes("sale", HASH_LENGTH))
    reference = fields.text("reference")
    paid = Paid(Nym(fields.bytes("nym", NYM_LENGTH)), fields.uint("amount", 1))
    fields.done()
    return (sale_id, reference), paid


def _no_book(why: str) -> InputError:
    return InputError("escrow.book", f"it is no book of an escrow: {why}")
