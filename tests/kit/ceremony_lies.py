"""What members of a ceremony send who do not do as they should."""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fairlot_crypto.committee import pedersen
from fairlot_crypto.committee.bodies import Announcement, opening_body
from fairlot_crypto.committee.boxes import Given
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind, make_message, read_message
from fairlot_crypto.committee.pedersen import Polynomials, Share
from fairlot_crypto.committee.record import Record, opening_statement
from fairlot_crypto.curve import Scalar
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import seal
from fairlot_crypto.randomness import SeededRandomness
from kit.ceremony import honest


def altered(
    member: Member, record: Record, change: Callable[[dict[str, Any]], object]
) -> bytes:
    """Return what a member should send, changed and signed."""
    body: dict[str, Any] = dict(read_message(member.plan, honest(member, record)).body)
    change(body)
    return signed(member, record, body)


def signed(member: Member, record: Record, body: Mapping[str, Any]) -> bytes:
    """Return a message with this body."""
    return make_message(
        member.plan, record.kind, member.index, record.seen, body, member.key
    )


def honestly_given(member: Member, receiver: int) -> Given:
    """Return what a member should give to another."""
    parts, common = member._parts(), member.plan.held(member.index, receiver)
    share = member._polynomials().share(receiver)
    return Given(share, {slot: parts[slot] for slot in common})


def boxed(member: Member, record: Record, given: Mapping[int, Given]) -> bytes:
    """Return a deal in which some members get something else."""
    announced = record.bodies(Kind.ANNOUNCE, Announcement)

    def change(body: dict[str, Any]) -> None:
        for receiver, each in given.items():
            key = announced[receiver].boxes[member.index - 1]
            source = SeededRandomness(bytes(32)).derive(f"lie {receiver}")
            body["boxes"][receiver - 1] = seal(each.to_bytes(), key, source)

    return altered(member, record, change)


def off_polynomial(member: Member, record: Record) -> bytes:
    """Give member 3 a share that is off the polynomial."""
    given = honestly_given(member, 3)
    if given.share is None:
        raise TypeError(given)
    value = Scalar((given.share.value + 1) % GROUP_ORDER)
    share = Share(value, given.share.blind)
    return boxed(member, record, {3: replace(given, share=share)})


def other_part(member: Member, record: Record) -> bytes:
    """Give member 3 another part of the first key that both hold."""
    given = honestly_given(member, 3)
    first = next(iter(given.parts))
    parts = {**given.parts, first: bytes(32)}
    return boxed(member, record, {3: replace(given, parts=parts)})


def late(member: Member, record: Record) -> bytes:
    """Deal something else than what was announced."""
    return replace(member, secret=bytes([99]) * 32).deal(record)


def false_complaint(member: Member, record: Record) -> bytes:
    """Complain about member 1, whose box is as it should be."""
    return signed(
        member, record, {"secrets": [[1, member._box_key(1).secret]], "transfers": []}
    )


def other_opening(member: Member, record: Record) -> bytes:
    """Open to a polynomial that moves the key, with a proof of its own."""
    own = member._polynomials()
    moved = Polynomials((Scalar((own.a[0] + 1) % GROUP_ORDER), *own.a[1:]), own.b)
    statement = opening_statement(member.plan, member.index, record.seen)
    source = SeededRandomness(bytes(32))
    opening = pedersen.open_in_g2(record.curve, statement, moved, source)
    return signed(member, record, opening_body(opening))


def identity(member: Member, record: Record) -> bytes:
    """Commit with the identity."""

    def change(body: dict[str, Any]) -> None:
        body["commitments"][0] = record.curve.g1_identity().to_bytes()

    return altered(member, record, change)


def other_outcome(member: Member, record: Record) -> bytes:
    """Confirm another outcome."""
    return altered(member, record, lambda body: body.update(outcome=bytes(32)))
