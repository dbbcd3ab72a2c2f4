"""What a presentation binds: the map inside ph (specs/deposit.md, section 1)."""

from dataclasses import dataclass

from fairlot.board.entry import EntryType
from fairlot.fields import Fields
from fairlot.terms import SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import KEY_LENGTH, SealKey, VerifyKey

SALT_LENGTH = 32
REFUND_TO_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder wants of a sale; a CANCEL has a seq and nothing else."""

    seq: int
    """The holder's own count: the greatest replaces the others."""
    wants: int
    """Units."""
    amount: int
    """Money deposited, smallest unit."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Everything that the presentation binds: the map inside ph."""

    type: EntryType
    """DEPOSIT or CANCEL."""
    sale_id: SaleId
    seq: int
    amount: int
    """Money, smallest unit."""
    asset: str
    settle_pk: VerifyKey
    enc_pk: SealKey
    refund_to: bytes
    """Where refunds go: 32 bytes that only the escrow can read."""
    wants: int
    """The order: how many units."""
    salt: bytes
    board: VerifyKey
    not_after: int
    """Unix seconds: the entry is void if first logged later."""

    def to_value(self) -> dict[str, Value]:
        """Return the map that is encoded into ph."""
        return {
            "type": self.type.value,
            "sale_id": self.sale_id,
            "seq": self.seq,
            "amount": self.amount,
            "asset": self.asset,
            "settle_pk": self.settle_pk,
            "enc_pk": self.enc_pk,
            "refund_to": self.refund_to,
            "group": None,
            "order": {"wants": self.wants},
            "salt": self.salt,
            "board": self.board,
            "not_after": self.not_after,
        }

    @property
    def ph(self) -> bytes:
        """The presentation header."""
        return tag("ph").encode() + b"\x00" + cbor.encode(self.to_value())


def read_binding(kind: EntryType, fields: Fields) -> Binding:
    """Read the map of an entry of type ``kind`` (step 6)."""
    fields.exactly("type", kind.value)
    fields.exactly("group", None)
    order = fields.map("order")
    wants = order.uint("wants")
    order.done()
    binding = Binding(
        type=kind,
        sale_id=SaleId(fields.bytes("sale_id", 32)),
        seq=fields.uint("seq"),
        amount=fields.uint("amount"),
        asset=fields.text("asset"),
        settle_pk=VerifyKey(fields.bytes("settle_pk", KEY_LENGTH)),
        enc_pk=SealKey(fields.bytes("enc_pk", KEY_LENGTH)),
        refund_to=fields.bytes("refund_to", REFUND_TO_LENGTH),
        wants=wants,
        salt=fields.bytes("salt", SALT_LENGTH),
        board=VerifyKey(fields.bytes("board", KEY_LENGTH)),
        not_after=fields.uint("not_after"),
    )
    fields.done()
    return binding
