"""How people enter a sale: truthfully (specs/simulation.md, section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby

import numpy as np

from fairlot.allocation.entering import Entrant
from fairlot.bids import Bid, Step
from fairlot.names import Nym, SaleId, group_id
from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Ints
from fairlot.terms.pool import CAPPED, Mechanism, Pool
from fairlot_crypto.hashing import i2osp

SALE = SaleId(bytes(32))
"""The id under which every simulated sale draws; the seeds differ."""
_MOST_POINTS = 5
_LOSS = 10
"""Each place further down a list is worth a tenth of the best less."""


@cache
def nym_of(number: int) -> Nym:
    """Return the nym of a simulated person: ascending with the number."""
    return Nym(i2osp(number, 48))


def entrants_of(pools: Sequence[Pool], crowd: Crowd) -> list[Entrant]:
    """Return who takes part, and how (steps 1 to 7).

    Args:
        pools: of the terms.
        crowd: who might.

    Returns:
        One for each person; whoever wants nothing enters for 0 units.
    """
    # Step 1.
    wants = _wants(pools, crowd)
    # Step 2.
    amounts = np.minimum(crowd.budgets, crowd.worth(wants).astype(np.int64))
    tiers, values = _tiers(pools, crowd), _values_of(pools)
    entrants = [
        Entrant(
            nym_of(i),
            wants=int(wants[i]),
            amount=int(amounts[i]),
            bid=_bid(pools, crowd, i, int(wants[i]), int(amounts[i])),
            tier=tiers[i],
            attributes=_attributes(pools, values, crowd, i),
            solved=_solved(pools, crowd, i),
            choices=_choices(pools, crowd, i),
        )
        for i in range(crowd.size)
    ]
    return _befriended(pools, crowd, entrants)


def _wants(pools: Sequence[Pool], crowd: Crowd) -> Ints:
    wants = np.zeros(crowd.size, dtype=np.int64)
    for pool in pools:
        wants = np.maximum(wants, _wants_in(pool, crowd))
    return wants


def _wants_in(pool: Pool, crowd: Crowd) -> Ints:
    if pool.mechanism is Mechanism.QUADRATIC:
        return np.minimum(_quadratic(pool.price, crowd), pool.cap)
    if pool.takes_quantities:
        return np.minimum(crowd.liked(max(pool.price, 1)), pool.cap)
    prices = [part.price for part in pool.parts] or [pool.price]
    most = pool.cap if pool.mechanism in CAPPED else 1
    return np.minimum(crowd.wanted(min(prices)), most)


def _quadratic(price: int, crowd: Crowd) -> Ints:
    """Return where the next unit, at (2x + 1)·P, is no longer worth its price."""
    w, v = crowd.wants, crowd.values
    liked: Ints = (v * (w + 1) + price * w) // (2 * price * w + v)
    payable = np.sqrt(crowd.budgets // price).astype(np.int64)
    payable -= payable * payable > crowd.budgets // price
    return np.minimum(np.minimum(liked, payable), w)


def _bid(
    pools: Sequence[Pool], crowd: Crowd, i: int, wants: int, amount: int
) -> Bid | None:
    """Step 3."""
    taking = [pool for pool in pools if pool.takes_bids]
    if not taking or wants < 1:
        return None
    value = int(crowd.values[i])
    if not any(pool.takes_quantities for pool in taking):
        return min(value, amount)
    steps = min(pool.bid_steps for pool in taking if pool.takes_quantities)
    return _steps(value, crowd.wants, wants, amount, steps)


def _steps(value: int, w: int, wants: int, amount: int, most: int) -> Bid | None:
    """Return the worth of each unit, as far as the money reaches."""
    kept: list[Step] = []
    for j in range(1, min(wants, most) + 1):
        price = min(value * (w + 1 - j) // w, amount)
        if price < 1 or (kept and price >= kept[-1].price):
            break
        kept.append(Step(1, price))
        amount -= price
    return tuple(kept) or None


def _tiers(pools: Sequence[Pool], crowd: Crowd) -> list[str | None]:
    """Step 4."""
    named: list[str | None] = [None] * crowd.size
    tiers = [tier for pool in pools for tier in pool.tiers]
    if not tiers:
        return named
    low = min(pool.price for pool in pools if not pool.tiers) if len(pools) > 1 else 0
    chance = min(1.0, sum(pool.supply for pool in pools) / max(crowd.size, 1))
    for tier in sorted(tiers, key=lambda tier: tier.price):
        gain = crowd.values - tier.price
        better = gain >= chance * np.maximum(crowd.values - low, 0)
        able = (crowd.budgets >= tier.price) & (gain >= 0)
        for i in np.flatnonzero(better & able).tolist():
            named[i] = tier.name
    return named


def _values_of(pools: Sequence[Pool]) -> Mapping[str, Sequence[str]]:
    """Return the values of each attribute that people may have; "" for none."""
    known: dict[str, set[str]] = {}
    for name, values in (listed for pool in pools for listed in pool.listed):
        known.setdefault(name, {""}).update(values)
    fared = {pool.fares.attribute for pool in pools if pool.fares is not None}
    return {
        name: sorted(values - {""} if name in fared else values)
        for name, values in known.items()
    }


def _attributes(
    pools: Sequence[Pool], values: Mapping[str, Sequence[str]], crowd: Crowd, i: int
) -> tuple[tuple[str, str], ...]:
    """Step 5."""
    number = float(crowd.traits[i, 1])
    found = {name: known[int(number * len(known))] for name, known in values.items()}
    for pool in pools:
        if pool.points is not None:
            found[pool.points] = str(1 + int(crowd.traits[i, 2] * _MOST_POINTS))
    return tuple((name, value) for name, value in sorted(found.items()) if value)


def _solved(pools: Sequence[Pool], crowd: Crowd, i: int) -> frozenset[str]:
    solves = crowd.traits[i, 3] < 1 / 2
    return frozenset(pool.name for pool in pools if pool.puzzle and solves)


def _choices(pools: Sequence[Pool], crowd: Crowd, i: int) -> tuple[int, ...]:
    """Step 6."""
    pool = next((pool for pool in pools if pool.options), None)
    if pool is None:
        return ()
    value = int(crowd.values[i])
    return tuple(
        option
        for place, option in enumerate(_taste(crowd, i, len(pool.options)))
        if value * (_LOSS - min(place, _LOSS)) // _LOSS >= pool.options[option].price
        and crowd.budgets[i] >= pool.options[option].price
    )


def _taste(crowd: Crowd, i: int, options: int) -> Iterator[int]:
    first = int(crowd.traits[i, 0] * options)
    return ((first + step) % options for step in range(options))


def place_of(crowd: Crowd, i: int, option: int, options: int) -> int:
    """Return the place of an option on a person's list, from 0."""
    return (option - int(crowd.traits[i, 0] * options)) % options


def part_worth(value: float, place: int) -> float:
    """Return what an option at a place of the list is worth."""
    return value * (_LOSS - min(place, _LOSS)) / _LOSS


def _befriended(
    pools: Sequence[Pool], crowd: Crowd, entrants: list[Entrant]
) -> list[Entrant]:
    """Step 7."""
    most = max(pool.group_max for pool in pools)
    if most < 2:
        return entrants
    numbered = groupby(range(crowd.size), key=lambda i: int(crowd.groups[i]))
    for _, members in numbered:
        able = [i for i in members if entrants[i].wants][:most]
        if len(able) > 1:
            shared = group_id(SALE, [entrants[i].nym for i in able])
            first = entrants[able[0]].choices
            for i in able:
                entrants[i] = replace(entrants[i], group=shared, choices=first)
    return entrants
