"""A consumer of the published vectors of batches, with only the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlot.board.hints import Hints
from fairlot_crypto import curve as groups
from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.ciphersuite import public_key_from_bytes
from fairlot_crypto.bbs.hints import Showing, make_hints
from fairlot_crypto.bbs.profile import Presentation, Schema, issuer_context
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.randomness import SystemRandomness

FILE = Path(__file__).parents[1] / "vectors" / "batch.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
QUICK = [c for c in CASES if c["input"]["operation"] == "decode-coordinates"]
FEW = [c for c in CASES if c["input"]["operation"] in ("admit", "make-hints")]
NATIVE, REFERENCE = groups.backend("native"), groups.backend("reference")


def statement(curve: Backend, given: dict[str, Any]) -> Showing:
    octets = {
        name: bytes.fromhex(given[name])
        for name in ("public_key", "header", "ctx", "ph", "nym", "proof")
    }
    context = issuer_context(
        curve,
        public_key_from_bytes(curve, octets["public_key"]),
        Schema(given["L"], given["N"]),
        octets["header"],
    )
    disclosed = {int(i): bytes.fromhex(a) for i, a in given["disclosed"].items()}
    shown = Presentation(octets["nym"], octets["proof"])
    return Showing(context, shown, octets["ctx"], octets["ph"], disclosed)


def decode(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    point = curve.on_curve(bytes.fromhex(given["data"]))
    return {"compressed": point.to_bytes().hex()}


def admit(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    points = [curve.on_curve(bytes.fromhex(point)) for point in given["points"]]
    admitted = curve.admit(points, SystemRandomness())
    return {"compressed": [point.to_bytes().hex() for point in admitted]}


def hint(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    return {"hints": make_hints(statement(curve, given["statement"])).hex()}


def verify(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    statements = given["statements"]
    hints = [each["hints"] for each in statements]
    *found, last = verify_batch(
        [statement(curve, each) for each in statements],
        [None if each is None else bytes.fromhex(each) for each in hints],
        SystemRandomness(),
    )
    if last is not None:
        assert not any(found)
        raise last
    return {"verdicts": [*found, last]}


def hints_of(_: Backend, given: dict[str, Any]) -> dict[str, Any]:
    found = Hints(bytes.fromhex(given["file"])).of(given["leaf"])
    return {"hints": None if found is None else found.hex()}


RUN: dict[str, Callable[[Backend, dict[str, Any]], dict[str, Any]]] = {
    "decode-coordinates": decode,
    "admit": admit,
    "make-hints": hint,
    "verify-batch": verify,
    "hints-of": hints_of,
}


def check(curve: Backend, case: dict[str, Any]) -> None:
    given = case["input"]
    run = RUN[given["operation"]]
    if "output" in case:
        assert run(curve, given) == case["output"]
        return
    with pytest.raises(CryptoError) as refusal:
        run(curve, given)
    assert refusal.value.code == case["refused"]["code"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_native_back_end_follows_the_vectors(case: dict[str, Any]) -> None:
    check(NATIVE, case)


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case["name"])
def test_the_reference_back_end_reads_the_same_coordinates(
    case: dict[str, Any],
) -> None:
    check(REFERENCE, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", FEW, ids=lambda case: case["name"])
def test_the_reference_back_end_follows_the_vectors(case: dict[str, Any]) -> None:
    check(REFERENCE, case)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["batch-two", "batch-T1-outside-by-3", "batch-own-issuer"]
)
def test_the_reference_back_end_follows_some_batches(name: str) -> None:
    check(REFERENCE, next(case for case in CASES if case["name"] == name))


def test_most_cases_are_refused() -> None:
    accepted = [case for case in CASES if "output" in case]
    assert len(CASES) > 3 * len(accepted)
