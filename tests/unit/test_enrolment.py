"""Enrolment: one person, one leaf, and nym secrets that nobody chooses."""

from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import (
    Enrolment,
    enrol,
    identity_share,
    receive_identity,
)
from fairlot.identity.leaf import check_leaf
from fairlot.identity.naming import joint_handle
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import commitment
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import OpeningKey, seal
from fairlot_crypto.statements import Statements
from kit.sales import GROUP, source, stage
from kit.stage import Member, Stage


@pytest.fixture(params=[(1, 0), (4, 1)], ids=["one issuer", "four issuers"])
def on(request: pytest.FixtureRequest) -> Stage:
    """One path for both: a committee, and the case n = 1, t = 0."""
    size: tuple[int, int] = request.param
    return stage(names=("ann",), committee=size)


def attested(on: Stage, name: str, label: str) -> Attestation:
    holder = Holder.generate(source(label))
    keys = holder.signing.public, holder.device.public
    return on.parts.attester.attest(name, *keys, START)


def refusal(book: AdmissionBook, attestation: Attestation, index: int) -> str:
    with pytest.raises(Rejection) as caught:
        book.admit(attestation, index, START)
    return caught.value.code


def received(on: Stage, enrolment: Enrolment, member: Member) -> str:
    """Return with which code the holder refuses, or nothing."""
    try:
        receive_identity(
            GROUP,
            on.registry,
            enrolment,
            member.holder.device,
            member.attestation.attributes,
        )
    except Rejection as error:
        return error.code
    return ""


def test_the_commitment_opens_to_what_the_holder_got(on: Stage) -> None:
    identity = on.members[0].identity
    opened = commitment(GROUP, on.registry.schema, identity.rho, identity.nym_secrets)
    assert opened.to_bytes() == identity.leaf.commitment
    check_leaf(GROUP, on.registry, identity.leaf, Statements())


def test_every_issuer_contributes(on: Stage) -> None:
    member = on.members[0]
    members = len(on.registry.issuers)
    assert [s.issuer for s in member.identity.leaf.shares] == [*range(1, members + 1)]
    assert len(member.enrolment.sealed) == members


def test_any_t_and_1_boxes_are_enough(on: Stage) -> None:
    member = on.members[0]
    needed = on.registry.threshold + 1
    for start in range(len(member.enrolment.sealed) - needed + 1):
        boxes = member.enrolment.sealed[start : start + needed]
        identity = receive_identity(
            GROUP,
            on.registry,
            replace(member.enrolment, sealed=boxes),
            member.holder.device,
            member.attestation.attributes,
        )
        assert identity == member.identity


def test_t_boxes_are_not(on: Stage) -> None:
    member = on.members[0]
    few = replace(
        member.enrolment, sealed=member.enrolment.sealed[: on.registry.threshold]
    )
    assert received(on, few, member) == "enrolment.share"


def test_a_person_who_is_known_gets_no_second_leaf(on: Stage) -> None:
    """Not under other keys, not on another device, not at another index."""
    book = AdmissionBook(on.registry)
    book.admit(attested(on, "ann", "first"), 0, START)
    book.registered(0, bytes(32))
    for label in ("first", "another device"):
        for index in (0, 1):
            code = refusal(book, attested(on, "ann", label), index)
            assert code == "enrolment.known-person"


def test_an_enrolment_that_broke_off_is_repeated_as_it_was(on: Stage) -> None:
    """The same keys and the same leaf, as long as that leaf is not on the board."""
    book = AdmissionBook(on.registry)
    ann = attested(on, "ann", "first")
    book.admit(ann, 0, START)
    book.admit(ann, 0, START)
    assert refusal(book, ann, 1) == "enrolment.known-person"
    thief = attested(on, "ann", "another device")
    assert refusal(book, thief, 0) == "enrolment.known-person"


@pytest.mark.parametrize("late", [True, False])
def test_nobody_is_admitted_outside_the_season(concert: Stage, *, late: bool) -> None:
    registry = concert.registry
    now = registry.ends if late else registry.starts - 1
    holder = Holder.generate(source("out of season"))
    keys = holder.signing.public, holder.device.public
    made = concert.parts.attester.attest("ann", *keys, now)
    with pytest.raises(Rejection) as caught:
        AdmissionBook(registry).admit(made, 0, now)
    assert caught.value.code == "enrolment.season"


def test_the_issuers_keep_what_was_attested(concert: Stage) -> None:
    """A holder names no attributes: the book does."""
    book = AdmissionBook(concert.registry)
    ann = attested(concert, "ann", "ann")
    book.admit(ann, 0, START)
    assert book.attributes(0) == ann.attributes


def test_leaves_come_in_turn(concert: Stage) -> None:
    book = AdmissionBook(concert.registry)
    ann, bob = (attested(concert, name, name) for name in ("ann", "bob"))
    assert refusal(book, ann, 1) == "enrolment.index"
    book.admit(ann, 0, START)
    assert refusal(book, bob, 0) == "enrolment.index"
    book.admit(bob, 1, START)


def test_a_refused_person_may_come_again(concert: Stage) -> None:
    book = AdmissionBook(concert.registry)
    ann = attested(concert, "ann", "ann")
    assert refusal(book, ann, 5) == "enrolment.index"
    book.admit(ann, 0, START)


def test_nobody_is_admitted_on_a_bad_attestation(on: Stage) -> None:
    book = AdmissionBook(on.registry)
    forged = replace(attested(on, "ann", "ann"), person_tag=bytes(32))
    assert refusal(book, forged, 0) == "attestation.signature"


def test_secrets_are_determined_by_the_leaf_alone(on: Stage) -> None:
    """Season keys, index and handle fix them: no randomness, nothing of the holder's."""
    keys = on.parts.issuers[0].season_keys
    made = identity_share(on.registry, keys, 0, bytes(32))
    assert made == identity_share(on.registry, keys, 0, bytes(32))
    others = (
        identity_share(on.registry, keys, 1, bytes(32)),
        identity_share(on.registry, keys, 0, b"\x01" * 32),
        identity_share(
            replace(on.registry, season=on.registry.season + 1), keys, 0, bytes(32)
        ),
    )
    assert all(made[1] != other[1] and made[0] != other[0] for other in others)


def test_the_device_does_not_change_the_secrets(on: Stage) -> None:
    """The same nonces, another device: the same identity, sealed to another key."""
    issuers, nonces = on.parts.issuers, source("same nonces")
    enrolments: list[Enrolment] = []
    for label in ("old device", "new device"):
        ann = attested(on, "ann", label)
        named = joint_handle(on.registry, issuers, ann, 0, nonces)
        enrolments.append(
            enrol(GROUP, on.registry, issuers, ann, 0, named, source("boxes"))
        )
    first, second = (e.leaf for e in enrolments)
    assert first.commitment == second.commitment
    assert first.holder != second.holder


def test_as_many_nym_secrets_as_the_registry_says(on: Stage) -> None:
    keys = on.parts.issuers[0].season_keys
    registry = replace(on.registry, nym_secrets=3)
    _, secrets = identity_share(registry, keys, 0, bytes(32))
    assert len(set(secrets)) == 3


def test_a_commitment_that_the_shares_do_not_open_is_refused(on: Stage) -> None:
    member = on.members[0]
    point = (GROUP.g1_generator() * 5).to_bytes()
    leaf = replace(member.enrolment.leaf, commitment=point)
    enrolment = replace(member.enrolment, leaf=leaf)
    assert received(on, enrolment, member) == "enrolment.share"


def _box(on: Stage, message: Value) -> bytes:
    member = on.members[0]
    return seal(cbor.encode(message), member.holder.device.public, source("box"))


def _share_of(on: Stage) -> dict[str, Value]:
    member = on.members[0]
    value = cbor.decode(member.holder.device.open(member.enrolment.sealed[0]))
    if not isinstance(value, dict):
        raise TypeError(value)
    return {**value}


BAD_SHARES: dict[str, dict[str, Value]] = {
    "another blind": {"rho": (5).to_bytes(32, "big")},
    "another secret": {"nyms": [(5).to_bytes(32, "big")]},
    "a blind out of range": {"rho": GROUP_ORDER.to_bytes(32, "big")},
    "a blind of 31 bytes": {"rho": bytes(31)},
    "no secret": {"nyms": []},
    "two secrets": {"nyms": [bytes(32), bytes(32)]},
    "a secret that is a number": {"nyms": [5]},
    "another issuer's name": {"issuer": 2},
    "no issuer's name": {"issuer": 0},
    "an unknown field": {"memo": "hello"},
}


@pytest.mark.parametrize("what", BAD_SHARES)
def test_the_holder_refuses(on: Stage, what: str) -> None:
    member = on.members[0]
    box = _box(on, {**_share_of(on), **BAD_SHARES[what]})
    boxes = (box, *member.enrolment.sealed[1:])
    enrolment = replace(member.enrolment, sealed=boxes)
    alone = len(on.registry.issuers) == 1
    assert received(on, enrolment, member) == ("enrolment.share" if alone else "")


def test_a_box_for_somebody_else_does_not_open(on: Stage) -> None:
    member = on.members[0]
    other = OpeningKey.generate(source("other device"))
    with pytest.raises(Rejection) as caught:
        receive_identity(GROUP, on.registry, member.enrolment, other, ())
    assert caught.value.code == "enrolment.share"


def test_a_box_that_holds_no_cbor_is_refused(on: Stage) -> None:
    member = on.members[0]
    box = seal(b"\xff", member.holder.device.public, source("box"))
    enrolment = replace(member.enrolment, sealed=(box,))
    assert received(on, enrolment, member) == "enrolment.share"
