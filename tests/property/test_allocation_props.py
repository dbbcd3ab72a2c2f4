"""FILL and equal share over random sales, the extremes of 64 bits among them."""

from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from fairlot.allocation.entering import Entrant
from fairlot.allocation.lots import PoolSeed, Rank, pool_seed, rank
from fairlot.allocation.mechanisms.fill import fill
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool

LARGEST = 2**64 - 1
SALE = bytes(range(32))

uint64 = st.integers(0, LARGEST) | st.integers(0, 30) | st.just(LARGEST)
pools = st.builds(
    Pool,
    name=st.just("main"),
    mechanism=st.just(Mechanism.EQUAL_SHARE),
    supply=uint64,
    price=uint64,
    cap=uint64.filter(bool),
)
nyms = st.binary(min_size=48, max_size=48)
entrants = st.lists(
    st.builds(Entrant, nym=nyms, wants=uint64, amount=uint64),
    max_size=12,
    unique_by=lambda entrant: entrant.nym,
)
seeds = st.binary(min_size=32, max_size=32)


@st.composite
def fillings(draw: st.DrawFn, largest: int) -> tuple[int, list[int], list[int]]:
    quantities = draw(st.lists(st.integers(0, largest), max_size=8))
    supply = draw(st.integers(0, sum(quantities) + 2))
    order = draw(st.permutations(range(len(quantities))))
    return supply, quantities, order


def naive_fill(
    supply: int, quantities: Sequence[int], order: Sequence[int]
) -> tuple[int, ...]:
    """Hand out unit after unit: whoever has fewest is next, ties by the order."""
    units = [0] * len(quantities)
    for _ in range(supply):
        hungry = [i for i in order if units[i] < quantities[i]]
        if not hungry:
            break
        units[min(hungry, key=lambda i: units[i])] += 1
    return tuple(units)


@given(fillings(largest=9))
def test_fill_equals_handing_out_unit_after_unit(
    filling: tuple[int, list[int], list[int]],
) -> None:
    assert fill(*filling).units == naive_fill(*filling)


@given(fillings(largest=LARGEST))
def test_fill_holds_its_definition(filling: tuple[int, list[int], list[int]]) -> None:
    supply, quantities, order = filling
    filled = fill(supply, quantities, order)
    level, units = filled.level, filled.units
    assert sum(units) == min(supply, sum(quantities))
    if sum(quantities) > supply:
        assert sum(min(q, level) for q in quantities) == supply - filled.remainder
        assert sum(min(q, level + 1) for q in quantities) > supply
        above = [i for i in order if quantities[i] > level]
        raised = [i for i in order if units[i] == level + 1]
        assert raised == above[: filled.remainder]
    else:
        assert units == tuple(quantities)


@given(fillings(largest=12), st.data())
def test_asking_for_more_never_gives_less(
    filling: tuple[int, list[int], list[int]], data: st.DataObject
) -> None:
    supply, quantities, order = filling
    assume(quantities)
    person = data.draw(st.sampled_from(range(len(quantities))))
    more = list(quantities)
    more[person] += data.draw(st.integers(1, 12))
    before = fill(supply, quantities, order).units
    after = fill(supply, more, order).units
    assert after[person] >= before[person]
    others = range(len(quantities))
    assert all(after[i] <= before[i] for i in others if i != person)


@given(pools, entrants, seeds, st.data())
def test_the_outcome_is_a_function_of_the_set(
    pool: Pool, present: list[Entrant], seed: bytes, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(present))
    assert allocate([pool], present, seed, SALE) == allocate(
        [pool], iter(shuffled), seed, SALE
    )


@given(pools, entrants, seeds)
def test_every_outcome_holds_the_invariants(
    pool: Pool, present: list[Entrant], seed: bytes
) -> None:
    outcome = allocate([pool], present, seed, SALE)
    (result,) = outcome.pools
    deposits = {entrant.nym: entrant.amount for entrant in present}
    wants = {entrant.nym: entrant.wants for entrant in present}
    assert [total.nym for total in outcome.totals] == sorted(deposits)
    assert sum(total.units for total in outcome.totals) == result.sold
    assert result.sold + result.unsold == pool.supply
    assert result.sold == min(pool.supply, result.demand)
    for total in outcome.totals:
        assert 0 <= total.units <= min(pool.cap, wants[total.nym])
        assert total.payment == total.units * pool.price <= deposits[total.nym]


@given(pools, entrants, seeds, st.data())
def test_raising_ones_own_order_never_lowers_ones_allocation(
    pool: Pool, present: list[Entrant], seed: bytes, data: st.DataObject
) -> None:
    assume(present)
    first, *others = present
    raised = Entrant(
        first.nym,
        data.draw(st.integers(first.wants, LARGEST)),
        data.draw(st.integers(first.amount, LARGEST)),
    )
    before = allocate([pool], [first, *others], seed, SALE)
    after = allocate([pool], [raised, *others], seed, SALE)
    assert units_of(after, first.nym) >= units_of(before, first.nym)


def units_of(outcome: Outcome, nym: bytes) -> int:
    award = outcome.of(Nym(nym))
    assert award is not None
    return award.units


@given(pools, entrants, seeds)
def test_equal_quantities_differ_by_one_unit_at_most(
    pool: Pool, present: list[Entrant], seed: bytes
) -> None:
    awards = allocate([pool], present, seed, SALE).pools[0].awards
    seed_L = pool_seed(seed, SALE, pool.name)
    for one in awards:
        for other in awards:
            if one.q == other.q:
                assert abs(one.units - other.units) <= 1
            if one.q == other.q and one.units > other.units:
                assert drawn(seed_L, one.nym) < drawn(seed_L, other.nym)


def drawn(seed_L: PoolSeed, nym: bytes) -> tuple[Rank, bytes]:
    return rank(seed_L, Nym(nym)), nym
