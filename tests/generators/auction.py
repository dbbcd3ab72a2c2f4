"""Vectors of the auction and of certain seats (specs/auction.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlot.allocation.mechanisms.auction import auction, auction_odds
from fairlot.allocation.mechanisms.certain import CERTAIN, certain_lottery, certain_odds
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool
from generators.case import Case, Chapter
from generators.mechanism import HOW, GivenLots, Play, lots_of_a_part
from generators.quantities import quantities

_AUCTION = Pool("main", Mechanism.AUCTION, supply=2, price=10)
_SEATS = Pool("main", Mechanism.LOTTERY, supply=3, price=10, certain=1)
_HIGH = UINT_MAX


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "auction",
        f"`op` names the operation. auction, certain, quantities: {HOW}",
        (
            *_auctions(),
            *_seats(),
            lots_of_a_part("main", CERTAIN),
            *_refused_auctions(),
            *_refused_seats(),
            *quantities(),
        ),
    )


def _bidding(*bids: int | None) -> tuple[Order, ...]:
    return tuple(Order(1, _HIGH, bid) for bid in bids)


def _auction(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int] | None = None
) -> Play:
    lots = GivenLots(range(len(orders)) if drawn is None else drawn)
    return Play("auction", auction, auction_odds, pool, orders, lots)


def _certain(
    pool: Pool,
    orders: Sequence[Order],
    drawn: Sequence[int] | None = None,
    ranked: Sequence[int] | None = None,
) -> Play:
    turn = range(len(orders))
    parts = {CERTAIN: turn if ranked is None else ranked}
    lots = GivenLots(turn if drawn is None else drawn, parts)
    return Play("certain", certain_lottery, certain_odds, pool, orders, lots)


def _auctions() -> Iterator[Case]:
    tie = _bidding(12, 12, 30, 12, 5)
    yield _auction(_AUCTION, tie, (3, 4, 0, 1, 2)).accepted(
        "auction-tie", "Three bids are equal at the margin: the first by rank wins."
    )
    rows: tuple[tuple[str, str, int, Sequence[Order]], ...] = (
        (
            "auction-price",
            "Both winners pay the highest losing bid.",
            2,
            _bidding(30, 15, 20, None, 11),
        ),
        (
            "auction-reserve",
            "The losing bid is below the reserve and does not count.",
            2,
            _bidding(30, 9, 20),
        ),
        (
            "auction-at-the-reserve",
            "A bid of just the reserve counts.",
            2,
            _bidding(10, 10, 10),
        ),
        (
            "auction-undersubscribed",
            "Nobody loses: the price is the reserve, one unit is left.",
            2,
            _bidding(30, None),
        ),
        (
            "auction-reasons",
            "No unit wanted, no money for the reserve, no bid, too low a bid.",
            2,
            (Order(0, 50, 50), Order(1, 9, 9), Order(1, 50), Order(1, 50, 9)),
        ),
        ("auction-no-supply", "Every bid loses.", 0, _bidding(30, 20)),
        ("auction-nobody", "No order: all is unsold.", 2, ()),
        (
            "auction-limits",
            "Equal bids of 2^64 - 1: the price is the whole deposit.",
            1,
            _bidding(UINT_MAX, UINT_MAX),
        ),
    )
    for name, comment, supply, orders in rows:
        yield _auction(replace(_AUCTION, supply=supply), orders).accepted(name, comment)


def _seats() -> Iterator[Case]:
    tie = _bidding(20, 20, 20, None, 20)
    yield _certain(_SEATS, tie, (0, 3, 1, 2, 4), (4, 1, 0, 2, 3)).accepted(
        "certain-tie",
        "Four bids are equal: the part's order sells the seat, the pool's order draws.",
    )
    rows: tuple[tuple[str, str, int, int, Sequence[Order]], ...] = (
        (
            "certain",
            "The bid of 20 buys a certain seat; four persons draw for two.",
            3,
            1,
            _bidding(14, 20, None, 16, None),
        ),
        (
            "certain-rounded",
            "The premium of 5·2/3 is rounded down.",
            2,
            1,
            _bidding(15, 20, None, None),
        ),
        (
            "certain-few-bids",
            "Fewer bids count than seats are offered: k_c falls, there is no premium.",
            4,
            3,
            _bidding(30, 9, None, 12, None, None),
        ),
        (
            "certain-as-many-bids",
            "As many bids count as seats are offered: nobody loses, no premium.",
            3,
            2,
            _bidding(30, 12, None, None),
        ),
        ("certain-no-bid", "No bid: all seats are drawn.", 3, 1, _bidding(*[None] * 5)),
        (
            "certain-enough-seats",
            "n = k: everybody has a seat at P, whatever the bids are.",
            3,
            2,
            _bidding(30, 12, None),
        ),
        (
            "certain-poor",
            "n leaves out people who want no seat or cannot pay P; their bids do not count.",
            2,
            1,
            (
                *_bidding(20, 16, None),
                Order(0, 50, 50),
                Order(1, 9, 9),
                Order(1, 10, 10),
            ),
        ),
        ("certain-nobody", "No order: all is unsold.", 3, 1, ()),
        (
            "certain-limits",
            "Bids of 2^64 - 1: the premium is an integer of unbounded products.",
            2,
            1,
            _bidding(*[UINT_MAX] * 5),
        ),
    )
    for name, comment, supply, certain, orders in rows:
        pool = replace(_SEATS, supply=supply, certain=certain)
        yield _certain(pool, orders).accepted(name, comment)


_ORDERS: tuple[tuple[str, str, str, Order], ...] = (
    (
        "bid-above-deposit",
        "A bid is at most the deposit; a winner could owe more than there is.",
        "allocation.bid",
        Order(1, 20, 21),
    ),
    (
        "bid-negative",
        "A bid is not negative.",
        "allocation.bid",
        Order(1, 20, -1),
    ),
    (
        "wants-negative",
        "Numbers are not negative.",
        "allocation.quantity",
        Order(-1, 20, 20),
    ),
    (
        "deposit-negative",
        "Numbers are not negative.",
        "allocation.quantity",
        Order(1, -1),
    ),
    (
        "tier-there",
        "The pool has no tiers that an order could name.",
        "allocation.tier",
        Order(1, 20, 20, 0),
    ),
)


def _refused_auctions() -> Iterator[Case]:
    for name, rule, code, order in _ORDERS:
        play = _auction(_AUCTION, (*_bidding(30), order))
        yield play.refused(f"auction-{name}", rule, code)
    for name, drawn in (("twice", (0, 0)), ("short", (0,)), ("unknown", (0, 2))):
        yield _auction(_AUCTION, _bidding(20, 20), drawn).refused(
            f"auction-order-{name}",
            "The drawing order holds each index once; a tie would be decided wrongly.",
            "allocation.order",
        )
    for name, pool in (
        ("supply", replace(_AUCTION, supply=-1)),
        ("reserve", replace(_AUCTION, price=-1)),
    ):
        yield _auction(pool, _bidding(20)).refused(
            f"auction-{name}-negative",
            "Numbers are not negative.",
            "allocation.quantity",
        )


def _refused_seats() -> Iterator[Case]:
    for name, rule, code, order in _ORDERS:
        play = _certain(_SEATS, (*_bidding(30), order))
        yield play.refused(f"certain-{name}", rule, code)
    for name, certain in (("none", 0), ("all", 3), ("negative", -1)):
        yield _certain(replace(_SEATS, certain=certain), _bidding(20)).refused(
            f"certain-seats-{name}",
            "1 <= certain < supply; else nothing would be sold as certain, or drawn.",
            "allocation.certain",
        )
    turn = (0, 1)
    for name, drawn, ranked in (
        ("twice", (0, 0), turn),
        ("part-twice", turn, (1, 1)),
        ("part-short", turn, (1,)),
    ):
        yield _certain(_SEATS, _bidding(20, 20), drawn, ranked).refused(
            f"certain-order-{name}",
            "Both drawing orders hold each index once.",
            "allocation.order",
        )
