"""Auction: the highest bids win, and all pay one price (specs/auction.md, section 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.mechanisms.arguments import check_orders, drawn_first
from fairlot.allocation.shape import (
    ITSELF,
    Lots,
    Odds,
    Order,
    Reason,
    Shares,
    whole,
)
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, counted, json_view


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The margin at which bids stop winning; it does not depend on the lots."""

    seats: int
    """How many bids win."""
    valid: int
    """How many bids count."""
    last: int | None
    """The lowest winning bid; ``None`` if no bid wins."""
    best_losing: int | None
    """The highest losing bid; ``None`` if none loses."""
    tied: int
    """t: how many bids equal the lowest winning bid."""
    tied_seats: int
    """u: how many of these win."""

    @property
    def by_lot(self) -> bool:
        """Tell whether lots decide between equal bids."""
        return self.tied_seats < self.tied

    def chance(self, bid: int) -> Fraction:
        """Return the probability that a valid bid wins."""
        if self.last is None or bid < self.last:
            return Fraction(0)
        return Fraction(self.tied_seats, self.tied) if bid == self.last else Fraction(1)


def find_cutoff(seats: int, bids: Sequence[int]) -> Cutoff:
    """Return the cutoff if at most ``seats`` of the valid ``bids`` win."""
    ordered = sorted(bids, reverse=True)
    winning, losing = ordered[:seats], ordered[seats:]
    last = winning[-1] if winning else None
    return Cutoff(
        seats=len(winning),
        valid=len(ordered),
        last=last,
        best_losing=losing[0] if losing else None,
        tied=sum(bid == last for bid in ordered),
        tied_seats=sum(bid == last for bid in winning),
    )


def winners(
    seats: int, bids: Mapping[int, int], permutation: Sequence[int]
) -> frozenset[int]:
    """Return the indices of the ``seats`` highest bids, ties by the drawing order.

    Args:
        seats: at least 0.
        bids: the valid bids by the index of their order.
        permutation: all indices, the first drawn first.
    """
    bidders = (index for index in permutation if index in bids)
    ranked = sorted(bidders, key=lambda index: -bids[index])
    return frozenset(ranked[:seats])


@dataclass(frozen=True, slots=True)
class AuctionFacts:
    """The numbers from which the price of an auction follows."""

    supply: int
    """N, the units for sale."""
    reserve: int
    """P, the reserve price."""
    price: int
    """The price that every winner pays."""
    cutoff: Cutoff

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        return json_view(
            {
                "supply": self.supply,
                "reserve": self.reserve,
                "price": self.price,
                "valid_bids": self.cutoff.valid,
                "lowest_winning": self.cutoff.last,
                "highest_losing": self.cutoff.best_losing,
                "tied": self.cutoff.tied,
                "tied_seats": self.cutoff.tied_seats,
            }
        )

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        count = counted(self.cutoff.valid, "bid counts", "bids count")
        supply = counted(self.supply, "unit", "units")
        said = f"{count}, for {supply}"
        return said, self._price(money(self.price)), *ties(self.cutoff, money)

    def _price(self, price: str) -> str:
        if self.cutoff.best_losing is None:
            return f"No bid that counts lost: whoever wins pays the reserve, {price}"
        return f"Whoever wins pays the highest losing bid, {price}"


def ties(cutoff: Cutoff, money: Money = str) -> tuple[str, ...]:
    """State in a sentence how lots decide between equal bids; empty if they do not."""
    if not cutoff.by_lot:
        return ()
    winning = counted(cutoff.tied_seats, "wins", "win")
    bid = money(cutoff.last or 0)
    return (f"Of {cutoff.tied} equal bids of {bid}, {winning} by lot",)


def valid_bids(pool: Pool, orders: Sequence[Order]) -> dict[int, int]:
    """Return the bids that count, by the index of their order: step 1."""
    return {
        index: order.bid
        for index, order in enumerate(orders)
        if order.wants >= 1 and order.bid is not None and order.bid >= pool.price
    }


def auction_price(pool: Pool, cutoff: Cutoff) -> int:
    """Return the price that every winner pays: step 3."""
    return max(pool.price, cutoff.best_losing or 0)


def auction(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets and pays what: steps 1 to 4.

    Args:
        pool: supply N, the reserve P as its price.
        orders: one for each person; a bid is what one unit is worth.
        lots: only the drawing order matters, and only between equal bids.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``,
            ``allocation.order``.
    """
    check_orders(pool, orders)
    bids = valid_bids(pool, orders)
    cutoff = find_cutoff(pool.supply, list(bids.values()))
    won = winners(pool.supply, bids, drawn_first(lots, len(orders)))
    price = auction_price(pool, cutoff)
    people = range(len(orders))
    return Shares(
        quantities=tuple(int(index in bids) for index in people),
        units=tuple(int(index in won) for index in people),
        payments=tuple(price * (index in won) for index in people),
        reasons=tuple(
            _reason(pool, order, bid=index in bids, won=index in won)
            for index, order in enumerate(orders)
        ),
        parts=(ITSELF,) * len(orders),
        facts=AuctionFacts(pool.supply, pool.price, price, cutoff),
    )


def auction_odds(pool: Pool, orders: Sequence[Order], money: Money = str) -> Odds:
    """Return what each person may expect if bids are open and lots unknown.

    Args:
        pool: as ``auction`` takes it.
        orders: as there.
        money: writes amounts, as bare integers unless it is given.

    Raises:
        CallerError: ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``.
    """
    check_orders(pool, orders)
    bids = valid_bids(pool, orders)
    cutoff = find_cutoff(pool.supply, list(bids.values()))
    chances = tuple(
        whole(cutoff.chance(bids[index]) if index in bids else Fraction(0))
        for index in range(len(orders))
    )
    margin = "The highest bids win; only equal bids at the margin are left to the lots"
    why = (
        margin if cutoff.valid else "There is no bid that counts",
        *ties(cutoff, money),
    )
    unsold = Fraction(pool.supply - cutoff.seats)
    return Odds(chances, unsold, why)


def _reason(pool: Pool, order: Order, *, bid: bool, won: bool) -> Reason:
    if won:
        return Reason.WINNING_BID
    if bid:
        return Reason.OUTBID
    short = order.wants < 1 or order.budget < pool.price
    return Reason.NOTHING if short else Reason.NO_BID
