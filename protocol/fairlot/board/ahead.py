"""Tries what can be tried of entries before the fold comes to them.

specs/batch.md, section 7. The fold then finds that it knows them, and tries what is left by
itself: what is said of an entry, and where, does not depend on this.
"""

from collections.abc import Callable, Iterator
from functools import partial

from fairlot.board.ahead_rules import time_after
from fairlot.board.hints import NO_HINTS, Hints
from fairlot.board.log_items import LogItems
from fairlot.board.ranges import (
    RANGE,
    Context,
    Range,
    Summary,
    join_digests,
    judge,
    judge_range,
    split_digests,
)
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.claim.claim import claim_showing, read_claim
from fairlot.deposit.deposit import deposit_showing, read_deposit
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.workers import InProcess, Workers, in_turn
from fairlot_crypto import cbor
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.randomness import Randomness


class Ahead:
    """Looks ahead in logs, here or in other processes."""

    def __init__(
        self,
        randomness: Randomness,
        hints: Hints = NO_HINTS,
        workers: Workers | None = None,
        jobs: int = 1,
        *,
        learns: bool = True,
        remembers: bool = False,
    ) -> None:
        """Look ahead.

        Args:
            randomness: the system's entropy, on which no verdict depends; other processes
                draw their own.
            hints: of the sale's log, from anywhere.
            workers: try ranges, while the fold goes on; by default this process does.
            jobs: how many of them work at once.
            learns: whether the statements of a log's state learn what has verified, which
                takes memory for each.
            remembers: whether ranges say what has verified, even if nothing here learns it.
        """
        self.hints = hints
        self.learns = learns
        self.remembers = learns or remembers
        self.jobs = jobs
        self.workers: Workers = InProcess() if workers is None else workers
        self._randomness = randomness if workers is None else None
        self._known: bytes | None = None
        """The digests of what was known to verify before anything was read."""

    def try_range(self) -> Callable[[Range], Summary]:
        """Return what tries a range."""
        randomness = self._randomness
        if randomness is None:
            return judge_range
        return lambda job: judge(job, randomness)

    def of(
        self, state: SaleState | RegistryState, items: LogItems
    ) -> Callable[[int], None]:
        """Return what is told the index of each leaf of a log before the fold takes it.

        Args:
            state: of the log, which gets to know what is coming.
            items: of the log.
        """
        if self._known is None:
            self._known = join_digests(state.statements.verified)
        context = partial(_context, state, self._known, remembers=self.remembers)
        return _Look(self, state, items, context).look


class _Look:
    """Looks ahead in one log."""

    def __init__(
        self,
        ahead: Ahead,
        state: SaleState | RegistryState,
        items: LogItems,
        context: Callable[[], Context],
    ) -> None:
        self._ahead, self._state, self._items = ahead, state, items
        self._context = context
        self._coming: Iterator[tuple[Range, Summary]] | None = None
        self._known_until = 0
        self._time = 0

    def look(self, index: int) -> None:
        """Let the state know the leaf of this index, and those after it."""
        if index < self._known_until or not _ready(self._state):
            return
        ahead = self._ahead
        if self._coming is None:
            # Step 22.
            self._coming = in_turn(
                ahead.workers, ahead.try_range(), self._ranges(index), ahead.jobs
            )
        job, summary = next(self._coming)
        self._known_until = index + len(job.leaves)
        # Step 28.
        if summary.range != job.digest or len(summary.seen) != len(job.leaves):
            summary = ahead.try_range()(job)
        self._state.foresight.learn(job.leaves, summary.seen)
        if ahead.learns:
            self._state.statements.learn(split_digests(summary.verified))

    def _ranges(self, first: int) -> Iterator[Range]:
        """Yield the ranges of the log from a leaf on (steps 23 to 25)."""
        context = self._context()
        time, end = self._state.clock, len(self._items.leaves)
        while first < end:
            # Step 25.
            behind = min((first // RANGE + 1) * RANGE, end)
            leaves = tuple(map(self._items.encoded, range(first, behind)))
            hints = (
                b"" if context.terms == b"" else self._ahead.hints.part(first, behind)
            )
            yield Range(context, first, time, leaves, hints)
            for index in range(first, behind):
                time = self._time_after(index, time)
            first = behind

    def _time_after(self, index: int, time: int) -> int:
        if self._items.type_at(index) is not EntryType.TIME:
            return time
        item = self._items.leaf(index).item
        return time_after(item, time) if isinstance(item, Entry) else time


def _ready(state: SaleState | RegistryState) -> bool:
    """Tell whether the entry was taken on which the others rest."""
    return state.opened if isinstance(state, SaleState) else state.begun


def _context(
    state: SaleState | RegistryState, known: bytes, *, remembers: bool
) -> Context:
    if isinstance(state, RegistryState):
        registry = cbor.encode(state.registry.to_value())
        return Context(state.curve.name, registry, known=known, remembers=remembers)
    registry = cbor.encode(state.credentials.registry.to_value())
    terms = cbor.encode(state.terms.to_value())
    roll = state.roll.roll_id
    return Context(state.curve.name, registry, terms, roll, known, remembers)


SHOW = (EntryType.DEPOSIT, EntryType.CANCEL, EntryType.CLAIM)
"""The types of entries that have a presentation."""


def shown_in(state: SaleState, entry: Entry) -> Showing | None:
    """Return the presentation in an entry of a sale.

    Args:
        state: of the sale, after OPEN.
        entry: of any type.

    Returns:
        The presentation with what it must show; ``None`` where there is none.
    """
    credentials = state.credentials
    try:
        match entry.type:
            case EntryType.DEPOSIT | EntryType.CANCEL:
                deposit = read_deposit(entry)
                return deposit_showing(credentials, state.roll.roll_id, deposit)
            case EntryType.CLAIM:
                claim = read_claim(entry)
                return claim_showing(credentials, state.roll.roll_id, claim)
            case _:
                return None
    except Rejection:
        return None
