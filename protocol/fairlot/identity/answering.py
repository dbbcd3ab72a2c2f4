"""What issuers answer to a request for credentials (specs/credential.md, sections 4 and 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.identity.answers import proven_value, signed_value
from fairlot.identity.credential import CredentialRequest, check_request
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.leaf import Leaf
from fairlot.identity.registry import Credentials, Registry, RollId
from fairlot.identity.roll import PostedRoll, unexpired_rolls
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import signature_base
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.answer import prove_share
from fairlot_crypto.committee.liars import sign_part
from fairlot_crypto.committee.threshold import sign_share
from fairlot_crypto.curve import G1, Scalar
from fairlot_crypto.keys import seal
from fairlot_crypto.randomness import Randomness

LookedAt: TypeAlias = tuple[
    Credentials,
    Sequence[IssuerSecrets],
    Leaf,
    Sequence[PostedRoll],
    Sequence[str],
    CredentialRequest,
    int,
]
"""What ``answer_all`` and ``prove_all`` take, but for their randomness."""


def answer_request(
    credentials: Credentials,
    issuer: IssuerSecrets,
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    view_time: int,
    randomness: Randomness,
) -> bytes:
    """Return issuer i's parts of the signatures, sealed to the request's key.

    Steps 5 to 11: one part for each roll that covers the leaf.

    Raises:
        Rejection: as ``check_request``.
    """
    known = leaf, rolls, attributes
    parts: list[Value] = []
    key, sharing_id = issuer.key, issuer.signing.sharing_id
    for each in _to_sign(credentials, *known, request, now, view_time):
        part = sign_share(issuer.signing, each.B, each.domain)
        told = sign_part(sharing_id, each.B, each.domain, part, key)
        parts.append({"roll": each.roll, **signed_value(told)})
    # Step 11.
    return _sealed(issuer, parts, request, randomness)


def prove_answer(
    credentials: Credentials,
    issuer: IssuerSecrets,
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    view_time: int,
    randomness: Randomness,
) -> bytes:
    """Return issuer i's parts once more, with proofs that they are right, sealed.

    Steps 15 and 16: for a request whose answers contradict one another.

    Raises:
        Rejection: as ``check_request``.
    """
    # Step 15.
    known = leaf, rolls, attributes
    parts: list[Value] = []
    for each in _to_sign(credentials, *known, request, now, view_time):
        own = randomness.derive(f"proof/{each.roll.hex()}")
        proven = prove_share(
            credentials.curve, issuer.signing, each.B, each.domain, own
        )
        parts.append({"roll": each.roll, **proven_value(proven)})
    # Step 16.
    return _sealed(issuer, parts, request, randomness)


@dataclass(frozen=True, slots=True)
class _ToSign:
    """What is signed for one roll."""

    roll: RollId
    B: G1
    domain: Scalar


def _to_sign(
    credentials: Credentials,
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    view_time: int,
) -> list[_ToSign]:
    """Check a request, and return what the issuers sign: for every roll with the leaf."""
    registry = credentials.registry
    C = check_request(credentials.curve, registry, leaf, rolls, request, now, view_time)
    # Step 10.
    octets = attribute_octets(registry, attributes)
    made: list[_ToSign] = []
    for roll in unexpired_rolls(rolls, now):
        if roll.covers(leaf.index):
            context = credentials.context(request.epoch, roll.roll_id)
            B = signature_base(context, octets, C)
            made.append(_ToSign(roll.roll_id, B, context.domain))
    return made


def _sealed(
    issuer: IssuerSecrets,
    parts: list[Value],
    request: CredentialRequest,
    randomness: Randomness,
) -> bytes:
    answer = cbor.encode({"issuer": issuer.index, "parts": parts})
    return seal(answer, request.reply_key, randomness)


def answer_all(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    randomness: Randomness,
) -> tuple[bytes, ...]:
    """Return every issuer's answer, where all of them see the log as it is ``now``.

    Each box takes from a child of ``randomness`` that is named after its issuer.

    Raises:
        Rejection: as ``check_request``.
    """
    return tuple(
        answer_request(
            credentials,
            issuer,
            leaf,
            rolls,
            attributes,
            request,
            now,
            now,
            randomness.derive(f"answer/{issuer.index}"),
        )
        for issuer in issuers
    )


def prove_all(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    leaf: Leaf,
    rolls: Sequence[PostedRoll],
    attributes: Sequence[str],
    request: CredentialRequest,
    now: int,
    randomness: Randomness,
) -> tuple[bytes, ...]:
    """Return every issuer's proofs, where all of them see the log as it is ``now``.

    Each takes from a child of ``randomness`` that is named after its issuer.

    Raises:
        Rejection: as ``check_request``.
    """
    return tuple(
        prove_answer(
            credentials,
            issuer,
            leaf,
            rolls,
            attributes,
            request,
            now,
            now,
            randomness.derive(f"proof/{issuer.index}"),
        )
        for issuer in issuers
    )


def attribute_octets(registry: Registry, values: Sequence[str]) -> tuple[bytes, ...]:
    """Return the signed messages: ``name=value`` in the schema's order."""
    pairs = zip(registry.attributes, values, strict=True)
    return tuple(attribute.octets(value) for attribute, value in pairs)
