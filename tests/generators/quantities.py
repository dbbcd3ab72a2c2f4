"""Vectors of the auction of quantities (specs/auction.md, section 8)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlot.allocation.mechanisms.quantities import quantity_auction, quantity_odds
from fairlot.allocation.shape import Order
from fairlot.bids import Step
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool, Pricing
from generators.case import Case
from generators.mechanism import GivenLots, Play

_POOL = Pool("main", Mechanism.AUCTION, 1_000, 1, cap=1_000, bid_steps=3)
_RICH = 1_000_000


def quantities() -> Iterator[Case]:
    """Return all cases."""
    yield from _accepted()
    yield from _refused()


def _bid(*steps: tuple[int, int], wants: int = 1_000, money: int = _RICH) -> Order:
    return Order(wants, money, steps=tuple(Step(*step) for step in steps))


def _play(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int] | None = None
) -> Play:
    lots = GivenLots(range(len(orders)) if drawn is None else drawn)
    return Play("quantities", quantity_auction, quantity_odds, pool, orders, lots)


_ESSAY = (_bid((600, 5)), _bid((500, 2)), _bid((400, 2)))
_ROWS: Sequence[tuple[str, str, Pool, Sequence[Order]]] = (
    ("", "600@5, 500@2 and 400@2 buy all of 1000; units at 2 are shared.", _POOL, _ESSAY),
    (
        "-steps",
        "A step of one's own that loses sets the price of the others.",
        replace(_POOL, supply=4),
        (_bid((3, 4), (1, 2)), _bid((1, 3), (1, 1))),
    ),
    (
        "-cut",
        "Bids are cut to the cap, to what is wanted, and to the money.",
        replace(_POOL, supply=9, cap=4),
        (
            _bid((6, 5)),
            _bid((2, 6), (5, 3), wants=3),
            _bid((2, 7), (2, 5), money=17),
            _bid((1, 9), money=4),
        ),
    ),
    (
        "-reserve",
        "Steps below the reserve do not count; units are left, and all pay the reserve.",
        replace(_POOL, supply=9, price=4),
        (_bid((2, 5), (2, 3)), _bid((3, 4)), _bid((2, 3))),
    ),
    (
        "-reasons",
        "Outbid, no unit wanted, no money for the reserve, no bid, all below the reserve.",
        replace(_POOL, supply=2, price=2),
        (_bid((2, 9)), _bid((2, 3)), _bid((1, 4), wants=0), _bid((1, 1), money=0),
         _bid(), _bid((2, 1))),
    ),
    (
        "-single-units",
        "With a bid for one unit each it is the auction of section 3.",
        replace(_POOL, supply=2, price=10),
        tuple(_bid((1, price)) for price in (12, 12, 30, 12, 5)),
    ),
    ("-no-supply", "All bids lose.", replace(_POOL, supply=0), _ESSAY),
    ("-nobody", "No order: all is unsold.", _POOL, ()),
    (
        "-limits",
        "2^64 - 1 units, of 3·2^63 that are bid for.",
        replace(_POOL, supply=UINT_MAX, cap=UINT_MAX),
        (_bid((2**63, 1), wants=UINT_MAX, money=UINT_MAX),) * 3,
    ),
)  # fmt: skip


def _accepted() -> Iterator[Case]:
    for name, comment, pool, orders in _ROWS:
        drawn = tuple(reversed(range(len(orders))))
        yield _play(pool, orders, drawn).accepted(f"quantities{name}", comment)
        other = replace(pool, pricing=Pricing.VICKREY)
        yield _play(other, orders, drawn).accepted(
            f"quantities-vickrey{name}", f"{comment} Each pays what the others lose."
        )


_STEPS: Sequence[tuple[str, str, tuple[tuple[int, int], ...]]] = (
    ("equal", "Prices fall from step to step.", ((1, 5), (1, 5))),
    ("rising", "Prices fall from step to step.", ((1, 4), (1, 5))),
    ("rising-later", "Prices fall from step to step.", ((1, 6), (1, 4), (1, 5))),
    ("of-nothing", "A step is for one unit at least.", ((0, 5),)),
    ("of-nothing-later", "A step is for one unit at least.", ((1, 5), (0, 4))),
    ("below-nothing", "Quantities are not negative.", ((-1, 5),)),
    ("too-many-units", "A quantity is a uint64.", ((2**64, 5),)),
    ("price-negative", "A price is not negative.", ((1, -1),)),
    ("price-large", "A price is a uint64.", ((1, 2**64),)),
    ("nine", "A bid has 8 steps at most.", tuple((1, 9 - i) for i in range(9))),
)
_ORDERS: Sequence[tuple[str, str, str, Order]] = (
    ("wants-negative", "No number is negative.", "quantity", Order(-1, 5)),
    ("deposit-negative", "No number is negative.", "quantity", Order(1, -1)),
    ("tier-there", "The pool has no tiers to name.", "tier", Order(1, 5, None, 0)),
)
_POOLS: Sequence[tuple[str, Pool]] = (
    ("supply", replace(_POOL, supply=-1)),
    ("reserve", replace(_POOL, price=-1)),
)


_DRAWN: Sequence[tuple[str, Sequence[int]]] = (
    ("twice", (0, 0, 1)),
    ("short", (0, 1)),
    ("other", (0, 1, 3)),
    ("none", ()),
    ("long", (0, 1, 2, 2)),
    ("negative", (0, 1, -1)),
)


def _refused() -> Iterator[Case]:
    for name, rule, steps in _STEPS:
        play = _play(_POOL, (*_ESSAY, _bid(*steps)))
        yield play.refused(f"quantities-steps-{name}", rule, "allocation.bid")
    for name, rule, code, order in _ORDERS:
        play = _play(_POOL, (*_ESSAY, order))
        yield play.refused(f"quantities-{name}", rule, f"allocation.{code}")
    for name, pool in _POOLS:
        yield _play(pool, _ESSAY).refused(
            f"quantities-{name}-negative",
            "No number is negative.",
            "allocation.quantity",
        )
    for name, drawn in _DRAWN:
        yield _play(_POOL, _ESSAY, drawn).refused(
            f"quantities-order-{name}",
            "The drawing order holds each order once.",
            "allocation.order",
        )
