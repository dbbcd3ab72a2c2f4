"""Recomputes the published vectors of a wallet's file through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from fairlot.bids import Step
from fairlot.deposit.destination import Account
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryType
from fairlot.identity.registry import RegistryId
from fairlot.names import Nym
from fairlot.wallet.entering import Ordered
from fairlot.wallet.read_content import read_content
from fairlot.wallet.sealed import seal, unseal
from fairlot_crypto.randomness import SeededRandomness
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "wallet.json"
CASES = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def make(given: Given) -> Given:
    content = bytes.fromhex(given["content"])
    source = SeededRandomness(bytes.fromhex(given["seed"]))
    return {"file": seal(content, given["password"], source, given["cost"]).hex()}


def read(given: Given) -> Given:
    return {"content": unseal(bytes.fromhex(given["file"]), given["password"]).hex()}


def look(given: Given) -> Given:
    data = bytes.fromhex(given["content"])
    content = read_content(data)
    assert content.to_bytes() == data
    holder = content.holder(RegistryId(bytes.fromhex(given["registry"])))
    return {
        "holder": holder.signing.public.hex(),
        "device": holder.device.public.hex(),
    }


def name_order(given: Given) -> Given:
    bid = given["bid"]
    if isinstance(bid, list):
        steps = cast("list[list[int]]", bid)
        bid = tuple(Step(*each) for each in steps)
    wish = Wish(
        given["seq"],
        given["wants"],
        given["amount"],
        tuple(Nym(bytes.fromhex(each)) for each in given["members"]),
        given["tier"],
        bid,
        tuple(given["answers"]),
        tuple(given["choices"]),
    )
    account = None
    if "refund" in given:
        account = Account(given["refund"]["account"], given["refund"]["name"])
    return {"order": Ordered(EntryType(given["type"]), wish, account).hash.hex()}


RUNS: Mapping[str, Callable[[Given], Given]] = {
    "seal": make,
    "unseal": read,
    "read-content": look,
    "order": name_order,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_wallet(case: Mapping[str, Any]) -> None:
    check_case(case, RUNS[case["input"]["op"]])
