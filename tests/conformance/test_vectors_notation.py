"""A consumer of the published vectors of notation, with public functions only."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.text import json_view
from fairlot_crypto import cbor
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import (
    expand_message_xmd,
    hash_to_scalar,
    i2osp,
    scalar_for,
    tagged_hash,
)
from fairlot_crypto.keys import (
    OpeningKey,
    SealKey,
    SigningKey,
    VerifyKey,
    check_verify_key,
    seal,
    verify_signature,
)
from fairlot_crypto.randomness import Randomness, SeededRandomness

FILE = Path(__file__).parents[1] / "vectors" / "notation.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


class Drawn:
    """The bytes that a case gives in place of randomness."""

    def __init__(self, data: bytes) -> None:
        self.left = data

    def take(self, length: int) -> bytes:
        taken, self.left = self.left[:length], self.left[length:]
        assert len(taken) == length
        return taken

    def derive(self, label: str) -> Randomness:
        raise AssertionError(label)


def octets(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def run_hash(given: Given) -> Given:
    parts = [bytes.fromhex(part) for part in given["parts"]]
    return {"hash": tagged_hash(given["tag"].removeprefix("fairlot-v1/"), *parts).hex()}


def run_expand(given: Given) -> Given:
    message, dst = octets(given, "message"), octets(given, "dst")
    return {"expanded": expand_message_xmd(message, dst, given["length"]).hex()}


def run_scalar(given: Given) -> Given:
    message = octets(given, "message")
    if "purpose" in given:
        scalar = scalar_for(given["purpose"], message)
    else:
        scalar = hash_to_scalar(message, octets(given, "dst"))
    return {"scalar": i2osp(scalar, 32).hex()}


def run_stream(given: Given) -> Given:
    stream: Randomness = SeededRandomness(octets(given, "seed"))
    for label in given["labels"]:
        stream = stream.derive(label)
    return {"bytes": stream.take(given["length"]).hex()}


def run_decode(given: Given) -> Given:
    return json_view({"value": cbor.decode(octets(given, "data"))})


def run_sign(given: Given) -> Given:
    key = SigningKey.from_seed(octets(given, "seed"))
    signature = key.sign(octets(given, "message"))
    return {"key": key.public.hex(), "signature": signature.hex()}


def run_check_key(given: Given) -> Given:
    check_verify_key(octets(given, "key"))
    return {}


def run_verify(given: Given) -> Given:
    message, signature = octets(given, "message"), octets(given, "signature")
    verify_signature(VerifyKey(octets(given, "key")), message, signature)
    return {}


def run_seal(given: Given) -> Given:
    key, entropy = SealKey(octets(given, "key")), Drawn(octets(given, "entropy"))
    return {"sealed": seal(octets(given, "message"), key, entropy).hex()}


def run_open(given: Given) -> Given:
    opened = OpeningKey(octets(given, "secret")).open(octets(given, "sealed"))
    return {"opened": opened.hex()}


FUNCTIONS: Mapping[str, Callable[[Given], Given]] = {
    "H": run_hash,
    "expand_message": run_expand,
    "h2s": run_scalar,
    "stream": run_stream,
    "cbor-decode": run_decode,
    "sign": run_sign,
    "check-key": run_check_key,
    "verify": run_verify,
    "seal": run_seal,
    "open": run_open,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_case_ends_as_published(case: dict[str, Any]) -> None:
    given = case["input"]
    run = FUNCTIONS[given["function"]]
    if "output" in case:
        found, output = dict(run(given)), dict(case["output"])
        if given["function"] == "seal":
            secret, sealed = case["trace"]["secret"], output["sealed"]
            found |= run_open({"secret": secret, "sealed": sealed})
        assert found == output
        return
    with pytest.raises(CryptoError) as caught:
        run(given)
    assert caught.value.code == case["refused"]["code"]


def test_functions_are_all_there_and_more_is_refused() -> None:
    assert {case["input"]["function"] for case in CASES} == set(FUNCTIONS)
    refused = [case for case in CASES if "refused" in case]
    assert len(refused) > 2 * (len(CASES) - len(refused))


def test_every_prefix_of_an_accepted_item_is_truncated() -> None:
    items = [c for c in CASES if c["input"]["function"] == "cbor-decode"]
    for case in items:
        data = bytes.fromhex(case["input"]["data"])
        for end in range(len(data) if "output" in case else 0):
            with pytest.raises(CryptoError, match=r"cbor\.truncated"):
                cbor.decode(data[:end])


def test_the_nonce_of_a_box_is_the_hash_of_the_trace() -> None:
    (case,) = (c for c in CASES if c["name"] == "sealed-box")
    hashed = bytes.fromhex(case["output"]["sealed"][:64] + case["input"]["key"])
    nonce = hashlib.blake2b(hashed, digest_size=24).hexdigest()
    assert nonce == case["trace"]["nonce"]
