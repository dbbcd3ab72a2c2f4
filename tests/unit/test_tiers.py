"""Tiers: who sits where, what rolls over, exact odds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest

from all_orders import FixedLots, all_part_lots, frequencies, in_turn
from fairlot.allocation.mechanisms.tiers import tiers, tiers_odds
from fairlot.allocation.shape import ITSELF, Lots, Order, Reason
from fairlot.terms.pool import Mechanism, Pool, Tier
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
NAMES = ("gold", "silver", "bronze")


def selling(*supplies: int, more: int = 0) -> Pool:
    """Return a pool of tiers with such supplies, and what came from an earlier pool."""
    rows = zip(NAMES, (100, 50, 20), supplies, strict=False)
    levels = tuple(Tier(*row) for row in rows)
    return Pool("main", Mechanism.TIERS, sum(supplies) + more, tiers=levels)


def naming(*named: int | None) -> list[Order]:
    return [Order(1, LARGEST, tier=tier) for tier in named]


def test_who_misses_a_tier_falls_to_the_next() -> None:
    lots = FixedLots((), {"gold": (2, 1, 0, 3), "silver": (3, 0, 2, 1)})
    shares = tiers(selling(1, 1), naming(0, 0, 0, 1), lots)
    assert shares.quantities == (1, 1, 1, 1)
    assert shares.units == (0, 0, 1, 1)
    assert shares.payments == (0, 0, 100, 50)
    assert shares.parts == (ITSELF, ITSELF, "gold", "silver")
    missed = Reason.TIERS_MISSED
    assert shares.reasons == (missed, missed, Reason.TIER, Reason.TIER)


def test_seats_that_nobody_wants_go_to_the_next_tier() -> None:
    shares = tiers(selling(3, 0, 1), naming(0, 1, 1, 1), in_turn(4, *NAMES))
    assert shares.parts == ("gold", "silver", "silver", "bronze")
    assert shares.payments == (100, 50, 50, 20)
    assert shares.facts.lines() == (
        "Tier gold has 3 seats at 100, for 1 person: 1 goes, 2 are left, 0 miss it",
        (
            "Tier silver has 2 seats at 50, 2 of them left from above, for 3 persons: "
            "2 go, 0 are left, 1 misses it"
        ),
        "Tier bronze has 1 seat at 20, for 1 person: 1 goes, 0 are left, 0 miss it",
    )


def test_what_an_earlier_pool_left_comes_in_at_the_first_tier() -> None:
    shares = tiers(selling(1, 1, more=2), naming(0, 0, 1), in_turn(3, *NAMES))
    assert shares.parts == ("gold", "gold", "silver")
    assert shares.facts.to_json() == {
        "tiers": [
            {
                "name": "gold",
                "price": 100,
                "rolled_in": 2,
                "supply": 3,
                "candidates": 2,
                "sold": 2,
                "rolled_out": 1,
            },
            {
                "name": "silver",
                "price": 50,
                "rolled_in": 1,
                "supply": 2,
                "candidates": 1,
                "sold": 1,
                "rolled_out": 1,
            },
        ]
    }


def test_nobody_is_put_above_the_tier_that_they_name() -> None:
    shares = tiers(selling(2, 1), naming(1, 1, 1), in_turn(3, *NAMES))
    assert shares.parts == ("silver", "silver", "silver")
    shares = tiers(selling(2, 1), naming(None, 1), in_turn(2, *NAMES))
    assert shares.parts == (ITSELF, "silver")


def test_an_order_that_cannot_pay_its_tier_is_none() -> None:
    orders = [Order(1, 99, tier=0), Order(1, 50, tier=1), Order(1, 99), Order(0, 99)]
    shares = tiers(selling(1, 1), orders, in_turn(4, *NAMES))
    assert shares.quantities == (0, 1, 0, 0)
    assert shares.reasons == (
        *(Reason.NO_TIER, Reason.TIER, Reason.NO_TIER, Reason.NOTHING),
    )
    assert shares.payments == (0, 50, 0, 0)


def test_odds_are_products_of_misses() -> None:
    odds = tiers_odds(selling(1, 1, 1), naming(0, 0, 1, 2, None))
    half, third = Fraction(1, 2), Fraction(1, 3)
    first = {"gold": half, "silver": half * half, "bronze": half * half * half}
    assert [chance.parts for chance in odds.chances] == [
        first,
        first,
        {"silver": half, "bronze": half * half},
        {"bronze": half},
        {},
    ]
    assert [chance.more for chance in odds.chances][:2] == [Fraction(7, 8)] * 2
    wide = tiers_odds(selling(1, 2), naming(0, 0, 0))
    assert [chance.least for chance in wide.chances] == [1, 1, 1]
    assert wide.chances[0].parts == {"gold": third, "silver": 2 * third}
    assert tiers_odds(selling(2, 1), naming(1)).expected_unsold == 2
    assert tiers_odds(selling(2, 1), []).expected_unsold == 3


def odds_agree(pool: Pool, named: Sequence[int | None], lots: Iterable[Lots]) -> None:
    orders = naming(*named)
    odds = tiers_odds(pool, orders)
    found = frequencies(tiers, pool, orders, lots)
    for chance, seen in zip(odds.chances, found, strict=True):
        assert (chance.least, chance.expected) == (seen.fewest, seen.expected)
        assert chance.parts == seen.parts
    unsold = pool.supply - sum(seen.expected for seen in found)
    assert odds.expected_unsold == unsold


@pytest.mark.thorough
@pytest.mark.parametrize("people", range(4))
def test_odds_are_the_frequencies_over_all_orders(people: int) -> None:
    lots = list(all_part_lots(people, "gold", "silver"))
    wishes = [(*(None,) * n, *t) for t, n in _upper(people, 2)]
    for supplies in product(range(4), repeat=2):
        for named in wishes:
            odds_agree(selling(*supplies), named, lots)
            odds_agree(selling(*supplies, more=1), named, lots)


def _upper(people: int, levels: int) -> list[tuple[tuple[int, ...], int]]:
    """Return every choice of tiers by some of the people, and how many have none."""
    return [
        (chosen, people - some)
        for some in range(people + 1)
        for chosen in combinations_with_replacement(range(levels), some)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "supplies"),
    [
        *((3, supplies) for supplies in product(range(3), repeat=3)),
        *((4, supplies) for supplies in product(range(4), repeat=2)),
        *((5, supplies) for supplies in product(range(1, 4), repeat=2)),
    ],
)
def test_odds_are_the_frequencies_over_all_orders_of_more(
    people: int, supplies: tuple[int, ...]
) -> None:
    names = NAMES[: len(supplies)]
    lots = list(all_part_lots(people, *names))
    for named in combinations_with_replacement(range(len(supplies)), people):
        odds_agree(selling(*supplies), named, lots)


@pytest.mark.parametrize(
    ("pool", "order", "code"),
    [
        (selling(1, 1), Order(1, 100, tier=2), "allocation.tier"),
        (selling(1, 1), Order(1, 100, tier=-1), "allocation.tier"),
        (selling(), Order(1, 100, tier=0), "allocation.tier"),
        (selling(1, 1, more=-1), Order(1, 100, tier=0), "allocation.tiers"),
        (
            Pool(
                *("main", Mechanism.TIERS, 2),
                tiers=(Tier("gold", 50, 1), Tier("silver", 50, 1)),
            ),
            *(Order(1, 100, tier=0), "allocation.tiers"),
        ),
        (replace(selling(), supply=-1), Order(1, 100), "allocation.quantity"),
        (selling(2, -1), Order(1, 100, tier=0), "allocation.quantity"),
        (selling(1, 1), Order(-1, 100, tier=0), "allocation.quantity"),
        (selling(1, 1), Order(1, -1), "allocation.quantity"),
        (selling(1, 1), Order(1, 100, 101), "allocation.bid"),
    ],
)
def test_impossible_arguments_are_refused(pool: Pool, order: Order, code: str) -> None:
    with pytest.raises(CallerError) as caught:
        tiers(pool, [order], in_turn(1, *NAMES))
    assert caught.value.code == code
    with pytest.raises(CallerError) as caught:
        tiers_odds(pool, [order])
    assert caught.value.code == code


def test_every_drawing_order_is_a_permutation() -> None:
    lots = FixedLots((0, 1), {"gold": (0, 1), "silver": (0, 0)})
    with pytest.raises(CallerError, match=r"allocation\.order"):
        tiers(selling(1, 1), naming(0, 0), lots)
