"""How a sale ended, in words (specs/report.md, section 2)."""

from collections.abc import Mapping

from fairlot.board.phase import BETWEEN, ENDED, VoidReason
from fairlot.board.sale import SaleState
from fairlot.text import counted

_WHY: Mapping[VoidReason, str] = {
    VoidReason.OPEN_MISSED: "OPEN did not come in time",
    VoidReason.CLOSE_MISSED: "CLOSE did not come in time",
    VoidReason.COMMIT_END_MISSED: "COMMIT_END did not come in time",
    VoidReason.SEALED_MISSED: "SEALED did not come in time",
    VoidReason.EXPIRED: "a round that the terms name has not come",
    VoidReason.CANCELLED: "the seller cancelled it before CLOSE",
}


def void_sentence(state: SaleState, reason: VoidReason) -> str:
    """State why a sale is void, and what happens to the money."""
    why = _too_few(state, reason) or _WHY[reason]
    return f"the sale is void ({reason}): {why}; everybody is refunded in full"


def _too_few(state: SaleState, reason: VoidReason) -> str:
    """Say how many contributors were too few; nothing where it is not for them."""
    beacon = state.terms.beacon
    everybody, needed = len(beacon.roster), beacon.needed
    if reason is VoidReason.COMMITS_MISSING:
        committed = everybody - len(state.contributions.missing)
        return f"{committed} of {everybody} contributors committed and {needed} must"
    seals = state.seals
    if reason is VoidReason.SEALED_MISSED and seals and seals.sealed < needed:
        return f"{seals.sealed} of {everybody} contributors sealed and {needed} must"
    return ""


def ending(state: SaleState) -> str:
    """State in one sentence what became of a sale, as its board says."""
    if not state.begun:
        return "The file holds no legal terms: nothing in it can be judged."
    reason, outcome = state.void_reason, state.outcome
    if reason is not None:
        said = void_sentence(state, reason)
        return f"{said[0].upper()}{said[1:]}."
    if outcome is None:
        return (
            f"The sale is incomplete: it stands in phase {state.phase}, and who gets "
            "what is not on the board."
        )
    given = outcome if state.second is None else state.second.redrawn
    winners = sum(total.units > 0 for total in given.totals)
    units = sum(total.units for total in given.totals)
    got = counted(winners, "nym", "nyms")
    if state.phase in BETWEEN:
        return (
            f"The first draw is over: {got} of {len(state.ledger)} won "
            f"{counted(units, 'unit', 'units')}. What winners do not collect is drawn "
            "again, and who gets it is not on the board yet."
        )
    return (
        f"The sale has ended: {got} of {len(state.ledger)} got "
        f"{counted(units, 'unit', 'units')}; {given.unsold} are unsold."
        f"{_lapsed(state)}{_handed_over(state)}"
    )


def _lapsed(state: SaleState) -> str:
    """Say how many did not collect, and what the second draw gave; nothing elsewhere."""
    second = state.second
    if second is None:
        return ""
    lapsed = counted(len(second.redrawn.lapsed), "winner has", "winners have")
    given = sum(result.sold for result in second.redrawn.pools)
    seats = counted(given, "unit was", "units were")
    return f" {lapsed} not collected; {seats} drawn again, for others."


def _handed_over(state: SaleState) -> str:
    """Say how many items were delivered, where the seller has promised any."""
    deliveries = state.deliveries
    if deliveries.promise is None:
        return ""
    promised = counted(deliveries.promised, "promised item", "promised items")
    return (
        f" {deliveries.delivered} of {promised} {_was(deliveries.delivered)} delivered."
    )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def is_over(state: SaleState) -> bool:
    """Tell whether the board says who gets what back."""
    return state.phase in ENDED
