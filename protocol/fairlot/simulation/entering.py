"""How people enter a sale: truthfully (specs/simulation.md, section 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, repeat

import numpy as np

from fairlot.allocation.entering import Entrant
from fairlot.bids import Bid, Step
from fairlot.names import Nym, SaleId, group_id
from fairlot.packed import rows
from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Ints
from fairlot.terms.pool import CAPPED, Mechanism, Pool
from fairlot_crypto.hashing import i2osp, os2ip

SALE = SaleId(bytes(32))
"""The id under which every simulated sale draws; the seeds differ."""
_MOST_POINTS = 5
_LOSS = 10
"""Each place further down a list is worth a tenth of the best less."""


@cache
def nym_of(number: int) -> Nym:
    """Return the nym of a simulated person: ascending with the number."""
    return Nym(i2osp(number, 48))


def number_of(nym: Nym) -> int:
    """Return the number of a simulated person."""
    return os2ip(nym)


def entrants_of(pools: Sequence[Pool], crowd: Crowd) -> list[Entrant]:
    """Return who takes part, and how (steps 1 to 7).

    Args:
        pools: of the terms.
        crowd: who might.

    Returns:
        One for each who wants something, in the order of the crowd.
    """
    # Step 1.
    wants = _wants(pools, crowd)
    # Step 2.
    amounts = np.minimum(crowd.budgets, crowd.worth(wants).astype(np.int64))
    people: list[int] = np.flatnonzero(wants).tolist()
    wanted, paid = wants[people].tolist(), amounts[people].tolist()
    count = len(people)
    entrants = rows(
        Entrant,
        map(nym_of, people),
        wanted,
        paid,
        _bids(pools, crowd.values[people].tolist(), wanted, paid, crowd.wants),
        _tiers(pools, crowd, people),
        repeat(None, count),
        _attributes(pools, crowd, people),
        _solved(pools, crowd, people),
        _choices(pools, crowd, people),
    )
    return _befriended(pools, crowd, entrants)


def _wants(pools: Sequence[Pool], crowd: Crowd) -> Ints:
    wants = np.zeros(crowd.size, dtype=np.int64)
    for pool in pools:
        fared = pool.fares is not None
        found = _at_fares(pool, pools, crowd) if fared else _wants_in(pool, crowd)
        wants = np.maximum(wants, found)
    return wants


def _at_fares(pool: Pool, pools: Sequence[Pool], crowd: Crowd) -> Ints:
    """Return what each wants at their own fare; nothing for whoever has none."""
    wants = np.zeros(crowd.size, dtype=np.int64)
    for name, values in _values_of(pools).items():
        if pool.fares is not None and name == pool.fares.attribute:
            own = (crowd.traits[:, 1] * len(values)).astype(np.int64)
            for at, value in enumerate(values):
                fare = pool.price_for({name: value})
                if fare is not None:
                    wants = np.where(own == at, crowd.wanted(fare), wants)
    most = pool.cap if pool.mechanism in CAPPED else 1
    return np.minimum(wants, most)


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


def _bids(
    pools: Sequence[Pool],
    values: Sequence[int],
    wants: Sequence[int],
    amounts: Sequence[int],
    w: int,
) -> Iterable[Bid | None]:
    """Step 3."""
    taking = [pool for pool in pools if pool.takes_bids]
    if not taking:
        return repeat(None, len(values))
    if not any(pool.takes_quantities for pool in taking):
        return map(min, values, amounts)
    most = min(pool.bid_steps for pool in taking if pool.takes_quantities)
    bidders = zip(values, wants, amounts, strict=True)
    return (_steps(value, w, many, amount, most) for value, many, amount in bidders)


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


def _tiers(
    pools: Sequence[Pool], crowd: Crowd, people: Sequence[int]
) -> Iterable[str | None]:
    """Step 4."""
    tiers = [tier for pool in pools for tier in pool.tiers]
    if not tiers:
        return repeat(None, len(people))
    named: list[str | None] = [None] * crowd.size
    low = min(pool.price for pool in pools if not pool.tiers) if len(pools) > 1 else 0
    chance = min(1.0, sum(pool.supply for pool in pools) / max(crowd.size, 1))
    for tier in sorted(tiers, key=lambda tier: tier.price):
        gain = crowd.values - tier.price
        better = gain >= chance * np.maximum(crowd.values - low, 0)
        able = (crowd.budgets >= tier.price) & (gain >= 0)
        for i in np.flatnonzero(better & able).tolist():
            named[i] = tier.name
    return map(named.__getitem__, people)


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
    pools: Sequence[Pool], crowd: Crowd, people: Sequence[int]
) -> Iterable[tuple[tuple[str, str], ...]]:
    """Step 5."""
    values = _values_of(pools)
    pointed = {pool.points for pool in pools if pool.points is not None}
    if not values and not pointed:
        return repeat((), len(people))

    def disclosed(second: float, third: float) -> tuple[tuple[str, str], ...]:
        found = {n: known[int(second * len(known))] for n, known in values.items()}
        found |= dict.fromkeys(pointed, str(1 + int(third * _MOST_POINTS)))
        return tuple((name, value) for name, value in sorted(found.items()) if value)

    second, third = crowd.traits[people, 1:3].T.tolist()
    return map(disclosed, second, third)


def _solved(
    pools: Sequence[Pool], crowd: Crowd, people: Sequence[int]
) -> Iterable[frozenset[str]]:
    puzzles, none = frozenset(p.name for p in pools if p.puzzle), frozenset[str]()
    if not puzzles:
        return repeat(none, len(people))
    solving = (crowd.traits[people, 3] < 1 / 2).tolist()
    return (puzzles if solves else none for solves in solving)


def _choices(
    pools: Sequence[Pool], crowd: Crowd, people: Sequence[int]
) -> Iterable[tuple[int, ...]]:
    """Step 6."""
    pool = next((pool for pool in pools if pool.options), None)
    if pool is None:
        return repeat((), len(people))
    prices = [option.price for option in pool.options]
    many = len(prices)

    def listed(value: int, budget: int, trait: float) -> tuple[int, ...]:
        first = int(trait * many)
        taste = [(first + step) % many for step in range(many)]
        return tuple(
            option
            for place, option in enumerate(taste)
            if value * (_LOSS - min(place, _LOSS)) // _LOSS >= prices[option]
            and budget >= prices[option]
        )

    values, budgets = crowd.values[people].tolist(), crowd.budgets[people].tolist()
    return map(listed, values, budgets, crowd.traits[people, 0].tolist())


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
    groups: list[int] = crowd.groups.tolist()
    numbered = groupby(
        range(len(entrants)), key=lambda i: groups[number_of(entrants[i].nym)]
    )
    for _, members in numbered:
        able = list(members)[:most]
        if len(able) > 1:
            shared = group_id(SALE, [entrants[i].nym for i in able])
            first = entrants[able[0]].choices
            for i in able:
                entrants[i] = replace(entrants[i], group=shared, choices=first)
    return entrants
