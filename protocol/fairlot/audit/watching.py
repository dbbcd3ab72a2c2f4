"""What the dates of witnesses, and rounds, don't show of a sale that has ended.

specs/audit.md, section 1, step 4.
"""

from collections.abc import Iterator, Mapping, Sequence

from fairlot.audit.settling import refuted
from fairlot.beacon.rounds import Rounds
from fairlot.board.log_replay import Finding, LogReplay
from fairlot.board.phase import DRAWN, Phase
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.standing import DUE, Cosigned, Marked, Watch
from fairlot.entry import EntryType
from fairlot.identity.registry import RegistryId
from fairlot.logs import LogKind


def watch_findings(state: SaleState, watch: Watch) -> Iterator[Finding]:
    """Yield what the witnesses' dates do not show.

    Args:
        state: of the sale.
        watch: what counts, of the file and from elsewhere.
    """
    if state.phase in DRAWN:
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


def roll_findings(
    logs: Sequence[LogReplay[RegistryState]],
    kept: Mapping[RegistryId, frozenset[Cosigned]],
) -> Iterator[Finding]:
    """Yield the rolls that no quorum of their registry's witnesses has seen.

    Args:
        logs: of registries.
        kept: what counts of heads from elsewhere.
    """
    for log in logs:
        state = log.state
        watch = Watch(log.watch.seen | kept.get(state.registry_id, frozenset()))
        for index in state.roll_indexes:
            if not watch.covers(state, index):
                roll = f"{log.name}: this ROLL" if log.name else "this ROLL"
                why = f"no quorum of co-signatures shows that {roll} was seen"
                yield Finding("witness.quorum", why, None, index, LogKind.REGISTRY)


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
    return Finding("witness.quorum", why, None, state.markers.get(kind), LogKind.SALE)
