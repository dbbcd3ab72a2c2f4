"""A consumer of the published vectors of drand, which has nothing but the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.timelock.chain import (
    ChainInfo,
    first_round_after,
    read_chain_info,
    round_at,
    time_of_round,
)
from fairlot_crypto.timelock.drand import (
    Beacon,
    read_beacon,
    round_message,
    verify_round,
)
from fairlot_crypto.timelock.scheme import scheme_of

FILE = Path(__file__).parents[1] / "vectors" / "drand.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


def octets(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def shown(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def number(value: int) -> int | str:
    return value if abs(value) < 2**53 else str(value)


def chain_of(fields: dict[str, Any]) -> ChainInfo:
    return ChainInfo(
        scheme=scheme_of(fields["scheme"]),
        public_key=bytes.fromhex(fields["public_key"]),
        period=int(fields["period"]),
        genesis_time=int(fields["genesis_time"]),
        genesis_seed=bytes.fromhex(fields["genesis_seed"]),
        beacon_id=fields["beacon_id"],
    )


def read_chain(given: dict[str, Any]) -> dict[str, Any]:
    chain = read_chain_info(given["json"].encode())
    return {
        "scheme": chain.scheme.scheme_id,
        "public_key": chain.public_key.hex(),
        "period": chain.period,
        "genesis_time": number(chain.genesis_time),
        "genesis_seed": chain.genesis_seed.hex(),
        "beacon_id": chain.beacon_id,
        "chain_hash": chain.chain_hash().hex(),
    }


def read_round(given: dict[str, Any]) -> dict[str, Any]:
    beacon = read_beacon(given["json"].encode())
    return {
        "round": beacon.round_number,
        "signature": beacon.signature.hex(),
        "previous_signature": shown(beacon.previous_signature),
        "randomness": beacon.randomness().hex(),
    }


def tell_time(given: dict[str, Any]) -> dict[str, Any]:
    time = time_of_round(chain_of(given["chain"]), int(given["round"]))
    return {"time": number(time)}


def tell_rounds(given: dict[str, Any]) -> dict[str, Any]:
    chain, time = chain_of(given["chain"]), given["time"]
    return {
        "latest": round_at(chain, time),
        "first_after": first_round_after(chain, time),
    }


def beacon_of(given: dict[str, Any]) -> Beacon:
    signature, previous = given["signature"], octets(given["previous_signature"])
    return Beacon(int(given["round"]), bytes.fromhex(signature), previous)


def run(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    match given["op"]:
        case "chain":
            return read_chain(given)
        case "beacon":
            return read_round(given)
        case "time":
            return tell_time(given)
        case "rounds":
            return tell_rounds(given)
        case _:
            assert given["op"] == "verify"
            beacon = beacon_of(given)
            verify_round(curve, chain_of(given["chain"]), beacon, int(given["named"]))
            return {"randomness": beacon.randomness().hex()}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_ends_as_published(case: dict[str, Any]) -> None:
    curve = groups.backend("native")
    if "output" in case:
        assert run(curve, case["input"]) == case["output"]
        return
    with pytest.raises(CryptoError) as caught:
        run(curve, case["input"])
    assert caught.value.code == case["refused"]["code"]


def test_the_trace_holds_message_and_point() -> None:
    curve = groups.backend("native")
    traced = [case for case in CASES if "trace" in case]
    assert len(traced) == 5
    for case in traced:
        chain, beacon = chain_of(case["input"]["chain"]), beacon_of(case["input"])
        message = round_message(chain, beacon.round_number, beacon.previous_signature)
        in_g1 = chain.scheme.signs_in_g1
        to_curve = curve.hash_to_g1 if in_g1 else curve.hash_to_g2
        point = to_curve(message, chain.scheme.dst).to_bytes()
        assert case["trace"] == {"message": message.hex(), "point": point.hex()}


def test_more_is_refused_than_accepted() -> None:
    refused = [case for case in CASES if "refused" in case]
    assert len(refused) > len(CASES) - len(refused)
