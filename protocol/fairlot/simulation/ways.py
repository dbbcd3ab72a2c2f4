"""The mechanisms of fairlot as they are, and a standard sale of each (specs/simulation.md)."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from fairlot.allocation.entering import Entrant, gather
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import Gathered, allocate_gathered, gathered
from fairlot.bids import units_of
from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Floats, Ints
from fairlot.simulation.entering import (
    SALE,
    entrants_of,
    number_of,
    part_worth,
    place_of,
)
from fairlot.simulation.played import Draw, Played, Way
from fairlot.terms.pool import Fares, Mechanism, Option, Pool, Pricing, Tier

_UNITS = 4
"""The cap of the standard sales in which a person gets several."""


def way_of(name: str, title: str, pools: Sequence[Pool]) -> Way:
    """Return the sale of some pools, played by the real allocation."""
    supply = sum(pool.supply for pool in pools)
    price = min(lowest(pool) for pool in pools)
    return Way(name, title, supply, price, partial(play_pools, pools))


def lowest(pool: Pool) -> int:
    """Return the lowest price of a unit in a pool."""
    return min((part.price for part in pool.parts), default=pool.price)


def _asked(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> Ints:
    """Return how many units each asks for, of those that one can get."""
    most = sum(pool.cap if pool.again else 0 for pool in pools)
    most += max(pool.cap for pool in pools if not pool.again)
    if any(pool.takes_quantities for pool in pools):
        bids = (entrant.bid for entrant in entrants)
        wants = [0 if bid is None else units_of(bid) for bid in bids]
    else:
        wants = [entrant.wants for entrant in entrants]
    return np.minimum(np.array(wants, dtype=np.int64), most)


def play_pools(
    pools: Sequence[Pool], crowd: Crowd, draws: Sequence[Draw]
) -> list[Played]:
    """Return what the allocation gives in each draw (section 3, steps 1 to 9).

    Args:
        pools: of the terms.
        crowd: who might take part.
        draws: with these people.
    """
    entering = entrants_of(pools, crowd)
    people = np.array([number_of(entrant.nym) for entrant in entering], dtype=np.int64)
    asked = np.zeros(crowd.size, dtype=np.int64)
    asked[people] = _asked(pools, entering)
    # Step 8.
    met: dict[bool, Gathered] = {}
    for turned in sorted({draw.turned for draw in draws}):
        arrivals = 1 - crowd.arrivals if turned else crowd.arrivals
        order: list[int] = np.argsort(arrivals[people], kind="stable").tolist()
        met[turned] = _meet(pools, [entering[i] for i in order], met.get(False))
    results: dict[tuple[int, bytes], Played] = {}
    for draw in draws:
        known = met[draw.turned]
        if (id(known), draw.seed) not in results:
            outcome = allocate_gathered(pools, known, draw.seed, SALE)
            # Step 9.
            played = _played(pools, crowd, people, asked, outcome)
            results[id(known), draw.seed] = played
    return [results[id(met[draw.turned]), draw.seed] for draw in draws]


def _meet(
    pools: Sequence[Pool], coming: Sequence[Entrant], known: Gathered | None
) -> Gathered:
    """Gather people; return ``known`` if that is what comes of it.

    The outcome is a function of what is gathered, so that the same need not be played again.
    """
    if known is not None:
        entrants, groups = gather(pools, coming, SALE)
        if (entrants, groups) == (known.entrants, known.groups):
            return known
    return gathered(pools, coming, SALE)


def _played(
    pools: Sequence[Pool], crowd: Crowd, people: Ints, asked: Ints, outcome: Outcome
) -> Played:
    totals = outcome.totals
    units = np.zeros(crowd.size, dtype=np.int64)
    payments = np.zeros(crowd.size, dtype=np.int64)
    units[people] = [total.units for total in totals]
    payments[people] = [total.payment for total in totals]
    worth = _worth(pools, crowd, outcome, crowd.worth(units))
    return Played(units, payments, worth, np.zeros(crowd.size), asked)


def _worth(
    pools: Sequence[Pool], crowd: Crowd, outcome: Outcome, worth: Floats
) -> Floats:
    """Return what the units are worth: less where an option is not the best liked."""
    for pool in pools:
        place = {
            f"{pool.name}/{option.name}": at for at, option in enumerate(pool.options)
        }
        for total in outcome.totals if place else ():
            i = number_of(total.nym)
            for gain in total.gains:
                if gain.pool in place:
                    at = place_of(crowd, i, place[gain.pool], len(place))
                    worth[i] = part_worth(float(worth[i]), at)
    return worth


def standard_ways(supply: int, price: int) -> tuple[Way, ...]:
    """Return a sale of each mechanism, all with the same supply and price (section 4).

    Args:
        supply: N, at least 8.
        price: P, at least 1.
    """
    lottery = Mechanism.LOTTERY
    tenth, fifth, half = supply // 10 or 1, supply // 5, supply // 2
    share = Pool("share", Mechanism.EQUAL_SHARE, supply, price, cap=_UNITS)
    part = Pool("share", Mechanism.EQUAL_SHARE, half, price, cap=_UNITS, unsold="more")
    more = Pool("more", Mechanism.AUCTION, supply - half, price, again=True)
    levels = (
        Tier("patron", 3 * price, tenth),
        Tier("friend", 2 * price, fifth - tenth or 1),
    )
    given = sum(tier.supply for tier in levels)
    upper = Pool("tiers", Mechanism.TIERS, given, tiers=levels, unsold="rest")
    rest = Pool("rest", lottery, supply - given, price)
    quarter = supply // 4
    dates = (
        *(Option(f"date-{number}", price, quarter) for number in (1, 2, 3)),
        Option("date-4", price, supply - 3 * quarter),
    )
    half_price = price // 2 or 1
    fares = Fares("age", (("adult", price), ("child", half_price)))
    fared = Pool("main", lottery, supply, half_price, fares=fares)
    many = Pool(
        *("main", Mechanism.AUCTION, supply, price),
        cap=_UNITS,
        bid_steps=_UNITS,
        pricing=Pricing.CLEARING,
    )
    return (
        way_of("equal-share", "equal share", [share]),
        way_of(
            "quadratic",
            "quadratic",
            [Pool("main", Mechanism.QUADRATIC, supply, price, cap=_UNITS)],
        ),
        way_of("lottery", "lottery", [Pool("main", lottery, supply, price)]),
        way_of(
            "groups",
            "lottery with groups",
            [Pool("main", lottery, supply, price, group_max=_UNITS)],
        ),
        way_of(
            "points",
            "lottery with points",
            [Pool("main", lottery, supply, price, points="years")],
        ),
        way_of("fares", "lottery with fares", [fared]),
        way_of(
            "certain",
            "certain seats beside a lottery",
            [Pool("main", lottery, supply, price, certain=tenth)],
        ),
        way_of("auction", "auction", [Pool("main", Mechanism.AUCTION, supply, price)]),
        way_of("quantities", "auction of quantities", [many]),
        way_of("share-auction", "equal share, then auction", [part, more]),
        way_of(
            "choices",
            "choices",
            [Pool("main", Mechanism.CHOICES, supply, options=dates)],
        ),
        way_of("tiers", "tiers, then a lottery", [upper, rest]),
    )
