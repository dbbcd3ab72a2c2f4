"""Quadratic price: worked cases, the certificate, exact odds."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from all_orders import FixedLots, all_lots, frequencies, in_turn
from fairlot.allocation.mechanisms.quadratic import quadratic, quadratic_odds, quantity
from fairlot.allocation.shape import Order, Reason
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
POOL = Pool("main", Mechanism.QUADRATIC, supply=10, price=3, cap=5)
WANT_ALL = LARGEST


def paying_for(*quantities: int) -> list[Order]:
    """Return orders with just the money for so many units."""
    return [Order(WANT_ALL, POOL.price * q * q) for q in quantities]


@pytest.mark.parametrize(
    ("price", "cap", "wants", "deposit", "expected"),
    [
        (3, 5, 9, 1000, 5),
        (3, 5, 4, 1000, 4),
        (3, 5, 9, 48, 4),
        (3, 5, 9, 47, 3),
        (3, 5, 9, 2, 0),
        (3, 5, 0, 1000, 0),
        (1, LARGEST, LARGEST, LARGEST, 2**32 - 1),
        (LARGEST, LARGEST, LARGEST, LARGEST, 1),
        (LARGEST, LARGEST, LARGEST, LARGEST - 1, 0),
    ],
)
def test_the_quantity_is_what_the_square_can_be_paid_for(
    price: int, cap: int, wants: int, deposit: int, expected: int
) -> None:
    pool = replace(POOL, price=price, cap=cap)
    assert quantity(pool, Order(wants, deposit)) == expected


def test_units_cost_the_price_times_their_square() -> None:
    orders = paying_for(5, 2, 3, 4)
    shares = quadratic(POOL, orders, FixedLots((2, 3, 1, 0)))
    assert shares.quantities == (5, 2, 3, 4)
    assert shares.units == (2, 2, 3, 3)
    assert shares.payments == (12, 12, 27, 27)
    assert shares.reasons == (
        Reason.LEVEL,
        Reason.IN_FULL,
        Reason.LEVEL_AND_ONE,
        Reason.LEVEL_AND_ONE,
    )


@pytest.mark.parametrize(
    ("supply", "quantities", "clearing_cap", "at", "below", "steps", "takers"),
    [
        (10, (5, 2, 3, 4), 3, 11, 8, 2, 3),
        (11, (5, 2, 3, 4), 3, 11, 8, 3, 3),
        (14, (5, 2, 3, 4), 5, 14, 13, 1, 1),
        (15, (5, 2, 3, 4), None, 14, 14, 0, 0),
        (1, (5, 2, 3, 4), 1, 4, 0, 1, 4),
        (0, (5, 2, 3, 4), 0, 0, 0, 0, 0),
        (0, (), 0, 0, 0, 0, 0),
        (1, (), None, 0, 0, 0, 0),
        (1, (0, 0), None, 0, 0, 0, 0),
    ],
)
def test_the_certificate_shows_demand_at_the_cap_and_just_below(
    supply: int,
    quantities: tuple[int, ...],
    clearing_cap: int | None,
    at: int,
    below: int,
    steps: int,
    takers: int,
) -> None:
    pool = replace(POOL, supply=supply)
    shares = quadratic(pool, paying_for(*quantities), in_turn(len(quantities)))
    assert shares.facts.to_json() == {
        "supply": supply,
        "demand": sum(quantities),
        "clearing_cap": clearing_cap,
        "demand_at": at,
        "demand_below": below,
        "last_steps": steps,
        "last_takers": takers,
    }


@pytest.mark.parametrize(
    ("supply", "lines"),
    [
        (
            10,
            (
                "The cap rose to 3: then the demand is 11, at 2 it is 8, for 10 units",
                "The step to 3 went by lot to 2 of the 3 persons who could take it",
            ),
        ),
        (
            11,
            (
                "The cap rose to 3: then the demand is 11, at 2 it is 8, for 11 units",
                "The step to 3 went to all 3 persons who could take it",
            ),
        ),
        (0, ("There is nothing to sell: the cap never rises",)),
        (
            15,
            (
                (
                    "The cap rose until nobody wanted or could pay more: 14 of 15 units "
                    "are sold"
                ),
            ),
        ),
    ],
)
def test_people_can_read_the_certificate(supply: int, lines: tuple[str, ...]) -> None:
    pool = replace(POOL, supply=supply)
    assert quadratic(pool, paying_for(5, 2, 3, 4), in_turn(4)).facts.lines() == lines


def test_odds_are_those_of_the_last_step() -> None:
    odds = quadratic_odds(POOL, paying_for(5, 2, 3, 4))
    assert [chance.least for chance in odds.chances] == [2, 2, 2, 2]
    third = Fraction(2, 3)
    assert [chance.more for chance in odds.chances] == [third, 0, third, third]
    assert odds.expected_unsold == 0
    assert odds.why == (
        "Everybody gets up to 2 units; of 3 persons who want more 2 get one more, by lot",
    )
    assert quadratic_odds(replace(POOL, supply=20), []).expected_unsold == 20


def odds_agree(quantities: Sequence[int]) -> None:
    orders = paying_for(*quantities)
    lots = list(all_lots(len(orders)))
    for supply in range(7):
        pool = replace(POOL, supply=supply)
        odds = quadratic_odds(pool, orders)
        found = frequencies(quadratic, pool, orders, lots)
        for chance, seen in zip(odds.chances, found, strict=True):
            assert (chance.least, chance.expected) == (seen.fewest, seen.expected)
            assert seen.spread == (chance.more > 0)
            assert chance.parts == {}
        sold = sum(seen.expected for seen in found)
        assert odds.expected_unsold == supply - sold


@pytest.mark.thorough
@pytest.mark.parametrize("people", range(5))
def test_odds_are_the_frequencies_over_all_orders(people: int) -> None:
    for quantities in combinations_with_replacement(range(4), people):
        odds_agree(quantities)


@pytest.mark.slow
def test_odds_are_the_frequencies_over_all_orders_of_five() -> None:
    for quantities in combinations_with_replacement(range(4), 5):
        odds_agree(quantities)


@pytest.mark.parametrize(
    ("pool", "order", "code"),
    [
        (replace(POOL, price=0), Order(1, 1), "quadratic.price"),
        (replace(POOL, supply=-1), Order(1, 1), "allocation.quantity"),
        (replace(POOL, price=-1), Order(1, 1), "allocation.quantity"),
        (replace(POOL, cap=-1), Order(1, 1), "allocation.quantity"),
        (POOL, Order(-1, 1), "allocation.quantity"),
        (POOL, Order(1, -1), "allocation.quantity"),
    ],
)
def test_impossible_numbers_are_refused(pool: Pool, order: Order, code: str) -> None:
    with pytest.raises(CallerError) as caught:
        quadratic(pool, [order], in_turn(1))
    assert caught.value.code == code
    with pytest.raises(CallerError) as caught:
        quadratic_odds(pool, [order])
    assert caught.value.code == code


@pytest.mark.parametrize("order", [(), (0,), (0, 0), (0, 2), (0, 1, 2)])
def test_a_drawing_order_is_a_permutation(order: Sequence[int]) -> None:
    with pytest.raises(CallerError, match=r"allocation\.order"):
        quadratic(POOL, paying_for(1, 1), FixedLots(order))
