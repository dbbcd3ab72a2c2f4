"""Members who lie while keys are made (specs/key-generation.md)."""

# pyright: reportPrivateUsage=false
# Liars have what honest members keep to themselves.

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any, cast

import pytest

from fairlot_crypto import cbor
from fairlot_crypto.committee import pedersen
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.bodies import Announcement, opening_body
from fairlot_crypto.committee.closing import certificate, close, judge, verify_blame
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind, make_message
from fairlot_crypto.committee.plan import Purpose, Slot
from fairlot_crypto.committee.record import Record, opening_statement
from fairlot_crypto.committee.threshold import combine, sign_share
from fairlot_crypto.curve import G2, Scalar
from fairlot_crypto.errors import CryptoError, EncodingError, ProofError
from fairlot_crypto.keys import OpeningKey
from fairlot_crypto.randomness import SeededRandomness
from kit.ceremony import CURVE, Play, members_of, played, silent
from kit.ceremony_lies import (
    altered,
    boxed,
    false_complaint,
    honestly_given,
    identity,
    late,
    off_polynomial,
    other_opening,
    other_part,
    signed,
)

LIAR, VICTIM = 2, 3
IDENTITY = CURVE.g1_identity().to_bytes()


def blames_of(record: Record) -> set[tuple[int, Reason]]:
    return {(blame.member, blame.reason) for blame in record.blames}


def only_blame(record: Record) -> Blame:
    (blame,) = record.blames
    verify_blame(CURVE, record.plan, blame)
    return blame


def public_key(record: Record) -> G2:
    sharing = record.sharing()
    assert sharing is not None
    return sharing.public_key()


@cache
def play(
    lie: Callable[[Member, Record], bytes | None],
    kind: Kind,
    *,
    size: int = 4,
    degree: int = 1,
    liar: int = LIAR,
) -> Record:
    return Play(members_of(size, degree), {(liar, kind): lie}).until(None)


# A rushing dealer.


@pytest.mark.thorough
def test_a_dealer_who_does_not_open_does_not_change_the_key() -> None:
    """It has seen everybody's coefficients, and would rather have another key."""
    record = play(silent, Kind.OPEN)
    assert blames_of(record) == {(LIAR, Reason.SILENT)}
    assert record.qualified == (1, 2, 3, 4)
    assert public_key(record) == public_key(played(4, 1))


def test_a_dealer_who_opens_to_something_else_does_not_change_the_key() -> None:
    record = play(other_opening, Kind.OPEN)
    assert public_key(record) == public_key(played(4, 1))
    assert only_blame(record).member == LIAR
    assert record.blames[0].reason is Reason.OPENING


@pytest.mark.parametrize(
    "size", [(7, 2), pytest.param((10, 3), marks=pytest.mark.slow)]
)
def test_t_rushing_dealers_do_not_change_the_key(size: tuple[int, int]) -> None:
    n, t = size
    lies = [silent, other_opening, silent][:t]
    deviations = {(i, Kind.OPEN): lie for i, lie in enumerate(lies, 2)}
    record = Play(members_of(n, t), deviations).until(None)
    assert public_key(record) == public_key(played(n, t))
    assert {blame.member for blame in record.blames} == set(range(2, 2 + t))


def test_a_dealer_cannot_deal_what_it_chose_after_the_others_dealt() -> None:
    """It deals what another source gives, having seen all commitments."""

    record = play(late, Kind.DEAL)
    assert only_blame(record).reason is Reason.COMMITMENT
    assert record.qualified == (1, 3, 4)


def test_nothing_of_the_key_is_known_when_the_dealers_are_fixed() -> None:
    """Until then there are commitments in G1, each of which fits every a_k."""
    record = played(4, 1)
    before = Play(members_of(4, 1)).until(Kind.OPEN)
    assert before.qualified == record.qualified
    assert [*before.rounds] == [Kind.ANNOUNCE, Kind.DEAL, Kind.COMPLAIN, Kind.OPEN]
    with pytest.raises(EncodingError, match=r"ceremony\.round"):
        certificate(before)


# Different things to different members.


def other_exponent_part(member: Member, record: Record) -> bytes:
    given = honestly_given(member, VICTIM)
    parts = {**given.parts, Slot("e", ()): bytes(32)}
    return boxed(member, record, {VICTIM: replace(given, parts=parts)})


def swapped_shares(member: Member, record: Record) -> bytes:
    third, fourth = honestly_given(member, 3), honestly_given(member, 4)
    lies = {
        3: replace(third, share=fourth.share),
        4: replace(fourth, share=third.share),
    }
    return boxed(member, record, lies)


def swapped_boxes(member: Member, record: Record) -> bytes:
    def change(body: dict[str, Any]) -> None:
        first, second, third, fourth = body["boxes"]
        body["boxes"] = [first, second, fourth, third]

    return altered(member, record, change)


def no_box(member: Member, record: Record) -> bytes:
    def change(body: dict[str, Any]) -> None:
        body["boxes"] = [b""] * 4

    return altered(member, record, change)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "lie",
    [
        off_polynomial,
        other_part,
        other_exponent_part,
        swapped_shares,
        swapped_boxes,
        no_box,
    ],
)
def test_a_dealer_who_gives_something_else_is_named_and_left_out(
    lie: Callable[[Member, Record], bytes],
) -> None:
    record = play(lie, Kind.DEAL)
    assert blames_of(record) == {(LIAR, Reason.SHARE)}
    for blame in record.blames:
        verify_blame(CURVE, record.plan, blame)
    assert record.qualified == (1, 3, 4)
    assert len({*certificate(record).key_hashes}) == 5


def test_those_who_are_left_over_have_a_key_that_signs() -> None:
    going = Play(members_of(4, 1), {(LIAR, Kind.DEAL): off_polynomial})
    record = going.until(None)
    held = going.held(record)
    B, domain = CURVE.hash_to_g1(b"signed", b"fairlot-v1/tests"), Scalar(5)
    answers = [sign_share(h.signing, B, domain) for h in held.values() if h.signing]
    for chosen in combinations(answers, 3):
        combine(CURVE, 1, public_key(record), B, chosen)


# Complaints.


def secret_of_another_box(member: Member, record: Record) -> bytes:
    return signed(
        member, record, {"secrets": [[1, member._box_key(4).secret]], "transfers": []}
    )


@pytest.mark.parametrize("lie", [false_complaint, secret_of_another_box])
def test_a_false_complaint_names_its_maker(
    lie: Callable[[Member, Record], bytes],
) -> None:
    record = play(lie, Kind.COMPLAIN)
    assert only_blame(record) == replace(only_blame(record), member=LIAR)
    assert record.blames[0].reason is Reason.COMPLAINT
    assert record.qualified == (1, 3, 4)


def test_a_false_complaint_opens_what_its_maker_had_and_nothing_else() -> None:
    """The secret of one box opens no box of another dealer or member."""
    record = Play(members_of(4, 1)).until(Kind.COMPLAIN)
    (liar,) = (m for m in record.bodies(Kind.ANNOUNCE, Announcement) if m == LIAR)
    secret = OpeningKey(members_of(4, 1)[liar - 1]._box_key(1).secret)
    opened = 0
    for message in record.rounds[Kind.DEAL].values():
        for box in cast("list[bytes]", message.message.body["boxes"]):
            try:
                secret.open(box)
            except ProofError:
                continue
            opened += 1
    assert opened == 1


def test_a_complaint_with_the_key_of_a_second_announcement_frames_nobody() -> None:
    """It is shown with a history that the dealer has not signed."""
    members = members_of(4, 1)
    liar = members[LIAR - 1]
    other = replace(liar, secret=bytes([98]) * 32)
    record = Play(members).until(Kind.COMPLAIN)
    announced = [m.announce(CURVE) for m in members]
    announced[LIAR - 1] = other.announce(CURVE)
    deals = [e.message.encoded for e in record.rounds[Kind.DEAL].values()]
    forged = Record.begin(CURVE, liar.plan)
    for data in announced:
        forged = forged.receive(data)
    forged = close(forged)
    own_view = make_message(
        liar.plan,
        Kind.COMPLAIN,
        LIAR,
        record.seen,
        {"secrets": [[1, other._box_key(1).secret]], "transfers": []},
        liar.key,
    )
    framed = Blame(1, Reason.SHARE, (*announced, *deals, own_view))
    with pytest.raises(EncodingError, match=r"ceremony\.view"):
        verify_blame(CURVE, liar.plan, framed)
    with pytest.raises(EncodingError, match=r"ceremony\.view"):
        forged.receive(deals[0])


@pytest.mark.thorough
@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("member", [1, 3, 4])
def test_the_evidence_against_one_shows_nothing_against_others(
    member: int, reason: Reason
) -> None:
    (blame,) = play(off_polynomial, Kind.DEAL).blames
    other = replace(blame, member=member, reason=reason)
    with pytest.raises(ProofError, match=r"ceremony\.evidence"):
        verify_blame(CURVE, members_of(4, 1)[0].plan, other)


def test_evidence_with_a_message_left_out_or_changed_shows_nothing() -> None:
    (blame,) = play(off_polynomial, Kind.DEAL).blames
    plan = members_of(4, 1)[0].plan
    for k in range(len(blame.evidence)):
        fewer = blame.evidence[:k] + blame.evidence[k + 1 :]
        if k < 8:
            with pytest.raises(CryptoError):
                verify_blame(CURVE, plan, replace(blame, evidence=fewer))
    with pytest.raises(ProofError, match=r"ceremony\.evidence"):
        verify_blame(CURVE, plan, replace(blame, evidence=()))


def test_silence_is_not_shown_by_messages() -> None:
    (blame,) = play(silent, Kind.OPEN).blames
    with pytest.raises(ProofError, match=r"ceremony\.evidence"):
        verify_blame(CURVE, members_of(4, 1)[0].plan, blame)


# Illegal messages.


def higher_degree(member: Member, record: Record) -> bytes:
    def change(body: dict[str, Any]) -> None:
        points = body["commitments"]
        body["commitments"] = [*points, points[0]]

    return altered(member, record, change)


def lower_degree(member: Member, record: Record) -> bytes:
    def change(body: dict[str, Any]) -> None:
        body["commitments"] = body["commitments"][:1]

    return altered(member, record, change)


@pytest.mark.thorough
@pytest.mark.parametrize("lie", [identity, higher_degree, lower_degree])
def test_illegal_commitments_are_named(lie: Callable[[Member, Record], bytes]) -> None:
    record = play(lie, Kind.DEAL)
    assert only_blame(record).reason is Reason.MESSAGE
    assert record.qualified == (1, 3, 4)


def identity_coefficient(member: Member, record: Record) -> bytes:
    def change(body: dict[str, Any]) -> None:
        base = CURVE.g2_generator()
        point = (base - base).to_bytes()
        body["coefficients"] = [point, body["coefficients"][1]]

    return altered(member, record, change)


def other_proof(member: Member, record: Record) -> bytes:
    """Return an opening whose proof is that of another statement."""
    statement = opening_statement(member.plan, member.index, bytes(32))
    own, source = member._polynomials(), SeededRandomness(bytes(32))
    opening = pedersen.open_in_g2(CURVE, statement, own, source)
    return signed(member, record, opening_body(opening))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("lie", "reason"),
    [(identity_coefficient, Reason.MESSAGE), (other_proof, Reason.OPENING)],
)
def test_illegal_openings_are_named_and_recovered(
    lie: Callable[[Member, Record], bytes], reason: Reason
) -> None:
    record = play(lie, Kind.OPEN)
    assert only_blame(record).reason is reason
    assert public_key(record) == public_key(played(4, 1))


def test_a_wrong_share_does_not_spoil_what_is_recovered() -> None:
    def wrong(member: Member, record: Record) -> bytes:
        def change(body: dict[str, Any]) -> None:
            ((dealer, share, _),) = body["shares"]
            body["shares"] = [[dealer, share, share]]

        return altered(member, record, change)

    # Both are one corrupt member.
    deviations = {(2, Kind.OPEN): silent, (2, Kind.RECOVER): wrong}
    record = Play(members_of(4, 1), deviations).until(None)
    assert blames_of(record) == {(2, Reason.SILENT), (2, Reason.RECOVERY)}
    verify_blame(CURVE, record.plan, record.blames[-1])
    assert public_key(record) == public_key(played(4, 1))


def test_two_messages_of_one_round_are_named() -> None:
    members = members_of(4, 1)
    record = Play(members[:1]).fill(Record.begin(CURVE, members[0].plan))
    again = record.receive(members[0].announce(CURVE))
    assert again == record
    other = replace(members[0], secret=bytes([97]) * 32).announce(CURVE)
    twice = record.receive(other)
    assert only_blame(twice).reason is Reason.TWICE
    assert twice.messages() == record.messages()


def test_a_member_who_confirms_another_key_is_named() -> None:
    def wrong(member: Member, record: Record) -> bytes:
        def change(body: dict[str, Any]) -> None:
            body["hashes"] = [bytes(32), *body["hashes"][1:]]

        return altered(member, record, change)

    record = play(wrong, Kind.CONFIRM)
    assert only_blame(record) == replace(only_blame(record), member=LIAR)
    assert certificate(record) == certificate(played(4, 1))


def test_a_member_who_confirms_another_outcome_is_named() -> None:
    def wrong(member: Member, record: Record) -> bytes:
        def change(body: dict[str, Any]) -> None:
            body["outcome"] = bytes(32)

        return altered(member, record, change)

    assert only_blame(play(wrong, Kind.CONFIRM)).reason is Reason.CONFIRMATION


def test_messages_of_another_view_ceremony_or_round_are_refused() -> None:
    members = members_of(4, 1)
    deals = Play(members).until(Kind.DEAL)
    fewer = close(Play(members[:3]).fill(Record.begin(CURVE, members[0].plan)))
    elsewhere = members_of(4, 1, context=8)[0]
    season = members_of(4, 1, Purpose.SEASON)[0]
    for data, code in (
        (members[0].deal(fewer), "ceremony.view"),
        (members[0].announce(CURVE), "ceremony.round"),
        (elsewhere.announce(CURVE), "ceremony.message"),
        (season.announce(CURVE), "ceremony.message"),
    ):
        with pytest.raises(EncodingError, match=code.replace(".", r"\.")):
            deals.receive(data)
    with pytest.raises(EncodingError, match=r"ceremony\.sender"):
        fewer.receive(
            make_message(members[3].plan, Kind.DEAL, 4, fewer.seen, {}, members[3].key)
        )


def test_a_message_in_the_name_of_another_is_refused() -> None:
    first, second, *_ = members_of(4, 1)
    record = Record.begin(CURVE, first.plan)
    forged = make_message(
        first.plan, Kind.ANNOUNCE, 2, record.seen, {"boxes": []}, first.key
    )
    with pytest.raises(ProofError, match=r"signature\.invalid"):
        record.receive(forged)
    assert cbor.decode(forged) != cbor.decode(second.announce(CURVE))


# Too few.


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(1, 0), (4, 1), (7, 2)])
def test_t_members_may_be_absent_and_one_more_stops_it(size: tuple[int, int]) -> None:
    n, t = size
    members = members_of(n, t)
    whole = Play(members[t:]).until(None)
    assert whole.qualified == tuple(range(t + 1, n + 1))
    assert {b.member for b in whole.blames} == set(range(1, t + 1))
    fewer = Play(members[t + 1 :]).fill(Record.begin(CURVE, members[0].plan))
    with pytest.raises(ProofError, match=r"ceremony\.too-few"):
        close(fewer)
    assert {b.member for b in judge(fewer).blames} == set(range(1, t + 2))


def test_a_ceremony_that_stopped_goes_on_when_the_message_comes() -> None:
    members = members_of(4, 1)
    record = Play(members[:2]).fill(Record.begin(CURVE, members[0].plan))
    with pytest.raises(ProofError, match=r"ceremony\.too-few"):
        close(record)
    assert close(record.receive(members[2].announce(CURVE))).kind is Kind.DEAL
