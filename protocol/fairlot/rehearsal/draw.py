"""The draw of a rehearsal: from CLOSE to RESULT, or to VOID (specs/rehearsal.md, section 3).

It never waits: every batch has the time at which the terms allow it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from fairlot.beacon.contributions import make_commitment, make_reveal
from fairlot.beacon.recovery import make_recovery
from fairlot.beacon.rounds import make_round
from fairlot.beacon.seals import make_seal
from fairlot.board.keeper import Board, Receipt
from fairlot.board.sale import VoidReason
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.rehearsal.parts import Clock
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.parameters import RSA_2048, Setup, make_setup, shipped_setup
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness

BATCH = 64
"""Entries under one checkpoint, and people in one piece of work."""

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who takes part in the beacon."""

    key: SigningKey
    alpha: int = field(repr=False)
    """α, the opening of the commitment."""


@dataclass(frozen=True, slots=True)
class Contributing:
    """Who does what in the beacon."""

    committing: Sequence[Contributor]
    sealing: Sequence[Contributor]
    revealing: Sequence[Contributor]

    @classmethod
    def all(cls, contributors: Sequence[Contributor]) -> "Contributing":
        """Let everybody do everything."""
        return cls(contributors, contributors, contributors)


def draw_alphas(
    keys: Iterable[SigningKey], randomness: Randomness
) -> list[Contributor]:
    """Return contributors with these keys, each with an opening of a child of its own."""
    return [
        Contributor(key, bicorn.draw_alpha(randomness.derive(f"alpha/{i}")))
        for i, key in enumerate(keys)
    ]


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts entries that must be taken, and tells who looks on."""

    board: Board
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

    def mark(self, kind: EntryType, time: int) -> None:
        """Post a marker."""
        self.watcher.acknowledged((self.board.append_marker(kind, time),))


@dataclass(frozen=True, slots=True)
class Drawing:
    """The draw of one sale."""

    poster: Poster
    clock: Clock
    """Gives the rounds that the terms name."""
    randomness: Randomness
    """For whoever recovers, and whoever posts rounds."""

    def run(self, playing: Contributing) -> None:
        """Close, commit, seal, reveal, recover what is missing, and draw (steps 7 to 9)."""
        board, watcher = self.poster.board, self.poster.watcher
        terms = board.state.terms
        times = terms.times
        watcher.progress("drawing", 0, 3)
        self.poster.mark(EntryType.CLOSE, times.close)
        frozen = board.state.contributions.frozen
        commits = [
            make_commitment(terms, frozen, c.alpha, c.key) for c in playing.committing
        ]
        self.poster.post_chunks(commits, times.close + 10)
        self.poster.mark(EntryType.COMMIT_END, times.commit_end)
        if not self._seal(playing.sealing):
            watcher.progress("drawing", 3, 3)
            return
        watcher.progress("drawing", 1, 3)
        reveals = [
            make_reveal(terms.sale_id, c.alpha, c.key) for c in playing.revealing
        ]
        self.poster.post_chunks(reveals, times.seal_end + 10)
        self.poster.mark(EntryType.REVEAL_END, times.reveal_end)
        watcher.progress("drawing", 2, 3)
        self._recover()
        known = self._publish_rounds()
        self.poster.mark(EntryType.RESULT, max(times.reveal_end + 10, known))
        watcher.progress("drawing", 3, 3)

    def _seal(self, sealing: Sequence[Contributor]) -> bool:
        """Seal the commitments, and tell whether the sale can still be drawn."""
        board, state = self.poster.board, self.poster.board.state
        if state.seals is None:
            return False
        times, due = state.terms.times, state.seals.due
        seals = [make_seal(state.sale_id, due, c.key) for c in sealing]
        self.poster.post_chunks(seals, times.commit_end + 10)
        try:
            self.poster.mark(EntryType.SEALED, times.seal_end)
        except Rejection as refusal:
            if refusal.code != "seal.missing":
                raise
            late = times.seal_end + times.slack + 1
            receipt = board.append_void(VoidReason.SEALED_MISSED, late)
            self.poster.watcher.acknowledged((receipt,))
            return False
        return True

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
        named = sorted(state.terms.named_rounds(), key=lambda each: each.due)
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
