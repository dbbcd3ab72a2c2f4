"""What a wallet holds, inside its seal (specs/wallet.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fairlot.entry import Entry
from fairlot.errors import InputError
from fairlot.identity.committee import Holder
from fairlot.identity.credential import PendingCredential
from fairlot.identity.enrolment import Identity
from fairlot.identity.registry import RegistryId, RollId
from fairlot.identity.requests import EnrolRequest, IssueRequest, RecoverRequest
from fairlot.names import SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import SEED_LENGTH, Randomness, SeededRandomness

CONTENT_VERSION = 1


class Standing(StrEnum):
    """Says whether a wallet may sign."""

    ACTIVE = "active"
    MOVING = "moving"
    """Its content goes to another file; it signs nothing any more."""
    MOVED = "moved"
    """Another file has its content."""


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A credential of one epoch and roll; identity and registry give the rest."""

    epoch: int
    roll: RollId
    signature: bytes = field(repr=False)
    """(A, e) of BBS, 80 bytes."""
    blind: bytes = field(repr=False)
    """The opening of the commitment's blind, a scalar in 32 bytes."""

    def to_value(self) -> dict[str, Value]:
        """Return the map."""
        return {
            "epoch": self.epoch,
            "roll": self.roll,
            "signature": self.signature,
            "blind": self.blind,
        }


@dataclass(frozen=True, slots=True)
class Membership:
    """What a wallet holds of one registry."""

    registry_id: RegistryId
    enrolling: EnrolRequest | None = field(default=None, repr=False)
    """The last request for a leaf; it has the person tag."""
    identity: Identity | None = None
    asked: PendingCredential | None = None
    """The last request for credentials."""
    credentials: tuple[HeldCredential, ...] = ()
    """Ascending by epoch and roll."""
    recovering: RecoverRequest | None = field(default=None, repr=False)
    """The last request to take a leaf to this wallet's key; it has the person tag."""

    def to_value(self) -> dict[str, Value]:
        """Return the map; what is not there has no key."""
        value: dict[str, Value] = {
            "registry": self.registry_id,
            "credentials": [each.to_value() for each in self.credentials],
        }
        if self.enrolling is not None:
            value["enrolling"] = self.enrolling.to_bytes()
        if self.recovering is not None:
            value["recovering"] = self.recovering.to_bytes()
        if self.identity is not None:
            value["identity"] = _identity_value(self.identity)
        if self.asked is not None:
            value["asked"] = {
                "request": IssueRequest(
                    self.registry_id, self.asked.request
                ).to_bytes(),
                "blind": scalar_to_bytes(self.asked.blind),
                "reply": self.asked.reply.secret,
            }
        return value


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry that was made for a sale, and what opens what comes of it."""

    entry: Entry
    order: bytes
    """The hash of what was ordered, 32 bytes: the same order is not made twice."""
    settle: SigningKey
    """The key that has signed it."""
    enc: OpeningKey | None
    """``None`` for a COLLECT: nothing comes of it that must be opened."""

    def to_value(self) -> dict[str, Value]:
        """Return the map; what is not there has no key."""
        value: dict[str, Value] = {
            "entry": self.entry.encoded,
            "order": self.order,
            "settle": self.settle.seed,
        }
        return value if self.enc is None else {**value, "enc": self.enc.secret}


@dataclass(frozen=True, slots=True)
class Taking:
    """What a wallet holds of one sale."""

    sale_id: SaleId
    registry_id: RegistryId
    title: str
    limit: int
    """The greatest price of a unit that the person was told."""
    sent: tuple[Sent, ...] = ()
    """In the order in which they were made."""
    receipts: tuple[bytes, ...] = ()
    """tlog-proofs, in the order in which they came."""
    collect: int | None = None
    """Until when winners must collect, Unix seconds; ``None`` where they need not."""

    def to_value(self) -> dict[str, Value]:
        """Return the map; what is not there has no key."""
        value: dict[str, Value] = {
            "sale": self.sale_id,
            "registry": self.registry_id,
            "title": self.title,
            "limit": self.limit,
            "sent": [each.to_value() for each in self.sent],
            "receipts": list(self.receipts),
        }
        return value if self.collect is None else {**value, "collect": self.collect}


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a wallet holds."""

    seed: bytes = field(repr=False)
    """From which the keys of the person come, 32 bytes."""
    standing: Standing = Standing.ACTIVE
    written: int = 0
    """How often the file was written: a copy with a smaller number is older."""
    memberships: tuple[Membership, ...] = ()
    """Ascending by registry."""
    takings: tuple[Taking, ...] = ()
    """Ascending by sale."""
    heads: tuple[SignedCheckpoint, ...] = ()
    """The largest that was seen of each log, ascending by origin."""

    @classmethod
    def draw(cls, randomness: Randomness) -> "Content":
        """Return what a new wallet holds (step 8)."""
        # Step 8.
        return cls(randomness.take(SEED_LENGTH))

    def holder(self, registry_id: RegistryId) -> Holder:
        """Return the person's keys for one registry (step 9)."""
        # Step 9.
        source = SeededRandomness(self.seed)
        return Holder.generate(source.derive(f"registry/{registry_id.hex()}"))

    def check_signs(self) -> None:
        """Refuse to sign with what another file holds (step 10).

        Raises:
            InputError: ``wallet.moved``.
        """
        # Step 10.
        if self.standing is not Standing.ACTIVE:
            problem = "this wallet was moved to another file, and signs nothing"
            raise InputError("wallet.moved", f"{problem}: use the other one")

    def membership(self, registry_id: RegistryId) -> Membership:
        """Return what is held of a registry; what holds nothing where it is new."""
        known = (m for m in self.memberships if m.registry_id == registry_id)
        return next(known, Membership(registry_id))

    def taking(self, sale_id: SaleId) -> Taking | None:
        """Return what is held of a sale."""
        return next((t for t in self.takings if t.sale_id == sale_id), None)

    def head(self, origin: str) -> SignedCheckpoint | None:
        """Return the largest head that was seen of a log."""
        known = (head for head in self.heads if head.checkpoint.origin == origin)
        return next(known, None)

    def with_membership(self, membership: Membership) -> "Content":
        """Return the content with this in place of what was held of the registry."""
        named = membership.registry_id
        others = [m for m in self.memberships if m.registry_id != named]
        ordered = sorted([*others, membership], key=lambda each: each.registry_id)
        return replace(self, memberships=tuple(ordered))

    def with_taking(self, taking: Taking) -> "Content":
        """Return the content with this in place of what was held of the sale."""
        others = [t for t in self.takings if t.sale_id != taking.sale_id]
        ordered = sorted([*others, taking], key=lambda each: each.sale_id)
        return replace(self, takings=tuple(ordered))

    def with_heads(self, heads: Sequence[SignedCheckpoint]) -> "Content":
        """Return the content with these in place of heads of the same logs."""
        by_origin = {head.checkpoint.origin: head for head in (*self.heads, *heads)}
        ordered = tuple(head for _, head in sorted(by_origin.items()))
        return replace(self, heads=ordered)

    def to_bytes(self) -> bytes:
        """Return what is sealed."""
        return cbor.encode(
            {
                "v": CONTENT_VERSION,
                "seed": self.seed,
                "standing": self.standing.value,
                "written": self.written,
                "registries": [each.to_value() for each in self.memberships],
                "sales": [each.to_value() for each in self.takings],
                "heads": [head.to_text() for head in self.heads],
            }
        )


def _identity_value(identity: Identity) -> dict[str, Value]:
    return {
        "leaf": identity.leaf.to_value(),
        "attributes": list(identity.attributes),
        "rho": scalar_to_bytes(identity.rho),
        "nyms": [scalar_to_bytes(each) for each in identity.nym_secrets],
    }
