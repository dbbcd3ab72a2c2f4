"""How the people of a rehearsal ask its issuers for credentials (specs/credential.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from fairlot.audit.evidence import encode_evidence
from fairlot.board.sale import SaleState
from fairlot.identity.answering import LookedAt, answer_all, prove_all
from fairlot.identity.committee import Holder
from fairlot.identity.credential import (
    PendingCredential,
    request_credential,
)
from fairlot.identity.enrolment import Identity, IssuerSecrets
from fairlot.identity.leaf import Leaf
from fairlot.identity.receiving import (
    contradicting,
    name_issuers,
    receive_credential,
)
from fairlot.identity.registry import Credentials, RollId, epoch_at
from fairlot.identity.roll import PostedRoll, unexpired_rolls
from fairlot.rehearsal.parts import Parts
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person who asks for a credential, as their wallet and the issuers know them."""

    holder: Holder
    identity: Identity
    leaf: Leaf
    """The person's leaf on the board."""
    attributes: tuple[str, ...]
    """The person's attributes in the issuers' books."""


@dataclass(frozen=True, slots=True)
class Office:
    """The issuers of a registry, all of whom see its log at the same time."""

    credentials: Credentials
    issuers: Sequence[IssuerSecrets]
    rolls: Sequence[PostedRoll]
    """All that are on the registry log."""
    time: int
    """Unix seconds."""

    @property
    def epoch(self) -> int:
        """The running one, of which credentials are."""
        return epoch_at(self.credentials.registry, self.time)

    def issue(
        self, person: Applicant, randomness: Randomness
    ) -> Mapping[RollId, Credential]:
        """Return somebody's credentials of the running epoch, for all unexpired rolls.

        Args:
            person: who asks.
            randomness: of the request and of the answers.

        Raises:
            Rejection: ``request.*`` where the issuers refuse, e.g. a holder who was
                replaced; ``answer.*``.
        """
        pending = self._ask(person, randomness)
        answers = answer_all(*self._looked_at(person, pending), randomness)
        return receive_credential(self.credentials, person.identity, pending, answers)

    def name_liars(
        self, person: Applicant, randomness: Randomness
    ) -> tuple[bytes, ...]:
        """Return evidence against issuers who contradict the others (section 6).

        Args:
            person: who asks for proofs; a liar has the same keys for everybody.
            randomness: of the request, the answers and the proofs.

        Raises:
            Rejection: ``request.*`` where the issuers refuse.
        """
        pending = self._ask(person, randomness)
        asked = self._looked_at(person, pending)
        answers = answer_all(*asked, randomness)
        held = self.credentials, person.identity, pending, answers
        if not contradicting(*held):
            return ()
        proofs = prove_all(*asked, randomness)
        return tuple(encode_evidence(wrong) for wrong in name_issuers(*held, proofs))

    def _ask(self, person: Applicant, randomness: Randomness) -> PendingCredential:
        return request_credential(
            self.credentials.curve,
            self.credentials.registry,
            person.identity,
            person.holder.signing,
            self.epoch,
            [each.roll_id for each in unexpired_rolls(self.rolls, self.time)],
            randomness,
        )

    def _looked_at(self, person: Applicant, pending: PendingCredential) -> LookedAt:
        """Return what issuers look at to answer a request, or to prove an answer."""
        return (
            self.credentials,
            self.issuers,
            person.leaf,
            self.rolls,
            person.attributes,
            pending.request,
            self.time,
        )


@dataclass(frozen=True, slots=True)
class SaleJob:
    """What a piece of work knows of a sale to which people make entries."""

    backend: str
    parts: Parts
    terms: Terms
    rolls: tuple[PostedRoll, ...]
    """All that are on the registry log."""
    roll: RollId
    """The one with which the sale has opened."""
    time: int

    @classmethod
    def of(cls, state: SaleState, parts: Parts, time: int) -> Self:
        """Return what is known of an open sale at a time, in Unix seconds."""
        return cls(
            backend=state.curve.name,
            parts=parts,
            terms=state.terms,
            rolls=tuple(state.registry.rolls.values()),
            roll=state.roll.roll_id,
            time=time,
        )

    def office(self) -> Office:
        """Return the issuers, as they are at that time."""
        credentials = Credentials(backend(self.backend), self.parts.registry)
        return Office(credentials, self.parts.issuers, self.rolls, self.time)
