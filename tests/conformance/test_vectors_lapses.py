"""A consumer of the vectors of seats that lapse, in the plainest way (specs/lapses.md).

The second draw is written anew; for refusals the library is asked.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from fairlot.allocation.outcome import Gain, Outcome, PoolResult, Total
from fairlot.allocation.redraw import Redrawn, check_redrawn, redraw, second_seed
from fairlot.errors import InvariantError
from fairlot.money import Money
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import Json
from fairlot_crypto.errors import CallerError
from plain_table import plain_table
from vector_sales import Map, cases, entrants_of, pools_of


class NoFacts:
    """The certificate of a pool of which only the name is given."""

    def to_json(self) -> Mapping[str, Json]:
        return {}

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        return ()


def tagged(name: str, *parts: bytes) -> bytes:
    prefix = hashlib.sha256(f"fairlot-v1/{name}".encode()).digest()
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(prefix + prefix + framed).digest()


def drawn(
    given: Map, pool: Map, seats: int, waiting: Sequence[tuple[str, str | None]]
) -> set[str]:
    """Return which (nym, group id) win, in hexadecimal (specs/lottery.md, section 7)."""
    seed, sale_id = bytes.fromhex(given["seed_2"]), bytes.fromhex(given["sale_id"])
    seed_L = tagged("lot", seed, sale_id, pool["name"].encode())

    def mac(tag: bytes, message: bytes) -> bytes:
        return hmac.digest(seed_L, b"fairlot-v1/" + tag + message, "sha256")

    groups: dict[str, list[str]] = {}
    for nym, gid in waiting:
        if gid is not None:
            groups.setdefault(gid, []).append(nym)
    ids = sorted(groups, key=lambda gid: (mac(b"ord", bytes.fromhex(gid)), gid))
    singles = [nym for nym, gid in waiting if gid is None]
    singles.sort(key=lambda nym: (mac(b"rank", bytes.fromhex(nym)), nym))
    parties = [*(groups[gid] for gid in ids), *([nym] for nym in singles)]
    counts = Counter(map(len, parties))
    _, rows, _ = plain_table(seats, counts)
    weights = [weight for _, weight in rows]
    bits, counter = (sum(weights) - 1).bit_length(), 0
    while True:
        lot = int.from_bytes(mac(b"u", b"table" + counter.to_bytes(4, "big")), "big")
        if lot >> (256 - bits) < sum(weights):
            break
        counter += 1
    lot >>= 256 - bits
    at = next(i for i in range(len(rows)) if lot < sum(weights[: i + 1]))
    sizes = sorted((size for size in counts if size <= seats), reverse=True)
    left = dict(zip(sizes, rows[at][0], strict=True))
    won: set[str] = set()
    for party in parties:
        if left.get(len(party), 0):
            left[len(party)] -= 1
            won.update(party)
    return won


def waiting(pool: Map, given: Map, totals: Mapping[str, Any]) -> list[Any]:
    """Return (nym, gid) of those who wait and can take a seat."""
    free = [
        one
        for one in given["entrants"]
        if totals[one["nym"]] == 0
        and int(one["wants"])
        and int(one["deposit"]) >= int(pool["price"])
    ]
    intact = {
        gid
        for gid, count in Counter(one["group"] for one in free).items()
        if count == sum(one["group"] == gid for one in given["entrants"]) > 1
    }
    intact -= {None}
    return [
        (one["nym"], one["group"] if one["group"] in intact else None) for one in free
    ]


@pytest.mark.parametrize("case", cases("lapses", "redraw", refused=False))
def test_the_second_draw_is_what_the_specification_says(case: Map) -> None:
    given, output = case["input"], case["output"]
    gains = {total["nym"]: list(total["gains"]) for total in given["totals"]}
    units = {nym: sum(int(got[1]) for got in found) for nym, found in gains.items()}
    lapsed = [
        nym
        for nym, found in sorted(gains.items())
        if nym not in given["collected"]
        and any(pool in given["collecting"] for pool, _, _ in found)
    ]
    assert output["lapsed"] == lapsed
    returned, results = int(given["returned"]), iter(output["pools"])
    freed: Counter[str] = Counter()
    for nym in lapsed:
        freed.update(got[0] for got in gains[nym] if got[0] in given["collecting"])
        gains[nym] = [got for got in gains[nym] if got[0] not in given["collecting"]]
    for pool in given["pools"]:
        name = pool["name"]
        if name not in given["collecting"] or given["seed_2"] is None:
            returned += freed[name]
            continue
        result = next(results)
        assert (result["pool"], int(result["supply"])) == (name, freed[name])
        present = waiting(pool, given, units)
        won = drawn(given, pool, freed[name], present) if present else set[str]()
        price = int(pool["price"])
        for nym in sorted(won):
            gains[nym].append([name, 1, price])
            units[nym] = 1
        assert {a["nym"] for a in result["awards"] if a["units"]} == won
        returned += freed[name] - len(won)
    assert next(results, None) is None
    assert int(output["returned"]) == returned
    assert {total["nym"]: total["gains"] for total in output["totals"]} == gains
    for total in output["totals"]:
        rows = gains[total["nym"]]
        assert int(total["units"]) == sum(int(units) for _, units, _ in rows)
        assert int(total["payment"]) == sum(int(payment) for _, _, payment in rows)


def totals_of(given: Map) -> tuple[Total, ...]:
    return tuple(
        Total(
            Nym(bytes.fromhex(total["nym"])),
            int(total["units"]),
            int(total["payment"]),
            tuple(Gain(pool, int(n), int(paid)) for pool, n, paid in total["gains"]),
        )
        for total in given["totals"]
    )


def first_of(given: Map) -> Outcome:
    results = tuple(
        PoolResult(Pool(name, Mechanism.LOTTERY, 0), (), (), NoFacts())
        for name in given["first_pools"]
    )
    return Outcome(results, totals_of(given), int(given["returned"]))


def draw_again(given: Map) -> Redrawn:
    seed = given["seed_2"]
    return redraw(
        pools_of(given),
        entrants_of(given),
        bytes.fromhex(given["sale_id"]),
        first_of(given),
        frozenset(given["collecting"]),
        frozenset(Nym(bytes.fromhex(nym)) for nym in given["collected"]),
        None if seed is None else bytes.fromhex(seed),
    )


@pytest.mark.parametrize("case", cases("lapses", "redraw", refused=False))
def test_the_library_needs_only_totals_of_the_first_draw(case: Map) -> None:
    output = case["output"]
    after = draw_again(case["input"])
    assert [nym.hex() for nym in after.lapsed] == output["lapsed"]
    assert (after.totals, after.unsold) == (totals_of(output), int(output["returned"]))


def seed_of(given: Map) -> bytes:
    return second_seed(bytes.fromhex(given["seed"]), bytes.fromhex(given["signature"]))


@pytest.mark.parametrize("case", cases("lapses", "seed", refused=False))
def test_the_second_seed(case: Map) -> None:
    given = case["input"]
    seed, signature = bytes.fromhex(given["seed"]), bytes.fromhex(given["signature"])
    assert case["output"]["seed_2"] == tagged("redraw", seed, signature).hex()
    assert case["output"]["seed_2"] == seed_of(given).hex()


def judge(given: Map) -> None:
    claimed = given["claimed"]
    entrants = sorted(entrants_of(given), key=lambda entrant: entrant.nym)
    lapsed = tuple(Nym(bytes.fromhex(nym)) for nym in claimed["lapsed"])
    claim = Redrawn(lapsed, (), totals_of(claimed), int(claimed["returned"]))
    check_redrawn(pools_of(given), entrants, first_of(given), claim)


@pytest.mark.parametrize(
    "case", cases("lapses", "seed", "redraw", "check", refused=True)
)
def test_what_breaks_a_rule_is_refused(case: Map) -> None:
    run: dict[str, Callable[[Map], object]] = {
        "seed": seed_of,
        "redraw": draw_again,
        "check": judge,
    }
    with pytest.raises((CallerError, InvariantError)) as refusal:
        run[case["input"]["op"]](case["input"])
    assert getattr(refusal.value, "code", None) == case["refused"]["code"]
