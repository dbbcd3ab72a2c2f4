"""Reads the pools and entrants that vectors of several chapters give in one form."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.fields import Fields
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.terms.read_fields import field_error
from fairlot.terms.read_pools import read_pools

FOLDER = Path(__file__).parents[1] / "vectors"
Map: TypeAlias = Mapping[str, Any]


def cases(chapter: str, *ops: str, refused: bool) -> list[Any]:
    found = json.loads((FOLDER / f"{chapter}.json").read_text("utf-8"))["cases"]
    return [
        pytest.param(case, id=case["name"])
        for case in found
        if case["input"]["op"] in ops and ("refused" in case) == refused
    ]


def pools_of(given: Map) -> tuple[Pool, ...]:
    """Read pools as terms hold them."""
    maps = [Fields(as_value(pool), ("pool",), field_error) for pool in given["pools"]]
    return read_pools(maps, ("pools",))


def as_value(pool: Map) -> dict[str, Any]:
    value = dict(pool)
    for name in {"supply", "price", "cap"} & set(value):
        value[name] = int(value[name])
    for name in {"tiers", "options"} & set(value):
        value[name] = [as_value(part) for part in value[name]]
    if "fares" in value:
        value["fares"] = {
            name: {each: int(price) for each, price in prices.items()}
            for name, prices in value["fares"].items()
        }
    if "puzzle" in value:
        value["puzzle"] = bytes.fromhex(value["puzzle"])
    return value


def number(value: int | str | None) -> int | None:
    return None if value is None else int(value)


def octets(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)


def entrants_of(given: Map) -> list[Entrant]:
    return [
        Entrant(
            nym=Nym(bytes.fromhex(one["nym"])),
            wants=int(one["wants"]),
            amount=int(one["deposit"]),
            bid=number(one["bid"]),
            tier=one["tier"],
            group=octets(one["group"]),
            attributes=tuple(one["attributes"].items()),
            solved=frozenset(one["solved"]),
            choices=tuple(one.get("choices", ())),
        )
        for one in given["entrants"]
    ]
