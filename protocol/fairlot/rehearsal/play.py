"""The run of a rehearsal, phase by phase (specs/rehearsal.md, section 3).

It never waits: it runs on the simulated clock that its terms state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fairlot.beacon import make_commitment, make_reveal
from fairlot.board.board import Board, Receipt
from fairlot.board.entry import Entry, EntryType, sign_entry
from fairlot.board.storage import Storage
from fairlot.deposit import Nym, make_payment
from fairlot.identity.attestation import Attestation
from fairlot.identity.enrolment import AdmissionBook, Identity
from fairlot.people import Person
from fairlot.rehearsal.parts import START, Parts, cast_parts, write_terms
from fairlot.rehearsal.work import (
    DepositJob,
    EnrolJob,
    Holder,
    Participant,
    Workers,
    deposit_people,
    enrol_people,
)
from fairlot.sale import SaleState
from fairlot.statements import Statements
from fairlot.terms import Terms
from fairlot.terms_file import TermsFile
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup, shipped_setup
from fairlot_crypto.groups import Backend
from fairlot_crypto.randomness import Randomness, shuffled

BATCH = 64
"""Entries under one checkpoint, and people in one piece of work."""
DEPOSITS_FROM = START + 60
DEPOSITS_UNTIL = START + 3_000

T = TypeVar("T")


class Watcher(Protocol):
    """Whoever looks on."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Learn how far a stage has come."""
        ...

    def acknowledged(self, receipts: tuple[Receipt, ...]) -> None:
        """Learn what is durable on the board."""
        ...


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal leaves behind."""

    terms: Terms
    state: SaleState
    nyms: tuple[tuple[str, Nym], ...]
    """Name and nym of every person, in the order given: a private view."""


def rehearse(
    group: Backend,
    file: TermsFile,
    people: Sequence[Person],
    storage: Storage,
    randomness: Randomness,
    workers: Workers,
    watcher: Watcher,
) -> Rehearsed:
    """Play a sale from the first entry to RESULT (steps 1 to 9).

    Args:
        group: the back-end.
        file: the seller's terms.
        people: who takes part, and what they ask for.
        storage: an empty board's.
        randomness: where every role's and person's stream is derived from.
        workers: do the people's part.
        watcher: told of progress and acknowledgements.
    """
    parts = cast_parts(group, file, [p.name for p in people], randomness)
    terms = write_terms(file, parts, _setup(file.delay, watcher))
    state = SaleState(group, Statements())
    board = Board(storage, terms.board.name, parts.board, state)
    run = _Run(group, parts, terms, board, randomness, workers, watcher)
    run.begin()
    participants = run.enrol(people)
    nyms = run.sell(people, participants)
    run.draw()
    return Rehearsed(terms, state, tuple((p.name, nyms[p.name]) for p in people))


@dataclass(frozen=True, slots=True)
class _Run:
    group: Backend
    parts: Parts
    terms: Terms
    board: Board
    randomness: Randomness
    workers: Workers
    watcher: Watcher

    @property
    def sale_randomness(self) -> Randomness:
        """The streams of this sale: another one of the same people has others."""
        return self.randomness.derive(f"sale/{self.terms.sale_id.hex()}")

    def begin(self) -> None:
        """Post the terms and the registry (step 3)."""
        registry = self.parts.registry
        first = sign_entry(
            EntryType.TERMS,
            self.terms.sale_id,
            self.terms.to_value(),
            self.parts.seller,
        )
        second = sign_entry(
            EntryType.REGISTRY,
            registry.registry_id,
            registry.to_value(),
            self.parts.issuers[0].key,
        )
        self._post([first, second], START)

    def enrol(self, people: Sequence[Person]) -> dict[str, Participant]:
        """Admit, enrol and register everybody, in a random order (step 4)."""
        registry = self.parts.registry
        book = AdmissionBook(registry)
        admitted: list[tuple[Holder, Person]] = []
        todo: list[tuple[Holder, Attestation, int]] = []
        order = shuffled(people, self.randomness.derive("order/leaves"))
        for index, person in enumerate(order):
            holder = Holder.generate(self.randomness.derive(f"person/{person.name}"))
            attestation = self.parts.attester.attest(
                person.name, holder.signing.public, holder.device.public, START
            )
            book.admit(attestation, index, START)
            admitted.append((holder, person))
            todo.append((holder, attestation, index))
        jobs = [
            EnrolJob(self.group.name, self.parts, chunk)
            for chunk in _chunks(todo, BATCH)
        ]
        identities: list[Identity] = []
        for done in self.workers.map(enrol_people, jobs):
            self.board.state.statements.learn(done.verified)
            entries = [self._leaf(identity) for identity in done.identities]
            self._post(entries, START)
            for identity, handle in zip(done.identities, done.handles, strict=True):
                book.registered(identity.leaf.index, handle)
            identities += done.identities
            self.watcher.progress("registering people", len(identities), len(people))
        leaves = self.board.state.leaves
        return {
            p.name: Participant(
                holder,
                identity,
                leaves[index],
                book.attributes(index),
                p.wants,
                p.deposit,
            )
            for index, ((holder, p), identity) in enumerate(
                zip(admitted, identities, strict=True)
            )
        }

    def sell(
        self, people: Sequence[Person], participants: dict[str, Participant]
    ) -> dict[str, Nym]:
        """Issue credentials, take deposits and payments, each in a random order (5, 6)."""
        self._mark(EntryType.OPEN, self.terms.times.open)
        order = self._shuffled(people, "credentials")
        todo = [participants[p.name] for p in order]
        jobs = [
            DepositJob(self.group.name, self.parts, self.terms, START, chunk)
            for chunk in _chunks(todo, BATCH)
        ]
        made: list[tuple[Entry, Nym]] = []
        for done in self.workers.map(deposit_people, jobs):
            self.board.state.statements.learn(done.verified)
            made += done.entries
            self.watcher.progress("making deposits", len(made), len(people))
        self._post_all([entry for entry, _ in self._shuffled(made, "deposits")])
        nyms = {p.name: nym for p, (_, nym) in zip(order, made, strict=True)}
        self._pay(people, nyms)
        return nyms

    def draw(self) -> None:
        """Close, commit, reveal and draw (steps 7 to 9)."""
        times, watcher = self.terms.times, self.watcher
        watcher.progress("drawing", 0, 3)
        self._mark(EntryType.CLOSE, times.close)
        contributors = self.parts.contributors
        alphas = [
            bicorn.draw_alpha(self.sale_randomness.derive(f"alpha/{i}"))
            for i in range(len(contributors))
        ]
        frozen = self.board.state.contributions.frozen
        pairs = list(zip(alphas, contributors, strict=True))
        commits = [make_commitment(self.terms, frozen, a, key) for a, key in pairs]
        self._post(commits, times.close + 10)
        self._mark(EntryType.COMMIT_END, times.commit_end)
        watcher.progress("drawing", 1, 3)
        reveals = [make_reveal(self.terms.sale_id, a, key) for a, key in pairs]
        self._post(reveals, times.commit_end + 10)
        self._mark(EntryType.REVEAL_END, times.reveal_end)
        watcher.progress("drawing", 2, 3)
        self._mark(EntryType.RESULT, times.reveal_end + 10)
        watcher.progress("drawing", 3, 3)

    def _pay(self, people: Sequence[Person], nyms: dict[str, Nym]) -> None:
        paying = [p for p in self._shuffled(people, "payments") if p.deposit > 0]
        refs = self.sale_randomness.derive("payment-refs")
        payments = [
            make_payment(
                self.terms.sale_id, nyms[p.name], p.deposit, self.parts.escrow, refs
            )
            for p in paying
        ]
        for chunk in _chunks(payments, BATCH):
            self._post(chunk, DEPOSITS_UNTIL)

    def _leaf(self, identity: Identity) -> Entry:
        registry_id = self.parts.registry.registry_id
        body = identity.leaf.to_value()
        return sign_entry(EntryType.LEAF, registry_id, body, self.parts.issuers[0].key)

    def _post_all(self, entries: Sequence[Entry]) -> None:
        batches = list(_chunks(entries, BATCH))
        span = DEPOSITS_UNTIL - DEPOSITS_FROM
        for number, batch in enumerate(batches):
            self._post(batch, DEPOSITS_FROM + span * number // len(batches))
            self.watcher.progress("posting deposits", number + 1, len(batches))

    def _post(self, entries: Sequence[Entry], time: int) -> None:
        receipts = self.board.append(entries, time)
        for receipt in receipts:
            if receipt.refusal is not None:
                raise receipt.refusal
        self.watcher.acknowledged(receipts)

    def _mark(self, kind: EntryType, time: int) -> None:
        self.watcher.acknowledged((self.board.append_marker(kind, time),))

    def _shuffled(self, items: Sequence[T], label: str) -> list[T]:
        return shuffled(items, self.sale_randomness.derive(f"order/{label}"))


def _setup(delay: int, watcher: Watcher) -> Setup:
    shipped = shipped_setup(delay)
    if shipped is not None:
        return shipped
    return make_setup(
        RSA_2048,
        delay,
        lambda done, total: watcher.progress("computing the set-up", done, total),
    )


def _chunks(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
