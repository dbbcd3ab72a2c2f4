"""Whether a sale stands, is void or still open: what witnesses' dates show.

specs/sale.md, section 7. A marker counts by its TIME and by the dates of a quorum of
co-signatures. Which heads a board attaches, leaves out or repeats changes nothing but what
is still open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairlot.board.log_state import LogState
from fairlot.board.phase import VoidReason
from fairlot.board.sale import SaleState
from fairlot.entry import EntryType
from fairlot.logs import LogIdentity
from fairlot.terms.terms import Terms
from fairlot_crypto.keys import VerifyKey


@dataclass(frozen=True, slots=True)
class Cosigned:
    """One co-signature of a witness, verified, on a head that this log extends."""

    witness: VerifyKey
    size: int
    """Of the tree of that head."""
    date: int
    """Unix seconds of the witness's clock."""


class Marked(StrEnum):
    """How a marker that is due stands."""

    IN_TIME = "in-time"
    MISSED = "missed"
    OPEN = "open"
    """Neither is shown."""


DUE = (EntryType.OPEN, EntryType.CLOSE, EntryType.COMMIT_END, EntryType.SEALED)
"""The markers that void the sale if they are missed, in their order."""
MISSED: Mapping[EntryType, VoidReason] = {
    EntryType.OPEN: VoidReason.OPEN_MISSED,
    EntryType.CLOSE: VoidReason.CLOSE_MISSED,
    EntryType.COMMIT_END: VoidReason.COMMIT_END_MISSED,
    EntryType.SEALED: VoidReason.SEALED_MISSED,
}


@dataclass(slots=True)
class Watch:
    """What the witnesses of a log have co-signed."""

    seen: set[Cosigned] = field(default_factory=set[Cosigned])

    def marked(self, state: SaleState, kind: EntryType) -> Marked:
        """Return how a marker stands (steps 13 and 14)."""
        terms, index = state.terms, state.markers.get(kind)
        # Step 13.
        if self.seen_in_time(state, kind) >= terms.watching.quorum:
            return Marked.IN_TIME
        # Step 14.
        deadline = last_moment(terms, kind)
        lacking = (
            c
            for c in self.seen
            if c.date > deadline and (index is None or c.size <= index)
        )
        return Marked.MISSED if self._quorum(state.identity, lacking) else Marked.OPEN

    def seen_in_time(self, state: SaleState, kind: EntryType) -> int:
        """Return how many witnesses dated a head over a marker by its last moment."""
        index = state.markers.get(kind)
        if index is None:
            return 0
        deadline = last_moment(state.terms, kind)
        found = (c for c in self.seen if c.size > index and c.date <= deadline)
        return len({c.witness for c in found})

    def covers(self, state: LogState, index: int, after: int = 0) -> bool:
        """Tell whether a quorum, dated ``after`` or later, has seen a leaf."""
        return len(self.over(index, after)) >= state.identity.watching.quorum

    def over(self, index: int, after: int = 0) -> set[VerifyKey]:
        """Return who, dated ``after`` or later, has seen a leaf."""
        return {c.witness for c in self.seen if c.size > index and c.date >= after}

    def void_reason(self, state: SaleState) -> VoidReason | None:
        """Return why the sale is shown to be void; ``None`` where it is not (step 15)."""
        # Step 15.
        if self.marked(state, EntryType.SEALED) is Marked.IN_TIME:
            return self._expired(state)
        if self._cancelled(state):
            return VoidReason.CANCELLED
        for kind in DUE:
            standing = self.marked(state, kind)
            if standing is Marked.MISSED:
                return MISSED[kind]
            ended = kind is EntryType.COMMIT_END and standing is Marked.IN_TIME
            if ended and not state.contributions.enough:
                return VoidReason.COMMITS_MISSING
        return None

    def _cancelled(self, state: SaleState) -> bool:
        """Tell whether a quorum saw that the seller has cancelled the sale."""
        index = state.markers.get(EntryType.VOID)
        cancelled = state.void_reason is VoidReason.CANCELLED
        return cancelled and index is not None and self.covers(state, index)

    def _expired(self, state: SaleState) -> VoidReason | None:
        """Tell whether a quorum saw the VOID of a sale whose round has not come."""
        index = state.markers.get(EntryType.VOID)
        expiry = state.terms.times.expiry
        if index is None or expiry is None:
            return None
        shown = self.covers(state, index, expiry + 1)
        return VoidReason.EXPIRED if shown else None

    def _quorum(self, log: LogIdentity, found: Iterable[Cosigned]) -> bool:
        return len({c.witness for c in found}) >= log.watching.quorum


def due(terms: Terms, kind: EntryType) -> int:
    """Return when a marker is due; RESULT is from the end of the reveals on."""
    times = terms.times
    # Elsewhere than where winners collect, the fold refuses both of these.
    if kind is EntryType.COLLECT_END:
        return times.collect or 0
    if kind is EntryType.REDRAWN:
        return terms.redraw.due if terms.redraw else 0
    return {
        EntryType.OPEN: times.open,
        EntryType.CLOSE: times.close,
        EntryType.COMMIT_END: times.commit_end,
        EntryType.SEALED: times.seal_end,
        EntryType.REVEAL_END: times.reveal_end,
        EntryType.RESULT: times.reveal_end,
        EntryType.UNLOCK: times.unlock,
    }[kind]


def last_moment(terms: Terms, kind: EntryType) -> int:
    """Return until when a marker is in time: one of ``DUE``, or COLLECT_END."""
    return due(terms, kind) + terms.times.slack
