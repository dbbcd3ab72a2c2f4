"""A consumer of the published vectors of time-lock encryption, with only the file."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.ibe import decrypt, encrypt, exponent, read_ciphertext
from fairlot_crypto.timelock.scheme import scheme_of
from fairlot_crypto.timelock.sealed import open_sealed, seal

FILE = Path(__file__).parents[1] / "vectors" / "tlock.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
TRACED = [case for case in CASES if "U" in case.get("trace", {})]
ACCEPTED = [case for case in CASES if "output" in case]


class Drawn:
    """The bytes that a case gives in place of randomness, and no more."""

    def __init__(self, text: str) -> None:
        self.left = bytes.fromhex(text)

    def take(self, length: int) -> bytes:
        assert length <= len(self.left)
        taken, self.left = self.left[:length], self.left[length:]
        return taken

    def derive(self, label: str) -> Randomness:
        raise AssertionError(label)


def chain_of(fields: dict[str, Any]) -> ChainInfo:
    return ChainInfo(
        scheme=scheme_of(fields["scheme"]),
        public_key=bytes.fromhex(fields["public_key"]),
        period=int(fields["period"]),
        genesis_time=int(fields["genesis_time"]),
        genesis_seed=bytes.fromhex(fields["genesis_seed"]),
        beacon_id=fields["beacon_id"],
    )


def run_pairing(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    p = curve.g1_from_bytes(bytes.fromhex(given["p"]))
    q = curve.g2_from_bytes(bytes.fromhex(given["q"]))
    return {"bytes": curve.pairing_bytes(p, q).hex()}


def run_exponent(_: Backend, given: dict[str, Any]) -> dict[str, Any]:
    sigma, message = bytes.fromhex(given["sigma"]), bytes.fromhex(given["message"])
    return {"r": exponent(sigma, message).to_bytes(32, "big").hex()}


def run_encrypt(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    chain, number = chain_of(given["chain"]), int(given["round"])
    source = Drawn(given["randomness"])
    made = encrypt(curve, chain, number, bytes.fromhex(given["message"]), source)
    assert source.left == b""
    return {"ciphertext": made.to_bytes().hex()}


def run_decrypt(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    chain = chain_of(given["chain"])
    data = bytes.fromhex(given["ciphertext"])
    ciphertext = read_ciphertext(curve, chain.scheme, data)
    message = decrypt(curve, chain, ciphertext, bytes.fromhex(given["signature"]))
    return {"message": message.hex()}


def run_seal(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    source = Drawn(given["randomness"])
    sealed = seal(
        *(curve, chain_of(given["chain"]), int(given["round"])),
        *(bytes.fromhex(given["plaintext"]), bytes.fromhex(given["context"]), source),
    )
    assert source.left == b""
    return {"sealed": sealed.hex()}


def run_open(curve: Backend, given: dict[str, Any]) -> dict[str, Any]:
    plaintext = open_sealed(
        *(curve, chain_of(given["chain"]), int(given["round"])),
        *(bytes.fromhex(given["sealed"]), bytes.fromhex(given["context"])),
        *(bytes.fromhex(given["signature"]), given["length"]),
    )
    return {"plaintext": plaintext.hex()}


OPERATIONS: dict[str, Callable[[Backend, dict[str, Any]], dict[str, Any]]] = {
    "pairing": run_pairing,
    "exponent": run_exponent,
    "encrypt": run_encrypt,
    "decrypt": run_decrypt,
    "seal": run_seal,
    "open": run_open,
}


def check(curve: Backend, case: dict[str, Any]) -> None:
    operation, given = OPERATIONS[case["input"]["op"]], case["input"]
    if "output" in case:
        assert operation(curve, given) == case["output"]
        return
    with pytest.raises(CryptoError) as caught:
        operation(curve, given)
    assert caught.value.code == case["refused"]["code"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_ends_as_published(case: dict[str, Any]) -> None:
    check(groups.backend("native"), case)


@pytest.mark.slow
@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case["name"])
def test_the_reference_back_end_makes_the_same(case: dict[str, Any]) -> None:
    check(groups.backend("reference"), case)


def tagged(tag: str, *parts: bytes) -> bytes:
    """The tagged hash of notation.md, written from its text."""
    once = hashlib.sha256(f"fairlot-v1/{tag}".encode()).digest()
    data = once + once
    for part in parts:
        data += len(part).to_bytes(8, "big") + part
    return hashlib.sha256(data).digest()


def xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))


@pytest.mark.parametrize("case", TRACED, ids=lambda case: case["name"])
def test_a_trace_leads_to_its_output(case: dict[str, Any]) -> None:
    """By the words of the chapter, without this library."""
    trace = {name: bytes.fromhex(value) for name, value in case["trace"].items()}
    given = case["input"]
    message = bytes.fromhex(given.get("message") or given["randomness"][:32])
    assert trace["sigma"] == bytes.fromhex(given["randomness"])[-16:]
    assert trace["V"] == xor(trace["sigma"], trace["H2"])
    assert trace["W"] == xor(message, trace["H4"])
    assert hashlib.sha256(b"IBE-H4" + trace["sigma"]).digest()[:16] == trace["H4"]
    ciphertext = trace["U"] + trace["V"] + trace["W"]
    if given["op"] == "encrypt":
        assert case["output"] == {"ciphertext": ciphertext.hex()}
        return
    parts = (given["round"].to_bytes(8, "big"), bytes.fromhex(given["context"]))
    bound = tagged("tlock", trace["chain_hash"], *parts, ciphertext)
    assert trace["binding"] == bound
    assert trace["K"] == message
    assert trace["key"] == tagged("tlock-key", message, bound)
    assert case["output"] == {"sealed": (ciphertext + trace["box"]).hex()}


def test_an_exponent_is_the_candidate_that_the_trace_names() -> None:
    found = [case for case in CASES if case["input"]["op"] == "exponent"]
    assert [case["trace"]["candidates"] for case in found] == [1, 2, 3]
    for case in found:
        parts = bytes.fromhex(case["input"]["sigma"] + case["input"]["message"])
        seed = hashlib.sha256(b"IBE-H3" + parts).digest()
        number = bytes([case["trace"]["candidates"], 0])
        digest = hashlib.sha256(number + seed).digest()
        halved = bytes([digest[0] >> 1]) + digest[1:]
        assert case["output"] == {"r": halved.hex()}


def test_operations_and_codes_are_all_there() -> None:
    assert {case["input"]["op"] for case in CASES} == set(OPERATIONS)
    codes = {case["refused"]["code"] for case in CASES if "refused" in case}
    tlock = {
        "authentication",
        "ciphertext",
        "length",
        "message-length",
        "point",
        "scheme",
    }
    drand = {"public-key", "round", "signature-point"}
    assert codes == {f"tlock.{c}" for c in tlock} | {f"drand.{c}" for c in drand}
    assert len(TRACED) == 9


def test_more_is_refused_than_accepted() -> None:
    assert len(CASES) - len(ACCEPTED) > 2 * len(ACCEPTED)
