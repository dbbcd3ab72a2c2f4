"""Recomputes the published vectors of claims (specs/claims.md)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from fairlot.claim.binding import ClaimBinding
from fairlot.claim.claim import Claim, check_claim
from fairlot.claim.control import Epochs, refunded, released
from fairlot.claim.make import make_claim
from fairlot.entry import EntryHash, check_signature, read_entry
from fairlot.errors import FairlotError
from fairlot.identity.registry import Credentials, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.names import Nym, SaleId
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.ciphersuite import Signature as BbsSignature
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import Scalar, backend, scalar_from_bytes
from fairlot_crypto.keys import SealKey, VerifyKey
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements
from vector_case import check_case

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

PATH = Path(__file__).parent.parent / "vectors" / "claims.json"
GROUP = backend("native")


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def scalar(text: str) -> Scalar:
    return scalar_from_bytes(unhex(text))


def terms_of(case: In) -> Terms:
    return Terms.from_value(cbor.decode(unhex(case["terms"])))


@cache
def credentials_of(encoded: str) -> Credentials:
    return Credentials(GROUP, read_registry(cbor.decode(unhex(encoded))))


def make(case: In) -> Out:
    item = case["credential"]
    credential = Credential(
        tuple(unhex(octets) for octets in item["attributes"]),
        BbsSignature.from_bytes(GROUP, unhex(item["signature"])),
        scalar(item["blind"]),
        tuple(scalar(each) for each in item["nym_secrets"]),
    )
    made = make_claim(
        credentials_of(case["registry"]),
        credential,
        terms_of(case),
        RollId(unhex(case["roll"])),
        case["epoch"],
        case["not_after"],
        SeededRandomness(unhex(case["seed"])),
        case["seq"],
    )
    return {"entry": made.entry.encoded.hex(), "nym": made.nym.hex()}


def check(case: In) -> Out:
    data, statements = unhex(case["entry"]), Statements()
    entry = read_entry(cbor.decode(data), data)
    check_signature(entry, statements)
    roll = RollId(unhex(case["roll"]))
    credentials, terms = credentials_of(case["registry"]), terms_of(case)
    claim = check_claim(credentials, terms, roll, entry, case["time"], statements)
    epoch, seq, entry_hash = claim.precedence
    return {"nym": claim.nym.hex(), "order": [epoch, seq, entry_hash.hex()]}


def ideal(item: In) -> Claim:
    """Return a claim of which only what decides is there."""
    key, nothing = VerifyKey(unhex(item["settle_pk"])), VerifyKey(b"")
    to = unhex(item.get("refund_to", ""))
    binding = ClaimBinding(
        SaleId(b""), item["seq"], key, SealKey(b""), to, b"", nothing, 0
    )
    mark = EntryHash(unhex(item["entry_hash"]))
    return Claim(binding, Nym(b""), b"", item["epoch"], mark)


def found_in(case: In) -> Claim | None:
    epochs = Epochs(case["epoch"], case["grace"])
    found, again = (
        released(map(ideal, claims), case["unlock"], case["time"], epochs)
        for claims in (case["claims"], case["claims"][::-1])
    )
    assert found == again
    return found


def release(case: In) -> Out:
    found = found_in(case)
    return {"claim": None if found is None else found.entry_hash.hex()}


def refund(case: In) -> Out:
    found = refunded(case["refund"], unhex(case["first"]), found_in(case))
    return {"refund_to": None if found is None else found.hex()}


DRIVERS = {"make": make, "check": check, "release": release, "refund": refund}
CASES = cast("list[In]", json.loads(PATH.read_text("utf-8"))["cases"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_case_ends_as_it_says(case: In) -> None:
    error = check_case(case, DRIVERS[case["input"]["op"]])
    assert error is None or isinstance(error, FairlotError)


def test_refusals_are_the_majority() -> None:
    refused = [case for case in CASES if "refused" in case]
    assert 2 * len(refused) > len(CASES)
