"""Keys that members make together, when all do as they should."""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from itertools import combinations

import pytest

from fairlot_crypto.committee import pedersen, prss, shamir
from fairlot_crypto.committee.bodies import Announcement, Deal
from fairlot_crypto.committee.boxes import key_hash
from fairlot_crypto.committee.closing import certificate, close
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind
from fairlot_crypto.committee.pedersen import Opening
from fairlot_crypto.committee.plan import Plan, Purpose, Slot
from fairlot_crypto.committee.record import Record, opening_statement
from fairlot_crypto.curve import G2, scalar_from_bytes
from fairlot_crypto.errors import CallerError, EncodingError
from kit.ceremony import CURVE, Play, members_of, played, resharing, signing_key

SIZES = [(1, 0), (2, 0), (4, 1), (7, 2)]


@pytest.mark.thorough
@pytest.mark.parametrize("size", SIZES)
def test_the_shares_are_those_of_the_public_key(size: tuple[int, int]) -> None:
    n, t = size
    record = played(n, t)
    sharing = record.sharing()
    assert sharing is not None
    held = Play(members_of(n, t)).held(record)
    shares = {i: h.signing.secret for i, h in held.items() if h.signing}
    base = CURVE.g2_generator()
    assert sharing.shares == tuple(base * shares[i] for i in range(1, n + 1))
    for chosen in combinations(shares, t + 1):
        x = shamir.interpolate({i: shares[i] for i in chosen})
        assert base * x == sharing.public_key()
    assert not record.blames
    assert {h.signing.sharing_id for h in held.values() if h.signing} == {
        sharing.sharing_id
    }


@pytest.mark.slow
@pytest.mark.parametrize("purpose", [Purpose.KEY, Purpose.SEASON])
@pytest.mark.parametrize("size", SIZES)
def test_the_joint_keys_are_pseudorandom_sharing(
    size: tuple[int, int], purpose: Purpose
) -> None:
    n, t = size
    record = played(n, t, purpose)
    held = Play(members_of(n, t, purpose)).held(record)
    shares = {i: prss.share(h.prss, b"label") for i, h in held.items()}
    values = {
        shamir.interpolate({i: shares[i] for i in chosen})
        for chosen in combinations(shares, t + 1)
    }
    assert len(values) == 1
    for i, each in held.items():
        assert {*each.prss.keys} == {
            a for a in combinations(range(1, n + 1), t) if i not in a
        }
        for a, key in each.prss.keys.items():
            known = certificate(record).key_hashes[Slot("a", a)]
            assert key_hash(record.plan, Slot("a", a), key) == known


def test_the_keys_of_a_season_are_made_without_a_signing_key() -> None:
    record = played(4, 1, Purpose.SEASON)
    assert [*record.rounds] == [
        Kind.ANNOUNCE,
        Kind.DEAL,
        Kind.COMPLAIN,
        Kind.CONFIRM,
    ]
    made = certificate(record)
    assert made.sharing is None
    assert {slot.name for slot in made.key_hashes} == {"a"}
    held = Play(members_of(4, 1, Purpose.SEASON)).held(record)
    assert all(each.signing is None for each in held.values())


def test_a_member_sends_the_same_bytes_again() -> None:
    member, *_ = members_of(4, 1)
    again = Member(member.plan, 1, signing_key(1), member.secret)
    assert again.announce(CURVE) == member.announce(CURVE)
    record = Play(members_of(4, 1)).until(Kind.DEAL)
    assert again.deal(record) == member.deal(record)
    record = Play(members_of(4, 1)).until(Kind.OPEN)
    assert again.open(record) == member.open(record)


def test_no_blinding_serves_two_statements() -> None:
    """Or the two responses would give the polynomials away."""
    member, *_ = members_of(4, 1)
    record = Play(members_of(4, 1)).until(Kind.OPEN)
    fewer = Play(members_of(4, 1)[:3]).until(Kind.OPEN)
    first, second = (blinding_of(member, each) for each in (record, fewer))
    assert first == blinding_of(member, record)
    assert first != second


def blinding_of(member: Member, record: Record) -> G2:
    """Return T2 = BP2·ã of a member's opening, as a verifier computes it."""
    opened = record.receive(member.open(record)).bodies(Kind.OPEN, Opening)
    opening = opened[member.index]
    deal = record.bodies(Kind.DEAL, Deal)[member.index]
    statement = opening_statement(member.plan, member.index, record.seen)
    points = deal.commitments, opening.coefficients
    gamma = pedersen._fold_factor(statement, *points)
    c, a = (scalar_from_bytes(opening.proof[k : k + 32]) for k in (0, 32))
    A = pedersen.at(opening.coefficients, gamma)
    return CURVE.g2_generator() * a - A * c


def test_each_box_has_a_key_of_its_own() -> None:
    record = Play(members_of(7, 2)).until(Kind.DEAL)
    announced = record.bodies(Kind.ANNOUNCE, Announcement).values()
    keys = [key for each in announced for key in each.boxes]
    assert len(set(keys)) == 49


def test_other_members_or_another_context_are_another_ceremony() -> None:
    plan = members_of(4, 1)[0].plan
    keys = tuple(signing_key(i).public for i in range(1, 6))
    others = [
        Plan(Purpose.KEY, bytes([8]) * 32, 1, plan.members),
        Plan(Purpose.KEY, plan.context, 0, plan.members),
        Plan(Purpose.SEASON, plan.context, 1, plan.members),
        Plan(Purpose.KEY, plan.context, 1, keys),
        Plan(Purpose.KEY, plan.context, 1, plan.members[::-1]),
    ]
    assert len({plan.ceremony_id, *(each.ceremony_id for each in others)}) == 6


def test_no_ceremony_without_enough_members_or_with_one_twice() -> None:
    keys = tuple(signing_key(i).public for i in range(1, 5))
    rows = [
        ("threshold.members", keys[:3], 1, bytes(32)),
        ("threshold.members", keys, -1, bytes(32)),
        ("threshold.members", (), 0, bytes(32)),
        ("ceremony.plan", (*keys, keys[0]), 1, bytes(32)),
        ("ceremony.plan", keys, 1, bytes(31)),
    ]
    for code, members, degree, context in rows:
        with pytest.raises(CallerError, match=code.replace(".", r"\.")):
            Plan(Purpose.KEY, context, degree, members)


def test_a_member_needs_its_own_key_and_the_end_of_the_ceremony() -> None:
    member, *_ = members_of(4, 1)
    for index in (0, 2, 5):
        with pytest.raises(CallerError, match=r"ceremony\.member"):
            Member(member.plan, index, member.key, bytes(32))
    with pytest.raises(CallerError, match=r"ceremony\.member"):
        member.finish(Record.begin(CURVE, member.plan))
    with pytest.raises(EncodingError, match=r"ceremony\.round"):
        close(played(4, 1))


def test_a_member_sends_nothing_in_the_round_of_former_members() -> None:
    whole = resharing()
    record = whole.until(Kind.TRANSFER)
    with pytest.raises(CallerError, match=r"ceremony\.member"):
        whole.play.members[0].send(record)
