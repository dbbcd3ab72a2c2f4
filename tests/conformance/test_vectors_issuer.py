"""Recomputes the published vectors of issuers through the public API."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot.identity.part import read_part, request_id
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.requests import (
    AttestRequest,
    EnrolRequest,
    IssueRequest,
    RecoverRequest,
    RollRequest,
    attestation_file,
    read_attest_request,
    read_attestation_file,
    read_enrol_request,
    read_issue_request,
    read_recover_request,
    read_roll_request,
)
from fairlot.issuing.committee_file import read_committee
from fairlot.issuing.dealing import Made, advance
from fairlot.issuing.letter import messages_of, read_letter
from fairlot.issuing.person import read_person
from fairlot.issuing.plan import CEREMONIES, Card, Plan, read_card, read_plan
from fairlot.issuing.seat import Without
from fairlot.issuing.shares import as_given
from fairlot.issuing.state import State
from fairlot.issuing.tag_share import check_tag_share, read_tag_share
from fairlot_crypto import cbor
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import backend, scalar_from_bytes
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import SealKey, SigningKey
from fairlot_crypto.voprf.threshold import KeyShare
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "issuer.json"
CASES = json.loads(FILE.read_bytes())["cases"]
CURVE = backend()

Given = Mapping[str, Any]
Asked = AttestRequest | EnrolRequest | IssueRequest | RecoverRequest | RollRequest


def octets(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def listed(given: Given, name: str) -> list[bytes]:
    return [bytes.fromhex(each) for each in given[name]]


def card(given: Given) -> Given:
    key, sealing = (
        SigningKey.from_seed(octets(given, "signing")),
        octets(given, "sealing"),
    )
    # The map in its canonical order: "key", then "sealing".
    signed = b"\xa2\x63key\x58\x20" + key.public + b"\x67sealing\x58\x20" + sealing
    signature = key.sign(tag("issuer-card").encode() + b"\x00" + signed)
    made = Card(key.public, SealKey(sealing), signature)
    return {"data": made.to_bytes().hex()}


def read_one_card(given: Given) -> Given:
    return {"key": read_card(octets(given, "data")).key.hex()}


def plan(given: Given) -> Given:
    cards = map(read_card, listed(given, "cards"))
    whole = Plan.make(given["season"], given["attempt"], given["threshold"], cards)
    return {
        "data": whole.to_bytes().hex(),
        "plan_id": whole.plan_id.hex(),
        "ceremonies": [whole.ceremony(name).ceremony_id.hex() for name in CEREMONIES],
    }


def read_one_plan(given: Given) -> Given:
    return {"plan_id": read_plan(octets(given, "data")).plan_id.hex()}


def read_one_letter(given: Given) -> Given:
    letter = read_letter(octets(given, "data"))
    return {"name": letter.name, "messages": [each.hex() for each in letter.messages]}


def deal(given: Given) -> Given:
    whole, keys = read_plan(octets(given, "plan")), listed(given, "signing")
    states = [
        State(
            whole.plan_id,
            {name: data[32 * i : 32 * i + 32] for i, name in enumerate(CEREMONIES)},
            dict.fromkeys(CEREMONIES, ()),
            (),
        )
        for data in listed(given, "secrets")
    ]
    made: list[Made | None] = [None]
    while None in made:
        there = messages_of(whole, [each for state in states for each in state.letters])
        made = []
        for i, key in enumerate(keys):
            owner = SigningKey.from_seed(key)
            step = advance(CURVE, whole, owner, states[i], there, Without())
            states[i] = step.state
            made.append(step.made)
    files = {each.committee.to_bytes().hex() for each in made if each is not None}
    (committee,) = files
    letters = [state.letters[0].to_bytes().hex() for state in states]
    return {"letters": letters, "committee": committee}


def read_one_share(given: Given) -> Given:
    whole = read_plan(octets(given, "plan"))
    points = tuple(map(CURVE.g2_from_bytes, listed(given, "shares")))
    sharing = PublicSharing(whole.threshold, points)
    ceremony = whole.ceremony("tags")
    issuer, share = read_tag_share(CURVE, ceremony, octets(given, "data"))
    check_tag_share(CURVE, sharing, issuer, share)
    return {"issuer": issuer, "share": share.to_bytes().hex()}


def reshare(given: Given) -> Given:
    whole, keys = read_plan(octets(given, "plan")), listed(given, "signing")
    former = whole.former
    assert former is not None
    owners = list(map(SigningKey.from_seed, keys))
    states = [
        State(
            whole.plan_id,
            {name: data[32 * i : 32 * i + 32] for i, name in enumerate(CEREMONIES)},
            dict.fromkeys(CEREMONIES, ()),
            (),
        )
        for data in listed(given, "secrets")
    ]
    gives = [
        {
            name: as_given(
                KeyShare(
                    former.keys.index(owner.public) + 1,
                    scalar_from_bytes(data[32 * i : 32 * i + 32]),
                ),
                former.sharing(name).sharing_id,
                former.threshold,
            )
            for i, name in enumerate(("signing", "tags"))
            if data
        }
        for owner, data in zip(owners, listed(given, "shares"), strict=True)
    ]
    files: set[str] = set()
    while not files:
        there = messages_of(whole, [each for state in states for each in state.letters])
        for i, owner in enumerate(owners):
            step = advance(CURVE, whole, owner, states[i], there, Without(), gives[i])
            states[i] = step.state
            if step.made is not None:
                files.add(step.made.committee.to_bytes().hex())
    (committee,) = files
    return {"committee": committee}


def read_made(given: Given) -> Given:
    made = read_committee(read_plan(octets(given, "plan")), octets(given, "data"))
    return {"keys": [issuer.key.hex() for issuer in made.issuers]}


def check_one_registry(given: Given) -> Given:
    made = read_committee(read_plan(octets(given, "plan")), octets(given, "committee"))
    registry = read_registry(cbor.decode(octets(given, "data")))
    made.check_registry(registry)
    return {"registry": registry.registry_id.hex()}


def read_one_part(given: Given) -> Given:
    part = read_part(octets(given, "data"))
    return {"name": part.name, "step": part.step}


def read_request(given: Given) -> Given:
    data = octets(given, "data")
    if given["kind"] == "attested":
        assert attestation_file(read_attestation_file(data)) == data
        return {"request": request_id(data).hex()}
    readers: Mapping[str, Callable[[bytes], Asked]] = {
        "attest": read_attest_request,
        "roll": read_roll_request,
        "enrol": read_enrol_request,
        "issue": read_issue_request,
        "recover": read_recover_request,
    }
    assert readers[given["kind"]](data).to_bytes() == data
    return {"request": request_id(data).hex()}


def read_one_person(given: Given) -> Given:
    return {"index": read_person(octets(given, "data")).index}


OPERATIONS: Mapping[str, Callable[[Given], Given]] = {
    "card": card,
    "read-card": read_one_card,
    "plan": plan,
    "read-plan": read_one_plan,
    "read-letter": read_one_letter,
    "deal": deal,
    "reshare": reshare,
    "read-tag-share": read_one_share,
    "read-committee": read_made,
    "check-registry": check_one_registry,
    "read-part": read_one_part,
    "read-request": read_request,
    "read-person": read_one_person,
}


LONG = ("deal-4-1", "reshare-4-1")
"""Whole ceremonies: seconds each."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["name"],
            marks=[pytest.mark.slow] if case["name"] in LONG else [],
        )
        for case in CASES
    ],
)
def test_vector(case: Mapping[str, Any]) -> None:
    check_case(case, lambda given: OPERATIONS[given["op"]](given))
