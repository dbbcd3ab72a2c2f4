"""The five aims as numbers, of one run (specs/simulation.md, section 7)."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Floats, Ints
from fairlot.simulation.played import Draw, Way
from fairlot.simulation.resale import LOCKED, resell

Measured: TypeAlias = Mapping[str, float]
"""The measures of one run, by name."""

MEASURES: Mapping[str, str] = {
    "poor": "share of the units that goes to the poorer half",
    "even": "share that an even draw among all who would pay the price would give them",
    "gini": "Gini coefficient of units over all people",
    "race": "part of the units that changes hands if people come in the opposite order",
    "sold": "part of the units that is sold, of those that people ask for",
    "luck": "variance of a person's gain by lots alone, in squared prices",
    "regret": "loss of those who would better have stayed at home, in prices a person",
    "surplus": "buyers' surplus, in prices a unit",
    "kept": "part of the worth of what is sold that its buyers keep",
    "revenue": "seller's revenue, in prices a unit",
    "value": "worth to those who hold the units, of the most that is possible",
    "unsold": "part of the supply that is left",
    "outside": "part of the supply that goes to those who only sell on",
    "resale": "gain from selling on, in prices a unit, where nothing is locked up",
    "resale_locked": "the same if 4 of 5 take back before the unlock what they sold",
    "waste": "what waiting and addresses cost, in prices a unit",
}
"""What each measure is, in the order of the tables."""


def measure(way: Way, crowd: Crowd, seeds: tuple[bytes, bytes], price: int) -> Measured:
    """Return the measures of one run, by name (specs/simulation.md, section 7).

    Args:
        way: of selling.
        crowd: of the run.
        seeds: of two draws.
        price: the reference price, in which amounts are told.
    """
    first, second = seeds
    draws = (Draw(first), Draw(first, turned=True), Draw(second))
    played, turned, again = way.play(crowd, draws)
    money = float(max(way.supply, 1) * price)
    units, total = played.units, int(played.units.sum())
    resale = resell(crowd, played)
    locked = resale if way.comparator else resell(crowd, played, LOCKED)
    worth = float(played.worth.sum())
    return {
        "poor": _poor(crowd, units, played.outside),
        "even": _poor(crowd, (crowd.wanted(way.price) > 0).astype(np.int64)),
        "gini": gini(units),
        "race": _ratio(
            float(np.abs(units - turned.units).sum()), total + int(turned.units.sum())
        ),
        "sold": _ratio(
            float(total + played.outside),
            min(way.supply, int(played.asked.sum()) + played.outside),
            1.0,
        ),
        "luck": _luck(played.gains, again.gains, price),
        "regret": float(np.maximum(-played.gains, 0).mean()) / price,
        "surplus": float(played.gains.sum()) / money,
        "kept": _ratio(float(played.gains.sum()), worth),
        "revenue": float(played.payments.sum() + played.outside_paid) / money,
        "value": _ratio(worth, first_best(crowd, way.supply)),
        "unsold": (way.supply - total - played.outside) / way.supply,
        "outside": played.outside / way.supply,
        "resale": resale.gain / money,
        "resale_locked": locked.gain / money,
        "waste": float(played.costs.sum()) / money,
    }


def gini(units: Ints) -> float:
    """Return the Gini coefficient; 0 if nobody has anything."""
    count, total = len(units), int(units.sum())
    if not total:
        return 0.0
    places = np.arange(1, count + 1)
    return float((2 * places - count - 1) @ np.sort(units)) / (count * total)


def first_best(crowd: Crowd, supply: int) -> float:
    """Return what the units would be worth to those who value them most."""
    w = crowd.wants
    each = np.outer(crowd.values, (w - np.arange(w)) / w).ravel()
    return float(np.sort(each)[::-1][:supply].sum())


def _poor(crowd: Crowd, units: Ints, outside: int = 0) -> float:
    """Return the part of the poorer half; of those at the median half counts."""
    middle = float(np.median(crowd.budgets))
    weight = (crowd.budgets < middle) + (crowd.budgets == middle) / 2
    return _ratio(float(units @ weight), int(units.sum()) + outside, 0.5)


def _luck(first: Floats, second: Floats, price: int) -> float:
    return float(((first - second) ** 2).mean()) / (2 * price * price)


def _ratio(part: float, whole: float, nothing: float = 0.0) -> float:
    return part / whole if whole else nothing
