"""The run of a rehearsal, phase by phase (specs/rehearsal.md, section 3).

It never waits: it runs on a simulated clock, by the times of its terms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fairlot.board.keeper import Board
from fairlot.board.phase import ENDED
from fairlot.board.registry_keeper import RegistryBoard
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.storage import OneWriter, Storage
from fairlot.deposit.make import MadeDeposit
from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry, EntryType
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.issuer_lies import IssuerLie, Named
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.rehearsal.announcing import write_terms
from fairlot.rehearsal.asking import SaleJob
from fairlot.rehearsal.claiming import Claiming
from fairlot.rehearsal.course import Course
from fairlot.rehearsal.desk import Desk
from fairlot.rehearsal.draw import (
    BATCH,
    Contributing,
    Contributor,
    Drawing,
    Poster,
    Posting,
    Watcher,
    chunks,
    draw_alphas,
    find_setup,
)
from fairlot.rehearsal.handing import Handed, Handing
from fairlot.rehearsal.kept import Earlier, Listed
from fairlot.rehearsal.named import learn_evidence
from fairlot.rehearsal.opening import (
    begin_registry,
    begin_sale,
    deposit_time,
    open_sale,
    payment_time,
)
from fairlot.rehearsal.parts import BOARD_NAME, Parts, cast_parts
from fairlot.rehearsal.plot import Act
from fairlot.rehearsal.registering import Registering
from fairlot.rehearsal.showing import Showing
from fairlot.rehearsal.standing import Story
from fairlot.rehearsal.wishes import wishes
from fairlot.rehearsal.work import DepositJob, deposit_people
from fairlot.terms.terms import Terms
from fairlot.workers import Workers
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.parameters import Setup
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import Randomness, shuffled
from fairlot_crypto.statements import Statements

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """What every role holds where a rehearsal has stopped (section 3.1)."""

    marker: EntryType
    """The last entry of the board."""
    parts: Parts = field(repr=False)
    contributors: Sequence[Contributor]
    """The roster in its order, then the depositors who contribute."""
    head: SignedCheckpoint
    """The last of the board."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The result of a rehearsal."""

    terms: Terms
    state: SaleState
    nyms: tuple[tuple[str, Nym], ...] = field(repr=False)
    """Name and nym of every person, in the order given: a private view."""
    holders: Mapping[str, str] = field(repr=False)
    """Who holds each position at the end, by the name of its person: a name, or empty."""
    stories: tuple[Story, ...] = field(repr=False)
    """What happened to people, in the order given."""
    registered: tuple[Listed, ...] = field(repr=False)
    """Who has a leaf, in the order of the leaves."""
    handed: tuple[Handed, ...] = field(repr=False, default=())
    """What has become of the item of each unit, in the order of the units."""
    held: Held | None = field(repr=False, default=None)
    """What every role holds, where the rehearsal has stopped; else nothing."""
    named: tuple[IssuerLie, ...] = field(repr=False, default=())
    """What shows which issuers lied, by issuer."""


def rehearse(
    curve: Backend,
    file: TermsFile,
    people: Sequence[Person],
    storage: Storage,
    randomness: Randomness,
    workers: Workers,
    watcher: Watcher,
    setup: Setup | None = None,
    until: EntryType | None = None,
    earlier: Earlier | None = None,
    acts: Sequence[Act] = (),
    items: Sequence[bytes] = (),
    named: Named | None = None,
) -> Rehearsed:
    """Play a sale from the first entry to RESULT, or to VOID (steps 1 to 9).

    With ``acts`` or ``items`` it goes on to UNLOCK, and until what was won is released
    (sections 6 and 7).

    Args:
        curve: the back-end.
        file: the seller's terms.
        people: who takes part, and what they ask for.
        storage: the storage of an empty board.
        randomness: the source from which every role's and person's stream is derived.
        workers: do the people's part.
        watcher: is told of progress and acknowledgements.
        setup: a verified set-up for RSA-2048 and the delay of ``file``; without one it is
            found or computed.
        until: one of ``STOPS``, behind which the rehearsal stops (section 3.1); ``None``
            for a whole sale.
        earlier: a registry that goes on, and whose seed ``randomness`` has; ``None`` for a
            new one.
        acts: what happens to people meanwhile, as ``plot`` returns it.
        items: what the seller hands over, one for each unit of the pools; none for a
            sale that ends with its result. Not with ``until``.
        named: learns of issuers who lie, also where the rehearsal ends with a refusal.
    """
    parts = cast_parts(curve, file, people, randomness, earlier)
    terms = write_terms(file, parts, setup or find_setup(file.delay, watcher))
    file_of_both = OneWriter(storage)
    if earlier is None:
        registry = RegistryState(curve, Statements())
    else:
        registry = earlier.state
        file_of_both.append(earlier.kept.log)
    state = SaleState(registry)
    keeper = RegistryBoard(file_of_both, BOARD_NAME, parts.board, registry)
    board = Board(file_of_both, terms.board.name, parts.board, state)
    registrar = Posting(keeper, watcher)
    desk = Desk(curve, parts, registrar, randomness, AdmissionBook(parts.registry))
    sale_randomness = randomness.derive(f"sale/{terms.sale_id.hex()}")
    claiming = Claiming(Poster(board, watcher), parts, workers, sale_randomness)
    handing = Handing(Showing(claiming), items)
    course = Course(desk, handing, acts)
    poster = Poster(board, watcher, course)
    parties = desk, poster, course
    caught = Named() if named is None else named
    run = _Run(curve, parts, terms, *parties, sale_randomness, workers, earlier, caught)
    held = run.whole(file, people, until, goes_on=bool(acts or items))
    nyms = tuple((p.name, course.nym(p.name)) for p in people)
    kept = course.kept(parts.people)
    return Rehearsed(
        terms,
        state,
        nyms,
        course.holders(),
        course.stories([p.name for p in people]),
        kept,
        handing.handed(),
        held,
        run.named.by_issuer(),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    curve: Backend
    parts: Parts
    terms: Terms
    desk: Desk
    poster: Poster
    course: Course
    sale_randomness: Randomness
    """The streams of this sale; another sale of the same people has others."""
    workers: Workers
    earlier: Earlier | None
    named: Named
    """Learns of issuers who lie."""

    @property
    def registrar(self) -> Posting[RegistryBoard]:
        """Posts on the registry log."""
        return self.desk.registrar

    def whole(
        self,
        file: TermsFile,
        people: Sequence[Person],
        until: EntryType | None,
        *,
        goes_on: bool,
    ) -> Held | None:
        """Play it, and learn of every lie on the way, however it ends.

        Args:
            file: the seller's terms.
            people: the list.
            until: the marker behind which it stops; ``None`` for none.
            goes_on: whether it goes on behind its result.

        Returns:
            What every role holds where it has stopped; ``None`` where the sale has ended.
        """
        try:
            self.begin()
            self.enrol(people)
            self.open()
            self.sell(people)
            held = self.draw(file, people, until)
            self.course.collect()
            if goes_on:
                self.course.finish()
        finally:
            for attester in self.parts.attesters:
                self.named.learn(attester.evidence)
        return held

    def begin(self) -> None:
        """Post a new registry on its log, and the terms on that of the sale (step 3)."""
        if self.earlier is None:
            begin_registry(self.registrar, self.parts)
        begin_sale(self.poster, self.parts, self.terms)

    def enrol(self, people: Sequence[Person]) -> None:
        """Register everybody who is new, and let everybody come (step 4)."""
        registering = Registering(
            self.curve,
            self.parts,
            self.registrar,
            self.desk.randomness,
            self.workers,
            self.desk.book,
            self.named,
        )
        registered = registering.everybody(people)
        by_name = {name: each.identity for name, each in registered.items()}
        self.course.enter(registered, wishes(self.curve, self.terms, people, by_name))

    def open(self) -> None:
        """Post a roll of everybody, and open the sale with it (step 5)."""
        open_sale(self.registrar, self.poster, self.parts)

    def sell(self, people: Sequence[Person]) -> None:
        """Issue credentials, take deposits and payments, each in a random order (5, 6)."""
        state, opens = self.poster.board.state, self.terms.times.open
        sale = SaleJob.of(state, self.parts, opens)
        able = self.course.depositing([p.name for p in people], opens)
        coming = [p for p in people if p.name in able]
        order = self._shuffled(coming, "credentials")
        todo = [able[p.name] for p in order]
        jobs = [
            DepositJob(sale, chunk, suspicious=number == 0)
            for number, chunk in enumerate(chunks(todo, BATCH))
        ]
        made: list[MadeDeposit] = []
        for done in self.workers.map(deposit_people, jobs):
            state.statements.learn(done.verified)
            learn_evidence(self.named, done.named)
            made += done.deposits
            self.poster.watcher.progress("making deposits", len(made), len(coming))
        deposits = {p.name: d for p, d in zip(order, made, strict=True)}
        self.course.deposited(deposits)
        self._post_all([d.entry for d in self._shuffled(made, "deposits")])
        self._pay(coming, deposits)

    def draw(
        self,
        file: TermsFile,
        people: Sequence[Person],
        until: EntryType | None,
    ) -> Held | None:
        """Close, commit, seal, reveal, recover what is missing, and draw (steps 7 to 9).

        Args:
            file: says how many contribute, stay away, leave unsealed and withhold.
            people: the list.
            until: the marker behind which it stops; ``None`` for none.

        Returns:
            What every role holds where it has stopped; ``None`` where the sale has ended.
        """
        drawing = Drawing(self.poster, self.parts.clock, self.sale_randomness)
        self.course.until(self.terms.times.close)
        last = (self.course.deposit_of(person.name) for person in people)
        playing = self._contributors(file, [each for each in last if each is not None])
        head = drawing.run(playing, until).checkpoint
        ended = self.poster.board.state.phase in ENDED
        if until is None or head is None or ended:
            return None
        return Held(until, self.parts, playing.everybody, head)

    def _contributors(
        self, file: TermsFile, deposits: Sequence[MadeDeposit]
    ) -> Contributing:
        """Return who commits, and who of them seals and reveals."""
        roster = self.parts.contributors
        paying = [deposit for deposit in deposits if deposit.amount > 0]
        some = self._shuffled(paying, "depositors")[: file.depositors]
        keys = [*roster, *(deposit.keys.settle for deposit in some)]
        everybody = draw_alphas(keys, self.sale_randomness)
        present = len(roster) - file.absent
        others = everybody[len(roster) :]
        return Contributing(
            everybody,
            everybody[:present] + others,
            everybody[: present - file.unsealed] + others,
            everybody[: present - file.withhold] + others,
        )

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
        self.poster.post_chunks(payments, payment_time(self.terms.times.open))

    def _post_all(self, entries: Sequence[Entry]) -> None:
        batches, opens = list(chunks(entries, BATCH)), self.terms.times.open
        for number, batch in enumerate(batches):
            self.poster.post(batch, deposit_time(opens, number, len(batches)))
            self.poster.watcher.progress("posting deposits", number + 1, len(batches))

    def _shuffled(self, items: Sequence[T], label: str) -> list[T]:
        return shuffled(items, self.sale_randomness.derive(f"order/{label}"))
