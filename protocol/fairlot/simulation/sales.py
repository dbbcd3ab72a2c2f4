"""What is simulated: one sale's terms, or all ways side by side (specs/simulation.md, 9)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path

from fairlot.inputs.terms_file import TermsFile
from fairlot.simulation.comparators import Addresses, Bots, comparators
from fairlot.simulation.crowds import MODELS, Model, draw_crowd
from fairlot.simulation.outputs import About
from fairlot.simulation.people_list import read_crowd_file
from fairlot.simulation.played import Way
from fairlot.simulation.trial import FEW, SCALES, People, Plan
from fairlot.simulation.ways import lowest, standard_ways, way_of
from fairlot.terms.pool import Pool

DEMAND = 4
"""So many units are wanted for each that there is, unless a number of people is given."""
_MOST_WANTED = 64
_MOST_COMING = 5000
"""Without a number of people no more come."""
_MOST_SCALED = 100_000
"""Scales that take more people are left out."""
_FREE = 1000
"""The reference price where no pool has one."""
_STANDARD_WANTS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for."""

    model: str
    people: Path | None
    size: int | None
    runs: int
    seed: int


def plan_of_terms(terms: TermsFile, asked: Asked) -> tuple[About, Plan]:
    """Return how a seller's sale is simulated (steps 5 and 6).

    Raises:
        InputError: ``simulation.people``.
    """
    pools = terms.pools
    wants = min(max(_most(pool) for pool in pools), _MOST_WANTED)
    prices = [price for price in map(lowest, pools) if price] or [_FREE]
    way = way_of("sale", terms.title, pools)

    def read(path: Path) -> tuple[int, People]:
        return read_crowd_file(path, terms.currency, wants)

    return _planned(terms.title, (way,), min(prices), wants, asked, read)


def _most(pool: Pool) -> int:
    return min(pool.cap, pool.supply)


def plan_of_compare(
    supply: int, price: int, bots: Bots, addresses: Addresses, asked: Asked
) -> tuple[About, Plan]:
    """Return how all ways are compared.

    Raises:
        InputError: ``simulation.people``.
    """
    ways = standard_ways(supply, price) + comparators(supply, price, bots, addresses)

    def read(path: Path) -> tuple[int, People]:
        return read_crowd_file(path, None, _STANDARD_WANTS)

    title = "Ways of selling, side by side"
    return _planned(title, ways, price, _STANDARD_WANTS, asked, read)


def _drawing(model: Model, price: int, wants: int) -> People:
    return partial(draw_crowd, model, price=price, wants=wants)


def _planned(
    title: str,
    ways: tuple[Way, ...],
    price: int,
    wants: int,
    asked: Asked,
    read: Callable[[Path], tuple[int, People]],
) -> tuple[About, Plan]:
    supply = ways[0].supply
    # Step 5.
    size = asked.size or min(max(ceil(DEMAND * supply / wants), 8), _MOST_COMING)
    if asked.people is None:
        model = MODELS[asked.model]
        about = About(title, f"{model.name}, {model.title}", model.source)

        people = _drawing(model, price, wants)
    else:
        size, people = read(asked.people)
        about = About(title, "a list of values and budgets", "")
    # Step 6.
    scaled = {scale: max(1, ceil(scale * supply / wants)) for scale in SCALES}
    scales = {scale: n for scale, n in scaled.items() if n <= _MOST_SCALED}
    most = max(min(FEW, asked.runs), asked.runs // 10)
    return about, Plan(ways, people, size, price, asked.runs, asked.seed, scales, most)
