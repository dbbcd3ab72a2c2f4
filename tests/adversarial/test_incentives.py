"""Nobody gains a whole unit of money by an untrue order: brute force over small pools.

A bidder for whom a seat is worth ``value`` has the utility value · units - payment; what is
expected is exact, over all lots. Bids are what the true value and the deposit allow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product
from typing import TypeAlias

import pytest

from all_orders import FixedLots, all_lots, frequencies, in_turn
from fairlot.allocation.mechanisms.auction import auction
from fairlot.allocation.mechanisms.certain import CERTAIN, certain_lottery, certain_odds
from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.terms.pool import Mechanism, Pool

ENOUGH = 100
Bid: TypeAlias = int | None
Offer: TypeAlias = tuple[Fraction, Fraction]
"""The chance of a seat and the payment that is expected."""
Expect: TypeAlias = Callable[[Pool, Sequence[Order]], Offer]


def utility(value: int, offer: Offer) -> Fraction:
    chance, payment = offer
    return value * chance - payment


def greatest_gain(
    pool: Pool,
    others: Sequence[Bid],
    values: Sequence[int],
    expect: Expect,
    deposit: int,
) -> Fraction:
    """Return what the first of the bidders gains at most by another bid, or by none."""
    rivals = [Order(1, ENOUGH, bid) for bid in others]
    bids: list[Bid] = [None, *range(min(values), min(deposit, max(values) + 2) + 1)]
    offers: Mapping[Bid, Offer] = {
        bid: expect(pool, [Order(1, deposit, bid), *rivals]) for bid in bids
    }
    gains = [
        utility(value, offer) - utility(value, offers[min(value, deposit)])
        for value in values
        for offer in offers.values()
    ]
    truth = [utility(value, offers[min(value, deposit)]) for value in values]
    assert min(truth) >= 0, (
        "whoever tells the truth never pays more than a seat is worth"
    )
    return max(gains)


def over(mechanism: Callable[[Pool, Sequence[Order], Lots], Shares]) -> Expect:
    """Expect over all drawing orders of the pool and of its part."""

    def expect(pool: Pool, orders: Sequence[Order]) -> Offer:
        parts = (CERTAIN,) if pool.certain else ()
        lots = all_lots(len(orders), *parts)
        first = frequencies(mechanism, pool, orders, lots)[0]
        return first.expected, first.payment

    return expect


def from_odds(pool: Pool, orders: Sequence[Order]) -> Offer:
    """Expect from the exact odds; a certain seat's price does not depend on the lots."""
    chance = certain_odds(pool, orders).chances[0]
    price = certain_lottery(
        pool, orders, in_turn(len(orders), CERTAIN)
    ).facts.to_json()["price"]
    assert isinstance(price, int)
    sure = chance.parts.get(CERTAIN, Fraction(0))
    return chance.expected, sure * price + (chance.expected - sure) * pool.price


def rivals(people: int, bids: Sequence[Bid]) -> Iterator[tuple[Bid, ...]]:
    return combinations_with_replacement(bids, people - 1)


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_in_the_auction_nobody_gains_anything(people: int) -> None:
    values = range(6)
    for supply, reserve in product(range(4), (0, 2)):
        pool = Pool("main", Mechanism.AUCTION, supply, reserve)
        for others in rivals(people, (None, 1, 2, 3, 4)):
            for deposit in (3, ENOUGH) if people < 4 else (ENOUGH,):
                gain = greatest_gain(pool, others, values, over(auction), deposit)
                assert gain == 0


def certainty_pools(people: int) -> Iterator[Pool]:
    for supply in range(2, people + 2):
        for certain, price in product(range(1, supply), (0, 2)):
            yield Pool("main", Mechanism.LOTTERY, supply, price, certain=certain)


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 2, 3])
def test_in_the_certainty_auction_nobody_gains_a_unit_over_all_lots(
    people: int,
) -> None:
    for pool in certainty_pools(people):
        lowest = pool.price
        values = range(lowest, lowest + 4)
        for others in rivals(people, (None, *values)):
            for deposit in (lowest + 2, ENOUGH) if people < 3 else (ENOUGH,):
                expect = over(certain_lottery)
                gain = greatest_gain(pool, others, values, expect, deposit)
                assert gain < 1


@pytest.mark.slow
@pytest.mark.parametrize("people", [3, 4, 5])
def test_in_the_certainty_auction_nobody_gains_a_unit(people: int) -> None:
    """By the odds, which are those over all lots (tests/unit/test_certain.py)."""
    for pool in certainty_pools(people):
        if pool.supply >= people or (people == 5 and pool.price):
            continue
        lowest = pool.price
        values = range(lowest, lowest + 5)
        for others in rivals(people, (None, *values[1:])):
            assert greatest_gain(pool, others, values, from_odds, ENOUGH) < 1


def test_where_no_premium_is_rounded_truth_is_best_exactly() -> None:
    """With (n - k) / (n - k_c) = 1/2 and even distances to P nothing is rounded."""
    pool = Pool("main", Mechanism.LOTTERY, 2, 3, certain=1)
    for others in rivals(3, (None, 3, 5, 7)):
        assert greatest_gain(pool, others, (3, 4, 5, 7), from_odds, ENOUGH) == 0


def plain_price(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Sell certain seats at the best losing bid itself: what this project does not do."""
    shares = certain_lottery(pool, orders, lots)
    best = shares.facts.to_json()["best_losing"]
    assert isinstance(best, int)
    rows = zip(shares.payments, shares.parts, strict=True)
    payments = (best if part == CERTAIN else paid for paid, part in rows)
    return replace(shares, payments=tuple(payments))


def test_at_a_plain_uniform_price_this_search_finds_whoever_gains() -> None:
    """Worth 9 to one and 7 to two: a certain seat at 7 gains 2, a draw at 3 gains 3."""
    pool = Pool("main", Mechanism.LOTTERY, 2, 3, certain=1)
    for expect, gain in ((over(plain_price), 1), (over(certain_lottery), 0)):
        assert greatest_gain(pool, (7, 7), (9,), expect, ENOUGH) == gain


@pytest.mark.slow
def test_in_an_equal_share_nobody_comes_nearer_to_what_they_want() -> None:
    """For every drawing order, so for every utility with one peak at the wanted quantity."""
    pool = Pool("main", Mechanism.EQUAL_SHARE, 0, 2, 4)
    for people, supply in product(range(1, 5), range(1, 7)):
        some = replace(pool, supply=supply)
        for peak in range(5):
            for others in combinations_with_replacement(range(1, 4), people - 1):
                assert_nearest(some, peak, others)


def assert_nearest(pool: Pool, peak: int, others: Sequence[int]) -> None:
    rest = [Order(want, ENOUGH) for want in others]
    lies = [*(Order(want, ENOUGH) for want in range(6)), Order(5, 2), Order(5, 5)]
    for drawn in permutations(range(1 + len(others))):
        lots = FixedLots(drawn)
        true = equal_share(pool, [Order(peak, ENOUGH), *rest], lots).units[0]
        assert true <= peak
        for lie in lies:
            other = equal_share(pool, [lie, *rest], lots).units[0]
            assert other <= true or true == peak


def test_a_premium_is_not_a_bid() -> None:
    """A bid is what a seat is worth: whoever bids the premium only does not count."""
    pool = Pool("main", Mechanism.LOTTERY, 2, 10, certain=1)
    orders = [Order(1, ENOUGH, bid) for bid in (5, None, None)]
    facts = certain_lottery(pool, orders, in_turn(3, CERTAIN)).facts.to_json()
    assert (facts["valid_bids"], facts["certain_sold"]) == (0, 0)
