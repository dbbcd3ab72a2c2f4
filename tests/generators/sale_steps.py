"""Bids of several steps, and outcomes, that must be refused; a part of chapter sale."""

from collections.abc import Callable, Sequence
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.entry import Entry
from fairlot.terms.pool import Pricing
from generators import plays
from generators import plays_steps as steps
from generators.plays_steps import Ledger
from generators.sale_refusal import OPENED, Refusal
from kit.board import Batch, fold

_REVEALED, _KNOWN = 28, 30
"""Entries of these plays before ROUND and before RESULT."""
_TIME = plays.DRAWN_BY

_Row = tuple[str, str, Ledger]


def refusals() -> Sequence[Refusal]:
    """Return the refusals."""
    clearing, vickrey = Pricing.CLEARING, Pricing.VICKREY
    return (
        _bid(),
        _early("steps-clearing", clearing, steps.clearing),
        _early("steps-vickrey", vickrey, steps.vickrey),
        *_results("steps-clearing", clearing, steps.clearing, _CLEARING),
        *_results("steps-vickrey", vickrey, steps.vickrey, _VICKREY),
        *_results("steps-rising", clearing, steps.rising, _RISING),
    )


_CLEARING: Sequence[_Row] = (
    (
        "vickrey",
        "The terms say by which rule people pay, and the board does not.",
        steps.priced(Pricing.VICKREY),
    ),
    (
        "first-steps",
        "Every step of a bid counts; who bids for more at a lower price bids too.",
        steps.first_steps,
    ),
    (
        "unopened",
        "Every bid that opens counts; a board would choose who wins.",
        steps.unopened,
    ),
    (
        "own-prices",
        "Nobody pays the prices of their own bid; the truth would cost them.",
        steps.own_prices,
    ),
    (
        "reserve",
        "Where a unit loses, its price is paid, not the reserve; a friend would pay less.",
        steps.at_reserve,
    ),
    (
        "above",
        "The price is the highest that lost; a seller would add to it at will.",
        steps.above_all,
    ),
    (
        "margin",
        "Units at the last price are shared; the board would give them to one.",
        steps.all_at_the_margin,
    ),
)
_VICKREY: Sequence[_Row] = (
    (
        "clearing",
        "The terms say by which rule people pay, and the board does not.",
        steps.priced(Pricing.CLEARING),
    ),
    (
        "own-units",
        "One's own units that lose set no price of one's own; the truth would cost them.",
        steps.own_units,
    ),
    (
        "own-prices",
        "Nobody pays the prices of their own bid; the truth would cost them.",
        steps.own_prices,
    ),
    (
        "first-steps",
        "What the others lose is counted over all their steps.",
        steps.first_steps,
    ),
    (
        "reserve",
        "The others lose what they bid for, not the reserve.",
        steps.at_reserve,
    ),
)
_RISING: Sequence[_Row] = (
    (
        "sorted",
        "A bid whose prices rise is no bid; nobody sorts it for a friend.",
        steps.sorted_steps,
    ),
    (
        "own-prices",
        "Where nobody loses all pay the reserve.",
        steps.own_prices,
    ),
)


def _bid() -> Refusal:
    on = steps.steps_stage(Pricing.CLEARING)
    return Refusal(
        "steps-bid-of-one",
        "Every bid of a sale has one length; another would tell what it is.",
        "deposit.bid",
        OPENED,
        steps.bid_of_one(on),
        plays.DEPOSITED,
        play="steps-clearing",
    )


def _early(
    play: str, pricing: Pricing, batches: Callable[[], tuple[Batch, ...]]
) -> Refusal:
    """Return a RESULT that comes before its bids can be opened."""
    rule = "There is no outcome before the bids are open."
    on, state = steps.steps_stage(pricing), _state(pricing, batches)
    right = on.result(state)
    return Refusal(
        f"{play}-before-round",
        rule,
        "result.round",
        _REVEALED,
        right,
        _TIME,
        play=play,
    )


def _results(
    play: str,
    pricing: Pricing,
    batches: Callable[[], tuple[Batch, ...]],
    rows: Sequence[_Row],
) -> Sequence[Refusal]:
    """Return RESULTs that state another outcome."""
    on, state = steps.steps_stage(pricing), _state(pricing, batches)

    def entry(ledger: Ledger) -> Entry:
        (made,) = steps.said(ledger)(on, state)
        return made

    return [
        Refusal(
            f"{play}-result-{name}",
            rule,
            "result.outcome",
            _KNOWN,
            entry(ledger),
            _TIME,
            play=play,
        )
        for name, rule, ledger in rows
    ]


@cache
def _state(pricing: Pricing, batches: Callable[[], tuple[Batch, ...]]) -> SaleState:
    """Return the state before RESULT; only to be read."""
    return fold(steps.steps_stage(pricing), batches()[:-1])
