"""Makes the hints of a log that was read (specs/batch.md, section 6)."""

from collections.abc import Iterator

from fairlot.board.ahead import SHOW, shown_in
from fairlot.board.hints import Hints, write_hints
from fairlot.board.replay import Replay
from fairlot_crypto.bbs.hints import make_hints


def hints_of(read: Replay) -> Hints:
    """Return the hints of all presentations that the fold of a sale has taken.

    They do not depend on who makes them.
    """
    return write_hints(_made(read))


def _made(read: Replay) -> Iterator[tuple[int, bytes]]:
    if not read.state.opened:
        return
    for each in read.entries.of(*SHOW):
        # Step 20.
        if each.refusal is None:
            showing = shown_in(read.state, each.entry)
            if showing is not None:
                yield each.index, make_hints(showing)
