"""What is common today, to compare with (specs/simulation.md, section 5).

These are models of other people's sales, in plain numbers; the cap per address is played by
the real equal share, which only takes each address for a person.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Floats, Ints, uniforms
from fairlot.simulation.played import Draw, Played, Way, one_by_one
from fairlot.simulation.ways import play_pools, way_of
from fairlot.terms.pool import Mechanism, Pool

CAP = 4
"""What one buyer, account or address gets at most."""


@dataclass(frozen=True, slots=True)
class Bots:
    """Programs in a race, of people who only sell on."""

    share: float = 0.05
    """How many there are for each person."""
    speed: float = 20
    """How many times faster than a person they are on average."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """How many addresses people have where nothing measures people."""

    share: float = 0.05
    """The part of the people who have several; the others have one."""
    each: int = 20
    """How many these have."""
    cost: int = 0
    """What one address more costs, in the smallest unit of money."""


def comparators(
    supply: int, price: int, bots: Bots, addresses: Addresses
) -> tuple[Way, ...]:
    """Return the comparators, with the supply and the price of the others.

    Args:
        supply: N.
        price: P, at least 1.
        bots: in the race.
        addresses: of people where addresses count.
    """
    race = partial(one_by_one, partial(first_come, supply, price, bots))
    queue = partial(one_by_one, partial(_queue, supply, price))
    capped = partial(cap_per_address, supply, price, addresses)
    uniform = Pool("main", Mechanism.AUCTION, supply, 0, cap=CAP, bid_steps=CAP)
    plain = way_of("uniform-auction", "uniform auction without a reserve", [uniform])
    return (
        Way("first-come", "first come, first served", supply, price, race, True),
        Way("queue", "one price with a queue", supply, price, queue, True),
        Way(plain.name, plain.title, supply, 0, plain.play, comparator=True),
        Way("addresses", "cap per address", supply, price, capped, comparator=True),
    )


def first_come(
    supply: int, price: int, bots: Bots, crowd: Crowd, seed: bytes
) -> Played:
    """Serve whoever comes first: steps 1 to 3.

    Args:
        supply: N.
        price: P.
        bots: who come too, each for ``CAP`` units.
        crowd: who comes, a person with arrival u after -ln(1 - u).
        seed: of the times of the bots.
    """
    # Step 1.
    count = round(bots.share * crowd.size)
    times = np.concatenate(
        [
            -np.log1p(-np.minimum(crowd.arrivals, 1 - 2.0**-53)),
            -np.log1p(-uniforms(seed, count)) / bots.speed,
        ]
    )
    # Step 2.
    asked = np.concatenate(
        [np.minimum(crowd.wanted(price), CAP), np.full(count, CAP, dtype=np.int64)]
    )
    units = _served(np.argsort(times, kind="stable"), asked, supply)
    # Step 3.
    people, outside = units[: crowd.size], int(units[crowd.size :].sum())
    return _result(crowd, people, price, outside=outside)


def _served(order: Ints, asked: Ints, supply: int) -> Ints:
    """Give each in turn what they ask for, as long as there is some."""
    before = np.cumsum(asked[order]) - asked[order]
    units = np.zeros(len(asked), dtype=np.int64)
    units[order] = np.clip(supply - before, 0, asked[order])
    return units


def waiting_line(crowd: Crowd, supply: int, price: int) -> Played:
    """Let people queue until it no longer pays: steps 4 to 6."""
    # Step 4.
    low = bisect_left(
        range(int(crowd.values.max(initial=0)) + 1),
        x=True,
        key=lambda wait: bool(_queueing(crowd, price, wait).sum() <= supply),
    )
    # Step 5.
    stayed = _queueing(crowd, price, low)
    asked = stayed if low == 0 else _queueing(crowd, price, low - 1)
    first = _served(np.arange(crowd.size), stayed, supply)
    coming = np.argsort(crowd.arrivals, kind="stable")
    units = first + _served(coming, asked - stayed, supply - int(first.sum()))
    # Step 6.
    costs = (units * max(low - 1, 0)).astype(np.float64)
    return _result(crowd, units, price, costs=costs)


def _queue(supply: int, price: int, crowd: Crowd, _seed: bytes) -> Played:
    return waiting_line(crowd, supply, price)


def _queueing(crowd: Crowd, price: int, wait: int) -> Ints:
    return np.minimum(
        np.minimum(crowd.liked(price + wait), crowd.affordable(price)), CAP
    )


def cap_per_address(
    supply: int,
    price: int,
    addresses: Addresses,
    crowd: Crowd,
    draws: Sequence[Draw],
) -> list[Played]:
    """Play equal shares among addresses: steps 7 to 9."""
    # Step 7.
    several = crowd.traits[:, 1] < addresses.share
    held = np.where(several, addresses.each, 1)
    owners = np.repeat(np.arange(crowd.size), held)
    shown = Crowd(
        crowd.values[owners],
        crowd.budgets[owners],
        crowd.arrivals[owners],
        np.arange(len(owners)),
        crowd.traits[owners],
        crowd.wants,
    )
    # Step 8.
    pool = Pool("main", Mechanism.EQUAL_SHARE, supply, price, cap=CAP)
    results: list[Played] = []
    costs = ((held - 1) * addresses.cost).astype(np.float64)
    for played in play_pools([pool], shown, draws):
        # Step 9.
        got = np.zeros(crowd.size, dtype=np.int64)
        np.add.at(got, owners, played.units)
        kept = np.minimum(got, crowd.wanted(price))
        outside = int((got - kept).sum())
        results.append(_result(crowd, kept, price, costs=costs, outside=outside))
    return results


def stop_at_first_misfit(supply: int, sizes: Sequence[int]) -> int:
    """Return how many groups win in an order of groups: it ends where one does not fit.

    The group lottery of Arnosti and Bonet (step 10).

    Args:
        supply: k.
        sizes: of the groups, the first drawn first.
    """
    for won, size in enumerate(sizes):
        supply -= size
        if supply < 0:
            return won
    return len(sizes)


def names_in_a_hat(names: int, draws: int, own: int) -> float:
    """Return the chance that one of ``own`` of the names is among those drawn (step 11).

    Each winner may bring friends, so that a group of ``own`` enters as often.
    """
    lose = 1.0
    for drawn in range(draws):
        lose *= max(names - own - drawn, 0) / (names - drawn)
    return 1 - lose


def _result(
    crowd: Crowd,
    units: Ints,
    price: int,
    *,
    costs: Floats | None = None,
    outside: int = 0,
) -> Played:
    spent = np.zeros(crowd.size) if costs is None else costs
    asked = np.minimum(crowd.wanted(price), CAP)
    paid = units * price
    return Played(
        units, paid, crowd.worth(units), spent, asked, outside, outside * price
    )
