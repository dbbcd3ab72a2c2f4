"""Equal share: what each could take and pay, who wins, and what is sold."""

from dataclasses import replace

import pytest

from all_orders import FixedLots
from fairlot.allocation import Award, Entrant, allocate, check_outcome
from fairlot.allocation.equal_share import equal_share, quantity
from fairlot.allocation.outcome import PoolResult
from fairlot.allocation.shape import Order
from fairlot.errors import InvariantError
from fairlot.pools import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LARGEST = 2**64 - 1
POOL = Pool("main", Mechanism.EQUAL_SHARE, 10, 7, 5)
SEED, SALE = bytes(32), bytes(range(32))


def nym(i: int) -> bytes:
    return i.to_bytes(48, "big")


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
    by_rank = sorted(outcome.awards, key=lambda award: award.rank)
    assert [award.units for award in by_rank] == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    (result,) = outcome.pools
    assert (result.demand, result.level, result.remainder) == (9, 0, 3)
    assert (result.winners, result.sold, result.unsold) == (3, 3, 0)


def test_awards_are_sorted_by_nym_and_found_by_it() -> None:
    entrants = [Entrant(nym(i), i, 7 * i) for i in (3, 1, 2)]
    outcome = allocate([POOL], entrants, SEED, SALE)
    assert [award.nym for award in outcome.awards] == [nym(1), nym(2), nym(3)]
    assert outcome.of(nym(2)) == outcome.awards[1]
    assert outcome.of(nym(0)) is None
    assert outcome.of(nym(4)) is None


def test_with_nobody_all_is_unsold() -> None:
    outcome = allocate([POOL], [], SEED, SALE)
    (result,) = outcome.pools
    assert outcome.awards == ()
    assert (result.sold, result.unsold, result.winners) == (0, 10, 0)


def test_without_supply_nobody_pays() -> None:
    pool = replace(POOL, supply=0)
    outcome = allocate([pool], [Entrant(nym(1), 5, 35)], SEED, SALE)
    (award,) = outcome.awards
    assert (award.q, award.units, award.payment) == (5, 0, 0)


@pytest.mark.parametrize("pools", [[], [POOL, POOL]])
def test_a_sale_has_one_pool(pools: list[Pool]) -> None:
    with pytest.raises(CallerError, match=r"allocation\.pools"):
        allocate(pools, [], SEED, SALE)


def broken(award: Award, result: PoolResult) -> str:
    """Return the code with which a claimed outcome of one entrant is refused."""
    with pytest.raises(InvariantError) as caught:
        check_outcome(POOL, [Entrant(nym(1), 2, 14)], [award], result)
    return caught.value.code


def test_each_broken_invariant_is_named() -> None:
    outcome = allocate([POOL], [Entrant(nym(1), 2, 14)], SEED, SALE)
    (award,), (result,) = outcome.awards, outcome.pools
    check_outcome(POOL, [Entrant(nym(1), 2, 14)], [award], result)
    one = replace(award, units=1)
    assert broken(award, replace(result, sold=3)) == "allocation.supply"
    assert broken(award, replace(result, unsold=7)) == "allocation.supply"
    assert broken(one, result) == "allocation.supply"
    all_sold = replace(result, sold=11, unsold=-1)
    assert broken(replace(award, units=11), all_sold) == "allocation.supply"
    assert broken(replace(award, q=1), result) == "allocation.quantity-exceeded"
    debt = replace(result, sold=-1, unsold=11)
    negative = replace(award, units=-1)
    assert broken(negative, debt) == "allocation.quantity-exceeded"
    assert broken(replace(award, payment=13), result) == "allocation.payment"
    three = replace(award, q=3, units=3, payment=21)
    sold_three = replace(result, sold=3, unsold=7)
    assert broken(three, sold_three) == "allocation.deposit-exceeded"
