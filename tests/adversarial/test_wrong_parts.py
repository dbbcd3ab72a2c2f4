"""Up to t issuers are silent or lie: nothing stops, and who lied is named for everybody."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fairlot.audit.evidence import encode_evidence, read_evidence
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.answering import answer_request, prove_answer
from fairlot.identity.answers import read_signed
from fairlot.identity.box_lies import WrongBox
from fairlot.identity.boxes import SentShare, open_sent, seal_sent, sign_sent
from fairlot.identity.committee import Committee, Holder
from fairlot.identity.credential import PendingCredential, request_credential
from fairlot.identity.enrolment import (
    Enrolment,
    IssuerSecrets,
    enrol,
    receive_identity,
    wrong_boxes,
)
from fairlot.identity.leaf import check_leaf
from fairlot.identity.lies import WrongPart
from fairlot.identity.naming import joint_handle
from fairlot.identity.receiving import (
    contradicting,
    name_issuers,
    receive_credential,
)
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.committee.liars import SignedPart
from fairlot_crypto.curve import Scalar
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.statements import Statements
from kit.sales import GROUP, source, stage
from kit.stage import EPOCH, Stage


@pytest.fixture(scope="module")
def on() -> Stage:
    """Return a sale with four issuers, of whom one may be corrupt."""
    return stage(committee=(4, 1))


def liar(issuer: IssuerSecrets, by: int = 1) -> IssuerSecrets:
    """Return an issuer who computes with another share of the key than its own."""
    other = Scalar(issuer.signing.secret + by)
    return replace(issuer, signing=replace(issuer.signing, secret=other))


def asked(on: Stage) -> PendingCredential:
    member = on.members[0]
    stream = source("lying issuers")
    return request_credential(
        GROUP,
        on.registry,
        member.identity,
        member.holder.signing,
        EPOCH,
        [on.roll_id],
        stream,
    )


def answered(
    on: Stage,
    pending: PendingCredential,
    issuers: Sequence[IssuerSecrets],
    answer: Callable[..., bytes] = answer_request,
) -> list[bytes]:
    identity = on.members[0].identity
    return [
        answer(
            on.credentials,
            each,
            identity.leaf,
            [on.roll],
            identity.attributes,
            pending.request,
            START,
            START,
            source(f"{answer.__name__} {each.index}"),
        )
        for each in issuers
    ]


def named(on: Stage, issuers: Sequence[IssuerSecrets]) -> tuple[WrongPart, ...]:
    """Return who is named where these issuers answer and prove."""
    pending = asked(on)
    answers = answered(on, pending, issuers)
    proofs = answered(on, pending, issuers, prove_answer)
    identity = on.members[0].identity
    return name_issuers(on.credentials, identity, pending, answers, proofs)


@pytest.mark.thorough
@pytest.mark.parametrize("who", [1, 2, 3, 4])
def test_a_liar_stops_nothing_and_is_named(on: Stage, who: int) -> None:
    issuers = [liar(each) if each.index == who else each for each in on.parts.issuers]
    pending, identity = asked(on), on.members[0].identity
    answers = answered(on, pending, issuers)
    honest = answered(on, pending, on.parts.issuers)
    made = receive_credential(on.credentials, identity, pending, answers)
    assert made == receive_credential(on.credentials, identity, pending, honest)
    assert contradicting(on.credentials, identity, pending, answers) == (on.roll_id,)
    (evidence,) = named(on, issuers)
    assert evidence.issuer == who
    read_evidence(encode_evidence(evidence)).verify()


def test_honest_issuers_contradict_nobody(on: Stage) -> None:
    pending, identity = asked(on), on.members[0].identity
    answers = answered(on, pending, on.parts.issuers)
    assert contradicting(on.credentials, identity, pending, answers) == ()
    assert named(on, on.parts.issuers) == ()


def test_one_silent_issuer_stops_nothing(on: Stage) -> None:
    pending, identity = asked(on), on.members[0].identity
    for silent in range(1, 5):
        rest = [each for each in on.parts.issuers if each.index != silent]
        made = receive_credential(
            on.credentials, identity, pending, answered(on, pending, rest)
        )
        assert made.keys() == {on.roll_id}


def test_with_more_than_t_there_is_no_credential_and_no_name(on: Stage) -> None:
    first, second, third, fourth = on.parts.issuers
    issuers = [liar(first), liar(second, 2), third, fourth]
    pending, identity = asked(on), on.members[0].identity
    with pytest.raises(CryptoError) as caught:
        receive_credential(
            on.credentials, identity, pending, answered(on, pending, issuers)
        )
    assert caught.value.code == "threshold.signature"
    with pytest.raises(CryptoError) as caught:
        named(on, issuers)
    assert caught.value.code == "threshold.agreement"


def test_a_liar_does_not_frame_an_honest_issuer(on: Stage) -> None:
    """It proves its lie in vain, and evidence that it makes against others is none."""
    first, second, third, fourth = on.parts.issuers
    issuers = [liar(first), second, third, fourth]
    (evidence,) = named(on, issuers)
    pending = asked(on)
    lie = replace(evidence.proven[0], part=evidence.told.part)
    honest = answered(on, pending, [second])
    assert evidence.issuer == 1
    by_liar = (lie, *evidence.proven[1:])
    told = _told(pending, honest[0])
    for proven in (by_liar, evidence.proven):
        framed = replace(evidence, told=told, proven=proven)
        with pytest.raises(Rejection) as caught:
            framed.verify()
        assert caught.value.code == "evidence.consistent"


def _told(pending: PendingCredential, box: bytes) -> SignedPart:
    """Return what an issuer signed in an answer."""
    fields = Fields(cbor.decode(pending.reply.open(box)), ("answer",), ValueError)
    (part,) = fields.maps("parts")
    return read_signed(GROUP, fields.uint("issuer"), part)


def test_an_answer_that_its_issuer_did_not_sign_does_not_count(on: Stage) -> None:
    """Whoever knows the reply key speaks for nobody."""
    first, second, third, fourth = on.parts.issuers
    forged = replace(liar(first), key=fourth.key)
    pending, identity = asked(on), on.members[0].identity
    answers = answered(on, pending, [forged, second, third, fourth])
    assert contradicting(on.credentials, identity, pending, answers) == ()
    assert receive_credential(on.credentials, identity, pending, answers)


def strayed(issuer: IssuerSecrets) -> IssuerSecrets:
    """Return an issuer with other keys of the season than the rest."""
    changed = {key: bytes(32) for key in issuer.season_keys.keys}
    return replace(issuer, season_keys=replace(issuer.season_keys, keys=changed))


def enrolled(on: Stage, issuers: Sequence[IssuerSecrets]) -> Enrolment:
    """Enrol the first member once more, by these issuers."""
    attestation = on.members[0].attestation
    drawn = source("enrolment among liars")
    named = joint_handle(on.registry, on.parts.issuers, attestation, 0, drawn)
    return enrol(GROUP, on.registry, issuers, attestation, 0, named, drawn)


@pytest.mark.parametrize("who", [1, 2, 3, 4])
def test_who_strays_from_the_polynomial_stops_no_leaf_and_is_named(
    on: Stage, who: int
) -> None:
    issuers = [strayed(i) if i.index == who else i for i in on.parts.issuers]
    made, honest = enrolled(on, issuers), enrolled(on, on.parts.issuers)
    assert made.leaf.commitment == honest.leaf.commitment
    assert [share.issuer for share in made.leaf.shares] == [
        each.index for each in issuers if each.index != who
    ]
    check_leaf(GROUP, on.registry, made.leaf, Statements())
    member = on.members[0]
    values, device = member.attestation.attributes, member.holder.device
    identity = receive_identity(GROUP, on.registry, made, device, values)
    kept = receive_identity(GROUP, on.registry, honest, device, values)
    assert identity.nym_secrets == kept.nym_secrets
    (evidence,) = made.wrong
    assert evidence.issuer == who
    read_evidence(encode_evidence(evidence)).verify()
    assert honest.wrong == ()


def test_with_more_than_t_there_is_no_leaf(on: Stage) -> None:
    first, second, third, fourth = on.parts.issuers
    for issuers in (
        [strayed(first), strayed(second), third, fourth],
        [strayed(first), third, fourth],
        [third, fourth],
    ):
        with pytest.raises(Rejection) as caught:
            enrolled(on, issuers)
        assert caught.value.code == "enrolment.issuers"


def boxed(on: Stage, honest: Enrolment, sent: SentShare) -> Enrolment:
    """Return an enrolment in which issuer 2 has sealed something else."""
    device = on.members[0].holder.device
    box = seal_sent(sent, device.public, source("box"))
    first, _, *rest = honest.sealed
    return replace(honest, sealed=(first, box, b"", *rest))


def signed_box(on: Stage, made: Enrolment, issuer: int, by: int) -> SentShare:
    """Return shares that are not the leaf's, in one issuer's name, signed by another."""
    key = on.parts.issuers[by - 1].key
    named = on.registry.registry_id, made.leaf.index, made.leaf.handle
    return sign_sent(*named, issuer, Scalar(5), (Scalar(7),), key)


def test_a_box_that_lies_is_left_out_and_its_issuer_is_named(on: Stage) -> None:
    """The leaf holds what an issuer committed to, and its box something else."""
    member, honest = on.members[0], enrolled(on, on.parts.issuers)
    device, values = member.holder.device, member.attestation.attributes
    lied = boxed(on, honest, signed_box(on, honest, 2, 2))
    assert receive_identity(GROUP, on.registry, lied, device, values) == (
        receive_identity(GROUP, on.registry, honest, device, values)
    )
    judged = GROUP, on.registry, honest.leaf
    (evidence,) = wrong_boxes(*judged, lied.sealed, device)
    assert evidence.issuer == 2
    read_evidence(encode_evidence(evidence)).verify()
    assert wrong_boxes(*judged, honest.sealed, device) == ()


def test_a_box_that_its_issuer_did_not_sign_names_nobody(on: Stage) -> None:
    """Whoever knows the device's public key can seal a box."""
    member, honest = on.members[0], enrolled(on, on.parts.issuers)
    device, values = member.holder.device, member.attestation.attributes
    forged = signed_box(on, honest, 2, 3)
    lied = boxed(on, honest, forged)
    assert receive_identity(GROUP, on.registry, lied, device, values) == (
        receive_identity(GROUP, on.registry, honest, device, values)
    )
    assert wrong_boxes(GROUP, on.registry, honest.leaf, lied.sealed, device) == ()
    share = honest.leaf.shares[1]
    framed = WrongBox(on.registry, honest.leaf, share, forged)
    with pytest.raises(Rejection, match=r"evidence\.signature"):
        framed.verify()


def test_an_honest_box_shows_no_lie(on: Stage) -> None:
    """Nor does it with the share of another issuer, or of another leaf."""
    member, honest = on.members[0], enrolled(on, on.parts.issuers)
    opened = [open_sent(box, member.holder.device) for box in honest.sealed]
    first, second, *_ = honest.leaf.shares
    leaf = honest.leaf
    for told, sent in ((first, opened[0]), (second, opened[0]), (first, opened[1])):
        with pytest.raises(Rejection, match=r"evidence\.consistent"):
            WrongBox(on.registry, leaf, told, sent).verify()
    other = replace(leaf, index=leaf.index + 1)
    with pytest.raises(Rejection, match=r"evidence\.signature"):
        WrongBox(on.registry, other, first, opened[0]).verify()


def test_more_lying_boxes_than_t_are_named_too(on: Stage) -> None:
    """Each lie shows itself; the person gets nothing, and nothing is lost."""
    member, honest = on.members[0], enrolled(on, on.parts.issuers)
    device, values = member.holder.device, member.attestation.attributes
    boxes = [
        seal_sent(signed_box(on, honest, i, i), device.public, source(f"{i}"))
        for i in (1, 2, 3)
    ]
    lied = replace(honest, sealed=(*boxes, honest.sealed[3]))
    with pytest.raises(Rejection, match=r"enrolment\.share"):
        receive_identity(GROUP, on.registry, lied, device, values)
    named = wrong_boxes(GROUP, on.registry, honest.leaf, lied.sealed, device)
    assert [each.issuer for each in named] == [1, 2, 3]
    kept = receive_identity(GROUP, on.registry, honest, device, values)
    assert kept.leaf == honest.leaf


def committee(on: Stage, issuers: Sequence[IssuerSecrets]) -> tuple[Committee, Holder]:
    """Return a committee on one machine, and the keys of somebody on its list."""
    return Committee(on.credentials, issuers), Holder.generate(source("committee"))


def issued(on: Stage, issuers: Sequence[IssuerSecrets]) -> Committee:
    """Let a committee enrol somebody, and issue a credential."""
    made, holder = committee(on, issuers)
    name = on.parts.people[0].name
    identity = made.register(on.parts.attester, name, holder, START)
    credentials = made.issue(identity, holder, identity.leaf, [on.roll], START)
    assert credentials.keys() == {on.roll_id}
    return made


def test_a_committee_names_whoever_signed_a_wrong_share_or_part(on: Stage) -> None:
    first, second, third, fourth = on.parts.issuers
    both = liar(strayed(third))
    made = issued(on, [first, second, both, fourth])
    assert [(each.issuer, each.kind) for each in made.evidence] == [
        (3, "wrong-part"),
        (3, "wrong-share"),
    ]
    for evidence in made.evidence:
        read_evidence(encode_evidence(evidence)).verify()
    assert issued(on, on.parts.issuers).evidence == ()


def test_a_committee_with_more_liars_than_t_names_nobody_and_keeps_the_leaf(
    on: Stage,
) -> None:
    first, second, third, fourth = on.parts.issuers
    made, holder = committee(on, [liar(first), liar(second, 2), third, fourth])
    name = on.parts.people[0].name
    identity = made.register(on.parts.attester, name, holder, START)
    asked = identity, holder, identity.leaf, [on.roll], START
    with pytest.raises(CryptoError, match=r"threshold\.signature"):
        made.issue(*asked)
    assert made.evidence == ()
    assert made.book.attributes(0) == identity.attributes
