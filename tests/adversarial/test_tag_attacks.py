"""Who tries to get a second leaf, another's tag, or everybody's, and who lies about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from fairlot.audit.evidence import encode_evidence, read_evidence
from fairlot.errors import Rejection
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import check_attestation
from fairlot.identity.tag_asking import judge_answers, receive_tags
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import TagAnswer, TagRequest, request_statement
from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import random_scalar
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.voprf.oprf import blind, finalize, person_tag
from fairlot_crypto.voprf.suite import input_element
from generators.identity_setting import NOW
from kit.sales import source
from kit.tags import (
    ANN,
    BEN,
    CORRUPT,
    CURVE,
    ISSUERS,
    PASSPORT,
    Town,
    attested,
    decoded,
    office,
    reach,
    town,
)

SPELLINGS = (ANN, "d<<c01x-00 t47")


def test_one_document_spelt_two_ways_at_two_attesters_is_one_leaf() -> None:
    on = town()
    first = attested(office(on, 0), SPELLINGS[0], "first")
    second = attested(office(on, 1), SPELLINGS[1], "second")
    assert first.attester != second.attester
    assert first.person_tag == second.person_tag
    book = AdmissionBook(on.registry)
    book.admit(first, 0, NOW)
    book.registered(0, bytes(32))
    with pytest.raises(Rejection) as caught:
        book.admit(second, 1, NOW)
    assert caught.value.code == "enrolment.known-person"
    book.admit(attested(office(on, 1), BEN, "ben"), 1, NOW)


def signed_by(key: SigningKey, on: Town, elements: Sequence[bytes]) -> TagRequest:
    epoch = NOW // on.registry.epoch
    statement = request_statement(on.registry.registry_id, epoch, tuple(elements))
    return TagRequest(
        on.registry.registry_id, epoch, tuple(elements), key.public, key.sign(statement)
    )


def test_a_holder_who_blinds_somebody_elses_document_gets_no_answer() -> None:
    on = town()
    holder = SigningKey.generate(source("holder"))
    theirs = blind(CURVE, PASSPORT.identifier(BEN), source("holder's blind"))
    asked = signed_by(holder, on, [theirs.element.to_bytes()])
    claimed = replace(asked, attester=on.attesters[0].public)
    carried = replace(on.ask(ANN).request, elements=asked.elements)
    for request, code in (
        (asked, "tag-request.attester"),
        (claimed, "tag-request.signature"),
        (carried, "tag-request.signature"),
    ):
        for issuer in on.issuers():
            with pytest.raises(Rejection) as caught:
                issuer.answer(request, NOW, source("answer"))
            assert caught.value.code == code


def test_a_holder_cannot_put_another_tag_into_their_attestation() -> None:
    on = town()
    mine, theirs = (attested(office(on), each, "holder") for each in (ANN, BEN))
    forged = replace(mine, person_tag=theirs.person_tag)
    with pytest.raises(Rejection, match=r"attestation\.signature"):
        check_attestation(on.registry, forged, NOW)


LIES = (
    "key of another sharing",
    "share of another issuer",
    "batch in another order",
    "one element of two",
    "the identity",
    "outside the subgroup",
    "no element",
    "scalars not canonical",
)


def lies(on: Town, request: TagRequest) -> dict[str, TagAnswer]:
    """Return what issuer 2 may sign that is not true."""
    true = on.issuers()[1].answer(request, NOW, source("true"))
    other = on.issuers()[2].answer(request, NOW, source("other"))
    none = b"\xc0" + bytes(47)
    changed = {
        "key of another sharing": on.lie(2, request),
        "share of another issuer": replace(
            true, elements=other.elements, proof=other.proof
        ),
        "batch in another order": replace(true, elements=true.elements[::-1]),
        "one element of two": replace(true, elements=true.elements[:1]),
        "the identity": replace(true, elements=(none, true.elements[1])),
        "outside the subgroup": replace(
            true, elements=(b"\x80" + bytes(47), true.elements[1])
        ),
        "no element": replace(true, elements=(b"\xff" * 48, true.elements[1])),
        "scalars not canonical": replace(true, proof=b"\xff" * 64),
    }
    return {name: on.resigned(each, request) for name, each in changed.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("name", LIES)
def test_a_lying_issuer_is_left_out_and_named_by_what_it_signed(name: str) -> None:
    on = town()
    pending = on.ask(ANN, BEN)
    honest = [
        on.issuers()[i].answer(pending.request, NOW, source(f"{i}")) for i in (0, 2)
    ]
    lie = lies(on, pending.request)[name]
    public = (on.registry,)
    alone = judge_answers(CURVE, *public, pending, honest)
    judged = judge_answers(CURVE, *public, pending, [honest[0], lie, honest[1]])
    assert receive_tags(on.registry, pending, judged) == receive_tags(
        on.registry, pending, alone
    )
    (evidence,) = judged.evidence
    assert evidence.issuer == 2
    read_evidence(encode_evidence(evidence)).verify()


def test_dleq_of_another_key_would_change_the_tag_unseen() -> None:
    """What the proofs are for: t + 1 unchecked values interpolate to some tag."""
    on = town()
    pending = on.ask(ANN)
    first = on.issuers()[0].answer(pending.request, NOW, source("answer"))
    second = on.issuers()[1].answer(pending.request, NOW, source("answer"))
    wrong = on.lie(2, pending.request)
    found = [
        finalize(
            pending.blinded[0],
            shamir.interpolate_points(
                {1: decoded(first).elements[0], 2: decoded(each).elements[0]}
            ),
        )
        for each in (second, wrong)
    ]
    assert found[0] != found[1]
    judged = judge_answers(CURVE, on.registry, pending, [first, wrong])
    with pytest.raises(Rejection, match=r"tag\.too-few: .*\[2\] lied"):
        receive_tags(on.registry, pending, judged)


@pytest.mark.parametrize("turn", [1, -1])
def test_an_issuer_who_answers_two_values_is_caught_in_either_order(turn: int) -> None:
    on = town()
    pending = on.ask(ANN)
    true = on.issuers()[1].answer(pending.request, NOW, source("true"))
    wrong = on.lie(2, pending.request)
    assert true.elements != wrong.elements
    public = (on.registry,)
    judged = judge_answers(CURVE, *public, pending, [true, wrong][::turn])
    assert judged.true == {}
    (evidence,) = judged.evidence
    assert evidence.issuer == 2
    read_evidence(encode_evidence(evidence)).verify()


def test_nobody_is_convicted_by_what_others_made_up() -> None:
    on = town()
    pending = on.ask(ANN)
    true = on.issuers()[1].answer(pending.request, NOW, source("answer"))
    lie = on.lie(2, pending.request)
    stranger = signed_by(on.keys[0], on, pending.request.elements)
    none = replace(
        pending.request,
        elements=(b"\xc0" + bytes(47),),
        attester=on.attesters[0].public,
    )
    for request, answer, code in (
        (pending.request, replace(lie, issuer=3), "tag-answer.signature"),
        (pending.request, replace(true, proof=lie.proof), "tag-answer.signature"),
        (on.ask(BEN).request, lie, "tag-answer.request"),
        (on.ask(ANN, label="again").request, true, "tag-answer.request"),
        (stranger, lie, "tag-request.attester"),
        (none, lie, "tag-request.signature"),
    ):
        with pytest.raises(Rejection) as caught:
            WrongTag(on.registry, request, answer).verify()
        assert caught.value.code == code


def test_an_attester_over_its_rate_waits_for_the_next_epoch() -> None:
    on = town(rate=3)
    issuer = on.issuers()[0]
    issuer.answer(on.ask(ANN, BEN).request, NOW, source("1"))
    two = on.ask("AUT 1", "AUT 2").request
    with pytest.raises(Rejection) as caught:
        issuer.answer(two, NOW, source("2"))
    assert caught.value.code == "tag-request.rate"
    issuer.answer(on.ask("AUT 1").request, NOW, source("3"))
    with pytest.raises(Rejection):
        issuer.answer(on.ask("AUT 2").request, NOW, source("4"))
    issuer.answer(on.ask("AUT 2", attester=1).request, NOW, source("5"))


def test_one_large_request_is_over_the_rate_too() -> None:
    on = town(rate=3)
    request = on.ask(*(f"AUT {i}" for i in range(4))).request
    with pytest.raises(Rejection, match=r"tag-request\.rate"):
        on.issuers()[0].answer(request, NOW, source("answer"))


def test_a_replayed_request_teaches_nothing_and_takes_nothing_from_the_rate() -> None:
    on = town(rate=2)
    issuer = on.issuers()[0]
    request = on.ask(ANN).request
    first = issuer.answer(request, NOW, source("first"))
    for i in range(5):
        again = issuer.answer(request, NOW, source(f"again {i}"))
        assert again.elements == first.elements
    issuer.answer(on.ask(BEN).request, NOW, source("other"))
    # Nothing of the rate is left, and the broken connection still gets its answer.
    assert issuer.answer(request, NOW, source("late")).elements == first.elements
    with pytest.raises(Rejection, match=r"tag-request\.epoch"):
        issuer.answer(request, NOW + 2 * on.registry.epoch, source("answer"))


def test_a_replayed_attestation_makes_no_second_leaf() -> None:
    on = town()
    made = attested(office(on), ANN, "ann")
    book = AdmissionBook(on.registry)
    book.admit(made, 0, NOW)
    book.registered(0, bytes(32))
    for index, now, code in (
        (1, NOW, "enrolment.known-person"),
        (0, NOW, "enrolment.known-person"),
        (1, NOW + on.registry.epoch, "attestation.time"),
    ):
        with pytest.raises(Rejection) as caught:
            book.admit(made, index, now)
        assert caught.value.code == code


def test_silent_and_lying_issuers_stop_no_attester() -> None:
    on = town()
    issuers = on.issuers()

    def silent(request: TagRequest, now: int) -> TagAnswer:
        raise Rejection("tag-request.rate", f"{request.epoch} {now}")

    def lying(request: TagRequest, now: int) -> TagAnswer:
        assert now == NOW
        return on.lie(1, request)

    reached = [lying, silent, reach(issuers[2], 3), reach(issuers[3], 4)]
    by = office(on, issuers=reached)
    assert attested(by, ANN, "ann").person_tag == (
        attested(office(on), ANN, "ann").person_tag
    )
    (evidence,) = by.evidence
    assert evidence.issuer == 1
    read_evidence(encode_evidence(evidence)).verify()
    with pytest.raises(Rejection, match=r"tag\.too-few"):
        attested(office(on, issuers=reached[:3]), ANN, "ann")


def test_what_t_issuers_hold_is_consistent_with_two_tags_of_a_document() -> None:
    """No dictionary: what t issuers hold, and what they answer, fits every key alike.

    K and the K_i fix the key for whoever computes discrete logarithms, and for nobody else.
    """
    on = town()
    coalition = {s.index: s.secret for s in on.shares[:CORRUPT]}
    identifier = PASSPORT.identifier(ANN)
    element = input_element(CURVE, identifier)
    tags = set[bytes]()
    for world in range(2):
        key = random_scalar(source(f"world {world}"))
        known = {0: key, **coalition}
        everybody = {i: _through(known, i) for i in range(1, ISSUERS + 1)}
        assert {i: everybody[i] for i in coalition} == coalition
        for chosen in combinations(everybody, CORRUPT + 1):
            assert shamir.interpolate({i: everybody[i] for i in chosen}) == key
        tags.add(person_tag(identifier, element * key))
    assert len(tags) == 2


def test_one_more_issuer_determines_every_tag() -> None:
    """The limit: t + 1 who collude can try all documents."""
    on = town()
    enough = {s.index: s.secret for s in on.shares[: CORRUPT + 1]}
    key = shamir.interpolate(enough)
    made = attested(office(on), ANN, "ann")
    tried = {
        person_tag(identifier, input_element(CURVE, identifier) * key): spelt
        for spelt in (BEN, ANN)
        for identifier in (PASSPORT.identifier(spelt),)
    }
    assert tried[made.person_tag] == ANN


def _through(points: Mapping[int, int], at: int) -> int:
    """Evaluate the polynomial through points, of which one is at 0, elsewhere."""
    shifted = {i + 1: value for i, value in points.items()}
    return shamir.interpolate(shifted, at + 1)
