"""The draw of a rehearsal: from CLOSE to RESULT, or to VOID (specs/rehearsal.md, section 3).

It never waits: every batch has the time at which the terms allow it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import make_round
from fairlot.beacon.seals import make_seal
from fairlot.board.keeper import Board
from fairlot.board.log_keeper import LogKeeper, Receipt
from fairlot.board.phase import Phase, VoidReason
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import RollId
from fairlot.rehearsal.clock import Clock
from fairlot.rehearsal.timing import RESULT_AFTER
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup, shipped_setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness

BATCH = 64
"""Entries under one checkpoint, and people in one piece of work."""
STOPS = (
    EntryType.CLOSE,
    EntryType.COMMIT_END,
    EntryType.SEALED,
    EntryType.REVEAL_END,
)
"""The markers behind which a draw can be left to others (section 3.1)."""

T = TypeVar("T")
K = TypeVar("K", bound=LogKeeper[Any])


class Watcher(Protocol):
    """Whoever looks on."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Learn how far a stage has come."""
        ...

    def acknowledged(self, receipts: tuple[Receipt, ...]) -> None:
        """Learn what is durable on the board."""
        ...


class NobodyWatches:
    """Takes no notice."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Ignore how far a stage has come."""

    def acknowledged(self, receipts: tuple[Receipt, ...]) -> None:
        """Ignore what is durable on the board."""


class Course(Protocol):
    """What happens to people meanwhile."""

    def until(self, time: int) -> None:
        """Let happen what is due before an entry of ``time``."""
        ...

    def reached(self) -> None:
        """Let happen what is due when a phase has begun."""
        ...


class Uneventful:
    """Nothing happens to anybody."""

    def until(self, time: int) -> None:
        """Let nothing happen."""

    def reached(self) -> None:
        """Let nothing happen."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who takes part in the beacon."""

    key: SigningKey
    alpha: int = field(repr=False)
    """α, the opening of the commitment."""


@dataclass(frozen=True, slots=True)
class Contributing:
    """Who does what in the beacon."""

    everybody: Sequence[Contributor]
    """The roster in its order, then the depositors who contribute."""
    committing: Sequence[Contributor]
    sealing: Sequence[Contributor]
    revealing: Sequence[Contributor]

    @classmethod
    def all(cls, contributors: Sequence[Contributor]) -> "Contributing":
        """Let everybody do everything."""
        return cls(contributors, contributors, contributors, contributors)


def draw_alphas(
    keys: Iterable[SigningKey], randomness: Randomness
) -> list[Contributor]:
    """Return contributors with these keys, each with an opening of a child of its own."""
    return [
        Contributor(key, bicorn.draw_alpha(randomness.derive(f"alpha/{i}")))
        for i, key in enumerate(keys)
    ]


@dataclass(frozen=True, slots=True)
class Posting(Generic[K]):
    """Posts entries that must be taken, and tells who looks on."""

    board: K
    watcher: Watcher

    def post(self, entries: Sequence[Entry], time: int) -> None:
        """Post a batch.

        Raises:
            Rejection: the first that the board gives.
        """
        receipts = self.board.append(entries, time)
        for receipt in receipts:
            if receipt.refusal is not None:
                raise receipt.refusal
        self.watcher.acknowledged(receipts)

    def post_chunks(self, entries: Sequence[Entry], time: int) -> None:
        """Post in batches of at most ``BATCH``."""
        for chunk in chunks(entries, BATCH):
            self.post(chunk, time)


@dataclass(frozen=True)
class Poster(Posting[Board]):
    """Posts on the log of a sale, when what is due before has happened."""

    course: Course = field(default_factory=Uneventful)

    def post(self, entries: Sequence[Entry], time: int) -> None:
        """Post a batch."""
        self.course.until(time)
        super().post(entries, time)

    def open(self, roll: RollId, time: int) -> None:
        """Post OPEN."""
        self.course.until(time)
        self.watcher.acknowledged((self.board.append_open(roll, time),))
        self.course.reached()

    def mark(self, kind: EntryType, time: int) -> Receipt:
        """Post a marker, and return the board's answer."""
        self.course.until(time)
        receipt = self.board.append_marker(kind, time)
        self.watcher.acknowledged((receipt,))
        self.course.reached()
        return receipt


@dataclass(frozen=True, slots=True)
class Drawing:
    """The draw of one sale."""

    poster: Poster
    clock: Clock
    """Gives the rounds that the terms name."""
    randomness: Randomness
    """For whoever recovers, and whoever posts rounds."""

    def run(self, playing: Contributing, until: EntryType | None = None) -> Receipt:
        """Close, commit, seal, reveal, recover what is missing, and draw (steps 7 to 9).

        Args:
            playing: who does what.
            until: one of ``STOPS``, the last entry of the board unless the sale is void by
                then; ``None`` goes on to RESULT.

        Returns:
            The board's answer to its last entry.
        """
        state, watcher = self.poster.board.state, self.poster.watcher
        steps = (self._commit, self._seal, self._reveal, self._end)
        watcher.progress("drawing", 0, len(steps))
        last = self.poster.mark(EntryType.CLOSE, state.terms.times.close)
        for number, step in enumerate(steps, 1):
            if until in state.markers or state.phase is Phase.VOID:
                break
            last = step(playing)
            watcher.progress("drawing", number, len(steps))
        watcher.progress("drawing", len(steps), len(steps))
        return last

    def _commit(self, playing: Contributing) -> Receipt:
        state = self.poster.board.state
        terms, frozen = state.terms, state.contributions.frozen
        commits = [
            make_commitment(terms, frozen, c.alpha, c.key) for c in playing.committing
        ]
        self.poster.post_chunks(commits, terms.times.close + 10)
        return self.poster.mark(EntryType.COMMIT_END, terms.times.commit_end)

    def _seal(self, playing: Contributing) -> Receipt:
        """Seal the commitments; too few seals void the sale."""
        state = self.poster.board.state
        times, due = state.terms.times, state.due_seals().due
        seals = [make_seal(state.sale_id, due, c.key) for c in playing.sealing]
        self.poster.post_chunks(seals, times.commit_end + 10)
        try:
            return self.poster.mark(EntryType.SEALED, times.seal_end)
        except Rejection as refusal:
            if refusal.code != "seal.missing":
                raise
            late = times.seal_end + times.slack + 1
            receipt = self.poster.board.append_void(VoidReason.SEALED_MISSED, late)
            self.poster.watcher.acknowledged((receipt,))
            return receipt

    def _reveal(self, playing: Contributing) -> Receipt:
        state = self.poster.board.state
        times = state.terms.times
        reveals = [
            make_reveal(state.sale_id, c.alpha, c.key) for c in playing.revealing
        ]
        self.poster.post_chunks(reveals, times.seal_end + 10)
        return self.poster.mark(EntryType.REVEAL_END, times.reveal_end)

    def _end(self, _playing: Contributing) -> Receipt:
        """Recover what is missing, publish the rounds, and draw (step 9)."""
        self._recover()
        known = self._publish_rounds()
        ended = self.poster.board.state.terms.times.reveal_end
        return self.poster.mark(EntryType.RESULT, max(ended + RESULT_AFTER, known))

    def _recover(self) -> None:
        """Let somebody without any role recompute what is withheld."""
        state, watcher = self.poster.board.state, self.poster.watcher
        if not state.contributions.withheld:
            return
        recovery = make_recovery(
            state.terms,
            state.contributions,
            lambda done, total: watcher.progress("recovering", done, total),
            SigningKey.generate(self.randomness.derive("recoverer")),
        )
        self.poster.post([recovery], state.terms.times.reveal_end + 5)

    def _publish_rounds(self) -> int:
        """Post the rounds that the terms name, and return when all are known."""
        state = self.poster.board.state
        named = sorted(state.terms.draw_rounds(), key=lambda each: each.due)
        relay = SigningKey.generate(self.randomness.derive("relay"))
        earliest = state.terms.times.reveal_end + 5
        for each in named:
            beacon = self.clock.sign(state.curve, each.round_number)
            entry = make_round(state.sale_id, each.chain, beacon, relay)
            earliest = max(earliest, each.due)
            self.poster.post([entry], earliest)
        return earliest


def find_setup(delay: int, watcher: Watcher) -> Setup:
    """Return the set-up of RSA-2048 and ``delay``: shipped, or else computed.

    Raises:
        CallerError: ``wesolowski.squarings`` for a delay that there cannot be.
    """
    shipped = shipped_setup(delay)
    if shipped is not None:
        return shipped
    return make_setup(
        RSA_2048,
        delay,
        lambda done, total: watcher.progress("computing the set-up", done, total),
    )


def chunks(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield ``items`` in pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
