"""What a dealer seals to each member, and who is right about it (section 4.3).

Each box has a key of its own. Whoever complains publishes that key: then everybody opens the
box as they did, and nothing else of theirs. So a complaint is judged without an answer by the
dealer, and a false one names whoever made it. The chapter is specs/key-generation.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.bodies import Announcement, Deal, Transfer
from fairlot_crypto.committee.message import exact, items, octets
from fairlot_crypto.committee.pedersen import Share, at, check_share
from fairlot_crypto.committee.plan import Plan, Slot
from fairlot_crypto.committee.prss import KEY_LENGTH
from fairlot_crypto.curve import Backend, Scalar, scalar_from_bytes, scalar_to_bytes
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.keys import OpeningKey, SealKey


@dataclass(frozen=True, slots=True)
class Given:
    """What one dealer gives to one member."""

    share: Share | None
    """None where no signing key is made."""
    parts: Mapping[Slot, bytes] = field(repr=False)
    """The dealer's part, 32 bytes, of each key that both hold."""

    def to_bytes(self) -> bytes:
        """Return what is sealed."""
        scalars = [] if self.share is None else [self.share.value, self.share.blind]
        value: dict[str, Value] = {
            "share": [scalar_to_bytes(each) for each in scalars],
            "parts": list(self.parts.values()),
        }
        return cbor.encode(value)


def part_hash(plan: Plan, dealer: int, slot: Slot, part: bytes) -> bytes:
    """Return the hash by which a dealer is bound to its part of a key."""
    return tagged_hash(
        "ceremony-part", plan.ceremony_id, i2osp(dealer, 1), *_place(slot), part
    )


def joint_key(plan: Plan, slot: Slot, parts: Mapping[int, bytes]) -> bytes:
    """Return the key that the parts of the qualified dealers make, 32 bytes."""
    numbered = (i2osp(i, 1) + part for i, part in sorted(parts.items()))
    return tagged_hash("ceremony-key", plan.ceremony_id, *_place(slot), *numbered)


def key_hash(plan: Plan, slot: Slot, key: bytes) -> bytes:
    """Return the hash of a key by which its holders find that they have the same."""
    return tagged_hash("ceremony-key-hash", plan.ceremony_id, *_place(slot), key)


def _place(slot: Slot) -> tuple[bytes, bytes]:
    return slot.name.encode(), bytes(slot.without)


def open_box(
    curve: Backend,
    plan: Plan,
    dealer: int,
    receiver: int,
    announced: Announcement,
    deal: Deal,
    secret: bytes,
) -> Given:
    """Open the box of a dealer for a member, and check what is in it (section 4.3).

    The verdict is a function of signed messages and ``secret``: the receiver and whoever
    judges their complaint come to the same. The steps are those of
    specs/key-generation.md, section 4.3.

    Raises:
        ProofError: ``ceremony.secret`` if the receiver announced another key than that of
            ``secret``; ``ceremony.share`` if the dealer is to blame.
    """
    # Step 1.
    key = _box_key(secret, announced.boxes[dealer - 1])
    # Step 2.
    try:
        given = _read(plan, dealer, receiver, key.open(deal.boxes[receiver - 1]))
    except CryptoError as error:
        raise _bad(f"the box must hold what the plan asks for: {error}") from error
    # Step 3.
    if given.share is not None:
        check_share(curve, deal.commitments, receiver, given.share)
    # Step 4.
    hashes = dict(zip(plan.held(dealer), deal.hashes, strict=True))
    for slot, part in given.parts.items():
        if part_hash(plan, dealer, slot, part) != hashes[slot]:
            raise _bad("a part of a key must be that of the dealer's hash")
    return given


def open_transfer(
    curve: Backend,
    giver: int,
    receiver: int,
    announced: Announcement,
    transfer: Transfer,
    secret: bytes,
) -> Scalar:
    """Open the box of a former member for a member, and check the share in it.

    The steps are those of specs/key-generation.md, section 4.4.

    Raises:
        ProofError: ``ceremony.secret``, ``ceremony.share``, as ``open_box``.
    """
    # Step 1.
    key = _box_key(secret, announced.inboxes[giver - 1])
    # Step 2.
    try:
        share = scalar_from_bytes(key.open(transfer.boxes[receiver - 1]))
    except CryptoError as error:
        raise _bad(f"the box must hold a share: {error}") from error
    # Step 3.
    if curve.g2_generator() * share != at(transfer.coefficients, receiver):
        raise _bad("the share must fit the coefficients of the former member")
    return share


def _box_key(secret: bytes, announced: SealKey) -> OpeningKey:
    """Return the key of ``secret``, which must be the one that was announced."""
    key = OpeningKey(secret)
    if key.public != announced:
        raise ProofError(
            "ceremony.secret", "a complaint must open the box that it is about"
        )
    return key


def _read(plan: Plan, dealer: int, receiver: int, content: bytes) -> Given:
    fields = exact(cbor.decode(content), "share", "parts")
    count = 2 if plan.makes_key else 0
    scalars = [
        scalar_from_bytes(each)
        for each in items(fields["share"], count, lambda value: octets(value, 32))
    ]
    slots = plan.held(dealer, receiver)
    parts = items(fields["parts"], len(slots), lambda value: octets(value, KEY_LENGTH))
    share = Share(*scalars) if scalars else None
    return Given(share, dict(zip(slots, parts, strict=True)))


def _bad(rule: str) -> ProofError:
    return ProofError("ceremony.share", rule)
