"""A consumer of the tables in the vectors of the lottery, and of claimed ones.

Tables are computed from the specification alone (support/plain_table.py); of this library
only the refusals are run.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.allocation.mechanisms.groups import Table, table, verify
from fairlot.allocation.mechanisms.patterns import demand_of
from fairlot.errors import InvariantError
from fairlot_crypto.errors import CallerError
from plain_table import plain_average, plain_table, seats

Map: TypeAlias = Mapping[str, Any]
CASES: list[Map] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "lottery.json").read_text("utf-8")
)["cases"]
MOST_PATTERNS = 1_000
"""In a box that is gone through one by one."""


def of(op: str, *, refused: bool) -> list[Any]:
    return [
        pytest.param(case, id=case["name"])
        for case in CASES
        if case["input"]["op"] == op and ("refused" in case) == refused
    ]


def groups_of(given: Map) -> dict[int, int]:
    return {int(size): int(count) for size, count in given["groups"]}


def box_of(search: Map) -> list[range]:
    return [range(low, high + 1) for low, high in search["box"]]


def ways(search: Map) -> int:
    product = 1
    for each in box_of(search):
        product *= len(each)
    return product


def few_ways(case: Map) -> bool:
    return all(ways(search) <= MOST_PATTERNS for search in case["trace"]["searches"])


@pytest.mark.parametrize(
    "case",
    [case for case in of("table", refused=False) if few_ways(case.values[0])],
)
def test_a_table_is_what_the_specification_gives(case: Map) -> None:
    given, said = case["input"], case["output"]
    chance, rows, prices = plain_table(given["k"], groups_of(given))
    assert str(chance) == said["chance"]
    assert [list(row) for row, _ in rows] == said["rows"]
    assert [weight for _, weight in rows] == said["weights"]
    assert prices == said["prices"]


@pytest.mark.parametrize("case", of("table", refused=False))
def test_each_search_ends_as_it_is_said(case: Map) -> None:
    given, groups = case["input"], groups_of(case["input"])
    sizes = sorted((s for s in groups if groups[s] and s <= given["k"]), reverse=True)
    for search in case["trace"]["searches"]:
        if ways(search) > MOST_PATTERNS:
            continue
        x = [Fraction(search["p"]) * groups[size] for size in sizes]
        fits, found, v = plain_average(given["k"], sizes, x, box_of(search))
        assert fits == (search["prices"] is None)
        if fits:
            total = sum(weight for _, weight in search["weights"])
            said = {tuple(c): Fraction(w, total) for c, w in search["weights"]}
            assert found == said
        else:
            said_prices = search["prices"]
            at = next(i for i, price in enumerate(said_prices) if price)
            scale = v[at] / said_prices[at]
            assert scale > 0
            assert v == [scale * price for price in said_prices]


@pytest.mark.parametrize("case", of("table", refused=False))
def test_rows_give_everybody_the_chance_that_is_said(case: Map) -> None:
    given, said, groups = case["input"], case["output"], groups_of(case["input"])
    sizes = sorted((s for s in groups if groups[s] and s <= given["k"]), reverse=True)
    total = sum(said["weights"])
    assert all(seats(sizes, row) <= given["k"] for row in said["rows"])
    for at, size in enumerate(sizes):
        rows = zip(said["rows"], said["weights"], strict=True)
        won = sum(weight * row[at] for row, weight in rows)
        assert Fraction(won, total * groups[size]) == Fraction(said["chance"])


def claimed(given: Map) -> Table:
    prices = given["prices"]
    return Table(
        demand_of(given["k"], groups_of(given)),
        tuple(map(tuple, given["rows"])),
        tuple(given["weights"]),
        Fraction(given["chance"]),
        None if prices is None else tuple(prices),
    )


@pytest.mark.parametrize("case", of("verify", refused=True))
def test_a_claimed_table_is_refused_by_its_own_rule(case: Map) -> None:
    with pytest.raises(InvariantError) as caught:
        verify(claimed(case["input"]))
    assert caught.value.code == case["refused"]["code"]


@pytest.mark.parametrize("case", of("table", refused=True))
def test_there_is_no_table_for_other_numbers(case: Map) -> None:
    given = case["input"]
    with pytest.raises(CallerError) as caught:
        table(given["k"], groups_of(given))
    assert caught.value.code == case["refused"]["code"]


@pytest.mark.parametrize("case", of("table", refused=False))
def test_every_table_passes_the_check(case: Map) -> None:
    verify(claimed({**case["input"], **case["output"]}))


def test_another_optimal_table_passes_the_check_and_is_not_the_one() -> None:
    """Three pairs and four singles for six: there is more than one way to be fair."""
    mine = table(6, {2: 3, 1: 4})
    assert (mine.rows, mine.weights) == (((2, 2), (1, 4)), (4, 1))
    other = replace(mine, rows=((3, 0), (1, 4)), weights=(2, 3))
    verify(other)
    assert other != mine
