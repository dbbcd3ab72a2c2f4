"""Recomputes the published vectors of doors through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.door.answer import make_answer, read_answer
from fairlot.door.challenge import make_challenge, read_challenge
from fairlot.door.gate import Gate
from fairlot.door.gate_file import gate_file, read_gate_file
from fairlot.door.text_form import text_of
from fairlot.door.used_list import UsedList
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.names import Nym, SaleId
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import Scalar, backend
from fairlot_crypto.randomness import SeededRandomness
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "door.json"
CASES = json.loads(FILE.read_bytes())["cases"]
CURVE = backend()

Given = Mapping[str, Any]


def octets(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def source(given: Given) -> SeededRandomness:
    return SeededRandomness(octets(given, "seed"))


def credentials(given: Given) -> Credentials:
    registry = read_registry(cbor.decode(octets(given, "registry")))
    return Credentials(CURVE, registry)


def terms(given: Given) -> Terms:
    return Terms.from_value(cbor.decode(octets(given, "terms")))


def roll(given: Given) -> RollId:
    return RollId(octets(given, "roll"))


def scalar(data: str) -> Scalar:
    return Scalar(int(data, 16))


def question(given: Given, folder: Path) -> Given:
    del folder
    sale_id = SaleId(octets(given, "sale_id"))
    asked = make_challenge(sale_id, given["gate"], given["time"], source(given))
    return {"question": asked.encode().hex()}


def read(given: Given, folder: Path) -> Given:
    del folder
    asked = read_challenge(octets(given, "question"))
    return {"gate": asked.gate, "time": asked.time, "nonce": asked.nonce.hex()}


def answer(given: Given, folder: Path) -> Given:
    del folder
    kept = given["credential"]
    credential = Credential(
        tuple(bytes.fromhex(each) for each in kept["attributes"]),
        Signature.from_bytes(CURVE, bytes.fromhex(kept["signature"])),
        scalar(kept["blind"]),
        tuple(scalar(each) for each in kept["nym_secrets"]),
    )
    made = make_answer(
        credentials(given),
        credential,
        terms(given),
        roll(given),
        given["epoch"],
        read_challenge(octets(given, "question")),
        source(given),
    )
    return {"answer": made.encode().hex()}


def gate_of(given: Given) -> Gate:
    units = {Nym(bytes.fromhex(nym)): n for nym, n in given["units"].items()}
    return Gate(credentials(given), terms(given), roll(given), units)


def make_file(given: Given, folder: Path) -> Given:
    del folder
    return {"file": gate_file(gate_of(given)).hex()}


def read_file(given: Given, folder: Path) -> Given:
    del folder
    gate = read_gate_file(octets(given, "file"), CURVE)
    units = {nym.hex(): number for nym, number in gate.units.items()}
    sale_id, named = gate.terms.sale_id.hex(), gate.roll.hex()
    return {"sale_id": sale_id, "roll": named, "units": units}


def check(given: Given, folder: Path) -> Given:
    del folder
    gate = gate_of(given)
    asked = read_challenge(octets(given, "question"))
    shown = read_answer(octets(given, "answer"))
    return {"units": gate.check(asked, shown, given["now"])}


def admit(given: Given, folder: Path) -> Given:
    path = folder / "used.txt"
    if given["list"] is not None:
        path.write_bytes(given["list"].encode())
    used = UsedList(path, SaleId(octets(given, "sale_id")))
    nonce, nym = octets(given, "nonce"), Nym(octets(given, "nym"))
    left = used.admit(nonce, nym, given["units"])
    return {"list": path.read_bytes().decode(), "left": left}


def make_text(given: Given, folder: Path) -> Given:
    del folder
    return {"text": text_of(octets(given, "file"))}


def read_text(given: Given, folder: Path) -> Given:
    del folder
    return {"file": read_challenge(given["text"].encode()).encode().hex()}


RUNS: Mapping[str, Callable[[Given, Path], Given]] = {
    "question": question,
    "read-question": read,
    "answer": answer,
    "check": check,
    "gate-file": make_file,
    "read-gate-file": read_file,
    "admit": admit,
    "text": make_text,
    "read-text": read_text,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_door(case: Mapping[str, Any], tmp_path: Path) -> None:
    run = RUNS[case["input"]["op"]]
    check_case(case, lambda given: run(given, tmp_path))
