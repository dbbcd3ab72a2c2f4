"""Attester, issuers and arbiter of a rehearsal, on the registry log (specs/life.md).

Each method posts one entry, which the fold of the log must take.
"""

from dataclasses import dataclass, field

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.entry import Entry
from fairlot.identity.acts import Act, Contest, Freeze, Guardian, Ruling, make_act
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import Enrolment, Identity, receive_identity
from fairlot.identity.leaf import LeafStatus
from fairlot.identity.life import LeafLife, Outcome
from fairlot.identity.recovering import (
    begin_change,
    complete_change,
    join,
    resend_share,
)
from fairlot.rehearsal.draw import Posting
from fairlot.rehearsal.kept import Listed, holder_of
from fairlot.rehearsal.parts import Parts
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Desk:
    """Whoever acts on the lives of leaves."""

    curve: Backend
    parts: Parts
    registrar: Posting[RegistryBoard]
    randomness: Randomness
    """Of the rehearsal."""
    book: AdmissionBook = field(repr=False)
    """The issuers'."""

    def life(self, index: int) -> LeafLife:
        """Return what has become of a leaf, by the log."""
        return self.registrar.board.state.lives[index]

    def freeze(self, index: int, time: int) -> None:
        """Let an attester freeze a leaf that is active and that they never froze."""
        life, attester = self.life(index), self.parts.attester_keys[0]
        active = life.status(time) is LeafStatus.ACTIVE
        if active and attester.public not in life.froze:
            frozen = Freeze(index, life.version, Guardian.ATTESTER)
            self._post(self._made(frozen, attester), time)

    def begin(self, index: int, listed: Listed, purpose: Purpose, time: int) -> Holder:
        """Attest a person anew, by all attesters, and begin a recovery or a closing.

        Returns:
            The new keys, which get the leaf with a recovery.
        """
        life, registry = self.life(index), self.parts.registry
        holder = holder_of(self.randomness, listed.name, life.attempt + 1)
        keys = holder.signing.public, holder.device.public
        attested = [
            each.attest(listed.name, *keys, time, life.subject(purpose))
            for each in self.parts.attesters
        ]
        decisions = [
            begin_change(
                registry, self.book, each, attested, purpose, index, life, time
            )
            for each in self.parts.issuers
        ]
        self._post(self._made(join(decisions), self.parts.issuers[0].key), time)
        return holder

    def complete(self, index: int, time: int) -> None:
        """Complete what has begun."""
        life, registry = self.life(index), self.parts.registry
        decisions = [
            complete_change(registry, each, index, life, time)
            for each in self.parts.issuers
        ]
        self._post(self._made(join(decisions), self.parts.issuers[0].key), time)

    def contest(self, index: int, key: SigningKey, time: int) -> None:
        """Contest, with a key, what has begun."""
        life = self.life(index)
        contested = Contest(index, life.version, life.attempt)
        self._post(self._made(contested, key), time)

    def rule(self, index: int, outcome: Outcome, time: int) -> None:
        """Let the arbiter decide."""
        life = self.life(index)
        ruling = Ruling(index, life.version, life.attempt, outcome)
        self._post(self._made(ruling, self.parts.disputes), time)

    def resend(self, index: int, holder: Holder, time: int) -> Identity:
        """Let the issuers send the shares of a leaf to its new device, which opens them."""
        registry, life = self.parts.registry, self.life(index)
        leaf = self.registrar.board.state.leaf_at(index, time)
        source = holder.randomness.derive("resent")
        sealed = tuple(
            resend_share(
                registry,
                self.book,
                each,
                index,
                life,
                source.derive(f"share/{each.index}"),
            )
            for each in self.parts.issuers
        )
        attributes = self.book.attributes(index)
        sent = Enrolment(leaf, sealed, b"")
        return receive_identity(self.curve, registry, sent, holder.device, attributes)

    def _made(self, act: Act, key: SigningKey) -> Entry:
        return make_act(self.parts.registry.registry_id, act, key)

    def _post(self, entry: Entry, time: int) -> None:
        self.registrar.post([entry], time)
