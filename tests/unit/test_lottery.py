"""The lottery: worked cases, what is said about them, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from exact_draw import distribution
from fairlot.allocation.lots import PoolSeed, uniform
from fairlot.allocation.mechanisms.groups import (
    Drawn,
    Last,
    Mode,
    Pairing,
    Rule,
    Walk,
    draw,
    draw_rule,
    worst_flip,
)
from fairlot.allocation.mechanisms.lottery import LotteryFacts, lottery, lottery_odds
from fairlot.allocation.shape import Chance, Lots, Order, Reason
from fairlot.errors import InvariantError
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

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        assert len(groups) == len(self.groups)
        return self.groups

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
    lots = Scripted(range(18), (0, 1), 15, 34)
    shares = lottery(POOL, example(), lots)
    assert shares.units == (0, 0, 0, 1, 1) + (1,) * 10 + (0,) * 3
    assert shares.payments == tuple(10 * got for got in shares.units)
    assert lots.asked == [(30, b"pair\0\0\0\0"), (54, b"last")]
    assert shares.reasons == (
        *(Reason.NOT_DRAWN_GROUP,) * 3,
        *(Reason.DRAWN_GROUP,) * 2,
        *(Reason.DRAWN,) * 10,
        *(Reason.NOT_DRAWN,) * 3,
    )


def test_a_draw_at_the_threshold_loses_and_one_below_it_wins() -> None:
    last = {
        drawn: sum(
            lottery(POOL, example(), Scripted(range(18), (0, 1), 17, drawn)).units[:3]
        )
        for drawn in (23, 24)
    }
    assert last == {23: 3, 24: 0}
    first = {
        drawn: sum(
            lottery(POOL, example(), Scripted(range(18), (0, 1), drawn, 0)).units[3:5]
        )
        for drawn in (17, 18)
    }
    assert first == {17: 2, 18: 2}


def test_facts_hold_the_whole_walk() -> None:
    facts = facts_of(POOL, example(), Scripted(range(18), (0, 1), 18, 5))
    assert facts.groups == (PAIR, THREE)
    assert facts.walk.pairings == (Pairing(0, 1, 12, 18, 18),)
    assert facts.walk.last == Last(0, 6, 36, 5)
    assert facts.won == (PAIR, THREE)
    assert (facts.seats, facts.last_in) == (7, 11)
    assert facts.to_json() == {
        "mode": "A",
        "supply": 12,
        "people": 18,
        "singles": 13,
        "largest": 3,
        "room": 4,
        "weight": 1,
        "target": 12,
        "groups": [PAIR.hex(), THREE.hex()],
        "groups_won": [PAIR.hex(), THREE.hex()],
        "walk": [[0, 1, 12, 18, 18]],
        "last": [0, 6, 36, 5],
        "seats": 7,
        "last_in": 11,
    }


def test_facts_say_why_it_is_mode_a() -> None:
    facts = facts_of(POOL, example(), Scripted(range(18), (0, 1), 15, 34))
    assert facts.lines() == (
        "Each of 18 people has the chance 2/3 of one of 12 units",
        "Mode A: min(⌊km/n⌋, ⌊(n-k)m/n⌋) = 4 is at least gmax - 1 = 2",
        "10 singles win of 13, and 1 of 2 groups",
    )


def test_facts_say_why_it_is_mode_b() -> None:
    orders = [Order(1, 10, group=bytes([g]) * 32) for g in range(5) for _ in range(3)]
    facts = facts_of(POOL, orders, Scripted((), range(5), *(0,) * 9))
    assert facts.lines() == (
        "Each of 15 people has the chance 4/5 of one of 12 units",
        "Mode B: min(⌊km/n⌋, ⌊(n-k)m/n⌋) = 0 is below gmax - 1 = 2",
        "On average 12 are sold: 4 times 3",
        "0 singles win of 0, and 4 of 5 groups",
    )
    assert (facts.seats, facts.last_in) == (0, None)


def test_in_mode_b_singles_follow_the_groups_in_their_drawing_order() -> None:
    """k = 3: a pair and two singles; the walk is 2 of the pair, then 1 and 1."""
    pool = replace(POOL, supply=3, group_max=2)
    orders = [
        Order(1, 10),
        Order(1, 10, group=PAIR),
        Order(1, 10, group=PAIR),
        Order(1, 10),
    ]
    lots = Scripted((3, 2, 1, 0), (0,), 1, 0, 0)
    facts = facts_of(pool, orders, lots)
    assert facts.rule.mode is Mode.B
    assert (facts.rule.weight, facts.rule.target) == (1, 2)
    assert facts.walk.pairings[0] == Pairing(0, 1, 2, 2, 1)
    assert facts.walk.won[-1] == facts.walk.pairings[-1].a


def test_the_plain_lottery_goes_by_rank() -> None:
    pool = Pool("main", Mechanism.LOTTERY, 2, 10)
    orders = [Order(1, 10), Order(0, 10), Order(9, 99), Order(1, 9), Order(1, 10)]
    lots = Scripted((1, 3, 4, 2, 0))
    shares = lottery(pool, orders, lots)
    assert shares.quantities == (1, 0, 1, 0, 1)
    assert shares.units == (0, 0, 1, 0, 1)
    assert shares.payments == (0, 0, 10, 0, 10)
    assert lots.asked == []
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
    shares = lottery(pool, orders, Scripted((), (0,)))
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
    assert lottery(POOL, [], Scripted(())).units == ()
    assert lottery_odds(POOL, []).expected_unsold == 12
    empty = replace(POOL, supply=0, group_max=1)
    assert lottery(empty, [Order(1, 10)] * 2, Scripted((0, 1))).units == (0, 0)
    assert lottery_odds(empty, [Order(1, 10)] * 2).expected_unsold == 0


def test_a_free_lottery_needs_no_deposit() -> None:
    pool = replace(POOL, supply=1, price=0, group_max=1)
    shares = lottery(pool, [Order(1, 0), Order(1, 0)], Scripted((1, 0)))
    assert (shares.units, shares.payments) == ((0, 1), (0, 0))


def test_the_largest_numbers() -> None:
    most = 2**64 - 1
    pool = Pool("main", Mechanism.LOTTERY, 1, most)
    shares = lottery(pool, [Order(most, most), Order(most, most - 1)], Scripted((1, 0)))
    assert shares.payments == (most, 0)
    assert draw_rule(most, (), most + 1).chance == Fraction(most, most + 1)


@pytest.mark.parametrize(
    ("supply", "sizes", "singles", "mode", "weight", "target"),
    [
        (4, (2,), 2, Mode.ALL, 1, 4),
        (3, (), 9, Mode.A, 1, 3),
        (12, (3, 2), 13, Mode.A, 1, 12),
        # room is 2 and 1: the last single makes the difference.
        (8, (3, 3), 6, Mode.A, 1, 8),
        (8, (3, 3), 5, Mode.B, 1, 6),
        (12, (2,) * 8, 0, Mode.B, 2, 6),
        (13, (2,) * 8, 0, Mode.B, 2, 6),
        (13, (2, 4, 6, 4), 0, Mode.B, 2, 4),
        (13, (2, 4, 6, 4), 1, Mode.B, 1, 8),
        (3, (3, 3), 0, Mode.B, 3, 1),
    ],
)
def test_the_rule(
    supply: int,
    sizes: tuple[int, ...],
    singles: int,
    mode: Mode,
    weight: int,
    target: int,
) -> None:
    rule = draw_rule(supply, sizes, singles)
    assert (rule.mode, rule.weight, rule.target) == (mode, weight, target)
    assert rule.chance == Fraction(weight * target, sum(sizes) + singles)


def test_three_units_for_a_pair_and_two_singles_by_hand() -> None:
    """K = 2 of 4: the pair has 4 of 8, singles 2 of 4, and every pairing moves 2."""
    rule = draw_rule(3, (2,), 2)

    def won(lots: Lots) -> tuple[frozenset[int], frozenset[int]]:
        drawn = draw(rule, (0,), lots.uniform)
        return drawn.groups, frozenset(drawn.singles)

    pair, none = frozenset({0}), frozenset[int]()
    assert distribution(won, 0) == {
        (pair, none): Fraction(1, 4),
        (pair, frozenset({1})): Fraction(1, 8),
        (none, frozenset({1})): Fraction(1, 8),
        (pair, frozenset({0})): Fraction(1, 8),
        (none, frozenset({0})): Fraction(1, 8),
        (none, frozenset({0, 1})): Fraction(1, 4),
    }


@pytest.mark.parametrize(
    ("pool", "group"),
    [
        (POOL, [Order(1, 10, group=PAIR)]),
        (POOL, [Order(1, 10, group=PAIR)] * 4),
        (replace(POOL, group_max=1), [Order(1, 10, group=PAIR)] * 2),
        (POOL, [Order(1, 10, group=PAIR), Order(0, 10, group=PAIR)]),
        (POOL, [Order(1, 10, group=PAIR), Order(1, 9, group=PAIR)]),
        (replace(POOL, supply=2), [Order(1, 10, group=PAIR)] * 3),
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


@pytest.mark.parametrize(
    ("supply", "sizes", "singles", "code"),
    [
        (-1, (), 3, "quantity"),
        (3, (2, 2), -1, "quantity"),
        (3, (2, 1), 4, "group"),
        (3, (2, 0), 4, "group"),
        (3, (2, -2), 4, "group"),
        (3, (4,), 0, "group"),
    ],
)
def test_no_rule_for_other_numbers(
    supply: int, sizes: tuple[int, ...], singles: int, code: str
) -> None:
    with pytest.raises(CallerError) as caught:
        draw_rule(supply, sizes, singles)
    assert caught.value.code == f"allocation.{code}"


@pytest.mark.parametrize("order", [(), (0,), (0, 0), (0, 2), (0, 1, 1)])
def test_a_group_order_is_a_permutation(order: Sequence[int]) -> None:
    with pytest.raises(CallerError) as caught:
        draw(draw_rule(12, (3, 2), 13), order, lambda _q, _label: 0)
    assert caught.value.code == "allocation.order"


def test_a_drawing_order_is_a_permutation() -> None:
    with pytest.raises(CallerError) as caught:
        lottery(replace(POOL, supply=1), [Order(1, 10)] * 3, Scripted((0, 1, 1)))
    assert caught.value.code == "allocation.order"


def forced(mode: Mode, supply: int, sizes: tuple[int, ...], singles: int) -> Rule:
    """Return a rule in the wrong mode, or with too high a target."""
    rule = draw_rule(supply, sizes, singles)
    assert rule.mode is not mode
    return replace(rule, mode=mode, weight=1, target=supply)


@pytest.mark.parametrize(
    ("rule", "drawn"),
    [
        (forced(Mode.A, 4, (3, 3), 0), 0),
        (forced(Mode.A, 4, (3, 3), 0), 10**6),
        (replace(draw_rule(4, (3, 3), 1), target=5), 0),
    ],
)
def test_a_draw_that_does_not_fit_the_supply_is_a_bug(rule: Rule, drawn: int) -> None:
    with pytest.raises(InvariantError) as caught:
        draw(rule, (0, 1), lambda q, _label: min(drawn, q - 1))
    assert caught.value.code == "allocation.supply"


def test_all_win_without_a_walk() -> None:
    drawn = draw(draw_rule(9, (3, 2), 4), (1, 0), lambda q, _label: q)
    assert drawn == Drawn(frozenset({0, 1}), range(4), Walk((), (), None))


@pytest.mark.parametrize(
    ("supply", "group_max", "part"),
    [(0, 1, "0"), (50, 1, "0"), (8, 2, "1/8"), (16, 4, "3/16"), (2, 2, "1/2")],
)
def test_the_worst_flip(supply: int, group_max: int, part: str) -> None:
    assert worst_flip(supply, group_max) == Fraction(part)


@pytest.mark.parametrize(("supply", "group_max"), [(0, 2), (8, 0), (3, 4)])
def test_no_worst_flip_for_other_numbers(supply: int, group_max: int) -> None:
    with pytest.raises(CallerError) as caught:
        worst_flip(supply, group_max)
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
