"""What the dates of witnesses, and rounds, don't show of a sale that has ended.

specs/audit.md, section 1, step 4.
"""

from collections.abc import Iterator

from fairlot.audit.settling import refuted
from fairlot.beacon.rounds import Rounds
from fairlot.board.phase import Phase
from fairlot.board.replay import Finding
from fairlot.board.sale import SaleState
from fairlot.board.standing import DUE, Marked, Watch
from fairlot.entry import EntryType


def watch_findings(state: SaleState, watch: Watch) -> Iterator[Finding]:
    """Yield what the witnesses' dates do not show.

    Args:
        state: of the sale.
        watch: what counts, of the file and from elsewhere.
    """
    if state.phase is Phase.DONE:
        for kind in DUE:
            if watch.marked(state, kind) is not Marked.IN_TIME:
                yield _unwatched(state, kind, "was posted in time")
    elif (
        state.phase is Phase.VOID and watch.void_reason(state) is not state.void_reason
    ):
        why = "no quorum of co-signatures shows the reason of this void sale"
        yield Finding("void.not-shown", why, None, None)
    for kind in (EntryType.RESULT, EntryType.VOID):
        index = state.markers.get(kind)
        if index is not None and not watch.covers(state, index):
            yield _unwatched(state, kind, "was seen")


def expiry_findings(state: SaleState, known: Rounds) -> Iterator[Finding]:
    """Yield whether a sale is void for a round that is there.

    Code of specs/settlement.md, section 7.
    """
    # Step 8.
    if refuted(state.void_reason, known):
        why = "the sale is void for a round that has not come, and the round is there"
        place = state.markers.get(EntryType.VOID)
        yield Finding("void.round-exists", why, None, place)


def _unwatched(state: SaleState, kind: EntryType, what: str) -> Finding:
    why = f"no quorum of co-signatures shows that {kind} {what}"
    return Finding("witness.quorum", why, None, state.markers.get(kind))
