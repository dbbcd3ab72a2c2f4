"""A consumer of the published vectors of accounts: one function an operation."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from fairlot.identity.account_token import judge_token, nonce_of, read_account_token
from fairlot.identity.identifier import Canonicaliser, canonical
from fairlot.identity.provider import Provider
from fairlot.identity.provider_keys import decode_keys
from fairlot.identity.requests import read_attest_request
from fairlot.identity.token_signature import check_token_signature
from vector_case import check_case

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[1] / "vectors" / "attesters.json"
CASES = json.loads(FILE.read_bytes())["cases"]


def octets(given: In, name: str) -> bytes:
    return bytes.fromhex(given[name])


def account(given: In) -> Out:
    return {"value": canonical(Canonicaliser.ACCOUNT, given["typed"])}


def keys(given: In) -> Out:
    return {"kids": [each.kid for each in decode_keys(octets(given, "keys"))]}


def nonce(given: In) -> Out:
    asked = read_attest_request(octets(given, "request"))
    return {"nonce": nonce_of(asked, octets(given, "salt"))}


def file(given: In) -> Out:
    read = read_account_token(octets(given, "file"))
    return {"salt": read.salt.hex(), "token": read.token}


def token(given: In) -> Out:
    asked = read_attest_request(octets(given, "request"))
    shown = read_account_token(octets(given, "account"))
    provider = Provider(**given["provider"])
    pinned, now = decode_keys(octets(given, "keys")), given["now"]
    person = judge_token(provider, pinned, asked, shown, now, check_token_signature)
    bound = shown.bound_to(asked).hex()
    return {"person": person, "token_hash": shown.token_hash.hex(), "bound": bound}


RUNS: Mapping[str, Callable[[In], Out]] = {
    "account": account,
    "keys": keys,
    "nonce": nonce,
    "read-account": file,
    "token": token,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_account(case: Mapping[str, Any]) -> None:
    check_case(case, RUNS[case["input"]["op"]])
