"""How many groups of each size win, against every lot of the draw itself."""

import pytest

from exact_draw import distribution
from fairlot.allocation.mechanisms.groups import Mode, Rule, draw, draw_rule
from fairlot.allocation.mechanisms.groups_won import (
    Counts,
    TooManyWaysError,
    groups_won,
)
from fairlot.allocation.shape import Lots

MOST = 10_000
COMPOSITIONS = ((2,), (2, 2), (2, 3), (3, 3), (2, 2, 2), (2, 2, 3), (4, 2), (2, 4, 4))


def rules(sizes: tuple[int, ...]) -> list[Rule]:
    """Return the rule for every number of singles up to 4, and every supply."""
    found = [
        draw_rule(supply, sizes, singles)
        for singles in range(5)
        for supply in range(max(sizes), sum(sizes) + singles)
    ]
    return [rule for rule in found if rule.mode is not Mode.ALL]


@pytest.mark.parametrize("sizes", COMPOSITIONS, ids=str)
def test_numbers_of_winners_are_those_of_all_lots(sizes: tuple[int, ...]) -> None:
    ids = [bytes([index]) for index in range(len(sizes))]
    for rule in rules(sizes):

        def numbers(lots: Lots, rule: Rule = rule) -> Counts:
            drawn = draw(rule, lots.group_permutation(ids), lots.uniform)
            won = [sizes[index] for index in drawn.groups]
            return (
                *(won.count(size) for size in sorted(set(sizes))),
                len(drawn.singles),
            )

        assert groups_won(rule, MOST) == distribution(numbers, rule.singles)


def test_both_modes_are_gone_through() -> None:
    modes = {rule.mode for sizes in COMPOSITIONS for rule in rules(sizes)}
    assert modes == {Mode.A, Mode.B}


def test_many_groups_of_one_size_are_few_places() -> None:
    """Pairs alone end in one or two numbers of winners, however many there are."""
    ends = groups_won(draw_rule(500, (2,) * 400, 0), MOST)
    assert list(ends) == [(250, 0)]
    assert ends[250, 0] == 1


def test_more_places_than_allowed_are_not_gone_through() -> None:
    with pytest.raises(TooManyWaysError):
        groups_won(draw_rule(60, (2, 3, 4) * 12, 30), 500)
