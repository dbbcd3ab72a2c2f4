"""An issuer's part of a tag (specs/uniqueness-tag.md, section 5.2).

The issuer sees who asks and how often, and never for whom.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.identity.registry import Registry, epochs_accepted
from fairlot.identity.tag_messages import TagAnswer, TagRequest, sign_tag_answer
from fairlot_crypto.curve import G1, Backend
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.keys import SigningKey, VerifyKey, verify_signature
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.voprf.dleq import Proof
from fairlot_crypto.voprf.oprf import Evaluated
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import (
    KeyShare,
    PublicShares,
    evaluate_share,
    verify_share,
)

ELEMENTS_MAX = 256
"""Of one request."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A request that was counted."""

    attester: VerifyKey
    epoch: int
    request_id: bytes
    elements: int
    """How many it has."""


class TagBook:
    """An issuer's record of how many tags it computed for whom, epoch by epoch."""

    def __init__(self, registry: Registry, counted: Iterable[Counted] = ()) -> None:
        """Start with what was counted before."""
        self._rate = registry.uniqueness.rate
        self._counted: dict[tuple[VerifyKey, int], dict[bytes, int]] = {}
        for each in counted:
            of = self._counted.setdefault((each.attester, each.epoch), {})
            of[each.request_id] = each.elements

    @property
    def counted(self) -> tuple[Counted, ...]:
        """Everything that was counted, in order."""
        return tuple(
            Counted(attester, epoch, request_id, elements)
            for (attester, epoch), requests in sorted(self._counted.items())
            for request_id, elements in sorted(requests.items())
        )

    def count(self, request: TagRequest) -> None:
        """Count a request that was checked (step 33).

        A request that was counted is not counted again: an attester whose connection broke
        sends it once more, and whoever else does learns what was answered before.

        Raises:
            Rejection: ``tag-request.rate`` if its attester would get more than its rate.
        """
        # Step 33.
        counted = self._counted.setdefault((request.attester, request.epoch), {})
        others = sum(counted.values()) - counted.get(request.request_id, 0)
        if others + len(request.elements) > self._rate:
            problem = f"an attester gets {self._rate} tags in an epoch"
            raise Rejection("tag-request.rate", f"{problem}: come again in the next")
        counted[request.request_id] = len(request.elements)


class TagIssuer:
    """One issuer, as attesters reach it."""

    def __init__(
        self,
        curve: Backend,
        registry: Registry,
        share: KeyShare,
        key: SigningKey,
    ) -> None:
        """Start without a request.

        Args:
            curve: the back-end.
            registry: whose issuer it is.
            share: k_i.
            key: signs answers; the registry names its public part.
        """
        self._curve = curve
        self._registry = registry
        self._share = share
        self._key = key
        self._book = TagBook(registry)

    def answer(
        self, request: TagRequest, now: int, randomness: Randomness
    ) -> TagAnswer:
        """Evaluate the elements of a request, and sign what came out.

        Args:
            request: as it came.
            now: the issuer's clock, Unix seconds.
            randomness: of the issuer.

        Raises:
            Rejection: ``tag-request.registry``, ``tag-request.attester``,
                ``tag-request.signature``, ``tag-request.epoch``,
                ``tag-request.elements``, ``tag-request.rate``.
        """
        elements = check_tag_request(self._curve, self._registry, request, now)
        self._book.count(request)
        held = self._share, self._key
        return answer_elements(self._curve, *held, request, elements, randomness)


class LocalIssuer:
    """An issuer on the attester's own machine, as in a rehearsal."""

    def __init__(self, issuer: TagIssuer, randomness: Randomness) -> None:
        """Reach it; ``randomness`` is the issuer's own."""
        self._issuer = issuer
        self._randomness = randomness

    def __call__(self, request: TagRequest, now: int) -> TagAnswer:
        """Answer a request."""
        # What is drawn serves one request: a proof draws of it what nobody may see twice.
        source = self._randomness.derive(f"tag/{request.request_id.hex()}")
        return self._issuer.answer(request, now, source)


def local_issuers(
    curve: Backend,
    registry: Registry,
    shares: Sequence[KeyShare],
    keys: Sequence[SigningKey],
    randomness: Randomness,
) -> tuple[LocalIssuer, ...]:
    """Reach all issuers of a registry on one machine.

    Args:
        curve: the back-end.
        registry: whose issuers they are.
        shares: k_i of each of them.
        keys: with which they sign.
        randomness: each takes a child of it.
    """
    return tuple(
        LocalIssuer(
            TagIssuer(curve, registry, share, key),
            randomness.derive(f"issuer/{share.index}"),
        )
        for share, key in zip(shares, keys, strict=True)
    )


def answer_elements(
    curve: Backend,
    share: KeyShare,
    key: SigningKey,
    request: TagRequest,
    elements: tuple[G1, ...],
    randomness: Randomness,
) -> TagAnswer:
    """Evaluate what was checked and counted, and sign what came out (step 34).

    Args:
        curve: the back-end.
        share: k_i.
        key: signs the answer.
        request: as it came.
        elements: what ``check_tag_request`` returned.
        randomness: of the issuer, for this request alone.
    """
    # Step 34.
    made = evaluate_share(curve, share, elements, randomness)
    encoded = tuple(element.to_bytes() for element in made.elements)
    return sign_tag_answer(request, share.index, encoded, made.proof.to_bytes(), key)


def check_tag_request(
    curve: Backend, registry: Registry, request: TagRequest, now: int
) -> tuple[G1, ...]:
    """Check a request as an issuer does, and return its elements (steps 29 to 32).

    Raises:
        Rejection: ``tag-request.registry``, ``tag-request.attester``,
            ``tag-request.signature``, ``tag-request.epoch``, ``tag-request.elements``.
    """
    check_asked(registry, request)
    # Step 31.
    if request.epoch not in epochs_accepted(registry, now):
        problem = "the request must be for the running epoch"
        raise Rejection("tag-request.epoch", problem)
    # Step 32.
    return request_elements(curve, request)


def check_asked(registry: Registry, request: TagRequest) -> None:
    """Check that an attester of the registry asks (steps 29 and 30).

    Raises:
        Rejection: ``tag-request.registry``, ``tag-request.attester``,
            ``tag-request.signature``.
    """
    # Step 29.
    if request.registry_id != registry.registry_id:
        problem = "the request was made for another registry"
        raise Rejection("tag-request.registry", problem)
    if request.attester not in registry.attesters:
        problem = "the registry does not name this attester"
        raise Rejection("tag-request.attester", problem)
    # Step 30.
    try:
        verify_signature(request.attester, request.statement, request.sig)
    except ProofError as error:
        problem = "the attester did not sign this request"
        raise Rejection("tag-request.signature", problem) from error


def request_elements(curve: Backend, request: TagRequest) -> tuple[G1, ...]:
    """Decode the elements of a request (step 32).

    Raises:
        Rejection: ``tag-request.elements``.
    """
    # Step 32.
    different = len(set(request.elements))
    if not 0 < different == len(request.elements) <= ELEMENTS_MAX:
        problem = f"a request must have 1 to {ELEMENTS_MAX} elements, all different"
        raise Rejection("tag-request.elements", problem)
    try:
        return elements_from_bytes(curve, request.elements)
    except CryptoError as error:
        problem = f"a blinded element is none: {error.message}"
        raise Rejection("tag-request.elements", problem) from error


def check_signed(registry: Registry, request: TagRequest, answer: TagAnswer) -> None:
    """Check that an issuer of the registry signed this answer to this request.

    specs/uniqueness-tag.md, section 5.3.

    Raises:
        Rejection: ``tag-answer.request``, ``tag-answer.signature``.
    """
    # Step 35.
    asked = request.registry_id, request.request_id
    if (answer.registry_id, answer.request_id) != asked:
        raise Rejection("tag-answer.request", "the answer is to another request")
    named = 1 <= answer.issuer <= len(registry.issuers)
    if not named:
        raise Rejection("tag-answer.signature", "the registry has no such issuer")
    key = registry.issuers[answer.issuer - 1].key
    try:
        verify_signature(key, answer.statement, answer.sig)
    except ProofError as error:
        problem = f"issuer {answer.issuer} did not sign this answer"
        raise Rejection("tag-answer.signature", problem) from error


def true_answer(
    curve: Backend, public: PublicShares, elements: tuple[G1, ...], answer: TagAnswer
) -> Evaluated:
    """Check what an issuer signed, and return it.

    specs/uniqueness-tag.md, section 5.3.

    Raises:
        CryptoError: ``groups.*`` or ``voprf.proof`` if it is a lie.
    """
    # Step 36.
    values = elements_from_bytes(curve, answer.elements)
    made = Evaluated(values, Proof.from_bytes(answer.proof))
    verify_share(curve, public, answer.issuer, elements, made)
    return made
