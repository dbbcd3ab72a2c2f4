"""What whoever signs for a sale checks of its board first (specs/beacon.md, section 7).

A contributor's signature binds them to one history of the sale. So they look at the head that
they saw before, at a clock of their own, and at the dates of the witnesses.
"""

from fairlot.board.head import contradiction, merge_heads
from fairlot.board.replay import Replay
from fairlot.board.standing import DUE, Marked, due
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot_crypto.log.checkpoint import SignedCheckpoint

CLOCK_TOLERANCE = 600
"""Seconds by which two clocks may differ."""
KEEP_BOTH = (
    "it is an old copy, or a fork. Keep the board, the head and every other copy: "
    "fairlot compare tells"
)
"""What to do with a board that does not extend a head."""


def own_clock(view: Replay, clock: int) -> int:
    """Return the clock that counts: in a rehearsal the simulated one, which the log tells.

    Args:
        view: the board.
        clock: the reader's own, Unix seconds.

    Raises:
        Rejection: ``phase.no-terms``.
    """
    return view.time if view.state.terms.rehearsal else clock


def check_kept(view: Replay, kept: SignedCheckpoint) -> None:
    """Check that a board extends a head that was kept (step 1).

    Args:
        view: the board.
        kept: a head of its log, verified.

    Raises:
        Rejection: ``head.fork``.
    """
    # Step 1.
    why = contradiction(kept, view.state)
    if why is not None:
        raise Rejection("head.fork", f"{why} that you keep: {KEEP_BOTH}")


def check_clock(view: Replay, clock: int) -> None:
    """Check the log's clock against one's own (step 2).

    The log's clock stands still while nobody posts, so it may lag behind. But it cannot be
    ahead, and a marker that was due long ago is there or was missed.

    Args:
        view: the board.
        clock: one's own, Unix seconds.

    Raises:
        Rejection: ``head.clock``; ``phase.no-terms``.
    """
    terms, own = view.state.terms, own_clock(view, clock)
    tolerance = terms.times.slack + CLOCK_TOLERANCE
    # Step 2.
    if view.time > own + tolerance:
        ahead = f"the board's clock is {view.time - own} s ahead of yours"
        raise Rejection("head.clock", f"{ahead}: sign nothing before you know why")
    for kind in DUE:
        late = own - due(terms, kind)
        if kind not in view.state.markers and late > tolerance:
            problem = (
                f"{kind} was due {late} s ago by your clock and is not on this board"
            )
            raise Rejection("head.clock", f"{problem}: get a new copy")


def check_in_time(view: Replay, kind: EntryType) -> None:
    """Check that a quorum of witnesses dated a marker in time (step 3).

    Args:
        view: the board.
        kind: OPEN, CLOSE, COMMIT_END or SEALED.

    Raises:
        Rejection: ``witness.quorum``; ``phase.no-terms``.
    """
    # Step 3.
    if view.watch.marked(view.state, kind) is not Marked.IN_TIME:
        problem = f"no quorum of witnesses shows on this board that {kind} came in time"
        advice = "wait until it attaches what they have co-signed"
        raise Rejection("witness.quorum", f"{problem}: {advice}")


def latest_head(view: Replay, kept: SignedCheckpoint | None) -> SignedCheckpoint:
    """Return the head to keep from now on: the board's last, with all co-signatures.

    Args:
        view: the board; it extends ``kept``.
        kept: the head that was kept before, if any.
    """
    last = view.heads[max(view.heads)]
    known = [last, kept] if kept is not None else [last]
    return next(h for h in merge_heads(known) if h.checkpoint == last.checkpoint)
