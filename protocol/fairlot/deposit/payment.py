"""What the escrow says has been paid (specs/deposit.md, section 5)."""

from collections.abc import Mapping

from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.names import Nym, SaleId
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness

REF_LENGTH = 16


def make_payment(
    sale_id: SaleId, nym: Nym, amount: int, escrow: SigningKey, randomness: Randomness
) -> Entry:
    """Make a PAID entry as the escrow does when money has come in (step 13)."""
    ref = randomness.take(REF_LENGTH)
    body: Mapping[str, Value] = {"nym": nym, "amount": amount, "ref": ref}
    return sign_entry(EntryType.PAID, sale_id, body, escrow)


def read_payment(entry: Entry) -> tuple[Nym, int, bytes]:
    """Read a PAID entry: nym, amount, reference (step 13).

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    paid = (
        Nym(fields.bytes("nym", G1_LENGTH)),
        fields.uint("amount", 1),
        fields.bytes("ref", REF_LENGTH),
    )
    fields.done()
    return paid
