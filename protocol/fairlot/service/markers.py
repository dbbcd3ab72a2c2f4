"""Posts the markers of a sale when they are due (specs/service.md, section 6)."""

from collections.abc import Iterator

from fairlot.board.keeper import Board
from fairlot.board.phase import Phase
from fairlot.board.standing import due
from fairlot.entry import EntryType
from fairlot.errors import Rejection

NEXT = {
    Phase.ANNOUNCED: EntryType.OPEN,
    Phase.OPEN: EntryType.CLOSE,
    Phase.COMMIT: EntryType.COMMIT_END,
    Phase.SEAL: EntryType.SEALED,
    Phase.REVEAL: EntryType.REVEAL_END,
    Phase.RESULT: EntryType.RESULT,
    Phase.LOCKED: EntryType.UNLOCK,
}
"""The marker that ends each phase."""


def post_due(board: Board, clock: int) -> tuple[EntryType, ...]:
    """Post whatever is due, one marker after the other, and return what was posted.

    Args:
        board: of the sale.
        clock: the board's, Unix seconds; where it stands behind the log's, that counts.
    """
    return tuple(_posted(board, max(clock, board.state.clock)))


def _posted(board: Board, time: int) -> Iterator[EntryType]:
    """Post and yield markers, until none is due that the fold takes."""
    while True:
        kind = _post_one(board, time)
        if kind is None:
            return
        yield kind


def _post_one(board: Board, time: int) -> EntryType | None:
    state = board.state
    # Step 1.
    reasons = state.void_reasons(time) if state.begun else ()
    if reasons:
        board.append_void(reasons[0], time)
        return EntryType.VOID
    # Step 2.
    kind = NEXT.get(state.phase)
    if kind is None or time < due(state.terms, kind):
        return None
    if kind is EntryType.OPEN:
        return _open(board, time)
    # Step 4.
    try:
        board.append_marker(kind, time)
    except Rejection:
        return None
    return kind


def _open(board: Board, time: int) -> EntryType | None:
    """Open the sale with the newest roll that its terms allow."""
    # Step 3.
    for roll in reversed(tuple(board.state.registry.rolls)):
        try:
            board.append_open(roll, time)
        except Rejection:
            continue
        return EntryType.OPEN
    return None
