"""Attacks on groups and prices (specs/simulation.md, section 13)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fairlot.allocation.entering import Entrant
from fairlot.allocation.mechanisms.groups import table
from fairlot.allocation.run_pools import allocate
from fairlot.bids import Step
from fairlot.simulation.attack import (
    MARGIN,
    Attack,
    P,
    Sign,
    Target,
    target,
)
from fairlot.simulation.comparators import names_in_a_hat, stop_at_first_misfit
from fairlot.simulation.draws import Floats, seed_of, uniforms
from fairlot.simulation.entering import SALE, nym_of
from fairlot.terms.pool import Mechanism, Pool, Pricing

_ORDERS = 50
"""Orders of groups in each run."""


_ROOMY, _TIGHT = ({1: 12, 4: 3}, 10), ({4: 3}, 5)
"""Groups, and how many units there are: in the second, fours leave one."""


def _splitting(seed_: int, runs: int) -> list[Target]:
    """One of three fours enters as four singles, with or without 12 singles beside."""

    def ours(groups: Mapping[int, int], supply: int) -> Callable[[int], float]:
        apart = {**groups, 1: groups.get(1, 0) + 4, 4: groups[4] - 1}

        def gain(_run: int) -> float:
            better = table(supply, apart).chance - table(supply, groups).chance
            return float(better) * 4 * MARGIN

        return gain

    def stopping(run: int) -> float:
        together, apart = {1: 12, 4: 3}, {1: 16, 4: 2}
        found = _stopped(seed_, run, apart, 1) - _stopped(seed_, run, together, 4)
        return found * 4 * MARGIN

    return [
        target("groups in order, a four splits", False, Sign.GAIN, stopping, runs),
        target(
            "lottery with groups, a four splits",
            *(True, Sign.NOTHING, ours(*_ROOMY), runs),
        ),
        target(
            "lottery with groups, too few units for their size",
            *(True, Sign.GAIN, ours(*_TIGHT), runs),
        ),
    ]


_MOST_PEOPLE, _MOST_SUPPLY, _LARGEST = 8, 6, 4


def _merging(seed_: int, runs: int) -> list[Target]:
    """Singles or groups enter as one group; in each run in another small crowd."""

    def hat(_run: int) -> float:
        alone, paired = (names_in_a_hat(100, 10, own) for own in (1, 2))
        return (paired - alone) * 2 * MARGIN

    def ours(run: int) -> float:
        supply, sizes, size = _merged(uniforms(seed_of(seed_, run, "merging"), 5))
        apart, together = Counter(sizes), Counter([size, *sizes[size:]])
        better = table(supply, together).chance - table(supply, apart).chance
        return float(better) * size * MARGIN

    return [
        target("names in a hat, a pair joins", False, Sign.GAIN, hat, runs),
        target("lottery with groups, singles join", True, Sign.NO_GAIN, ours, runs),
    ]


def _merged(drawn: Floats) -> tuple[int, list[int], int]:
    """Return units, sizes of groups, singles first, and how many singles join."""
    size = 2 + int(drawn[0] * (_LARGEST - 1))
    supply = size + int(drawn[1] * (_MOST_SUPPLY - size + 1))
    others = [1 + int(part * _LARGEST) for part in drawn[2:4]]
    singles = size + int(drawn[4] * (_MOST_PEOPLE - size + 1))
    return supply, [1] * singles + others, size


def _stopped(seed_: int, run: int, groups: dict[int, int], own: int) -> float:
    """Return what part of the groups of one size wins if the first misfit ends it."""
    sizes = np.array([size for size, count in groups.items() for _ in range(count)])
    won = 0
    for order in range(_ORDERS):
        drawn = uniforms(seed_of(seed_, run, f"splitting {order}"), len(sizes))
        turn = [int(size) for size in sizes[np.argsort(drawn, kind="stable")]]
        won += turn[: stop_at_first_misfit(10, turn)].count(own)
    return won / groups[own] / _ORDERS


_SINGLE = Pool("main", Mechanism.AUCTION, 5, P)
_MANY = Pool("main", Mechanism.AUCTION, 6, P, cap=4, bid_steps=4)
_CERTAIN = Pool("main", Mechanism.LOTTERY, 10, P, certain=5)


def _values(seed_: int, run: int, count: int) -> list[int]:
    numbers = uniforms(seed_of(seed_, run, "values"), count)
    return [P + int(number * 4 * P) for number in numbers]


def _single(values: Sequence[int], factor: float) -> list[Entrant]:
    """Return bidders of whom the first bids a part of the value."""
    return [
        Entrant(nym_of(i), 1, 10 * P, int(value * factor) if i == 0 else value)
        for i, value in enumerate(values)
    ]


def _steps(values: Sequence[int], factor: float) -> list[Entrant]:
    """Return bidders for four units each, of whom the first shades the later ones."""
    entrants: list[Entrant] = []
    for i, value in enumerate(values):
        worth = [value * part // 4 for part in (4, 3, 2, 1)]
        if i == 0:
            worth = [worth[0], *(int(each * factor) for each in worth[1:])]
        bid = tuple(Step(1, each) for each in worth)
        entrants.append(Entrant(nym_of(i), 4, 100 * P, bid))
    return entrants


def _gain(pool: Pool, value: int, entrants: Sequence[Entrant], drawn: bytes) -> float:
    """Return what the first bidder has, units falling in worth where there are several."""
    total = allocate([pool], entrants, drawn, SALE).totals[0]
    parts = (4, 3, 2, 1) if pool.takes_quantities else (4,)
    worth = sum(value * part // 4 for part in parts[: total.units])
    return (worth - total.payment) / P


def _shading(seed_: int, runs: int) -> list[Target]:
    def single(pool: Pool) -> Callable[[int], float]:
        def gain(run: int) -> float:
            drawn = seed_of(seed_, run, "shading")
            values = _values(seed_, run, 12)
            true, less = (_single(values, factor) for factor in (1, 0.6))
            shaded = _gain(pool, values[0], less, drawn)
            return shaded - _gain(pool, values[0], true, drawn)

        return gain

    def several(pool: Pool) -> Callable[[int], float]:
        def gain(run: int) -> float:
            drawn = seed_of(seed_, run, "shading")
            values = [5 * P, *_values(seed_, run, 2)]
            true, less = (_steps(values, factor) for factor in (1, 0.8))
            shaded = _gain(pool, values[0], less, drawn)
            return shaded - _gain(pool, values[0], true, drawn)

        return gain

    vickrey = replace(_MANY, pricing=Pricing.VICKREY)
    return [
        target("auction", True, Sign.NO_GAIN, single(_SINGLE), runs),
        target(
            "auction of quantities, vickrey", True, Sign.NO_GAIN, several(vickrey), runs
        ),
        target(
            "auction of quantities, clearing", True, Sign.GAIN, several(_MANY), runs
        ),
    ]


def _cartel(seed_: int, runs: int) -> list[Target]:
    """All but the five who win bid the reserve, and share what is saved."""

    def ring(run: int) -> float:
        values = sorted(_values(seed_, run, 12), reverse=True)
        true = _single(values, 1)
        agreed = [
            entrant if i < _SINGLE.supply else replace(entrant, bid=P)
            for i, entrant in enumerate(true)
        ]
        return _saved(_SINGLE, true, agreed, seed_of(seed_, run, "cartel"))

    def fixed(run: int) -> float:
        pool = Pool("main", Mechanism.LOTTERY, 5, P)
        values = _values(seed_, run, 12)
        true, less = (_single(values, factor) for factor in (1, 0.6))
        return _saved(pool, true, less, seed_of(seed_, run, "cartel"))

    return [
        target("auction", True, Sign.GAIN, ring, runs),
        target("lottery at one price", True, Sign.NOTHING, fixed, runs),
    ]


def _saved(
    pool: Pool, true: Sequence[Entrant], agreed: Sequence[Entrant], drawn: bytes
) -> float:
    """Return what all together pay less than by true bids."""
    paid = [
        sum(total.payment for total in allocate([pool], bids, drawn, SALE).totals)
        for bids in (true, agreed)
    ]
    return (paid[0] - paid[1]) / P


ON_RULES = (
    Attack(
        "splitting",
        "splitting a group",
        "four friends",
        "none, but that they may not be together",
        "one chance for all sizes; nothing where groups cannot take every unit",
        _splitting,
    ),
    Attack(
        "merging",
        "entering as a group of strangers",
        "two to four singles",
        "none",
        "one chance for all sizes, which larger groups never raise",
        _merging,
    ),
    Attack(
        "shading",
        "bidding less than the value",
        "one bidder",
        "units that would have been worth their price",
        "prices that do not depend on one's own bid; nothing at a clearing price",
        _shading,
    ),
    Attack(
        "cartel",
        "agreeing on bids",
        "all 12 bidders for 5 units",
        "none: they share what they save",
        "nothing in an auction but its reserve; a price that bids do not set",
        _cartel,
    ),
)
"""In the order of the lab."""
