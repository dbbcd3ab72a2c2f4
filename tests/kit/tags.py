"""A registry with four issuers of tags and two attesters, for tests of tags."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.desks import Desk, DeskAttester, DocumentDesk, ReachIssuer
from fairlot.identity.identifier import Canonicaliser, Source
from fairlot.identity.registry import Registry
from fairlot.identity.tag_asking import PendingTags, request_tags
from fairlot.identity.tag_issuing import TagIssuer
from fairlot.identity.tag_messages import TagAnswer, TagRequest, sign_tag_answer
from fairlot.identity.uniqueness import Uniqueness
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.voprf.dleq import Proof
from fairlot_crypto.voprf.oprf import Evaluated
from fairlot_crypto.voprf.suite import elements_from_bytes
from fairlot_crypto.voprf.threshold import KeyShare, deal_tag_key
from generators.identity_setting import NOW, setting, signing_key
from kit.sales import source

CURVE = backend()
ISSUERS, CORRUPT = 4, 1
PASSPORT = Source("passport", Canonicaliser.DOCUMENT)
ANN, BEN = "DEU C01X00T47", "FRA 12AB34567"
ATTESTED = ("document", "north", "", "")


@dataclass(frozen=True, slots=True)
class Town:
    """A registry, its issuers with their shares, and the keys of its attesters."""

    registry: Registry
    shares: tuple[KeyShare, ...] = field(repr=False)
    keys: tuple[SigningKey, ...]
    """Of the issuers."""
    attesters: tuple[SigningKey, ...]

    def issuers(self) -> tuple[TagIssuer, ...]:
        """Return issuers that have not counted anything yet."""
        return tuple(
            TagIssuer(CURVE, self.registry, share, key)
            for share, key in zip(self.shares, self.keys, strict=True)
        )

    def ask(self, *spelt: str, attester: int = 0, label: str = "") -> PendingTags:
        """Let an attester ask for the tags of documents."""
        ids = [PASSPORT.identifier(each) for each in spelt]
        key = self.attesters[attester]
        asking = source(f"asking {attester} {label}")
        return request_tags(CURVE, self.registry, key, ids, NOW, asking)

    def lie(self, issuer: int, request: TagRequest, label: str = "lie") -> TagAnswer:
        """Let an issuer answer with another key, and prove it for that key."""
        _, held = deal_tag_key(CURVE, ISSUERS, CORRUPT, source(label))
        other = TagIssuer(
            CURVE,
            self.registry,
            held[issuer - 1],
            self.keys[issuer - 1],
        )
        return other.answer(request, NOW, source(label))

    def resigned(self, answer: TagAnswer, request: TagRequest) -> TagAnswer:
        """Let the issuer that an answer names sign it as it stands."""
        key = self.keys[answer.issuer - 1]
        parts = answer.issuer, answer.elements, answer.proof
        return sign_tag_answer(request, *parts, key)


@cache
def town(rate: int = 100) -> Town:
    """Return the registry; every key is always the same."""
    attesters = tuple(signing_key(f"office {i}") for i in range(2))
    made = setting(ISSUERS, CORRUPT)
    keys = tuple(issuer.key for issuer in made.issuers)
    public, held = deal_tag_key(CURVE, ISSUERS, CORRUPT, source("tag key"))
    shares = tuple(K.to_bytes() for K in public.shares)
    registry = replace(
        made.registry,
        attesters=tuple(k.public for k in attesters),
        uniqueness=Uniqueness(PASSPORT, rate, shares),
    )
    return Town(registry, held, keys, attesters)


def reach(issuer: TagIssuer, number: int) -> ReachIssuer:
    """Reach an issuer on this machine."""

    def send(request: TagRequest, now: int) -> TagAnswer:
        return issuer.answer(request, now, source(f"issuer {number}"))

    return send


def office(
    on: Town,
    number: int = 0,
    issuers: Sequence[ReachIssuer] | None = None,
    desk: Desk | None = None,
) -> DeskAttester:
    """Open an attester's office, where every document is genuine."""
    reached = [reach(each, i) for i, each in enumerate(on.issuers(), 1)]
    return DeskAttester(
        CURVE,
        on.registry,
        on.attesters[number],
        DocumentDesk(on.registry, genuine) if desk is None else desk,
        reached if issuers is None else issuers,
        source(f"office {number}"),
    )


def genuine(_: str) -> tuple[str, ...]:
    """Examine a document: it is genuine."""
    return ATTESTED


def attested(by: DeskAttester, document: str, label: str) -> Attestation:
    """Let somebody with new keys be attested."""
    holder = Holder.generate(source(label))
    return by.attest(document, holder.signing.public, holder.device.public, NOW)


def decoded(answer: TagAnswer) -> Evaluated:
    """Return the elements and the proof of an answer."""
    values = elements_from_bytes(CURVE, answer.elements)
    return Evaluated(values, Proof.from_bytes(answer.proof))
