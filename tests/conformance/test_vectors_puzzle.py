"""Recomputes the published vectors of puzzles through the public API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.deposit.puzzle import answer_key, solution_message, solve
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import VerifyKey, verify_signature
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "puzzle.json"
CASES = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def bound(given: Given) -> tuple[SaleId, Nym, VerifyKey]:
    sale_id, nym, key = (
        bytes.fromhex(given[name]) for name in ("sale_id", "nym", "settle_pk")
    )
    return SaleId(sale_id), Nym(nym), VerifyKey(key)


def run(given: Given) -> dict[str, Any]:
    if given["op"] == "key":
        return {"puzzle": answer_key(given["answer"]).public.hex()}
    if given["op"] == "solve":
        return {"solution": solve(answer_key(given["answer"]), *bound(given)).hex()}
    verify_signature(
        VerifyKey(bytes.fromhex(given["puzzle"])),
        solution_message(*bound(given)),
        bytes.fromhex(given["solution"]),
    )
    return {"valid": True}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_puzzle(case: Mapping[str, Any]) -> None:
    check_case(case, run)
