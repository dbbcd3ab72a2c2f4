"""Fairlot's profile of BBS, as the protocol calls it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlot_crypto.bbs import profile, pseudonym
from fairlot_crypto.bbs.blind import blind_context
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, map_messages
from fairlot_crypto.bbs.generators import create_blind_generators, create_generators
from fairlot_crypto.bbs.profile import Schema
from fairlot_crypto.curve import Scalar
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.hashing import GROUP_ORDER
from kit.holder import (
    ATTRIBUTES,
    CTX,
    GROUP,
    HEADER,
    PH,
    PUBLIC,
    Shown,
    context_for,
    credential_for,
    secrets,
    shown_for,
    source,
)

SCHEMA = Schema(4, 1)


@pytest.mark.parametrize("nym_count", [1, 2, 5])
@pytest.mark.parametrize("disclosed", [(), (3,), (0, 1, 2, 3)])
def test_a_credential_presents(nym_count: int, disclosed: tuple[int, ...]) -> None:
    shown = shown_for(nym_count, disclosed)
    profile.verify_credential(
        shown.context, credential_for(shown.context, secrets(nym_count))
    )
    shown.verify()
    schema = shown.context.schema
    length = profile.proof_length(schema, len(disclosed))
    assert len(shown.presentation.proof) == length
    assert length == 144 + 32 * (4 + 4 - len(disclosed) + 1 + nym_count)


def test_the_profile_is_an_instance_of_the_draft() -> None:
    shown = shown_for(2, (1,))
    pseudonym.verify_proof_with_nym(
        GROUP,
        PUBLIC,
        shown.presentation,
        HEADER,
        PH,
        CTX,
        2,
        4,
        {1: ATTRIBUTES[1]},
        {},
        API_PSEUDONYM,
    )


def test_generators_come_from_two_lists() -> None:
    points = profile.generators(GROUP, Schema(4, 2))
    assert (points.Q_1, *points.H) == create_generators(GROUP, 5, API_PSEUDONYM)
    assert (points.Q_2, *points.J) == create_blind_generators(GROUP, 3, API_PSEUDONYM)
    assert points is profile.generators(GROUP, Schema(4, 2))


def test_the_context_has_the_domain_of_the_draft() -> None:
    context = context_for(Schema(4, 2))
    header = HEADER + (2).to_bytes(8, "big")
    drafted = blind_context(GROUP, PUBLIC, 4, 3, header, API_PSEUDONYM)
    assert context.domain == drafted.domain
    assert context.curve is GROUP
    assert context.public_key.to_bytes() == PUBLIC.to_bytes()
    assert context.domain != context_for(Schema(4, 3)).domain


def test_the_signed_point_is_the_sum_of_all_parts() -> None:
    context, (s,) = context_for(), secrets(1)
    points, blind = context.generators, Scalar(11)
    C = profile.commitment(GROUP, SCHEMA, blind, (s,))
    assert C.to_bytes() == (points.Q_2 * blind + points.J[0] * s).to_bytes()
    expected = context.signed.start + C
    scalars = map_messages(ATTRIBUTES, API_PSEUDONYM)
    for H, scalar in zip(points.H, scalars, strict=True):
        expected = expected + H * scalar
    made = profile.signature_base(context, ATTRIBUTES, C)
    assert made.to_bytes() == expected.to_bytes()


def test_blinds_of_the_commitment_and_the_request_add_up() -> None:
    """C = Q_2 * b + IC, where IC = Q_2 * rho + sum of J * s."""
    rho, b = Scalar(GROUP_ORDER - 3), Scalar(8)
    registered = profile.commitment(GROUP, SCHEMA, rho, secrets(1))
    requested = profile.generators(GROUP, SCHEMA).Q_2 * b + registered
    total = profile.commitment(GROUP, SCHEMA, Scalar(5), secrets(1))
    assert requested.to_bytes() == total.to_bytes()


def test_nyms_of_a_person_differ_between_sales_and_people() -> None:
    cases = ((CTX, "a"), (CTX, "b"), (CTX + b"2", "a"))
    nyms = {profile.nym(GROUP, ctx, secrets(1, p)).to_bytes() for ctx, p in cases}
    assert len(nyms) == 3


@pytest.mark.parametrize(("attributes", "nym_secrets"), [(-1, 1), (4, 0), (0, -1)])
def test_impossible_schemas_are_refused(attributes: int, nym_secrets: int) -> None:
    with pytest.raises(CallerError) as refusal:
        Schema(attributes, nym_secrets)
    assert refusal.value.code == "bbs.schema"


def test_a_schema_without_attributes_works() -> None:
    context = context_for(Schema(0, 1))
    credential = credential_for(context, secrets(1), attributes=())
    made = profile.present(context, credential, CTX, PH, (), source("none"))
    Shown(context, made).verify()


MISUSES: list[tuple[str, str, Callable[[], object]]] = [
    (
        "too few secrets in a commitment",
        "credential.nym-secrets",
        lambda: profile.commitment(GROUP, SCHEMA, Scalar(1), ()),
    ),
    (
        "a secret out of range",
        "groups.scalar-range",
        lambda: profile.commitment(GROUP, SCHEMA, Scalar(1), (Scalar(GROUP_ORDER),)),
    ),
    (
        "too many attributes",
        "credential.attributes",
        lambda: profile.signature_base(
            context_for(), (*ATTRIBUTES, b""), GROUP.g1_generator()
        ),
    ),
    (
        "too few attributes presented",
        "credential.attributes",
        lambda: profile.present(
            context_for(),
            replace(
                credential_for(context_for(), secrets(1)), attributes=ATTRIBUTES[1:]
            ),
            CTX,
            PH,
            (),
            source("misuse"),
        ),
    ),
    (
        "too many secrets presented",
        "credential.nym-secrets",
        lambda: profile.present(
            context_for(),
            replace(credential_for(context_for(), secrets(1)), nym_secrets=secrets(2)),
            CTX,
            PH,
            (),
            source("misuse"),
        ),
    ),
    (
        "the blind disclosed",
        "bbs.index",
        lambda: profile.present(
            context_for(),
            credential_for(context_for(), secrets(1)),
            CTX,
            PH,
            (4,),
            source("misuse"),
        ),
    ),
]


@pytest.mark.parametrize(
    ("code", "attempt"), [m[1:] for m in MISUSES], ids=[m[0] for m in MISUSES]
)
def test_misuse_is_the_callers_fault(code: str, attempt: Callable[[], object]) -> None:
    with pytest.raises(CallerError) as refusal:
        attempt()
    assert refusal.value.code == code


@pytest.mark.parametrize("part", ["attributes", "blind", "nym_secrets", "signature"])
def test_a_changed_credential_does_not_verify(part: str) -> None:
    context = context_for()
    credential = credential_for(context, secrets(1))
    other = credential_for(
        context, secrets(1, "other"), (b"x=1", *ATTRIBUTES[1:]), "other"
    )
    changed = replace(credential, **{part: getattr(other, part)})
    with pytest.raises(CryptoError) as refusal:
        profile.verify_credential(context, changed)
    assert refusal.value.code == "credential.signature"
    profile.verify_credential(context, credential)


def test_a_credential_is_for_one_header() -> None:
    credential = credential_for(context_for(), secrets(1))
    with pytest.raises(CryptoError) as refusal:
        profile.verify_credential(context_for(header=b"next epoch"), credential)
    assert refusal.value.code == "credential.signature"


def test_a_seeded_presentation_is_reproducible() -> None:
    assert shown_for() == shown_for()
