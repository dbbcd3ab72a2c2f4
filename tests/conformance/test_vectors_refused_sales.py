"""Drives the library with the vectors of odds, and with what it must refuse of sales."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.odds import PoolOdds, sale_odds
from fairlot.allocation.outcome import Award, Gain, Outcome, PoolResult, Total
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, LedgerLine, check_ledger, settle
from fairlot.allocation.shape import Order, Reason
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.errors import InvariantError
from fairlot.money import Money
from fairlot.names import Nym
from fairlot.terms.pool import Pool
from fairlot.text import Json
from fairlot_crypto.errors import CallerError
from vector_sales import Map, cases, entrants_of, number, pools_of


class NoFacts:
    """The certificate of a claim that has none."""

    def to_json(self) -> Mapping[str, Json]:
        return {}

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        return ()


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
        Order(
            int(order["wants"]),
            int(order["deposit"]),
            number(order["bid"]),
            fare=number(order["fare"]),
        )
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


def destination(one: Map) -> bytes | None:
    return None if one["refund_to"] is None else bytes.fromhex(one["refund_to"])


def fundings_of(given: Map) -> list[Funding]:
    return [
        Funding(
            Nym(bytes.fromhex(one["nym"])),
            int(one["paid"]),
            destination(one),
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
            destination(line),
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
        assert fraction(pool.odds.error) == said["error"]
        assert said["chances"] == [
            {
                "least": chance.least,
                "more": fraction(chance.more),
                "parts": {part: fraction(p) for part, p in chance.parts.items()},
            }
            for chance in pool.odds.chances
        ]


@pytest.mark.parametrize("case", cases("odds", "odds", refused=False))
def test_odds_of_whole_sales_are_those_of_the_file(case: Map) -> None:
    given = case["input"]
    sale_id = bytes.fromhex(given["sale_id"])
    known = whole_sale_odds(pools_of(given), entrants_of(given), sale_id)
    if known is None:
        assert case["output"]["whole"] is None
        assert any("points" in pool for pool in given["pools"])
        return
    assert case["output"]["whole"] == [
        {
            "nym": nym.hex(),
            "chance": fraction(prospect.chance),
            "expected": fraction(prospect.expected),
        }
        for nym, prospect in known.items()
    ]


def fraction(number: Fraction | None) -> str | None:
    return None if number is None else f"{number.numerator}/{number.denominator}"
