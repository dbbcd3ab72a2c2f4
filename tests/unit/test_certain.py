"""Certainty auction: who buys a certain seat, what it costs, who draws, exact odds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations

import pytest

from all_orders import FixedLots, all_lots, frequencies, in_turn
from fairlot.allocation.mechanisms.certain import (
    CERTAIN,
    CertainFacts,
    certain_lottery,
    certain_odds,
)
from fairlot.allocation.shape import ITSELF, Lots, Order, Reason
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
POOL = Pool("main", Mechanism.LOTTERY, supply=3, price=10, certain=1)


def bidding(*bids: int | None) -> list[Order]:
    """Return orders for one seat with enough money for any bid."""
    return [Order(1, LARGEST, bid) for bid in bids]


def test_a_certain_seat_costs_its_buyer_what_it_takes_from_the_others() -> None:
    shares = certain_lottery(POOL, bidding(14, 20, None, 16, None), in_turn(5, CERTAIN))
    assert shares.quantities == (1, 1, 1, 1, 1)
    assert shares.units == (1, 1, 1, 0, 0)
    assert shares.payments == (10, 13, 10, 0, 0)
    assert shares.parts == (ITSELF, CERTAIN, ITSELF, ITSELF, ITSELF)
    assert shares.reasons == (
        Reason.DRAWN,
        Reason.CERTAIN,
        Reason.DRAWN,
        Reason.NOT_DRAWN,
        Reason.NOT_DRAWN,
    )
    assert shares.facts.to_json() == {
        "supply": 3,
        "candidates": 5,
        "certain_offered": 1,
        "certain_sold": 1,
        "valid_bids": 3,
        "best_losing": 16,
        "premium": 3,
        "price": 13,
        "tied": 1,
        "tied_seats": 1,
    }
    assert shares.facts.lines() == (
        "1 of 3 seats are sold as certain at 13 each, which is 3 above 10",
        (
            "The premium is 6, by which the best losing bid of 16 exceeds 10, times 2/4, "
            "rounded down"
        ),
        "The other 4 persons draw for 2 at 10, each with the chance 1/2",
    )


@pytest.mark.parametrize(
    ("supply", "certain", "bids", "sold", "best_losing", "price"),
    [
        (3, 1, (20, 16, None, None), 1, 16, 12),
        (3, 1, (20, 10, None, None), 1, 10, 10),
        (3, 1, (20, 9, None, None), 1, 10, 10),
        (3, 2, (20, None, None, None), 1, 10, 10),
        (3, 2, (20, 10, None, None), 2, 10, 10),
        (3, 2, (20, 18, 17, None), 2, 17, 13),
        (3, 2, (9, None, None, None), 0, 10, 10),
        (3, 2, (20, 20, 20, 20), 2, 20, 15),
        (3, 2, (20, 19, 18), 0, 10, 10),
        (4, 2, (20, 19, 18), 0, 10, 10),
        (2, 1, (), 0, 10, 10),
        (2, 1, (LARGEST,) * 4, 1, LARGEST, 10 + (LARGEST - 10) * 2 // 3),
    ],
)
def test_bids_decide_how_many_certain_seats_there_are_and_at_what_price(
    supply: int,
    certain: int,
    bids: tuple[int | None, ...],
    sold: int,
    best_losing: int,
    price: int,
) -> None:
    pool = replace(POOL, supply=supply, certain=certain)
    shares = certain_lottery(pool, bidding(*bids), in_turn(len(bids), CERTAIN))
    facts = shares.facts
    assert isinstance(facts, CertainFacts)
    assert facts.sold_certain == sold == shares.parts.count(CERTAIN)
    assert (facts.best_losing, facts.price) == (best_losing, price)
    paid = [p for p, part in zip(shares.payments, shares.parts, strict=True) if part]
    assert paid == [price] * sold
    assert sum(shares.units) == min(supply, len(bids))


def test_with_seats_for_everybody_nobody_pays_more() -> None:
    orders = [*bidding(20, None), Order(0, 99, 99), Order(1, 9, 9)]
    shares = certain_lottery(POOL, orders, in_turn(4, CERTAIN))
    assert shares.units == (1, 1, 0, 0)
    assert shares.payments == (10, 10, 0, 0)
    assert shares.reasons == (
        *(Reason.IN_FULL, Reason.IN_FULL, Reason.NOTHING, Reason.NOTHING),
    )
    assert shares.facts.lines() == (
        "There are 3 seats for 2 persons: everybody gets one at 10",
    )


def test_the_facts_say_why_there_is_no_premium() -> None:
    none = certain_lottery(POOL, bidding(*[None] * 4), in_turn(4, CERTAIN)).facts
    assert none.lines() == (
        "There is no bid that counts: none of 3 seats is sold as certain",
        "The other 4 persons draw for 3 at 10, each with the chance 3/4",
    )
    alone = certain_lottery(POOL, bidding(20, *[None] * 3), in_turn(4, CERTAIN)).facts
    assert alone.lines()[:2] == (
        "1 of 3 seats are sold as certain at 10 each, which is 0 above 10",
        "No bid that counts lost, so there is no premium",
    )


def test_each_draw_has_an_order_of_its_own() -> None:
    lots = FixedLots((0, 1, 2, 3), {CERTAIN: (3, 2, 1, 0)})
    shares = certain_lottery(POOL, bidding(20, 20, 20, 20), lots)
    assert shares.parts == (ITSELF, ITSELF, ITSELF, CERTAIN)
    assert shares.units == (1, 1, 0, 1)
    assert shares.facts.lines()[2] == "Of 4 equal bids of 20, 1 wins by lot"


def test_odds_hold_the_chance_of_either_draw() -> None:
    odds = certain_odds(POOL, [*bidding(16, 16, 12, None, None), Order(0, 99)])
    half = Fraction(1, 2)
    tied = {CERTAIN: half, ITSELF: half * half}
    drawing = {ITSELF: half}
    assert [chance.parts for chance in odds.chances] == [
        *(tied, tied, drawing, drawing, drawing, {}),
    ]
    assert [chance.least for chance in odds.chances] == [0] * 6
    assert odds.chances[0].more == Fraction(3, 4)
    assert odds.expected_unsold == 0
    assert certain_odds(POOL, bidding(16)).expected_unsold == 2
    assert certain_odds(POOL, bidding(16)).chances[0].least == 1


def bids_up_to_symmetry(people: int) -> Iterator[tuple[int | None, ...]]:
    """Yield every way in which bids can be equal, ordered, invalid or absent."""
    top = 10 + people
    bids = combinations_with_replacement((None, 9, *range(10, top)), people)
    for some in bids:
        valid = {bid for bid in some if bid is not None and bid >= 10}
        if valid == set(range(10, 10 + len(valid))):
            yield some


def odds_agree(pool: Pool, bids: Sequence[int | None], lots: Iterable[Lots]) -> None:
    orders = bidding(*bids)
    odds = certain_odds(pool, orders)
    found = frequencies(certain_lottery, pool, orders, lots)
    for chance, seen in zip(odds.chances, found, strict=True):
        assert (chance.least, chance.expected) == (seen.fewest, seen.expected)
        assert chance.parts == seen.parts
    unsold = pool.supply - sum(seen.expected for seen in found)
    assert odds.expected_unsold == unsold


def pools(people: int) -> Iterator[Pool]:
    for supply in range(2, min(people + 1, 6) + 1):
        for certain in range(1, supply):
            yield replace(POOL, supply=supply, certain=certain)


@pytest.mark.thorough
@pytest.mark.parametrize("people", range(4))
def test_odds_are_the_frequencies_over_all_orders(people: int) -> None:
    lots = list(all_lots(people, CERTAIN))
    for pool in pools(people):
        for bids in bids_up_to_symmetry(people):
            odds_agree(pool, bids, lots)


@pytest.mark.slow
def test_odds_are_the_frequencies_over_all_orders_of_four() -> None:
    lots = list(all_lots(4, CERTAIN))
    for pool in pools(4):
        for bids in bids_up_to_symmetry(4):
            odds_agree(pool, bids, lots)


@pytest.mark.slow
def test_odds_are_the_frequencies_over_all_orders_of_five() -> None:
    """Of the part's order only that between equal bids at the margin matters."""
    for pool in pools(5):
        for bids in bids_up_to_symmetry(5):
            odds_agree(pool, bids, lots_between(tied_at_the_margin(pool, bids), 5))


def tied_at_the_margin(pool: Pool, bids: Sequence[int | None]) -> Sequence[int]:
    valid = sorted((b for b in bids if b is not None and b >= 10), reverse=True)
    if len(valid) <= pool.certain or valid[pool.certain - 1] != valid[pool.certain]:
        return ()
    return [i for i, bid in enumerate(bids) if bid == valid[pool.certain]]


def lots_between(tied: Sequence[int], people: int) -> Iterator[Lots]:
    """Go through all drawing orders, and all of the part that differ for the tied."""
    others = [i for i in range(people) if i not in tied]
    for first in permutations(tied):
        for order in permutations(range(people)):
            yield FixedLots(order, {CERTAIN: (*first, *others)})


@pytest.mark.parametrize(
    ("pool", "order", "code"),
    [
        (replace(POOL, certain=0), Order(1, 20), "allocation.certain"),
        (replace(POOL, certain=3), Order(1, 20), "allocation.certain"),
        (replace(POOL, certain=-1), Order(1, 20), "allocation.certain"),
        (replace(POOL, supply=0), Order(1, 20), "allocation.certain"),
        (replace(POOL, price=-1), Order(1, 20), "allocation.quantity"),
        (POOL, Order(-1, 20, 20), "allocation.quantity"),
        (POOL, Order(1, -1), "allocation.quantity"),
        (POOL, Order(1, 20, 21), "allocation.bid"),
        (POOL, Order(1, 20, -1), "allocation.bid"),
    ],
)
def test_impossible_arguments_are_refused(pool: Pool, order: Order, code: str) -> None:
    with pytest.raises(CallerError) as caught:
        certain_lottery(pool, [order], in_turn(1, CERTAIN))
    assert caught.value.code == code
    with pytest.raises(CallerError) as caught:
        certain_odds(pool, [order])
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("order", "part"), [((0, 0), (0, 1)), ((0, 1), (1, 1)), ((0,), (0, 1))]
)
def test_both_drawing_orders_are_permutations(
    order: Sequence[int], part: Sequence[int]
) -> None:
    lots = FixedLots(order, {CERTAIN: part})
    with pytest.raises(CallerError, match=r"allocation\.order"):
        certain_lottery(POOL, bidding(20, 20), lots)
