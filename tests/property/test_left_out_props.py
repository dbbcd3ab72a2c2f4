"""Who is named as left out against the allocation itself (specs/check.md, section 2)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot.allocation.entering import Entrant
from fairlot.allocation.left_out import Why, bars_of, left_out
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.terms.pool import Pool
from kit.any_sale import SALE, AnySale, any_entrants, any_sale

_DOORS = {
    Why.ATTRIBUTE_EMPTY,
    Why.ATTRIBUTE_UNLISTED,
    Why.ATTRIBUTE_EXCLUDED,
    Why.FARE,
    Why.POINTS,
    Why.PUZZLE,
}


def drawn(pools: Sequence[Pool], entrants: Sequence[Entrant], seed: bytes) -> Outcome:
    return allocate(pools, entrants, seed, SALE)


@pytest.mark.slow
@examples(200)
@given(any_sale(), st.data())
def test_who_is_left_out_gets_nothing_in_any_company(
    sale: AnySale, data: st.DataObject
) -> None:
    named = left_out(sale.pools, sale.entrants)
    others = {e.nym: e for e in data.draw(any_entrants(sale.pools))}
    for company in (
        sale.entrants,
        [e for e in sale.entrants if e.nym in named],
        [e if e.nym in named else others.get(e.nym, e) for e in sale.entrants],
    ):
        outcome = drawn(sale.pools, company, sale.seed)
        assert all(total.units == 0 for total in outcome.totals if total.nym in named)


@pytest.mark.slow
@examples(200)
@given(any_sale())
def test_whoever_is_not_left_out_gets_a_unit_alone(sale: AnySale) -> None:
    named = left_out(sale.pools, sale.entrants)
    for entrant in sale.entrants:
        outcome = drawn(sale.pools, [entrant], sale.seed)
        assert (outcome.totals[0].units == 0) == (entrant.nym in named)


@pytest.mark.slow
@examples(200)
@given(any_sale(most_people=3))
def test_each_bar_is_of_its_pool(sale: AnySale) -> None:
    """A pool without a bar gives a unit to whoever comes there first, and alone."""
    bars = bars_of(sale.pools, sale.entrants)
    for entrant, row in zip(sale.entrants, bars, strict=True):
        outcome = drawn(sale.pools, [entrant], sale.seed)
        before = 0
        for result, bar in zip(outcome.pools, row, strict=True):
            award = result.of(entrant.nym)
            if before == 0:
                assert (bar is None) == (award is not None and award.units > 0)
            if bar is not None and before == 0:
                assert (bar.why in _DOORS) == (award is None)
            before += award.units if award else 0
