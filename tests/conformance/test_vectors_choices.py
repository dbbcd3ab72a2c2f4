"""A consumer of the vectors of choices, from the JSON alone.

It follows the specification in the plainest way; of this library it knows the refusals.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Option, Pool
from fairlot_crypto.errors import CallerError
from generators.mechanism import GivenLots

FILE = Path(__file__).parents[1] / "vectors" / "choices.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["cases"]
Map: TypeAlias = Mapping[str, Any]
SMALL = 7
"""Of how many parties all turns are gone through."""


def of(op: str, *, accepted: bool) -> list[Any]:
    return [
        pytest.param(
            case["input"], case.get("output") or case["refused"], id=case["name"]
        )
        for case in CASES
        if case["input"]["op"] == op and ("output" in case) is accepted
    ]


def tagged(name: str, *parts: bytes) -> bytes:
    """H of specs/notation.md, section 3."""
    prefix = hashlib.sha256(f"fairlot-v1/{name}".encode()).digest()
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(prefix + prefix + framed).digest()


def places(seed_l: bytes, kind: bytes, names: Sequence[bytes]) -> list[bytes]:
    """The keys by which singles and groups are sorted."""
    return [
        hmac.digest(seed_l, b"fairlot-v1/" + kind + name, "sha256") + name
        for name in names
    ]


def turns_of(
    seed: bytes, sale_id: bytes, pool: str, nyms: list[bytes], gids: list[bytes]
) -> list[int]:
    seed_l = tagged("lot", seed, sale_id, pool.encode())
    keys = places(seed_l, b"rank", nyms) + places(seed_l, b"ord", gids)
    return sorted(range(len(keys)), key=keys.__getitem__)


def parties(given: Mapping[str, Any]) -> list[tuple[list[int], list[int]]]:
    """Members and wishes of each party (steps 1 and 2)."""
    prices = [int(option["price"]) for option in given["pool"]["options"]]
    rows: list[tuple[int, int, list[int], str | None]] = [
        (int(o["wants"]), int(o["deposit"]), o.get("choices", []), o.get("group"))
        for o in given["orders"]
    ]
    found: dict[tuple[int, str, int], list[int]] = {}
    for i, (wants, deposit, listed, group) in enumerate(rows):
        if wants and any(prices[c] <= deposit for c in listed):
            key = (0, "", i) if group is None else (1, group, 0)
            found.setdefault(key, []).append(i)
    return [
        (
            members,
            [
                c
                for c in rows[members[0]][2]
                if all(prices[c] <= rows[i][1] for i in members)
            ],
        )
        for _, members in sorted(found.items())
    ]


def chosen(
    supplies: Sequence[int],
    taking: Sequence[tuple[Sequence[int], Sequence[int]]],
    turns: Sequence[int],
) -> dict[int, int]:
    """Step 4."""
    left, got = list(supplies), dict[int, int]()
    for members, wishes in (taking[turn] for turn in turns):
        for option in wishes:
            if left[option] >= len(members):
                left[option] -= len(members)
                got |= dict.fromkeys(members, option)
                break
    return got


@pytest.mark.parametrize(("given", "output"), of("choices", accepted=True))
def test_each_takes_the_best_that_is_left(given: Map, output: Map) -> None:
    options = given["pool"]["options"]
    supplies = [int(option["supply"]) for option in options]
    got = chosen(supplies, parties(given), given["order"])
    people = range(len(given["orders"]))
    assert output["parts"] == [
        options[got[i]]["name"] if i in got else "" for i in people
    ]
    assert output["units"] == [int(i in got) for i in people]
    paid = [int(options[got[i]]["price"]) if i in got else 0 for i in people]
    assert [int(payment) for payment in output["payments"]] == paid
    sold = [sum(option == c for option in got.values()) for c in range(len(options))]
    assert [int(each["sold"]) for each in output["facts"]["options"]] == sold


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["name"])
        for case in CASES
        if case["input"]["op"] == "choices" and "output" in case
    ],
)
def test_the_odds_are_those_of_all_turns(case: Map) -> None:
    given, stated = case["input"], case["trace"]["odds"]
    options = given["pool"]["options"]
    taking = parties(given)
    assert len(taking) <= SMALL
    supplies = [int(option["supply"]) for option in options]
    every = list(permutations(range(len(taking))))
    hits: dict[tuple[int, str], int] = {}
    for turns in every:
        for i, option in chosen(supplies, taking, turns).items():
            key = i, options[option]["name"]
            hits[key] = hits.get(key, 0) + 1
    for i, chance in enumerate(stated["chances"]):
        parts = {
            name: Fraction(many, len(every))
            for (j, name), many in hits.items()
            if i == j
        }
        assert {name: Fraction(p) for name, p in chance["parts"].items()} == parts
        assert chance["least"] + Fraction(chance["more"]) == sum(parts.values())


@pytest.mark.parametrize(("given", "output"), of("turns", accepted=True))
def test_turns_are_sorted_hashes(given: Map, output: Map) -> None:
    nyms, gids = map(bytes.fromhex, given["nyms"]), map(bytes.fromhex, given["gids"])
    seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
    turns = turns_of(seed, sale_id, given["pool"], list(nyms), list(gids))
    assert output["turns"] == turns


@pytest.mark.parametrize(("given", "output"), of("turns", accepted=True))
def test_this_library_sorts_them_so(given: Map, output: Map) -> None:
    nyms = tuple(Nym(bytes.fromhex(nym)) for nym in given["nyms"])
    gids = [bytes.fromhex(gid) for gid in given["gids"]]
    seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
    lots = SeededLots(seed, sale_id, given["pool"], nyms)
    assert list(lots.turns(range(len(nyms)), gids)) == output["turns"]


@pytest.mark.parametrize(("given", "output"), of("draw", accepted=True))
def test_a_draw_with_lots_of_the_seed(given: Map, output: Map) -> None:
    seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
    nyms, options = list(map(bytes.fromhex, given["nyms"])), given["pool"]["options"]
    turns = turns_of(seed, sale_id, given["pool"]["name"], nyms, [])
    taking = [([i], listed) for i, listed in enumerate(given["lists"])]
    got = chosen([int(option["supply"]) for option in options], taking, turns)
    names = [options[got[i]]["name"] if i in got else "" for i in range(len(nyms))]
    assert output["parts"] == names


@pytest.mark.slow
@pytest.mark.parametrize(("given", "output"), of("estimate", accepted=True))
def test_estimates_are_those_of_draws_that_anybody_repeats(
    given: Map, output: Map
) -> None:
    lists, options = given["lists"], given["pool"]["options"]
    draws = max(100, min(10_000, 1_000_000 // len(lists)))
    assert output["draws"] == draws
    nyms = [i.to_bytes(48, "big") for i in range(len(lists))]
    taking = [([i], listed) for i, listed in enumerate(lists)]
    supplies = [int(option["supply"]) for option in options]
    hits = [0] * len(lists)
    for draw in range(draws):
        seed = tagged("odds", draw.to_bytes(4, "big"))
        turns = turns_of(seed, bytes(32), given["pool"]["name"], nyms, [])
        for i in chosen(supplies, taking, turns):
            hits[i] += 1
    of_list: dict[tuple[int, ...], list[int]] = {}
    for listed, many in zip(lists, hits, strict=True):
        of_list.setdefault(tuple(listed), []).append(many)
    means = [
        Fraction(sum(of_list[tuple(listed)]), draws * len(of_list[tuple(listed)]))
        for listed in lists
    ]
    assert [Fraction(chance) for chance in output["chances"]] == means
    left = sum(supplies) - Fraction(sum(hits), draws)
    assert Fraction(output["expected_unsold"]) == left


@pytest.mark.parametrize(("given", "error"), of("choices", accepted=False))
def test_what_must_be_refused_is_refused(given: Map, error: Map) -> None:
    fields = given["pool"]
    options = tuple(
        Option(each["name"], int(each["price"]), int(each["supply"]))
        for each in fields["options"]
    )
    pool = Pool(
        fields["name"],
        Mechanism.CHOICES,
        int(fields["supply"]),
        group_max=fields["group_max"],
        options=options,
    )
    orders = [
        Order(
            int(order["wants"]),
            int(order["deposit"]),
            None if order["bid"] is None else int(order["bid"]),
            order["tier"],
            None if order.get("group") is None else bytes.fromhex(order["group"]),
            tuple(order.get("choices", ())),
        )
        for order in given["orders"]
    ]
    with pytest.raises(CallerError) as refused:
        choices(pool, orders, GivenLots(given["order"]))
    assert refused.value.code == error["code"]
