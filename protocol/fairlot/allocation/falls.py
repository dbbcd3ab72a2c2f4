"""How the lots of one pool can fall, for kinds of people (specs/odds.md, section 5).

Every mechanism gives some units for certain and then makes draws: each picks so many of those
who take part in it, all equally likely, and who is picked takes part in no later one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from fairlot.allocation.choosing import choosing
from fairlot.allocation.entering import can_take_one
from fairlot.allocation.fall import Ask, Chances, Fall, Falls, Gain, members_of
from fairlot.allocation.mechanisms.auction import Cutoff, auction_price, find_cutoff
from fairlot.allocation.mechanisms.certain import certain_facts
from fairlot.allocation.mechanisms.equal_share import quantity as share_quantity
from fairlot.allocation.mechanisms.fill import level_of_counts
from fairlot.allocation.mechanisms.groups import table
from fairlot.allocation.mechanisms.quadratic import quantity as square_quantity
from fairlot.allocation.mechanisms.quantities import Prices, counting, find_margin
from fairlot.allocation.shape import Order, price_of
from fairlot.terms.pool import Mechanism, Pool


def falls(pool: Pool, asks: Sequence[Ask]) -> Falls:
    """Return how the lots of a pool can fall.

    Args:
        pool: its supply includes what earlier pools left.
        asks: everybody who enters; the orders of a group's members follow each other.

    Raises:
        TooManyWaysError: where turns of a pool of choices can be taken in too many ways.
    """
    if pool.certain:
        return _certain(pool, asks)
    if pool.takes_quantities:
        return _quantities(pool, asks)
    return _FALLS[pool.mechanism](pool, asks)


def _one_way(winners: Sequence[int], unsold: int) -> Sequence[Fall]:
    return (Fall(1, tuple(winners), unsold),)


def _filled(
    pool: Pool,
    asks: Sequence[Ask],
    quantity: Callable[[Pool, Order], int],
    priced: Callable[[int], int],
) -> Falls:
    quantities = [quantity(pool, order) for order, _ in asks]
    counts: Counter[int] = Counter()
    for q, (_, many) in zip(quantities, asks, strict=True):
        counts[q] += many
    found = level_of_counts(pool.supply, counts)
    more = found.level + 1
    prices = [price_of(pool, order) for order, _ in asks]
    orders = tuple(
        Chances(
            Gain(got := min(q, found.level), price * priced(got)),
            ((0, Gain(more, price * priced(more))),)
            if q > found.level and found.remainder
            else (),
        )
        for q, price in zip(quantities, prices, strict=True)
    )
    unsold = max(0, pool.supply - sum(q * many for q, many in counts.items()))
    if not found.remainder:
        return Falls(orders, (), _one_way((), unsold))
    chance = Fraction(found.remainder, found.above)
    return Falls(orders, (chance,), _one_way((found.remainder,), unsold))


def _lottery(pool: Pool, asks: Sequence[Ask]) -> Falls:
    takes = [can_take_one(pool, order) for order, _ in asks]
    people = sum(many for taken, (_, many) in zip(takes, asks, strict=True) if taken)
    seats = [Gain(1, price_of(pool, order)) for order, _ in asks]
    if people <= pool.supply:
        certain = tuple(
            Chances(seat if taken else Gain())
            for seat, taken in zip(seats, takes, strict=True)
        )
        return Falls(certain, (), _one_way((), pool.supply - people))
    sizes = _sizes(asks)
    sizes[1] = people - sum(size * many for size, many in sizes.items())
    known = table(pool.supply, sizes)
    demand = known.demand
    of_size = {size: at for at, size in enumerate(demand.sizes)}
    members = members_of(asks)
    orders = tuple(
        Chances(picked=((of_size[size], seat),))
        if taken and (size := members.get(order.group, 1)) in of_size
        else Chances()
        for seat, taken, (order, _) in zip(seats, takes, asks, strict=True)
    )
    ways = tuple(
        Fall(weight, row, pool.supply - demand.seats(row))
        for row, weight in zip(known.rows, known.weights, strict=True)
    )
    return Falls(orders, (known.chance,) * len(demand.sizes), ways)


def _sizes(asks: Sequence[Ask]) -> Counter[int]:
    """Return how many groups there are of each size."""
    members = members_of(asks)
    copies = {order.group: many for order, many in asks}
    sizes: Counter[int] = Counter()
    for group, size in members.items():
        sizes[size] += copies[group]
    return sizes


def _bids(
    asks: Sequence[Ask], valid: Callable[[Order], bool]
) -> tuple[list[int | None], list[int]]:
    """Return the bid of each order, if it counts, and all bids that count."""
    each = [order.bid if valid(order) else None for order, _ in asks]
    everything: list[int] = []
    for bid, (_, many) in zip(each, asks, strict=True):
        if bid is not None:
            everything += [bid] * many
    return each, everything


def _by_bid(cutoff: Cutoff, bid: int | None, won: Gain, then: Chances) -> Chances:
    """Return the chances of a bid; ``then`` are those without it."""
    chance = Fraction(0) if bid is None else cutoff.chance(bid)
    if chance == 1:
        return Chances(won)
    if chance == 0:
        return then
    return Chances(then.certain, ((0, won), *then.picked))


def _auction(pool: Pool, asks: Sequence[Ask]) -> Falls:
    each, everything = _bids(
        asks,
        lambda order: (
            order.wants >= 1 and order.bid is not None and order.bid >= pool.price
        ),
    )
    cutoff = find_cutoff(pool.supply, everything)
    won = Gain(1, auction_price(pool, cutoff))
    orders = tuple(_by_bid(cutoff, bid, won, Chances()) for bid in each)
    picks = (cutoff.tied_seats,) if cutoff.by_lot else ()
    chances = tuple(Fraction(seats, cutoff.tied) for seats in picks)
    return Falls(orders, chances, _one_way(picks, pool.supply - cutoff.seats))


def _quantities(pool: Pool, asks: Sequence[Ask]) -> Falls:
    bids = [(counting(pool, order), many) for order, many in asks]
    margin = find_margin(pool, bids)
    prices, level = Prices(pool, bids, margin), margin.level
    orders: list[Chances] = []
    for steps, _ in bids:
        tied = margin.at(steps)
        sure = margin.above(steps) + min(tied, level.level)
        more = Gain(sure + 1, prices.of(steps, sure + 1))
        drawn = tied > level.level and level.remainder > 0
        picked = ((0, more),) if drawn else ()
        orders.append(Chances(Gain(sure, prices.of(steps, sure)), picked))
    demand = sum(step.quantity * many for steps, many in bids for step in steps)
    picks = (level.remainder,) if level.remainder else ()
    chances = tuple(Fraction(units, level.above) for units in picks)
    unsold = max(0, pool.supply - demand)
    return Falls(tuple(orders), chances, _one_way(picks, unsold))


def _certain(pool: Pool, asks: Sequence[Ask]) -> Falls:
    takes = [can_take_one(pool, order) for order, _ in asks]
    people = sum(many for taken, (_, many) in zip(takes, asks, strict=True) if taken)
    each, everything = _bids(
        asks,
        lambda order: (
            can_take_one(pool, order)
            and order.bid is not None
            and order.bid >= pool.price
        ),
    )
    facts = certain_facts(pool, people, everything)
    seat = Gain(1, pool.price)
    if not facts.scarce:
        orders = tuple(Chances(seat if taken else Gain()) for taken in takes)
        return Falls(orders, (), _one_way((), pool.supply - people))
    drawn = Chances(picked=((1, seat),))
    orders = tuple(
        _by_bid(facts.cutoff, bid, Gain(1, facts.price), drawn if taken else Chances())
        for bid, taken in zip(each, takes, strict=True)
    )
    cutoff = facts.cutoff
    tied = Fraction(cutoff.tied_seats, cutoff.tied) if cutoff.by_lot else Fraction(0)
    picks = (cutoff.tied_seats if cutoff.by_lot else 0, pool.supply - cutoff.seats)
    return Falls(orders, (tied, facts.drawn), _one_way(picks, 0))


def _tiers(pool: Pool, asks: Sequence[Ask]) -> Falls:
    named = Counter[int]()
    for order, many in asks:
        if order.wants >= 1 and order.tier is not None:
            named[order.tier] += many
    seats, people = pool.supply - sum(tier.supply for tier in pool.tiers), 0
    picks: list[int] = []
    chances: list[Fraction] = []
    for level, tier in enumerate(pool.tiers):
        seats += tier.supply
        people += named[level]
        sold = min(seats, people)
        picks.append(sold)
        chances.append(Fraction(sold, people) if people else Fraction(0))
        seats, people = seats - sold, people - sold
    gains = [Gain(1, tier.price) for tier in pool.tiers]
    orders = tuple(
        Chances(picked=tuple(enumerate(gains))[order.tier :])
        if order.wants >= 1 and order.tier is not None
        else Chances()
        for order, _ in asks
    )
    return Falls(orders, tuple(chances), _one_way(picks, seats))


_FALLS: Mapping[Mechanism, Callable[[Pool, Sequence[Ask]], Falls]] = {
    Mechanism.EQUAL_SHARE: lambda pool, asks: _filled(
        pool, asks, share_quantity, lambda units: units
    ),
    Mechanism.QUADRATIC: lambda pool, asks: _filled(
        pool, asks, square_quantity, lambda units: units**2
    ),
    Mechanism.LOTTERY: _lottery,
    Mechanism.AUCTION: _auction,
    Mechanism.TIERS: _tiers,
    Mechanism.CHOICES: choosing,
}
