"""All issuers of a registry on one machine, and the way of a person through them.

Where n = 1, or in a rehearsal, one program is the whole committee: it keeps the book and the
leaves, and answers for every issuer. The steps are those of specs/identity.md, sections 4 and
5, and of specs/credential.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attester
from fairlot.identity.credential import (
    CredentialRequest,
    answer_all,
    receive_credential,
    request_credential,
)
from fairlot.identity.enrolment import (
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
)
from fairlot.identity.leaf import Leaf, make_leaf_entry
from fairlot.identity.registry import Credentials, epoch_at
from fairlot.names import check_time
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Holder:
    """A person's keys and source of randomness."""

    signing: SigningKey
    """Signs requests for credentials."""
    device: OpeningKey
    """Opens what issuers send to the person."""
    randomness: Randomness
    """The person's own; each use takes a child of it."""

    @classmethod
    def generate(cls, randomness: Randomness) -> "Holder":
        """Draw the keys of a person who comes for the first time."""
        return cls(
            SigningKey.generate(randomness.derive("holder")),
            OpeningKey.generate(randomness.derive("device")),
            randomness,
        )


class Committee:
    """All issuers of a registry, played by one program."""

    def __init__(
        self, credentials: Credentials, issuers: Sequence[IssuerSecrets]
    ) -> None:
        """Start without any leaf.

        Args:
            credentials: of the registry.
            issuers: what each of its issuers holds, in the order of the registry.

        Raises:
            CallerError: ``committee.issuers`` unless they are the registry's.
        """
        registry = credentials.registry
        named = [issuer.key for issuer in registry.issuers]
        if [issuer.key.public for issuer in issuers] != named:
            raise CallerError("committee.issuers", "not the issuers of the registry")
        self.credentials = credentials
        self._issuers = tuple(issuers)
        self._book = AdmissionBook(registry)
        self._leaves: list[Leaf] = []

    def register(
        self, attester: Attester, person: str, holder: Holder, now: int
    ) -> Identity:
        """Let a person be attested, admit and enrol them, and return their identity.

        The next leaf is theirs; ``leaf_entry`` makes its entry for the board.

        Args:
            attester: who knows the person.
            person: their name, as the attester has it.
            holder: the person's keys and randomness.
            now: unix seconds.

        Raises:
            Rejection: ``attestation.*``; ``enrolment.known-person`` for somebody who has
                a leaf; ``enrolment.season``; ``enrolment.share``.
            CallerError: ``names.time``.
        """
        check_time(now)
        keys = holder.signing.public, holder.device.public
        attestation = attester.attest(person, *keys, now)
        index = len(self._leaves)
        self._book.admit(attestation, index, now)
        curve, registry = self.credentials.curve, self.credentials.registry
        randomness = holder.randomness.derive("enrolment")
        made = enrol(curve, registry, self._issuers, attestation, index, randomness)
        self._book.registered(index, made.handle)
        self._leaves.append(made.leaf)
        attributes = attestation.attributes
        return receive_identity(curve, registry, made, holder.device, attributes)

    def leaf_entry(self, identity: Identity) -> Entry:
        """Return the LEAF entry of an identity, signed by the first issuer."""
        registry_id = self.credentials.registry.registry_id
        return make_leaf_entry(registry_id, identity.leaf, self._issuers[0].key)

    def issue(self, identity: Identity, holder: Holder, now: int) -> Credential:
        """Ask every issuer for a credential of the epoch of ``now``, and combine.

        Args:
            identity: the person's, from ``register``.
            holder: the person's keys and randomness.
            now: the issuers' clock, unix seconds.

        Raises:
            Rejection: ``request.*`` where the issuers do not answer.
            CallerError: ``names.time``.
        """
        epoch = epoch_at(now)
        randomness = holder.randomness.derive("request").derive(str(epoch))
        pending = request_credential(
            self.credentials.curve,
            self.credentials.registry,
            identity,
            holder.signing,
            epoch,
            randomness,
        )
        answers = self.answer(pending.request, now, randomness)
        return receive_credential(self.credentials, identity, pending, answers)

    def answer(
        self, request: CredentialRequest, now: int, randomness: Randomness
    ) -> tuple[bytes, ...]:
        """Return every issuer's sealed answer to a request.

        Leaf and attributes are the committee's own; randomness is that of the boxes.

        Raises:
            Rejection: ``request.leaf`` for a leaf that is not there, and other
                ``request.*``.
        """
        if not 0 <= request.index < len(self._leaves):
            raise Rejection("request.leaf", "there is no leaf of this index")
        leaf = self._leaves[request.index]
        attributes = self._book.attributes(request.index)
        return answer_all(
            self.credentials,
            self._issuers,
            leaf,
            attributes,
            request,
            now,
            randomness,
        )
