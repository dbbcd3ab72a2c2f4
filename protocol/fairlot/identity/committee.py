"""All issuers of a registry on one machine, and the way of a person through them.

Where n = 1, or in a rehearsal, one program is the whole committee: it keeps the book, and
answers for every issuer. The steps are those of specs/identity.md, sections 4 and 5, of
specs/credential.md, and of specs/life.md, sections 5 and 6.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.identity.acts import make_act
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.answering import LookedAt, answer_all, prove_all
from fairlot.identity.attestation import Attestation, Attester, Purpose
from fairlot.identity.continuing import check_tags_stay
from fairlot.identity.credential import CredentialRequest, request_credential
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
    wrong_boxes,
)
from fairlot.identity.issuer_lies import IssuerLie, Named
from fairlot.identity.leaf import Leaf, make_leaf_entry
from fairlot.identity.life import LeafLife
from fairlot.identity.naming import joint_handle
from fairlot.identity.receiving import (
    contradicting,
    name_issuers,
    receive_credential,
)
from fairlot.identity.recovering import (
    begin_change,
    complete_change,
    join,
    resend_share,
)
from fairlot.identity.registry import Credentials, RegistryId, RollId, epoch_at
from fairlot.identity.roll import (
    PostedRoll,
    Roll,
    roll_body,
    sign_roll,
    unexpired_rolls,
)
from fairlot.names import check_time
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError, ProofError
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
        self,
        credentials: Credentials,
        issuers: Sequence[IssuerSecrets],
        before: "Committee | None" = None,
    ) -> None:
        """Start without any leaf.

        Args:
            credentials: of the registry.
            issuers: what each of its issuers holds, in the order of the registry.
            before: the committee of the registry that this one continues.

        Raises:
            CallerError: ``committee.issuers`` unless they are the registry's.
            Rejection: ``registry.tags`` where people would have other tags than before.
        """
        registry = credentials.registry
        named = [issuer.key for issuer in registry.issuers]
        if [issuer.key.public for issuer in issuers] != named:
            raise CallerError("committee.issuers", "not the issuers of the registry")
        if before is not None:
            continued = before.credentials.registry
            check_tags_stay(credentials.curve, continued, registry)
        self.credentials: Credentials = credentials
        self._issuers = tuple(issuers)
        known = None if before is None else before.book
        self.book: AdmissionBook = AdmissionBook(registry, known)
        """Who has a leaf; the registry that continues this one looks into it."""
        self._enrolled: list[Enrolment] = []
        self._named = Named()

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
        index = len(self._enrolled)
        self.book.admit(attestation, index, now)
        randomness = holder.randomness.derive("enrolment")
        return self._enrol(attestation, holder.device, randomness)

    def carry_over(
        self, previous: int, life: LeafLife, holder: Holder, now: int
    ) -> Identity:
        """Give whoever holds a leaf of the registry before the next leaf of this one.

        Args:
            previous: the index of that leaf.
            life: what has become of it, by the log of that registry.
            holder: the keys and randomness of its holder.
            now: unix seconds.

        Raises:
            Rejection: ``carry.*``, ``recovery.keys``, ``attestation.attributes``,
                ``enrolment.*``.
        """
        index = len(self._enrolled)
        attestation = self.book.carry_over(previous, life, index, now)
        # Of the registry too: the same source may not seal two secrets to one device.
        registry_id = self.credentials.registry.registry_id
        randomness = holder.randomness.derive(f"carried/{registry_id.hex()}")
        return self._enrol(attestation, holder.device, randomness, previous)

    def _enrol(
        self,
        attestation: Attestation,
        device: OpeningKey,
        randomness: Randomness,
        previous: int | None = None,
    ) -> Identity:
        curve, registry = self.credentials.curve, self.credentials.registry
        index, issuers = len(self._enrolled), self._issuers
        named = joint_handle(registry, issuers, attestation, index, randomness)
        made = enrol(
            curve, registry, issuers, attestation, index, named, randomness, previous
        )
        self.book.registered(index, made.handle)
        self._enrolled.append(made)
        self._named.learn(made.wrong)
        self._named.learn(wrong_boxes(curve, registry, made.leaf, made.sealed, device))
        attributes = self.book.attributes(index)
        return receive_identity(curve, registry, made, device, attributes)

    def leaf_entry(self, identity: Identity) -> Entry:
        """Return the LEAF entry of an identity, signed by the first issuer."""
        registry_id = self.credentials.registry.registry_id
        return make_leaf_entry(registry_id, identity.leaf, self._issuers[0].key)

    def sign_roll(self, roll: Roll) -> dict[str, Value]:
        """Return the body of a ROLL entry: every issuer signs what the board says is due.

        Args:
            roll: what ``RegistryBoard.roll_due`` returned.
        """
        registry_id = self.credentials.registry.registry_id
        return signed_roll(registry_id, roll, self._issuers)

    def begin(
        self,
        attestations: Sequence[Attestation],
        purpose: Purpose,
        index: int,
        life: LeafLife,
        now: int,
    ) -> Entry:
        """Return the RECOVERY or CLOSURE entry that all issuers have signed.

        Args:
            attestations: of a quorum of attesters.
            purpose: to recover or to close.
            index: of the leaf.
            life: what has become of it, by the registry log.
            now: unix seconds.

        Raises:
            Rejection: ``attestation.*``, ``recovery.*``, ``life.*``.
        """
        registry = self.credentials.registry
        decisions = [
            begin_change(
                registry, self.book, each, attestations, purpose, index, life, now
            )
            for each in self._issuers
        ]
        return make_act(registry.registry_id, join(decisions), self._issuers[0].key)

    def complete(self, index: int, life: LeafLife, now: int) -> Entry:
        """Return the SWITCH or CLOSED entry that completes what has begun.

        Args:
            index: of the leaf.
            life: what has become of it, by the registry log.
            now: unix seconds.

        Raises:
            Rejection: ``life.status``, ``life.early``.
        """
        registry = self.credentials.registry
        decisions = [
            complete_change(registry, each, index, life, now) for each in self._issuers
        ]
        return make_act(registry.registry_id, join(decisions), self._issuers[0].key)

    def resend(
        self, leaf: Leaf, life: LeafLife, holder: Holder, randomness: Randomness
    ) -> Identity:
        """Send the shares of a leaf to whoever holds it now, who opens them.

        Args:
            leaf: as the registry log shows it now.
            life: what has become of it, by that log.
            holder: the keys that the attesters attested.
            randomness: for the boxes.

        Raises:
            Rejection: ``recovery.keys`` for keys that nobody has attested;
                ``enrolment.share`` for a device that is not the holder's.
        """
        curve, registry = self.credentials.curve, self.credentials.registry
        sealed = tuple(
            resend_share(
                registry,
                self.book,
                each,
                leaf.index,
                life,
                randomness.derive(f"share/{each.index}"),
            )
            for each in self._issuers
        )
        made = replace(self._enrolled[leaf.index], leaf=leaf, sealed=sealed)
        posted = self._enrolled[leaf.index].leaf
        self._named.learn(wrong_boxes(curve, registry, posted, sealed, holder.device))
        attributes = self.book.attributes(leaf.index)
        return receive_identity(curve, registry, made, holder.device, attributes)

    def issue(
        self,
        identity: Identity,
        holder: Holder,
        leaf: Leaf,
        rolls: Sequence[PostedRoll],
        now: int,
    ) -> Mapping[RollId, Credential]:
        """Ask every issuer for the credentials of the epoch of ``now``, and combine.

        Args:
            identity: the person's, from ``register``.
            holder: the person's keys and randomness.
            leaf: the person's, as the registry log shows it now.
            rolls: all that are on that log.
            now: the issuers' clock, unix seconds.

        Returns:
            One credential for each unexpired roll on which the person's leaf is.

        Raises:
            Rejection: ``request.*`` where the issuers do not answer.
            CallerError: ``names.time``.
        """
        epoch = epoch_at(self.credentials.registry, now)
        randomness = holder.randomness.derive("request").derive(str(epoch))
        pending = request_credential(
            self.credentials.curve,
            self.credentials.registry,
            identity,
            holder.signing,
            epoch,
            [each.roll_id for each in unexpired_rolls(rolls, now)],
            randomness,
        )
        answers = self.answer(pending.request, leaf, rolls, now, randomness)
        held = self.credentials, identity, pending, answers
        made = receive_credential(*held)
        if contradicting(*held):
            asked = self._looked_at(pending.request, leaf, rolls, now)
            proofs = prove_all(*asked, randomness)
            # More than t liars may leave too few proofs: then nobody is named.
            with suppress(ProofError):
                self._named.learn(name_issuers(*held, proofs))
        return made

    def answer(
        self,
        request: CredentialRequest,
        leaf: Leaf,
        rolls: Sequence[PostedRoll],
        now: int,
        randomness: Randomness,
    ) -> tuple[bytes, ...]:
        """Return every issuer's sealed answer to a request.

        Attributes are the committee's own; randomness is that of the boxes.

        Args:
            request: as it came.
            leaf: the one that it names, as the registry log shows it now.
            rolls: all that are on that log.
            now: the issuers' clock, unix seconds.
            randomness: of the boxes.

        Raises:
            Rejection: ``request.leaf`` for a leaf that was not enrolled here, and other
                ``request.*``.
        """
        return answer_all(*self._looked_at(request, leaf, rolls, now), randomness)

    @property
    def evidence(self) -> tuple[IssuerLie, ...]:
        """What shows which issuers lied so far: the first of each kind, by issuer."""
        return self._named.by_issuer()

    def _looked_at(
        self,
        request: CredentialRequest,
        leaf: Leaf,
        rolls: Sequence[PostedRoll],
        now: int,
    ) -> LookedAt:
        """Return what issuers look at to answer a request, or to prove an answer."""
        if not 0 <= request.index < len(self._enrolled):
            raise Rejection("request.leaf", "there is no leaf of this index")
        attributes = self.book.attributes(request.index)
        known = self.credentials, self._issuers, leaf, rolls, attributes
        return (*known, request, now)


def signed_roll(
    registry_id: RegistryId, roll: Roll, issuers: Sequence[IssuerSecrets]
) -> dict[str, Value]:
    """Return the body of a ROLL entry that these issuers sign, in their order."""
    return roll_body(
        roll, [sign_roll(registry_id, roll, each.index, each.key) for each in issuers]
    )
