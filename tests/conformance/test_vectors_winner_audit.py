"""Recomputes the published vectors of the winner audit through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.enrolment import Identity
from fairlot.identity.leaf import Leaf, read_leaf
from fairlot.identity.registry import Registry
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.roll import PostedRoll, Roll, roll_id_of
from fairlot.identity.winner_audit import (
    AuditedSale,
    WinnerAudit,
    prove_winner,
    read_winner_proof,
)
from fairlot.names import Nym, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.bbs.winner import AuditKey, read_certificate
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Scalar, backend
from fairlot_crypto.randomness import SeededRandomness
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "winner-audit.json"
CASES = json.loads(FILE.read_bytes())["cases"]
CURVE = backend()

Given = Mapping[str, Any]


def raised(problem: Problem) -> Rejection:
    return Rejection("entry.field", str(problem))


def fields(data: str) -> Fields:
    value: Value = cbor.decode(bytes.fromhex(data))
    return Fields(value, ("body",), raised)


def scalar(data: str) -> Scalar:
    return Scalar(int(data, 16))


def source(given: Given) -> SeededRandomness:
    return SeededRandomness(bytes.fromhex(given["seed"]))


def registry(given: Given) -> Registry:
    return read_registry(cbor.decode(bytes.fromhex(given["registry"])))


def leaf(data: str) -> Leaf:
    return read_leaf(fields(data))


def certificate(given: Given) -> Given:
    made = AuditKey(scalar(given["secret"])).certificate(CURVE, source(given))
    return {"certificate": made.hex()}


def read(given: Given) -> Given:
    V = read_certificate(CURVE, bytes.fromhex(given["certificate"]))
    return {"verifier": V.to_bytes().hex()}


def prove(given: Given) -> Given:
    kept = given["identity"]
    identity = Identity(
        leaf(kept["leaf"]),
        tuple(kept["attributes"]),
        scalar(kept["rho"]),
        tuple(scalar(each) for each in kept["nym_secrets"]),
    )
    made = prove_winner(
        CURVE,
        registry(given),
        identity,
        SaleId(bytes.fromhex(given["sale_id"])),
        bytes.fromhex(given["certificate"]),
        source(given),
    )
    return {"file": made.encode().hex()}


def sale(given: Given) -> AuditedSale:
    body = registry(given)
    said = given["roll"]
    enrolled, closed = said["enrolled"], frozenset(said["closed"])
    # Who was on it is what counts; the rest of the roll is not looked at.
    roll = Roll(0, body.starts, 1, bytes(32), enrolled, body.closes)
    posted = PostedRoll(roll_id_of(body.registry_id, roll), roll, enrolled, closed)
    leaves = [leaf(each) for each in given["leaves"]]
    return AuditedSale(
        CURVE,
        body,
        SaleId(bytes.fromhex(given["sale_id"])),
        posted,
        {each.index: each for each in leaves},
        frozenset(Nym(bytes.fromhex(each)) for each in given["winners"]),
    )


def check(given: Given) -> Given:
    audit = WinnerAudit(sale(given), AuditKey(scalar(given["secret"])))
    for each in given["before"]:
        earlier = read_winner_proof(bytes.fromhex(each))
        audit.check(earlier.nym, earlier)
    nym = Nym(bytes.fromhex(given["nym"]))
    audit.check(nym, read_winner_proof(bytes.fromhex(given["file"])))
    return {"index": audit.shown[nym]}


RUNS: Mapping[str, Callable[[Given], Given]] = {
    "certificate": certificate,
    "read-certificate": read,
    "prove": prove,
    "check": check,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_winner_audit(case: Mapping[str, Any]) -> None:
    check_case(case, RUNS[case["input"]["op"]])
