"""A consumer of the vectors of whole sales and of settlement, from the JSON alone.

It does what the specification says in the plainest way, and knows nothing of this library:
hashes, lots, groups, mechanisms, pipeline, encoding and hash of the outcome are written anew.
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isqrt
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from plain_table import plain_table

FOLDER = Path(__file__).parents[1] / "vectors"
Map: TypeAlias = Mapping[str, Any]
Share: TypeAlias = tuple[int, int, str]
"""Units, payment, part."""
NONE: Share = (0, 0, "")


def accepted(chapter: str, *ops: str) -> list[Any]:
    cases = json.loads((FOLDER / f"{chapter}.json").read_text("utf-8"))["cases"]
    return [
        pytest.param(case, id=case["name"])
        for case in cases
        if case["input"]["op"] in ops and "output" in case
    ]


def tagged(name: str, *parts: bytes) -> bytes:
    """H of specs/notation.md, section 3."""
    prefix = hashlib.sha256(f"fairlot-v1/{name}".encode()).digest()
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(prefix + prefix + framed).digest()


class Lots:
    """The lots of one pool or part (specs/allocation.md, section 2; specs/lottery.md, 2)."""

    def __init__(self, given: Map, name: str, nyms: Sequence[bytes]) -> None:
        self.given, self.name, self.nyms = given, name, nyms
        seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
        self.seed_L = tagged("lot", seed, sale_id, name.encode())
        self.ranks = [self.mac(b"rank", nym) for nym in nyms]
        keys = [(rank, nyms[i], i) for i, rank in enumerate(self.ranks)]
        self.order = [i for _, _, i in sorted(keys)]

    def best(self, points: Sequence[int]) -> list[bytes]:
        """specs/points.md, step 1."""
        return [
            min(
                self.mac(b"rank", nym + j.to_bytes(2, "big"))
                for j in range(1, many + 1)
            )
            for nym, many in zip(self.nyms, points, strict=True)
        ]

    def mac(self, tag: bytes, message: bytes) -> bytes:
        return hmac.digest(self.seed_L, b"fairlot-v1/" + tag + message, "sha256")

    def part(self, name: str) -> "Lots":
        return Lots(self.given, f"{self.name}/{name}", self.nyms)

    def uniform(self, q: int, label: bytes) -> int:
        bits, counter = (q - 1).bit_length(), 0
        while True:
            drawn = self.mac(b"u", label + counter.to_bytes(4, "big"))
            number = int.from_bytes(drawn, "big") >> (256 - bits)
            if number < q:
                return number
            counter += 1


def fill(supply: int, wanted: Sequence[int], order: Sequence[int]) -> list[int]:
    low, high = 0, max(wanted, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        fits = sum(min(one, middle) for one in wanted) <= supply
        low, high = (middle, high) if fits else (low, middle - 1)
    units = [min(one, low) for one in wanted]
    left = supply - sum(units)
    for i in [i for i in order if wanted[i] > low][:left]:
        units[i] += 1
    return units


def share(pool: Map, supply: int, orders: Sequence[Map], lots: Lots) -> list[Share]:
    prices, cap = [cost(pool, order) for order in orders], int(pool["cap"])
    square = pool["mechanism"] == "quadratic"
    wanted: list[int] = []
    for price, order in zip(prices, orders, strict=True):
        payable = order["wants"] if price == 0 else order["deposit"] // price
        bought = isqrt(payable) if square else payable
        wanted.append(min(cap, order["wants"], bought))
    units = fill(supply, wanted, lots.order)
    rows = zip(prices, units, strict=True)
    return [(got, price * got ** (1 + square), "") for price, got in rows]


def auction(pool: Map, supply: int, orders: Sequence[Map], lots: Lots) -> list[Share]:
    price = int(pool["price"])
    ranked = by_bid(orders, price, lots)
    losing = [orders[i]["bid"] for i in ranked[supply:]]
    price = max([price, *losing])
    won = ranked[:supply]
    return [(1, price, "") if i in won else NONE for i in range(len(orders))]


def by_bid(orders: Sequence[Map], price: int, lots: Lots) -> list[int]:
    """Return who makes a bid that counts, the highest first."""
    bids = [o["bid"] if o["wants"] and o["bid"] is not None else -1 for o in orders]
    return sorted((i for i in lots.order if bids[i] >= price), key=lambda i: -bids[i])


def certain(pool: Map, supply: int, orders: Sequence[Map], lots: Lots) -> list[Share]:
    price = int(pool["price"])
    wishing = [i for i in lots.order if can_take(orders[i], price)]
    n = len(wishing)
    shares = dict.fromkeys(range(len(orders)), NONE)
    sold: list[int] = []
    if n > supply:
        ranked = by_bid(orders, price, lots.part("certain"))
        sold, losing = ranked[: pool["certain"]], ranked[pool["certain"] :]
        best = max([price, *(orders[i]["bid"] for i in losing)])
        paid = price + (best - price) * (n - supply) // (n - len(sold))
        shares |= dict.fromkeys(sold, (1, paid, "certain"))
    others = [i for i in wishing if i not in sold][: supply - len(sold)]
    shares |= dict.fromkeys(others, (1, price, ""))
    return list(shares.values())


def cost(pool: Map, order: Map) -> int:
    """specs/allocation.md, section 6.1."""
    fare = order["fare"]
    return int(pool["price"]) if fare is None else int(fare)


def can_take(order: Map, price: int) -> bool:
    return bool(order["wants"] >= 1 and order["deposit"] >= price)


def tiers(pool: Map, supply: int, orders: Sequence[Map], lots: Lots) -> list[Share]:
    levels = pool["tiers"]
    seats = supply - sum(int(tier["supply"]) for tier in levels)
    shares = dict.fromkeys(range(len(orders)), NONE)
    for level, tier in enumerate(levels):
        seats += int(tier["supply"])
        for i in lots.part(tier["name"]).order:
            named = orders[i]["tier"]
            waits = named is not None and named <= level and shares[i] == NONE
            if waits and orders[i]["wants"] and seats:
                shares[i] = (1, int(tier["price"]), tier["name"])
                seats -= 1
    return list(shares.values())


def lottery(pool: Map, supply: int, orders: Sequence[Map], lots: Lots) -> list[Share]:
    prices = [cost(pool, order) for order in orders]
    taking = [i for i in lots.order if can_take(orders[i], prices[i])]
    if "points" in pool:
        best = lots.best([order["points"] for order in orders])
        first = sorted(taking, key=lambda i: (best[i], lots.nyms[i]))[:supply]
        return [(1, prices[i], "") if i in first else NONE for i in range(len(orders))]
    groups: dict[bytes, list[int]] = {}
    for i in taking:
        if orders[i]["group"] is not None:
            groups.setdefault(orders[i]["group"], []).append(i)
    singles = [i for i in taking if orders[i]["group"] is None]
    ids = sorted(groups, key=lambda gid: (lots.mac(b"ord", gid), gid))
    won = winners(supply, [groups[gid] for gid in ids], singles, lots)
    return [(1, prices[i], "") if i in won else NONE for i in range(len(orders))]


def winners(
    k: int, groups: Sequence[Sequence[int]], singles: Sequence[int], lots: Lots
) -> set[int]:
    """specs/lottery.md, section 7; groups and singles stand in their orders."""
    units = [*groups, *([one] for one in singles)]
    counts = Counter(map(len, units))
    sizes = sorted((size for size in counts if size <= k), reverse=True)
    _, rows, _ = plain_table(k, counts)
    lot = lots.uniform(sum(weight for _, weight in rows), b"table")
    picked = next(
        row
        for at, (row, _) in enumerate(rows)
        if lot < sum(w for _, w in rows[: at + 1])
    )
    left = dict(zip(sizes, picked, strict=True))
    won: set[int] = set()
    for unit in units:
        if left.get(len(unit), 0):
            left[len(unit)] -= 1
            won.update(unit)
    return won


MECHANISMS = {
    "equal-share": share,
    "quadratic": share,
    "auction": auction,
    "tiers": tiers,
    "lottery": lottery,
}


class Person:
    """An entrant, and how it stands."""

    def __init__(self, fields: Map) -> None:
        self.nym = bytes.fromhex(fields["nym"])
        self.wants, self.left = int(fields["wants"]), int(fields["deposit"])
        self.deposit = self.left
        bid = fields["bid"]
        self.bid = None if bid is None else int(bid)
        self.tier, self.attributes = fields["tier"], fields["attributes"]
        group = fields["group"]
        self.group = None if group is None else bytes.fromhex(group)
        self.solved = fields["solved"]
        self.gains: list[list[Any]] = []

    @property
    def units(self) -> int:
        return sum(units for _, units, _ in self.gains)

    def qualifies(self, pool: Map) -> bool:
        required = pool.get("requires", {}).items()
        excluded = pool.get("excludes", {}).items()
        fits = all(self.attributes.get(name) in values for name, values in required)
        barred = any(self.attributes.get(name) in values for name, values in excluded)
        if "points" in pool and not self.points(pool):
            return False
        if "fares" in pool and self.fare(pool) is None:
            return False
        return (
            fits
            and not barred
            and ("puzzle" not in pool or pool["name"] in self.solved)
        )

    def fare(self, pool: Map) -> int | None:
        for attribute, prices in pool.get("fares", {}).items():
            found = prices.get(self.attributes.get(attribute))
            return None if found is None else int(found)
        return None

    def points(self, pool: Map) -> int:
        text = self.attributes.get(pool["points"], "") if "points" in pool else "1"
        return int(text) if text in map(str, range(1, 1001)) else 0

    def order(self, pool: Map) -> dict[str, Any]:
        bids = pool["mechanism"] == "auction" or "certain" in pool
        covered = self.bid is not None and self.bid <= self.deposit
        tier = next(
            (
                index
                for index, tier in enumerate(pool.get("tiers", ()))
                if tier["name"] == self.tier and int(tier["price"]) <= self.left
            ),
            None,
        )
        return {
            "wants": max(0, self.wants - self.units),
            "deposit": self.left,
            "bid": min(self.bid or 0, self.left) if bids and covered else None,
            "tier": tier,
            "group": None,
            "points": self.points(pool),
            "fare": self.fare(pool),
        }


def formed(given: Map, people: Sequence[Person]) -> dict[bytes, list[Person]]:
    sale_id = bytes.fromhex(given["sale_id"])
    named: dict[bytes, list[Person]] = {}
    for person in people:
        if person.group is not None:
            named.setdefault(person.group, []).append(person)
    return {
        gid: members
        for gid, members in named.items()
        if len(members) > 1
        and gid == tagged("group", sale_id, *(member.nym for member in members))
    }


def entering(
    pool: Map, people: Sequence[Person], groups: Mapping[bytes, Sequence[Person]]
) -> list[tuple[Person, dict[str, Any]]]:
    most = pool.get("group_max", 1)
    legal = {gid: found for gid, found in groups.items() if len(found) <= most}
    entered = {
        person.nym: (person, person.order(pool))
        for person in people
        if person.qualifies(pool)
        if pool.get("again") or not person.gains
    }
    for gid, members in legal.items():
        party = [member for member in members if member.qualifies(pool)]
        orders = [entered[m.nym][1] for m in party if m.nym in entered]
        able = [order for order in orders if can_take(order, cost(pool, order))]
        if len(able) == len(party) > 1:
            for order in able:
                order["group"] = gid
    return list(entered.values())


@pytest.mark.parametrize("case", accepted("allocation", "sale"))
def test_a_whole_sale_is_what_the_specification_says(case: Map) -> None:
    given, output, trace = case["input"], case["output"], case["trace"]
    people = sorted(map(Person, given["entrants"]), key=lambda person: person.nym)
    groups = formed(given, people)
    assert {group["id"] for group in trace["groups"] if group["formed"]} == {
        gid.hex() for gid in groups
    }
    supplies = {pool["name"]: 0 for pool in given["pools"]}
    returned = 0
    rows = zip(given["pools"], output["pools"], trace["pools"], strict=True)
    for pool, result, steps in rows:
        own = pool.get("tiers", [pool])
        supply = supplies[pool["name"]] + sum(int(each["supply"]) for each in own)
        entered = entering(pool, people, groups)
        lots = Lots(given, pool["name"], [person.nym for person, _ in entered])
        assert steps["orders"] == [as_json(order) for _, order in entered]
        assert steps["lots"][0]["seed_L"] == lots.seed_L.hex()
        ranks = lots.ranks
        if "points" in pool:
            ranks = lots.best([order["points"] for _, order in entered])
        assert steps["lots"][0]["ranks"] == [rank.hex() for rank in ranks]
        left = supply - sell(pool, supply, entered, lots, result["awards"])
        assert (result["pool"], int(result["supply"])) == (pool["name"], supply)
        assert int(result["unsold"]) == left
        if "unsold" in pool:
            supplies[pool["unsold"]] += left
        else:
            returned += left
    assert int(output["returned"]) == returned
    assert [read_total(total) for total in output["totals"]] == [
        (person.nym.hex(), person.units, person.deposit - person.left, person.gains)
        for person in people
    ]


def sell(
    pool: Map,
    supply: int,
    entered: Sequence[tuple[Person, dict[str, Any]]],
    lots: Lots,
    awards: Sequence[Map],
) -> int:
    """Run one pool, compare its awards, and return how many units it sells."""
    run = certain if "certain" in pool else MECHANISMS[pool["mechanism"]]
    shares = run(pool, supply, [order for _, order in entered], lots)
    for (person, _), (units, payment, part) in zip(entered, shares, strict=True):
        if units:
            name = f"{pool['name']}/{part}" if part else pool["name"]
            person.gains.append([name, units, payment])
            person.left -= payment
    assert [read_award(award) for award in awards] == [
        (nym.hex(), *one) for nym, one in zip(lots.nyms, shares, strict=True)
    ]
    return sum(units for units, _, _ in shares)


def read_total(total: Map) -> tuple[str, int, int, list[list[Any]]]:
    gains = [numbers(gain) for gain in total["gains"]]
    return total["nym"], int(total["units"]), int(total["payment"]), gains


def read_award(award: Map) -> tuple[str, int, int, str]:
    units, payment = int(award["units"]), int(award["payment"])
    return award["nym"], units, payment, award["part"]


def numbers(gain: Sequence[Any]) -> list[Any]:
    pool, units, payment = gain
    return [pool, int(units), int(payment)]


def as_json(order: Map) -> dict[str, Any]:
    """Return an order as vectors write it (specs/vectors.md, section 1)."""
    found: dict[str, Any] = dict(order)
    for name, value in order.items():
        if isinstance(value, bytes):
            found[name] = value.hex()
        elif isinstance(value, int) and value >= 2**53:
            found[name] = str(value)
    return found


def cbor(value: Any) -> bytes:  # noqa: ANN401 (whatever a row holds)
    """Encode what rows of an outcome hold: uint, bytes, text, array."""
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(4, len(value)) + b"".join(map(cbor, value))


def head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in range(4) if number < 1 << 8 * 2**size)
    return bytes([major << 5 | 24 + size]) + number.to_bytes(2**size, "big")


@pytest.mark.parametrize("case", accepted("settlement", "settle", "void"))
def test_a_ledger_is_what_the_specification_says(case: Map) -> None:
    given, output = case["input"], case["output"]
    awards = {award["nym"]: award for award in given.get("awards", ())}
    none: Map = {"units": 0, "payment": 0, "gains": ()}
    rows: list[list[Any]] = []
    lines: list[tuple[Any, ...]] = []
    table, parts = ["nym,units,payment,refund"], ["nym,pool,units,payment"]
    winners = ["nym,pool,units,payment,refund"]
    for account in sorted(given["fundings"], key=lambda account: account["nym"]):
        nym, award = account["nym"], awards.get(account["nym"], none)
        units, payment = int(award["units"]), int(award["payment"])
        refund = int(account["paid"]) - payment
        gains = [numbers(gain) for gain in award["gains"]]
        rows.append([bytes.fromhex(nym), units, payment, refund, gains])
        lines.append((nym, units, payment, refund, account["refund_to"], gains))
        if account["final"]:
            table.append(f"{nym},{units},{payment},{refund}")
        parts += [f"{nym},{pool},{got},{paid}" for pool, got, paid in gains]
        winners += [
            f"{nym},{pool},{got},{paid},{0 if number else refund}"
            for number, (pool, got, paid) in enumerate(gains)
        ]
    detailed = len(given["pools"]) > 1 or any(
        "tiers" in pool or "certain" in pool for pool in given["pools"]
    )
    hashed = cbor(rows if detailed else [row[:4] for row in rows])
    assert output["outcome_hash"] == tagged("outcome", hashed).hex()
    assert output["csv"] == "".join(f"{line}\n" for line in table)
    said = "".join(f"{line}\n" for line in parts)
    assert output["pools_csv"] == (said if detailed else None)
    assert output["winners_csv"] == "".join(f"{line}\n" for line in winners)
    assert [read_line(line) for line in output["ledger"]] == lines


def read_line(line: Map) -> tuple[str, int, int, int, str | None, list[list[Any]]]:
    units, payment, refund = (int(line[k]) for k in ("units", "payment", "refund"))
    gains = [numbers(gain) for gain in line["gains"]]
    return line["nym"], units, payment, refund, line["refund_to"], gains
