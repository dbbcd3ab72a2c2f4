"""Who gains by an untrue bid for quantities: nobody by Vickrey's prices, some by one price.

All true worths, all bids and all others' bids of small sales (specs/auction.md, section 8). A
drawing order changes nothing for the better: what is paid does not depend on it but by the
units, and who is at the margin by a true bid does not mind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest

from all_orders import in_turn
from fairlot.allocation.mechanisms.quantities import quantity_auction
from fairlot.allocation.shape import Order
from fairlot.bids import Step, Steps
from fairlot.terms.pool import Mechanism, Pool, Pricing

ENOUGH = 1_000
POOL = Pool("main", Mechanism.AUCTION, 3, 0, cap=3, bid_steps=3)
VICKREY = replace(POOL, pricing=Pricing.VICKREY)


def bids(units: int, prices: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every bid as the worths of its units, falling."""
    for number in range(units + 1):
        for worths in product(sorted(prices, reverse=True), repeat=number):
            if list(worths) == sorted(worths, reverse=True):
                yield worths


def steps_of(worths: Sequence[int]) -> Steps:
    return tuple(
        Step(worths.count(price), price) for price in sorted(set(worths), reverse=True)
    )


def outcome(
    pool: Pool, own: Sequence[int], others: Sequence[Sequence[int]]
) -> tuple[int, int]:
    orders = [Order(9, ENOUGH, steps=steps_of(own))]
    orders += [Order(9, ENOUGH, steps=steps_of(other)) for other in others]
    shares = quantity_auction(pool, orders, in_turn(len(orders)))
    return shares.units[0], shares.payments[0]


def greatest_gain(pool: Pool, others: Sequence[Sequence[int]]) -> int:
    """Return what somebody gains at most by another bid than their worths."""
    every = list(bids(pool.cap, range(4)))
    offers = {own: outcome(pool, own, others) for own in every}

    def gain(worths: Sequence[int], bid: tuple[int, ...]) -> int:
        units, payment = offers[bid]
        return sum(worths[:units]) - payment

    return max(
        gain(true, bid) - gain(true, true) for true, bid in product(every, repeat=2)
    )


def sales(pool: Pool) -> Iterator[tuple[Pool, Sequence[tuple[int, ...]]]]:
    every = list(bids(3, (0, 1, 3)))
    for supply, reserve in product((1, 2, 3), (0, 1)):
        selling = replace(pool, supply=supply, price=reserve)
        for first in range(len(every)):
            for second in range(first, len(every), 2):
                yield selling, (every[first], every[second])


def test_nobody_gains_by_an_untrue_bid_at_vickreys_prices() -> None:
    few = ((), (1,), (3, 1), (3, 3, 1))
    for supply in (1, 3):
        pool = replace(VICKREY, supply=supply)
        for first in few:
            assert greatest_gain(pool, (first, (2,))) == 0


@pytest.mark.slow
def test_nobody_gains_by_any_bid_at_vickreys_prices_in_all_small_sales() -> None:
    for pool, others in sales(VICKREY):
        assert greatest_gain(pool, others) == 0


def test_the_search_finds_the_gain_at_one_price() -> None:
    assert greatest_gain(POOL, ((1,), ())) > 0


@pytest.mark.thorough
def test_a_bid_for_one_unit_is_best_if_true_at_one_price() -> None:
    pool = replace(POOL, supply=2)
    worths = [(), *((price,) for price in range(4))]
    for others in product(bids(2, (1, 3)), repeat=2):
        for true, bid in product(worths, repeat=2):
            gains: list[int] = []
            for own in (true, bid):
                units, payment = outcome(pool, own, others)
                gains.append(sum(true[:units]) - payment)
            assert gains[0] >= gains[1]


def test_what_no_ladder_says_is_not_covered() -> None:
    """One step only, and worths that fall: the best bid is none of the true prices' own."""
    worths, others = (3, 1, 1), ((2,), (2,))
    pool = replace(VICKREY, bid_steps=1)
    found: dict[tuple[int, int], int] = {}
    for quantity, price in product((1, 2, 3), range(5)):
        units, payment = outcome(pool, (price,) * quantity, others)
        found[quantity, price] = sum(worths[:units]) - payment
    assert found[3, 3] < found[1, 3]


TABLE = (
    ((4, 4, 4, 4), 4, 3, 4),
    ((4, 4, 4, 2), 3, 3, 3),
    ((4, 4), 2, 1, 6),
    ((4, 4, 1, 1), 2, 1, 6),
    ((4, 4, 2, 2), 2, 2, 4),
)
"""The table of specs/auction.md, section 8: bid, units, price of a unit, gain."""


@pytest.mark.parametrize(("own", "units", "price", "gain"), TABLE)
def test_the_gain_from_shading(
    own: tuple[int, ...], units: int, price: int, gain: int
) -> None:
    pool = replace(POOL, supply=4, cap=4)
    got, payment = outcome(pool, own, ((3, 3), (1, 1)))
    assert (got, payment) == (units, units * price)
    assert 4 * got - payment == gain
    mine, paid = outcome(replace(pool, pricing=Pricing.VICKREY), own, ((3, 3), (1, 1)))
    true = 4 * 4 - 8
    assert 4 * mine - paid <= true
