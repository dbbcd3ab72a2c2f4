"""Recomputes the published vectors of the life of leaves (specs/life.md)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from fairlot.entry import check_signature, read_entry
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Purpose
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.leaf import read_leaf
from fairlot.identity.lives import Lives
from fairlot.identity.recovering import begin_change, complete_change
from fairlot.identity.registry import Registry
from fairlot.identity.registry_reading import read_registry
from fairlot_crypto import cbor
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements
from generators.identity_setting import setting
from vector_case import check_case
from vector_people import attestation_of

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

PATH = Path(__file__).parent.parent / "vectors" / "life.json"


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


@cache
def registry_of(encoded: str) -> Registry:
    return read_registry(cbor.decode(unhex(encoded)))


def lives_of(case: In) -> Lives:
    lives = Lives(registry_of(case["registry"]))
    statements = Statements()
    for encoded in case["leaves"]:
        value = cbor.decode(unhex(encoded))
        fields = Fields(
            value, ("body",), lambda why: Rejection("entry.field", str(why))
        )
        lives.born(read_leaf(fields), 0)
    for row in case["entries"]:
        data = unhex(row["entry"])
        entry = read_entry(cbor.decode(data), data)
        check_signature(entry, statements)
        lives.apply(entry, row["time"], statements)
    return lives


def log(case: In) -> Out:
    lives, at = lives_of(case), case["at"]
    each = [lives[index] for index in range(len(case["leaves"]))]
    return {
        "states": [
            {
                "version": life.version,
                "holder": life.holder.hex(),
                "attempt": life.attempt,
                "status": life.status(at).value,
            }
            for life in each
        ]
    }


def issuer_of(case: In) -> IssuerSecrets:
    """Return an issuer whose keys of threshold signing are any: none is used."""
    some = setting().issuers[0]
    key = SigningKey.from_seed(unhex(case["key_seed"]))
    return IssuerSecrets(case["issuer"], key, some.season_keys, some.signing)


def begin(case: In) -> Out:
    registry = registry_of(case["registry"])
    book = AdmissionBook(registry)
    for index, item in enumerate(case["admitted"]):
        admitted = attestation_of(item)
        book.admit(admitted, index, admitted.time)
    decision = begin_change(
        registry,
        book,
        issuer_of(case),
        [attestation_of(item) for item in case["attestations"]],
        Purpose(case["purpose"]),
        case["index"],
        lives_of(case)[case["index"]],
        case["now"],
    )
    return {"body": cbor.encode(decision.to_value()).hex()}


def complete(case: In) -> Out:
    registry, index = registry_of(case["registry"]), case["index"]
    life = lives_of(case)[index]
    decision = complete_change(registry, issuer_of(case), index, life, case["now"])
    return {"body": cbor.encode(decision.to_value()).hex()}


DRIVERS = {"log": log, "begin": begin, "complete": complete}
CASES = cast("list[In]", json.loads(PATH.read_text("utf-8"))["cases"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_case_ends_as_it_says(case: In) -> None:
    error = check_case(case, DRIVERS[case["input"]["op"]])
    assert error is None or isinstance(error, Rejection)


def test_refusals_are_the_majority() -> None:
    refused = [case for case in CASES if "refused" in case]
    assert 2 * len(refused) > len(CASES)
