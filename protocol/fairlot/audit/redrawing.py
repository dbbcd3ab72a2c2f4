"""What heads and rounds show of a second draw (specs/lapses.md, section 9)."""

from collections.abc import Iterator

from fairlot.audit.missing import Missing, MissingRound, missing_marker
from fairlot.beacon.rounds import Rounds
from fairlot.board.log_replay import Finding
from fairlot.board.sale import SaleState
from fairlot.board.second_draw import Drawn, SecondDraw, draw_again
from fairlot.board.standing import Marked, Watch
from fairlot.entry import EntryType
from fairlot.logs import LogKind


def settle_again(
    state: SaleState, watch: Watch, known: Rounds, first: Drawn
) -> SecondDraw | tuple[Missing, ...]:
    """Return what the second draw gives, or what is missing (steps 19 and 20).

    Args:
        state: of a sale whose winners collect.
        watch: what the witnesses have co-signed.
        known: the rounds on the log, and others.
        first: the first draw.
    """
    # Step 19.
    stands = watch.marked(state, EntryType.COLLECT_END)
    if stands is Marked.OPEN:
        return (missing_marker(state, watch, EntryType.COLLECT_END),)
    collected = state.collects.fixed if stands is Marked.IN_TIME else None
    # Step 20.
    named = first.terms.redraw
    waits = collected is not None and not _stayed_out(state, watch)
    if waits and named is not None and named.name not in known.signatures:
        return (MissingRound(named),)
    return draw_again(first, state.fundings(), collected, known.signatures)


def redraw_findings(state: SaleState, watch: Watch, known: Rounds) -> Iterator[Finding]:
    """Yield what of a second draw is not shown (step 21).

    Args:
        state: of any sale.
        watch: what counts, of the file and from elsewhere.
        known: the rounds on the log, and others.
    """
    ended = state.markers.get(EntryType.COLLECT_END)
    index = state.markers.get(EntryType.REDRAWN)
    # Step 21.
    stands = watch.marked(state, EntryType.COLLECT_END) if state.begun else Marked.OPEN
    if ended is not None and stands is not Marked.IN_TIME:
        why = "no quorum of co-signatures shows that COLLECT_END was posted in time"
        yield Finding("witness.quorum", why, None, ended, LogKind.SALE)
    if index is None or state.second is None:
        return
    if not watch.covers(state, index):
        why = "no quorum of co-signatures shows that REDRAWN was seen"
        yield Finding("witness.quorum", why, None, index, LogKind.SALE)
    if state.second.seed is not None:
        return
    if ended is None and stands is not Marked.MISSED:
        why = "no quorum of co-signatures shows that COLLECT_END was missed"
        yield Finding("redraw.not-shown", why, None, index, LogKind.SALE)
    if ended is not None:
        yield from _round_findings(state, watch, known, index)


def _round_findings(
    state: SaleState, watch: Watch, known: Rounds, index: int
) -> Iterator[Finding]:
    """Yield whether the round that is said to have stayed out has done so."""
    if not _stayed_out(state, watch):
        why = "no quorum of co-signatures shows that the second draw's round stayed out"
        yield Finding("redraw.not-shown", why, None, index, LogKind.SALE)
    named = state.terms.redraw
    if named is not None and named.name in known.signatures:
        why = "nothing was drawn again for a round that has not come, and it is there"
        yield Finding("redraw.round-exists", why, None, index, LogKind.SALE)


def _stayed_out(state: SaleState, watch: Watch) -> bool:
    """Tell whether a quorum saw a REDRAWN without a round after the last second for it."""
    index = state.markers.get(EntryType.REDRAWN)
    if index is None or state.second is None or state.second.seed is not None:
        return False
    return watch.covers(state, index, state.terms.redrawn_by + 1)
