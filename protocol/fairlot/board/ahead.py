"""Verifies presentations before the fold comes to them, together (specs/batch.md, section 7).

The fold then finds that it knows them, and verifies what is left by itself: what is said of an
entry, and where, does not depend on this.
"""

from collections.abc import Iterator, Sequence

from fairlot.board.hints import NO_HINTS, Hints
from fairlot.board.sale import SaleState
from fairlot.board.transcript import Record
from fairlot.claim.claim import Claim, claim_showing, read_claim
from fairlot.deposit.deposit import Deposit, deposit_showing, read_deposit
from fairlot.entry import Entry, EntryType
from fairlot.errors import Rejection
from fairlot.identity.showing import epoch_problem, learn_shown
from fairlot_crypto.bbs.hints import Showing
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import Randomness

MOST = 1024
"""The greatest number of presentations that are verified together."""


class Ahead:
    """Looks ahead in the records of a sale's log."""

    def __init__(self, randomness: Randomness, hints: Hints = NO_HINTS) -> None:
        """Start at the first record.

        Args:
            randomness: the system's entropy, on which no verdict depends.
            hints: from anywhere.
        """
        self._randomness = randomness
        self._hints = hints
        self._place = 0
        self._leaf = 0

    def look(self, state: SaleState, records: Sequence[Record], place: int) -> None:
        """Verify the next presentations, unless a look before this one has.

        Args:
            state: of the sale, before the record at ``place``; its statements learn.
            records: all records of the sale's log.
            place: of the record to be read next, never less than the last time.
        """
        if place < self._place or not state.opened:
            return
        # Step 22.
        self._leaf += sum(map(_is_leaf, records[self._place : place]))
        self._place = place
        found = list(self._next(state, records))
        # Step 24.
        learn_shown(
            [showing for _, showing in found],
            [self._hints.of(leaf) for leaf, _ in found],
            state.statements,
            self._randomness,
        )

    def _next(
        self, state: SaleState, records: Sequence[Record]
    ) -> Iterator[tuple[int, Showing]]:
        """Yield leaf and presentation of the entries that come next."""
        time, found = state.clock, 0
        while self._place < len(records) and found < MOST:
            record = records[self._place]
            if isinstance(record.item, Entry):
                time = _time_after(record.item, time)
                showing = shown_in(state, record.item, time)
                if showing is not None:
                    found += 1
                    yield self._leaf, showing
            self._place += 1
            self._leaf += _is_leaf(record)


def shown_in(state: SaleState, entry: Entry, time: int | None) -> Showing | None:
    """Return the presentation in an entry of a sale (step 23).

    Args:
        state: of the sale, after OPEN.
        entry: of any type.
        time: when it is logged: its epoch must be accepted then; ``None`` accepts any.

    Returns:
        The presentation with what it must show; ``None`` where there is none to verify.
    """
    # Step 23.
    try:
        match entry.type:
            case EntryType.DEPOSIT | EntryType.CANCEL:
                return _of_deposit(state, read_deposit(entry), time)
            case EntryType.CLAIM:
                return _of_claim(state, read_claim(entry), time)
            case _:
                return None
    except Rejection:
        return None


def _of_deposit(state: SaleState, deposit: Deposit, time: int | None) -> Showing | None:
    if _is_stale(state, deposit.epoch, time):
        return None
    return deposit_showing(state.credentials, state.roll.roll_id, deposit)


def _of_claim(state: SaleState, claim: Claim, time: int | None) -> Showing | None:
    if _is_stale(state, claim.epoch, time):
        return None
    return claim_showing(state.credentials, state.roll.roll_id, claim)


def _is_stale(state: SaleState, epoch: int, time: int | None) -> bool:
    """Tell whether the fold refuses a credential of an epoch, without looking at it."""
    registry = state.credentials.registry
    return time is not None and epoch_problem(registry, epoch, time) is not None


def _time_after(entry: Entry, time: int) -> int:
    """Return the time of the log behind an entry, if the fold takes it."""
    said = entry.body.get("time") if entry.type is EntryType.TIME else None
    return max(time, said) if isinstance(said, int) else time


def _is_leaf(record: Record) -> bool:
    return not isinstance(record.item, SignedCheckpoint)
