"""Outcomes of an auction that must be refused; a part of chapter sale."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import LedgerLine, outcome_hash, settle
from fairlot.bids import best_of
from fairlot.entry import Entry
from generators import plays
from generators.sale_refusal import Refusal
from generators.stage import PRICE, fold

_SEALED, _REVEALED, _KNOWN = 24, 28, 30
"""Entries of the play ``auctioned`` before REVEAL, ROUND and RESULT."""
_TIME = plays.DRAWN_BY


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    on, result = plays.auction_stage(), plays.auctioned()[-1].entries[0]
    (named,) = on.terms.named_rounds()
    rows: tuple[tuple[str, str, str, int, Entry, int], ...] = (
        (
            "bids-opened-early",
            "Bids open when their round is due; if earlier, a clock is wrong.",
            "round.early",
            _SEALED,
            on.round(),
            named.due - 1,
        ),
        (
            "result-before-bids-open",
            "There is no outcome before the bids are open.",
            "result.round",
            _REVEALED,
            result,
            _TIME,
        ),
        (
            "result-bid-not-opened",
            "Every bid that opens counts; a board would choose who wins.",
            "result.outcome",
            _KNOWN,
            _bidding(lambda bid: None if bid > 2 * PRICE else bid),
            _TIME,
        ),
        (
            "result-other-price",
            "The price is the best losing bid; a seller would add to it at will.",
            "result.outcome",
            _KNOWN,
            _bidding(lambda bid: bid + 1 if bid < 2 * PRICE else bid),
            _TIME,
        ),
        (
            "result-first-price",
            "Nobody pays their own bid; the truth would cost them.",
            "result.outcome",
            _KNOWN,
            _first_price(),
            _TIME,
        ),
    )
    return [Refusal(*row, play="auctioned") for row in rows]


def _bidding(change: Callable[[int], int | None]) -> Entry:
    """Return a RESULT for other bids than those that were opened."""
    state = fold(plays.auctioned()[:-1])
    draw, _, _ = state.result()

    def changed(entrant: Entrant) -> Entrant:
        return replace(entrant, bid=change(best_of(entrant.bid or 0)))

    entrants = [changed(entrant) for entrant in state.entrants()]
    outcome = allocate(state.terms.pools, entrants, draw.seed, state.sale_id)
    return _posting(settle(outcome, state.fundings()))


def _first_price() -> Entry:
    """Return a RESULT in which the winner pays what it bid."""
    state = fold(plays.auctioned()[:-1])
    bids = {entrant.nym: best_of(entrant.bid or 0) for entrant in state.entrants()}
    _, _, ledger = state.result()
    paid = {line.nym: line.payment + line.refund for line in ledger}
    return _posting(
        [
            replace(line, payment=bid, refund=paid[line.nym] - bid)
            if line.units
            else line
            for line in ledger
            for bid in (bids[line.nym],)
        ]
    )


def _posting(lines: Sequence[LedgerLine]) -> Entry:
    on, state = plays.auction_stage(), fold(plays.auctioned()[:-1])
    return on.result(state, outcome=outcome_hash(lines, on.terms.pools))
