"""Groups: everybody has exactly the same chance, and the supply is never exceeded."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from hashlib import sha256
from itertools import chain, count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exact_draw import enumerate_lots
from examples import examples
from fairlot.allocation.lots import PoolSeed, SeededLots, uniform
from fairlot.allocation.mechanisms.groups import (
    Mode,
    Rule,
    Stake,
    draw,
    draw_rule,
    pair,
    pair_label,
    stakes_of,
    worst_flip,
)
from fairlot.allocation.mechanisms.lottery import lottery, lottery_odds
from fairlot.allocation.shape import Lots, Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool

SEED = sha256(b"compositions").digest()
SALE = bytes(32)
COMPOSITIONS = 2_000
PLAYED_THROUGH = 150
MOST_UNITS = 7
"""Of a draw that is played through; 2^7 ends at most."""


def dice(*labels: object) -> Iterator[int]:
    """Return large numbers that a label names, the same in every run."""
    seed = PoolSeed(sha256(repr(labels).encode()).digest())
    return (uniform(seed, 2**64, bytes([i])) for i in range(256))


def compositions(people: int) -> Iterator[tuple[Rule, tuple[int, ...]]]:
    """Return distinct rules under which some lose, each with a group order."""
    seen: set[tuple[int, tuple[int, ...], int]] = set()
    for number in count():
        some = dice("composition", people, number)
        largest, evenly = 2 + next(some) % 6, next(some) % 4 == 0
        sizes = tuple(
            2 + next(some) % 6 // 2 * 2 if evenly else 2 + next(some) % (largest - 1)
            for _ in range(1 + next(some) % 7)
        )
        singles = next(some) % 12 if next(some) % 4 else 0
        n = sum(sizes) + singles
        if not max(sizes) < n <= people:
            continue
        supply = max(sizes) + next(some) % (n - max(sizes))
        if (key := (supply, tuple(sorted(sizes)), singles)) in seen:
            continue
        seen.add(key)
        keyed = sorted((next(some), group) for group in range(len(sizes)))
        order = [group for _, group in keyed]
        yield draw_rule(supply, sizes, singles), tuple(order)


def ends(
    stakes: Sequence[Stake],
) -> tuple[list[Fraction], dict[tuple[int, Stake | None], Fraction]]:
    """Go through a walk, together wherever the same unit waits with the same share.

    Returns:
        For each unit the chance that it has won, and how likely each pair of weight won
        and unit that still waits is at the end.
    """
    chances = [Fraction(0)] * len(stakes)
    states: dict[tuple[int, Stake | None], Fraction] = {(0, None): Fraction(1)}
    for stake in stakes:
        after: dict[tuple[int, Stake | None], Fraction] = {}
        for (weight, waiting), likely in states.items():
            for part, met in meet(waiting, stake):
                won = [one for one in met if one.share == one.full]
                opened = [one for one in met if 0 < one.share < one.full]
                assert len(opened) <= 1
                for one in won:
                    chances[one.unit] += likely * part
                total = weight + sum(one.full for one in won)
                key = total, next(iter(opened), None)
                after[key] = after.get(key, Fraction(0)) + likely * part
        states = after
    return chances, states


def meet(waiting: Stake | None, stake: Stake) -> list[tuple[Fraction, list[Stake]]]:
    """Return both ways in which a pairing can end, by the code's own step."""
    if waiting is None:
        return [(Fraction(1), [stake])]
    pairing, *gains = pair(waiting, stake, 0, lambda _q, _label: 0)
    both = pairing.up + pairing.dn
    _, *loses = pair(waiting, stake, 0, lambda q, _label: q - 1)
    return [(Fraction(pairing.dn, both), gains), (Fraction(pairing.up, both), loses)]


def check_exactly(rule: Rule, order: Sequence[int]) -> None:
    """Check one composition: equal marginals, and the supply in every end."""
    stakes = list(stakes_of(rule, order))
    chances, states = ends(stakes)
    unit = rule.people // rule.weight
    singles_win = Fraction(0)
    for (weight, waiting), likely in states.items():
        ways = [(weight, likely)]
        if waiting is not None:
            wins = Fraction(waiting.share, waiting.full)
            chances[waiting.unit] += likely * wins
            ways = [
                (weight + waiting.full, likely * wins),
                (weight, likely * (1 - wins)),
            ]
        for won, part in ways:
            sold, rest = divmod(won * rule.weight, unit)
            assert rest == 0
            assert 0 <= sold <= rule.supply
            left = 0 if rule.mode is Mode.A else rule.supply - sold
            assert left <= 2 * rule.largest - rule.weight - 1
            if rule.mode is Mode.A:
                assert rule.supply - sold <= rule.singles
                singles_win += part * (rule.supply - sold)
    assert chances == [rule.chance] * len(stakes)
    if rule.mode is Mode.A:
        assert singles_win == rule.chance * rule.singles
        assert rule.chance == Fraction(rule.supply, rule.people)
    else:
        least = Fraction(rule.supply - rule.largest + 1, rule.people)
        assert least <= rule.chance <= Fraction(rule.supply, rule.people)


@pytest.mark.slow
def test_two_thousand_compositions_give_everybody_exactly_the_same() -> None:
    found = list(islice(compositions(24), COMPOSITIONS))
    assert (
        min(sum(rule.mode is mode for rule, _ in found) for mode in (Mode.A, Mode.B))
        > 200
    )
    assert any(rule.weight > 1 for rule, _ in found)
    for rule, order in found:
        check_exactly(rule, order)


@pytest.mark.slow
def test_ten_thousand_larger_compositions_too() -> None:
    for rule, order in islice(compositions(48), 5 * COMPOSITIONS):
        check_exactly(rule, order)


def played_through() -> Iterator[tuple[Rule, tuple[int, ...]]]:
    for rule, order in compositions(24):
        if len(list(stakes_of(rule, order))) <= MOST_UNITS:
            yield rule, order


def check_by_playing(rule: Rule, order: Sequence[int]) -> None:
    """Check the whole draw, as it is called, in every end."""
    groups = [Fraction(0)] * len(rule.sizes)
    singles = [Fraction(0)] * rule.singles
    seats = Fraction(0)
    for weight, drawn in enumerate_lots(
        lambda lots: draw(rule, order, lots.uniform), 0
    ):
        for group in drawn.groups:
            groups[group] += weight
        for place in drawn.singles:
            singles[place] += weight
        seats += weight * len(drawn.singles)
        sold = sum(rule.sizes[group] for group in drawn.groups) + len(drawn.singles)
        assert sold <= rule.supply
        assert sold == rule.supply or rule.mode is Mode.B
    assert groups == [rule.chance] * len(rule.sizes)
    assert seats == rule.chance * rule.singles
    if rule.mode is Mode.B:
        assert singles == [rule.chance] * rule.singles


def test_whole_draws_played_through_give_everybody_the_same() -> None:
    found = list(islice(played_through(), PLAYED_THROUGH))
    assert {rule.mode for rule, _ in found} == {Mode.A, Mode.B}
    for rule, order in found:
        check_by_playing(rule, order)


@pytest.mark.slow
def test_two_thousand_whole_draws_played_through_too() -> None:
    for rule, order in islice(played_through(), COMPOSITIONS):
        check_by_playing(rule, order)


# The lottery itself: every drawing order, group order and uniform draw, of five people.


def crowd(sizes: Sequence[int], singles: int) -> list[Order]:
    """Return orders, singles between the members of the groups."""
    members = [bytes([gid]) * 32 for gid, size in enumerate(sizes) for _ in range(size)]
    alone: list[bytes | None] = [None] * singles
    mixed = chain(alone[: singles // 2], members, alone[singles // 2 :])
    return [Order(1, 5, group=gid) for gid in mixed]


def units_of(pool: Pool, orders: Sequence[Order], lots: Lots) -> Sequence[int]:
    return lottery(pool, orders, lots).units


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


def test_in_mode_a_no_split_and_no_merger_changes_a_chance() -> None:
    """All ways to put three of a crowd's units together or a group apart."""
    checked = 0
    for rule, _ in islice(compositions(24), 800):
        if rule.mode is not Mode.A:
            continue
        for other in neighbours(rule):
            if other.mode is Mode.A:
                check_exactly(other, range(len(other.sizes)))
                assert other.chance == rule.chance
                checked += 1
            elif other.mode is Mode.B:
                lost = 1 - other.chance / rule.chance
                assert lost <= worst_flip(rule.supply, other.largest)
    assert checked > 500


def neighbours(rule: Rule) -> Iterator[Rule]:
    """Return the rules after one group has parted, two have joined, or singles have."""
    for at, size in enumerate(rule.sizes):
        others = rule.sizes[:at] + rule.sizes[at + 1 :]
        yield draw_rule(rule.supply, others, rule.singles + size)
        if size > 3:
            yield draw_rule(rule.supply, (*others, 2, size - 2), rule.singles)
        if rule.singles and size < rule.supply:
            yield draw_rule(rule.supply, (*others, size + 1), rule.singles - 1)
    if rule.singles > 1 and rule.supply > 1:
        yield draw_rule(rule.supply, (*rule.sizes, 2), rule.singles - 2)


@pytest.mark.parametrize("group_max", range(2, 9))
def test_the_worst_flip_is_met_and_never_exceeded(group_max: int) -> None:
    """Among these crowds, all of them legal, one flip costs exactly as much as stated."""
    costs: set[Fraction] = set()
    supply = 4 * group_max
    for people in (supply + 1, 2 * supply):
        for singles in range(2, people):
            whole, rest = divmod(people - singles, group_max)
            if rest == 1 or (rest == 0 and whole == 0):
                continue
            sizes = (group_max,) * whole + ((rest,) if rest else ())
            before = draw_rule(supply, sizes, singles)
            after = draw_rule(supply, (*sizes, 2), singles - 2)
            if before.mode is Mode.A and after.mode is Mode.B:
                costs.add(1 - after.chance / before.chance)
    before, after = draw_rule(8, (), 9), draw_rule(8, (2,), 7)
    if group_max == 2:
        costs.add(1 - after.chance / before.chance)
    assert max(costs) == worst_flip(supply, group_max)


# A second implementation of the walk, word by word from specs/lottery.md.


def naive_draw(
    rule: Rule, order: Sequence[int], seed: PoolSeed
) -> tuple[set[int], set[int]]:
    """Look for the first two open units from the front, again in every step."""
    sizes = [rule.sizes[j] for j in order]
    if rule.mode is Mode.B:
        sizes += [1] * rule.singles
    y = [size // rule.weight * rule.target for size in sizes]
    full = [size // rule.weight * (rule.people // rule.weight) for size in sizes]
    for step in count():
        opened = [j for j in range(len(y)) if 0 < y[j] < full[j]]
        if len(opened) < 2:
            break
        a, b = opened[:2]
        up, dn = min(full[a] - y[a], y[b]), min(y[a], full[b] - y[b])
        gain = up if uniform(seed, up + dn, pair_label(step)) < dn else -dn
        y[a], y[b] = y[a] + gain, y[b] - gain
    for f in [j for j in range(len(y)) if 0 < y[j] < full[j]]:
        y[f] = full[f] if uniform(seed, full[f], b"last") < y[f] else 0
    won = [j for j in range(len(y)) if y[j] == full[j]]
    groups = {order[j] for j in won if j < len(order)}
    if rule.mode is Mode.A:
        return groups, set(range(rule.supply - sum(rule.sizes[g] for g in groups)))
    return groups, {j - len(order) for j in won if j >= len(order)}


def test_the_draw_in_one_pass_is_the_draw_of_the_specification() -> None:
    for number, (rule, order) in enumerate(islice(compositions(24), 400)):
        seed = PoolSeed(sha256(number.to_bytes(4)).digest())
        found = draw(rule, order, partial(uniform, seed))
        assert (set(found.groups), set(found.singles)) == naive_draw(rule, order, seed)


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
