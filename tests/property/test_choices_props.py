"""Choices: nobody gains by a false list, nobody can be better off for free, odds are right."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exact_draw import enumerate_lots
from examples import examples
from fairlot.allocation.mechanisms import choices_odds as odds_module
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.mechanisms.choices_odds import choices_odds, draws_for, error_of
from fairlot.allocation.shape import Order, Shares
from fairlot.terms.pool import Mechanism, Option, Pool

RICH, POOR = 100, 25
"""Deposits that cover every option, and the first two."""


def offering(*supplies: int, group_max: int = 1) -> Pool:
    """Return a pool of options "a", "b", .. at 10, 20, .."""
    options = tuple(
        Option("abcdefgh"[i], 10 * (i + 1), supply) for i, supply in enumerate(supplies)
    )
    return Pool(
        "p", Mechanism.CHOICES, sum(supplies), group_max=group_max, options=options
    )


class InTurn:
    """Lots with which orders take turns as they stand."""

    def permutation(self) -> Sequence[int]:
        raise AssertionError

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        raise AssertionError(groups)

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        raise AssertionError(points)

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        return range(len(singles) + len(groups))

    def uniform(self, q: int, label: bytes) -> int:
        raise AssertionError(q, label)

    def part(self, name: str) -> "InTurn":
        raise AssertionError(name)


def lists_over(options: int) -> list[tuple[int, ...]]:
    """Return every list over some options, the empty one too."""
    return [
        listed
        for size in range(options + 1)
        for listed in permutations(range(options), size)
    ]


def gains_by_lying(
    pool: Pool, others: Sequence[Order], place: int, deposit: int
) -> bool:
    """Tell whether somebody at a place among others has a true list and a better false one.

    All lists are tried as the true and as the false one. To tell turns apart by who has
    which is enough: persons are alike but for their orders.
    """
    every = lists_over(len(pool.options))
    names = [option.name for option in pool.options]
    # A person whose list is empty, or too dear, takes no turn: the others move up.
    got = {
        mine: choices(
            pool,
            [*others[:place], Order(1, deposit, choices=mine), *others[place:]],
            InTurn(),
        ).parts[place]
        for mine in every
    }
    reached = {names.index(part) for part in got.values() if part}
    return any(
        reached & set(true[: true.index(names.index(got[true])) if got[true] else None])
        for true in every
    )


@pytest.mark.thorough
def test_no_false_list_gains_among_three_persons_and_three_options() -> None:
    pool, every = offering(1, 1, 1), lists_over(3)
    for place, deposit in product(range(3), (RICH, POOR)):
        for lists in product(every, [(0, 1, 2), (1, 0), (2, 1), ()]):
            others = [Order(1, RICH, choices=listed) for listed in lists]
            assert not gains_by_lying(pool, others, place, deposit)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(4))
def test_no_false_list_gains_among_four_persons_and_four_options(place: int) -> None:
    """All lists of the three others, but for the names of the options, and for a fourth's
    turn behind: that of the first of the others is (0, 1, 2, 3)."""
    pool = offering(1, 1, 1, 1)
    full = list(permutations(range(4)))
    for second, third in product(full, full):
        lists = (full[0], second, third)
        others = [Order(1, RICH, choices=listed) for listed in lists]
        assert not gains_by_lying(pool, others, place, RICH)


@pytest.mark.slow
@examples(300)
@given(
    supplies=st.lists(st.integers(0, 2), min_size=4, max_size=4),
    lists=st.lists(st.sampled_from(lists_over(4)), min_size=3, max_size=3),
    deposits=st.lists(st.sampled_from((RICH, POOR, 35)), min_size=4, max_size=4),
    place=st.integers(0, 3),
)
def test_no_false_list_gains_with_other_supplies_lists_and_deposits(
    supplies: list[int],
    lists: list[tuple[int, ...]],
    deposits: list[int],
    place: int,
) -> None:
    others = [
        Order(1, deposit, choices=listed)
        for listed, deposit in zip(lists, deposits[1:], strict=True)
    ]
    assert not gains_by_lying(offering(*supplies), others, place, deposits[0])


def outcomes(pool: Pool, orders: Sequence[Order]) -> Iterator[tuple[int | None, ...]]:
    """Yield every way to give listed options that are paid for, within the supplies."""
    wishes = [
        [None, *(c for c in order.choices if pool.options[c].price <= order.budget)]
        for order in orders
    ]
    for given_out in product(*wishes):
        if all(given_out.count(i) <= o.supply for i, o in enumerate(pool.options)):
            yield given_out


def rank_of(order: Order, option: int | None) -> int:
    return len(order.choices) if option is None else order.choices.index(option)


@examples(60)
@given(
    supplies=st.lists(st.integers(0, 2), min_size=3, max_size=3),
    lists=st.lists(st.sampled_from(lists_over(3)), min_size=1, max_size=4),
    deposit=st.sampled_from((RICH, POOR)),
)
def test_nobody_can_be_better_off_without_somebody_being_worse_off(
    supplies: list[int], lists: list[tuple[int, ...]], deposit: int
) -> None:
    pool = offering(*supplies)
    orders = [Order(1, deposit, choices=listed) for listed in lists]
    names = [option.name for option in pool.options]
    shares = choices(pool, orders, InTurn())
    had = [
        rank_of(order, names.index(part) if part else None)
        for order, part in zip(orders, shares.parts, strict=True)
    ]
    for other in outcomes(pool, orders):
        has = [rank_of(o, option) for o, option in zip(orders, other, strict=True)]
        assert has == had or any(new > old for new, old in zip(has, had, strict=True))


GIDS = (b"g" * 32, b"h" * 32)


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Pool, tuple[Order, ...]]:
    """Draw a pool and up to six orders, some of them of groups."""
    supplies = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    every = lists_over(len(supplies))
    some = [listed for listed in every if 0 in listed]
    orders: list[Order] = []
    for gid in GIDS[: draw(st.integers(0, 2))]:
        order = Order(1, RICH, group=gid, choices=draw(st.sampled_from(some)))
        orders += [order] * draw(st.integers(2, 3))
    for _ in range(draw(st.integers(0, 6 - len(orders)))):
        deposit = draw(st.sampled_from((RICH, POOR, 9)))
        orders.append(Order(1, deposit, choices=draw(st.sampled_from(every))))
    return offering(*supplies, group_max=3), tuple(draw(st.permutations(orders)))


def frequencies(
    pool: Pool, orders: Sequence[Order]
) -> tuple[list[dict[str, Fraction]], set[int]]:
    """Return how often each gets what over all lots, and how many units are ever sold."""
    found: list[dict[str, Fraction]] = [{} for _ in orders]
    sold: set[int] = set()

    def run(lots: object) -> Shares:
        return choices(pool, orders, lots)  # type: ignore[arg-type]

    for weight, shares in enumerate_lots(run, len(orders)):
        sold.add(sum(shares.units))
        for chances, part in zip(found, shares.parts, strict=True):
            if part:
                chances[part] = chances.get(part, Fraction(0)) + weight
    return found, sold


@examples(40)
@given(crowds())
def test_exact_odds_are_those_of_all_lots(
    crowd: tuple[Pool, tuple[Order, ...]],
) -> None:
    pool, orders = crowd
    odds = choices_odds(pool, orders)
    found, sold = frequencies(pool, orders)
    assert odds.draws is None
    for chance, chances in zip(odds.chances, found, strict=True):
        assert dict(chance.parts) == chances
        assert chance.expected == sum(chances.values())
    assert odds.unsold_certain == (len(sold) == 1)
    unsold = pool.supply - sum(sum(chances.values()) for chances in found)
    assert odds.expected_unsold == unsold


def test_who_is_alike_has_the_same_odds_and_others_may_not() -> None:
    """Groups have other chances than singles: of four units, a group of four takes all."""
    pool = offering(4, group_max=4)
    together = [Order(1, RICH, group=GIDS[0], choices=(0,))] * 4
    alone = [Order(1, RICH, choices=(0,))] * 4
    odds = choices_odds(pool, [*together, *alone])
    assert {chance.more for chance in odds.chances[:4]} == {Fraction(1, 5)}
    assert {chance.expected for chance in odds.chances[4:]} == {Fraction(4, 5)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_estimates_lie_within_the_error_that_they_state(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = lists_over(4)
    pool = offering(2, 1, 3, 2, group_max=3)
    orders = [
        *[Order(1, RICH, group=GIDS[0], choices=(0, 2, 1))] * 3,
        *(
            Order(1, RICH, choices=every[(7 * i + 13 * seed) % 64 + 1])
            for i in range(9)
        ),
    ]
    exact = choices_odds(pool, orders)
    assert exact.draws is None
    monkeypatch.setattr(odds_module, "MOST_TURNS", 0)
    estimated = choices_odds(pool, orders)
    assert estimated.draws == draws_for(10) == 10_000
    assert not estimated.unsold_certain
    error = Fraction(error_of(10_000)) / 100
    for known, guessed in zip(exact.chances, estimated.chances, strict=True):
        assert guessed.least == 0
        assert abs(known.expected - guessed.expected) <= 2 * error
        for part in known.parts:
            assert abs(known.parts[part] - guessed.parts.get(part, 0)) <= 2 * error


@pytest.mark.parametrize(
    ("parties", "draws", "error"),
    [
        (1, 10_000, "1.0"),
        (100, 10_000, "1.0"),
        (101, 9_900, "1.1"),
        (10**6, 100, "10.0"),
    ],
)
def test_how_many_draws_and_how_far_off(parties: int, draws: int, error: str) -> None:
    assert draws_for(parties) == draws
    assert error_of(draws) == error


def test_an_estimate_says_so_and_is_never_certain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(odds_module, "MOST_TURNS", 0)
    monkeypatch.setattr(odds_module, "MOST_DRAWS", 20)
    monkeypatch.setattr(odds_module, "FEWEST_DRAWS", 20)
    pool = offering(3, 1)
    orders = [*[Order(1, RICH, choices=(0,))] * 2, Order(1, 9, choices=(1,))]
    odds = choices_odds(pool, orders)
    assert odds.draws == 20
    assert [chance.least for chance in odds.chances] == [0, 0, 0]
    assert [chance.more for chance in odds.chances] == [1, 1, 0]
    assert not odds.unsold_certain
    assert odds.expected_unsold == 2
    assert "estimated from 20 simulated draws" in odds.why[-1]
    assert "22.4 %" in odds.why[-1]


def test_more_money_reaches_more_of_the_list_and_loses_nothing() -> None:
    pool = offering(1, 1, 1)
    order = Order(1, 10, choices=(2, 1, 0))
    parts = [
        choices(pool, [replace(order, budget=money)], InTurn()).parts
        for money in (9, 10, 20, 30)
    ]
    assert parts == [("",), ("a",), ("b",), ("c",)]
