"""Points: ranks as many as a number that is attested, and the chances that they give."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import pytest

from all_orders import FixedLots, in_turn
from fairlot.allocation.entering import Entrant, Standing, entering, formed_groups
from fairlot.allocation.explain import explain
from fairlot.allocation.left_out import Why, left_out
from fairlot.allocation.lots import SeededLots, best_rank, pool_seed, rank
from fairlot.allocation.mechanisms import points_chances as module
from fairlot.allocation.mechanisms.points import (
    PointsFacts,
    points_lottery,
    points_odds,
)
from fairlot.allocation.mechanisms.points_chances import (
    ERROR,
    MOST_STATES,
    points_chances,
)
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.rivals import rivals
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order, Reason
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.inputs.forecast import Forecast, text_of, whole_rule
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool, points_of
from fairlot_crypto.errors import CallerError

POOL = Pool("main", Mechanism.LOTTERY, 2, 10, points="years")
SEED, SALE = bytes(32), bytes(range(32))


def nym(number: int) -> Nym:
    return Nym(number.to_bytes(48, "big"))


def waiting(*years: str) -> list[Entrant]:
    return [
        Entrant(nym(i), 1, 10, attributes=(("years", each),))
        for i, each in enumerate(years)
    ]


def holding(*points: int) -> list[Order]:
    return [Order(1, 10, points=each) for each in points]


@pytest.mark.parametrize("value", ["1", "9", "10", "999", "1000"])
def test_a_number_from_1_to_1000_is_points(value: str) -> None:
    assert points_of(value) == int(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "01",
        "1001",
        "10000",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e2",
        "٣",
        "x",
        "1\n",
    ],
)
def test_whatever_else_is_said_is_no_points(value: str) -> None:
    assert points_of(value) is None


def test_the_best_rank_is_the_least_of_as_many_as_points() -> None:
    seed_L = pool_seed(SEED, SALE, "main")
    found = [best_rank(seed_L, nym(7), points) for points in range(1, 60)]
    assert sorted(found, reverse=True) == found, "a point more never makes it worse"
    assert len(set(found)) > 1
    assert rank(seed_L, nym(7)) not in found, "no rank of a pool without points"


def test_whoever_is_first_by_best_rank_wins() -> None:
    lots = SeededLots(SEED, SALE, "main", tuple(map(nym, range(4))))
    points = (3, 1, 900, 2)
    seed_L = pool_seed(SEED, SALE, "main")
    best = {i: best_rank(seed_L, nym(i), many) for i, many in enumerate(points)}
    order = sorted(best, key=best.__getitem__)
    assert lots.points_permutation(points) == tuple(order)
    shares = points_lottery(POOL, holding(*points), lots)
    assert [i for i, units in enumerate(shares.units) if units] == sorted(order[:2])


def test_everybody_wins_where_there_is_enough() -> None:
    shares = points_lottery(POOL, holding(1, 1000), in_turn(2))
    assert (shares.units, shares.payments) == ((1, 1), (10, 10))
    assert shares.reasons == (Reason.IN_FULL,) * 2
    (line,) = shares.facts.lines()
    assert line == "Everybody wins: 2 people for 2 units, points or not"


def test_facts_say_who_was_the_last() -> None:
    orders = [*holding(3, 1, 3), Order(0, 10, points=9)]
    shares = points_lottery(POOL, orders, FixedLots((3, 2, 0, 1)))
    assert shares.facts == PointsFacts(2, {3: 2, 1: 1}, 0)
    assert shares.units == (1, 0, 1, 0)
    assert shares.reasons[3] is Reason.NOTHING
    (line,) = shares.facts.lines()
    assert line.startswith("3 people with 7 points together draw for 2 units: ")
    assert points_lottery(POOL, [], in_turn(0)).facts.lines() != (line,)


@pytest.mark.parametrize("points", [0, -1, 1001])
def test_other_points_are_the_callers_fault(points: int) -> None:
    with pytest.raises(CallerError) as caught:
        points_lottery(POOL, holding(1, points), in_turn(2))
    assert caught.value.code == "allocation.points"


def test_a_group_is_refused() -> None:
    orders = [replace(order, group=bytes(32)) for order in holding(1, 1)]
    with pytest.raises(CallerError) as caught:
        points_odds(POOL, orders)
    assert caught.value.code == "allocation.group"


def test_a_drawing_order_holds_everybody_once() -> None:
    with pytest.raises(CallerError) as caught:
        points_lottery(POOL, holding(1, 1), FixedLots((0, 0)))
    assert caught.value.code == "allocation.order"


def test_whoever_has_no_number_does_not_enter() -> None:
    people = waiting("2", "", "0", "02", "1001")
    standings = allocate((POOL,), people, SEED, SALE)
    assert [award.nym for award in standings.pools[0].awards] == [nym(0)]
    shut = left_out((POOL,), people)
    assert set(shut) == {nym(i) for i in range(1, 5)}
    assert {bars[0].why for bars in shut.values()} == {Why.POINTS}
    assert shut[nym(1)][0].clause == "the years is no number from 1 to 1000"


def test_a_group_that_has_formed_elsewhere_enters_alone() -> None:
    people = waiting("2", "3", "1")
    gid = group_id(SALE, [nym(0), nym(1)])
    friends = [replace(one, group=gid) for one in people[:2]]
    pairs = Pool("pairs", Mechanism.LOTTERY, 2, 10, group_max=2, again=True)
    outcome = allocate((POOL, pairs), [*friends, people[2]], SEED, SALE)
    assert {order.group for order in outcome.pools[0].orders} == {None}
    assert formed_groups(SALE, friends)


def test_points_count_only_where_they_are_asked_for() -> None:
    plain = replace(POOL, points=None)
    ((_, order),) = entering(plain, waiting("7"), [Standing()], {})
    assert order.points == 1


def exact(supply: int, points: Sequence[int]) -> list[Fraction]:
    """Go through all that can be drawn, one after the other."""

    def after(left: dict[int, int], still: int) -> dict[int, Fraction]:
        chances = dict.fromkeys(left, Fraction(0))
        if not still or not left:
            return chances
        everything = sum(left.values())
        for i, many in left.items():
            here = Fraction(many, everything)
            rest = {j: other for j, other in left.items() if j != i}
            chances[i] += here
            for j, chance in after(rest, still - 1).items():
                chances[j] += here * chance
        return chances

    found = after(dict(enumerate(points)), supply)
    return [found[i] for i in range(len(points))]


@pytest.mark.thorough
@pytest.mark.parametrize("supply", range(5))
def test_odds_are_what_all_draws_give(supply: int) -> None:
    pool = replace(POOL, supply=supply)
    for points in product((1, 2, 5), repeat=4):
        odds = points_odds(pool, holding(*points))
        assert [each.expected for each in odds.chances] == exact(supply, points)
        assert odds.error == 0
        assert odds.expected_unsold == max(0, supply - 4)


def test_whoever_takes_no_unit_has_no_chance_and_takes_none_away() -> None:
    idle = [Order(1, 9, points=1000), Order(0, 10, points=1000)]
    odds = points_odds(replace(POOL, supply=1), [*holding(4, 3), *idle])
    found = [each.expected for each in odds.chances]
    assert found == [Fraction(4, 7), Fraction(3, 7), 0, 0]


CROWDS = (
    (1, {1: 3, 1000: 1}),
    (1, {1: 10, 2: 9}),
    (3, {1: 6, 2: 4, 7: 5}),
    (14, {1: 6, 2: 4, 7: 5}),
    (9, {3: 8, 1000: 9}),
    (20, {1: 9, 10: 9, 999: 9}),
)


@pytest.mark.thorough
@pytest.mark.parametrize(("supply", "crowd"), CROWDS)
def test_chances_that_are_added_up_are_right_to_within_their_error(
    supply: int, crowd: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = points_chances(supply, crowd)
    assert known.error == 0
    monkeypatch.setattr(module, "MOST_STATES", 0)
    near = points_chances(supply, crowd)
    assert near.error == ERROR
    for points, chance in known.of_points.items():
        assert abs(near.of_points[points] - chance) <= ERROR
        assert near.of_points[points] * ERROR.denominator % 1 == 0


LARGE = (
    (10_000, {1: 50_000, 2: 20_000, 5: 10_000}),
    (999_999, {1: 500_000, 7: 500_001}),
    (3, {1: 1_000_000, 1000: 3}),
    (40, dict.fromkeys(range(1, 101), 3)),
)


@pytest.mark.thorough
@pytest.mark.parametrize(("supply", "crowd"), LARGE)
def test_of_large_crowds_as_many_win_as_there_are_units(
    supply: int, crowd: dict[int, int]
) -> None:
    known = points_chances(supply, crowd)
    assert known.error == ERROR
    people = sum(crowd.values())
    each = (many * known.of_points[points] for points, many in crowd.items())
    won = sum(each, Fraction(0))
    assert abs(won - supply) <= people * ERROR
    rising = [known.of_points[points] for points in sorted(crowd)]
    steps = [more - less for less, more in pairwise(rising)]
    assert min(steps) >= Fraction(0)


def test_what_is_simple_is_exact_however_many_there_are() -> None:
    many = 10**6
    assert points_chances(10, {7: many}).of_points == {7: Fraction(10, many)}
    assert points_chances(2 * many, {1: many, 2: many}).of_points == {1: 1, 2: 1}
    assert points_chances(0, {1: many, 2: many}).of_points == {1: 0, 2: 0}
    assert points_chances(3, {}).of_points == {}
    assert MOST_STATES == 2000


@pytest.mark.thorough
def test_odds_of_a_crowd_say_their_error() -> None:
    odds = points_odds(
        replace(POOL, supply=7), holding(*[1] * 20, *[2] * 20, *[3] * 20)
    )
    assert odds.error == ERROR
    assert odds.why[-1] == "chances are right to within 0.000001 %"
    assert text_of(odds)(odds.chances[0].more).startswith("about 6.")
    assert text_of(odds)(Fraction(1)) == "1"
    few = points_odds(POOL, holding(1, 1, 1))
    assert text_of(few)(Fraction(1, 3)) == "1/3 (33.3 %)"


def test_a_later_lottery_knows_how_many_lose_though_not_who() -> None:
    pools = (POOL, Pool("rest", Mechanism.LOTTERY, 2, 10))
    people = waiting(*"1" * 20, *"2" * 20, *"3" * 20)
    first, rest = sale_odds(pools, people, SALE)
    assert first.odds is not None
    assert first.odds.error == ERROR
    assert (rest.entering, rest.alike) == ((58, 58), Fraction(1, 29))
    assert whole_sale_odds(pools, people, SALE) is None
    (why, _) = whole_rule(Forecast((first, rest), None))
    assert why == "pool main counts points: chances over all pools are not added up"


def test_a_later_pool_of_points_states_its_rule() -> None:
    pools = (Pool("rest", Mechanism.LOTTERY, 1, 10), replace(POOL, supply=1))
    _, later = sale_odds(pools, waiting("1", "2", "3"), SALE)
    assert (later.odds, later.alike) == (None, None)
    assert later.rule[-1].endswith("with chances in proportion to their points")


def test_each_is_told_the_points_that_counted() -> None:
    outcome = allocate((replace(POOL, supply=1),), waiting("4", "3", ""), SEED, SALE)
    (result,) = outcome.pools
    told = {award.nym: explain(result, award.nym) for award in result.awards}
    won = [each for each in told.values() if each.startswith("gets 1 unit")]
    assert len(won) == 1
    assert {each.rsplit(", with ", 1)[1] for each in told.values()} == {
        "4 of 7 points",
        "3 of 7 points",
    }
    assert set(rivals(result, nym(0))) == {nym(0), nym(1)}
    assert result.order_of(nym(0)) == Order(1, 10, points=4)
    assert result.order_of(nym(2)) is None


@pytest.mark.parametrize(
    "pool",
    [
        replace(POOL, group_max=2),
        replace(POOL, certain=1),
        replace(POOL, points="Years waited"),
        replace(POOL, mechanism=Mechanism.EQUAL_SHARE),
    ],
)
def test_pools_that_no_terms_can_have_are_refused(pool: Pool) -> None:
    with pytest.raises(CallerError) as caught:
        allocate((pool,), [], SEED, SALE)
    assert caught.value.code == "pools.rule"


def test_everybody_discloses_the_number() -> None:
    assert POOL.attributes == {"years"}
    assert replace(POOL, points=None).attributes == frozenset()
    assert POOL.to_value()["points"] == "years"
