"""The sale of a crowd (specs/command-line.md, section 22).

It gives the bytes of a rehearsal, and holds of each person little more than the fold does.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fairlot.board.foresight import Seen
from fairlot.board.hints import Hints, write_hints
from fairlot.board.keeper import Board
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import OneWriter, Storage
from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import NYM_LENGTH, Nym
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.crowd import crowd_person
from fairlot.rehearsal.crowd_work import (
    Crowd,
    CrowdSale,
    DepositsJob,
    LeavesJob,
    make_deposits,
    make_leaves,
)
from fairlot.rehearsal.draw import (
    BATCH,
    Contributing,
    Drawing,
    Poster,
    Posting,
    Watcher,
    chunks,
    draw_alphas,
    find_setup,
)
from fairlot.rehearsal.opening import (
    begin_registry,
    begin_sale,
    deposit_time,
    open_sale,
    payment_time,
)
from fairlot.rehearsal.parts import BOARD_NAME, Parts, attested, cast_parts
from fairlot.terms.terms import Terms
from fairlot.workers import Workers, in_turn
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.statements import Statements

WIDTH = 8
"""Pieces of work that are sent to the workers at a time."""

T = TypeVar("T")


def play_crowd(
    curve: Backend,
    file: TermsFile,
    people: int,
    storage: Storage,
    randomness: Randomness,
    workers: Workers,
    watcher: Watcher,
    *,
    hinted: bool,
) -> Hints:
    """Play the sale of a crowd, from the first entry to RESULT, and return its hints.

    Args:
        curve: the back-end.
        file: what ``crowd_terms`` says.
        people: how many take part.
        storage: the storage of an empty board.
        randomness: the source from which every role's and person's stream is derived.
        workers: do the people's part.
        watcher: is told of progress.
        hinted: whether hints are made; there are none otherwise.
    """
    parts = cast_parts(curve, file, (), randomness)
    terms = write_terms(file, parts, find_setup(file.delay, watcher), people)
    both = OneWriter(storage)
    registry = RegistryState(curve, Statements())
    state = SaleState(registry)
    registrar = Posting(RegistryBoard(both, BOARD_NAME, parts.board, registry), watcher)
    poster = Poster(Board(both, terms.board.name, parts.board, state), watcher)
    crowd = Crowd(
        curve.name,
        parts.registry,
        parts.everybody[0],
        attested(parts.registry, crowd_person(1)),
        randomness,
    )
    run = _Run(crowd, parts, terms, people, registrar, poster, workers, hinted)
    begin_registry(registrar, parts)
    begin_sale(poster, parts, terms)
    indexes = run.enrol()
    open_sale(registrar, poster, parts)
    run.pay(run.sell(indexes))
    contributors = draw_alphas(parts.contributors, run.sale_randomness)
    drawing = Drawing(poster, parts.clock, run.sale_randomness)
    drawing.run(Contributing.all(contributors))
    return write_hints(run.hints)


@dataclass(frozen=True, slots=True)
class _Run:
    crowd: Crowd
    parts: Parts
    terms: Terms
    people: int
    registrar: Posting[RegistryBoard]
    poster: Poster
    workers: Workers = field(repr=False)
    hinted: bool
    hints: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    """Of the presentations so far, each with the index of its leaf."""

    @property
    def sale_randomness(self) -> Randomness:
        """The streams of the sale."""
        return self.crowd.randomness.derive(f"sale/{self.terms.sale_id.hex()}")

    def enrol(self) -> Sequence[int]:
        """Post everybody's leaf, and return the index of each, by number (step 4)."""
        numbers = range(1, self.people + 1)
        order = _order(numbers, self.crowd.randomness.derive("order/leaves"))
        indexes = array("L", bytes(array("L").itemsize * (self.people + 1)))
        for index, number in enumerate(order):
            indexes[number] = index
        jobs = (
            LeavesJob(self.crowd, number * BATCH, chunk)
            for number, chunk in enumerate(chunks(order, BATCH))
        )
        opens, known = self.terms.times.open, self.registrar.board.state.foresight
        for job, made in in_turn(self.workers, make_leaves, jobs, WIDTH):
            entries = [entry for entry, _ in made]
            known.learn(_leaves(entries), (Seen(opens, leaf) for _, leaf in made))
            self.registrar.post(entries, opens)
            self._progress("registering people", job.first + len(job.people))
        return indexes

    def sell(self, indexes: Sequence[int]) -> bytes:
        """Post everybody's deposit, and return their nyms, by number (step 5)."""
        coming = self._shuffled(range(1, self.people + 1), "credentials")
        batches = list(chunks(self._shuffled(coming, "deposits"), BATCH))
        state, opens = self.poster.board.state, self.terms.times.open
        sale = CrowdSale(self.terms, state.roll.roll_id)
        jobs = (
            DepositsJob(
                self.crowd,
                sale,
                deposit_time(opens, place, len(batches)),
                tuple((number, indexes[number]) for number in batch),
                self.hinted,
            )
            for place, batch in enumerate(batches)
        )
        nyms, done = bytearray(NYM_LENGTH * (self.people + 1)), 0
        for job, made in in_turn(self.workers, make_deposits, jobs, WIDTH):
            state.foresight.learn(_leaves(made.entries), made.seen)
            self.poster.post(made.entries, job.time)
            # A TIME may stand before them, and nothing behind.
            first = state.tree.size - len(made.entries)
            self.hints.extend(enumerate(made.hints, first))
            for (number, _), nym in zip(job.people, made.nyms, strict=True):
                nyms[NYM_LENGTH * number : NYM_LENGTH * (number + 1)] = nym
            done += len(job.people)
            self._progress("making deposits", done)
        return bytes(nyms)

    def pay(self, nyms: bytes) -> None:
        """Post a payment for each deposit (step 6)."""
        order = self._shuffled(range(1, self.people + 1), "payments")
        refs, done = self.sale_randomness.derive("payment-refs"), 0
        time = payment_time(self.terms.times.open)
        for chunk in chunks(order, BATCH):
            payments = [
                make_payment(
                    self.terms.sale_id,
                    Nym(nyms[NYM_LENGTH * number : NYM_LENGTH * (number + 1)]),
                    crowd_person(number).amount,
                    self.parts.escrow,
                    refs,
                )
                for number in chunk
            ]
            signed = (Seen(time, None) for _ in payments)
            self.poster.board.state.foresight.learn(_leaves(payments), signed)
            self.poster.post(payments, time)
            done += len(chunk)
            self._progress("paying", done)

    def _progress(self, stage: str, done: int) -> None:
        self.poster.watcher.progress(stage, done, self.people)

    def _shuffled(self, numbers: Sequence[int], label: str) -> Sequence[int]:
        return _order(numbers, self.sale_randomness.derive(f"order/{label}"))


def _order(numbers: Sequence[int], randomness: Randomness) -> Sequence[int]:
    return array("L", shuffled(numbers, randomness))


def _leaves(entries: Iterable[Entry]) -> Iterator[bytes]:
    return (entry.encoded for entry in entries)
