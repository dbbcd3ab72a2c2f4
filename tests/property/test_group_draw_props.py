"""Groups: everybody has exactly the same chance, and the supply is never exceeded."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from hashlib import sha256
from itertools import chain, combinations_with_replacement, islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exact_draw import enumerate_lots
from examples import examples
from fairlot.allocation.lots import PoolSeed, SeededLots, uniform
from fairlot.allocation.mechanisms.groups import Table, table, verify, worst_cost
from fairlot.allocation.mechanisms.lottery import lottery, lottery_odds
from fairlot.allocation.shape import Lots, Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from plain_table import plain_table

SEED = sha256(b"compositions").digest()
SALE = bytes(32)
ALL_SMALL = 3_000
EVERY = 97
"""Of the small instances, each which one is looked at in the default run."""


def dice(*labels: object) -> Iterator[int]:
    """Return large numbers that a label names, the same in every run."""
    seed = PoolSeed(sha256(repr(labels).encode()).digest())
    return (uniform(seed, 2**64, bytes([i])) for i in range(256))


Instance = tuple[int, Mapping[int, int]]
"""The supply, and how many groups there are of each size."""


def small() -> Iterator[Instance]:
    """Return all with 2 to 7 groups of sizes up to 5, for up to 8 units; somebody loses."""
    for supply in range(1, 9):
        sizes = range(1, min(5, supply) + 1)
        for parties in range(2, 8):
            for groups in combinations_with_replacement(sizes, parties):
                if sum(groups) > supply:
                    yield supply, Counter(groups)


def larger(number: int, most: int = 16) -> Iterator[Instance]:
    """Return random ones for up to 200 units, of sizes up to ``most``; somebody loses."""
    for at in range(number):
        some = dice("larger", at)
        largest = 1 + next(some) % most
        supply = largest + next(some) % (201 - largest)
        few = 1 + next(some) % 12
        groups = {
            1 + next(some) % largest: 1 + next(some) % few
            for _ in range(1 + next(some) % 6)
        }
        if sum(size * count for size, count in groups.items()) > supply:
            yield supply, groups


def check_table(supply: int, groups: Mapping[int, int]) -> Table:
    """Check what section 4 of specs/lottery.md promises of a table, by its rows alone."""
    found = table(supply, groups)
    sizes, people = sorted(groups, reverse=True), 0
    for at, size in enumerate(sizes):
        people += size * groups[size]
        won = sum(w * row[at] for row, w in zip(found.rows, found.weights, strict=True))
        assert Fraction(won, sum(found.weights) * groups[size]) == found.chance
    for row in found.rows:
        sold = sum(size * won for size, won in zip(sizes, row, strict=True))
        assert supply - sizes[0] + 1 <= sold <= supply
        assert all(0 <= won <= groups[s] for s, won in zip(sizes, row, strict=True))
    assert len(found.rows) <= len(sizes)
    assert Fraction(supply - sizes[0] + 1, people) <= found.chance
    assert found.chance <= Fraction(supply, people)
    verify(found)
    return found


# Against a linear program over all patterns, by another solver.


def solved(supply: int, groups: Mapping[int, int]) -> float:
    """Return the greatest equal chance, by the HiGHS solver, over all maximal patterns.

    Chances are at least p for each size; a pattern with more of a size can do with less.
    """
    optimize = pytest.importorskip("scipy.optimize")
    sizes = sorted(groups, reverse=True)
    columns = list(patterns(supply, sizes, groups))
    costs = [0.0] * len(columns) + [-1.0]
    at_least = [
        [-float(column[at]) for column in columns] + [float(groups[size])]
        for at, size in enumerate(sizes)
    ]
    ended = optimize.linprog(
        costs,
        A_ub=at_least,
        b_ub=[0.0] * len(sizes),
        A_eq=[[1.0] * len(columns) + [0.0]],
        b_eq=[1.0],
        method="highs",
    )
    assert ended.status == 0
    return -float(ended.fun)


def patterns(
    supply: int, sizes: Sequence[int], groups: Mapping[int, int]
) -> Iterator[tuple[int, ...]]:
    """Return the patterns to which no group of the smallest size can be added."""
    *first, last = sizes
    for some in product(*(range(groups[size] + 1) for size in first)):
        left = supply - sum(size * won for size, won in zip(first, some, strict=True))
        if left >= 0:
            yield (*some, min(groups[last], left // last))


def near_enough(one: Fraction, other: float) -> bool:
    return abs(float(one) - other) < 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("start", range(2))
def test_some_small_tables_are_those_of_a_solver(start: int) -> None:
    for supply, groups in islice(small(), start, None, EVERY):
        found = check_table(supply, groups)
        assert near_enough(found.chance, solved(supply, groups))


@pytest.mark.slow
def test_all_small_tables_are_those_of_a_solver() -> None:
    checked = 0
    for supply, groups in small():
        found = check_table(supply, groups)
        assert near_enough(found.chance, solved(supply, groups))
        checked += 1
    assert checked > ALL_SMALL


@pytest.mark.slow
def test_a_thousand_larger_tables_are_those_of_a_solver() -> None:
    checked = 0
    for supply, groups in larger(6_000):
        found = check_table(supply, groups)
        ways = 1
        for count in groups.values():
            ways *= count + 1
        if ways <= 20_000:
            assert near_enough(found.chance, solved(supply, groups))
            checked += 1
    assert checked >= 1_000


def test_larger_tables_keep_their_promises() -> None:
    for supply, groups in larger(150):
        check_table(supply, groups)


@pytest.mark.thorough
def test_tables_are_those_of_the_specification_in_plain_steps() -> None:
    instances = chain(islice(small(), 5, None, EVERY), larger(40, 3))
    for supply, groups in instances:
        found = table(supply, groups)
        rows = list(zip(found.rows, found.weights, strict=True))
        prices = None if found.prices is None else list(found.prices)
        assert plain_table(supply, groups) == (found.chance, rows, prices)


# Never below the plain lottery of groups: in random order, each wins as a whole if it fits.


def worst_off(supply: int, groups: Mapping[int, int]) -> Fraction:
    """Return the least chance, over the sizes, if groups come in random order."""
    sizes = sorted(groups)
    won = [Fraction(0)] * len(sizes)
    places: dict[tuple[tuple[int, ...], int], Fraction] = {
        (tuple(groups[size] for size in sizes), supply): Fraction(1)
    }
    for _ in range(sum(groups.values())):
        after: dict[tuple[tuple[int, ...], int], Fraction] = {}
        for (left, units), likely in places.items():
            total = sum(left)
            for at, size in enumerate(sizes):
                if not left[at]:
                    continue
                part = likely * Fraction(left[at], total)
                fits = size <= units
                won[at] += part * fits
                then = (*left[:at], left[at] - 1, *left[at + 1 :])
                key = then, units - size * fits
                after[key] = after.get(key, Fraction(0)) + part
        places = after
    return min(chance / groups[size] for chance, size in zip(won, sizes, strict=True))


@pytest.mark.thorough
def test_nobody_is_worse_off_than_the_worst_off_in_a_random_order() -> None:
    for supply, groups in islice(small(), 0, None, EVERY // 4):
        assert table(supply, groups).chance >= worst_off(supply, groups)


@pytest.mark.slow
def test_so_it_is_in_all_small_instances() -> None:
    better = 0
    for supply, groups in small():
        chance, least = table(supply, groups).chance, worst_off(supply, groups)
        assert chance >= least
        better += chance > least
    assert better > ALL_SMALL // 2


# The lottery itself: every drawing order, group order and uniform draw, of five people.


def crowd(sizes: Sequence[int], singles: int) -> list[Order]:
    """Return orders, singles between the members of the groups."""
    members = [bytes([gid]) * 32 for gid, size in enumerate(sizes) for _ in range(size)]
    alone: list[bytes | None] = [None] * singles
    mixed = chain(alone[: singles // 2], members, alone[singles // 2 :])
    return [Order(1, 5, group=gid) for gid in mixed]


def units_of(pool: Pool, orders: Sequence[Order], lots: Lots) -> Sequence[int]:
    return lottery(pool, orders, lots).units


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "singles"),
    [((), 4), ((2,), 2), ((2,), 3), ((3,), 2), ((2, 2), 0), ((2, 2), 1), ((3, 2), 0)],
)
def test_odds_are_what_all_lots_together_give(
    sizes: tuple[int, ...], singles: int
) -> None:
    orders = crowd(sizes, singles)
    people = len(orders)
    for supply in range(max(sizes, default=0), people + 2):
        pool = Pool(
            "main", Mechanism.LOTTERY, supply, 5, group_max=max(sizes, default=1)
        )
        odds = lottery_odds(pool, orders)
        means, sold = [Fraction(0)] * people, set[int]()
        for weight, units in enumerate_lots(partial(units_of, pool, orders), people):
            means = [
                mean + weight * got for mean, got in zip(means, units, strict=True)
            ]
            sold.add(sum(units))
        assert means == [chance.expected for chance in odds.chances]
        assert len(set(means)) == 1
        assert supply - sum(means) == odds.expected_unsold
        assert max(sold) <= supply
        assert len(sold) == 1 or not odds.unsold_certain


# Splitting and merging.


@pytest.mark.thorough
def test_what_groups_cost_everybody_is_bounded() -> None:
    """Without groups the chance is k/n; the bound is met where only k mod g is left."""
    for supply, groups in larger(300):
        alone = Fraction(supply, sum(size * count for size, count in groups.items()))
        lost = 1 - table(supply, groups).chance / alone
        assert lost <= worst_cost(supply, max(groups))
    for largest in range(2, 9):
        supply = 4 * largest - 1
        lost = 1 - table(supply, {largest: 5}).chance / Fraction(supply, 5 * largest)
        assert lost == worst_cost(supply, largest)


# Order of arrival, and raising one's own order.

people = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 12)), min_size=1, max_size=12
)


@st.composite
def sales(draw_: st.DrawFn) -> tuple[Pool, list[Order], list[bytes]]:
    """Return a pool, orders with a few groups, and nyms."""
    sizes = draw_(st.lists(st.integers(2, 4), max_size=4))
    together = [
        Order(1, 6, group=sha256(bytes([gid])).digest())
        for gid, size in enumerate(sizes)
        for _ in range(size)
    ]
    alone = [Order(wants, deposit) for wants, deposit in draw_(people)]
    orders = [*together, *alone]
    supply = draw_(st.integers(max(sizes, default=0), len(orders) + 1))
    pool = Pool("main", Mechanism.LOTTERY, supply, 6, group_max=4)
    return pool, orders, [sha256(bytes([i])).digest() * 2 for i in range(len(orders))]


def lots_of(nyms: Sequence[bytes]) -> SeededLots:
    return SeededLots(SEED, SALE, "main", tuple(Nym(nym[:48]) for nym in nyms))


@given(sales(), st.data())
@examples(60)
def test_the_order_of_arrival_changes_nothing(
    sale: tuple[Pool, list[Order], list[bytes]], data: st.DataObject
) -> None:
    pool, orders, nyms = sale
    shares = lottery(pool, orders, lots_of(nyms))
    before = dict(
        zip(nyms, zip(shares.units, shares.reasons, strict=True), strict=True)
    )
    places = data.draw(st.permutations(range(len(orders))))
    mixed = [nyms[i] for i in places]
    shares = lottery(pool, [orders[i] for i in places], lots_of(mixed))
    after = dict(
        zip(mixed, zip(shares.units, shares.reasons, strict=True), strict=True)
    )
    assert after == before


@given(sales(), st.data())
@examples(60)
def test_raising_an_order_never_lowers_its_allocation(
    sale: tuple[Pool, list[Order], list[bytes]], data: st.DataObject
) -> None:
    pool, orders, nyms = sale
    person = data.draw(st.sampled_from(range(len(orders))))
    old = orders[person]
    more = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 9))
    new = Order(old.wants + more[0], old.budget + more[1], group=old.group)
    raised = [*orders[:person], new, *orders[person + 1 :]]
    before = lottery(pool, orders, lots_of(nyms)).units[person]
    assert lottery(pool, raised, lots_of(nyms)).units[person] >= before


@given(sales())
@examples(60)
def test_money_and_supply_fit_and_groups_stay_together(
    sale: tuple[Pool, list[Order], list[bytes]],
) -> None:
    pool, orders, nyms = sale
    shares = lottery(pool, orders, lots_of(nyms))
    assert sum(shares.units) <= min(pool.supply, sum(shares.quantities))
    for order, takes, got, paid in zip(
        orders, shares.quantities, shares.units, shares.payments, strict=True
    ):
        assert takes == (order.wants >= 1 and order.budget >= pool.price)
        assert 0 <= got <= takes
        assert paid == pool.price * got <= order.budget
    fates = {
        (o.group, got) for o, got in zip(orders, shares.units, strict=True) if o.group
    }
    assert len(fates) == len({gid for gid, _ in fates})
