"""Which people are alike for what is still to be sold (specs/odds.md, section 5).

People who are alike have the same odds, and to exchange them changes nothing for anybody else.
So outcomes need to be told apart only by how many of each kind get what.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import TypeAlias

from fairlot.allocation.entering import Entrant, Standing, bid_of, qualifies, steps_in
from fairlot.bids import Bid, total_of
from fairlot.terms.pool import Mechanism, Pool

Wishes: TypeAlias = tuple[object, ...]
"""What a person still asks of the later pools: equal for people who are alike."""


@dataclass(frozen=True, slots=True)
class Player:
    """An entrant, and what they have got so far."""

    entrant: Entrant
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True)
class Unit:
    """A single, or the members of a group as long as it may be drawn as one."""

    players: tuple[Player, ...]
    """Ordered by their wishes; a single is alone."""
    kind: tuple[bool, tuple[Wishes, ...]]
    """Whether this is a group, and the wishes of the players."""


class Kinds:
    """Tells kinds of people apart, for the pools of one sale."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._pools = pools

    def may_be_drawn(self, at: int, size: int) -> bool:
        """Tell whether a group of this size is legal in a pool from ``at`` on."""
        return any(1 < size <= pool.group_max for pool in self._pools[at:])

    def single(self, at: int, player: Player) -> Unit | None:
        """Return a single from pool ``at`` on; ``None`` if no unit is left for them."""
        useful = self._useful(at, player)
        if not useful:
            return None
        return Unit((player,), (False, (self._wishes(player, useful),)))

    def group(self, at: int, players: Sequence[Player]) -> Unit | None:
        """Return a group from pool ``at`` on; ``None`` if no unit is left for any."""
        useful = [self._useful(at, player) for player in players]
        if not any(useful):
            return None
        # Who qualifies, and who has a unit, decides about the others too.
        wishes = [
            (
                tuple(qualifies(pool, player.entrant) for pool in self._pools[at:]),
                player.standing.units > 0,
                *self._wishes(player, self._reached(at, player)),
            )
            for player in players
        ]
        order = sorted(range(len(players)), key=lambda i: repr(wishes[i]))
        return Unit(
            tuple(players[i] for i in order), (True, tuple(wishes[i] for i in order))
        )

    def _reached(self, at: int, player: Player) -> tuple[int, ...]:
        """Return the pools that a person may still enter."""
        free = player.standing.units == 0
        return tuple(
            index
            for index in range(at, len(self._pools))
            if (self._pools[index].again or free)
            and qualifies(self._pools[index], player.entrant)
        )

    def _useful(self, at: int, player: Player) -> tuple[int, ...]:
        """Return the pools from which a person may still get a unit."""
        entrant, standing = player.entrant, player.standing
        left = entrant.amount - standing.spent
        if entrant.wants <= standing.units:
            return ()
        return tuple(
            index
            for index in self._reached(at, player)
            if self._serves(self._pools[index], entrant, left)
        )

    def _serves(self, pool: Pool, entrant: Entrant, left: int) -> bool:
        match pool.mechanism:
            case Mechanism.AUCTION:
                return _valid(pool, entrant, left) is not None
            case Mechanism.TIERS:
                return any(
                    tier.name == entrant.tier and tier.price <= left
                    for tier in pool.tiers
                )
            case Mechanism.CHOICES:
                return bool(_payable(pool, entrant, left))
            case _:
                return left >= _price(pool, entrant)

    def _wishes(self, player: Player, reached: Sequence[int]) -> Wishes:
        """Return what matters of a person's order in some pools, and nothing else."""
        entrant, standing = player.entrant, player.standing
        left = entrant.amount - standing.spent
        bid: Bid | None = None
        tier: str | None = None
        for index in reached:
            pool = self._pools[index]
            if pool.takes_bids:
                bid = _valid(pool, entrant, left)
            if pool.mechanism is Mechanism.TIERS and self._serves(pool, entrant, left):
                tier = entrant.tier
        pools = [self._pools[index] for index in reached]
        return (
            tuple(reached),
            min(max(0, entrant.wants - standing.units), _most_units(pools)),
            _money(pools, entrant, left, bid),
            bid,
            tier,
            tuple(_price(pool, entrant) for pool in pools if pool.fares),
            tuple(_payable(pool, entrant, left) for pool in pools if pool.options),
        )


def _valid(pool: Pool, entrant: Entrant, left: int) -> Bid | None:
    """Return the bid that counts in a pool; ``None`` if none does."""
    if pool.takes_quantities:
        steps = steps_in(pool, entrant)
        return steps if steps and min(steps[0].price, left) >= pool.price else None
    bid = bid_of(pool, entrant, left)
    return None if bid is None or bid < pool.price else bid


def _over_the_sale(pools: Sequence[Pool], of_each: Sequence[int]) -> int:
    """Add up what pools give or take at most: only one of those without ``again`` does."""
    rows = list(zip(pools, of_each, strict=True))
    once = max((number for pool, number in rows if not pool.again), default=0)
    return once + sum(number for pool, number in rows if pool.again)


def _most_units(pools: Sequence[Pool]) -> int:
    each = [pool.cap for pool in pools]
    return _over_the_sale(pools, each)


def _payable(pool: Pool, entrant: Entrant, left: int) -> tuple[int, ...]:
    """Return the options that an entrant lists and can pay for."""
    return tuple(i for i in entrant.choices if pool.options[i].price <= left)


def _price(pool: Pool, entrant: Entrant) -> int:
    """Return what a unit costs an entrant who qualifies."""
    if pool.fares is None:
        return pool.price
    return pool.price_for(dict(entrant.attributes)) or 0


def _money(pools: Sequence[Pool], entrant: Entrant, left: int, bid: Bid | None) -> int:
    """Return as much of the money as can make a difference."""
    each = [_most_money(pool, _price(pool, entrant), bid) for pool in pools]
    most = min(left, _over_the_sale(pools, each))
    if bid is not None:
        return most
    # Without bids all payments are sums of prices.
    prices = [_price(pool, entrant) for pool in pools]
    prices += [part.price for pool in pools for part in pool.parts]
    step = gcd(*prices)
    return most - most % step if step else 0


def _most_money(pool: Pool, price: int, bid: Bid | None) -> int:
    match pool.mechanism:
        case Mechanism.EQUAL_SHARE:
            return price * pool.cap
        case Mechanism.QUADRATIC:
            return price * pool.cap**2
        case Mechanism.TIERS | Mechanism.CHOICES:
            return max(part.price for part in pool.parts)
        case _:
            return max(price, total_of(bid or 0))
