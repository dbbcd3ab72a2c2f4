"""Drives the library with the vectors of odds, and with what it must refuse of sales."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.allocation.entering import Entrant
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.odds import PoolOdds, sale_odds
from fairlot.allocation.outcome import Award, Gain, Outcome, PoolResult, Total
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, LedgerLine, check_ledger, settle
from fairlot.allocation.shape import Order, Reason
from fairlot.errors import InvariantError
from fairlot.fields import Fields
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.terms.read_fields import field_error
from fairlot.terms.read_pools import read_pools
from fairlot.text import Json
from fairlot_crypto.errors import CallerError

FOLDER = Path(__file__).parents[1] / "vectors"
Map: TypeAlias = Mapping[str, Any]


class NoFacts:
    """The certificate of a claim that has none."""

    def to_json(self) -> Mapping[str, Json]:
        return {}

    def lines(self) -> tuple[str, ...]:
        return ()


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
    if "tiers" in value:
        value["tiers"] = [as_value(tier) for tier in value["tiers"]]
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
        )
        for one in given["entrants"]
    ]


def sell(given: Map) -> object:
    seed, sale_id = bytes.fromhex(given["seed"]), bytes.fromhex(given["sale_id"])
    return allocate(pools_of(given), entrants_of(given), seed, sale_id)


def judge_sale(given: Map) -> object:
    pools = {pool.name: pool for pool in pools_of(given)}
    results = tuple(
        result_of(pools[claimed["pool"]], claimed) for claimed in given["results"]
    )
    totals = tuple(
        Total(
            Nym(bytes.fromhex(total["nym"])),
            int(total["units"]),
            int(total["payment"]),
            gains_of(total),
        )
        for total in given["totals"]
    )
    claim = Outcome(results, totals, int(given["returned"]))
    check_outcome(tuple(pools.values()), entrants_of(given), claim)
    return None


def result_of(pool: Pool, claimed: Map) -> PoolResult:
    orders = tuple(
        Order(int(order["wants"]), int(order["deposit"]), number(order["bid"]))
        for order in claimed["orders"]
    )
    awards = tuple(
        Award(
            Nym(bytes.fromhex(award["nym"])),
            int(award["q"]),
            int(award["units"]),
            int(award["payment"]),
            award["part"],
            Reason.NOTHING,
        )
        for award in claimed["awards"]
    )
    supplied = replace(pool, supply=int(claimed["supply"]))
    return PoolResult(supplied, orders, awards, NoFacts())


def gains_of(line: Map) -> tuple[Gain, ...]:
    return tuple(
        Gain(pool, int(units), int(payment)) for pool, units, payment in line["gains"]
    )


def fundings_of(given: Map) -> list[Funding]:
    return [
        Funding(
            Nym(bytes.fromhex(one["nym"])),
            int(one["paid"]),
            bytes.fromhex(one["refund_to"]),
            one["final"],
        )
        for one in given["fundings"]
    ]


def settle_sale(given: Map) -> object:
    totals = tuple(
        Total(
            Nym(bytes.fromhex(award["nym"])),
            int(award["units"]),
            int(award["payment"]),
            gains_of(award),
        )
        for award in given["awards"]
    )
    return settle(Outcome((), totals), fundings_of(given))


def judge_ledger(given: Map) -> object:
    lines = [
        LedgerLine(
            Nym(bytes.fromhex(line["nym"])),
            int(line["units"]),
            int(line["payment"]),
            int(line["refund"]),
            bytes.fromhex(line["refund_to"]),
            gains=gains_of(line),
        )
        for line in given["ledger"]
    ]
    check_ledger(lines, fundings_of(given))
    return None


def foretell(given: Map) -> tuple[PoolOdds, ...]:
    sale_id = bytes.fromhex(given["sale_id"])
    return sale_odds(pools_of(given), entrants_of(given), sale_id)


RUN: Mapping[str, Callable[[Map], object]] = {
    "sale": sell,
    "check-sale": judge_sale,
    "odds": foretell,
    "settle": settle_sale,
    "check": judge_ledger,
}


@pytest.mark.parametrize(
    "case",
    [
        *cases("allocation", "sale", "check-sale", refused=True),
        *cases("odds", "odds", refused=True),
        *cases("settlement", "settle", "check", refused=True),
    ],
)
def test_what_must_be_refused_is_refused_with_its_code(case: Map) -> None:
    with pytest.raises((CallerError, InvariantError)) as caught:
        RUN[case["input"]["op"]](case["input"])
    error = caught.value
    assert isinstance(error, CallerError | InvariantError)
    assert error.code == case["refused"]["code"]


@pytest.mark.parametrize("case", cases("odds", "odds", refused=False))
def test_odds_are_those_of_the_file(case: Map) -> None:
    known = foretell(case["input"])
    for pool, said in zip(known, case["output"]["pools"], strict=True):
        assert (pool.pool.name, list(pool.entering)) == (said["pool"], said["entering"])
        assert pool.pool.supply == int(said["supply"])
        assert [nym.hex() for nym in pool.nyms] == said["nyms"]
        assert list(pool.depends_on) == said["depends_on"]
        assert fraction(pool.alike) == said["alike"]
        if pool.odds is None:
            assert (said["chances"], said["unsold"]) == (None, None)
            continue
        assert fraction(pool.odds.expected_unsold) == said["unsold"]
        assert pool.odds.unsold_certain == said["unsold_certain"]
        assert said["chances"] == [
            {
                "least": chance.least,
                "more": fraction(chance.more),
                "parts": {part: fraction(p) for part, p in chance.parts.items()},
            }
            for chance in pool.odds.chances
        ]


def fraction(number: Fraction | None) -> str | None:
    return None if number is None else f"{number.numerator}/{number.denominator}"
