"""What a person tells the escrow, and nobody else (specs/money.md, section 3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fairlot.deposit.destination import (
    SALT_LENGTH,
    Account,
    account_of,
    destination,
    destination_salt,
)
from fairlot.errors import InputError
from fairlot.escrow.reference import bank_reference
from fairlot.fields import Fields
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    Signature,
    SigningKey,
    VerifyKey,
    opening_key_of,
    seal,
    seal_key_of,
    verify_signature,
)
from fairlot_crypto.randomness import SeededRandomness

VERSION = 1
KIND = "PAYMENT-NOTICE"
PADDED = 1024
"""Bytes of the content of every box, so that none tells how long a name is."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An account, and what shows that the log has its commitment."""

    account: Account
    salt: bytes = field(repr=False)

    @property
    def destination(self) -> bytes:
        """What the log has of it."""
        return destination(self.salt, self.account)


@dataclass(frozen=True, slots=True)
class Notice:
    """Whose money comes under which reference, and where refunds go."""

    sale_id: SaleId
    nym: Nym
    salt: bytes = field(repr=False)
    key: VerifyKey
    """That has signed an entry of the nym."""
    refund: Opening | None = None

    @property
    def reference(self) -> str:
        """With which the person pays."""
        return bank_reference(self.sale_id, self.nym, self.salt)

    def to_value(self) -> dict[str, cbor.Value]:
        """Return the map without its signature."""
        value: dict[str, cbor.Value] = {
            "v": VERSION,
            "type": KIND,
            "sale": self.sale_id,
            "nym": self.nym,
            "salt": self.salt,
            "key": self.key,
        }
        if self.refund is not None:
            value["refund"] = {
                **self.refund.account.to_value(),
                "salt": self.refund.salt,
            }
        return value


def notice_of(
    sale_id: SaleId, nym: Nym, settle: SigningKey, account: Account | None = None
) -> Notice:
    """Return the notice of whoever has signed an entry with a key (step 7).

    Args:
        sale_id: of the sale.
        nym: of the person.
        settle: the key that has signed the entry.
        account: that the entry commits to; ``None`` where it names none.
    """
    # Step 7.
    salt = SeededRandomness(settle.seed).derive("bank-reference").take(SALT_LENGTH)
    refund = None
    if account is not None:
        refund = Opening(account, destination_salt(settle))
    return Notice(sale_id, nym, salt, settle.public, refund)


def seal_notice(notice: Notice, settle: SigningKey, escrow: VerifyKey) -> bytes:
    """Sign a notice, and seal it to the escrow: the same bytes each time (steps 8, 9).

    Args:
        notice: of ``notice_of``.
        settle: the key that it names.
        escrow: the key that the terms name.

    Raises:
        EncodingError: ``signature.key``.
    """
    # Step 8.
    value = notice.to_value()
    signed = cbor.encode({**value, "sig": settle.sign(_message(value))})
    # Step 9.
    padded = (signed + b"\x80").ljust(PADDED, b"\0")
    named = tagged_hash("payment-notice", escrow, padded)
    source = SeededRandomness(settle.seed).derive(f"payment-notice/{named.hex()}")
    return seal(padded, seal_key_of(escrow), source)


def open_notice(data: bytes, escrow: SigningKey) -> Notice:
    """Open a notice, and check who has signed it (step 10).

    Args:
        data: of a file.
        escrow: the escrow's own key.

    Raises:
        InputError: ``notice.box``, ``notice.form``, ``notice.signature``,
            ``account.number``, ``account.name``.
    """
    # Step 10.
    try:
        padded = opening_key_of(escrow).open(data)
    except ProofError as error:
        problem = "it is not sealed to this escrow, or not whole"
        raise InputError("notice.box", f"{problem}: ask for it again") from error
    content = padded.rstrip(b"\0")
    if len(padded) != PADDED or not content.endswith(b"\x80"):
        raise _no_notice("its length or its end is wrong")
    try:
        fields = Fields(
            cbor.decode(content[:-1]), (), lambda found: _no_notice(str(found))
        )
    except CryptoError as error:
        raise _no_notice(error.message) from error
    notice, sig = _read(fields)
    try:
        verify_signature(notice.key, _message(notice.to_value()), sig)
    except ProofError as error:
        problem = "the key that it names has not signed it"
        raise InputError("notice.signature", f"{problem}: ask for it again") from error
    return notice


def check_signer(
    notice: Notice, sale_id: SaleId, keys: Mapping[Nym, Collection[VerifyKey]]
) -> None:
    """Check that a notice speaks for its nym (step 11).

    Args:
        notice: of ``open_notice``.
        sale_id: of the sale.
        keys: those that have signed a DEPOSIT or CANCEL of each nym on the log.

    Raises:
        InputError: ``notice.sale``, ``notice.key``.
    """
    # Step 11.
    if notice.sale_id != sale_id:
        problem = f"it is for the sale {notice.sale_id.hex()}"
        raise InputError("notice.sale", f"{problem}, which is another one")
    if notice.key not in keys.get(notice.nym, ()):
        problem = "its key has signed no entry of its nym on this log"
        raise InputError("notice.key", f"{problem}: fetch the board, and look again")


def _read(fields: Fields) -> tuple[Notice, Signature]:
    fields.exactly("v", VERSION)
    fields.exactly("type", KIND)
    notice = Notice(
        SaleId(fields.bytes("sale", HASH_LENGTH)),
        Nym(fields.bytes("nym", NYM_LENGTH)),
        fields.bytes("salt", SALT_LENGTH),
        VerifyKey(fields.bytes("key", KEY_LENGTH)),
        _opening(fields.map("refund")) if fields.has("refund") else None,
    )
    sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
    fields.done()
    return notice, sig


def _opening(fields: Fields) -> Opening:
    account = account_of(fields.text("account"), fields.text("name"))
    opening = Opening(account, fields.bytes("salt", SALT_LENGTH))
    fields.done()
    return opening


def _message(value: Mapping[str, cbor.Value]) -> bytes:
    return tag("payment-notice").encode() + b"\0" + cbor.encode(dict(value))


def _no_notice(why: str) -> InputError:
    return InputError("notice.form", f"it is no notice of a payment: {why}")
