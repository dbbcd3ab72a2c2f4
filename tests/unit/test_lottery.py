"""The lottery: worked cases, what is said about them, and what is refused."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from fairlot.allocation.lots import PoolSeed, SeededLots, uniform
from fairlot.allocation.mechanisms.groups import worst_cost
from fairlot.allocation.mechanisms.lottery import LotteryFacts, lottery, lottery_odds
from fairlot.allocation.shape import Chance, Lots, Order, Reason
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError

POOL = Pool("main", Mechanism.LOTTERY, 12, 10, group_max=3)
THREE, PAIR = b"3" * 32, b"2" * 32
SEED_L = PoolSeed(bytes(32))


class Scripted:
    """Lots that say what the test says."""

    def __init__(
        self, order: Sequence[int], groups: Sequence[int] = (), *draws: int
    ) -> None:
        self.drawn, self.groups, self.draws = order, groups, list(draws)
        self.asked: list[tuple[int, bytes]] = []

    def permutation(self) -> Sequence[int]:
        return self.drawn

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        assert len(points) == len(self.drawn)
        return self.drawn

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:  # noqa: ARG002
        return self.groups

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        raise AssertionError(singles, groups)

    def uniform(self, q: int, label: bytes) -> int:
        self.asked.append((q, label))
        return self.draws.pop(0)

    def part(self, name: str) -> Lots:
        raise AssertionError(name)


def example() -> list[Order]:
    """Return a group of 3, a group of 2 and 13 singles (specs/lottery.md, section 1)."""
    groups = (*(THREE,) * 3, *(PAIR,) * 2, *(None,) * 13)
    return [Order(1, 10, group=gid) for gid in groups]


def facts_of(pool: Pool, orders: Sequence[Order], lots: Lots) -> LotteryFacts:
    facts = lottery(pool, orders, lots).facts
    assert isinstance(facts, LotteryFacts)
    return facts


def test_the_example_of_the_specification() -> None:
    lots = Scripted(range(18), (0, 1), 2)
    shares = lottery(POOL, example(), lots)
    assert shares.units == (0, 0, 0, 1, 1) + (1,) * 10 + (0,) * 3
    assert shares.payments == tuple(10 * got for got in shares.units)
    assert lots.asked == [(3, b"table")]
    assert shares.reasons == (
        *(Reason.NOT_DRAWN_GROUP,) * 3,
        *(Reason.DRAWN_GROUP,) * 2,
        *(Reason.DRAWN,) * 10,
        *(Reason.NOT_DRAWN,) * 3,
    )


def test_each_lot_picks_its_row() -> None:
    won = [
        lottery(POOL, example(), Scripted(range(18), (0, 1), n)).units for n in (0, 1)
    ]
    assert [(sum(u[:3]), sum(u[3:5]), sum(u[5:])) for u in won] == [
        (3, 2, 7),
        (3, 0, 9),
    ]


def test_the_first_groups_of_a_size_win() -> None:
    """k = 8, four pairs and a single: lot 1 lets three pairs win, the first in their order."""
    pairs = [Order(1, 10, group=bytes([g]) * 32) for g in range(4) for _ in range(2)]
    pool = replace(POOL, supply=8)
    lots = Scripted(range(9), (3, 0, 2, 1), 1)
    shares = lottery(pool, [*pairs, Order(1, 10)], lots)
    assert shares.units == (1, 1, 0, 0, 1, 1, 1, 1, 1)


def test_facts_name_groups_in_their_order_and_those_that_won_ascending() -> None:
    pairs = [Order(1, 10, group=bytes([g]) * 32) for g in range(4) for _ in range(2)]
    lots = Scripted(range(9), (3, 0, 2, 1), 1)
    facts = facts_of(replace(POOL, supply=8), [*pairs, Order(1, 10)], lots)
    assert [gid[0] for gid in facts.groups] == [3, 0, 2, 1]
    assert [gid[0] for gid in facts.won] == [0, 2, 3]


def test_groups_are_ordered_by_the_hash_of_their_ids_alone() -> None:
    """As specs/lottery.md, section 2, has it, whatever the order in which they are given."""
    lots = SeededLots(bytes(32), bytes(32), "main", ())
    ids = [bytes([g]) * 32 for g in range(20)]

    def place(gid: bytes) -> bytes:
        return hmac.digest(lots.pool_seed, b"fairlot-v1/ord" + gid, hashlib.sha256)

    expected = sorted(ids, key=place)
    assert expected != ids
    for given in (ids, ids[::-1]):
        assert [given[i] for i in lots.group_permutation(given)] == expected


def test_facts_hold_the_whole_draw() -> None:
    facts = facts_of(POOL, example(), Scripted(range(18), (0, 1), 0))
    assert facts.groups == (PAIR, THREE)
    assert facts.won == (PAIR, THREE)
    assert facts.to_json() == {
        "supply": 12,
        "people": 18,
        "sizes": [3, 2, 1],
        "counts": [1, 1, 13],
        "too_large": [],
        "chance": "2/3",
        "rows": [[1, 1, 7], [1, 0, 9], [0, 1, 10]],
        "weights": [1, 1, 1],
        "prices": None,
        "lot": 0,
        "groups": [PAIR.hex(), THREE.hex()],
        "groups_won": [PAIR.hex(), THREE.hex()],
        "seats": 7,
        "last_in": 11,
    }


LOT_OF = (
    "One lot of {} picks a row of the table, which says how many groups of each size win: "
    "the first of them in the order that is drawn; over all lots every size gets the same "
    "share"
)


def test_facts_show_the_table() -> None:
    facts = facts_of(POOL, example(), Scripted(range(18), (0, 1), 2))
    assert facts.lines() == (
        "Each of 18 people has the chance 2/3 of one of 12 units",
        LOT_OF.format(3),
        "Lot 1: 1 of 1 group of 3, 1 of 1 group of 2, 7 of 13 singles; 12 units",
        "Lot 2: 1 of 1 group of 3, 0 of 1 group of 2, 9 of 13 singles; 12 units",
        "Lot 3: 0 of 1 group of 3, 1 of 1 group of 2, 10 of 13 singles; 12 units",
        "No equal chance is greater: every unit is sold",
        "Lot 3 was drawn: 10 singles win of 13, and 1 of 2 groups",
    )


def test_odds_say_why_no_chance_is_greater() -> None:
    pairs = [Order(1, 10, group=bytes([g]) * 32) for g in range(4) for _ in range(2)]
    odds = lottery_odds(replace(POOL, supply=8), [*pairs, Order(1, 10)])
    assert odds.why == (
        "Each of 9 people has the chance 4/5 of one of 8 units",
        LOT_OF.format(5),
        "Lot 1: 4 of 4 groups of 2, 0 of 1 single; 8 units",
        "Lots 2 to 5: 3 of 4 groups of 2, 1 of 1 single; 7 units",
        (
            "No equal chance is greater: at the prices 1 for a group of 2, 1 for a single, "
            "all are worth 5, and no winners who fit are worth more than 4"
        ),
    )
    assert (odds.expected_unsold, odds.unsold_certain) == (Fraction(4, 5), False)


def test_odds_say_where_whole_groups_cannot_take_every_unit() -> None:
    fours = [Order(1, 10, group=bytes([g]) * 32) for g in range(6) for _ in range(4)]
    odds = lottery_odds(replace(POOL, supply=10, group_max=4), fours)
    assert odds.why[2:] == (
        "Lot 1: 2 of 6 groups of 4; 8 units",
        "No equal chance is greater: whole groups can take no more than 8 of 10 units",
    )
    assert (odds.expected_unsold, odds.unsold_certain) == (Fraction(2), True)


def test_a_group_larger_than_the_supply_is_named_and_loses() -> None:
    """Three for two units: the pair and the singles draw as if the three had not come."""
    pool = replace(POOL, supply=2)
    orders = [*(Order(1, 10, group=THREE),) * 3, *(Order(1, 10, group=PAIR),) * 2]
    orders += [Order(1, 10)] * 3
    odds = lottery_odds(pool, orders)
    assert (
        odds.why[0]
        == "A group of 3 is larger than the supply of 2 units: it cannot win"
    )
    assert [chance.expected for chance in odds.chances] == [
        0,
        0,
        0,
        *[Fraction(2, 5)] * 5,
    ]
    shares = lottery(pool, orders, Scripted(range(8), (1, 0), 0))
    assert shares.units == (0, 0, 0, 1, 1, 0, 0, 0)
    assert shares.reasons[0] is Reason.GROUP_TOO_LARGE
    assert shares.quantities == (1,) * 8
    alone = lottery_odds(pool, orders[:5])
    assert [chance.expected for chance in alone.chances] == [0, 0, 0, 1, 1]
    assert alone.why[1] == "All others win: 2 people for 2 units"


def test_the_plain_lottery_goes_by_rank() -> None:
    pool = Pool("main", Mechanism.LOTTERY, 2, 10)
    orders = [Order(1, 10), Order(0, 10), Order(9, 99), Order(1, 9), Order(1, 10)]
    lots = Scripted((1, 3, 4, 2, 0), (), 0)
    shares = lottery(pool, orders, lots)
    assert shares.quantities == (1, 0, 1, 0, 1)
    assert shares.units == (0, 0, 1, 0, 1)
    assert shares.payments == (0, 0, 10, 0, 10)
    assert lots.asked == [(1, b"table")]
    assert [reason.value for reason in shares.reasons] == [
        *("not-drawn", "nothing", "drawn", "nothing", "drawn")
    ]
    assert shares.facts.lines() == (
        "Each of 3 people has the chance 2/3 of one of 2 units",
        "2 singles win of 3",
    )


@pytest.mark.parametrize("supply", [5, 6, 2**64 - 1])
def test_where_there_is_enough_nothing_is_drawn(supply: int) -> None:
    pool = replace(POOL, supply=supply)
    orders = [*(Order(1, 10, group=PAIR),) * 2, *(Order(2, 10),) * 3, Order(0, 0)]
    shares = lottery(pool, orders, Scripted((), (0,), 0))
    assert shares.units == (1, 1, 1, 1, 1, 0)
    assert shares.reasons == (*(Reason.IN_FULL,) * 5, Reason.NOTHING)
    assert shares.facts.lines()[0] == f"Everybody wins: 5 people for {supply} units"
    odds = lottery_odds(pool, orders)
    assert odds.chances == (
        *(Chance(1, Fraction(0), {}),) * 5,
        Chance(0, Fraction(0), {}),
    )
    assert odds.expected_unsold == supply - 5


def test_nobody_and_nothing() -> None:
    assert lottery(POOL, [], Scripted((), (), 0)).units == ()
    assert lottery_odds(POOL, []).expected_unsold == 12
    empty = replace(POOL, supply=0, group_max=1)
    assert lottery(empty, [Order(1, 10)] * 2, Scripted((0, 1), (), 0)).units == (0, 0)
    assert lottery_odds(empty, [Order(1, 10)] * 2).expected_unsold == 0


def test_a_free_lottery_needs_no_deposit() -> None:
    pool = replace(POOL, supply=1, price=0, group_max=1)
    shares = lottery(pool, [Order(1, 0), Order(1, 0)], Scripted((1, 0), (), 0))
    assert (shares.units, shares.payments) == ((0, 1), (0, 0))


def test_the_largest_numbers() -> None:
    most = 2**64 - 1
    pool = Pool("main", Mechanism.LOTTERY, 1, most)
    shares = lottery(
        pool, [Order(most, most), Order(most, most - 1)], Scripted((1, 0), (), 0)
    )
    assert shares.payments == (most, 0)


@pytest.mark.parametrize(
    ("pool", "group"),
    [
        (POOL, [Order(1, 10, group=PAIR)]),
        (POOL, [Order(1, 10, group=PAIR)] * 4),
        (replace(POOL, group_max=1), [Order(1, 10, group=PAIR)] * 2),
        (POOL, [Order(1, 10, group=PAIR), Order(0, 10, group=PAIR)]),
        (POOL, [Order(1, 10, group=PAIR), Order(1, 9, group=PAIR)]),
    ],
)
def test_what_is_no_group_is_refused(pool: Pool, group: Sequence[Order]) -> None:
    orders = [*group, *(Order(1, 10),) * 20]
    for attempt in (
        lambda: lottery(pool, orders, Scripted(range(len(orders)), (0,), 0, 0)),
        lambda: lottery_odds(pool, orders),
    ):
        with pytest.raises(CallerError) as caught:
            attempt()
        assert caught.value.code == "allocation.group"


@pytest.mark.parametrize("order", [(), (0,), (0, 0), (0, 2)])
def test_a_group_order_is_a_permutation(order: Sequence[int]) -> None:
    lots = Scripted(range(18), order, 0)
    with pytest.raises(CallerError) as caught:
        lottery(POOL, example(), lots)
    assert caught.value.code == "allocation.order"


def test_a_drawing_order_is_a_permutation() -> None:
    with pytest.raises(CallerError) as caught:
        lottery(replace(POOL, supply=1), [Order(1, 10)] * 3, Scripted((0, 1, 1), (), 0))
    assert caught.value.code == "allocation.order"


@pytest.mark.parametrize(
    ("supply", "group_max", "part"),
    [(0, 1, "0"), (50, 1, "0"), (8, 2, "1/8"), (16, 4, "3/16"), (2, 2, "1/2")],
)
def test_the_worst_cost(supply: int, group_max: int, part: str) -> None:
    assert worst_cost(supply, group_max) == Fraction(part)


@pytest.mark.parametrize(("supply", "group_max"), [(0, 2), (8, 0), (3, 4)])
def test_no_worst_cost_for_other_numbers(supply: int, group_max: int) -> None:
    with pytest.raises(CallerError) as caught:
        worst_cost(supply, group_max)
    assert caught.value.code == "allocation.group"


@pytest.mark.parametrize("q", [1, 2, 3, 5, 8, 13, 255, 256, 257, 2**64 + 1, 2**256])
def test_uniform_numbers_lie_below_q(q: int) -> None:
    assert all(0 <= uniform(SEED_L, q, bytes([i])) < q for i in range(100))


def test_uniform_numbers_are_as_even_as_chance_allows() -> None:
    """5 values, 4000 labels: χ² with 4 degrees of freedom, far below 30."""
    counts = [0] * 5
    for i in range(4000):
        counts[uniform(SEED_L, 5, i.to_bytes(2, "big"))] += 1
    assert 0 < sum((count - 800) ** 2 / 800 for count in counts) < 30


@pytest.mark.parametrize("q", [0, -1, 2**256 + 1])
def test_no_uniform_number_below_other_numbers(q: int) -> None:
    with pytest.raises(CallerError) as caught:
        uniform(SEED_L, q, b"")
    assert caught.value.code == "allocation.uniform"
