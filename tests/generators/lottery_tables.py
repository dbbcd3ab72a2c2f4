"""Vectors of the table of a lottery (specs/lottery.md, sections 4 to 6)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import gcd

from fairlot.allocation.mechanisms.average import Prices, Weights, average
from fairlot.allocation.mechanisms.groups import Table, table, verify
from fairlot.allocation.mechanisms.patterns import (
    Box,
    Counts,
    best,
    dot,
    near,
    reachable,
    wide,
)
from generators.case import Case, Raw, accept, reject

_Groups = Mapping[int, int]


def tables() -> Iterable[Case]:
    """Return tables with every search on the way to them."""
    rows: tuple[tuple[str, str, int, _Groups], ...] = (
        ("table-enough", "Everybody wins: one row.", 9, {3: 1, 2: 1, 1: 4}),
        ("table-nobody", "Nobody comes: a row without a size.", 9, {}),
        ("table-no-supply", "Nothing is for sale: no size can win.", 0, {2: 1, 1: 3}),
        ("table-singles", "Only singles: k of them win.", 3, {1: 9}),
        (
            "table-example",
            "The example of section 1: p = 12/18.",
            12,
            {3: 1, 2: 1, 1: 13},
        ),
        (
            "table-pairs",
            "Pairs and a single: prices show that 4/5 is best.",
            8,
            {2: 4, 1: 1},
        ),
        ("table-4-5", "Two groups, one of which can win: 1/2 each.", 5, {5: 1, 4: 1}),
        ("table-fours", "Six fours for ten units: 1/3.", 10, {4: 6}),
        ("table-mixed", "6, 4, 2 and 2 for ten units: 2/3.", 10, {6: 1, 4: 1, 2: 2}),
        ("table-odd", "Eleven pairs and a single for ten: 5/12.", 10, {2: 11, 1: 1}),
        ("table-too-large", "A group of 5 is left out of the counts.", 4, {5: 1, 2: 3}),
        ("table-one-short", "A seat too few, and many pairs.", 1001, {2: 1000, 1: 1}),
        ("table-many", "A large crowd of singles and pairs.", 46, {2: 4000, 1: 2000}),
        (
            "table-sixteen-sizes",
            "All sizes to 16: as many rows as sizes.",
            1000,
            {size: 7 + size for size in range(1, 17)},
        ),
    )
    return [_table(*row) for row in rows]


def _table(name: str, comment: str, supply: int, groups: _Groups) -> Case:
    found = table(supply, groups)
    output: dict[str, Raw] = {
        "chance": str(found.chance),
        "rows": found.rows,
        "weights": found.weights,
        "prices": found.prices,
    }
    return accept(name, comment, _input("table", supply, groups), output, _trace(found))


def _input(op: str, supply: int, groups: _Groups) -> dict[str, Raw]:
    return {"op": op, "k": supply, "groups": sorted(groups.items(), reverse=True)}


def _trace(found: Table) -> dict[str, Raw]:
    """Follow section 4 once more, and write down every search."""
    demand = found.demand
    if demand.people <= demand.supply:
        return {"k_reached": demand.people, "searches": []}
    most = reachable(demand)
    chance = Fraction(most, demand.people)
    searches: list[Raw] = []
    while True:
        shares = [chance * count for count in demand.counts]
        widths = (2**i for i in range((2 * demand.sizes[0] - 1).bit_length()))
        for width in widths:
            box = near(demand, shares, width)
            ended = average(demand, shares, box)
            searches.append(_search(chance, box, ended))
            if not isinstance(ended, Prices):
                return {"k_reached": most, "searches": searches}
        box = wide(demand, most)
        ended = average(demand, shares, box)
        searches.append(_search(chance, box, ended))
        assert isinstance(ended, Prices)
        top = best(demand, ended.each, box)
        chance = Fraction(dot(ended.each, top), dot(ended.each, demand.counts))


def _search(chance: Fraction, box: Box, ended: Weights | Prices) -> Raw:
    pairs = list(zip(box.low, box.high, strict=True))
    found: dict[str, Raw] = {"p": str(chance), "box": pairs}
    if isinstance(ended, Prices):
        shared = gcd(*ended.each)
        prices = [price // shared for price in ended.each]
        return {**found, "weights": None, "prices": prices}
    shared = gcd(*ended.values())
    weights = [(row, weight // shared) for row, weight in sorted(ended.items())[::-1]]
    return {**found, "weights": weights, "prices": None}


def refused_tables() -> Iterable[Case]:
    """Return demands that there are no tables for."""
    rows: tuple[tuple[str, str, str, int, _Groups], ...] = (
        (
            "table-negative-supply",
            "The supply is at least 0.",
            "allocation.quantity",
            -1,
            {1: 14},
        ),
        (
            "table-negative-count",
            "There are at least 0 groups of a size; chances would be above 1.",
            "allocation.quantity",
            12,
            {3: 5, 1: -1},
        ),
        (
            "table-size-zero",
            "A group has at least one member; others could not divide its seats.",
            "allocation.group",
            12,
            {3: 5, 0: 1},
        ),
        (
            "table-size-negative",
            "A group has at least one member; this one would add seats.",
            "allocation.group",
            12,
            {3: 5, -2: 1},
        ),
    )
    for name, rule, code, supply, groups in rows:
        inputs = _input("table", supply, groups)
        yield reject(name, rule, code, inputs, _attempt(supply, groups))


def _attempt(supply: int, groups: _Groups) -> Callable[[], object]:
    return lambda: table(supply, groups)


_THREE: _Groups = {3: 1, 2: 1, 1: 13}
_PAIRS: _Groups = {2: 4, 1: 1}


def unfit_tables() -> Iterable[Case]:
    """Return claimed tables that break a rule of section 6."""
    three, pairs = table(12, _THREE), table(8, _PAIRS)
    all_win = table(12, {3: 1, 1: 2})
    lower = replace(
        pairs, rows=((4, 0), (2, 1)), weights=(1, 2), chance=Fraction(2, 3), prices=None
    )
    forms = (
        ("no-rows", "A table has a row.", replace(three, rows=(), weights=())),
        (
            "order",
            "Rows descend, so that a lot means one row.",
            replace(three, rows=three.rows[::-1]),
        ),
        (
            "row-twice",
            "A row stands once.",
            replace(pairs, rows=((3, 1), (3, 1)), weights=(1, 4)),
        ),
        ("weight-zero", "A row has a weight.", replace(pairs, weights=(0, 1))),
        ("weight-negative", "Weights are above 0.", replace(pairs, weights=(-1, 6))),
        ("gcd", "Weights have no common factor.", replace(three, weights=(2, 2, 2))),
        ("weight-missing", "Each row has a weight.", replace(three, weights=(1, 1))),
        (
            "rows-too-many",
            "There are no more rows than sizes.",
            replace(three, rows=(*three.rows, (0, 0, 12)), weights=(1, 1, 1, 1)),
        ),
    )
    rows = (
        ("row-length", "A row counts every size.", _with_row(pairs, (3,))),
        ("row-long", "A row counts no other size.", _with_row(pairs, (3, 1, 0))),
        ("row-above", "No more win than came.", _with_row(pairs, (3, 2))),
        ("row-negative", "No fewer than nobody wins.", _with_row(pairs, (3, -1))),
        ("row-oversold", "Winners fit the supply.", _with_row(three, (1, 1, 8))),
    )
    shares = (
        (
            "share-of-a-size",
            "Every size has the same share.",
            replace(pairs, weights=(2, 3)),
        ),
        (
            "share-claimed",
            "The chance is that of the rows.",
            replace(pairs, chance=Fraction(5, 6)),
        ),
        (
            "share-singles-first",
            "Singles who take all that groups leave have more than their share.",
            replace(three, rows=((1, 0, 9), (0, 1, 10)), weights=(1, 1)),
        ),
        (
            "share-by-parties",
            "Equal chances per unit of the draw are not equal per person's group.",
            replace(three, rows=((1, 1, 7), (0, 0, 12)), weights=(1, 1)),
        ),
    )
    chances = (
        (
            "chance-unproved",
            "Below k'/n prices show the bound.",
            replace(pairs, prices=None),
        ),
        ("chance-lower", "An equal chance that is not the greatest.", lower),
        (
            "chance-lower-with-prices",
            "Prices of the best table do not show that a lower chance is best.",
            replace(lower, prices=pairs.prices),
        ),
        ("chance-prices", "Other prices show nothing.", replace(pairs, prices=(1, 0))),
        (
            "chance-prices-zero",
            "Prices of 0 show nothing.",
            replace(pairs, prices=(0, 0)),
        ),
        (
            "chance-prices-negative",
            "All groups together are worth more than 0.",
            replace(pairs, prices=(-1, -1)),
        ),
        ("chance-prices-short", "Each size has a price.", replace(pairs, prices=(1,))),
        (
            "chance-prices-needless",
            "At k'/n there are no prices: one table has one form.",
            replace(three, prices=(3, 2, 1)),
        ),
        (
            "chance-of-all",
            "Where all win there are no prices.",
            replace(all_win, prices=(1, 1)),
        ),
        (
            "chance-of-fewer",
            "Where all can win, all win.",
            replace(all_win, rows=((0, 0),), chance=Fraction(0)),
        ),
    )
    for name, rule, claimed in forms:
        yield _unfit(name, rule, "allocation.table-form", claimed)
    for name, rule, claimed in rows:
        yield _unfit(name, rule, "allocation.table-row", claimed)
    for name, rule, claimed in shares:
        yield _unfit(name, rule, "allocation.table-share", claimed)
    for name, rule, claimed in chances:
        yield _unfit(name, rule, "allocation.table-chance", claimed)


def _with_row(known: Table, row: Counts) -> Table:
    return replace(
        known, rows=tuple(sorted((known.rows[0], row), reverse=True)), weights=(1, 4)
    )


def _unfit(name: str, rule: str, code: str, claimed: Table) -> Case:
    demand = claimed.demand
    groups = dict(zip(demand.sizes, demand.counts, strict=True))
    inputs = _input("verify", demand.supply, groups)
    inputs |= {
        "chance": str(claimed.chance),
        "rows": claimed.rows,
        "weights": claimed.weights,
        "prices": claimed.prices,
    }
    return reject(f"verify-{name}", rule, code, inputs, lambda: verify(claimed))
