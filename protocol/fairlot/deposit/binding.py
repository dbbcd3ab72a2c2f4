"""What a presentation binds: the map inside ph (specs/deposit.md, section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Never

from fairlot.entry import EntryType
from fairlot.fields import Fields
from fairlot.names import NYM_LENGTH, Nym, SaleId
from fairlot.packed import Packed
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    SealKey,
    Signature,
    VerifyKey,
)

SALT_LENGTH = 32
REFUND_TO_LENGTH = 32
GROUP_LENGTH = 32


NOTHING: Mapping[str, Never] = {}
"""An empty map, one for all deposits, of which an audit holds many."""


@dataclass(frozen=True, slots=True)
class Binding(Packed):
    """Everything that a presentation binds: the map inside ph."""

    type: EntryType
    """The type of the entry: DEPOSIT or CANCEL."""
    sale_id: SaleId
    seq: int
    amount: int
    """Money deposited, in the smallest unit."""
    asset: str
    settle_pk: VerifyKey
    enc_pk: SealKey
    refund_to: bytes
    """Where refunds go: 32 bytes that only the escrow can read."""
    wants: int
    """How many units are ordered."""
    salt: bytes
    board: VerifyKey
    not_after: int
    """Unix seconds: the entry is void if it is first logged later."""
    group: bytes | None = None
    """gid, 32 bytes: the group; ``None`` for no group."""
    members: tuple[Nym, ...] = ()
    """The nyms of all members, ascending, whose hash gid is."""
    tier: str | None = None
    solutions: Mapping[str, Signature] = field(default_factory=dict[str, Signature])
    """Solutions of puzzles, by the name of the pool."""
    bid: bytes | None = None
    """The sealed bid; ``None`` if the terms take none."""
    choices: tuple[int, ...] = ()
    """Indices of options of the terms, the most preferred first."""

    def to_value(self) -> dict[str, Value]:
        """Return the map that is encoded into ph."""
        # In the order of the encoding, which takes less time.
        return {
            "seq": self.seq,
            "salt": self.salt,
            "type": self.type.value,
            "asset": self.asset,
            "board": self.board,
            "group": self.group,
            "order": self._order(),
            "amount": self.amount,
            "enc_pk": self.enc_pk,
            "sale_id": self.sale_id,
            "not_after": self.not_after,
            "refund_to": self.refund_to,
            "settle_pk": self.settle_pk,
        }

    def _order(self) -> dict[str, Value]:
        order: dict[str, Value] = {"wants": self.wants}
        if self.members:
            order["members"] = list(self.members)
        if self.tier is not None:
            order["tier"] = self.tier
        if self.solutions:
            order["solutions"] = dict(self.solutions)
        if self.bid is not None:
            order["bid"] = self.bid
        if self.choices:
            order["choices"] = list(self.choices)
        return order

    @property
    def ph(self) -> bytes:
        """The presentation header."""
        return tag("ph").encode() + b"\x00" + cbor.encode(self.to_value())


def read_binding(kind: EntryType, fields: Fields) -> Binding:
    """Read the map of an entry of type ``kind`` (step 6)."""
    fields.exactly("type", kind.value)
    order = fields.map("order")
    binding = Binding(
        type=kind,
        sale_id=SaleId(fields.bytes("sale_id", 32)),
        seq=fields.uint("seq"),
        amount=fields.uint("amount"),
        asset=fields.text("asset"),
        settle_pk=VerifyKey(fields.bytes("settle_pk", KEY_LENGTH)),
        enc_pk=SealKey(fields.bytes("enc_pk", KEY_LENGTH)),
        refund_to=fields.bytes("refund_to", REFUND_TO_LENGTH),
        wants=order.uint("wants"),
        salt=fields.bytes("salt", SALT_LENGTH),
        board=VerifyKey(fields.bytes("board", KEY_LENGTH)),
        not_after=fields.uint("not_after"),
        group=_group(fields),
        members=_members(order),
        tier=order.text("tier") if order.has("tier") else None,
        solutions=_solutions(order),
        bid=order.bytes("bid") if order.has("bid") else None,
        choices=_choices(order),
    )
    order.done()
    fields.done()
    return binding


def _group(fields: Fields) -> bytes | None:
    value = fields.value("group")
    if value is None or (isinstance(value, bytes) and len(value) == GROUP_LENGTH):
        return value
    raise fields.error("group", f"must be null or {GROUP_LENGTH} bytes")


def _members(order: Fields) -> tuple[Nym, ...]:
    """Return the members; without members the field is absent, not empty."""
    if not order.has("members"):
        return ()
    members = order.byte_strings("members", NYM_LENGTH)
    if not members:
        raise order.error("members", "is empty, as where it is absent: leave it out")
    return tuple(Nym(member) for member in members)


def _choices(order: Fields) -> tuple[int, ...]:
    """Return the options listed; of a list without options the field is absent."""
    if not order.has("choices"):
        return ()
    listed = order.uints("choices")
    if not listed:
        raise order.error("choices", "is empty, as where it is absent: leave it out")
    return listed


def _solutions(order: Fields) -> Mapping[str, Signature]:
    """Return the solutions; without solutions the field is absent, not empty."""
    if not order.has("solutions"):
        return NOTHING
    given = order.map("solutions")
    if not given.names:
        raise order.error("solutions", "is empty, as where it is absent: leave it out")
    return {n: Signature(given.bytes(n, SIGNATURE_LENGTH)) for n in given.names}
