"""What holds for every mechanism: conservation, no order of arrival, more is never less."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_orders import FixedLots
from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.auction import auction, auction_odds
from fairlot.allocation.mechanisms.certain import CERTAIN, certain_lottery, certain_odds
from fairlot.allocation.mechanisms.equal_share import equal_share, equal_share_odds
from fairlot.allocation.mechanisms.fill import fill
from fairlot.allocation.mechanisms.points import (
    PointsFacts,
    points_lottery,
    points_odds,
)
from fairlot.allocation.mechanisms.quadratic import quadratic, quadratic_odds
from fairlot.allocation.mechanisms.tiers import tiers, tiers_odds
from fairlot.allocation.shape import ITSELF, Lots, Odds, Order, Reason, Shares
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Tier

LARGEST = 2**64 - 1
SEED, SALE = bytes(32), bytes(range(32))
EXTREMES = (0, 1, 2, LARGEST - 1, LARGEST)
Run: TypeAlias = Callable[[Pool, Sequence[Order], Lots], Shares]
Foretell: TypeAlias = Callable[[Pool, Sequence[Order]], Odds]

MECHANISMS: Mapping[str, tuple[Run, Foretell]] = {
    "equal-share": (equal_share, equal_share_odds),
    "quadratic": (quadratic, quadratic_odds),
    "auction": (auction, auction_odds),
    "certain": (certain_lottery, certain_odds),
    "points": (points_lottery, points_odds),
    "tiers": (tiers, tiers_odds),
}
NAMES = ("gold", "silver", "bronze")

numbers = st.one_of(
    st.sampled_from(EXTREMES), st.integers(0, 12), st.integers(0, LARGEST)
)


@dataclass(frozen=True)
class Play:
    """One pool of one mechanism, its orders and its lots."""

    name: str
    pool: Pool
    orders: tuple[Order, ...]
    lots: FixedLots

    def run(self) -> Shares:
        return MECHANISMS[self.name][0](self.pool, self.orders, self.lots)

    def foretell(self) -> Odds:
        return MECHANISMS[self.name][1](self.pool, self.orders)


@st.composite
def pools(draw: st.DrawFn, name: str) -> Pool:
    if name == "tiers":
        few = st.lists(numbers, min_size=1, max_size=len(NAMES), unique=True)
        prices = sorted(draw(few), reverse=True)
        rows = zip(NAMES, prices, strict=False)
        levels = tuple(Tier(*row, draw(numbers)) for row in rows)
        supply = sum(tier.supply for tier in levels) + draw(st.integers(0, 2))
        return Pool("main", Mechanism.TIERS, supply, tiers=levels)
    least = {"quadratic": (0, 1), "certain": (2, 0)}.get(name, (0, 0))
    supply, price = (max(draw(numbers), lowest) for lowest in least)
    certain = draw(st.integers(1, min(supply - 1, 6))) if name == "certain" else 0
    lottery = name in ("certain", "points")
    mechanism = Mechanism.LOTTERY if lottery else Mechanism(name)
    points = "years" if name == "points" else None
    cap = draw(numbers)
    return Pool("main", mechanism, supply, price, cap, certain=certain, points=points)


@st.composite
def order_of(draw: st.DrawFn, pool: Pool) -> Order:
    deposit = draw(numbers)
    bid = draw(st.none() | st.just(deposit) | st.integers(0, deposit))
    levels = st.integers(0, len(pool.tiers) - 1) if pool.tiers else st.none()
    points = draw(st.sampled_from((1, 2, 3, 1000))) if pool.points else 1
    tier = draw(st.none() | levels)
    return Order(draw(numbers), deposit, bid, tier, points=points)


def alike(order_and_number: tuple[Order, int]) -> list[Order]:
    order, number = order_and_number
    return [order] * number


@st.composite
def plays(draw: st.DrawFn) -> Play:
    name = draw(st.sampled_from(sorted(MECHANISMS)))
    pool = draw(pools(name))
    some = st.lists(order_of(pool), max_size=7)
    same = st.tuples(order_of(pool), st.integers(0, 7)).map(alike)
    orders = tuple(draw(some | same))
    everybody = range(len(orders))
    parts = {part: draw(st.permutations(everybody)) for part in (*NAMES, CERTAIN)}
    lots = FixedLots(draw(st.permutations(everybody)), parts)
    return Play(name, pool, orders, lots)


@given(plays())
def test_supply_and_money_are_conserved(play: Play) -> None:
    shares = play.run()
    assert 0 <= sum(shares.units) == min(play.pool.supply, sold_at_most(play, shares))
    rows = (shares.units, shares.quantities, shares.payments)
    for order, units, quantity, paid in zip(play.orders, *rows, strict=True):
        assert 0 <= units <= quantity <= order.wants
        assert 0 <= paid <= order.budget
        assert units or not paid


def sold_at_most(play: Play, shares: Shares) -> int:
    """Return the demand; of tiers, as far as seats are where people accept them."""
    if play.name != "tiers":
        return sum(shares.quantities)
    seats = play.pool.supply - sum(tier.supply for tier in play.pool.tiers)
    waiting = sold = 0
    for level, tier in enumerate(play.pool.tiers):
        wish = [o.tier == level for o in play.orders]
        waiting += sum(q for q, w in zip(shares.quantities, wish, strict=True) if w)
        seats += tier.supply
        here = min(seats, waiting)
        waiting, seats, sold = waiting - here, seats - here, sold + here
    return sold


@given(plays())
def test_reasons_and_parts_fit_what_everybody_got(play: Play) -> None:
    shares = play.run()
    parts = {tier.name for tier in play.pool.tiers} | {ITSELF}
    for index, reason in enumerate(shares.reasons):
        units, quantity = shares.units[index], shares.quantities[index]
        none = (Reason.NOTHING, Reason.NO_BID, Reason.NO_TIER)
        assert (reason in none) == (quantity == 0)
        if reason is Reason.IN_FULL:
            assert units == quantity
        if reason in {Reason.NOT_DRAWN, Reason.OUTBID, Reason.TIERS_MISSED}:
            assert units == 0
        if reason in {Reason.DRAWN, Reason.WINNING_BID, Reason.CERTAIN, Reason.TIER}:
            assert units == 1
        assert shares.parts[index] in parts | {CERTAIN}
        assert (reason is Reason.CERTAIN) == (shares.parts[index] == CERTAIN)
        assert (reason is Reason.TIER) == (shares.parts[index] in parts - {ITSELF})
    assert all(line and not line.endswith(".") for line in shares.facts.lines())


@given(plays())
def test_every_outcome_is_one_that_the_odds_allow(play: Play) -> None:
    odds = play.foretell()
    shares = play.run()
    rows = (shares.units, shares.parts, odds.chances)
    for units, part, chance in zip(*rows, strict=True):
        assert 0 <= chance.more < 1
        assert chance.least <= units <= chance.least + (chance.more > 0)
        if units and chance.parts:
            assert chance.parts[part] > 0
        assert not chance.parts or sum(chance.parts.values()) == chance.expected
    expected = sum(chance.expected for chance in odds.chances)
    assert odds.expected_unsold == play.pool.supply - expected
    assert odds.expected_unsold >= 0


@given(plays(), st.data())
def test_the_order_of_arrival_never_matters(play: Play, data: st.DataObject) -> None:
    """Everybody arrives at another place, with the same lots."""
    places = data.draw(st.permutations(range(len(play.orders))))
    orders = tuple(play.orders[i] for i in places)
    moved = replace(play, orders=orders, lots=moved_lots(play.lots, places))
    before, after = play.run(), moved.run()
    for one, other in (
        (before.units, after.units),
        (before.payments, after.payments),
        (before.reasons, after.reasons),
        (before.parts, after.parts),
    ):
        assert tuple(one[i] for i in places) == other
    facts = before.facts
    if isinstance(facts, PointsFacts) and facts.last_in is not None:
        facts = replace(facts, last_in=places.index(facts.last_in))
    assert facts == after.facts


def moved_lots(lots: FixedLots, places: Sequence[int]) -> FixedLots:
    now_at = {person: place for place, person in enumerate(places)}
    parts = {name: [now_at[i] for i in order] for name, order in lots.parts.items()}
    return FixedLots([now_at[i] for i in lots.drawn], parts)


ALIKE = {
    "equal-share": Pool("main", Mechanism.EQUAL_SHARE, 5, 2, 3),
    "quadratic": Pool("main", Mechanism.QUADRATIC, 5, 2, 3),
    "auction": Pool("main", Mechanism.AUCTION, 2, 2),
    "certain": Pool("main", Mechanism.LOTTERY, 3, 2, certain=1),
    "points": Pool("main", Mechanism.LOTTERY, 2, 2, points="years"),
    "tiers": Pool(
        "main", Mechanism.TIERS, 2, tiers=(Tier("gold", 9, 1), Tier("silver", 4, 1))
    ),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_over_all_arrivals_each_person_gets_the_same(name: str) -> None:
    """Five persons, two of them alike, arrive in all 120 orders; ranks go by nym."""
    pool = ALIKE[name]
    tier = (0, 0, 1, 1, None) if pool.tiers else (None,) * 5
    bids = (9, 9, 7, 7, None)
    people = [
        (Nym(bytes([i]) * 48), Order(3, 9 + 9 * i, bid, level, points=1 + i % 4))
        for i, (bid, level) in enumerate(zip(bids, tier, strict=True))
    ]
    seen: set[tuple[tuple[Nym, int, int, Reason, str], ...]] = set()
    for arrival in permutations(people):
        nyms = tuple(nym for nym, _ in arrival)
        lots = SeededLots(SEED, SALE, pool.name, nyms)
        shares = MECHANISMS[name][0](pool, [order for _, order in arrival], lots)
        columns = (shares.units, shares.payments, shares.reasons, shares.parts)
        seen.add(tuple(sorted(zip(nyms, *columns, strict=True))))
    assert len(seen) == 1


@pytest.mark.thorough
@given(plays(), st.data())
def test_raising_ones_own_order_never_lowers_ones_allocation(
    play: Play, data: st.DataObject
) -> None:
    if not play.orders:
        return
    person = data.draw(st.sampled_from(range(len(play.orders))))
    orders = list(play.orders)
    orders[person] = data.draw(raised(play.pool, orders[person]))
    more = replace(play, orders=tuple(orders))
    assert more.run().units[person] >= play.run().units[person]
    expected = play.foretell().chances[person].expected
    assert more.foretell().chances[person].expected >= expected


@st.composite
def raised(draw: st.DrawFn, pool: Pool, order: Order) -> Order:
    """Ask for more: more units, more money, a higher bid, a higher tier that is paid."""
    wants = draw(st.integers(order.wants, LARGEST))
    deposit = draw(st.integers(order.budget, LARGEST))
    bid = draw(st.integers(order.bid or 0, deposit))
    highest = len(pool.tiers) if order.tier is None else order.tier
    payable = [i for i in range(highest) if pool.tiers[i].price <= deposit]
    level = draw(st.sampled_from([order.tier, *payable]))
    return Order(wants, deposit, bid, level, points=order.points)


@st.composite
def quadratics(draw: st.DrawFn) -> Play:
    price, cap = draw(st.integers(1, 5)), draw(st.integers(0, 12))
    one = st.builds(Order, st.integers(0, 15), st.integers(0, 600))
    orders = tuple(draw(st.lists(one, max_size=8)))
    pool = Pool("main", Mechanism.QUADRATIC, draw(st.integers(0, 40)), price, cap)
    lots = FixedLots(draw(st.permutations(range(len(orders)))))
    return Play("quadratic", pool, orders, lots)


@dataclass
class Clock:
    """The essay's way: the cap rises by one until all is sold, step by step."""

    units: list[int]
    paid: list[int]
    left: int
    cap: int = 0

    def step(self, pool: Pool, orders: Sequence[Order], drawn: Sequence[int]) -> bool:
        """Raise the cap by one; tell whether anybody took the step."""
        takers = [i for i in drawn if self._takes(pool, orders[i], i)]
        for i in takers[: self.left]:
            self.units[i] += 1
            self.paid[i] += pool.price * (2 * self.cap + 1)
        self.left -= len(takers[: self.left])
        self.cap += bool(takers)
        return bool(takers)

    def _takes(self, pool: Pool, order: Order, i: int) -> bool:
        step = pool.price * (2 * self.cap + 1)
        bounded = self.cap < min(pool.cap, order.wants)
        return (
            self.units[i] == self.cap
            and bounded
            and self.paid[i] + step <= order.budget
        )


@given(quadratics())
def test_the_clearing_cap_is_where_the_rising_clock_stops(play: Play) -> None:
    people = len(play.orders)
    clock = Clock([0] * people, [0] * people, play.pool.supply)
    drawn = play.lots.drawn
    while clock.left and clock.step(play.pool, play.orders, drawn):
        pass
    shares = play.run()
    assert shares.units == tuple(clock.units)
    assert shares.payments == tuple(clock.paid)
    stopped = None if clock.left else clock.cap
    assert shares.facts.to_json()["clearing_cap"] == stopped


@pytest.mark.slow
@given(plays())
def test_the_quadratic_price_is_paid_exactly(play: Play) -> None:
    """The same orders at a quadratic price give FILL's units, at P·a² each."""
    pool = replace(
        play.pool,
        mechanism=Mechanism.QUADRATIC,
        price=max(1, play.pool.price),
        tiers=(),
    )
    orders = [Order(order.wants, order.budget) for order in play.orders]
    shares = quadratic(pool, orders, play.lots)
    assert shares.payments == tuple(pool.price * a * a for a in shares.units)
    for order, q in zip(orders, shares.quantities, strict=True):
        assert pool.price * q * q <= order.budget
        bounded = q == min(pool.cap, order.wants)
        assert bounded or pool.price * (q + 1) ** 2 > order.budget
    filled = fill(pool.supply, shares.quantities, play.lots.drawn)
    assert shares.units == filled.units
