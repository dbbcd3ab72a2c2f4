"""An auction of quantities: by hand, and against brute force (specs/auction.md, section 8)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, permutations, product

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.explain import explain
from fairlot.allocation.falls import falls
from fairlot.allocation.invariants import check_pool
from fairlot.allocation.mechanisms.auction import auction, auction_odds
from fairlot.allocation.mechanisms.quantities import (
    QuantityFacts,
    counting,
    quantity_auction,
    quantity_odds,
)
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.rivals import rivals
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order, Reason, Shares
from fairlot.bids import Bid, Step, Steps, bid_problem, cut
from fairlot.errors import InvariantError
from fairlot.fields import UINT_MAX
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Pricing
from fairlot_crypto.errors import CallerError
from generators.mechanism import GivenLots

POOL = Pool("main", Mechanism.AUCTION, supply=1_000, price=1, cap=1_000, bid_steps=3)
SMALL = Pool("main", Mechanism.AUCTION, supply=3, price=1, cap=3, bid_steps=2)
RICH = 1_000_000


def bid(*steps: tuple[int, int], budget: int = RICH, wants: int = 1_000) -> Order:
    return Order(wants, budget, steps=tuple(Step(*step) for step in steps))


def run(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int] | None = None
) -> Shares:
    return quantity_auction(pool, orders, GivenLots(drawn or range(len(orders))))


def vickrey(pool: Pool) -> Pool:
    return replace(pool, pricing=Pricing.VICKREY)


def test_the_essay_sells_everything() -> None:
    orders = (bid((600, 5)), bid((500, 2)), bid((400, 2)))
    shares = run(POOL, orders)
    assert sum(shares.units) == 1_000
    assert shares.units == (600, 200, 200)
    assert shares.payments == (1_200, 400, 400)
    assert isinstance(shares.facts, QuantityFacts)
    assert shares.facts.price == 2
    dear = run(vickrey(POOL), orders)
    assert dear.units == shares.units
    # Without the first, 500 units are lost to the others at 2, and 100 to nobody at 1.
    assert dear.payments == (500 * 2 + 100 * 1, 400, 400)


def test_units_at_the_last_price_are_shared() -> None:
    orders = (bid((1, 9)), bid((5, 4)), bid((1, 4)), bid((5, 4)))
    pool = replace(POOL, supply=7)
    assert run(pool, orders).units == (1, 3, 1, 2)
    assert run(pool, orders, (3, 2, 1, 0)).units == (1, 2, 1, 3)
    odds = quantity_odds(pool, orders)
    assert [chance.least for chance in odds.chances] == [1, 2, 1, 2]
    half = Fraction(1, 2)
    assert [chance.more for chance in odds.chances] == [0, half, 0, half]
    assert odds.why[-1] == (
        "At the last price, 4, 11 units are bid for and 6 are left: up to 2 for "
        "everybody, and one more for 1 of 2 by lot"
    )


def test_reasons() -> None:
    orders = (
        bid((2, 9)),
        bid((2, 3)),
        bid(),
        bid((1, 4), wants=0),
        bid((1, 1), budget=0),
        bid((2, 1)),
    )
    pool = replace(POOL, supply=2, price=2)
    assert run(pool, orders).reasons == (
        Reason.WINNING_BID,
        Reason.OUTBID,
        Reason.NO_BID,
        Reason.NOTHING,
        Reason.NOTHING,
        Reason.NO_BID,
    )


def test_facts_for_people() -> None:
    none = run(POOL, ())
    assert none.facts.lines() == (
        "0 bids count, for 0 units of 1000 units",
        "No unit that was bid for lost: all pay the reserve, 1 a unit",
    )
    tied = run(replace(POOL, supply=2), (bid((2, 5)), bid((2, 5))))
    assert tied.facts.lines(lambda amount: f"{amount} EUR") == (
        "2 bids count, for 4 units of 2 units",
        "All pay the highest price that lost, 5 EUR a unit",
        (
            "At the last price, 5 EUR, 4 units are bid for and 2 are left: up to 1 for "
            "everybody"
        ),
    )
    assert tied.facts.to_json()["tied_units"] == 2
    own = run(vickrey(POOL), (bid((2, 5)),))
    assert own.facts.lines()[1].startswith("Each pays what the others would have got")
    assert own.facts.to_json()["price"] is None


@pytest.mark.parametrize(
    ("steps", "units", "money", "kept"),
    [
        (((600, 5), (200, 3)), 700, RICH, ((600, 5), (100, 3))),
        (((600, 5), (200, 3)), 600, RICH, ((600, 5),)),
        (((600, 5), (200, 3)), 0, RICH, ()),
        (((3, 5), (2, 3)), 9, 12, ((2, 5), (1, 2))),
        (((3, 5), (2, 3)), 9, 15, ((3, 5), (1, 0))),
        (((3, 0),), 9, 0, ((3, 0),)),
        (((1, 5),), 1, 3, ((1, 3),)),
    ],
)
def test_cut(
    steps: Sequence[tuple[int, int]],
    units: int,
    money: int,
    kept: Sequence[tuple[int, int]],
) -> None:
    found = cut([Step(*step) for step in steps], units, money)
    assert found == tuple(kept)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        ((1, 5), (1, 4), (1, 3)),
        ((1, 5), (1, 5)),
        ((1, 4), (1, 5)),
        ((0, 5),),
        ((UINT_MAX + 1, 5),),
        ((1, UINT_MAX + 1),),
        ((1, -1),),
    ],
)
def test_what_is_no_bid(steps: Sequence[tuple[int, int]]) -> None:
    assert bid_problem(tuple(Step(*step) for step in steps), 2)


def test_a_caller_passes_falling_steps_only() -> None:
    wrong = (bid((1, 4), (1, 4)),)
    with pytest.raises(CallerError) as caught:
        run(POOL, wrong)
    assert caught.value.code == "allocation.bid"
    with pytest.raises(CallerError) as caught:
        quantity_odds(POOL, wrong)
    assert caught.value.code == "allocation.bid"


@pytest.mark.thorough
def test_single_units_have_todays_result() -> None:
    for prices in product((None, 1, 2, 3), repeat=3):
        for supply, drawn in product((0, 2, 3), ((0, 1, 2), (2, 0, 1))):
            plain = Pool("main", Mechanism.AUCTION, supply, price=2)
            orders = [Order(1, 9, bid=price) for price in prices]
            steps = [
                Order(1, 9, steps=() if price is None else (Step(1, price),))
                for price in prices
            ]
            one = auction(plain, orders, GivenLots(drawn))
            many = replace(plain, cap=2)
            same = run(many, steps, drawn)
            assert one.units == same.units
            assert one.payments == same.payments
            assert one.reasons == same.reasons
            assert one.quantities == same.quantities
            assert run(vickrey(many), steps, drawn).payments == one.payments
            odds = auction_odds(plain, orders)
            assert odds.chances == quantity_odds(many, steps).chances
            assert odds.expected_unsold == quantity_odds(many, steps).expected_unsold


def units_of(steps: Steps) -> list[int]:
    return [step.price for step in steps for _ in range(step.quantity)]


def ladders(most: int, prices: Sequence[int]) -> Iterator[Steps]:
    """Yield every bid of up to two steps for up to ``most`` units."""
    yield ()
    for total in range(1, most + 1):
        for price in prices:
            yield (Step(total, price),)
        for first in range(1, total):
            for high, low in product(prices, repeat=2):
                if high > low:
                    yield (Step(first, high), Step(total - first, low))


def by_hand(pool: Pool, orders: Sequence[Order], shares: Shares) -> list[int]:
    """Return what each pays, unit by unit, from the units that each got."""
    bids = [sorted(units_of(counting(pool, o)), reverse=True) for o in orders]
    ranked = sorted(chain.from_iterable(bids), reverse=True)
    if pool.pricing is Pricing.CLEARING:
        price = max([pool.price, *ranked[pool.supply : pool.supply + 1]])
        return [price * got for got in shares.units]
    paid: list[int] = []
    for i, got in enumerate(shares.units):
        others = sorted(chain.from_iterable(bids[:i] + bids[i + 1 :]), reverse=True)
        best = others[: pool.supply]
        best += [pool.price] * (pool.supply - len(best))
        paid.append(sum(best) - sum(best[: pool.supply - got]))
    return paid


def check(pool: Pool, orders: Sequence[Order]) -> None:
    shares = run(pool, orders)
    bids = [sorted(units_of(counting(pool, o)), reverse=True) for o in orders]
    ranked = sorted(chain.from_iterable(bids), reverse=True)
    parts = (own[:got] for own, got in zip(bids, shares.units, strict=True))
    won = list(chain.from_iterable(parts))
    # The units that win are worth most: no other choice is worth more.
    assert sorted(won, reverse=True) == ranked[: pool.supply]
    assert list(shares.payments) == by_hand(pool, orders, shares)
    for own, got, paid in zip(bids, shares.units, shares.payments, strict=True):
        assert pool.price * got <= paid <= sum(own[:got])


@pytest.mark.parametrize("pricing", list(Pricing))
def test_both_prices_against_brute_force(pricing: Pricing) -> None:
    every = list(ladders(3, (1, 2, 4)))[::2]
    for supply in (0, 2, 4):
        pool = replace(SMALL, supply=supply, price=2, pricing=pricing)
        for first, second in product(every, repeat=2):
            third = (Step(2, 2),)
            orders = [Order(3, 50, steps=s) for s in (first, second, third)]
            check(pool, orders)


@pytest.mark.slow
@pytest.mark.parametrize("pricing", list(Pricing))
def test_three_bidders_against_brute_force(pricing: Pricing) -> None:
    every = list(ladders(3, (1, 2, 4)))
    for supply in (1, 3, 5):
        pool = replace(SMALL, supply=supply, pricing=pricing)
        for bids in product(every, repeat=3):
            check(pool, [Order(3, 50, steps=s) for s in bids])


@pytest.mark.parametrize("pricing", list(Pricing))
def test_the_extremes_conserve_units_and_money(pricing: Pricing) -> None:
    most = UINT_MAX
    pool = Pool("p", Mechanism.AUCTION, most, 1, cap=most, bid_steps=8, pricing=pricing)
    half = most // 2 + 1
    orders = [Order(most, most, steps=(Step(half, 1),)) for _ in range(3)]
    shares = run(pool, orders)
    assert sum(shares.units) == most
    assert list(shares.payments) == list(shares.units)
    dear = replace(pool, supply=1, price=0)
    shares = run(dear, [Order(most, most, steps=(Step(1, most),))] * 2)
    assert shares.units == (1, 0)
    assert shares.payments == (most, 0)


def test_the_ways_of_the_lots_are_those_that_happen() -> None:
    orders = (bid((1, 9), (2, 3)), bid((2, 3)), bid((1, 5)))
    for pricing in Pricing:
        pool = replace(SMALL, supply=4, pricing=pricing)
        found = falls(pool, [(order, 1) for order in orders])
        (fall,) = found.ways
        for drawn in permutations(range(3)):
            shares = run(pool, orders, drawn)
            assert pool.supply - sum(shares.units) == fall.unsold
            for i, chances in enumerate(found.orders):
                got = shares.units[i], shares.payments[i]
                gains = [chances.certain, *(gain for _, gain in chances.picked)]
                assert got in [(gain.units, gain.payment) for gain in gains]


FILE = TermsFile("t", "token", (replace(POOL, cap=700),), 1, 0, 1, 1)


def test_check_names_whose_bid_is_cut_or_void_or_too_low() -> None:
    people = [
        Person("Ann", 1_000, 9_000, bid=(Step(600, 5), Step(200, 3))),
        Person("Bob", 9, 9_000, bid=(Step(10, 2),)),
        Person("Cat", 9, 9_000, bid=(Step(9, 2),)),
        Person("Dan", 9, 17, bid=(Step(9, 2),)),
        Person("Eve", 9, 17, bid=(Step(9, 0),)),
    ]
    found = {finding.code.value: finding for finding in find(FILE, people)}
    assert found["bid-cut"].people == ("Ann", "Bob")
    assert found["bid-void"].people == ("Dan",)
    assert found["bid-low"].people == ("Eve",)
    assert "wants-ignored" not in found
    assert found["left-out"].people in (("Dan",), ("Eve",))


def outcome_of(pool: Pool, bids: Sequence[tuple[int, Bid | None]]) -> Outcome:
    entrants = [
        Entrant(Nym(bytes([i]) * 48), 1_000, amount, bid)
        for i, (amount, bid) in enumerate(bids)
    ]
    return allocate((pool,), entrants, bytes(32), bytes(32))


@pytest.mark.parametrize("pricing", list(Pricing))
def test_a_sale_of_quantities(pricing: Pricing) -> None:
    pool = replace(POOL, pricing=pricing)
    essay = ((3_000, (Step(600, 5),)), (1_000, (Step(500, 2),)), (800, (Step(400, 2),)))
    bids = (*essay, (4, (Step(5, 1),)), (9, 1), (9, None))
    outcome = outcome_of(pool, bids)
    first = 1_200 if pricing is Pricing.CLEARING else 1_100
    assert [total.units for total in outcome.totals] == [600, 200, 200, 0, 0, 0]
    assert [total.payment for total in outcome.totals] == [first, 400, 400, 0, 0, 0]
    (result,) = outcome.pools
    said = [explain(result, total.nym) for total in outcome.totals]
    assert said[0] == f"gets 600 units and pays {first} after a bid for 600 units at 5"
    assert said[3] == "gets nothing: it made no bid that counts"
    assert said[4] == "gets nothing: a bid for 1 unit at 1 was too low"
    assert rivals(result, outcome.totals[1].nym) == ()
    odd = outcome_of(replace(pool, supply=999), bids)
    drawn = tuple(total.nym for total in odd.totals[1:3])
    assert rivals(odd.pools[0], drawn[0]) == drawn
    assert rivals(odd.pools[0], odd.totals[0].nym) == ()
    dear = replace(result.awards[0], payment=599)
    with pytest.raises(InvariantError):
        check_pool(replace(result, awards=(dear, *result.awards[1:])))


def test_nobody_gets_more_than_the_cap_or_than_they_want() -> None:
    orders = (bid((6, 5)), bid((2, 6), (5, 3), wants=3), bid((2, 7), (2, 5), budget=17))
    shares = run(replace(POOL, supply=20, cap=4), orders)
    assert shares.units == shares.quantities == (4, 3, 3)
