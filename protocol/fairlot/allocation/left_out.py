"""Who can get nothing, whatever others do and whatever the lots are (specs/check.md).

Nobody needs the others for that: whoever can get a unit in any company gets one alone. So it
can be said of each entrant by itself, before the draw, and is right of every draw.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairlot.allocation.entering import (
    Entrant,
    Standing,
    can_take_one,
    check_entrants,
    entering,
)
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.made_pools import check_made_pools
from fairlot.terms.pool import CAPPED, Mechanism, Pool


class Why(StrEnum):
    """Why a pool has nothing for an entrant; the words are a contract."""

    ATTRIBUTE_EMPTY = "attribute-empty"
    """It discloses no value of an attribute that the pool requires."""
    ATTRIBUTE_UNLISTED = "attribute-unlisted"
    """It discloses another value than those that the pool requires."""
    ATTRIBUTE_EXCLUDED = "attribute-excluded"
    """It discloses a value that the pool excludes."""
    FARE = "fare"
    """It discloses no value that has a fare."""
    POINTS = "points"
    """It discloses no number of points."""
    PUZZLE = "puzzle"
    """It has not solved the puzzle."""
    WANTS = "wants"
    """It wants no unit."""
    PRICE = "price"
    """Its deposit is below the price."""
    NO_BID = "no-bid"
    VOID_BID = "void-bid"
    """Its bid is above its deposit."""
    LOW_BID = "low-bid"
    """Its bid is below the reserve."""
    NO_TIER = "no-tier"
    """It names no tier of the pool."""
    VOID_TIER = "void-tier"
    """Its deposit is below the price of the tier that it names."""
    NO_CHOICE = "no-choice"
    """It lists no option."""
    VOID_CHOICES = "void-choices"
    """Its deposit is below the price of every option that it lists."""
    SUPPLY = "supply"
    """The pool sells nothing of what the entrant asks for, and nothing can be left to it."""


_CLAUSES: Mapping[Why, str] = {
    Why.ATTRIBUTE_EMPTY: "no {attribute} is given, which is required",
    Why.ATTRIBUTE_UNLISTED: "the {attribute} is another than required",
    Why.ATTRIBUTE_EXCLUDED: "the {attribute} is excluded",
    Why.FARE: "there is no fare for the {attribute}",
    Why.POINTS: "the {attribute} is no number from 1 to 1000",
    Why.PUZZLE: "the puzzle is not solved",
    Why.WANTS: "no unit is wanted",
    Why.PRICE: "the deposit is below the price",
    Why.NO_BID: "there is no bid",
    Why.VOID_BID: "the bid is above the deposit",
    Why.LOW_BID: "the bid is below the reserve",
    Why.NO_TIER: "no tier is named",
    Why.VOID_TIER: "the deposit is below the price of the tier",
    Why.NO_CHOICE: "no option is listed",
    Why.VOID_CHOICES: "the deposit is below the price of each option listed",
    Why.SUPPLY: "nothing is for sale",
}
DOORS = frozenset(
    {
        Why.ATTRIBUTE_EMPTY,
        Why.ATTRIBUTE_UNLISTED,
        Why.ATTRIBUTE_EXCLUDED,
        Why.FARE,
        Why.POINTS,
        Why.PUZZLE,
    }
)
"""What keeps an entrant from entering a pool at all."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands between an entrant and a pool: the first thing that does."""

    pool: str
    why: Why
    attribute: str = ""
    """The name of the attribute that the pool requires, excludes, prices or counts, where
    that is why."""

    @property
    def clause(self) -> str:
        """Say why, without the pool."""
        return _CLAUSES[self.why].format(attribute=self.attribute)


Bars = tuple[Bar | None, ...]
"""One for each pool, in their order; ``None`` where an entrant alone could get a unit."""


def left_out(
    pools: Sequence[Pool], entrants: Sequence[Entrant]
) -> Mapping[Nym, tuple[Bar, ...]]:
    """Return who can get nothing in any pool, and why not, pool by pool.

    Args:
        pools: the terms' pools.
        entrants: any; what one of them gets here does not depend on the others.

    Raises:
        CallerError: as ``bars_of``.
    """
    found: dict[Nym, tuple[Bar, ...]] = {}
    for entrant, bars in zip(entrants, bars_of(pools, entrants), strict=True):
        shut = tuple(bar for bar in bars if bar is not None)
        if len(shut) == len(pools):
            found[entrant.nym] = shut
    return found


def bars_of(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> Sequence[Bars]:
    """Return what bars each entrant from each pool, with all its money and its wishes.

    Raises:
        CallerError: ``pools.type``, ``pools.range``, ``pools.rule``;
            ``allocation.nym-length``, ``allocation.duplicate-nym``,
            ``allocation.range``, ``allocation.group-id``, ``allocation.choices``.
    """
    check_made_pools(pools)
    check_entrants(pools, entrants)
    supplies = dict(_most_for_sale(pools))
    columns = [_of_pool(pool, supplies[pool.name], entrants) for pool in pools]
    return [tuple(column[i] for column in columns) for i in range(len(entrants))]


def _most_for_sale(pools: Sequence[Pool]) -> Iterator[tuple[str, int]]:
    """Tell what each pool sells if nobody takes anything before (step 1)."""
    left = {pool.name: 0 for pool in pools}
    for pool in pools:
        supply = pool.supply + left[pool.name]
        if pool.unsold is not None:
            left[pool.unsold] += supply
        yield pool.name, supply


def _of_pool(
    pool: Pool, supply: int, entrants: Sequence[Entrant]
) -> Sequence[Bar | None]:
    """Return the first of the bars of steps 2 to 7, for each entrant."""
    # Without a group, and without a unit from an earlier pool: as if each were alone.
    entered = dict(entering(pool, entrants, [Standing()] * len(entrants), {}))
    sells = supply > 0 and (pool.mechanism not in CAPPED or pool.cap > 0)
    kinds: dict[tuple[Why, str], Bar] = {}

    def bar(i: int, entrant: Entrant) -> Bar | None:
        order = entered.get(i)
        found = _door(pool, entrant) if order is None else _means(pool, entrant, order)
        if found is None and sells and (order is None or _some_left(pool, order)):
            return None
        kind = found or (Why.SUPPLY, "")
        return kinds.setdefault(kind, Bar(pool.name, *kind))

    return [bar(i, entrant) for i, entrant in enumerate(entrants)]


def _door(pool: Pool, entrant: Entrant) -> tuple[Why, str]:
    """Tell why an entrant does not qualify (steps 2 and 3)."""
    disclosed = dict(entrant.attributes)
    for need in pool.requires:
        value = disclosed.get(need.attribute, "")
        if value not in need.values:
            why = Why.ATTRIBUTE_UNLISTED if value else Why.ATTRIBUTE_EMPTY
            return why, need.attribute
    for bar in pool.excludes:
        if disclosed.get(bar.attribute, "") in bar.values:
            return Why.ATTRIBUTE_EXCLUDED, bar.attribute
    if pool.fares is not None and pool.price_for(disclosed) is None:
        return Why.FARE, pool.fares.attribute
    if pool.points is not None and pool.points_of(disclosed) is None:
        return Why.POINTS, pool.points
    return Why.PUZZLE, ""


def _means(pool: Pool, entrant: Entrant, order: Order) -> tuple[Why, str] | None:
    """Tell why an entrant who enters has no order for a unit (steps 4 to 6)."""
    if order.wants < 1:
        return Why.WANTS, ""
    if pool.mechanism is Mechanism.CHOICES and not can_take_one(pool, order):
        return Why.VOID_CHOICES if order.choices else Why.NO_CHOICE, ""
    if not can_take_one(pool, order):
        return Why.PRICE, ""
    if pool.mechanism is Mechanism.AUCTION:
        return _bid(pool, entrant, order)
    if pool.mechanism is Mechanism.TIERS and order.tier is None:
        names = [tier.name for tier in pool.tiers]
        return Why.VOID_TIER if entrant.tier in names else Why.NO_TIER, ""
    return None


def _some_left(pool: Pool, order: Order) -> bool:
    """Tell whether there is a unit of what an order can take (step 7)."""
    if pool.mechanism is not Mechanism.CHOICES:
        return True
    listed = [pool.options[i] for i in order.choices]
    return any(each.supply and each.price <= order.budget for each in listed)


def _bid(pool: Pool, entrant: Entrant, order: Order) -> tuple[Why, str] | None:
    if entrant.bid is None:
        return Why.NO_BID, ""
    if order.bid is None:
        return Why.VOID_BID, ""
    return (Why.LOW_BID, "") if order.bid < pool.price else None
