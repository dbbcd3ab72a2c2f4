"""Attesters ask issuers for tags, and issuers answer whom they should."""

from dataclasses import replace

import pytest

from fairlot.errors import Rejection
from fairlot.identity.desks import DeskAttester, DocumentDesk, ListDesk
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.tag_asking import (
    PendingTags,
    judge_answers,
    receive_tags,
    request_tags,
)
from fairlot.identity.tag_issuing import ELEMENTS_MAX
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import (
    TagAnswer,
    TagRequest,
    read_tag_answer,
    read_tag_request,
    request_statement,
)
from fairlot_crypto import cbor
from fairlot_crypto.committee import shamir
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import Signature
from fairlot_crypto.voprf.oprf import person_tag
from fairlot_crypto.voprf.suite import input_element
from generators.identity_setting import NOW
from kit.sales import source
from kit.tags import ANN, ATTESTED, BEN, CURVE, PASSPORT, Town, attested, office, town


def answers(on: Town, pending: PendingTags) -> list[TagAnswer]:
    """Let all issuers answer."""
    return [
        issuer.answer(pending.request, NOW, source(f"answer {i}"))
        for i, issuer in enumerate(on.issuers())
    ]


def tags(on: Town, pending: PendingTags, given: list[TagAnswer]) -> tuple[bytes, ...]:
    judged = judge_answers(CURVE, on.registry, pending, given)
    assert judged.evidence == ()
    return receive_tags(on.registry, pending, judged)


def test_the_tag_is_what_the_whole_key_makes_of_the_identifier() -> None:
    on = town()
    key = shamir.interpolate({s.index: s.secret for s in on.shares})
    pending = on.ask(ANN, BEN)
    expected = tuple(
        person_tag(
            PASSPORT.identifier(each),
            input_element(CURVE, PASSPORT.identifier(each)) * key,
        )
        for each in (ANN, BEN)
    )
    given = answers(on, pending)
    for chosen in (given, given[:2], given[2:], given[::-1]):
        assert tags(on, pending, list(chosen)) == expected


def test_messages_read_as_they_were_written() -> None:
    on = town()
    request = on.ask(ANN).request
    assert read_tag_request(request.to_bytes()) == request
    answer = on.issuers()[0].answer(request, NOW, source("answer"))
    assert read_tag_answer(answer.to_bytes()) == answer


@pytest.mark.parametrize(
    "name", ["v", "registry", "epoch", "elements", "attester", "sig"]
)
def test_a_request_has_its_fields_and_no_others(name: str) -> None:
    value = cbor.decode(town().ask(ANN).request.to_bytes())
    assert isinstance(value, dict)
    for changed in ({**value, name: None}, {**value, "more": 1}):
        with pytest.raises(Rejection, match=r"tag-request\.field"):
            read_tag_request(cbor.encode(changed))
    del value[name]
    with pytest.raises(Rejection, match=r"tag-request\.field"):
        read_tag_request(cbor.encode(value))


@pytest.mark.parametrize(
    "name", ["v", "registry", "request", "issuer", "elements", "proof", "sig"]
)
def test_an_answer_has_its_fields_and_no_others(name: str) -> None:
    on = town()
    answer = on.issuers()[0].answer(on.ask(ANN).request, NOW, source("answer"))
    value = cbor.decode(answer.to_bytes())
    assert isinstance(value, dict)
    for changed in ({**value, name: None}, {**value, "more": 1}):
        with pytest.raises(Rejection, match=r"tag-answer\.field"):
            read_tag_answer(cbor.encode(changed))
    with pytest.raises(Rejection, match=r"tag-answer\.field"):
        read_tag_answer(b"\xff")


def refused(on: Town, request: TagRequest, now: int = NOW) -> str:
    with pytest.raises(Rejection) as caught:
        on.issuers()[0].answer(request, now, source("answer"))
    return caught.value.code


def resigned(on: Town, request: TagRequest) -> TagRequest:
    """Let the first attester sign a request as it stands."""
    parts = request.registry_id, request.epoch, request.elements
    return replace(request, sig=on.attesters[0].sign(request_statement(*parts)))


def test_issuers_answer_to_what_an_attester_of_theirs_signed_now() -> None:
    on = town()
    request = on.ask(ANN, BEN).request
    other = RegistryId(bytes(32))
    stranger = on.keys[0].public
    assert refused(on, replace(request, registry_id=other)) == "tag-request.registry"
    assert refused(on, replace(request, attester=stranger)) == "tag-request.attester"
    unsigned = replace(request, sig=Signature(bytes(64)))
    assert refused(on, unsigned) == "tag-request.signature"
    swapped = replace(request, elements=request.elements[::-1])
    assert refused(on, swapped) == "tag-request.signature"
    late = resigned(on, replace(request, epoch=request.epoch + 1))
    assert refused(on, late) == "tag-request.epoch"
    assert refused(on, request, NOW + 2 * on.registry.epoch) == "tag-request.epoch"


@pytest.mark.parametrize(
    "elements",
    [
        (),
        (b"\xc0" + bytes(47),),
        (b"\x80" + bytes(47),),
        (CURVE.g1_generator().to_bytes(),) * 2,
        tuple(
            (CURVE.g1_generator() * i).to_bytes() for i in range(1, ELEMENTS_MAX + 2)
        ),
    ],
    ids=["none", "identity", "off-subgroup", "twice", "many"],
)
def test_blinded_elements_are_some_elements_all_different(
    elements: tuple[bytes, ...],
) -> None:
    on = town()
    request = replace(on.ask(ANN).request, elements=elements)
    assert refused(on, resigned(on, request)) == "tag-request.elements"


def test_an_attester_asks_for_some_people_each_once() -> None:
    on, ann = town(), PASSPORT.identifier(ANN)
    for wrong in ((), (ann, ann)):
        with pytest.raises(CallerError, match=r"attester\.identifiers"):
            request_tags(
                CURVE, on.registry, on.attesters[0], wrong, NOW, source("answer")
            )


def test_silent_issuers_are_no_liars_and_too_few_give_no_tag() -> None:
    on = town()
    pending = on.ask(ANN)
    judged = judge_answers(CURVE, on.registry, pending, answers(on, pending)[:1])
    with pytest.raises(Rejection, match=r"tag\.too-few: 2 issuers .* 1 did$"):
        receive_tags(on.registry, pending, judged)


def test_an_answer_that_nobody_signed_is_nobodys() -> None:
    on = town()
    pending, other = on.ask(ANN), on.ask(BEN)
    given = answers(on, pending)
    for wrong in (
        replace(given[0], proof=bytes(64)),
        replace(given[0], issuer=2),
        replace(given[0], issuer=0),
        replace(given[0], issuer=5),
        on.issuers()[0].answer(other.request, NOW, source("answer")),
    ):
        judged = judge_answers(CURVE, on.registry, pending, [wrong])
        assert judged.evidence == ()
        assert judged.true == {}


def test_a_true_answer_convicts_nobody() -> None:
    on = town()
    pending = on.ask(ANN)
    for answer in answers(on, pending):
        evidence = WrongTag(on.registry, pending.request, answer)
        with pytest.raises(Rejection, match=r"tag-evidence\.true"):
            evidence.verify()


def listing() -> Registry:
    """Return a registry that tells people apart by the names of its members."""
    members = Source("members", Canonicaliser.NAME)
    registry = town().registry
    return replace(registry, uniqueness=replace(registry.uniqueness, source=members))


def test_a_list_knows_its_names_however_they_are_spelt() -> None:
    desk = ListDesk(listing(), {"Zoë Müller": ATTESTED})
    known = desk.look_up("ZOË  MÜLLER")
    assert known.attributes == ATTESTED
    assert known == desk.look_up("zoe\u0308 müller")
    with pytest.raises(Rejection, match=r"attestation\.unknown-person"):
        desk.look_up("Zoe Mueller")


@pytest.mark.parametrize(
    "listed",
    [
        {"": ATTESTED},
        {"\u200b": ATTESTED},
        {"Ann\u2fff": ATTESTED},
        {"Ann": ATTESTED, "ANN ": ATTESTED},
        {"Ann": ()},
        {"Ann": ("tagged", "", "", "")},
    ],
)
def test_a_list_has_different_people_and_attributes_of_the_schema(
    listed: dict[str, tuple[str, ...]],
) -> None:
    with pytest.raises(CallerError, match=r"attester\.people"):
        ListDesk(listing(), listed)


def test_a_desk_examines_the_document_and_not_its_spelling() -> None:
    seen: list[str] = []

    def examine(document: str) -> tuple[str, ...] | None:
        seen.append(document)
        return None

    desk = DocumentDesk(town().registry, examine)
    with pytest.raises(Rejection, match=r"attestation\.unknown-person"):
        desk.look_up("d<<c01x-00t47")
    assert seen == ["deu/c01x00t47"]


def test_a_desk_has_the_source_of_the_registry() -> None:
    on = town()
    with pytest.raises(CallerError, match=r"attester\.source"):
        office(on, desk=ListDesk(listing(), {}))


def test_attributes_are_those_of_the_schema() -> None:
    on = town()
    desk = DocumentDesk(on.registry, lambda _: ("passport", "", "", ""))
    with pytest.raises(Rejection, match=r"attestation\.attributes"):
        attested(office(on, desk=desk), ANN, "ann")


def test_neither_tag_nor_identifier_nor_blind_is_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    on = town()
    by: DeskAttester = office(on)
    made = attested(by, ANN, "ann")
    pending = on.ask(ANN)
    shown = repr((made, pending, by, PASSPORT.identifier, on)) + caplog.text
    hidden = made.person_tag, pending.blinded[0].blind.to_bytes(32, "big"), b"c01x00t47"
    assert not [
        each for each in hidden if repr(each)[2:-1] in shown or each.hex() in shown
    ]
    assert str(pending.blinded[0].blind) not in shown
