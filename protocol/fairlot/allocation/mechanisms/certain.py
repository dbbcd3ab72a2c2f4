"""Certainty auction: some seats for money, the others by lot (specs/auction.md, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.mechanisms.arguments import check_orders, drawn_first
from fairlot.allocation.mechanisms.auction import (
    Cutoff,
    find_cutoff,
    ties,
    valid_bids,
    winners,
)
from fairlot.allocation.shape import (
    ITSELF,
    NOBODY,
    Chance,
    Lots,
    Odds,
    Order,
    Reason,
    Shares,
    one_unit,
)
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, counted, json_view
from fairlot_crypto.errors import CallerError

CERTAIN = "certain"
"""The part of the pool that sells certain seats."""


@dataclass(frozen=True, slots=True)
class CertainFacts:
    """The price of a certain seat, and the number of seats left to draw."""

    supply: int
    """k, the seats for sale."""
    candidates: int
    """n: how many people want a seat and can pay its price."""
    offered: int
    """c: the ``certain`` seats of the terms."""
    base: int
    """P, the price of a drawn seat."""
    cutoff: Cutoff
    """Where the bids for certain seats stop winning; its ``seats`` are k_c.

    It has neither seats nor bids if n <= k.
    """

    @property
    def sold_certain(self) -> int:
        """k_c, the certain seats that are sold."""
        return self.cutoff.seats

    @property
    def scarce(self) -> bool:
        """Tell whether there are too few seats: n > k."""
        return self.candidates > self.supply

    @property
    def best_losing(self) -> int:
        """v': the best losing bid, or P if no valid bid loses."""
        lost = self.cutoff.best_losing if self.scarce else None
        return self.base if lost is None else lost

    @property
    def drawn(self) -> Fraction:
        """The chance of a person without a certain seat."""
        if not self.scarce:
            return Fraction(1)
        sold = self.sold_certain
        return Fraction(self.supply - sold, self.candidates - sold)

    @property
    def premium(self) -> int:
        """⌊(v' - P)·(n - k) / (n - k_c)⌋; 0 if everybody gets a seat."""
        return int((self.best_losing - self.base) * (1 - self.drawn))

    @property
    def price(self) -> int:
        """The price of a certain seat."""
        return self.base + self.premium

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        return json_view(
            {
                "supply": self.supply,
                "candidates": self.candidates,
                "certain_offered": self.offered,
                "certain_sold": self.sold_certain,
                "valid_bids": self.cutoff.valid,
                "best_losing": self.best_losing,
                "premium": self.premium,
                "price": self.price,
                "tied": self.cutoff.tied,
                "tied_seats": self.cutoff.tied_seats,
            }
        )

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        if not self.candidates:
            return (NOBODY,)
        people = counted(self.candidates, "person", "persons")
        seats = counted(self.supply, "seat", "seats")
        if not self.scarce:
            price = money(self.base)
            return (f"There are {seats} for {people}: everybody gets one at {price}",)
        others = self.candidates - self.sold_certain
        draw = (
            f"The other {counted(others, 'person', 'persons')} draw for "
            f"{self.supply - self.sold_certain} at {money(self.base)}, each with the chance "
            f"{self.drawn}"
        )
        return *self._sold(seats, others, money), *ties(self.cutoff, money), draw

    def _sold(self, seats: str, others: int, money: Money) -> tuple[str, ...]:
        if not self.sold_certain:
            return (f"There is no bid that counts: none of {seats} is sold as certain",)
        sold = (
            f"{self.sold_certain} of {seats} are sold as certain at {money(self.price)} "
            f"each, which is {money(self.premium)} above {money(self.base)}"
        )
        if self.cutoff.best_losing is None:
            return sold, "No bid that counts lost, so there is no premium"
        excess, missing = self.best_losing - self.base, self.candidates - self.supply
        premium = (
            f"The premium is {money(excess)}, by which the best losing bid of "
            f"{money(self.best_losing)} exceeds {money(self.base)}, times "
            f"{missing}/{others}, rounded down"
        )
        return sold, premium


def certain_lottery(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets and pays what: steps 1 to 6.

    Args:
        pool: supply k, price P, 1 <= certain < k.
        orders: one for each person; a bid is what a seat is worth, not a premium.
        lots: the drawing order decides the lottery, that of the part ``certain`` decides
            ties between bids.

    Raises:
        CallerError: ``allocation.certain`` for other numbers of certain seats;
            ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``,
            ``allocation.order``.
    """
    wishing = _wishing(pool, orders)
    bids = valid_bids(pool, orders)
    facts = certain_facts(pool, len(wishing), list(bids.values()))
    ranked = drawn_first(lots.part(CERTAIN), len(orders))
    certain = winners(facts.sold_certain, bids, ranked)
    permutation = drawn_first(lots, len(orders))
    others = [
        index for index in permutation if index in wishing and index not in certain
    ]
    drawn = frozenset(others[: pool.supply - len(certain)])
    prices = dict.fromkeys(drawn, pool.price) | dict.fromkeys(certain, facts.price)
    reasons = (
        dict.fromkeys(wishing, Reason.NOT_DRAWN)
        | dict.fromkeys(drawn, Reason.DRAWN if facts.scarce else Reason.IN_FULL)
        | dict.fromkeys(certain, Reason.CERTAIN)
    )
    people = range(len(orders))
    return Shares(
        quantities=tuple(int(index in wishing) for index in people),
        units=tuple(int(index in prices) for index in people),
        payments=tuple(prices.get(index, 0) for index in people),
        reasons=tuple(reasons.get(index, Reason.NOTHING) for index in people),
        parts=tuple(CERTAIN if index in certain else ITSELF for index in people),
        facts=facts,
    )


def certain_odds(pool: Pool, orders: Sequence[Order], money: Money = str) -> Odds:
    """Return what each person may expect if bids are open and lots unknown.

    Args:
        pool: as ``certain_lottery`` takes it.
        orders: as there.
        money: writes amounts, as bare integers unless it is given.

    Raises:
        CallerError: ``allocation.certain``, ``allocation.quantity``,
            ``allocation.bid``, ``allocation.tier``.
    """
    wishing = _wishing(pool, orders)
    bids = valid_bids(pool, orders)
    facts = certain_facts(pool, len(wishing), list(bids.values()))
    chances = tuple(
        _chance(facts, bids.get(index)) if index in wishing else one_unit({})
        for index in range(len(orders))
    )
    unsold = max(0, pool.supply - facts.candidates)
    return Odds(chances, Fraction(unsold), facts.lines(money))


def _wishing(pool: Pool, orders: Sequence[Order]) -> frozenset[int]:
    """Return who wants a seat and can pay its price: steps 1 and 2."""
    check_orders(pool, orders)
    if not 1 <= pool.certain < pool.supply:
        raise CallerError(
            "allocation.certain", "certain seats must be from 1 to supply - 1"
        )
    return frozenset(
        index
        for index, order in enumerate(orders)
        if order.wants >= 1 and order.budget >= pool.price
    )


def certain_facts(pool: Pool, candidates: int, bids: Sequence[int]) -> CertainFacts:
    """Return the price of a certain seat, and all that it is made of.

    Args:
        pool: supply k, price P, 1 <= certain < k.
        candidates: how many people want a seat and can pay its price.
        bids: the valid bids, in any order.
    """
    seats = pool.certain if candidates > pool.supply else 0
    cutoff = find_cutoff(seats, bids)
    return CertainFacts(pool.supply, candidates, pool.certain, pool.price, cutoff)


def _chance(facts: CertainFacts, bid: int | None) -> Chance:
    sure = Fraction(0) if bid is None else facts.cutoff.chance(bid)
    return one_unit({CERTAIN: sure, ITSELF: (1 - sure) * facts.drawn})
