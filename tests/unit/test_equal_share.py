"""Equal share: what each could take and pay, who wins, and what is sold."""

from dataclasses import replace

import pytest

from all_orders import FixedLots
from fairlot.allocation.entering import Entrant
from fairlot.allocation.lots import pool_seed, rank
from fairlot.allocation.mechanisms.equal_share import equal_share, quantity
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool

LARGEST = 2**64 - 1
POOL = Pool("main", Mechanism.EQUAL_SHARE, 10, 7, 5)
SEED, SALE = bytes(32), bytes(range(32))


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


@pytest.mark.parametrize(
    ("price", "cap", "wants", "deposit", "expected"),
    [
        (7, 5, 9, 100, 5),
        (7, 5, 3, 100, 3),
        (7, 5, 5, 34, 4),
        (7, 5, 5, 35, 5),
        (7, 5, 5, 6, 0),
        (7, 5, 0, 100, 0),
        (0, 5, 9, 0, 5),
        (LARGEST, LARGEST, LARGEST, LARGEST, 1),
        (LARGEST, 2, 2, LARGEST - 1, 0),
        (1, LARGEST, LARGEST, LARGEST, LARGEST),
    ],
)
def test_the_quantity_is_bounded_by_cap_wish_and_deposit(
    price: int, cap: int, wants: int, deposit: int, expected: int
) -> None:
    pool = replace(POOL, price=price, cap=cap)
    assert quantity(pool, Order(wants, deposit)) == expected


def test_payments_are_price_times_units() -> None:
    orders = [Order(5, 35), Order(2, 35), Order(9, 27), Order(5, 100)]
    shares = equal_share(POOL, orders, FixedLots((3, 2, 1, 0)))
    assert shares.quantities == (5, 2, 3, 5)
    assert shares.units == (2, 2, 3, 3)
    assert shares.payments == (14, 14, 21, 21)


def test_the_smallest_ranks_win_a_lottery() -> None:
    pool = replace(POOL, supply=3, cap=1)
    outcome = allocate([pool], [Entrant(nym(i), 1, 7) for i in range(9)], SEED, SALE)
    seed_L = pool_seed(SEED, SALE, pool.name)
    by_rank = sorted(outcome.totals, key=lambda total: rank(seed_L, total.nym))
    assert [total.units for total in by_rank] == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    (result,) = outcome.pools
    assert (result.demand, result.winners, result.sold, result.unsold) == (9, 3, 3, 0)


def test_awards_are_sorted_by_nym_and_found_by_it() -> None:
    entrants = [Entrant(nym(i), i, 7 * i) for i in (3, 1, 2)]
    outcome = allocate([POOL], entrants, SEED, SALE)
    assert [total.nym for total in outcome.totals] == [nym(1), nym(2), nym(3)]
    assert outcome.of(nym(2)) == outcome.totals[1]
    assert outcome.pools[0].of(nym(2)) == outcome.pools[0].awards[1]
    assert outcome.of(nym(0)) is None
    assert outcome.of(nym(4)) is None


def test_with_nobody_all_is_unsold() -> None:
    outcome = allocate([POOL], [], SEED, SALE)
    (result,) = outcome.pools
    assert outcome.totals == ()
    assert (result.sold, result.unsold, result.winners) == (0, 10, 0)


def test_without_supply_nobody_pays() -> None:
    pool = replace(POOL, supply=0)
    outcome = allocate([pool], [Entrant(nym(1), 5, 35)], SEED, SALE)
    (award,) = outcome.pools[0].awards
    assert (award.q, award.units, award.payment) == (5, 0, 0)
