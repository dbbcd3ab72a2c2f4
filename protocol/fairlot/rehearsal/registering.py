"""How a rehearsal registers its people (specs/rehearsal.md, section 3, step 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairlot.board.registry_keeper import RegistryBoard
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.desks import Arrival
from fairlot.identity.enrolment import Identity
from fairlot.identity.issuer_lies import Named
from fairlot.identity.leaf import make_leaf_entry
from fairlot.inputs.people_file import Person
from fairlot.rehearsal.draw import BATCH, Posting, chunks
from fairlot.rehearsal.kept import Listed, holder_of
from fairlot.rehearsal.named import learn_evidence
from fairlot.rehearsal.parts import Parts
from fairlot.rehearsal.work import EnrolJob, enrol_people
from fairlot.same_name import compared_name
from fairlot.workers import Workers
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Registered:
    """A person who has a leaf and takes part."""

    listed: Listed
    holder: Holder
    """The keys that hold the leaf."""
    identity: Identity


@dataclass(frozen=True, slots=True)
class Registering:
    """Admits and enrols people, and posts the leaves of those who are new."""

    curve: Backend
    parts: Parts
    registrar: Posting[RegistryBoard]
    randomness: Randomness
    workers: Workers
    book: AdmissionBook = field(repr=False)
    """The issuers', empty: all of them have the same."""
    named: Named = field(default_factory=Named)
    """Learns of issuers who lie."""

    def everybody(self, people: Sequence[Person]) -> dict[str, Registered]:
        """Register whoever has no leaf, and return everybody on the list by name.

        Who has a leaf is admitted again, in a fresh book: the PRF gives the same secrets.
        """
        wanted = {compared_name(p.name): p.name for p in people}
        known, now = len(self.registrar.board.state.leaves), self.parts.times.open
        everybody = [each.name for each in self.parts.people]
        holders = [holder_of(self.randomness, name) for name in everybody]
        arrived = [
            Arrival(name, holder.signing.public, holder.device.public)
            for name, holder in zip(everybody, holders, strict=True)
        ]
        attested = self.parts.attester.attest_all(arrived, now)
        todo: list[tuple[Holder, Attestation, int]] = []
        who: list[Listed] = []
        came = zip(self.parts.people, holders, attested, strict=True)
        for index, (each, holder, attestation) in enumerate(came):
            self.book.admit(attestation, index, now)
            if compared_name(each.name) in wanted:
                todo.append((holder, attestation, index))
                who.append(each)
        identities = self._enrol(todo, known)
        first = (holder for holder, _, _ in todo)
        return {
            wanted[compared_name(each.name)]: self._current(each, holder, identity)
            for each, holder, identity in zip(who, first, identities, strict=True)
        }

    def _current(self, listed: Listed, first: Holder, identity: Identity) -> Registered:
        """Return the person with the keys that hold the leaf now."""
        index, now = identity.leaf.index, self.parts.times.open
        leaf = self.registrar.board.state.leaf_at(index, now)
        holder = first
        if listed.attempt:
            holder = holder_of(self.randomness, listed.name, listed.attempt)
        return Registered(listed, holder, replace(identity, leaf=leaf))

    def _enrol(
        self, todo: Sequence[tuple[Holder, Attestation, int]], known: int
    ) -> list[Identity]:
        """Let everybody have their secrets, and post the leaves from ``known`` on."""
        registry_id = self.parts.registry.registry_id
        issuer = self.parts.issuers[0].key
        jobs = [
            EnrolJob(self.curve.name, self.parts, chunk)
            for chunk in chunks(todo, BATCH)
        ]
        identities: list[Identity] = []
        for done in self.workers.map(enrol_people, jobs):
            self.registrar.board.state.statements.learn(done.verified)
            learn_evidence(self.named, done.named)
            entries = [
                make_leaf_entry(registry_id, identity.leaf, issuer)
                for identity in done.identities
                if identity.leaf.index >= known
            ]
            if entries:
                self.registrar.post(entries, self.parts.times.open)
            identities += done.identities
            for identity, handle in zip(done.identities, done.handles, strict=True):
                self.book.registered(identity.leaf.index, handle)
            self.registrar.watcher.progress(
                "registering people", len(identities), len(todo)
            )
        return identities
