"""The PRSS keys of a season: kept, handed on and erased (specs/key-generation.md, section 7).

Nym secrets follow from these keys, and stay the same while issuers change. Whoever takes a
member's place gets its keys from those who have them too, and knows each by the hash that the
members confirmed when it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.boxes import key_hash
from fairlot_crypto.committee.message import exact, items, number, octets
from fairlot_crypto.committee.plan import Plan, Slot
from fairlot_crypto.committee.prss import KEY_LENGTH, PrssKeys
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError, ProofError
from fairlot_crypto.keys import OpeningKey, SealKey, seal
from fairlot_crypto.randomness import Randomness

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What a new member has got, and from whom it got something else."""

    keys: PrssKeys = field(repr=False)
    liars: tuple[int, ...]
    """Members whose box does not open, or holds another key than was confirmed."""


def hand_on(
    plan: Plan, keys: PrssKeys, receiver: int, key: SealKey, randomness: Randomness
) -> bytes:
    """Seal to a new member the keys that both it and this member hold (section 7.2).

    The steps are those of specs/key-generation.md, section 7.2.

    Args:
        plan: of the ceremony in which the keys were made.
        keys: this member's.
        receiver: the number that the new member takes.
        key: the new member's.
        randomness: of the box.

    Raises:
        CallerError: ``season.member`` for a number that no member has.
        EncodingError: ``sealed-box.key``.
    """
    # Step 1.
    if receiver not in plan.indexes:
        raise CallerError("season.member", f"there is no member {receiver}")
    common = plan.held(keys.index, receiver)
    content: dict[str, Value] = {
        "ceremony": plan.ceremony_id,
        "from": keys.index,
        "keys": [keys.keys[slot.without] for slot in common],
    }
    return seal(cbor.encode(content), key, randomness)


def take_over(
    plan: Plan,
    hashes: Mapping[Slot, bytes],
    index: int,
    opening: OpeningKey,
    boxes: Mapping[int, bytes],
) -> TakenOver:
    """Open what members handed on, and take each key that was confirmed (section 7.2).

    The steps are those of specs/key-generation.md, section 7.2.

    Args:
        plan: of the ceremony in which the keys were made.
        hashes: of its certificate.
        index: the number that the new member takes.
        opening: its key.
        boxes: by member.

    Raises:
        ProofError: ``season.incomplete`` if a key is in no box.
    """
    found: dict[Slot, bytes] = {}
    liars: list[int] = []
    for member, box in sorted(boxes.items()):
        # Step 2.
        try:
            given = _open(plan, member, index, opening, box)
        except CryptoError:
            liars.append(member)
            continue
        # Step 3.
        right = {s: k for s, k in given.items() if key_hash(plan, s, k) == hashes[s]}
        found |= right
        if len(right) != len(given):
            liars.append(member)
    # Step 4.
    needed = plan.held(index)
    if any(slot not in found for slot in needed):
        raise ProofError(
            "season.incomplete", "each key must come from a member who has it"
        )
    keys = {slot.without: found[slot] for slot in needed}
    return TakenOver(PrssKeys(index, plan.degree, keys), tuple(liars))


def keep(plan: Plan, keys: PrssKeys) -> bytes:
    """Return the file in which a member keeps its keys of a season (section 7.1)."""
    held = [keys.keys[slot.without] for slot in plan.held(keys.index)]
    return _file(plan, keys.index, "keys", held)


def read_kept(plan: Plan, data: bytes) -> PrssKeys:
    """Read the file of a season (section 7.1).

    Raises:
        EncodingError: ``season.erased`` if the keys have been erased; ``cbor.*``,
            ``ceremony.message`` for no such file of this ceremony.
    """
    index, name, values = _read_file(plan, data)
    if name != "keys":
        raise EncodingError("season.erased", "the keys of this season are erased")
    slots = plan.held(index)
    keys = {s.without: key for s, key in zip(slots, values, strict=True)}
    return PrssKeys(index, plan.degree, keys)


def erased(plan: Plan, data: bytes) -> bytes:
    """Return what takes the place of a season's file at its end (section 7.3).

    It names the keys by their hashes, so that the member can tell which it had. The file
    before must be overwritten, and so must its copies.

    Raises:
        EncodingError: as ``read_kept``.
    """
    # Step 1.
    keys = read_kept(plan, data)
    # Step 2.
    slots = plan.held(keys.index)
    hashes = [key_hash(plan, slot, keys.keys[slot.without]) for slot in slots]
    return _file(plan, keys.index, "erased", hashes)


def _open(
    plan: Plan, member: int, index: int, opening: OpeningKey, box: bytes
) -> dict[Slot, bytes]:
    fields = exact(cbor.decode(opening.open(box)), "ceremony", "from", "keys")
    sender = number(fields["from"], plan.size)
    if sender != member or fields["ceremony"] != plan.ceremony_id:
        raise ProofError("season.incomplete", "a box of another member or season")
    slots = plan.held(member, index)
    keys = items(fields["keys"], len(slots), lambda each: octets(each, KEY_LENGTH))
    return dict(zip(slots, keys, strict=True))


def _file(plan: Plan, index: int, name: str, values: list[bytes]) -> bytes:
    content: dict[str, Value] = {
        "v": FORMAT,
        "ceremony": plan.ceremony_id,
        "member": index,
        name: list[Value](values),
    }
    return cbor.encode(content)


def _read_file(plan: Plan, data: bytes) -> tuple[int, str, tuple[bytes, ...]]:
    value = cbor.decode(data)
    gone = isinstance(value, dict) and "erased" in value
    name = "erased" if gone else "keys"
    fields = exact(value, "v", "ceremony", "member", name)
    index = number(fields["member"], plan.size)
    number(fields["v"], FORMAT)
    if fields["ceremony"] != plan.ceremony_id:
        raise EncodingError("season.file", "the keys must be of this season")
    held = len(plan.held(index))
    return index, name, items(fields[name], held, lambda each: octets(each, 32))
