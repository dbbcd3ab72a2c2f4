"""A consumer of the vectors of quadratic price, auction, certain seats and tiers.

It follows the specification in the plainest way and knows nothing of this library's
mechanisms but the refusals.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from math import isqrt
from pathlib import Path
from typing import Any

import pytest

from all_orders import FixedLots
from fairlot.allocation.mechanisms.auction import auction
from fairlot.allocation.mechanisms.certain import certain_lottery
from fairlot.allocation.mechanisms.quadratic import quadratic
from fairlot.allocation.mechanisms.quantities import quantity_auction
from fairlot.allocation.mechanisms.tiers import tiers
from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.bids import Step
from fairlot.terms.pool import Mechanism, Pool, Pricing, Tier
from fairlot_crypto.errors import CallerError

FOLDER = Path(__file__).parents[1] / "vectors"
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{chapter}-{case['name']}", case)
    for chapter in ("quadratic", "auction", "tiers")
    for case in json.loads((FOLDER / f"{chapter}.json").read_text("utf-8"))["cases"]
    if case["input"]["op"] != "lots"
]
RUN: Mapping[str, Callable[[Pool, Sequence[Order], Lots], Shares]] = {
    "quadratic": quadratic,
    "auction": auction,
    "certain": certain_lottery,
    "quantities": quantity_auction,
    "tiers": tiers,
}


def whole(value: int | str | None) -> int | None:
    return None if value is None else int(value)


def order_of(fields: dict[str, Any]) -> Order:
    bid, tier = whole(fields["bid"]), whole(fields["tier"])
    steps = tuple(Step(int(q), int(p)) for q, p in fields.get("steps", ()))
    return Order(int(fields["wants"]), int(fields["deposit"]), bid, tier, steps=steps)


def pool_of(fields: dict[str, Any]) -> Pool:
    return Pool(
        fields["name"],
        Mechanism(fields["mechanism"]),
        int(fields["supply"]),
        int(fields.get("price", 0)),
        int(fields.get("cap", 1)),
        certain=int(fields.get("certain", 0)),
        pricing=Pricing(fields.get("pricing", "clearing")),
        tiers=tuple(
            Tier(tier["name"], int(tier["price"]), int(tier["supply"]))
            for tier in fields.get("tiers", ())
        ),
    )


def by_hand(given: dict[str, Any]) -> list[tuple[int, int]]:
    """Return (units, payment) of each order."""
    pool = pool_of(given["pool"])
    orders = [order_of(order) for order in given["orders"]]
    drawn, parts = given["order"], given["part_orders"]
    if given["op"] == "quadratic":
        return quadratic_by_hand(pool, orders, drawn)
    if given["op"] == "auction":
        return auction_by_hand(pool, orders, drawn)
    if given["op"] == "quantities":
        return quantities_by_hand(pool, orders, drawn)
    if given["op"] == "certain":
        return certain_by_hand(pool, orders, drawn, parts["certain"])
    return tiers_by_hand(pool, orders, parts)


def quadratic_by_hand(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int]
) -> list[tuple[int, int]]:
    q = [min(pool.cap, o.wants, isqrt(o.budget // pool.price)) for o in orders]
    low, high = 0, max(q, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        fits = sum(min(middle, one) for one in q) <= pool.supply
        low, high = (middle, high) if fits else (low, middle - 1)
    left = pool.supply - sum(min(low, one) for one in q)
    units = [min(low, one) for one in q]
    for i in [i for i in drawn if q[i] > low][:left]:
        units[i] += 1
    return [(one, pool.price * one * one) for one in units]


def auction_by_hand(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int]
) -> list[tuple[int, int]]:
    bids = [o.bid if o.wants and o.bid is not None else -1 for o in orders]
    ranked = sorted((i for i in drawn if bids[i] >= pool.price), key=lambda i: -bids[i])
    price = max([pool.price, *(bids[i] for i in ranked[pool.supply :])])
    won = ranked[: pool.supply]
    return [(1, price) if i in won else (0, 0) for i in range(len(orders))]


def quantities_by_hand(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int]
) -> list[tuple[int, int]]:
    bids = [cut_by_hand(pool, order) for order in orders]
    ranked = sorted((p for bid in bids for p in bid), reverse=True)
    left, margin, best = pool.supply, None, pool.price
    for price in ranked:
        demand = sum(bid.get(price, 0) for bid in bids)
        if demand > left:
            margin, best = (price if left else None), price
            break
        left -= demand
        # Each price is there once for each bidder: the others are done.
        bids = [{p: q for p, q in bid.items() if p != price} for bid in bids]
    tied = [bid.get(margin, 0) if margin is not None else 0 for bid in bids]
    share = fill_by_hand(left, tied, drawn) if margin is not None else [0] * len(bids)
    whole = [cut_by_hand(pool, order) for order in orders]
    units = [
        sum(every.values()) - sum(rest.values()) + more
        for every, rest, more in zip(whole, bids, share, strict=True)
    ]
    if pool.pricing is Pricing.CLEARING:
        return [(got, got * best) for got in units]
    paid = [vickrey_by_hand(pool, whole, i, got) for i, got in enumerate(units)]
    return list(zip(units, paid, strict=True))


def cut_by_hand(pool: Pool, order: Order) -> dict[int, int]:
    units, money, found = min(pool.cap, order.wants), order.budget, dict[int, int]()
    for quantity, price in order.steps:
        wanted = min(units, quantity)
        paid = wanted if price == 0 else min(wanted, money // price)
        units, money = units - paid, money - paid * price
        found[price] = paid
        if paid < wanted:
            found[money] = 1
            break
    return {price: q for price, q in found.items() if q and price >= pool.price}


def fill_by_hand(supply: int, wanted: Sequence[int], drawn: Sequence[int]) -> list[int]:
    low, high = 0, max(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        fits = sum(min(middle, one) for one in wanted) <= supply
        low, high = (middle, high) if fits else (low, middle - 1)
    got = [min(low, one) for one in wanted]
    rest = supply - sum(got)
    for i in [i for i in drawn if wanted[i] > low][:rest]:
        got[i] += 1
    return got


def vickrey_by_hand(
    pool: Pool, bids: Sequence[Mapping[int, int]], own: int, got: int
) -> int:
    others = [item for i, bid in enumerate(bids) if i != own for item in bid.items()]
    rows = [*sorted(others, reverse=True), (pool.price, pool.supply)]
    # The units from N - a to N of the others, at their prices.
    first, paid, at = pool.supply - got, 0, 0
    for price, quantity in rows:
        low, high = max(at, first), min(at + quantity, pool.supply)
        paid += max(0, high - low) * price
        at += quantity
    return paid


def certain_by_hand(
    pool: Pool, orders: Sequence[Order], drawn: Sequence[int], part: Sequence[int]
) -> list[tuple[int, int]]:
    wishing = [i for i, o in enumerate(orders) if o.wants and o.budget >= pool.price]
    k, n, price = pool.supply, len(wishing), pool.price
    if n <= k:
        return [(1, price) if i in wishing else (0, 0) for i in range(len(orders))]
    bids = [-1 if o.bid is None else o.bid for o in orders]
    counting = [i for i in part if i in wishing and bids[i] >= price]
    ranked = sorted(counting, key=lambda i: -bids[i])
    sold = min(pool.certain, len(ranked))
    best = max([price, *(bids[i] for i in ranked[sold:])])
    paid = dict.fromkeys(ranked[:sold], price + (best - price) * (n - k) // (n - sold))
    others = [i for i in drawn if i in wishing and i not in paid]
    paid |= dict.fromkeys(others[: k - sold], price)
    return [(1, paid[i]) if i in paid else (0, 0) for i in range(len(orders))]


def tiers_by_hand(
    pool: Pool, orders: Sequence[Order], parts: Mapping[str, Sequence[int]]
) -> list[tuple[int, int]]:
    got: dict[int, int] = {}
    rest = pool.supply - sum(tier.supply for tier in pool.tiers)
    for level, tier in enumerate(pool.tiers):
        rest += tier.supply
        for i in parts[tier.name]:
            named = orders[i].tier
            if named is None or named > level or i in got or not orders[i].wants:
                continue
            if rest and orders[i].budget >= pool.tiers[named].price:
                got[i] = tier.price
                rest -= 1
    return [(1, got[i]) if i in got else (0, 0) for i in range(len(orders))]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_the_file_says_what_the_specification_says(
    name: str, case: dict[str, Any]
) -> None:
    given = case["input"]
    if "output" in case:
        found = by_hand(given)
        output = case["output"]
        assert [units for units, _ in found] == [int(u) for u in output["units"]], name
        assert [paid for _, paid in found] == [int(p) for p in output["payments"]]
        return
    pool = pool_of(given["pool"])
    orders = [order_of(order) for order in given["orders"]]
    with pytest.raises(CallerError) as caught:
        RUN[given["op"]](pool, orders, FixedLots(given["order"], given["part_orders"]))
    assert caught.value.code == case["refused"]["code"]
