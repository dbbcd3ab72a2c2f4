"""One deposit a person and sale, bound to an anonymous credential (specs/deposit.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NewType

from fairlot.board.entry import Entry, EntryHash, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.registry import Credentials, epochs_accepted
from fairlot.statements import Statements
from fairlot.terms import SaleId, Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import (
    Credential,
    Presentation,
    present,
    verify_presentation,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.groups import G1_LENGTH
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    KEY_LENGTH,
    OpeningKey,
    SealKey,
    SigningKey,
    VerifyKey,
    check_verify_key,
)
from fairlot_crypto.randomness import Randomness

Nym = NewType("Nym", bytes)
"""A person's pseudonym in one sale, a point of G1, 48 bytes."""

SALT_LENGTH = 32
REFUND_TO_LENGTH = 32
REF_LENGTH = 16


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


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a DEPOSIT or CANCEL entry says."""

    binding: Binding
    nym: Nym
    proof: bytes
    epoch: int
    """The epoch of the credential."""
    entry_hash: EntryHash

    @property
    def order_key(self) -> tuple[int, int, bytes]:
        """Rank among the nym's entries: the greatest is final, whenever it came."""
        return (self.epoch, self.binding.seq, self.entry_hash)


@dataclass(frozen=True, slots=True)
class SettlementKeys:
    """A holder's keys for one deposit, fresh each time."""

    settle: SigningKey
    enc: OpeningKey


def nym_context(sale_id: SaleId) -> bytes:
    """Return ctx: the context that makes a person's nyms of two sales unlinkable."""
    return tag("nym").encode() + b"\x00" + sale_id


def make_entry(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    kind: EntryType,
    epoch: int,
    wish: tuple[int, int, int],
    randomness: Randomness,
) -> tuple[Entry, SettlementKeys]:
    """Make a DEPOSIT or CANCEL entry (steps 1 to 5).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch``.
        terms: the terms as they stand on the board.
        kind: DEPOSIT or CANCEL.
        epoch: the credential's epoch.
        wish: sequence number, units wanted, amount; a CANCEL wants and pays nothing.
        randomness: for the keys, the salt and the proof.
    """
    seq, wants, amount = wish
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    binding = Binding(
        type=kind,
        sale_id=terms.sale_id,
        seq=seq,
        amount=amount,
        asset=terms.asset,
        settle_pk=keys.settle.public,
        enc_pk=keys.enc.public,
        refund_to=randomness.take(REFUND_TO_LENGTH),
        wants=wants,
        salt=randomness.take(SALT_LENGTH),
        board=terms.board.key,
        not_after=terms.times.close + terms.times.slack,
    )
    context = credentials.context(epoch)
    shown = present(
        context, credential, nym_context(terms.sale_id), binding.ph, (), randomness
    )
    body: dict[str, Value] = {
        "ph": binding.to_value(),
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
        "disclosed": {},
    }
    return sign_entry(kind, terms.sale_id, body, keys.settle), keys


def read_deposit(entry: Entry) -> Deposit:
    """Read a DEPOSIT or CANCEL entry (step 6).

    Raises:
        Rejection: ``entry.field``.
    """
    fields = body_fields(entry)
    binding = _read_binding(entry.type, fields.map("ph"))
    deposit = Deposit(
        binding=binding,
        nym=Nym(fields.bytes("nym", G1_LENGTH)),
        proof=fields.bytes("proof"),
        epoch=fields.uint("epoch"),
        entry_hash=entry.hash,
    )
    fields.map("disclosed").done()
    fields.done()
    return deposit


def check_binding(terms: Terms, entry: Entry, deposit: Deposit, time: int) -> None:
    """Check that every bound field fits the sale and the entry (steps 7 and 8).

    Raises:
        Rejection: ``deposit.sale``, ``deposit.asset``, ``deposit.board``,
            ``deposit.settle-key``, ``deposit.not-after``, ``deposit.cancel``,
            ``deposit.epoch``.
    """
    binding = deposit.binding
    try:
        check_verify_key(binding.settle_pk)
    except CryptoError as error:
        raise Rejection("deposit.settle-key", error.message) from error
    cancels = binding.type is EntryType.CANCEL
    rules = (
        ("sale", binding.sale_id == terms.sale_id, "bound to another sale"),
        ("asset", binding.asset == terms.asset, "bound to another asset"),
        ("board", binding.board == terms.board.key, "bound to another board"),
        ("settle-key", binding.settle_pk == entry.key, "settle_pk did not sign"),
        ("not-after", time <= binding.not_after, "logged later than not_after"),
        (
            "cancel",
            not cancels or binding.amount == binding.wants == 0,
            "a cancellation wants and pays nothing",
        ),
        (
            "epoch",
            deposit.epoch in epochs_accepted(time),
            "the credential is not of the running epoch",
        ),
    )
    for rule, holds, why in rules:
        if not holds:
            raise Rejection(f"deposit.{rule}", why)


def check_presentation(
    credentials: Credentials, deposit: Deposit, statements: Statements
) -> None:
    """Verify the presentation (step 9).

    Raises:
        Rejection: ``deposit.presentation`` naming the rule of specs/bbs.md.
    """
    context = credentials.context(deposit.epoch)
    ctx, ph = nym_context(deposit.binding.sale_id), deposit.binding.ph
    shown = Presentation(deposit.nym, deposit.proof)
    key = credentials.public_key.to_bytes()
    parts = (key, context.header, ctx, ph, shown.nym, shown.proof)
    try:
        statements.check(
            "presentation",
            parts,
            lambda: verify_presentation(context, shown, ctx, ph, {}),
        )
    except CryptoError as error:
        raise Rejection("deposit.presentation", str(error)) from error


@dataclass(frozen=True, slots=True)
class Position:
    """One nym's standing in a sale."""

    final: Deposit
    """The greatest by (epoch, seq, entry hash) so far."""
    refund_to: bytes
    """Of the nym's first entry on the board: whoever steals the keys later cannot move it."""
    paid: int = 0
    """Σ PAID."""

    @property
    def funded(self) -> bool:
        """Tell whether the final entry counts."""
        deposits = self.final.binding.type is EntryType.DEPOSIT
        return deposits and self.paid >= self.final.binding.amount


@dataclass(slots=True)
class Positions:
    """All nyms of a sale."""

    by_nym: dict[Nym, Position] = field(default_factory=dict[Nym, Position])
    _refs: set[bytes] = field(default_factory=set[bytes])

    @property
    def depositors(self) -> dict[VerifyKey, Nym]:
        """The settlement keys of the final, funded deposits: they may contribute."""
        return {
            position.final.binding.settle_pk: nym
            for nym, position in self.by_nym.items()
            if position.funded
        }

    def place(self, deposit: Deposit) -> None:
        """Take an entry in: it replaces by rule, never adds (step 10)."""
        known = self.by_nym.get(deposit.nym)
        if known is None:
            self.by_nym[deposit.nym] = Position(deposit, deposit.binding.refund_to)
        elif deposit.order_key > known.final.order_key:
            self.by_nym[deposit.nym] = replace(known, final=deposit)

    def pay(self, nym: Nym, amount: int, ref: bytes) -> None:
        """Take a payment in (step 12).

        Raises:
            Rejection: ``paid.unknown-nym``, ``paid.ref``, ``paid.total``.
        """
        position = self.by_nym.get(nym)
        if position is None:
            raise Rejection(
                "paid.unknown-nym", "no deposit of this nym is on the board"
            )
        if ref in self._refs:
            raise Rejection("paid.ref", "this payment has been booked already")
        total = position.paid + amount
        if total >= 2**64:
            raise Rejection("paid.total", "the payments of a nym exceed 64 bits")
        self._refs.add(ref)
        self.by_nym[nym] = replace(position, paid=total)


def make_payment(
    sale_id: SaleId, nym: Nym, amount: int, escrow: SigningKey, randomness: Randomness
) -> Entry:
    """Make a PAID entry as the escrow does when money has come in (step 11)."""
    ref = randomness.take(REF_LENGTH)
    body: Mapping[str, Value] = {"nym": nym, "amount": amount, "ref": ref}
    return sign_entry(EntryType.PAID, sale_id, body, escrow)


def read_payment(entry: Entry) -> tuple[Nym, int, bytes]:
    """Read a PAID entry: nym, amount, reference (step 11).

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


def _read_binding(kind: EntryType, fields: Fields) -> Binding:
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
