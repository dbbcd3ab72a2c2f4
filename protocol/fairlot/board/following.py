"""Takes in what other front ends have appended (specs/service.md, section 14).

Nothing of it is taken on trust: the rules are those of a restart.
"""

from collections.abc import Iterable, Mapping

from fairlot.board.head import check_head
from fairlot.board.log_state import LogState
from fairlot.board.transcript import Record, Stop, scope_of
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot_crypto.log.checkpoint import SignedCheckpoint


def follow(records: Iterable[Record | Stop], logs: Mapping[bytes, LogState]) -> None:
    """Fold whole batches, each under its head, into the states of their logs.

    Args:
        records: that follow what the states hold.
        logs: scope to state, of all logs that they name.

    Raises:
        Rejection: the first rule that is broken; the states are of no use then.
    """
    under_no_head: set[bytes] = set()
    place = 0
    for record in records:
        scope, place = scope_of(record), record.offset
        state = logs.get(scope)
        match record:
            case Record(item=Entry() as entry) if state is not None:
                # Step 3.
                if scope in under_no_head and _ends_with_marker(state):
                    raise _damaged(place, "no head follows a marker")
                state.append(entry, state.clock)
                under_no_head.add(scope)
            case Record(item=SignedCheckpoint() as head) if state is not None:
                # Step 4.
                check_head(head, state)
                if head.checkpoint.size == state.tree.size:
                    under_no_head.discard(scope)
            case _:
                raise _damaged(place, "what stands there is of no log of this board")
    if under_no_head:
        raise _damaged(place, "no head of its log covers an entry")


def _ends_with_marker(state: LogState) -> bool:
    return state.tree.size - 1 in state.markers.values()


def _damaged(place: int, why: str) -> Rejection:
    return Rejection("board.damaged", f"up to byte {place}: {why}")
