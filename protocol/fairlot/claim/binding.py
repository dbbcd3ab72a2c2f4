"""What a claim binds: the map inside ph (specs/claims.md, section 1)."""

from dataclasses import dataclass

from fairlot.deposit.binding import REFUND_TO_LENGTH, SALT_LENGTH
from fairlot.entry import EntryType
from fairlot.fields import Fields
from fairlot.names import SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import KEY_LENGTH, SealKey, VerifyKey


@dataclass(frozen=True, slots=True)
class ClaimBinding:
    """Everything that the presentation of a claim binds."""

    sale_id: SaleId
    seq: int
    """The holder's own count in one epoch."""
    settle_pk: VerifyKey
    enc_pk: SealKey
    """To which items are sealed."""
    refund_to: bytes
    """Where refunds with the position go: 32 bytes that the escrow can read."""
    salt: bytes
    board: VerifyKey
    not_after: int
    """Unix seconds: the entry is void if it is first logged later."""

    def to_value(self) -> dict[str, Value]:
        """Return the map that is encoded into ph."""
        return {
            "type": EntryType.CLAIM.value,
            "sale_id": self.sale_id,
            "seq": self.seq,
            "settle_pk": self.settle_pk,
            "enc_pk": self.enc_pk,
            "refund_to": self.refund_to,
            "salt": self.salt,
            "board": self.board,
            "not_after": self.not_after,
        }

    @property
    def ph(self) -> bytes:
        """The presentation header."""
        return tag("ph").encode() + b"\x00" + cbor.encode(self.to_value())


def read_claim_binding(fields: Fields) -> ClaimBinding:
    """Read the map of a CLAIM entry (step 4)."""
    fields.exactly("type", EntryType.CLAIM.value)
    binding = ClaimBinding(
        sale_id=SaleId(fields.bytes("sale_id", 32)),
        seq=fields.uint("seq"),
        settle_pk=VerifyKey(fields.bytes("settle_pk", KEY_LENGTH)),
        enc_pk=SealKey(fields.bytes("enc_pk", KEY_LENGTH)),
        refund_to=fields.bytes("refund_to", REFUND_TO_LENGTH),
        salt=fields.bytes("salt", SALT_LENGTH),
        board=VerifyKey(fields.bytes("board", KEY_LENGTH)),
        not_after=fields.uint("not_after"),
    )
    fields.done()
    return binding
