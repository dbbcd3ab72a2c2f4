"""A key that is shared again: who goes, who comes, and who lies (specs/key-generation.md)."""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import cast

import pytest

from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.blame import Reason
from fairlot_crypto.committee.bodies import Announcement
from fairlot_crypto.committee.closing import certificate, close, judge, verify_blame
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind, make_message, read_message
from fairlot_crypto.committee.plan import Former, Plan, Purpose
from fairlot_crypto.committee.record import Record
from fairlot_crypto.committee.threshold import (
    PublicSharing,
    SigningShare,
    combine,
    sign_share,
    signature_nonce,
)
from fairlot_crypto.curve import Scalar, random_scalar, scalar_to_bytes
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import seal
from fairlot_crypto.randomness import SeededRandomness
from kit.ceremony import (
    CURVE,
    Resharing,
    members_of,
    played,
    reshare_plan,
    resharing,
    signing_key,
)
from kit.ceremony_lies import signed

B = CURVE.hash_to_g1(b"signed", b"fairlot-v1/tests")
DOMAIN = Scalar(5)
SIZES = [(4, 1), (7, 2), (5, 1), (1, 0)]


def before() -> PublicSharing:
    sharing = played(4, 1).sharing()
    assert sharing is not None
    return sharing


def after(record: Record) -> PublicSharing:
    sharing = record.sharing()
    assert sharing is not None
    return sharing


def signers(made: Resharing, record: Record) -> list[SigningShare]:
    held = made.play.held(record).values()
    return [each.signing for each in held if each.signing is not None]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_others_share_the_same_key_and_sign_with_it(size: tuple[int, int]) -> None:
    n, t = size
    made = resharing(size=n, degree=t, replaced=1)
    record = made.until(None)
    assert not record.blames
    W = before().public_key()
    assert after(record).public_key() == W
    assert after(record).sharing_id != before().sharing_id
    answers = [sign_share(each, B, DOMAIN) for each in signers(made, record)]
    for chosen in combinations(answers, 2 * t + 1):
        combine(CURVE, t, W, B, chosen)
    shares = {each.index: each.secret for each in signers(made, record)}
    base = CURVE.g2_generator()
    assert after(record).shares == tuple(base * shares[i] for i in range(1, n + 1))


def test_a_nonce_of_one_sharing_is_no_nonce_of_the_other() -> None:
    """One nonce under two sharings of a key reveals it: all that makes a is new."""
    made = resharing()
    record = made.until(None)
    old = {m.index: m.finish(played(4, 1)).signing for m in members_of(4, 1)}
    for new in signers(made, record):
        known = old[new.index]
        assert known is not None
        assert not {*new.prss.keys.values()} & {*known.prss.keys.values()}
        assert new.exponent_key != known.exponent_key
        assert new.secret != known.secret
        nonces = {
            signature_nonce(each.sharing_id, B, Scalar(3), DOMAIN)
            for each in (new, known)
        }
        assert len(nonces) == 2
        a = {prss.share(each.prss, b"a" + n) for each in (new, known) for n in nonces}
        assert len(a) == 4


def test_old_and_new_shares_do_not_combine() -> None:
    """A corrupt member who was replaced and a corrupt one who came have t each."""
    made = resharing()
    new = {each.index: each.secret for each in signers(made, made.until(None))}
    old = {g.share.index: g.share.secret for g in made.givers}
    W, base = before().public_key(), CURVE.g2_generator()
    pairs = [{i: x, j: y} for i, x in old.items() for j, y in new.items() if i != j]
    assert W not in [base * shamir.interpolate(each) for each in pairs]


@pytest.mark.thorough
@pytest.mark.parametrize("absent", [1, 4])
def test_the_one_who_is_replaced_need_not_help(absent: int) -> None:
    made = resharing()
    fewer = replace(
        made, givers=tuple(g for g in made.givers if g.share.index != absent)
    )
    record = fewer.until(None)
    assert after(record).public_key() == before().public_key()
    assert [(b.member, b.former, b.reason) for b in record.blames] == [
        (absent, True, Reason.SILENT)
    ]


def test_too_few_former_members_stop_it_and_lose_nothing() -> None:
    made = resharing()
    record = replace(made, givers=made.givers[:1]).until_stopped()
    assert {b.member for b in judge(record).blames} == {2, 3, 4}
    record = record.receive(made.givers[3].transfer(record))
    assert close(record).kind is Kind.COMPLAIN


# A former member who lies.


def dealt(giver: FormerMember, record: Record, more: int) -> bytes:
    """Return a transfer in which member 3 gets a share that is off by ``more``."""
    message = read_message(giver.plan, giver.transfer(record))
    announced = record.bodies(Kind.ANNOUNCE, Announcement)[3]
    share = made_share(giver, 3)
    box = seal(
        scalar_to_bytes((share + more) % GROUP_ORDER),
        announced.inboxes[giver.share.index - 1],
        SeededRandomness(bytes(32)),
    )
    boxes = [*cast("Sequence[bytes]", message.body["boxes"])]
    boxes[2] = box
    return resigned(giver, record, {**message.body, "boxes": boxes})


def made_share(giver: FormerMember, member: int) -> int:
    source = SeededRandomness(giver.secret).derive("transfer")
    return (giver.share.secret + random_scalar(source) * member) % GROUP_ORDER


def resigned(giver: FormerMember, record: Record, body: dict[str, object]) -> bytes:
    return make_message(
        giver.plan,
        Kind.TRANSFER,
        giver.share.index,
        record.seen,
        body,  # type: ignore[arg-type]
        giver.key,
    )


def other_key(giver: FormerMember, record: Record) -> bytes:
    """Give on another key: the members would share one that nobody made."""
    moved = Scalar((giver.share.secret + 1) % GROUP_ORDER)
    return replace(giver, share=replace(giver.share, secret=moved)).transfer(record)


def off(giver: FormerMember, record: Record) -> bytes:
    return dealt(giver, record, 1)


def identity(giver: FormerMember, record: Record) -> bytes:
    message = read_message(giver.plan, giver.transfer(record))
    base = CURVE.g2_generator()
    points = [message.body["coefficients"][0], (base - base).to_bytes()]  # type: ignore[index]
    return resigned(giver, record, {**message.body, "coefficients": points})


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (other_key, Reason.COMMITMENT),
        (off, Reason.SHARE),
        (identity, Reason.MESSAGE),
    ],
)
def test_a_former_member_who_lies_is_named_and_the_key_stays(
    lie: Callable[[FormerMember, Record], bytes], reason: Reason
) -> None:
    made = resharing()
    record = made.with_lie(1, lie).until(None)
    (blame,) = record.blames
    assert (blame.member, blame.former, blame.reason) == (1, True, reason)
    verify_blame(CURVE, record.plan, blame)
    with pytest.raises(ProofError, match=r"ceremony\.evidence"):
        verify_blame(CURVE, record.plan, replace(blame, former=False))
    assert record.transferred == (2, 3)
    assert after(record).public_key() == before().public_key()


def test_the_helper_of_these_tests_computes_the_true_share() -> None:
    made = resharing()

    def true(giver: FormerMember, record: Record) -> bytes:
        return dealt(giver, record, 0)

    assert not made.with_lie(1, true).until(None).blames


def test_a_false_complaint_about_a_former_member_names_its_maker() -> None:
    def lie(member: Member, record: Record) -> bytes:
        pair = [1, member._inbox_key(1).secret]
        return signed(member, record, {"secrets": [], "transfers": [pair]})

    record = resharing({(4, Kind.COMPLAIN): lie}).until(None)
    (blame,) = record.blames
    assert (blame.member, blame.former, blame.reason) == (4, False, Reason.COMPLAINT)
    verify_blame(CURVE, record.plan, blame)
    assert record.transferred == (1, 2)


def test_a_member_who_deals_wrong_parts_is_no_reason_to_drop_a_transfer() -> None:
    """Number 2 is a corrupt member, and an honest former one."""

    def wrong_parts(member: Member, record: Record) -> bytes:
        return replace(member, secret=bytes([99]) * 32).deal(record)

    record = resharing({(2, Kind.DEAL): wrong_parts}).until(None)
    assert record.qualified == (1, 3, 4)
    assert record.transferred == (1, 2)


def test_a_message_of_the_former_is_signed_by_the_former() -> None:
    made = resharing()
    record = made.until(Kind.TRANSFER)
    body = read_message(made.givers[0].plan, made.givers[3].transfer(record)).body
    new = made.play.members[3]
    forged = make_message(new.plan, Kind.TRANSFER, 4, record.seen, body, new.key)
    with pytest.raises(ProofError, match=r"signature\.invalid"):
        record.receive(forged)


def test_only_who_shares_the_key_gives_it_on() -> None:
    plan = reshare_plan()
    (first, second, *_) = resharing().givers
    rows = [
        (signing_key(2), first.share),
        (first.key, second.share),
        (first.key, replace(first.share, sharing_id=bytes(32))),
        (first.key, replace(first.share, index=5)),
    ]
    for key, share in rows:
        with pytest.raises(CallerError, match=r"ceremony\.member"):
            FormerMember(plan, key, share, bytes(32))
    with pytest.raises(CallerError, match=r"ceremony\.member"):
        FormerMember(members_of(4, 1)[0].plan, first.key, first.share, bytes(32))


def test_a_plan_shares_again_what_somebody_shares() -> None:
    plan = reshare_plan()
    former = plan.former
    assert former is not None
    shares = former.sharing.shares
    keys = former.members
    rows: list[tuple[Purpose, Former | None]] = [
        (Purpose.KEY, former),
        (Purpose.SEASON, former),
        (Purpose.RESHARE, None),
        (Purpose.RESHARE, replace(former, members=keys[:3])),
        (Purpose.RESHARE, replace(former, members=(*keys[:3], keys[0]))),
    ]
    for purpose, each in rows:
        with pytest.raises(CallerError, match=r"ceremony\.plan"):
            Plan(purpose, bytes(32), 1, plan.members, each)
    off_it = PublicSharing(1, (shares[1], *shares[1:]))
    with pytest.raises(EncodingError, match=r"threshold\.sharing"):
        Plan(
            Purpose.RESHARE, bytes(32), 1, plan.members, replace(former, sharing=off_it)
        )


def test_the_certificate_has_the_new_shares() -> None:
    record = resharing().until(None)
    made = certificate(record)
    assert made.sharing == after(record)
    assert {slot.name for slot in made.key_hashes} == {"a", "e"}
