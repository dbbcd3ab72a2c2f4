"""Vectors of the quadratic price (specs/quadratic.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fairlot.allocation.mechanisms.quadratic import quadratic, quadratic_odds
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool
from generators.case import Case, Chapter
from generators.mechanism import HOW, GivenLots, Play

_POOL = Pool("main", Mechanism.QUADRATIC, supply=10, price=3, cap=5)
_ORDERS = tuple(Order(UINT_MAX, deposit) for deposit in (75, 12, 27, 48))
_DRAWN = (2, 3, 1, 0)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "quadratic",
        f"`op` names the operation. quadratic: {HOW}",
        (*_accepted(), *_refused()),
    )


def _play(
    pool: Pool = _POOL,
    orders: Sequence[Order] = _ORDERS,
    drawn: Sequence[int] | None = None,
) -> Play:
    lots = GivenLots(range(len(orders)) if drawn is None else drawn)
    return Play("quadratic", quadratic, quadratic_odds, pool, orders, lots)


def _accepted() -> Iterator[Case]:
    yield _play(drawn=_DRAWN).accepted(
        "clearing",
        "The cap rises to 3; two units are left for three persons who would take them.",
    )
    rows: tuple[tuple[str, str, Pool, Sequence[Order]], ...] = (
        (
            "whole-step",
            "The step to cap 3 sells out exactly: nothing is left to lots.",
            replace(_POOL, supply=11),
            _ORDERS,
        ),
        (
            "demand-is-supply",
            "Everybody gets q, and the cap rises to the greatest q.",
            replace(_POOL, supply=14),
            _ORDERS,
        ),
        (
            "undersubscribed",
            "No cap sells out.",
            replace(_POOL, supply=15),
            _ORDERS,
        ),
        (
            "first-step-by-lot",
            "Fewer units than persons: the first step is the last, a plain lottery.",
            replace(_POOL, supply=2),
            _ORDERS,
        ),
        ("no-supply", "The cap never rises.", replace(_POOL, supply=0), _ORDERS),
        ("nobody", "No order: all is unsold, no cap sells out.", _POOL, ()),
        (
            "bounds",
            "Wants, cap and square root each bound a quantity; a unit may cost too much.",
            replace(_POOL, supply=6),
            (Order(4, 1000), Order(9, 1000), Order(9, 47), Order(0, 48), Order(1, 2)),
        ),
        (
            "limits",
            "All numbers at 2^64 - 1: the root is 2^32 - 1.",
            Pool("main", Mechanism.QUADRATIC, UINT_MAX, 1, UINT_MAX),
            (Order(UINT_MAX, UINT_MAX),) * 3,
        ),
        (
            "limits-price",
            "At the highest price one unit can be paid for.",
            Pool("main", Mechanism.QUADRATIC, 2, UINT_MAX, UINT_MAX),
            (Order(2, UINT_MAX), Order(2, UINT_MAX - 1)),
        ),
    )
    for name, comment, pool, orders in rows:
        yield _play(pool, orders).accepted(name, comment)


def _refused() -> Iterator[Case]:
    pools: tuple[tuple[str, str, str, Pool], ...] = (
        (
            "price-zero",
            "P is at least 1; at a price of 0 no root bounds the quantity.",
            "quadratic.price",
            replace(_POOL, price=0),
        ),
        *(
            (
                f"negative-{field}",
                "Numbers are not negative; sums would not be conserved.",
                "allocation.quantity",
                pool,
            )
            for field, pool in (
                ("price", replace(_POOL, price=-1)),
                ("supply", replace(_POOL, supply=-1)),
                ("cap", replace(_POOL, cap=-1)),
            )
        ),
    )
    for name, rule, code, pool in pools:
        yield _play(pool).refused(name, rule, code)
    for name, order in (("wants", Order(-1, 75)), ("deposit", Order(1, -1))):
        yield _play(orders=(*_ORDERS[1:], order)).refused(
            f"negative-{name}",
            "Numbers are not negative; a negative number has no root.",
            "allocation.quantity",
        )
    orders = {
        "short": (0, 1, 2),
        "long": (0, 1, 2, 3, 4),
        "twice": (0, 1, 2, 2),
        "unknown": (0, 1, 2, 4),
        "empty": (),
    }
    for name, drawn in orders.items():
        yield _play(drawn=drawn).refused(
            f"order-{name}",
            "The drawing order holds each index once; somebody would be left out.",
            "allocation.order",
        )
