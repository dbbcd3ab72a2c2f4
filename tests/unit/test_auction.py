"""Auction: who wins, what one price is, exact odds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from all_orders import FixedLots, all_lots, frequencies, in_turn
from fairlot.allocation.mechanisms.auction import auction, auction_odds
from fairlot.allocation.shape import Order, Reason
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
POOL = Pool("main", Mechanism.AUCTION, supply=2, price=10)


def bidding(*bids: int | None) -> list[Order]:
    """Return orders for one unit with enough money for any bid."""
    return [Order(1, LARGEST, bid) for bid in bids]


@pytest.mark.parametrize(
    ("supply", "bids", "units", "price"),
    [
        (2, (30, 20, 15), (1, 1, 0), 15),
        (2, (15, 20, 30), (0, 1, 1), 15),
        (2, (30, 20), (1, 1), 10),
        (2, (30,), (1,), 10),
        (2, (30, 9, 9), (1, 0, 0), 10),
        (2, (30, 10, 10), (1, 1, 0), 10),
        (2, (30, None, 11), (1, 0, 1), 10),
        (2, (12, 12, 12), (1, 1, 0), 12),
        (2, (9, None, 0), (0, 0, 0), 10),
        (2, (), (), 10),
        (0, (30, 20), (0, 0), 30),
        (1, (LARGEST, LARGEST), (1, 0), LARGEST),
    ],
)
def test_winners_pay_the_highest_losing_bid_or_the_reserve(
    supply: int, bids: tuple[int | None, ...], units: tuple[int, ...], price: int
) -> None:
    pool = replace(POOL, supply=supply)
    shares = auction(pool, bidding(*bids), in_turn(len(bids)))
    assert shares.units == units
    assert shares.payments == tuple(price * won for won in units)


def test_every_order_is_told_why() -> None:
    orders = [
        Order(1, 30, 30),
        Order(1, 20, 20),
        Order(5, 15, 15),
        Order(1, 9, 9),
        Order(1, 10, 9),
        Order(1, 10),
        Order(0, 99, 99),
    ]
    shares = auction(POOL, orders, in_turn(7))
    assert shares.quantities == (1, 1, 1, 0, 0, 0, 0)
    assert shares.reasons == (
        Reason.WINNING_BID,
        Reason.WINNING_BID,
        Reason.OUTBID,
        Reason.NOTHING,
        Reason.NO_BID,
        Reason.NO_BID,
        Reason.NOTHING,
    )


def test_equal_bids_win_in_the_drawing_order() -> None:
    orders = bidding(12, 12, 30, 12)
    assert auction(POOL, orders, FixedLots((3, 2, 0, 1))).units == (0, 0, 1, 1)
    assert auction(POOL, orders, FixedLots((1, 3, 0, 2))).units == (0, 1, 1, 0)


def test_the_facts_show_what_the_price_follows_from() -> None:
    facts = auction(POOL, bidding(12, 12, 30, 12, 5), in_turn(5)).facts
    assert facts.to_json() == {
        "supply": 2,
        "reserve": 10,
        "price": 12,
        "valid_bids": 4,
        "lowest_winning": 12,
        "highest_losing": 12,
        "tied": 3,
        "tied_seats": 1,
    }
    assert facts.lines() == (
        "4 bids count, for 2 units",
        "Whoever wins pays the highest losing bid, 12",
        "Of 3 equal bids of 12, 1 wins by lot",
    )


def test_the_facts_say_that_nobody_lost() -> None:
    facts = auction(POOL, bidding(12), in_turn(1)).facts
    assert facts.lines() == (
        "1 bid counts, for 2 units",
        "No bid that counts lost: whoever wins pays the reserve, 10",
    )


def test_odds_leave_ties_at_the_margin_open_only() -> None:
    odds = auction_odds(POOL, bidding(12, 12, 30, 12, 11, 5, None))
    third = Fraction(1, 3)
    assert [chance.least for chance in odds.chances] == [0, 0, 1, 0, 0, 0, 0]
    assert [chance.more for chance in odds.chances] == [third, third, 0, third, 0, 0, 0]
    assert odds.expected_unsold == 0
    assert auction_odds(POOL, bidding(12, 5)).expected_unsold == 1


def bids_up_to_symmetry(people: int) -> Iterator[tuple[int | None, ...]]:
    """Yield every way in which bids can be equal, ordered, invalid or absent."""

    def extend(
        bids: tuple[int | None, ...], top: int
    ) -> Iterator[tuple[int | None, ...]]:
        if len(bids) == people:
            yield bids
            return
        yield from extend((*bids, top), top)
        yield from extend((*bids, top + 1), top + 1)

    for absent in range(people + 1):
        for low in range(people - absent + 1):
            few: tuple[int | None, ...] = (None,) * absent + (9,) * low
            if len(few) == people:
                yield few
            else:
                yield from extend((*few, 10), 10)


def odds_agree(bids: Sequence[int | None]) -> None:
    orders = bidding(*bids)
    lots = list(all_lots(len(orders)))
    for supply in range(7):
        pool = replace(POOL, supply=supply)
        odds = auction_odds(pool, orders)
        found = frequencies(auction, pool, orders, lots)
        for chance, seen in zip(odds.chances, found, strict=True):
            assert (chance.least, chance.expected) == (seen.fewest, seen.expected)
            assert seen.spread == (chance.more > 0)
        assert odds.expected_unsold == supply - sum(seen.expected for seen in found)


@pytest.mark.thorough
@pytest.mark.parametrize("people", range(5))
def test_odds_are_the_frequencies_over_all_orders(people: int) -> None:
    for bids in bids_up_to_symmetry(people):
        odds_agree(bids)


@pytest.mark.slow
def test_odds_are_the_frequencies_over_all_orders_of_five() -> None:
    for bids in bids_up_to_symmetry(5):
        odds_agree(bids)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Order(-1, 20, 20), "allocation.quantity"),
        (Order(1, -1), "allocation.quantity"),
        (Order(1, 20, 21), "allocation.bid"),
        (Order(1, 20, -1), "allocation.bid"),
        (Order(1, 20, 20, tier=0), "allocation.tier"),
    ],
)
def test_impossible_orders_are_refused(order: Order, code: str) -> None:
    with pytest.raises(CallerError) as caught:
        auction(POOL, [order], in_turn(1))
    assert caught.value.code == code
    with pytest.raises(CallerError) as caught:
        auction_odds(POOL, [order])
    assert caught.value.code == code


def test_a_drawing_order_is_a_permutation() -> None:
    with pytest.raises(CallerError, match=r"allocation\.order"):
        auction(POOL, bidding(20, 20), FixedLots((1, 1)))
