"""An auction of quantities: bids in steps, two prices (specs/auction.md, section 8)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from fairlot.allocation.mechanisms.arguments import check_orders, drawn_first
from fairlot.allocation.mechanisms.fill import (
    Level,
    fill_chances,
    hand_out,
    level_of_counts,
)
from fairlot.allocation.shape import ITSELF, Chance, Lots, Odds, Order, Reason, Shares
from fairlot.bids import Steps, cut, units_of
from fairlot.money import Money
from fairlot.terms.pool import Pool, Pricing
from fairlot.text import Json, counted, json_view


@dataclass(frozen=True, slots=True)
class Margin:
    """Where units stop winning; it does not depend on the lots."""

    last: int | None
    """The lowest price that wins a unit; ``None`` if none is won."""
    best_losing: int | None
    """The highest price of a unit that loses; ``None`` if none does."""
    tied: int
    """t: how many units are bid for at ``last``."""
    tied_units: int
    """u: how many of these win."""
    level: Level
    """How FILL hands the u units to those who bid for t."""

    def above(self, steps: Steps) -> int:
        """Return how many units of a bid win whatever the others at the margin get."""
        if self.last is None:
            return 0
        winning = 0
        for quantity, price in steps:
            if price <= self.last:
                break
            winning += quantity
        return winning

    def at(self, steps: Steps) -> int:
        """Return for how many units a bid stands at the margin."""
        for quantity, price in steps:
            if price == self.last:
                return quantity
        return 0


@dataclass(frozen=True, slots=True)
class QuantityFacts:
    """The numbers from which the prices of an auction of quantities follow."""

    supply: int
    """N, the units for sale."""
    reserve: int
    """P, the reserve price of a unit."""
    price: int | None
    """What all pay for a unit; ``None`` where each pays what the others lose by them."""
    valid_bids: int
    """How many bids count."""
    demand: int
    """D: for how many units they stand."""
    margin: Margin

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        margin = self.margin
        return json_view(
            {
                "supply": self.supply,
                "reserve": self.reserve,
                "price": self.price,
                "valid_bids": self.valid_bids,
                "demand": self.demand,
                "lowest_winning": margin.last,
                "highest_losing": margin.best_losing,
                "tied": margin.tied,
                "tied_units": margin.tied_units,
                "level": margin.level.level,
                "remainder": margin.level.remainder,
                "above": margin.level.above,
            }
        )

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        bids = counted(self.valid_bids, "bid counts", "bids count")
        said = f"{bids}, for {_units(self.demand)} of {_units(self.supply)}"
        return said, self._paid(money), *_ties(self.margin, money)

    def _paid(self, money: Money) -> str:
        if self.price is None:
            rule = "Each pays what the others would have got for the same units"
            return f"{rule}, at least {money(self.reserve)} a unit"
        price = money(self.price)
        if self.margin.best_losing is None:
            return f"No unit that was bid for lost: all pay the reserve, {price} a unit"
        return f"All pay the highest price that lost, {price} a unit"


def _units(number: int) -> str:
    return counted(number, "unit", "units")


def _ties(margin: Margin, money: Money) -> tuple[str, ...]:
    if margin.tied_units == margin.tied:
        return ()
    level = margin.level
    shared = f"At the last price, {money(margin.last or 0)}, {_units(margin.tied)} are"
    each = (
        f"bid for and {margin.tied_units} are left: up to {level.level} for everybody"
    )
    more = f", and one more for {level.remainder} of {level.above} by lot"
    return (f"{shared} {each}{more if level.remainder else ''}",)


def counting(pool: Pool, order: Order) -> Steps:
    """Return the steps of an order that count: steps 1 and 2."""
    kept = cut(order.steps, min(pool.cap, order.wants), order.budget)
    if not kept or kept[-1].price >= pool.price:
        return kept
    return tuple(step for step in kept if step.price >= pool.price)


def find_margin(pool: Pool, bids: Iterable[tuple[Steps, int]]) -> Margin:
    """Return where units stop winning: steps 3 and 4.

    Args:
        pool: supply N.
        bids: the steps that count, and how many have them.
    """
    rows = [row for row in bids if row[0]]
    demand = _demand(rows)
    left, last, tied, after = pool.supply, None, 0, None
    for price in sorted(demand, reverse=True):
        if not left:
            after = price
            break
        last, tied = price, demand[price]
        if tied > left:
            after = price
            break
        left -= tied
    tied_units = min(tied, left) if after == last else tied
    bare = Margin(last, after, tied, tied_units, Level(0, 0, 0))
    counts: Counter[int] = Counter()
    for steps, many in rows:
        counts[bare.at(steps)] += many
    level = level_of_counts(tied_units, counts)
    return Margin(last, after, tied, tied_units, level)


def _demand(bids: Iterable[tuple[Steps, int]]) -> Counter[int]:
    """Return for how many units people bid at each price."""
    demand: Counter[int] = Counter()
    for steps, many in bids:
        for quantity, price in steps:
            demand[price] = demand.get(price, 0) + quantity * many
    return demand


class Prices:
    """What units cost: steps 5 and 6."""

    def __init__(
        self, pool: Pool, bids: Sequence[tuple[Steps, int]], margin: Margin
    ) -> None:
        self._pool = pool
        losing = _demand(bids)
        for price in [price for price in losing if price > (margin.last or 0)]:
            if margin.last is not None:
                del losing[price]
        if margin.last is not None:
            losing[margin.last] -= margin.tied_units
        self._levels = sorted(losing, reverse=True)
        """Every price at which a unit lost, and the last that won."""
        self._units = list(accumulate(losing[price] for price in self._levels))
        self._money = list(accumulate(losing[p] * p for p in self._levels))
        self.clearing = max(pool.price, margin.best_losing or 0)
        """The highest losing price, or the reserve."""

    def of(self, steps: Steps, units: int) -> int:
        """Return what a bidder pays who gets so many units for a bid."""
        if self._pool.pricing is Pricing.CLEARING:
            return units * self.clearing
        return self._displaced(self._losing_part(steps, units), units)

    def _losing_part(self, steps: Steps, units: int) -> Sequence[tuple[int, int]]:
        """Return price and number of those units of a bid that lost."""
        rest: list[tuple[int, int]] = []
        for quantity, price in steps:
            got = min(quantity, units)
            units -= got
            rest.append((price, quantity - got))
        return rest

    def _displaced(self, own: Sequence[tuple[int, int]], units: int) -> int:
        """Add up the highest prices at which the others lost so many units."""

        def others(level: int) -> int:
            low = self._levels[level]
            return self._units[level] - sum(many for price, many in own if price >= low)

        levels = range(len(self._levels))
        found = bisect_left(levels, units, key=others)
        full, money = 0, 0
        if found:
            low = self._levels[found - 1]
            full = others(found - 1)
            mine = sum(price * many for price, many in own if price >= low)
            money = self._money[found - 1] - mine
        # Beyond what others bid for, a unit is worth the reserve to the seller.
        price = self._levels[found] if found < len(levels) else self._pool.price
        return money + (units - full) * price


def quantity_auction(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets and pays what: steps 1 to 7.

    Args:
        pool: supply N, the reserve P as its price, the cap X of a person.
        orders: one for each person, with its steps.
        lots: only the drawing order matters, and only at the last price.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``,
            ``allocation.order``.
    """
    check_orders(pool, orders)
    bids = [counting(pool, order) for order in orders]
    # Steps 3 and 4.
    margin = find_margin(pool, ((steps, 1) for steps in bids))
    tied = [margin.at(steps) for steps in bids]
    more = hand_out(margin.level, tied, drawn_first(lots, len(orders)))
    units = [margin.above(s) + extra for s, extra in zip(bids, more, strict=True)]
    # Steps 5 and 6.
    prices = Prices(pool, [(steps, 1) for steps in bids], margin)
    rows = list(zip(orders, bids, units, strict=True))
    quantities = tuple(map(units_of, bids))
    return Shares(
        quantities=quantities,
        units=tuple(units),
        payments=tuple(prices.of(steps, got) for _, steps, got in rows),
        reasons=tuple(_reason(pool, *row) for row in rows),
        parts=(ITSELF,) * len(orders),
        facts=_facts(pool, quantities, margin, prices),
    )


def quantity_odds(pool: Pool, orders: Sequence[Order], money: Money = str) -> Odds:
    """Return what each person may expect if bids are open and lots unknown.

    Args:
        pool: as ``quantity_auction`` takes it.
        orders: as there.
        money: writes amounts, as bare integers unless it is given.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``.
    """
    check_orders(pool, orders)
    bids = [counting(pool, order) for order in orders]
    margin = find_margin(pool, ((steps, 1) for steps in bids))
    at_margin = fill_chances(margin.level, [margin.at(steps) for steps in bids])
    chances = tuple(
        Chance(margin.above(steps) + chance.least, chance.more, {})
        for steps, chance in zip(bids, at_margin, strict=True)
    )
    demand = sum(step.quantity for steps in bids for step in steps)
    rule = "The highest prices win; units at the last price are shared, odd ones by lot"
    why = rule if demand else "There is no bid that counts"
    unsold = max(0, pool.supply - demand)
    return Odds(chances, Fraction(unsold), (why, *_ties(margin, money)))


def _facts(
    pool: Pool, quantities: Sequence[int], margin: Margin, prices: Prices
) -> QuantityFacts:
    one_price = pool.pricing is Pricing.CLEARING
    return QuantityFacts(
        supply=pool.supply,
        reserve=pool.price,
        price=prices.clearing if one_price else None,
        valid_bids=sum(map(bool, quantities)),
        demand=sum(quantities),
        margin=margin,
    )


def _reason(pool: Pool, order: Order, steps: Steps, got: int) -> Reason:
    # Step 7.
    if got:
        return Reason.WINNING_BID
    if steps:
        return Reason.OUTBID
    short = order.wants < 1 or order.budget < pool.price
    return Reason.NOTHING if short else Reason.NO_BID
