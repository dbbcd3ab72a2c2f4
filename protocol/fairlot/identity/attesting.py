"""An attester who answers by files (specs/uniqueness-tag.md, section 6.1).

Nothing is kept between the question to the issuers and the answer to the person: what was
drawn is drawn again from the attester's key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.identity.attestation import Attestation, check_attributes, sign_attestation
from fairlot.identity.registry import Registry
from fairlot.identity.requests import AttestRequest
from fairlot.identity.tag_asking import (
    PendingTags,
    judge_answers,
    receive_tags,
    request_tags,
)
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import TagAnswer, TagRequest
from fairlot_crypto.curve import Backend
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.randomness import SeededRandomness


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who has come to an attester with a request."""

    registry: Registry
    request: AttestRequest
    person: str
    """As the registry tells people apart: a name, or a document."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What an attester gives, and proofs against issuers who lied."""

    attestation: Attestation
    wrong: tuple[WrongTag, ...]


def check_visit(
    registry: Registry, request: AttestRequest, attester: VerifyKey
) -> None:
    """Check that a request is for an attester of its registry (step 41).

    Args:
        registry: the one that was named.
        request: what a person has brought.
        attester: the public part of the attester's key.

    Raises:
        Rejection: ``attestation.attester``, ``attestation.registry``.
    """
    # Step 41.
    if attester not in registry.attesters:
        raise Rejection("attestation.attester", "the registry names no such attester")
    if request.registry_id != registry.registry_id:
        problem = "the request is for another registry than the one that was named"
        raise Rejection("attestation.registry", problem)


def ask_for_tag(curve: Backend, key: SigningKey, visit: Visit, now: int) -> PendingTags:
    """Return the request to the issuers for a person's tag (steps 41 and 42).

    Args:
        curve: the back-end.
        key: the attester's.
        visit: who is there.
        now: the attester's clock, Unix seconds.

    Raises:
        Rejection: ``attestation.attester``, ``attestation.registry``, ``identifier.*``.
    """
    registry = visit.registry
    check_visit(registry, visit.request, key.public)
    # Step 42.
    identifier = registry.uniqueness.source.identifier(visit.person)
    asked = tagged_hash("attester-visit", visit.request.to_bytes(), identifier)
    epoch = now // registry.epoch
    source = SeededRandomness(key.seed).derive(f"visit/{epoch}/{asked.hex()}")
    return request_tags(curve, registry, key, [identifier], now, source)


def attest(
    curve: Backend,
    key: SigningKey,
    visit: Visit,
    asked: TagRequest,
    answers: Sequence[TagAnswer],
    attributes: tuple[str, ...],
    now: int,
) -> Attested:
    """Return the attestation of a person (steps 43 and 44).

    Args:
        curve: the back-end.
        key: the attester's.
        visit: who is there.
        asked: the request that was sent to the issuers.
        answers: theirs.
        attributes: what is attested: one value an attribute of the schema.
        now: the attester's clock, Unix seconds.

    Raises:
        Rejection: as ``ask_for_tag``; ``attestation.attributes``; ``tag-answer.request``
            where another request was sent; ``tag.too-few``.
    """
    check_attributes(visit.registry, attributes)
    # Step 43.
    then = asked.epoch * visit.registry.epoch
    pending = ask_for_tag(curve, key, visit, then)
    if pending.request != asked:
        problem = "the issuers were asked about another person or request"
        raise Rejection("tag-answer.request", problem)
    judged = judge_answers(curve, visit.registry, pending, answers)
    (tag,) = receive_tags(visit.registry, pending, judged)
    # Step 44.
    made = sign_attestation(
        visit.registry.registry_id,
        tag,
        visit.request.holder_key,
        visit.request.device_key,
        attributes,
        now,
        key,
        visit.request.subject,
    )
    return Attested(made, judged.evidence)
