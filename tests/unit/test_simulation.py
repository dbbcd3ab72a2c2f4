"""Crowds, ways of selling and measures, against numbers that are known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from statistics import fmean

import numpy as np
import pytest

from fairlot.allocation.entering import Entrant, Groups, gather
from fairlot.allocation.mechanisms.auction import auction_price, find_cutoff
from fairlot.allocation.mechanisms.certain import certain_facts
from fairlot.simulation.comparators import (
    Addresses,
    Bots,
    cap_per_address,
    comparators,
    first_come,
    names_in_a_hat,
    stop_at_first_misfit,
    waiting_line,
)
from fairlot.simulation.crowds import MODELS, Crowd, draw_crowd, listed_crowd
from fairlot.simulation.draws import seed_of, uniforms
from fairlot.simulation.estimates import estimate, least, ratio, student
from fairlot.simulation.measures import MEASURES, gini, measure
from fairlot.simulation.played import Draw, Played, Way
from fairlot.simulation.resale import resell
from fairlot.simulation.trial import SCALED, Plan, play_trial
from fairlot.simulation.ways import play_pools, standard_ways, way_of
from fairlot.terms.pool import Exclusion, Fares, Mechanism, Pool, Requirement

SEED, AGAIN = bytes([1]) * 32, bytes([2]) * 32
PRICE = 1000
BOTS, ADDRESSES = Bots(), Addresses(cost=10)
WAYS = standard_ways(20, PRICE) + comparators(20, PRICE, BOTS, ADDRESSES)


def crowd_of(
    values: list[int], budgets: list[int] | None = None, wants: int = 1
) -> Crowd:
    money = [10**9] * len(values) if budgets is None else budgets
    alone = np.arange(len(values))
    return listed_crowd(np.array(values), np.array(money), alone, SEED, wants)


def test_uniform_numbers_do_not_depend_on_the_version_of_numpy() -> None:
    seed = seed_of(7, 0, "people/3")
    assert (uniforms(seed, 3) * 2**53).astype(np.int64).tolist() == KNOWN
    assert uniforms(seed, 3)[:2].tolist() == uniforms(seed, 2).tolist()
    assert seed != seed_of(7, 1, "people/3") != seed_of(7, 0, "draw/3")


KNOWN = [3161471653559142, 923185475124619, 6552890445364726]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_draws_people_within_bounds(name: str) -> None:
    crowd = draw_crowd(MODELS[name], SEED, 500, PRICE, 4)
    assert crowd.size == 500
    assert crowd.values.min() >= 0
    assert crowd.budgets.min() >= 0
    assert crowd.values.max() <= 1000 * PRICE
    assert set(np.bincount(crowd.groups).tolist()) <= {1, 2, 3, 4}


def test_budgets_of_the_lognormal_model_have_its_gini_coefficient() -> None:
    crowd = draw_crowd(MODELS["lognormal"], SEED, 20000, PRICE)
    assert gini(crowd.budgets) == pytest.approx(0.40, abs=0.01)


def test_units_are_worth_less_and_less_and_wanted_as_long_as_they_are_worth_it() -> (
    None
):
    crowd = crowd_of([400, 0], [1000, 1000], wants=4)
    assert crowd.worth(np.array([4, 0])).tolist() == [1000.0, 0.0]
    assert [int(crowd.liked(price)[0]) for price in (0, 100, 101, 400, 401)] == [
        *(4, 4, 3, 1, 0)
    ]
    assert crowd.liked(0).tolist() == [4, 4]
    assert crowd.affordable(300).tolist() == [3, 3]
    assert crowd.affordable(0).tolist() == [4, 4]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_way_sells_no_more_than_there_is_and_nobody_pays_beyond_the_budget(
    way: Way,
) -> None:
    crowd = draw_crowd(MODELS["pareto"], SEED, 60, PRICE, 4)
    (played,) = way.play(crowd, [Draw(SEED)])
    assert played.units.sum() + played.outside <= way.supply
    assert (played.payments <= crowd.budgets).all()
    assert (played.units <= played.asked).all()
    assert (played.gains >= -played.costs - 1e-6).all()
    found = measure(way, crowd, (SEED, AGAIN), PRICE)
    assert list(found) == list(MEASURES)
    early = way.name == "first-come"
    assert (found["race"] > 0) == early


def test_a_rule_by_which_coming_early_counts_is_seen_as_a_race(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The opposite order is played again only where it gathers other people."""
    crowd = draw_crowd(MODELS["pareto"], SEED, 60, PRICE, 4)
    lottery = WAYS[2]
    assert measure(lottery, crowd, (SEED, AGAIN), PRICE)["race"] == 0

    def early(
        pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
    ) -> tuple[list[Entrant], Groups]:
        coming = list(entrants)
        late = [replace(entrant, wants=0) for entrant in coming[20:]]
        return gather(pools, coming[:20] + late, sale_id)

    monkeypatch.setattr("fairlot.simulation.ways.gather", early)
    monkeypatch.setattr("fairlot.allocation.run_pools.gather", early)
    assert measure(lottery, crowd, (SEED, AGAIN), PRICE)["race"] > 0


def test_whoever_comes_first_is_served_first() -> None:
    crowd = draw_crowd(MODELS["exponential"], SEED, 50, PRICE)
    played = first_come(5, PRICE, Bots(0, 1), crowd, SEED)
    willing = np.flatnonzero(crowd.wanted(PRICE))
    first = willing[np.argsort(crowd.arrivals[willing])][:5]
    assert sorted(np.flatnonzero(played.units)) == sorted(first)


def test_bots_take_what_they_reach_first() -> None:
    crowd = draw_crowd(MODELS["exponential"], SEED, 50, PRICE)
    slow = first_come(20, PRICE, Bots(0.1, 0.01), crowd, SEED)
    fast = first_come(20, PRICE, Bots(0.1, 1000), crowd, SEED)
    assert (slow.outside, fast.outside) == (0, 20)
    assert resell(crowd, fast).gain > 0


def test_fares_are_known_to_whoever_pays_them() -> None:
    fares = next(way for way in WAYS if way.name == "fares")
    crowd = draw_crowd(MODELS["lognormal"], SEED, 200, PRICE, 4)
    (played,) = fares.play(crowd, [Draw(SEED)])
    won = played.units > 0
    assert set(played.payments[won].tolist()) == {PRICE // 2, PRICE}
    assert (played.gains >= 0).all()
    children = crowd.traits[:, 1] >= 0.5
    assert set(played.payments[won & children].tolist()) == {PRICE // 2}
    assert (played.asked[crowd.values < PRICE // 2] == 0).all()


def test_a_lock_up_lowers_the_price_of_resale_by_its_risk() -> None:
    """Without binding budgets the gain is 1/m; with nobody to keep a promise it is none."""
    crowd = draw_crowd(MODELS["exponential"], SEED, 400, 10**6)
    pool = Pool("main", Mechanism.LOTTERY, 100, 10**6)
    (played,) = play_pools([pool], crowd, [Draw(SEED)])
    free = resell(crowd, played)
    assert free.gain > 0
    for one_in in (2, 5, 50):
        locked = resell(crowd, played, one_in)
        assert locked.gain * one_in == pytest.approx(free.gain, rel=1e-3)
        assert locked.price * one_in == pytest.approx(free.price, rel=1e-3)
    # One smallest unit of money for each is rounding.
    assert resell(crowd, played, 10**9).gain <= played.units.sum()
    lottery, first = WAYS[2], next(way for way in WAYS if way.name == "first-come")
    ours, theirs = (
        measure(way, crowd, (SEED, AGAIN), 10**6) for way in (lottery, first)
    )
    assert 0 < ours["resale_locked"] < ours["resale"] / 4
    assert theirs["resale_locked"] == theirs["resale"] > 0


def test_many_addresses_get_many_units() -> None:
    crowd = draw_crowd(MODELS["exponential"], SEED, 100, PRICE)
    (fair,) = cap_per_address(50, PRICE, Addresses(0), crowd, [Draw(SEED)])
    (bought,) = cap_per_address(50, PRICE, Addresses(0.1, 50, 3), crowd, [Draw(SEED)])
    assert fair.outside == 0
    assert bought.outside > 10
    assert set(bought.costs.tolist()) == {0.0, 147.0}


def test_people_wait_as_long_as_the_first_who_gives_up() -> None:
    crowd = crowd_of([5000, 4000, 3000, 2000])
    played = waiting_line(crowd, 2, PRICE)
    assert played.units.tolist() == [1, 1, 0, 0]
    assert played.costs.tolist() == [2000, 2000, 0, 0]
    assert waiting_line(crowd, 4, PRICE).costs.sum() == 0


def test_equal_values_are_served_by_arrival() -> None:
    played = waiting_line(crowd_of([3000] * 5), 2, PRICE)
    assert played.units.sum() == 2
    assert played.gains.sum() == 0


def test_attributes_fares_points_and_puzzles_are_drawn_for_the_terms() -> None:
    fares = Fares("age", (("adult", 1000), ("child", 500)))
    pools = [
        Pool(
            *("first", Mechanism.LOTTERY, 5, 500),
            fares=fares,
            requires=(Requirement("club", ("member",)),),
            excludes=(Exclusion("won", ("2025",)),),
        ),
        Pool("second", Mechanism.LOTTERY, 5, 500, points="years"),
    ]
    crowd = draw_crowd(MODELS["exponential"], SEED, 40, 500)
    (played,) = play_pools(pools, crowd, [Draw(SEED)])
    assert 5 <= played.units.sum() <= 10
    assert set(played.payments.tolist()) <= {0, 500, 1000}


def test_the_quadratic_price_is_paid_as_long_as_the_next_unit_is_worth_it() -> None:
    pool = Pool("main", Mechanism.QUADRATIC, 80, 100, cap=4)
    rich, poor = 10**6, 399
    crowd = crowd_of([0, 400, 10**4, 10**4], [rich] * 3 + [poor], 4)
    (played,) = play_pools([pool], crowd, [Draw(SEED)])
    assert played.units.tolist() == [0, 2, 4, 1]
    assert played.payments.tolist() == [0, 400, 1600, 100]


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (9, 2.2622), (99, 1.9842)],
)
def test_the_quantile_is_that_of_student(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, rel=0.002)


def test_an_interval_says_where_a_number_lies() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2
    assert [found.covers(x) for x in (-1, 2, 5)] == ["below", "within", "above"]
    assert estimate([4.0]).half == 0


def test_a_ratio_and_a_least_number_have_intervals() -> None:
    """The standard error of a ratio is that of Cochran, Sampling Techniques, 6.3."""
    assert ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]).half == pytest.approx(0)
    found = ratio([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    assert found.mean == 1
    assert found.half == pytest.approx(4.3027 / 3**0.5 / 2, rel=1e-4)
    assert ratio([0.0, 0.0], [0.0, 0.0]).mean == 0
    sure, wide = estimate([1.0, 1.0]), estimate([0.9, 1.0, 1.3])
    worst = least([sure, wide])
    assert (worst.mean, worst.low, worst.high) == (1.0, wide.low, 1.0)
    assert least([wide, estimate([0.5, 0.5])]).low < least([wide, sure]).high


def test_the_gini_coefficient_is_that_of_small_lists() -> None:
    assert gini(np.array([1, 1, 1])) == 0
    assert gini(np.array([0, 0, 4])) == pytest.approx(2 / 3)
    assert gini(np.array([0, 0])) == 0


def test_nobody_regrets_and_the_poor_count_by_half_at_the_median() -> None:
    crowd = crowd_of([0, 0], [5, 5])
    found = measure(WAYS[2], crowd, (SEED, AGAIN), PRICE)
    assert (found["poor"], found["sold"], found["kept"]) == (0.5, 1.0, 0.0)


def test_a_trial_is_the_same_for_the_same_seed_and_tells_the_worst_scale() -> None:
    def people(seed: bytes, size: int) -> Crowd:
        return draw_crowd(MODELS["uniform"], seed, size, PRICE)

    done: list[tuple[int, int]] = []

    def progress(played: int, total: int) -> None:
        done.append((played, total))

    plan = Plan(WAYS[2:3], people, 30, PRICE, 3, 9, {0.1: 2, 1.0: 20}, 2)
    (found,) = play_trial(plan, progress)
    assert found == play_trial(plan, progress)[0]
    assert done[:7] == [(played, 7) for played in range(1, 8)]
    assert found.worst_sold.mean == found.worst_sold.low == 1
    assert list(found.scales[0.1]) == list(SCALED)


# Published and closed-form numbers.


def test_pairs_among_names_have_nearly_twice_the_chance() -> None:
    """Arnosti and Bonet: 100 names, 10 drawn, each for two."""
    assert names_in_a_hat(100, 10, 2) == pytest.approx(1 - 8010 / 9900)
    assert names_in_a_hat(100, 10, 1) == pytest.approx(0.1)
    assert names_in_a_hat(3, 3, 1) == 1


def _instances(
    most: int, seats: tuple[int, ...], *, skip: bool = False
) -> dict[tuple[int, tuple[int, ...]], dict[int, Fraction]]:
    """Return each size's chance, over all orders of 2 to ``most`` groups."""
    won: dict[tuple[int, tuple[int, ...]], dict[int, list[int]]] = {}
    for k in seats:
        for count in range(2, most + 1):
            for order in product(range(1, min(5, k) + 1), repeat=count):
                if sum(order) < k:
                    continue
                sizes = won.setdefault((k, tuple(sorted(order))), {})
                winners = (
                    _skipping(k, order) if skip else stop_at_first_misfit(k, order)
                )
                winning = set(range(winners)) if isinstance(winners, int) else winners
                for at, size in enumerate(order):
                    kept = sizes.setdefault(size, [0, 0])
                    kept[0] += at in winning
                    kept[1] += 1
    return {
        key: {size: Fraction(*kept) for size, kept in sizes.items()}
        for key, sizes in won.items()
    }


def _skipping(k: int, order: tuple[int, ...]) -> set[int]:
    winning: set[int] = set()
    for at, size in enumerate(order):
        if size <= k:
            k -= size
            winning.add(at)
    return winning


def _broken(found: dict[tuple[int, tuple[int, ...]], dict[int, Fraction]]) -> list[int]:
    """Count what breaks the bounds 1 - κ on efficiency and 1 - 2κ on fairness."""
    broken = [0, 0]
    for (k, sizes), chances in found.items():
        loss = Fraction(max(sizes) - 1, k)
        broken[0] += sum(size * chances[size] for size in sizes) < (1 - loss) * k
        broken[1] += min(chances.values()) < (1 - 2 * loss) * max(chances.values())
    return broken


def test_the_group_lottery_keeps_its_bounds_on_small_instances() -> None:
    found = _instances(4, (2, 3, 4))
    assert len(found) == 104
    assert _broken(found) == [0, 0]


@pytest.mark.slow
def test_the_group_lottery_keeps_its_bounds_on_all_instances() -> None:
    """Arnosti and Bonet, Lotteries for Shared Experiences: k from 2 to 8, 2 to 7 groups."""
    found = _instances(7, tuple(range(2, 9)))
    assert len(found) == 3535
    assert _broken(found) == [0, 0]
    assert _broken(_instances(7, tuple(range(2, 9)), skip=True))[1] == 21


def _surplus(name: str, people: int, supply: int, run: int) -> tuple[float, float]:
    crowd = draw_crowd(MODELS[name], seed_of(3, run, "people"), people, 10**6)
    lottery = Pool("main", Mechanism.LOTTERY, supply, 0)
    (drawn,) = play_pools([lottery], crowd, [Draw(seed_of(3, run, "draw"))])
    waited = waiting_line(crowd, supply, 0)
    return float(drawn.gains.sum()), float(waited.gains.sum())


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "ratio"), [("uniform", 6 / 21), ("exponential", 1)])
def test_a_queue_leaves_what_theory_says_beside_a_lottery(
    name: str, ratio: float
) -> None:
    """Taylor, Tsui and Zhu: (m + 1)/(n + 1) for uniform values, equality for exponential."""
    runs = [_surplus(name, 20, 5, run) for run in range(60)]
    found = estimate([queue - ratio * drawn for drawn, queue in runs])
    assert found.covers(0) == "within"
    assert found.half < 0.2 * fmean(drawn for drawn, _ in runs)


@pytest.mark.thorough
def test_values_and_budgets_of_che_gale_and_kim_give_their_numbers() -> None:
    """S = 1/4: market 0.75, lottery with resale 0.7829, without 0.5, first best 0.875."""
    people, supply = 8000, 2000
    crowd = draw_crowd(MODELS["uniform"], SEED, people, 10**6)
    full = 4 * 10**6 * supply
    drawn, sold = (
        Pool("main", each, supply, 0) for each in (Mechanism.LOTTERY, Mechanism.AUCTION)
    )
    (lottery,) = play_pools([drawn], crowd, [Draw(SEED)])
    (market,) = play_pools([sold], crowd, [Draw(SEED)])
    best = float(np.sort(crowd.values)[-supply:].sum())
    found = [
        market.worth.sum() / full,
        resell(crowd, lottery).worth / full,
        lottery.worth.sum() / full,
        best / full,
    ]
    assert found == pytest.approx([0.75, 0.7829, 0.5, 0.875], abs=0.012)


def _best_bid(pools: list[Pool], value: int, others: list[int]) -> list[int]:
    """Return the bids that gain the most, lots counted by their exact chances."""
    gains = dict[int, Fraction]()
    for bid in range(1000, 5001, 250):
        gains[bid] = _expected(pools, value, bid, others)
    best = max(gains.values())
    return [bid for bid, gain in gains.items() if gain == best]


def _expected(pools: list[Pool], value: int, bid: int, others: list[int]) -> Fraction:
    first = pools[0]
    if first.certain:
        people = len(others) + 1
        facts = certain_facts(first, people, [bid, *others])
        if facts.cutoff.chance(bid) == 1:
            return Fraction(value - facts.price)
        left = first.supply - facts.sold_certain
        return Fraction(left, people - facts.sold_certain) * (value - first.price)
    cutoff = find_cutoff(first.supply, [bid, *others])
    if cutoff.chance(bid) == 1:
        return Fraction(value - auction_price(first, cutoff))
    losers = len(others) + 1 - cutoff.seats
    return Fraction(pools[1].supply, losers) * (value - pools[1].price)


def test_a_bid_before_a_lottery_is_shaded_and_one_for_a_certain_seat_is_true() -> None:
    """Evans, Vossler and Flores: (1 - π)v + πP_L; ours needs no strategy."""
    value, price = 4000, 1000
    auction = Pool("sure", Mechanism.AUCTION, 2, price)
    rest = Pool("rest", Mechanism.LOTTERY, 4, price)
    certain = Pool("main", Mechanism.LOTTERY, 6, price, certain=2)
    # 10 people, 2 bid their way in: π = 4/8, and (1 - π)v + πP_L = 2500.
    for rival in range(1125, 5000, 250):
        others = [5000, rival, *[1001] * 7]
        hybrid = _best_bid([auction, rest], value, others)
        assert (2500 in hybrid) or rival == 2500
        assert (value in hybrid) == (not 2500 < rival < value)
        assert value in _best_bid([certain], value, others)


_PRICE_OF_40 = 2 * sum(1 / place for place in range(11, 41))
"""Of 40 exponential values with the mean 2 the eleventh greatest, on average."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mechanism", "model", "known"),
    [
        (
            Mechanism.LOTTERY,
            "uniform",
            {"poor": 0.5, "surplus": 2.0, "gini": 0.75, "race": 0.0, "luck": 1.0},
        ),
        (
            Mechanism.AUCTION,
            "exponential",
            {"revenue": _PRICE_OF_40, "surplus": 2.0, "gini": 0.75, "value": 1.0},
        ),
    ],
)
def test_intervals_cover_known_numbers_in_at_least_88_of_the_seeds_0_to_99(
    mechanism: Mechanism, model: str, known: dict[str, float]
) -> None:
    """10 units for 40 people, without a price.

    In a lottery the poorer half gets a half, values from 0 to 4 are 2 on average and 16/3
    squared, and 1/4 · 3/4 · 16/3 is luck. What exponential values exceed a price by is
    their mean.
    """
    way = way_of("one", "one", [Pool("main", mechanism, 10, 0)])

    def people(seed: bytes, size: int) -> Crowd:
        return draw_crowd(MODELS[model], seed, size, 10**6)

    covered = dict.fromkeys(known, 0)
    for seed in range(100):
        plan = Plan((way,), people, 40, 10**6, 12, seed, {}, 0)
        measures = play_trial(plan, lambda _played, _total: None)[0].measures
        for name, number in known.items():
            low, high = measures[name].low - 1e-9, measures[name].high + 1e-9
            covered[name] += low <= number <= high
    assert min(covered.values()) >= 88, covered


def test_played_units_of_nobody_gain_nothing() -> None:
    none = np.zeros(2, dtype=np.int64)
    played = Played(none, none, np.zeros(2), np.zeros(2), none)
    assert resell(crowd_of([1, 2]), played).gain == 0
