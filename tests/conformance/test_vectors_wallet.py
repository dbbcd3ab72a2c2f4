"""Recomputes the published vectors of a wallet's file through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

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


RUNS: Mapping[str, Callable[[Given], Given]] = {"seal": make, "unseal": read}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_wallet(case: Mapping[str, Any]) -> None:
    check_case(case, RUNS[case["input"]["op"]])
