"""Who comes: values, budgets, arrival, groups and traits (specs/simulation.md, section 2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from fairlot.simulation.draws import Floats, Ints, uniforms

PER_PRICE = 1000
"""Values and budgets are whole thousandths of the reference price before they are scaled."""
_COLUMNS = 8
"""How many numbers are drawn for each person."""
_LARGEST = 1000.0
"""Nobody has a value or a budget above so many times the reference price."""
_NORMAL = NormalDist()
_CORRELATION = 0.5
_SIGMA = 0.74
"""Of a lognormal whose Gini coefficient is 2Φ(σ/√2) - 1 = 0.40."""
_TAIL = 1.16
"""Of a Pareto distribution in which a fifth has four fifths."""
_SIZES = (1, 1, 2, 4)
"""Sizes of groups of friends, each as likely."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who might take part; all arrays have one row for each."""

    values: Ints
    """What the first unit is worth to each, in the smallest unit of money."""
    budgets: Ints
    """The most that each can pay in all."""
    arrivals: Floats
    """When each comes, from [0, 1); equal chances for all."""
    groups: Ints
    """The number of each person's group of friends; alone in it: no friends."""
    traits: Floats
    """Four numbers from [0, 1) for each: taste, attributes, points, puzzles."""
    wants: int = 1
    """w: the j-th unit is worth (w + 1 - j)/w of the first."""

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self.values)

    def worth(self, units: Ints) -> Floats:
        """Return what so many units are worth to each (step 4)."""
        w = self.wants
        return self.values * (units - units * (units - 1) / (2 * w))

    def wanted(self, price: int) -> Ints:
        """Return how many units each wants, and can pay for, at one price (step 5)."""
        return np.minimum(self.liked(price), self.affordable(price))

    def liked(self, price: int) -> Ints:
        """Return how many units are worth at least a price to each."""
        w, values = self.wants, np.maximum(self.values, 1)
        below = -(-price * w // values)
        return np.where(self.values > 0, np.clip(w + 1 - below, 0, w), w * (price == 0))

    def affordable(self, price: int) -> Ints:
        """Return how many units each can pay for, at most w."""
        if price == 0:
            return np.full(self.size, self.wants, dtype=np.int64)
        return np.minimum(self.budgets // price, self.wants)

    def reversed(self) -> "Crowd":
        """Return the same people, who come in the opposite order."""
        return replace(self, arrivals=1 - self.arrivals)


@dataclass(frozen=True, slots=True)
class Model:
    """Where values and budgets come from."""

    name: str
    title: str
    source: str
    """What it follows, and where; empty where it is only an assumption."""
    draw: Callable[[Floats, Floats], tuple[Floats, Floats]]
    """From two independent uniform numbers of each person to value and budget, as multiples
    of the reference price."""


def _uniform(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    return 4 * first, 4 * second


def _exponential(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    return -2 * np.log1p(-first), np.full_like(second, _LARGEST)


def _normal(numbers: Floats) -> Floats:
    least = 2.0**-54
    each = [_NORMAL.inv_cdf(max(number, least)) for number in numbers.tolist()]
    return np.asarray(each, dtype=np.float64)


def _lognormal(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    x, y = _normal(first), _normal(second)
    z = _CORRELATION * x + (1 - _CORRELATION**2) ** 0.5 * y
    return 2 * np.exp(_SIGMA * x), 4 * np.exp(_SIGMA * z)


def _pareto(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    return 4 * first, (1 - second) ** (-1 / _TAIL)


_ALL = (
    Model(
        "uniform",
        "values and budgets uniform from 0 to 4 prices, independent",
        "Che, Gale and Kim, Assigning Resources to Budget-Constrained Agents, "
        "Review of Economic Studies 80 (2013)",
        _uniform,
    ),
    Model(
        "exponential",
        "values exponential with a mean of 2 prices, budgets never bind",
        "Taylor, Tsui and Zhu, Lottery or waiting-line auction?, "
        "Journal of Public Economics 87 (2003)",
        _exponential,
    ),
    Model(
        "lognormal",
        "values and budgets lognormal, medians 2 and 4 prices, correlated by 0.5",
        "Aitchison and Brown, The Lognormal Distribution, Cambridge (1957); "
        "a Gini coefficient of 0.40",
        _lognormal,
    ),
    Model(
        "pareto",
        "values uniform from 0 to 4 prices, budgets Pareto: a fifth has four fifths",
        "Newman, Power laws, Pareto distributions and Zipf's law, "
        "Contemporary Physics 46 (2005)",
        _pareto,
    ),
)
MODELS: Mapping[str, Model] = {model.name: model for model in _ALL}
"""The named models."""


def draw_crowd(
    model: Model, seed: bytes, size: int, price: int, wants: int = 1
) -> Crowd:
    """Return people of a model (steps 1 to 3).

    Args:
        model: where values and budgets come from.
        seed: 32 bytes.
        size: how many people.
        price: the reference price, at least 1.
        wants: w, the units that each may like.
    """
    # Step 1.
    drawn = uniforms(seed, size * _COLUMNS).reshape(size, _COLUMNS)
    # Step 2.
    values, budgets = model.draw(drawn[:, 0], drawn[:, 1])
    # Step 3.
    return Crowd(
        _money(values, price),
        _money(budgets, price) * wants,
        drawn[:, 2],
        _groups(drawn[:, 3]),
        drawn[:, 4:],
        wants,
    )


def listed_crowd(
    values: Ints, budgets: Ints, groups: Ints, seed: bytes, wants: int = 1
) -> Crowd:
    """Return people whose values, budgets and groups are known; the rest is drawn.

    Args:
        values: as of a crowd.
        budgets: as there.
        groups: as there.
        seed: 32 bytes.
        wants: w.
    """
    size = len(values)
    drawn = uniforms(seed, size * _COLUMNS).reshape(size, _COLUMNS)
    return Crowd(values, budgets, drawn[:, 2], groups, drawn[:, 4:], wants)


def _money(multiples: Floats, price: int) -> Ints:
    parts = np.rint(np.minimum(multiples, _LARGEST) * PER_PRICE).astype(np.int64)
    money: Ints = parts * price // PER_PRICE
    return money


def _groups(numbers: Floats) -> Ints:
    """Return groups of neighbours: the first of each draws how many are friends."""
    groups = np.zeros(len(numbers), dtype=np.int64)
    at = number = 0
    while at < len(numbers):
        size = _SIZES[int(numbers[at] * len(_SIZES))]
        groups[at : at + size] = number
        at, number = at + size, number + 1
    return groups
