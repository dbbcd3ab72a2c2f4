"""Vectors of tiers (specs/tiers.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fairlot.allocation.mechanisms.tiers import tiers, tiers_odds
from fairlot.allocation.shape import Order
from fairlot.fields import UINT_MAX
from fairlot.terms.pool import Mechanism, Pool, Tier
from generators.case import Case, Chapter
from generators.mechanism import HOW, GivenLots, Play, lots_of_a_part

_NAMES = ("gold", "silver", "bronze")
_PRICES = (100, 50, 20)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "tiers",
        f"`op` names the operation. tiers: {HOW}",
        (*_accepted(), lots_of_a_part("main", "gold"), *_refused()),
    )


def _selling(*supplies: int, more: int = 0) -> Pool:
    rows = zip(_NAMES, _PRICES, supplies, strict=False)
    levels = tuple(Tier(*row) for row in rows)
    return Pool("main", Mechanism.TIERS, sum(supplies) + more, tiers=levels)


def _naming(*named: int | None) -> tuple[Order, ...]:
    return tuple(Order(1, 100, tier=tier) for tier in named)


def _play(
    pool: Pool,
    orders: Sequence[Order],
    parts: Mapping[str, Sequence[int]] | None = None,
) -> Play:
    turn = range(len(orders))
    in_turn = {tier.name: turn for tier in pool.tiers}
    lots = GivenLots(turn, in_turn if parts is None else parts)
    return Play("tiers", tiers, tiers_odds, pool, orders, lots)


def _accepted() -> Iterator[Case]:
    draws = {"gold": (2, 1, 0, 3), "silver": (3, 0, 2, 1)}
    yield _play(_selling(1, 1), _naming(0, 0, 0, 1), draws).accepted(
        "oversubscribed",
        "Two persons miss gold and are candidates for silver, with a draw of its own.",
    )
    rows: tuple[tuple[str, str, Pool, Sequence[Order]], ...] = (
        (
            "rolls-over",
            "Two seats of gold that nobody wants are silver ones.",
            _selling(3, 0, 1),
            _naming(0, 1, 1, 1),
        ),
        (
            "from-an-earlier-pool",
            "What an earlier pool left comes in at the first tier.",
            _selling(1, 1, more=2),
            _naming(0, 0, 1),
        ),
        (
            "never-above",
            "Free seats of gold do not lift whoever named silver.",
            _selling(2, 1),
            _naming(1, 1, None, 1),
        ),
        (
            "three-tiers",
            "The odds of whoever named gold are products of misses.",
            _selling(1, 1, 1),
            _naming(0, 0, 1, 2, None),
        ),
        (
            "no-tier",
            "No wish, no tier, and a tier that the deposit does not cover.",
            _selling(1, 1),
            (
                Order(0, 100, tier=0),
                Order(1, 100),
                Order(1, 99, tier=0),
                Order(1, 50, tier=1),
            ),
        ),
        ("nobody", "No order: all is unsold.", _selling(2, 1), ()),
        ("no-supply", "No tier has a seat.", _selling(0, 0), _naming(0, 1)),
        (
            "limits",
            "A price and a supply of 2^64 - 1.",
            Pool(
                "main",
                Mechanism.TIERS,
                UINT_MAX,
                tiers=(Tier("gold", UINT_MAX, UINT_MAX),),
            ),
            (Order(UINT_MAX, UINT_MAX, tier=0), Order(1, UINT_MAX - 1, tier=0)),
        ),
    )
    for name, comment, pool, orders in rows:
        yield _play(pool, orders).accepted(name, comment)


def _refused() -> Iterator[Case]:
    pool = _selling(1, 1)
    orders: tuple[tuple[str, str, str, Order], ...] = (
        (
            "tier-unknown",
            "A tier is an index of the pool's tiers.",
            "allocation.tier",
            Order(1, 100, tier=2),
        ),
        (
            "tier-negative",
            "Tiers are counted from 0, not from the end.",
            "allocation.tier",
            Order(1, 100, tier=-1),
        ),
        (
            "wants-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            Order(-1, 100, tier=0),
        ),
        (
            "deposit-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            Order(1, -1),
        ),
        (
            "bid-above-deposit",
            "A bid is at most the deposit, even where nothing is auctioned.",
            "allocation.bid",
            Order(1, 100, 101, 0),
        ),
    )
    for name, rule, code, order in orders:
        yield _play(pool, (*_naming(0), order)).refused(name, rule, code)
    first, second = pool.tiers
    pools: tuple[tuple[str, str, str, Pool], ...] = (
        (
            "supply-short",
            "The pool's supply covers its tiers; more would be sold than there is.",
            "allocation.tiers",
            replace(pool, supply=1),
        ),
        (
            "prices-equal",
            "Prices fall strictly; which tier is the higher would be open.",
            "allocation.tiers",
            replace(pool, tiers=(first, replace(second, price=100))),
        ),
        (
            "prices-rise",
            "Prices fall; whoever falls to a dearer tier could not pay for it.",
            "allocation.tiers",
            replace(pool, tiers=(second, first)),
        ),
        (
            "seats-negative",
            "Numbers are not negative; another tier would have more than there is.",
            "allocation.quantity",
            replace(pool, tiers=(replace(first, supply=3), replace(second, supply=-1))),
        ),
    )
    for name, rule, code, other in pools:
        yield _play(other, _naming(0)).refused(name, rule, code)
    draws: tuple[tuple[str, Mapping[str, Sequence[int]]], ...] = (
        ("twice", {"gold": (0, 0), "silver": (0, 1)}),
        ("second-twice", {"gold": (0, 1), "silver": (1, 1)}),
        ("short", {"gold": (0,), "silver": (0, 1)}),
    )
    for name, parts in draws:
        yield _play(pool, _naming(0, 0), parts).refused(
            f"order-{name}",
            "Each tier's drawing order holds each index once.",
            "allocation.order",
        )
