"""Vectors of a lottery that counts points (specs/points.md)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from fairlot.allocation.lots import SeededLots, best_rank, pool_seed
from fairlot.allocation.mechanisms.points import points_lottery, points_odds
from fairlot.allocation.shape import Order
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool
from generators.case import Case, Chapter, Raw, accept, reject

SALE_ID = hashlib.sha256(b"sale").digest()
SEED = hashlib.sha256(b"seed").digest()
PRICE = 10

WESTERN_STATES: Mapping[int, int] = {
    1: 2468,
    2: 1002,
    4: 393,
    8: 253,
    16: 111,
    32: 30,
    64: 2,
}
"""How many people had how many tickets in 2016, for 250 places."""

_POOL = Pool("main", Mechanism.LOTTERY, 2, PRICE, points="years")


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "points",
        "`op` names the operation. points: from pool, orders (nym, wants, deposit, points, "
        "group), seed and sale_id compute units, payments, reasons and the facts, in the "
        "order of the orders; trace holds seed_L, the best ranks, and the odds: for each "
        "order the chance of a unit as a fraction, and the error. chances: from supply and "
        "counts, pairs of points and how many people have them, compute the chance of "
        "each; error 0/1 asks for exact fractions, another error for decimals that are "
        "right to within it.",
        (*_drawn(), *_chances(), *_refused()),
    )


@dataclass(frozen=True, slots=True)
class _Play:
    """A pool with all that it is given."""

    pool: Pool
    orders: Sequence[Order]

    @property
    def nyms(self) -> tuple[Nym, ...]:
        """One for each order."""
        labels = (f"person {i}".encode() for i in range(len(self.orders)))
        return tuple(Nym(hashlib.sha512(label).digest()[:48]) for label in labels)

    def accepted(self, name: str, comment: str) -> Case:
        """Return the case with its results."""
        lots = SeededLots(SEED, SALE_ID, self.pool.name, self.nyms)
        shares = points_lottery(self.pool, self.orders, lots)
        odds = points_odds(self.pool, self.orders)
        seed_L = pool_seed(SEED, SALE_ID, self.pool.name)
        return accept(
            name,
            comment,
            self.inputs(),
            {
                "units": shares.units,
                "payments": shares.payments,
                "reasons": [reason.value for reason in shares.reasons],
                "facts": dict(shares.facts.to_json()),
            },
            {
                "seed_L": seed_L,
                "best_ranks": [
                    best_rank(seed_L, nym, order.points)
                    for nym, order in zip(self.nyms, self.orders, strict=True)
                ],
                "chances": [_fraction(chance.expected) for chance in odds.chances],
                "error": _fraction(odds.error),
            },
        )

    def refused(self, name: str, rule: str, code: str) -> Case:
        """Return the case that must be refused."""
        lots = SeededLots(SEED, SALE_ID, self.pool.name, self.nyms)
        return reject(
            name,
            rule,
            code,
            self.inputs(),
            lambda: points_lottery(self.pool, self.orders, lots),
        )

    def inputs(self) -> dict[str, Raw]:
        """Return what an implementation is given."""
        return {
            "op": "points",
            "pool": {
                "name": self.pool.name,
                "supply": self.pool.supply,
                "price": self.pool.price,
            },
            "orders": [
                {
                    "nym": nym,
                    "wants": order.wants,
                    "deposit": order.budget,
                    "points": order.points,
                    "group": order.group,
                }
                for nym, order in zip(self.nyms, self.orders, strict=True)
            ],
            "seed": SEED,
            "sale_id": SALE_ID,
        }


def _with(*points: int) -> tuple[Order, ...]:
    return tuple(Order(1, PRICE, points=each) for each in points)


def _drawn() -> Iterator[Case]:
    one = replace(_POOL, supply=1)
    rows: tuple[tuple[str, str, Pool, Sequence[Order]], ...] = (
        ("four-and-three", "Chances of 4/7 and 3/7 for one unit.", one, _with(4, 3)),
        (
            "without-replacement",
            "Two units: whoever has 6 of 12 points has 4/5, and never two units.",
            _POOL,
            _with(6, 2, 2, 2),
        ),
        (
            "all-alike",
            "Equal points are equal chances: 2/5 each, whatever the number is.",
            _POOL,
            _with(7, 7, 7, 7, 7),
        ),
        (
            "enough",
            "As many units as people: all win, points or not.",
            _POOL,
            _with(1, 1000),
        ),
        ("nobody", "Nobody came: all is unsold.", _POOL, ()),
        ("no-supply", "Nothing for sale.", replace(_POOL, supply=0), _with(1, 2)),
        (
            "who-takes-no-unit",
            "Points of people without the price, or who want nothing, count for nobody.",
            one,
            (*_with(2, 1), Order(1, PRICE - 1, points=1000), Order(0, PRICE, points=9)),
        ),
        (
            "many-points",
            "The greatest number of points: 1,000 ranks for one person.",
            one,
            _with(1, 1, 1000, 1),
        ),
    )
    for name, comment, pool, orders in rows:
        yield _Play(pool, orders).accepted(name, comment)


def _chances() -> Iterator[Case]:
    exact = replace(_POOL, supply=3)
    yield _stated("exact", "Six kinds of people, followed exactly.", exact, _KINDS)
    races = replace(_POOL, supply=250)
    yield _stated(
        "western-states",
        "The Western States 100 of 2016: 4,259 people, to within the error.",
        races,
        WESTERN_STATES,
    )


_KINDS: Mapping[int, int] = {1: 3, 2: 2, 3: 2, 5: 1, 8: 1, 13: 1}


def _stated(name: str, comment: str, pool: Pool, counts: Mapping[int, int]) -> Case:
    orders = [
        order for points, many in counts.items() for order in _with(points) * many
    ]
    odds = points_odds(pool, orders)
    chance = dict(
        zip((o.points for o in orders), (c.expected for c in odds.chances), strict=True)
    )
    return accept(
        name,
        comment,
        {
            "op": "chances",
            "supply": pool.supply,
            "counts": [[points, many] for points, many in counts.items()],
        },
        {
            "chances": [_fraction(chance[points]) for points in counts],
            "error": _fraction(odds.error),
        },
    )


def _refused() -> Iterator[Case]:
    fine = _with(4, 3)
    nyms = _Play(_POOL, fine).nyms
    gid = group_id(SALE_ID, nyms)
    rows: tuple[tuple[str, str, str, Pool, Sequence[Order]], ...] = (
        (
            "no-points",
            "Everybody has a point; without one there is no rank.",
            "allocation.points",
            _POOL,
            (*fine, Order(1, PRICE, points=0)),
        ),
        (
            "negative-points",
            "Points are at least 1.",
            "allocation.points",
            _POOL,
            (*fine, Order(1, PRICE, points=-1)),
        ),
        (
            "points-1001",
            "At most 1,000 points; they bound the work.",
            "allocation.points",
            _POOL,
            (*fine, Order(1, PRICE, points=1001)),
        ),
        (
            "points-65537",
            "Points are not taken modulo 2^16, which counts the ranks.",
            "allocation.points",
            _POOL,
            (*fine, Order(1, PRICE, points=65537)),
        ),
        (
            "points-of-nobody",
            "Points are looked at even where somebody takes no unit.",
            "allocation.points",
            _POOL,
            (*fine, Order(0, 0, points=0)),
        ),
        (
            "group",
            "Nobody enters as a group; it would have no number of points.",
            "allocation.group",
            _POOL,
            [replace(order, group=gid) for order in fine],
        ),
        (
            "wants-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            _POOL,
            (*fine, Order(-1, PRICE)),
        ),
        (
            "deposit-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            _POOL,
            (*fine, Order(1, -1)),
        ),
        (
            "supply-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            replace(_POOL, supply=-1),
            fine,
        ),
        (
            "price-negative",
            "Numbers are not negative.",
            "allocation.quantity",
            replace(_POOL, price=-1),
            fine,
        ),
    )
    for name, rule, code, pool, orders in rows:
        yield _Play(pool, orders).refused(name, rule, code)
    yield _Play(_POOL, (*fine, Order(1, PRICE, points=1 << 64))).refused(
        "points-of-64-bits", "At most 1,000 points.", "allocation.points"
    )


def _fraction(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}"
