"""Vectors of the lottery (specs/lottery.md)."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fairlot.allocation.lots import PoolSeed, SeededLots, pool_seed, uniform
from fairlot.allocation.mechanisms.groups import draw, draw_rule
from fairlot.allocation.mechanisms.lottery import lottery
from fairlot.allocation.shape import Order, Shares
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool
from generators.case import Case, Chapter, Raw, accept, reject

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
        "trace holds seed_L and the certificate: the mode and its numbers (people n, "
        "singles m, largest gmax, weight d, target K), the group order, the walk with a "
        "row [a, b, up, dn, U] a step, the last draw [unit, y, full, U], how many singles "
        "win (seats) and the index of the last of them. draw: from k, sizes and m alone, "
        "with the group order as indices. uniform: U(q) under a label.",
        (
            *_lotteries(),
            *_uniforms(),
            *_refused_lotteries(),
            *_refused_draws(),
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
            "mode-a",
            "Two groups among many singles, who take exactly what the groups leave.",
            12,
            (3, 2),
            13,
        ),
        (
            "mode-a-all-groups-open",
            "Six groups pair off, one after another; the last is drawn by itself.",
            12,
            (3, 3, 2, 2, 3, 2),
            21,
        ),
        (
            "mode-b-singles",
            "One single cannot make up for groups of three: all are drawn as units.",
            12,
            (3, 3, 2, 3, 2),
            1,
        ),
        (
            "mode-b-pairs",
            "Only pairs: d = 2, so 6 of 8 pairs win and nothing is left.",
            12,
            (2,) * 8,
            0,
        ),
        (
            "mode-b-odd",
            "Only pairs for 13 units: one unit is left, whatever is drawn.",
            13,
            (2,) * 8,
            0,
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
        ("uniform-one", "q = 1 takes no bit: U is 0.", 1, b"last"),
        ("uniform-two", "q = 2 takes the top bit.", 2, b"last"),
        (
            "uniform-rejection",
            "q = 5 takes 3 bits: 5, 5, 5, 6 do not count, then comes 0.",
            5,
            b"pair" + bytes(4),
        ),
        ("uniform-power", "q = 2^8 takes 8 bits, all of which count.", 256, b"pair"),
        ("uniform-large", "q above 2^64.", 2**64 + 13, b"pair" + bytes(4)),
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
            "group-above-supply",
            "A group that is larger than the supply could never win.",
            "allocation.group",
            replace(_POOL, supply=2),
            orders,
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


def _refused_draws() -> Iterable[Case]:
    rows: tuple[tuple[str, str, str, int, Sequence[int], int, Sequence[int]], ...] = (
        (
            "draw-repeated-group",
            "Every group is in the order once; one would be drawn twice.",
            "allocation.order",
            *(12, (3, 2), 13, (0, 0)),
        ),
        (
            "draw-missing-group",
            "Every group is in the order; one could not win.",
            "allocation.order",
            *(12, (3, 2), 13, (1,)),
        ),
        (
            "draw-unknown-group",
            "The order holds indices of sizes only.",
            "allocation.order",
            *(12, (3, 2), 13, (1, 2)),
        ),
        (
            "draw-small-group",
            "A single is not a group: singles are drawn by rank.",
            "allocation.group",
            *(12, (3, 1), 14, (0, 1)),
        ),
        (
            "draw-negative-supply",
            "The supply is at least 0.",
            "allocation.quantity",
            *(-1, (), 14, ()),
        ),
        (
            "draw-negative-singles",
            "There are at least 0 singles; chances would be above 1.",
            "allocation.quantity",
            *(12, (3, 3, 3, 3, 3), -1, (0, 1, 2, 3, 4)),
        ),
    )
    for name, rule, code, supply, sizes, singles, order in rows:
        inputs: dict[str, Raw] = {
            "op": "draw",
            "k": supply,
            "sizes": sizes,
            "m": singles,
            "order": order,
        }
        attempt = _draw_attempt(supply, sizes, singles, order)
        yield reject(name, rule, code, inputs, attempt)


def _draw_attempt(
    supply: int, sizes: Sequence[int], singles: int, order: Sequence[int]
) -> Callable[[], object]:
    return lambda: draw(draw_rule(supply, sizes, singles), order, lambda _q, _l: 0)


def _refused_uniforms() -> Iterable[Case]:
    rows = (
        ("uniform-of-none", "There is no number below 0.", 0),
        ("uniform-negative", "q is at least 1.", -5),
        ("uniform-too-large", "q is at most 2^256; one hash has no more.", 2**256 + 1),
        ("uniform-far-too-large", "q is at most 2^256, not 2^257.", 2**257),
    )
    for name, rule, q in rows:
        inputs = _uniform_input(q, b"last")
        yield reject(name, rule, "allocation.uniform", inputs, _uniform_attempt(q))


def _uniform_attempt(q: int) -> Callable[[], object]:
    return lambda: uniform(_SEED_L, q, b"last")
