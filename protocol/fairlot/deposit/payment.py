"""Payments, as the escrow reports them (specs/deposit.md, section 5)."""

from collections.abc import Mapping

from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.fields import uint_problem
from fairlot.names import NYM_LENGTH, Nym, SaleId, check_nym, check_sale_id
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness

REF_LENGTH = 16


def make_payment(
    sale_id: SaleId, nym: Nym, amount: int, escrow: SigningKey, randomness: Randomness
) -> Entry:
    """Make a PAID entry as the escrow does when money has come in (step 13).

    Args:
        sale_id: 32 bytes.
        nym: whose money it is, 48 bytes.
        amount: smallest unit, 1 to 2^64 - 1.
        escrow: the key that the terms name.
        randomness: for the reference, 16 bytes.

    Raises:
        CallerError: ``names.sale-id``, ``names.nym``, ``payment.amount``.
    """
    check_sale_id(sale_id)
    check_nym(nym)
    problem = uint_problem(amount, 1)
    if problem:
        raise CallerError("payment.amount", f"what was paid {problem}")
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
        Nym(fields.bytes("nym", NYM_LENGTH)),
        fields.uint("amount", 1),
        fields.bytes("ref", REF_LENGTH),
    )
    fields.done()
    return paid
