"""Requests and credentials: only the leaf's holder, only its secrets, only this epoch."""

from dataclasses import replace

import pytest

from curve import IDENTITY, off_curve, off_subgroup
from fairlot.errors import Rejection
from fairlot.identity.answering import answer_all, attribute_octets
from fairlot.identity.credential import (
    CredentialRequest,
    PendingCredential,
    check_request,
    request_credential,
)
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import EPOCH_SECONDS
from fairlot.rehearsal.parts import START
from fairlot_crypto import cbor
from fairlot_crypto.bbs import profile
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1, Scalar, random_scalar, scalar_to_bytes
from fairlot_crypto.errors import ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.keys import Signature, SigningKey, seal
from kit.sales import GROUP, renewed, source, stage
from kit.stage import EPOCH, Member, Stage, issue
from lies_file import STRANGER

VIEW_AGE = EPOCH_SECONDS // 144
EARLY = EPOCH_SECONDS // 24


@pytest.fixture(params=[(1, 0), (4, 1)], ids=["one issuer", "four issuers"])
def on(request: pytest.FixtureRequest) -> Stage:
    size: tuple[int, int] = request.param
    return stage(names=("ann",), committee=size)


@pytest.fixture
def pending(concert: Stage) -> PendingCredential:
    return ask(concert)


def ask(
    on: Stage,
    identity: Identity | None = None,
    epoch: int = EPOCH,
    label: str = "asking",
    key: SigningKey | None = None,
) -> PendingCredential:
    member = on.members[0]
    return request_credential(
        GROUP,
        on.registry,
        member.identity if identity is None else identity,
        member.holder.signing if key is None else key,
        epoch,
        [on.roll_id],
        source(label),
    )


def refusal(
    on: Stage,
    request: CredentialRequest,
    leaf: Leaf | None = None,
    now: int = START,
    view: int | None = None,
) -> str:
    known = on.members[0].identity.leaf if leaf is None else leaf
    seen = now if view is None else view
    with pytest.raises(Rejection) as caught:
        check_request(GROUP, on.registry, known, [on.roll], request, now, seen)
    return caught.value.code


def signed(
    on: Stage, request: CredentialRequest, leaf: Leaf | None = None
) -> CredentialRequest:
    """Sign a changed request anew, as the leaf's holder."""
    known = on.members[0].identity.leaf if leaf is None else leaf
    value: dict[str, Value] = {
        "registry": on.registry.registry_id,
        "index": known.index,
        "version": known.version,
        "season": on.registry.season,
        "epoch": request.epoch,
        "rolls": list(request.rolls),
        "commitment": request.commitment,
        "challenge": scalar_to_bytes(request.challenge),
        "response": scalar_to_bytes(request.response),
        "reply": request.reply_key,
    }
    key = on.members[0].holder.signing
    message = b"fairlot-v1/request\x00" + cbor.encode(value)
    return replace(request, holder_key=key.public, sig=key.sign(message))


def answers(on: Stage, request: CredentialRequest) -> tuple[bytes, ...]:
    leaf, attributes = on.members[0].identity.leaf, on.members[0].identity.attributes
    issuers, stream = on.parts.issuers, source("answers")
    who = on.credentials, issuers, leaf, [on.roll], attributes
    return answer_all(*who, request, START, stream)


def test_a_credential_is_issued_and_verifies(on: Stage) -> None:
    pending = ask(on)
    identity = on.members[0].identity
    issued = receive_credential(
        on.credentials, identity, pending, answers(on, pending.request)
    )
    assert list(issued) == [on.roll_id]
    made = issued[on.roll_id]
    profile.verify_credential(on.credentials.context(EPOCH, on.roll_id), made)
    assert made.nym_secrets == identity.nym_secrets
    assert made.blind == (pending.blind + identity.rho) % GROUP_ORDER


def test_every_credential_of_a_leaf_holds_the_same_secrets(concert: Stage) -> None:
    member = concert.members[0]
    credentials = [
        member.credential,
        renewed(concert, 0, EPOCH + 1),
        issue(
            concert.credentials,
            concert.parts.issuers,
            member.identity,
            [concert.roll],
            member.holder.signing,
            EPOCH,
            START,
            source("other randomness").derive,
        ).credentials[concert.roll_id],
    ]
    assert len({c.nym_secrets for c in credentials}) == 1
    assert len({c.blind for c in credentials}) == 3
    assert len({c.signature.to_bytes() for c in credentials}) == 3


def test_a_replayed_request_gives_the_same_signature(concert: Stage) -> None:
    """e is a function of B: an issuer can be asked again and tells nothing new."""
    pending = ask(concert)
    identity = concert.members[0].identity
    made = [
        receive_credential(
            concert.credentials, identity, pending, answers(concert, pending.request)
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_a_credential_of_one_epoch_is_none_of_another(concert: Stage) -> None:
    context = concert.credentials.context(EPOCH + 1, concert.roll_id)
    with pytest.raises(ProofError) as caught:
        profile.verify_credential(context, concert.members[0].credential)
    assert caught.value.code == "credential.signature"


# The view, the leaf, the holder.


@pytest.mark.parametrize("view", [START - VIEW_AGE - 1, START + 1])
def test_an_issuer_answers_on_a_fresh_view_only(
    concert: Stage, pending: PendingCredential, view: int
) -> None:
    assert refusal(concert, pending.request, view=view) == "request.view"


def test_a_view_of_ten_minutes_is_fresh(
    concert: Stage, pending: PendingCredential
) -> None:
    leaf = concert.members[0].identity.leaf
    view, request = START - VIEW_AGE, pending.request
    rolls = [concert.roll]
    check_request(GROUP, concert.registry, leaf, rolls, request, START, view)


def test_a_request_names_its_leaf_and_version(
    concert: Stage, pending: PendingCredential
) -> None:
    leaf = concert.members[0].identity.leaf
    recovered = replace(leaf, version=2)
    assert refusal(concert, pending.request, recovered) == "request.leaf"
    other = concert.members[1].identity.leaf
    assert refusal(concert, pending.request, other) == "request.leaf"


def test_after_a_recovery_the_old_key_gets_nothing(
    concert: Stage, pending: PendingCredential
) -> None:
    """The thief knows everything but the new holder key."""
    leaf = concert.members[0].identity.leaf
    recovered = replace(leaf, holder=bytes(32))
    assert refusal(concert, pending.request, recovered) == "request.holder"


def test_a_stolen_request_cannot_be_signed_by_the_thief(
    concert: Stage, pending: PendingCredential
) -> None:
    stolen = replace(pending.request, holder_key=STRANGER.public)
    assert refusal(concert, stolen) == "request.holder"


def test_every_field_of_a_request_is_signed(
    concert: Stage, pending: PendingCredential
) -> None:
    request = pending.request
    other = ask(concert, label="other").request
    for changed in (
        replace(request, epoch=EPOCH + 1),
        replace(request, rolls=()),
        replace(request, commitment=other.commitment),
        replace(request, challenge=other.challenge),
        replace(request, response=other.response),
        replace(request, reply_key=other.reply_key),
        replace(request, sig=Signature(bytes(64))),
    ):
        assert refusal(concert, changed) == "request.signature"


# The epoch.


@pytest.mark.parametrize("epoch", [EPOCH - 1, EPOCH + 1, 0])
def test_another_epoch_is_refused(concert: Stage, epoch: int) -> None:
    assert refusal(concert, ask(concert, epoch=epoch).request) == "request.epoch"


def test_yesterdays_request_cannot_be_replayed(
    concert: Stage, pending: PendingCredential
) -> None:
    tomorrow = START + EPOCH_SECONDS
    assert refusal(concert, pending.request, now=tomorrow) == "request.epoch"


def test_the_next_epoch_is_issued_in_the_last_hour(concert: Stage) -> None:
    request = ask(concert, epoch=EPOCH + 1).request
    leaf = concert.members[0].identity.leaf
    early, rolls = START + EPOCH_SECONDS - EARLY, [concert.roll]
    check_request(GROUP, concert.registry, leaf, rolls, request, early, early)
    assert refusal(concert, request, now=early - 1) == "request.epoch"


# The proof that the holder knows b, and adds nothing else.


def test_a_forged_proof_of_knowledge_is_refused(
    concert: Stage, pending: PendingCredential
) -> None:
    request, other = pending.request, ask(concert, label="other").request
    for forged in (
        replace(request, challenge=other.challenge),
        replace(request, response=other.response),
        replace(request, response=Scalar((request.response + 1) % GROUP_ORDER)),
        replace(request, challenge=Scalar(0), response=Scalar(0)),
        replace(request, commitment=other.commitment),
    ):
        assert refusal(concert, signed(concert, forged)) == "request.proof"


@pytest.mark.parametrize("point", [IDENTITY, off_curve(), off_subgroup(), b""])
def test_a_commitment_that_is_no_point_is_refused(
    concert: Stage, pending: PendingCredential, point: bytes
) -> None:
    forged = replace(pending.request, commitment=point)
    assert refusal(concert, signed(concert, forged)) == "request.proof"


def _own_secrets(on: Stage, member: Member) -> Identity:
    """Return the identity that a holder would like to have: secrets of its choice."""
    rho, secrets = member.identity.rho, (Scalar(42),)
    point = profile.commitment(GROUP, on.registry.schema, rho, secrets)
    leaf = replace(member.identity.leaf, commitment=point.to_bytes())
    return replace(member.identity, leaf=leaf, nym_secrets=secrets)


def test_a_holder_cannot_have_other_nym_secrets_signed(concert: Stage) -> None:
    """The proof is about C - IC, with the IC of the board."""
    wished = _own_secrets(concert, concert.members[0])
    request = ask(concert, identity=wished).request
    assert refusal(concert, request) == "request.proof"


def test_a_holder_cannot_add_to_its_secrets(concert: Stage) -> None:
    """C = IC + Q_2·b + J_1·d, with the proof as it would be made for b alone."""
    member, registry = concert.members[0], concert.registry
    points = profile.generators(GROUP, registry.schema)
    stream = source("malleable")
    b, k = random_scalar(stream), random_scalar(stream)
    IC = GROUP.g1_not_identity(member.identity.leaf.commitment)
    C = points.Q_2 * b + IC + points.J[0] * 7
    c = _challenge(concert, (points.Q_2, IC, C, points.Q_2 * k))
    request = replace(
        ask(concert).request,
        commitment=C.to_bytes(),
        challenge=c,
        response=Scalar((k + c * b) % GROUP_ORDER),
    )
    assert refusal(concert, signed(concert, request)) == "request.proof"
    honest = points.Q_2 * b + IC
    c = _challenge(concert, (points.Q_2, IC, honest, points.Q_2 * k))
    good = replace(
        request,
        commitment=honest.to_bytes(),
        challenge=c,
        response=Scalar((k + c * b) % GROUP_ORDER),
    )
    leaf = member.identity.leaf
    rolls, asked = [concert.roll], signed(concert, good)
    check_request(GROUP, registry, leaf, rolls, asked, START, START)


def _challenge(on: Stage, points: tuple[G1, ...]) -> Scalar:
    statement = (
        on.registry.registry_id,
        i2osp(0, 8),
        i2osp(1, 4),
        i2osp(on.registry.season, 4),
        i2osp(EPOCH, 8),
        i2osp(1, 4),
        on.roll_id,
        *(point.to_bytes() for point in points),
    )
    return Scalar(scalar_for("ic-bind", *statement))


def test_without_a_blind_there_is_no_credential(concert: Stage) -> None:
    """C = IC would show the issuers who asks, in every signature."""
    member = concert.members[0]
    Q_2 = profile.generators(GROUP, concert.registry.schema).Q_2
    IC = GROUP.g1_not_identity(member.identity.leaf.commitment)
    k = random_scalar(source("no blind"))
    c = _challenge(concert, (Q_2, IC, IC, Q_2 * k))
    bare = replace(
        ask(concert).request, commitment=IC.to_bytes(), challenge=c, response=k
    )
    assert refusal(concert, signed(concert, bare)) == "request.proof"


def test_the_other_persons_leaf_answers_to_the_other_person(concert: Stage) -> None:
    thief, victim = concert.members
    request = ask(concert, identity=victim.identity, key=thief.holder.signing).request
    assert refusal(concert, request, victim.identity.leaf) == "request.holder"


# The answers.


def test_an_answer_to_another_request_does_not_count(on: Stage) -> None:
    """Of four issuers the others suffice."""
    pending = ask(on)
    honest = answers(on, pending.request)
    other = answers(on, ask(on, label="other").request)
    swapped = [seal_again(on, pending, other[0]), *honest[1:]]
    identity = on.members[0].identity
    if len(honest) > 1:
        assert receive_credential(on.credentials, identity, pending, swapped)
        return
    with pytest.raises(Rejection) as caught:
        receive_credential(on.credentials, identity, pending, swapped)
    assert caught.value.code == "answer.signature"


def seal_again(on: Stage, pending: PendingCredential, answer: bytes) -> bytes:
    """Return the answer to another request, in a box for this one."""
    opened = ask(on, label="other").reply.open(answer)
    return seal(opened, pending.request.reply_key, source("again"))


@pytest.mark.parametrize(
    "message",
    [
        b"\xff",
        cbor.encode({}),
        cbor.encode([1]),
        cbor.encode({"issuer": 1, "e": bytes(32), "u": bytes(32), "A": IDENTITY}),
        cbor.encode({"issuer": 0, "e": bytes(32), "u": bytes(32), "A": IDENTITY}),
        cbor.encode({"issuer": 1, "e": b"\xff" * 32, "u": bytes(32), "A": IDENTITY}),
    ],
)
def test_a_malformed_answer_is_refused(concert: Stage, message: bytes) -> None:
    pending = ask(concert)
    box = seal(message, pending.request.reply_key, source("box"))
    identity = concert.members[0].identity
    with pytest.raises(Rejection) as caught:
        receive_credential(concert.credentials, identity, pending, [box])
    assert caught.value.code == "answer.malformed"


def test_an_answer_with_something_more_is_refused(concert: Stage) -> None:
    pending = ask(concert)
    (answer,) = answers(concert, pending.request)
    value = cbor.decode(pending.reply.open(answer))
    if not isinstance(value, dict):
        raise TypeError(value)
    more = cbor.encode({**value, "memo": "hello"})
    box = seal(more, pending.request.reply_key, source("box"))
    with pytest.raises(Rejection) as caught:
        receive_credential(
            concert.credentials, concert.members[0].identity, pending, [box]
        )
    assert caught.value.code == "answer.malformed"


def test_an_answer_to_somebody_else_does_not_open(concert: Stage) -> None:
    pending, other = ask(concert), ask(concert, label="other")
    with pytest.raises(Rejection) as caught:
        receive_credential(
            concert.credentials,
            concert.members[0].identity,
            pending,
            answers(concert, other.request),
        )
    assert caught.value.code == "answer.malformed"


def test_other_attributes_than_the_leafs_do_not_verify(concert: Stage) -> None:
    pending = ask(concert)
    identity = replace(concert.members[0].identity, attributes=("", "", "", ""))
    with pytest.raises(Rejection) as caught:
        receive_credential(
            concert.credentials, identity, pending, answers(concert, pending.request)
        )
    assert caught.value.code == "answer.signature"


def test_attributes_are_signed_with_their_names(concert: Stage) -> None:
    octets = attribute_octets(concert.registry, ("listed", "", "", ""))
    assert octets == (b"assurance=listed", b"region=", b"cohort_a=", b"cohort_b=")
