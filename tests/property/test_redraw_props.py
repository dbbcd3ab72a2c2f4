"""Seats that lapse in any sale: who came keeps everything, and nothing is lost."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.allocation.outcome import Outcome
from fairlot.allocation.redraw import Redrawn, redraw, waiting
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import settle
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism
from kit.any_sale import SALE, AnySale, any_sale

LATER = bytes(range(64, 96))


@dataclass(frozen=True)
class Collecting:
    """A sale that was drawn, and who came for what they won."""

    sale: AnySale
    first: Outcome
    pools: frozenset[str]
    came: frozenset[Nym]
    seed: bytes | None

    def after(self, came: AbstractSet[Nym], *, reverse: bool = False) -> Redrawn:
        entrants = self.sale.entrants[::-1] if reverse else self.sale.entrants
        where = (self.sale.pools, entrants, SALE, self.first)
        return redraw(*where, self.pools, came, self.seed)


@st.composite
def collectings(draw: st.DrawFn, *kinds: str) -> Collecting:
    """Draw a sale in which some lotteries without bids collect, and some people come."""
    sale = draw(any_sale(*kinds))
    first = allocate(sale.pools, sale.entrants, sale.seed, SALE)
    plain = [
        pool.name
        for pool in sale.pools
        if pool.mechanism is Mechanism.LOTTERY and not pool.takes_bids
    ]
    pools = frozenset(name for name in plain if draw(st.integers(0, 3)))
    nyms = [total.nym for total in first.totals]
    came = frozenset(nym for nym in nyms if draw(st.booleans()))
    return Collecting(sale, first, pools, came, draw(st.sampled_from((None, LATER))))


sales = collectings() | collectings("groups", "lottery") | collectings("lottery")


@pytest.mark.thorough
@given(sales)
def test_who_came_keeps_everything_and_nothing_is_lost(one: Collecting) -> None:
    after = one.after(one.came)
    for before, now in zip(one.first.totals, after.totals, strict=True):
        if before.units and now.nym not in after.lapsed:
            assert now == before
        if now.nym in after.lapsed:
            assert now.nym not in one.came
            assert not any(gain.pool in one.pools for gain in now.gains)
    ledger = settle(after, one.sale.fundings)
    paid = sum(funding.paid for funding in one.sale.fundings)
    assert sum(line.payment + line.refund for line in ledger) == paid
    sold = sum(line.units for line in ledger)
    assert sold + after.unsold == sum(pool.supply for pool in one.sale.pools)


@pytest.mark.slow
@given(sales)
def test_only_the_set_of_winners_who_came_counts(one: Collecting) -> None:
    won = {
        total.nym
        for total in one.first.totals
        if any(gain.pool in one.pools for gain in total.gains)
    }
    after = one.after(one.came)
    assert after == one.after(one.came & won, reverse=True)
    assert set(after.lapsed) == won - one.came


@pytest.mark.slow
@given(sales)
def test_where_everybody_comes_nothing_changes(one: Collecting) -> None:
    after = one.after({total.nym for total in one.first.totals})
    assert after.lapsed == ()
    assert (after.totals, after.unsold) == (one.first.totals, one.first.unsold)


@pytest.mark.slow
@given(sales)
def test_nobody_gets_a_seat_again_who_did_not_wait(one: Collecting) -> None:
    """Refunds of those who wait are held: nobody else may come to owe anything."""
    pools = [replace(p, collect=p.name in one.pools) for p in one.sale.pools]
    waits = waiting(pools, one.sale.entrants, SALE, one.first)
    after = one.after(one.came)
    assert waits.keys() == one.pools
    for result in after.pools:
        got = {award.nym for award in result.awards if award.units}
        assert got <= set(waits[result.pool.name])


@pytest.mark.thorough
@given(sales)
def test_a_seat_that_lapses_goes_to_somebody_who_had_nothing(one: Collecting) -> None:
    after = one.after(one.came)
    had = {total.nym for total in one.first.totals if total.units}
    for result in after.pools:
        assert {award.nym for award in result.awards if award.units}.isdisjoint(had)
        assert result.pool.name in one.pools
