"""Recomputes the published vectors of key generation through the public API."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fairlot_crypto.committee import season
from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.closing import certificate, close, verify_blame
from fairlot_crypto.committee.former import FormerMember
from fairlot_crypto.committee.member import Member
from fairlot_crypto.committee.message import Kind, read_message
from fairlot_crypto.committee.pedersen import Share, check_share
from fairlot_crypto.committee.plan import Former, Plan, Purpose
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.record import Record
from fairlot_crypto.committee.threshold import PublicSharing, SigningShare
from fairlot_crypto.curve import backend, scalar_from_bytes
from fairlot_crypto.keys import OpeningKey, SealKey, SigningKey, VerifyKey
from fairlot_crypto.randomness import SeededRandomness
from kit.ceremony import honest
from vector_case import check_case

FILE = Path(__file__).parent.parent / "vectors" / "key-generation.json"
CASES = json.loads(FILE.read_bytes())["cases"]
CURVE = backend()

Given = Mapping[str, Any]


def unhex(items: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(item) for item in items]


def plan_of(given: Given) -> Plan:
    plan = given["plan"]
    members = tuple(VerifyKey(key) for key in unhex(plan["members"]))
    context = bytes.fromhex(plan["context"])
    former = None if plan["former"] is None else former_of(plan["former"])
    return Plan(Purpose(plan["purpose"]), context, plan["degree"], members, former)


def former_of(given: Given) -> Former:
    shares = tuple(CURVE.g2_not_identity(w) for w in unhex(given["shares"]))
    members = tuple(VerifyKey(key) for key in unhex(given["members"]))
    return Former(members, PublicSharing(given["degree"], shares))


def reshare(given: Given) -> dict[str, Any]:
    plan = plan_of(given)
    keys = [SigningKey.from_seed(seed) for seed in unhex(given["signing"])]
    own = zip(keys, unhex(given["secrets"]), strict=True)
    members = [Member(plan, i, *each) for i, each in enumerate(own, 1)]
    givers = [giver_of(plan, each) for each in given["givers"]]
    record = Record.begin(CURVE, plan)
    while not record.done:
        if record.kind is Kind.TRANSFER:
            sent = [giver.transfer(record) for giver in givers]
        else:
            sent = [honest(member, record) for member in members]
        for data in sent:
            record = record.receive(data)
        record = close(record)
    return told_of(record)


def giver_of(plan: Plan, given: Given) -> FormerMember:
    """Return a former member; giving its share on needs no other keys of it."""
    assert plan.former is not None
    index, sharing_id = given["index"], plan.former.sharing.sharing_id
    none = PrssKeys(index, plan.former.sharing.degree, {})
    share = scalar_from_bytes(bytes.fromhex(given["share"]))
    signing, secret = (bytes.fromhex(given[name]) for name in ("signing", "secret"))
    held = SigningShare(index, share, b"", none, sharing_id)
    return FormerMember(plan, SigningKey.from_seed(signing), held, secret)


def kept_of(given: Given) -> tuple[Plan, PrssKeys]:
    plan = plan_of(given)
    return plan, season.read_kept(plan, bytes.fromhex(given["file"]))


def hand_on(given: Given) -> dict[str, Any]:
    plan, keys = kept_of(given)
    source = SeededRandomness(bytes.fromhex(given["seed"]))
    key = SealKey(bytes.fromhex(given["key"]))
    return {"box": season.hand_on(plan, keys, given["receiver"], key, source).hex()}


def take_over(given: Given) -> dict[str, Any]:
    plan = plan_of(given)
    hashes = dict(zip(plan.slots(), unhex(given["hashes"]), strict=True))
    opening = OpeningKey(bytes.fromhex(given["opening"]))
    boxes = {int(i): bytes.fromhex(box) for i, box in given["boxes"].items()}
    taken = season.take_over(plan, hashes, given["index"], opening, boxes)
    return {
        "file": season.keep(plan, taken.keys).hex(),
        "liars": list(taken.liars),
    }


def erase(given: Given) -> dict[str, Any]:
    return {"file": season.erased(plan_of(given), bytes.fromhex(given["file"])).hex()}


def ceremony(given: Given) -> dict[str, Any]:
    plan = plan_of(given)
    keys = [SigningKey.from_seed(seed) for seed in unhex(given["signing"])]
    own = zip(keys, unhex(given["secrets"]), strict=True)
    members = [Member(plan, i, *each) for i, each in enumerate(own, 1)]
    told = [(read_message(plan, each), each) for each in unhex(given["lies"])]
    sent: dict[tuple[int, Kind], bytes | None] = {
        (message.sender, message.kind): each for message, each in told
    }
    sent |= {(each["member"], Kind(each["kind"])): None for each in given["silent"]}
    record = Record.begin(CURVE, plan)
    while not record.done:
        for member in members:
            place = member.index, record.kind
            if member.index in record.expected():
                data = sent[place] if place in sent else honest(member, record)
                record = record if data is None else record.receive(data)
        record = close(record)
    return told_of(record)


def told_of(record: Record) -> dict[str, Any]:
    made = certificate(record)
    return {
        "ceremony_id": record.plan.ceremony_id.hex(),
        "messages": [each.hex() for each in record.messages()],
        "qualified": list(made.qualified),
        "shares": [w.to_bytes().hex() for w in made.sharing.shares]
        if made.sharing
        else [],
        "outcome": made.outcome.hex(),
        "key_hashes": [
            {"name": slot.name, "without": list(slot.without), "hash": each.hex()}
            for slot, each in sorted(made.key_hashes.items())
        ],
        "transferred": list(record.transferred),
        "blames": [
            {"member": blame.member, "reason": blame.reason.value}
            for blame in record.blames
        ],
    }


def receive(given: Given) -> Record:
    plan = plan_of(given)
    record = Record.begin(CURVE, plan)
    for data in unhex(given["messages"]):
        while record.kind is not read_message(plan, data).kind:
            record = close(record)
        record = record.receive(data)
    if given["close"]:
        record = close(record)
    return record.receive(bytes.fromhex(given["message"]))


def blame(given: Given) -> dict[str, Any]:
    evidence = tuple(unhex(given["messages"]))
    reason = Reason(given["reason"])
    stated = Blame(given["member"], reason, evidence, given["former"])
    verify_blame(CURVE, plan_of(given), stated)
    return {"valid": True}


def share(given: Given) -> None:
    commitments = [CURVE.g1_not_identity(p) for p in unhex(given["commitments"])]
    value, blind = (
        scalar_from_bytes(s) for s in unhex([given["share"], given["blind"]])
    )
    check_share(CURVE, commitments, given["index"], Share(value, blind))


OPS: Mapping[str, Callable[[Given], object]] = {
    "plan": plan_of,
    "ceremony": ceremony,
    "receive": receive,
    "blame": blame,
    "check-share": share,
    "reshare": reshare,
    "hand-on": hand_on,
    "take-over": take_over,
    "erase": erase,
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_key_generation(case: Mapping[str, Any]) -> None:
    check_case(case, lambda given: OPS[given["op"]](given))
