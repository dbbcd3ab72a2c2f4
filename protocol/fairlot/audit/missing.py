"""What a sale lacks to be settled (specs/settlement.md, section 7, steps 5 and 6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.beacon.rounds import Rounds
from fairlot.board.phase import VoidReason
from fairlot.board.sale import SaleState
from fairlot.board.standing import DUE, Marked, Watch, last_moment
from fairlot.entry import EntryType
from fairlot.terms.named_round import NamedRound
from fairlot.terms.times import MAX_TIME
from fairlot.text import Json
from fairlot_crypto.keys import VerifyKey


@dataclass(frozen=True, slots=True)
class MissingMarker:
    """A marker that is shown neither to be in time nor to be missed."""

    kind: EntryType
    logged: bool
    """Whether it is on the log."""
    until: int
    """The last Unix second at which it is in time; that of the calendar where any is."""
    seen: int
    """How many witnesses dated a head over it by then."""
    quorum: int
    """How many must."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the map that is printed for machines."""
        return {
            "missing": "marker",
            "type": self.kind.value,
            "logged": self.logged,
            "until": self.until,
            "seen": self.seen,
            "quorum": self.quorum,
        }


@dataclass(frozen=True, slots=True)
class MissingOpening:
    """A commitment that is neither revealed nor recovered."""

    key: VerifyKey
    """Whose it is."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the map that is printed for machines."""
        return {"missing": "opening", "key": self.key.hex()}


@dataclass(frozen=True, slots=True)
class MissingRound:
    """A round that the terms name, and that is neither on the log nor given."""

    named: NamedRound

    def to_json(self) -> Mapping[str, Json]:
        """Return the map that is printed for machines."""
        chain_hash, number = self.named.name
        return {
            "missing": "round",
            "chain": chain_hash.hex(),
            "round": number,
            "due": self.named.due,
        }


Missing: TypeAlias = "MissingMarker | MissingOpening | MissingRound"


def what_is_missing(state: SaleState, watch: Watch, known: Rounds) -> Iterator[Missing]:
    """Yield what the first draw waits for (steps 5 and 6)."""
    # Step 5.
    if watch.marked(state, EntryType.SEALED) is not Marked.IN_TIME:
        yield from _markers(state, watch)
        return
    # Step 6.
    made = state.contributions
    if made.recovered is None:
        yield from map(MissingOpening, made.withheld)
    yield from map(MissingRound, known.missing)


def _markers(state: SaleState, watch: Watch) -> Iterator[Missing]:
    """Yield the markers that are not in time, up to where the log or the sale ends."""
    if state.void_reason is VoidReason.CANCELLED:
        yield _cancelling(state, watch)
        return
    for kind in DUE:
        logged = kind in state.markers
        if watch.marked(state, kind) is not Marked.IN_TIME:
            yield missing_marker(state, watch, kind)
        ends = kind is EntryType.COMMIT_END and not state.contributions.enough
        if ends or not logged:
            return


def _cancelling(state: SaleState, watch: Watch) -> MissingMarker:
    """Return how far the seller's VOID is from being seen; any date serves."""
    seen = len(watch.over(state.markers[EntryType.VOID]))
    quorum = state.terms.watching.quorum
    return MissingMarker(EntryType.VOID, True, MAX_TIME, seen, quorum)


def missing_marker(state: SaleState, watch: Watch, kind: EntryType) -> MissingMarker:
    """Return how far a marker is from being shown in time."""
    return MissingMarker(
        kind,
        kind in state.markers,
        last_moment(state.terms, kind),
        watch.seen_in_time(state, kind),
        state.terms.watching.quorum,
    )
