"""The mechanisms of fairlot as they are, and a standard sale of each (specs/simulation.md)."""

from collections.abc import Sequence

import numpy as np

from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.bids import units_of
from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import Floats, Ints
from fairlot.simulation.entering import SALE, entrants_of, part_worth, place_of
from fairlot.simulation.played import Played, Way
from fairlot.terms.pool import Mechanism, Option, Pool, Pricing, Tier

_UNITS = 4
"""The cap of the standard sales in which a person gets several."""


def way_of(name: str, title: str, pools: Sequence[Pool]) -> Way:
    """Return the sale of some pools, played by the real allocation."""
    supply = sum(pool.supply for pool in pools)
    price = min(lowest(pool) for pool in pools)

    def play(crowd: Crowd, seed: bytes) -> Played:
        return play_pools(pools, crowd, seed)

    return Way(name, title, supply, price, play)


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


def play_pools(pools: Sequence[Pool], crowd: Crowd, seed: bytes) -> Played:
    """Return what the allocation gives (section 3, steps 1 to 9).

    The entrants are handed over in the order in which people come.

    Args:
        pools: of the terms.
        crowd: who might take part.
        seed: of the draw, 32 bytes.
    """
    entrants = entrants_of(pools, crowd)
    # Step 8.
    coming = [int(i) for i in np.argsort(crowd.arrivals, kind="stable")]
    outcome = allocate(pools, [entrants[i] for i in coming], seed, SALE)
    # Step 9.
    units = np.fromiter((total.units for total in outcome.totals), np.int64)
    payments = np.fromiter((total.payment for total in outcome.totals), np.int64)
    worth = _worth(pools, crowd, outcome, crowd.worth(units))
    asked = _asked(pools, entrants)
    return Played(units, payments, worth, np.zeros(crowd.size), asked)


def _worth(
    pools: Sequence[Pool], crowd: Crowd, outcome: Outcome, worth: Floats
) -> Floats:
    """Return what the units are worth: less where an option is not the best liked."""
    for pool in pools:
        place = {
            f"{pool.name}/{option.name}": at for at, option in enumerate(pool.options)
        }
        for i, total in enumerate(outcome.totals if place else ()):
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
