"""An attester's part of a tag (specs/uniqueness-tag.md, sections 5.1 and 5.3).

The attester blinds, checks and unblinds, so that nobody gets the tag of a document that no
attester has seen: a holder who blinded could blind another's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.identity.identifier import Identifier
from fairlot.identity.registry import Registry, epoch_at
from fairlot.identity.tag_issuing import (
    ELEMENTS_MAX,
    check_signed,
    true_answer,
)
from fairlot.identity.tag_lies import WrongTag
from fairlot.identity.tag_messages import TagAnswer, TagRequest, request_statement
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError, CryptoError
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.voprf.oprf import Blinded, Evaluated, blind, finalize
from fairlot_crypto.voprf.threshold import interpolate


@dataclass(frozen=True, slots=True)
class PendingTags:
    """What the attester keeps until the issuers have answered."""

    request: TagRequest
    blinded: tuple[Blinded, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """The answers that are true, and proofs against who lied."""

    true: Mapping[int, Evaluated]
    """By the issuer's number; without those that lied in another answer."""
    evidence: tuple[WrongTag, ...]
    """One for each lie."""


def request_tags(
    curve: Backend,
    registry: Registry,
    key: SigningKey,
    identifiers: Sequence[Identifier],
    now: int,
    randomness: Randomness,
) -> PendingTags:
    """Blind identifiers, and ask for their tags (section 5.1).

    Args:
        curve: the back-end.
        registry: it names the attester.
        key: the attester's.
        identifiers: of the people who are there now, all different.
        now: the attester's clock, Unix seconds.
        randomness: the attester's; two requests must not draw the same from it.

    Raises:
        CallerError: ``attester.identifiers`` unless they are 1 to 256, all different.
    """
    # Step 27.
    if not 0 < len(set(identifiers)) == len(identifiers) <= ELEMENTS_MAX:
        problem = f"there must be 1 to {ELEMENTS_MAX} identifiers, all different"
        raise CallerError("attester.identifiers", problem)
    blinded = tuple(blind(curve, each, randomness) for each in identifiers)
    # Step 28.
    epoch = epoch_at(registry, now)
    elements = tuple(each.element.to_bytes() for each in blinded)
    statement = request_statement(registry.registry_id, epoch, elements)
    request = TagRequest(
        registry_id=registry.registry_id,
        epoch=epoch,
        elements=elements,
        attester=key.public,
        sig=key.sign(statement),
    )
    return PendingTags(request, blinded)


def judge_answers(
    curve: Backend,
    registry: Registry,
    pending: PendingTags,
    answers: Sequence[TagAnswer],
) -> Judged:
    """Tell answers that are true from lies (steps 35 to 37).

    An answer that its issuer did not sign is nobody's, and proves nothing.
    """
    public = registry.tag_shares(curve)
    elements = tuple(each.element for each in pending.blinded)
    true: dict[int, Evaluated] = {}
    evidence: list[WrongTag] = []
    for answer in answers:
        try:
            check_signed(registry, pending.request, answer)
        except Rejection:
            continue
        try:
            true[answer.issuer] = true_answer(curve, public, elements, answer)
        except CryptoError:
            evidence.append(WrongTag(registry, pending.request, answer))
    # Step 37.
    for lie in evidence:
        true.pop(lie.issuer, None)
    return Judged(true, tuple(evidence))


def receive_tags(
    registry: Registry, pending: PendingTags, judged: Judged
) -> tuple[bytes, ...]:
    """Return the tag of each identifier, 32 bytes (step 38).

    Raises:
        Rejection: ``tag.too-few`` if fewer than t + 1 issuers answered truly; the request may
            be sent again.
    """
    # Step 38.
    needed = registry.threshold + 1
    if len(judged.true) < needed:
        liars = sorted({each.issuer for each in judged.evidence})
        named = f"; issuers {liars} lied" if liars else ""
        problem = f"{needed} issuers must answer truly, and {len(judged.true)} did"
        raise Rejection("tag.too-few", f"{problem}{named}")
    combined = interpolate(registry.threshold, judged.true)
    return tuple(
        finalize(blinded, element)
        for blinded, element in zip(pending.blinded, combined, strict=True)
    )
