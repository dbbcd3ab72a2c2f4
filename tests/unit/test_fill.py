"""FILL: worked cases, and exact equality over every order for few people."""

from collections.abc import Sequence
from itertools import combinations_with_replacement, permutations

import pytest

from fairlot.allocation.mechanisms.fill import Filled, fill
from fairlot_crypto.errors import CallerError


def ordered(supply: int, quantities: Sequence[int]) -> Filled:
    """Fill with the people drawn in the order in which they stand."""
    return fill(supply, quantities, range(len(quantities)))


@pytest.mark.parametrize(
    ("supply", "quantities", "units", "level", "remainder"),
    [
        (0, (), (), 0, 0),
        (5, (), (), 0, 0),
        (0, (0, 0), (0, 0), 0, 0),
        (0, (1, 2), (0, 0), 0, 0),
        (9, (2, 3, 4), (2, 3, 4), 4, 0),
        (99, (2, 3, 4), (2, 3, 4), 4, 0),
        (8, (2, 3, 4), (2, 3, 3), 3, 0),
        (7, (2, 3, 4), (2, 3, 2), 2, 1),
        (6, (2, 3, 4), (2, 2, 2), 2, 0),
        (1, (1, 1, 1), (1, 0, 0), 0, 1),
        (2, (0, 1, 5, 1), (0, 1, 1, 0), 0, 2),
        (11, (1, 5, 4, 9), (1, 4, 3, 3), 3, 1),
        (2**64 - 1, (2**64 - 1,) * 2, (2**63, 2**63 - 1), 2**63 - 1, 1),
    ],
)
def test_worked_cases(
    supply: int,
    quantities: Sequence[int],
    units: tuple[int, ...],
    level: int,
    remainder: int,
) -> None:
    assert ordered(supply, quantities) == Filled(units, level, remainder)


def test_only_those_above_the_level_get_the_remainder() -> None:
    assert fill(8, (2, 3, 9, 9), (0, 1, 3, 2)).units == (2, 2, 2, 2)
    assert fill(9, (2, 3, 9, 9), (0, 1, 3, 2)).units == (2, 3, 2, 2)
    assert fill(9, (2, 3, 9, 9), (0, 3, 2, 1)).units == (2, 2, 2, 3)


@pytest.mark.thorough
@pytest.mark.parametrize("people", range(1, 7))
def test_over_all_orders_equal_persons_get_exactly_the_same(people: int) -> None:
    """Every order of up to six people who ask the same: the totals are equal."""
    orders = list(permutations(range(people)))
    for quantity in (1, 2, 3):
        for supply in range(people * quantity + 2):
            totals = [0] * people
            wins = [0] * people
            for order in orders:
                units = fill(supply, (quantity,) * people, order).units
                totals = [a + b for a, b in zip(totals, units, strict=True)]
                wins = [w + (u > 0) for w, u in zip(wins, units, strict=True)]
            sold = min(supply, people * quantity)
            assert len(set(wins)) == 1
            assert totals == [len(orders) * sold // people] * people


@pytest.mark.slow
@pytest.mark.parametrize("people", range(2, 6))
def test_over_all_orders_nobody_who_asks_for_more_gets_less(people: int) -> None:
    """Unlike quantities: equal ones get equal totals, larger ones no smaller ones."""
    orders = list(permutations(range(people)))
    for quantities in combinations_with_replacement(range(4), people):
        for supply in range(sum(quantities) + 1):
            totals = [0] * people
            for order in orders:
                units = fill(supply, quantities, order).units
                totals = [a + b for a, b in zip(totals, units, strict=True)]
            asked = sorted(zip(quantities, totals, strict=True))
            assert [total for _, total in asked] == sorted(totals)
            assert len(dict(asked)) == len(set(asked))


@pytest.mark.parametrize(
    ("supply", "quantities", "order", "code"),
    [
        (-1, (1,), (0,), "quantity"),
        (1, (1, -1), (0, 1), "quantity"),
        (1, (1, 1), (0,), "order"),
        (1, (1, 1), (0, 1, 1), "order"),
        (1, (1, 1), (1, 1), "order"),
        (1, (1, 1), (1, 2), "order"),
        (1, (1, 1), (0, -1), "order"),
        (1, (), (0,), "order"),
    ],
)
def test_other_arguments_are_refused(
    supply: int, quantities: Sequence[int], order: Sequence[int], code: str
) -> None:
    with pytest.raises(CallerError) as caught:
        fill(supply, quantities, order)
    assert caught.value.code == f"allocation.{code}"
