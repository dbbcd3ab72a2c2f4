"""Between whom the drawing order of a pool decides (specs/allocation.md, section 9)."""

from collections.abc import Mapping, Sequence

from fairlot.allocation.mechanisms.quantities import QuantityFacts, counting
from fairlot.allocation.outcome import Award, PoolResult
from fairlot.allocation.shape import Order, Reason
from fairlot.names import Nym

_FIRST: Mapping[Reason, Reason] = {
    Reason.NOT_DRAWN: Reason.DRAWN,
    Reason.LEVEL: Reason.LEVEL_AND_ONE,
    Reason.OUTBID: Reason.WINNING_BID,
}
"""For each reason of who came too late, that of who came before them."""


def rivals(result: PoolResult, nym: Nym) -> tuple[Nym, ...]:
    """Return among whom a nym's place in the drawing order of a pool counts.

    The first of them got what the others did not. Groups have an order of their own, and so
    have the tiers.

    Args:
        result: what became of the pool.
        nym: any nym.

    Returns:
        Nyms ascending, with ``nym``; nobody if the drawing order decided nothing for it.
    """
    rows = list(zip(result.orders, result.awards, strict=True))
    own = next((row for row in rows if row[1].nym == nym), None)
    if own is None:
        return ()
    if isinstance(result.facts, QuantityFacts):
        return _at_margin(result, result.facts, rows, own[0])
    for late, first in _FIRST.items():
        if own[1].reason in (late, first):
            return _among(rows, own[0], late, first)
    return ()


def _at_margin(
    result: PoolResult,
    facts: QuantityFacts,
    rows: Sequence[tuple[Order, Award]],
    own: Order,
) -> tuple[Nym, ...]:
    """Return who stands at the last price for more units than everybody there gets."""
    level = facts.margin.level

    def drawn(order: Order) -> bool:
        return facts.margin.at(counting(result.pool, order)) > level.level

    if not level.remainder or not drawn(own):
        return ()
    return tuple(award.nym for order, award in rows if drawn(order))


def _among(
    rows: Sequence[tuple[Order, Award]], own: Order, late: Reason, first: Reason
) -> tuple[Nym, ...]:
    bids = late is Reason.OUTBID
    found = [
        award
        for order, award in rows
        if award.reason in (late, first) and (not bids or order.bid == own.bid)
    ]
    if {award.reason for award in found} != {late, first}:
        return ()
    return tuple(award.nym for award in found)
