"""From the issuers' answers to credentials, in spite of up to t of them (specs/credential.md).

Answers that do not count are left out: whoever sends one is as good as silent. An issuer who
signed a part that is wrong is named, with evidence that anybody can verify.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.answering import attribute_octets
from fairlot.identity.answers import read_proven, read_signed
from fairlot.identity.credential import PendingCredential
from fairlot.identity.enrolment import Identity
from fairlot.identity.lies import WrongPart
from fairlot.identity.registry import ISSUERS_MAX, Credentials, RollId
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, commitment, signature_base
from fairlot_crypto.committee.answer import ProvenAnswer
from fairlot_crypto.committee.liars import (
    SignedPart,
    contradict,
    find_signature,
    name_liars,
    verify_part,
)
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import G1, Backend, Scalar
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import OpeningKey

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Said:
    """What issuers said for one roll, as far as it counts."""

    B: G1
    domain: Scalar
    told: tuple[SignedPart, ...]
    """By ascending issuer."""


def receive_credential(
    credentials: Credentials,
    identity: Identity,
    pending: PendingCredential,
    answers: Sequence[bytes],
) -> Mapping[RollId, Credential]:
    """Combine the issuers' answers into one credential a roll (steps 12 to 14).

    The signatures are verified over values that the holder knows. Up to t issuers may be
    silent or lie. Rolls that do not cover the leaf give no credential.

    Raises:
        Rejection: where fewer than 2t + 1 answers count, that of the first that does not:
            ``answer.malformed``, ``answer.issuer``, ``answer.rolls``,
            ``answer.signature``; ``answer.rolls`` for no part at all.
        CallerError: ``threshold.too-few`` where fewer came.
        ProofError: ``threshold.signature`` if more than t issuers lie.
    """
    curve, blind = credentials.curve, _blind(identity, pending)
    public = credentials.registry.sharing(curve)
    octets = attribute_octets(credentials.registry, identity.attributes)
    made: dict[RollId, Credential] = {}
    for roll, said in _read(credentials, identity, pending, answers, public).items():
        # Step 13.
        parts = [told.part for told in said.told]
        signature = find_signature(curve, public, said.B, parts)
        # Step 14.
        made[roll] = Credential(octets, signature, blind, identity.nym_secrets)
    return made


def contradicting(
    credentials: Credentials,
    identity: Identity,
    pending: PendingCredential,
    answers: Sequence[bytes],
) -> tuple[RollId, ...]:
    """Return the rolls for which issuers contradict one another (step 15).

    With at most t issuers silent or lying, no lie escapes: then ask all for proofs.

    Raises:
        Rejection: as ``receive_credential``.
    """
    # Step 15.
    public = credentials.registry.sharing(credentials.curve)
    said = _read(credentials, identity, pending, answers, public)
    return tuple(
        roll
        for roll, each in said.items()
        if contradict([told.part for told in each.told], public.degree)
    )


def name_issuers(
    credentials: Credentials,
    identity: Identity,
    pending: PendingCredential,
    answers: Sequence[bytes],
    proofs: Sequence[bytes],
) -> tuple[WrongPart, ...]:
    """Return who signed wrong parts, with what shows it to everybody (step 17).

    Args:
        credentials: of the registry.
        identity: the holder's.
        pending: the request.
        answers: the issuers'.
        proofs: what ``prove_answer`` gave; those that hold nothing of use are left out.

    Raises:
        Rejection: as ``receive_credential``.
        ProofError: ``threshold.agreement`` if fewer than 2t + 1 issuers prove parts.
    """
    # Step 17.
    curve, registry = credentials.curve, credentials.registry
    public = registry.sharing(curve)
    proven: dict[RollId, dict[int, ProvenAnswer]] = {}
    for box in proofs:
        try:
            issuer, parts = _open(curve, pending.reply, box, read_proven)
        except Rejection:
            continue
        for roll, part in parts.items():
            proven.setdefault(roll, {}).setdefault(issuer, part)
    named: list[WrongPart] = []
    for roll, said in _read(credentials, identity, pending, answers, public).items():
        if contradict([told.part for told in said.told], public.degree):
            given = tuple(proven.get(roll, {}).values())
            lies = name_liars(curve, public, said.B, said.domain, said.told, given)
            named += [
                WrongPart(
                    registry,
                    pending.request.epoch,
                    roll,
                    said.B,
                    lie.told,
                    lie.proven,
                )
                for lie in lies
            ]
    return tuple(named)


def _blind(identity: Identity, pending: PendingCredential) -> Scalar:
    """Return the blind of the credentials: that of the request on top of the leaf's."""
    return Scalar((pending.blind + identity.rho) % GROUP_ORDER)


def _read(
    credentials: Credentials,
    identity: Identity,
    pending: PendingCredential,
    answers: Sequence[bytes],
    public: PublicSharing,
) -> dict[RollId, _Said]:
    """Read what counts of the answers, by ascending roll (step 12)."""
    # Step 12.
    curve, registry, request = credentials.curve, credentials.registry, pending.request
    octets = attribute_octets(registry, identity.attributes)
    blind = _blind(identity, pending)
    opened = commitment(curve, registry.schema, blind, identity.nym_secrets)
    signed: dict[RollId, tuple[G1, Scalar]] = {}
    for roll in request.rolls:
        context = credentials.context(request.epoch, roll)
        signed[roll] = signature_base(context, octets, opened), context.domain
    said: dict[RollId, dict[int, SignedPart]] = {roll: {} for roll in sorted(signed)}
    refused: list[Rejection] = []
    for box in answers:
        try:
            issuer, parts = _open(curve, pending.reply, box, read_signed)
            _check(credentials, public.sharing_id, issuer, parts, signed)
        except Rejection as error:
            refused.append(error)
            continue
        for roll, part in parts.items():
            said[roll].setdefault(issuer, part)
    # t liars may invent a roll, and cannot hide one.
    kept = {
        roll: _Said(*signed[roll], tuple(part for _, part in sorted(parts.items())))
        for roll, parts in said.items()
        if len(parts) > public.degree
    }
    few = any(len(each.told) <= 2 * public.degree for each in kept.values())
    if refused and (few or not kept):
        raise refused[0]
    if not kept:
        problem = "the issuers must answer for a roll that was asked for"
        raise Rejection("answer.rolls", problem)
    return kept


def _check(
    credentials: Credentials,
    sharing_id: bytes,
    issuer: int,
    parts: Mapping[RollId, SignedPart],
    signed: Mapping[RollId, tuple[G1, Scalar]],
) -> None:
    """Check that an issuer of the registry signed parts of what was asked for."""
    issuers = credentials.registry.issuers
    if issuer > len(issuers):
        raise Rejection("answer.issuer", f"the registry has no issuer {issuer}")
    if not parts.keys() <= signed.keys():
        problem = f"issuer {issuer} answered for a roll that was not asked for"
        raise Rejection("answer.rolls", problem)
    for roll, told in parts.items():
        try:
            verify_part(sharing_id, *signed[roll], told, issuers[issuer - 1].key)
        except ProofError as error:
            problem = f"issuer {issuer} did not sign this part of what was asked for"
            raise Rejection("answer.signature", problem) from error


def _open(
    curve: Backend,
    reply: OpeningKey,
    box: bytes,
    read: Callable[[Backend, int, Fields], T],
) -> tuple[int, dict[RollId, T]]:
    try:
        fields = Fields(cbor.decode(reply.open(box)), ("answer",), _malformed)
        issuer = fields.uint("issuer", 1, ISSUERS_MAX)
        parts = fields.maps("parts")
        found: dict[RollId, T] = {}
        for each in parts:
            found[RollId(each.bytes("roll", 32))] = read(curve, issuer, each)
            each.done()
    except CryptoError as error:
        raise Rejection("answer.malformed", error.message) from error
    fields.done()
    if len(found) != len(parts):
        raise Rejection("answer.malformed", "an answer has two parts of one roll")
    return issuer, found


def _malformed(problem: Problem) -> Rejection:
    return Rejection("answer.malformed", str(problem))
