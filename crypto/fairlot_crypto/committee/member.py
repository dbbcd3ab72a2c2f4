"""One member's own steps of a ceremony (specs/key-generation.md, section 6).

A member keeps 32 bytes and the record. Everything it sends follows from them, so that after a
crash it sends the same bytes again, and nobody can show two messages of one round.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import pedersen
from fairlot_crypto.committee.bodies import (
    Announcement,
    Complaints,
    Confirmation,
    Deal,
    Recovery,
    Transfer,
    opening_body,
)
from fairlot_crypto.committee.boxes import (
    Given,
    joint_key,
    key_hash,
    open_box,
    open_transfer,
    part_hash,
)
from fairlot_crypto.committee.message import Kind, make_message
from fairlot_crypto.committee.pedersen import Polynomials, Share
from fairlot_crypto.committee.plan import Plan, Slot
from fairlot_crypto.committee.prss import KEY_LENGTH, PrssKeys
from fairlot_crypto.committee.record import Record, opening_statement
from fairlot_crypto.committee.shamir import interpolate
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import G1, Backend, Scalar
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import OpeningKey, SigningKey, seal
from fairlot_crypto.randomness import SeededRandomness


@dataclass(frozen=True, slots=True)
class Held:
    """What a member has of the keys that a ceremony made."""

    prss: PrssKeys
    """k_A of every A without the member."""
    signing: SigningShare | None = field(repr=False)
    """Its share of the signing key; ``None`` where no key is made."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member, with all that it must keep until the ceremony is over."""

    plan: Plan
    index: int
    """i, the member's number, from 1."""
    key: SigningKey
    secret: bytes = field(repr=False)
    """32 bytes of the system's entropy, drawn for this ceremony alone."""

    def __post_init__(self) -> None:
        """Check that it is this member.

        Raises:
            CallerError: ``ceremony.member``; ``randomness.seed-length``.
        """
        named = 1 <= self.index <= self.plan.size
        if not named or self.plan.members[self.index - 1] != self.key.public:
            raise CallerError("ceremony.member", "not the key of this member")
        SeededRandomness(self.secret)

    def send(self, record: Record) -> bytes:
        """Return the member's message of the round that is open.

        Raises:
            CallerError: ``ceremony.member`` in a round of former members.
        """
        makers: dict[Kind, Callable[[Record], bytes]] = {
            Kind.ANNOUNCE: lambda record: self.announce(record.curve),
            Kind.DEAL: self.deal,
            Kind.COMPLAIN: self.complain,
            Kind.OPEN: self.open,
            Kind.RECOVER: self.recover,
            Kind.CONFIRM: self.confirm,
        }
        if record.kind not in makers:
            raise CallerError("ceremony.member", "the round is of former members")
        return makers[record.kind](record)

    def announce(self, curve: Backend) -> bytes:
        """Return the message of round 1 (specs/key-generation.md, section 6.1)."""
        # Steps 1 and 2.
        boxes = tuple(self._box_key(dealer).public for dealer in self.plan.indexes)
        inboxes = tuple(self._inbox_key(i).public for i in self.plan.givers)
        # Step 3.
        deal = Deal(self._commitments(curve), self._hashes(), ())
        body = Announcement(boxes, inboxes, deal.commitment(self.plan, self.index))
        return self._message(Record.begin(curve, self.plan), body.to_body())

    def deal(self, record: Record) -> bytes:
        """Return the message of round 2 (specs/key-generation.md, section 6.2)."""
        # Step 1.
        announced = record.bodies(Kind.ANNOUNCE, Announcement)
        boxes = tuple(
            self._seal(record, i, announced[i]) if i in announced else b""
            for i in self.plan.indexes
        )
        # Step 2.
        body = Deal(self._commitments(record.curve), self._hashes(), boxes)
        return self._message(record, body.to_body())

    def complain(self, record: Record) -> bytes:
        """Return the message of round 3 (specs/key-generation.md, section 6.3)."""
        # Step 1.
        secrets: dict[int, bytes] = {}
        for dealer in record.bodies(Kind.DEAL, Deal):
            try:
                self._given(record, dealer)
            except ProofError:
                secrets[dealer] = self._box_key(dealer).secret
        transfers: dict[int, bytes] = {}
        for giver in record.bodies(Kind.TRANSFER, Transfer):
            try:
                self._transferred(record, giver)
            except ProofError:
                transfers[giver] = self._inbox_key(giver).secret
        # Step 2.
        return self._message(record, Complaints(secrets, transfers).to_body())

    def open(self, record: Record) -> bytes:
        """Return the message of round 4 (specs/key-generation.md, section 6.4)."""
        # Step 1.
        statement = opening_statement(self.plan, self.index, record.seen)
        # Never the same blinding for two statements.
        source = self._source(f"open/{record.seen.hex()}")
        polynomials = self._polynomials()
        opening = pedersen.open_in_g2(record.curve, statement, polynomials, source)
        # Step 2.
        return self._message(record, opening_body(opening))

    def recover(self, record: Record) -> bytes:
        """Return the message of round 5 (specs/key-generation.md, section 6.5)."""
        # Step 1.
        shares = {i: self._share(record, i) for i in record.unopened()}
        # Step 2.
        return self._message(record, Recovery(shares).to_body())

    def confirm(self, record: Record) -> bytes:
        """Return the message of round 6 (specs/key-generation.md, section 6.6)."""
        # Step 1.
        keys = self._joint_keys(record)
        hashes = tuple(key_hash(self.plan, slot, key) for slot, key in keys.items())
        # Step 2.
        body = Confirmation(record.outcome(), hashes)
        return self._message(record, body.to_body())

    def finish(self, record: Record) -> Held:
        """Return what the member holds (specs/key-generation.md, section 6.7).

        Raises:
            CallerError: ``ceremony.member`` if the ceremony is not over.
        """
        # Step 1.
        if not record.done:
            raise CallerError("ceremony.member", "the ceremony must be over")
        keys = self._joint_keys(record)
        prss = {slot.without: key for slot, key in keys.items() if slot.name == "a"}
        held = PrssKeys(self.index, self.plan.degree, prss)
        # Step 2.
        sharing = record.sharing()
        if sharing is None:
            return Held(held, None)
        x = self._key_share(record)
        exponent_key = keys[Slot("e", ())]
        share = SigningShare(self.index, x, exponent_key, held, sharing.sharing_id)
        return Held(held, share)

    def _key_share(self, record: Record) -> Scalar:
        if self.plan.makes_key:
            dealt = (self._share(record, dealer).value for dealer in record.qualified)
            return Scalar(sum(dealt) % GROUP_ORDER)
        given = {i: self._transferred(record, i) for i in record.transferred}
        return interpolate(given)

    def _source(self, label: str) -> SeededRandomness:
        return SeededRandomness(self.secret).derive(label)

    def _box_key(self, dealer: int) -> OpeningKey:
        return OpeningKey.generate(self._source(f"box/{dealer}"))

    def _inbox_key(self, giver: int) -> OpeningKey:
        return OpeningKey.generate(self._source(f"inbox/{giver}"))

    def _transferred(self, record: Record, giver: int) -> Scalar:
        return open_transfer(
            record.curve,
            giver,
            self.index,
            record.bodies(Kind.ANNOUNCE, Announcement)[self.index],
            record.bodies(Kind.TRANSFER, Transfer)[giver],
            self._inbox_key(giver).secret,
        )

    def _polynomials(self) -> Polynomials:
        return Polynomials.draw(self.plan.degree, self._source("polynomials"))

    def _commitments(self, curve: Backend) -> tuple[G1, ...]:
        if not self.plan.makes_key:
            return ()
        return pedersen.commit(curve, self._polynomials())

    def _parts(self) -> dict[Slot, bytes]:
        source = self._source("parts")
        return {slot: source.take(KEY_LENGTH) for slot in self.plan.held(self.index)}

    def _hashes(self) -> tuple[bytes, ...]:
        parts = self._parts().items()
        return tuple(part_hash(self.plan, self.index, *each) for each in parts)

    def _seal(self, record: Record, receiver: int, announced: Announcement) -> bytes:
        common = set(self.plan.held(self.index, receiver))
        parts = {slot: each for slot, each in self._parts().items() if slot in common}
        makes_key = self.plan.makes_key
        share = self._polynomials().share(receiver) if makes_key else None
        source = self._source(f"seal/{receiver}/{record.seen.hex()}")
        key = announced.boxes[self.index - 1]
        return seal(Given(share, parts).to_bytes(), key, source)

    def _given(self, record: Record, dealer: int) -> Given:
        return open_box(
            record.curve,
            self.plan,
            dealer,
            self.index,
            record.bodies(Kind.ANNOUNCE, Announcement)[self.index],
            record.bodies(Kind.DEAL, Deal)[dealer],
            self._box_key(dealer).secret,
        )

    def _share(self, record: Record, dealer: int) -> Share:
        share = self._given(record, dealer).share
        if share is None:
            raise CallerError("ceremony.member", "this ceremony makes no signing key")
        return share

    def _joint_keys(self, record: Record) -> dict[Slot, bytes]:
        """Return the keys that the member holds, in the order of their places."""
        given = {i: self._given(record, i).parts for i in record.qualified}
        return {
            slot: joint_key(self.plan, slot, _parts_of(slot, given))
            for slot in self.plan.held(self.index)
        }

    def _message(self, record: Record, body: Mapping[str, Value]) -> bytes:
        return make_message(
            self.plan, record.kind, self.index, record.seen, body, self.key
        )


def _parts_of(
    slot: Slot, given: Mapping[int, Mapping[Slot, bytes]]
) -> dict[int, bytes]:
    return {i: parts[slot] for i, parts in given.items() if slot in parts}
