"""States each outcome in one line for its person (specs/allocation.md, section 9)."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from fairlot.allocation.outcome import Award, PoolResult
from fairlot.allocation.shape import Order, Reason
from fairlot.money import Money
from fairlot.names import Nym
from fairlot.text import counted

_Sentence: TypeAlias = Callable[[PoolResult, Order, Award, Money], str]


def explain(result: PoolResult, nym: Nym, money: Money = str) -> str:
    """Return why a nym got what it got from a pool: a clause without a subject.

    Args:
        result: what became of the pool.
        nym: any nym; if it did not enter, the clause says so.
        money: writes amounts, as bare integers unless it is given.
    """
    for order, award in zip(result.orders, result.awards, strict=True):
        if award.nym == nym:
            return _SENTENCES[award.reason](result, order, award, money)
    return "did not enter"


def _units(count: int) -> str:
    return counted(count, "unit", "units")


def _pays(award: Award, money: Money) -> str:
    return f"gets {_units(award.units)} and pays {money(award.payment)}"


def _rivals(result: PoolResult) -> str:
    """State how many people drew for how many units; certain seats are not counted."""
    certain = sum(award.reason is Reason.CERTAIN for award in result.awards)
    competing = sum(award.q > 0 for award in result.awards) - certain
    return f"{competing} for {_units(result.pool.supply - certain)}"


def _held(result: PoolResult, order: Order) -> str:
    """State the points of an order where they count."""
    if result.pool.points is None:
        return ""
    everything = sum(
        each.points
        for each, award in zip(result.orders, result.awards, strict=True)
        if award.q
    )
    return f", with {order.points} of {counted(everything, 'point', 'points')}"


def _in_full(result: PoolResult, order: Order, award: Award) -> str:
    if award.units == order.wants:
        return "all that it asked for"
    if award.units == result.pool.cap:
        return "as many as one person may have"
    return "all that it can pay"


def _bid(order: Order, money: Money) -> str:
    return "no valid bid" if order.bid is None else f"a bid of {money(order.bid)}"


def _its_turn(order: Order) -> str:
    return "when its turn came" if order.group is None else "at its group's turn"


def _place(result: PoolResult, order: Order, award: Award) -> str:
    """State which of its list an order got, and what of it was taken or too dear."""
    names = [result.pool.options[i].name for i in order.choices]
    place = names.index(award.part) + 1
    together = "" if order.group is None else ", with its group"
    if place == 1:
        return f", the first of its list{together}"
    return f", number {place} of its list{together}: those before were gone or too dear"


_SENTENCES: Mapping[Reason, _Sentence] = {
    Reason.NOTHING: lambda _r, o, _a, m: (
        f"gets nothing: it wanted {_units(o.wants)} and had {m(o.budget)} to pay"
    ),
    Reason.IN_FULL: lambda r, o, a, m: f"{_pays(a, m)}: {_in_full(r, o, a)}",
    Reason.LEVEL: lambda _r, _o, a, m: f"{_pays(a, m)}: the share that is everybody's",
    Reason.LEVEL_AND_ONE: lambda _r, _o, a, m: (
        f"{_pays(a, m)}: the share that is everybody's, and one more, being drawn early"
    ),
    Reason.DRAWN: lambda r, o, a, m: (
        f"{_pays(a, m)}: it was drawn, {_rivals(r)}{_held(r, o)}"
    ),
    Reason.NOT_DRAWN: lambda r, o, _a, _m: (
        f"gets nothing: it was not drawn, {_rivals(r)}{_held(r, o)}"
    ),
    Reason.DRAWN_GROUP: lambda r, _o, a, m: (
        f"{_pays(a, m)}: its whole group was drawn, {_rivals(r)}"
    ),
    Reason.NOT_DRAWN_GROUP: lambda r, _o, _a, _m: (
        f"gets nothing: its group was not drawn, {_rivals(r)}"
    ),
    Reason.GROUP_TOO_LARGE: lambda r, _o, _a, _m: (
        f"gets nothing: its group is larger than the supply of {_units(r.pool.supply)}"
    ),
    Reason.CERTAIN: lambda _r, o, a, m: (
        f"{_pays(a, m)} for a certain seat, after {_bid(o, m)}"
    ),
    Reason.OUTBID: lambda _r, o, _a, m: f"gets nothing: {_bid(o, m)} was too low",
    Reason.WINNING_BID: lambda _r, o, a, m: f"{_pays(a, m)} after {_bid(o, m)}",
    Reason.NO_BID: lambda _r, _o, _a, _m: "gets nothing: it made no bid that counts",
    Reason.TIER: lambda _r, _o, a, m: f"{_pays(a, m)} in tier {a.part}",
    Reason.TIERS_MISSED: lambda _r, _o, _a, _m: (
        "gets nothing: all the tiers that it accepts went to others by lot"
    ),
    Reason.CHOSEN: lambda r, o, a, m: f"{_pays(a, m)} for {a.part}{_place(r, o, a)}",
    Reason.CHOICES_GONE: lambda _r, o, _a, _m: (
        f"gets nothing: {_its_turn(o)}, all that it listed and could pay for was gone"
    ),
    Reason.NO_CHOICE: lambda _r, _o, _a, _m: (
        "gets nothing: it listed no option that its deposit covers"
    ),
    Reason.NO_TIER: lambda _r, _o, _a, _m: (
        "gets nothing: it asked for no tier that its deposit covers"
    ),
}
