"""Vectors of the lottery (specs/lottery.md)."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fairlot.allocation.lots import PoolSeed, SeededLots, pool_seed, uniform
from fairlot.allocation.mechanisms.lottery import lottery
from fairlot.allocation.shape import Order, Shares
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool
from generators.case import Case, Chapter, Raw, accept, reject
from generators.lottery_tables import refused_tables, tables, unfit_tables

SALE_ID = hashlib.sha256(b"sale").digest()
SEED = hashlib.sha256(b"seed").digest()
PRICE = 10

_POOL = Pool("main", Mechanism.LOTTERY, 12, PRICE, group_max=3)
_SEED_L = PoolSeed(hashlib.sha256(b"seed_L").digest())


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "lottery",
        "`op` names the operation. lottery: from pool, orders (nym, wants, deposit, group), "
        "seed and sale_id compute units, payments and reasons, in the order of the orders; "
        "trace holds seed_L and the certificate: sizes and counts, the table (chance, rows, "
        "weights, prices), the lot U(Q), the group order, who wins, how many singles win "
        "(seats) and the index of the last of them. table: from k and groups, pairs of size "
        "and number, compute the table; trace holds k', and each search for an average: p, "
        "the box as pairs of least and greatest, and the weights [pattern, weight] or the "
        "prices that it ends with. verify: refuse a claimed table. uniform: U(q) under a "
        "label.",
        (
            *_lotteries(),
            *tables(),
            *_uniforms(),
            *_refused_lotteries(),
            *refused_tables(),
            *unfit_tables(),
            *_refused_uniforms(),
        ),
    )


def sample_orders(sizes: Sequence[int], singles: int) -> list[tuple[Nym, Order]]:
    """Return nyms with orders: groups of these sizes first, then singles."""
    nyms = (
        Nym(hashlib.sha512(f"person {number}".encode()).digest()[:48])
        for number in range(sum(sizes) + singles)
    )
    found: list[tuple[Nym, Order]] = []
    for size in sizes:
        members = [next(nyms) for _ in range(size)]
        order = Order(1, PRICE, group=group_id(SALE_ID, members))
        found += [(nym, order) for nym in members]
    return [*found, *((nym, Order(1, PRICE)) for nym in nyms)]


def _lotteries() -> Iterable[Case]:
    rows: tuple[tuple[str, str, int, Sequence[int], int], ...] = (
        ("plain", "Nobody signs up with others: the first ranks win.", 4, (), 9),
        (
            "two-groups",
            "Two groups among many singles: three rows, each of which sells all.",
            12,
            (3, 2),
            13,
        ),
        (
            "six-groups",
            "Groups of two sizes among singles: k/n for everybody.",
            12,
            (3, 3, 2, 2, 3, 2),
            21,
        ),
        (
            "one-single",
            "One single cannot make up for groups of three: p = 4/5 of 13 people.",
            12,
            (3, 3, 2, 3, 2),
            1,
        ),
        (
            "pairs",
            "Only pairs: one row, 6 of 8 pairs win and nothing is left.",
            12,
            (2,) * 8,
            0,
        ),
        (
            "pairs-odd",
            "Only pairs for 13 units: one unit is left, whatever is drawn.",
            13,
            (2,) * 8,
            0,
        ),
        (
            "too-large",
            "A group of three for two units cannot win; the others draw without it.",
            2,
            (3, 2),
            3,
        ),
        (
            "enough",
            "As many units as people: all win, nothing is drawn.",
            12,
            (3, 2),
            7,
        ),
        ("nobody", "Nobody came: all is unsold.", 12, (), 0),
        ("no-supply", "Nothing is for sale: nobody wins.", 0, (), 3),
    )
    for name, comment, supply, sizes, singles in rows:
        pool = replace(_POOL, supply=supply, group_max=max(sizes, default=1))
        yield _lottery(name, comment, pool, sample_orders(sizes, singles))
    orders = sample_orders((2,), 4)
    poor = [(nym, replace(order, budget=PRICE - 1)) for nym, order in orders[2:4]]
    idle = [(nym, replace(order, wants=0)) for nym, order in orders[4:5]]
    yield _lottery(
        "who-takes-no-unit",
        "People who want none or do not have the price are not counted: three for two units.",
        replace(_POOL, supply=2),
        [*orders[:2], *poor, *idle, *orders[5:]],
    )


def _lottery(
    name: str, comment: str, pool: Pool, orders: Sequence[tuple[bytes, Order]]
) -> Case:
    shares = _drawn(pool, orders)
    return accept(
        name,
        comment,
        _input(pool, orders),
        {
            "units": shares.units,
            "payments": shares.payments,
            "reasons": [reason.value for reason in shares.reasons],
        },
        {
            "seed_L": pool_seed(SEED, SALE_ID, pool.name),
            **shares.facts.to_json(),
        },
    )


def _drawn(pool: Pool, orders: Sequence[tuple[bytes, Order]]) -> Shares:
    lots = SeededLots(SEED, SALE_ID, pool.name, tuple(Nym(nym) for nym, _ in orders))
    return lottery(pool, [order for _, order in orders], lots)


def _input(pool: Pool, orders: Iterable[tuple[bytes, Order]]) -> dict[str, Raw]:
    return {
        "op": "lottery",
        "pool": {
            "name": pool.name,
            "supply": pool.supply,
            "price": pool.price,
            "group_max": pool.group_max,
        },
        "orders": [
            {
                "nym": nym,
                "wants": order.wants,
                "deposit": order.budget,
                "group": order.group,
            }
            for nym, order in orders
        ],
        "seed": SEED,
        "sale_id": SALE_ID,
    }


def _uniforms() -> Iterable[Case]:
    rows: tuple[tuple[str, str, int, bytes], ...] = (
        ("uniform-one", "q = 1 takes no bit: U is 0.", 1, b"table"),
        ("uniform-two", "q = 2 takes the top bit.", 2, b"table"),
        (
            "uniform-rejection",
            "q = 5 takes 3 bits: 5, 5, 5, 6 do not count, then comes 0.",
            5,
            b"table",
        ),
        ("uniform-power", "q = 2^8 takes 8 bits, all of which count.", 256, b"table"),
        ("uniform-large", "q above 2^64.", 2**64 + 13, b"table"),
        ("uniform-largest", "q = 2^256 takes the whole hash.", 2**256, b""),
    )
    return [
        accept(
            name,
            comment,
            _uniform_input(q, label),
            {"U": uniform(_SEED_L, q, label)},
        )
        for name, comment, q, label in rows
    ]


def _uniform_input(q: int, label: bytes) -> dict[str, Raw]:
    return {"op": "uniform", "seed_L": _SEED_L, "q": q, "label": label}


def _refused_lotteries() -> Iterable[Case]:
    orders = sample_orders((3, 2), 13)
    nym, member = orders[0]
    rows: tuple[tuple[str, str, str, Pool, Sequence[tuple[bytes, Order]]], ...] = (
        (
            "group-of-one",
            "A group has at least two members; a member who is left alone is a single.",
            "allocation.group",
            _POOL,
            [*orders[:3], *orders[4:]],
        ),
        (
            "group-above-group-max",
            "A group has at most group_max members; the seller knows what that can cost.",
            "allocation.group",
            replace(_POOL, group_max=2),
            orders,
        ),
        (
            "groups-not-allowed",
            "A pool without group_max draws singles only.",
            "allocation.group",
            replace(_POOL, group_max=1),
            orders,
        ),
        (
            "member-without-price",
            "Every member takes a unit; the others could not win together with it.",
            "allocation.group",
            _POOL,
            [(nym, replace(member, budget=PRICE - 1)), *orders[1:]],
        ),
        (
            "member-wants-none",
            "Every member wants a unit; a group would win units that nobody takes.",
            "allocation.group",
            _POOL,
            [(nym, replace(member, wants=0)), *orders[1:]],
        ),
        (
            "negative-wants",
            "wants is at least 0.",
            "allocation.quantity",
            _POOL,
            [*orders[:-1], (orders[-1][0], Order(-1, PRICE))],
        ),
    )
    for name, rule, code, pool, asked in rows:
        attempt = _attempt(pool, asked)
        yield reject(name, rule, code, _input(pool, asked), attempt)


def _attempt(pool: Pool, orders: Sequence[tuple[bytes, Order]]) -> Callable[[], object]:
    return lambda: _drawn(pool, orders)


def _refused_uniforms() -> Iterable[Case]:
    rows = (
        ("uniform-of-none", "There is no number below 0.", 0),
        ("uniform-negative", "q is at least 1.", -5),
        ("uniform-too-large", "q is at most 2^256; one hash has no more.", 2**256 + 1),
        ("uniform-far-too-large", "q is at most 2^256, not 2^257.", 2**257),
    )
    for name, rule, q in rows:
        inputs = _uniform_input(q, b"table")
        yield reject(name, rule, "allocation.uniform", inputs, _uniform_attempt(q))


def _uniform_attempt(q: int) -> Callable[[], object]:
    return lambda: uniform(_SEED_L, q, b"table")
