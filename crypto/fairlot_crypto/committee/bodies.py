"""What the messages of a ceremony say (specs/key-generation.md, section 4.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.message import (
    HASH_LENGTH,
    Item,
    Kind,
    Message,
    exact,
    items,
    malformed,
    number,
    octets,
)
from fairlot_crypto.committee.pedersen import PROOF_LENGTH, Opening, Share
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.curve import (
    G1,
    G1_LENGTH,
    G2,
    G2_LENGTH,
    Backend,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.keys import KEY_LENGTH, SealKey, check_seal_key

BOX_MAX = 1 << 20
"""Bytes of a sealed box; those of 255 members with 4000 common keys are smaller."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where to seal to, and the hash of what will be dealt."""

    boxes: tuple[SealKey, ...]
    """A key for each dealer, which opens that dealer's box and nothing else."""
    inboxes: tuple[SealKey, ...]
    """A key for each former member, likewise."""
    commitment: bytes
    """The hash of commitments and key hashes of the deal, 32 bytes."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        return {
            "boxes": list(self.boxes),
            "inboxes": list(self.inboxes),
            "commitment": self.commitment,
        }


@dataclass(frozen=True, slots=True)
class Deal:
    """The commitments, and what each member gets."""

    commitments: tuple[G1, ...]
    """C_0..C_t; none where no signing key is made."""
    hashes: tuple[bytes, ...]
    """The hash of the part of each key that the dealer holds, in the order of slots."""
    boxes: tuple[bytes, ...] = field(repr=False)
    """A sealed box for each member, empty for one who has not announced."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        return {
            "commitments": [point.to_bytes() for point in self.commitments],
            "hashes": list(self.hashes),
            "boxes": list(self.boxes),
        }

    def commitment(self, plan: Plan, dealer: int) -> bytes:
        """Return what round 1 must have announced."""
        return tagged_hash(
            "ceremony-deal",
            plan.ceremony_id,
            i2osp(dealer, 1),
            *(point.to_bytes() for point in self.commitments),
            *self.hashes,
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """A former member's share of the key, shared among the members."""

    coefficients: tuple[G2, ...]
    """A_0..A_t, with A_0 the former member's public share."""
    boxes: tuple[bytes, ...] = field(repr=False)
    """A sealed box for each member, empty for one who has not announced."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        points: list[Value] = [point.to_bytes() for point in self.coefficients]
        return {"coefficients": points, "boxes": list(self.boxes)}


@dataclass(frozen=True, slots=True)
class Complaints:
    """The boxes that are not as they should be, opened for everybody."""

    secrets: Mapping[int, bytes]
    """By dealer: the secret key of the box, 32 bytes. Empty if there is no complaint."""
    transfers: Mapping[int, bytes]
    """By former member, likewise."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        return {
            "secrets": [[i, s] for i, s in sorted(self.secrets.items())],
            "transfers": [[i, s] for i, s in sorted(self.transfers.items())],
        }


@dataclass(frozen=True, slots=True)
class Recovery:
    """Shares of those who dealt and did not open."""

    shares: Mapping[int, Share]
    """By dealer."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        rows: list[Value] = [
            [i, scalar_to_bytes(share.value), scalar_to_bytes(share.blind)]
            for i, share in sorted(self.shares.items())
        ]
        return {"shares": rows}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a member has in the end."""

    outcome: bytes
    """The hash of the public outcome, 32 bytes."""
    hashes: tuple[bytes, ...]
    """The hash of each key that the member holds, in the order of slots."""

    def to_body(self) -> dict[str, Value]:
        """Return the body of the message."""
        return {"outcome": self.outcome, "hashes": list(self.hashes)}


Body: TypeAlias = (
    Announcement | Deal | Transfer | Complaints | Opening | Recovery | Confirmation
)


def opening_body(opening: Opening) -> dict[str, Value]:
    """Return the body of an opening."""
    points: list[Value] = [point.to_bytes() for point in opening.coefficients]
    return {"coefficients": points, "proof": opening.proof}


def read_body(curve: Backend, plan: Plan, message: Message) -> Body:
    """Read the body of a message (specs/key-generation.md, section 4.2).

    Raises:
        EncodingError: ``ceremony.message`` for any body that the plan does not allow,
            whatever rule it breaks.
    """
    try:
        return _READERS[message.kind](curve, plan, message)
    except CryptoError as error:
        raise malformed(error.message) from error


def _announcement(_: Backend, plan: Plan, message: Message) -> Announcement:
    body = exact(message.body, "boxes", "inboxes", "commitment")
    boxes = items(body["boxes"], plan.size, _box_key)
    inboxes = items(body["inboxes"], len(plan.givers), _box_key)
    if len({*boxes, *inboxes}) != len(boxes) + len(inboxes):
        raise malformed("each box must have a key of its own")
    return Announcement(boxes, inboxes, octets(body["commitment"], HASH_LENGTH))


def _box_key(value: Value) -> SealKey:
    return check_seal_key(octets(value, KEY_LENGTH))


def _hash(value: Value) -> bytes:
    return octets(value, HASH_LENGTH)


def _deal(curve: Backend, plan: Plan, message: Message) -> Deal:
    body = exact(message.body, "commitments", "hashes", "boxes")
    committed = plan.degree + 1 if plan.makes_key else 0
    return Deal(
        items(
            body["commitments"],
            committed,
            lambda each: curve.g1_not_identity(octets(each, G1_LENGTH)),
        ),
        items(body["hashes"], len(plan.held(message.sender)), _hash),
        items(body["boxes"], plan.size, _box),
    )


def _box(value: Value) -> bytes:
    if not isinstance(value, bytes) or len(value) > BOX_MAX:
        raise malformed("a box must be bytes, at most a million of them")
    return value


def _complaints(_: Backend, plan: Plan, message: Message) -> Complaints:
    body = exact(message.body, "secrets", "transfers")

    def read(name: str, highest: int) -> dict[int, bytes]:
        rows = items(body[name], None, lambda row: items(row, 2, lambda each: each))
        pairs = ((number(i, highest), octets(s, KEY_LENGTH)) for i, s in rows)
        return _ascending(tuple(pairs))

    secrets = read("secrets", plan.size)
    return Complaints(secrets, read("transfers", len(plan.givers)))


def _transfer(curve: Backend, plan: Plan, message: Message) -> Transfer:
    body = exact(message.body, "coefficients", "boxes")
    points = _coefficients(curve, plan, body["coefficients"])
    return Transfer(points, items(body["boxes"], plan.size, _box))


def _opening(curve: Backend, plan: Plan, message: Message) -> Opening:
    body = exact(message.body, "coefficients", "proof")
    points = _coefficients(curve, plan, body["coefficients"])
    return Opening(points, octets(body["proof"], PROOF_LENGTH))


def _coefficients(curve: Backend, plan: Plan, value: Value) -> tuple[G2, ...]:
    return items(
        value,
        plan.degree + 1,
        lambda each: curve.g2_not_identity(octets(each, G2_LENGTH)),
    )


def _recovery(_: Backend, plan: Plan, message: Message) -> Recovery:
    body = exact(message.body, "shares")

    def read(value: Value) -> tuple[int, Share]:
        dealer, *scalars = items(value, 3, lambda each: each)
        share, blind = (scalar_from_bytes(octets(each, 32)) for each in scalars)
        return number(dealer, plan.size), Share(share, blind)

    return Recovery(_ascending(items(body["shares"], None, read)))


def _confirmation(_: Backend, plan: Plan, message: Message) -> Confirmation:
    body = exact(message.body, "outcome", "hashes")
    held = len(plan.held(message.sender))
    return Confirmation(_hash(body["outcome"]), items(body["hashes"], held, _hash))


def _ascending(rows: tuple[tuple[int, Item], ...]) -> dict[int, Item]:
    members = [member for member, _ in rows]
    if members != sorted(set(members)):
        raise malformed("members must be named once each, in ascending order")
    return dict(rows)


_READERS: Mapping[Kind, Callable[[Backend, Plan, Message], Body]] = {
    Kind.ANNOUNCE: _announcement,
    Kind.DEAL: _deal,
    Kind.TRANSFER: _transfer,
    Kind.COMPLAIN: _complaints,
    Kind.OPEN: _opening,
    Kind.RECOVER: _recovery,
    Kind.CONFIRM: _confirmation,
}
