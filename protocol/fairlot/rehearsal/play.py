"""The run of a rehearsal, phase by phase (specs/rehearsal.md, section 3).

It never waits: it runs on the simulated clock that its terms state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import make_round
from fairlot.board.keeper import Board, Receipt
from fairlot.board.sale import SaleState
from fairlot.board.storage import Storage
from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.attestation import Attestation
from fairlot.identity.enrolment import AdmissionBook, Identity
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.parts import START, Parts, cast_parts, write_terms
from fairlot.rehearsal.wishes import wishes
from fairlot.rehearsal.work import (
    DepositJob,
    EnrolJob,
    Holder,
    MadeDeposit,
    Participant,
    Workers,
    deposit_people,
    enrol_people,
)
from fairlot.terms.terms import Terms
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup, shipped_setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.statements import Statements

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
    curve: Backend,
    file: TermsFile,
    people: Sequence[Person],
    storage: Storage,
    randomness: Randomness,
    workers: Workers,
    watcher: Watcher,
    setup: Setup | None = None,
) -> Rehearsed:
    """Play a sale from the first entry to RESULT, or to VOID (steps 1 to 9).

    Args:
        curve: the back-end.
        file: the seller's terms.
        people: who takes part, and what they ask for.
        storage: an empty board's.
        randomness: where every role's and person's stream is derived from.
        workers: do the people's part.
        watcher: told of progress and acknowledgements.
        setup: of RSA-2048 and the delay of ``file``, verified; found or computed where
            none is given.
    """
    parts = cast_parts(curve, file, people, randomness)
    terms = write_terms(file, parts, setup or _setup(file.delay, watcher))
    state = SaleState(curve, Statements())
    board = Board(storage, terms.board.name, parts.board, state)
    run = _Run(curve, parts, terms, board, randomness, workers, watcher)
    run.begin()
    participants = run.enrol(people)
    deposits = run.sell(people, participants)
    made = [deposits[p.name] for p in people]
    run.draw(file, made)
    nyms = tuple((p.name, d.nym) for p, d in zip(people, made, strict=True))
    return Rehearsed(terms, state, nyms)


@dataclass(frozen=True, slots=True)
class _Run:
    curve: Backend
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
            EnrolJob(self.curve.name, self.parts, chunk)
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
        by_name = {
            p.name: identity
            for (_, p), identity in zip(admitted, identities, strict=True)
        }
        wanted = wishes(self.curve, self.terms, people, by_name)
        return {
            p.name: Participant(
                holder,
                by_name[p.name],
                leaves[index],
                book.attributes(index),
                wanted[p.name],
            )
            for index, (holder, p) in enumerate(admitted)
        }

    def sell(
        self, people: Sequence[Person], participants: dict[str, Participant]
    ) -> dict[str, MadeDeposit]:
        """Issue credentials, take deposits and payments, each in a random order (5, 6)."""
        self._mark(EntryType.OPEN, self.terms.times.open)
        order = self._shuffled(people, "credentials")
        todo = [participants[p.name] for p in order]
        jobs = [
            DepositJob(self.curve.name, self.parts, self.terms, START, chunk)
            for chunk in _chunks(todo, BATCH)
        ]
        made: list[MadeDeposit] = []
        for done in self.workers.map(deposit_people, jobs):
            self.board.state.statements.learn(done.verified)
            made += done.deposits
            self.watcher.progress("making deposits", len(made), len(people))
        self._post_all([d.entry for d in self._shuffled(made, "deposits")])
        deposits = {p.name: d for p, d in zip(order, made, strict=True)}
        self._pay(people, deposits)
        return deposits

    def draw(self, file: TermsFile, deposits: Sequence[MadeDeposit]) -> None:
        """Close, commit, reveal, recover what is missing, and draw (steps 7 to 9).

        Args:
            file: says how many contribute, stay away and withhold.
            deposits: everybody's, in the order of the list.
        """
        times, watcher = self.terms.times, self.watcher
        watcher.progress("drawing", 0, 3)
        self._mark(EntryType.CLOSE, times.close)
        committing, revealing = self._contributors(file, deposits)
        frozen = self.board.state.contributions.frozen
        commits = [make_commitment(self.terms, frozen, a, k) for k, a in committing]
        self._post_chunks(commits, times.close + 10)
        reasons = self.board.state.void_reasons(times.commit_end)
        if reasons:
            receipt = self.board.append_void(reasons[0], times.commit_end)
            watcher.acknowledged((receipt,))
            watcher.progress("drawing", 3, 3)
            return
        self._mark(EntryType.COMMIT_END, times.commit_end)
        watcher.progress("drawing", 1, 3)
        reveals = [make_reveal(self.terms.sale_id, a, k) for k, a in revealing]
        self._post_chunks(reveals, times.commit_end + 10)
        self._mark(EntryType.REVEAL_END, times.reveal_end)
        watcher.progress("drawing", 2, 3)
        self._recover()
        known = self._publish_rounds()
        self._mark(EntryType.RESULT, max(times.reveal_end + 10, known))
        watcher.progress("drawing", 3, 3)

    def _contributors(
        self, file: TermsFile, deposits: Sequence[MadeDeposit]
    ) -> tuple[list[tuple[SigningKey, int]], list[tuple[SigningKey, int]]]:
        """Return who commits, and who of them reveals: keys and openings."""
        roster = self.parts.contributors
        paying = [deposit for deposit in deposits if deposit.amount > 0]
        some = self._shuffled(paying, "depositors")[: file.depositors]
        keys = [*roster, *(deposit.settle for deposit in some)]
        alphas = [
            bicorn.draw_alpha(self.sale_randomness.derive(f"alpha/{i}"))
            for i in range(len(keys))
        ]
        everybody = list(zip(keys, alphas, strict=True))
        present = len(roster) - file.absent
        opened = present - file.withhold
        others = everybody[len(roster) :]
        return everybody[:present] + others, everybody[:opened] + others

    def _recover(self) -> None:
        """Let somebody without any role recompute what is withheld."""
        contributions = self.board.state.contributions
        if not contributions.withheld:
            return
        anyone = SigningKey.generate(self.sale_randomness.derive("recoverer"))
        recovery = make_recovery(
            self.terms,
            contributions,
            lambda done, total: self.watcher.progress("recovering", done, total),
            anyone,
        )
        self._post([recovery], self.terms.times.reveal_end + 5)

    def _publish_rounds(self) -> int:
        """Post the rounds that the terms name, and return when all are known."""
        named = sorted(self.terms.named_rounds(), key=lambda each: each.due)
        relay = SigningKey.generate(self.sale_randomness.derive("relay"))
        earliest = self.terms.times.reveal_end + 5
        for each in named:
            beacon = self.parts.clock.sign(self.curve, each.round_number)
            entry = make_round(self.terms.sale_id, each.chain, beacon, relay)
            earliest = max(earliest, each.due)
            self._post([entry], earliest)
        return earliest

    def _pay(self, people: Sequence[Person], deposits: dict[str, MadeDeposit]) -> None:
        paying = [p for p in self._shuffled(people, "payments") if p.amount > 0]
        refs = self.sale_randomness.derive("payment-refs")
        payments = [
            make_payment(
                self.terms.sale_id,
                deposits[p.name].nym,
                p.amount,
                self.parts.escrow,
                refs,
            )
            for p in paying
        ]
        self._post_chunks(payments, DEPOSITS_UNTIL)

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

    def _post_chunks(self, entries: Sequence[Entry], time: int) -> None:
        for chunk in _chunks(entries, BATCH):
            self._post(chunk, time)

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
