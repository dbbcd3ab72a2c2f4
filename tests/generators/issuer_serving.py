"""Vectors of what issuers read when they serve a registry (specs/issuer.md, section 8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from fairlot.identity.attestation import ENROLMENT
from fairlot.identity.credential import request_credential
from fairlot.identity.naming import NonceCommitment
from fairlot.identity.part import Part, read_part, request_id
from fairlot.identity.registry import Registry
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
from fairlot.identity.uniqueness import Uniqueness
from fairlot.issuing.committee_file import CommitteeFile, read_committee
from fairlot.issuing.person import Person, read_person
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import Signature
from generators.case import Case, Raw, accept, reject
from generators.committee_setting import stream
from generators.identity_setting import setting
from generators.issuer_setting import CURVE, committee, plan

N, T = 4, 1
Changes = Sequence[tuple[str, str, Mapping[str, Value]]]
READERS: Mapping[str, Callable[[bytes], object]] = {
    "roll": read_roll_request,
    "enrol": read_enrol_request,
    "issue": read_issue_request,
    "recover": read_recover_request,
    "attest": read_attest_request,
    "attested": read_attestation_file,
}


def serving() -> Sequence[Case]:
    """Return the cases."""
    return (*_committees(), *_registries(), *_parts(), *_requests(), *_people())


def registry() -> Registry:
    """Return a registry of the committee."""
    made = committee(N, T)
    base = setting(1, 0).registry
    source, rate = base.uniqueness.source, base.uniqueness.rate
    return replace(
        base,
        season=made.plan.season,
        threshold=T,
        issuers=made.issuers,
        uniqueness=Uniqueness(source, rate, made.tags),
    )


def _committees() -> Sequence[Case]:
    data = committee(N, T).to_bytes()
    inputs: dict[str, Raw] = {"op": "read-committee", "plan": plan(N, T).to_bytes()}
    value = _map(data)
    issuers, hashes = value["issuers"], value["hashes"]
    if not isinstance(issuers, list) or not isinstance(hashes, list):
        raise TypeError("a committee has issuers and hashes")
    wrong: Changes = (
        ("plan", "Of another plan.", {"plan": bytes(32)}),
        ("season", "Of another season.", {"season": 2}),
        ("threshold", "Another t.", {"threshold": 0}),
        ("issuers", "An issuer less.", {"issuers": issuers[1:]}),
        ("order", "Issuers in another order.", {"issuers": issuers[::-1]}),
        ("hashes", "A hash less.", {"hashes": hashes[1:]}),
        ("unknown", "A field that no committee has.", {"more": 0}),
    )
    read = partial(read_committee, plan(N, T))
    return (
        accept(
            "read-committee",
            "What four issuers have made.",
            {**inputs, "data": data},
            {"keys": [*committee(N, T).plan.keys]},
        ),
        *_refused("read-committee", "issuer.committee", inputs, data, read, wrong),
    )


def _registries() -> Sequence[Case]:
    made, right = committee(N, T), registry()
    inputs: dict[str, Raw] = {
        "op": "check-registry",
        "plan": plan(N, T).to_bytes(),
        "committee": made.to_bytes(),
    }
    uniqueness = right.uniqueness
    reversed_shares = tuple(reversed(uniqueness.shares))
    wrong = (
        ("season", "Another season.", replace(right, season=2)),
        (
            "issuers",
            "Issuers in another order.",
            replace(right, issuers=right.issuers[::-1]),
        ),
        ("threshold", "Another t.", replace(right, threshold=0)),
        (
            "shares",
            "Shares of the key of tags in another order.",
            replace(right, uniqueness=replace(uniqueness, shares=reversed_shares)),
        ),
    )
    return (
        accept(
            "check-registry",
            "A registry of this committee.",
            {**inputs, "data": cbor.encode(right.to_value())},
            {"registry": right.registry_id},
        ),
        *(
            reject(
                f"check-registry-{name}",
                rule,
                "issuer.committee",
                {**inputs, "data": cbor.encode(each.to_value())},
                partial(_check_registry, made, each),
            )
            for name, rule, each in wrong
        ),
    )


def _check_registry(made: CommitteeFile, each: Registry) -> None:
    made.check_registry(read_registry(each.to_value()))


def _parts() -> Sequence[Case]:
    part = Part(bytes(range(32)), "roll", 3, {"sig": bytes(64)})
    inputs: dict[str, Raw] = {"op": "read-part"}
    wrong: Changes = (
        ("version", "Another version.", {"v": 2}),
        ("request", "A request_id of 31 bytes.", {"request": bytes(31)}),
        ("step", "A step that there is not.", {"step": "tag"}),
        ("issuer", "An issuer 0.", {"issuer": 0}),
        ("body", "A body that is no map.", {"body": []}),
        ("unknown", "A field that no part has.", {"sig": bytes(64)}),
    )
    output: dict[str, Raw] = {"name": part.name, "step": part.step}
    data = part.to_bytes()
    return (
        accept("read-part", "A part.", {**inputs, "data": data}, output),
        *_refused("read-part", "issuer.part", inputs, data, read_part, wrong),
    )


def _requests() -> Sequence[Case]:
    cases: list[Case] = []
    for kind, data in requests().items():
        inputs: dict[str, Raw] = {"op": "read-request", "kind": kind}
        cases.append(
            accept(
                f"read-request-{kind}",
                "A request.",
                {**inputs, "data": data},
                {"request": request_id(data)},
            )
        )
        other: Value = "roll" if kind != "roll" else "issue"
        wrong: Changes = (
            ("version", "Another version.", {"v": 2}),
            ("kind", "Of another kind.", {"kind": other}),
            ("registry", "A registry_id of 31 bytes.", {"registry": bytes(31)}),
            ("unknown", "A field that no request has.", {"more": 0}),
            *_WRONG[kind],
        )
        name, code = f"read-request-{kind}", "issuer.request"
        cases += _refused(name, code, inputs, data, READERS[kind], wrong)
    return cases


_WRONG: Mapping[str, Changes] = {
    "roll": (("entry", "A TIME that is no entry.", {"time": b"\xa0"}),),
    "enrol": (
        ("index", "A negative index.", {"index": -1}),
        ("attestation", "An attestation without fields.", {"attestation": {}}),
        (
            "other",
            "Not for the registry that the request names.",
            {"registry": bytes(32)},
        ),
    ),
    "issue": (
        ("scalar", "A response that is no scalar.", {"response": b"\xff" * 32}),
        ("commitment", "A point of 47 bytes.", {"commitment": bytes(47)}),
    ),
    "recover": (("none", "No attestation.", {"attestations": []}),),
    "attest": (
        ("holder", "A key of 31 bytes.", {"holder": bytes(31)}),
        ("purpose", "A purpose that there is not.", {"purpose": "sell"}),
    ),
    "attested": (
        ("attestation", "An attestation without fields.", {"attestation": {}}),
        (
            "other",
            "Not for the registry that the answer names.",
            {"registry": bytes(32)},
        ),
    ),
}


def requests() -> Mapping[str, bytes]:
    """Return a request of each kind."""
    on = setting(1, 0)
    registry_id = on.registry.registry_id
    rolls, drawn = [on.roll_id], stream("issuer request")
    asked = request_credential(
        CURVE, on.registry, on.identity, on.holder, 21_915, rolls, drawn
    )
    roll = on.rolls[1].roll
    return {
        "roll": RollRequest(registry_id, roll, None).to_bytes(),
        "enrol": EnrolRequest(on.attestation, 5).to_bytes(),
        "issue": IssueRequest(registry_id, asked.request).to_bytes(),
        "recover": RecoverRequest(registry_id, 5, (on.attestation,)).to_bytes(),
        "attest": AttestRequest(
            registry_id,
            on.attestation.holder_key,
            on.attestation.device_key,
            ENROLMENT,
        ).to_bytes(),
        "attested": attestation_file(on.attestation),
    }


def _people() -> Sequence[Case]:
    on = setting(1, 0)
    given = NonceCommitment(1, bytes(32), Signature(bytes(64)))
    person = Person(5, bytes(32), 0, on.attestation, (given,), bytes(32))
    data, inputs = person.to_bytes(), {"op": "read-person"}
    wrong: Changes = (
        ("version", "Another version.", {"v": 2}),
        ("handle", "A handle of 31 bytes.", {"handle": bytes(31)}),
        ("listed", "A list of something else.", {"listed": [{"issuer": 1}]}),
        ("attestation", "No attestation.", {"attestation": {}}),
        ("unknown", "A field that no record has.", {"more": 0}),
    )
    return (
        accept(
            "read-person",
            "What an issuer keeps of a person.",
            {**inputs, "data": data},
            {"index": 5},
        ),
        *_refused("read-person", "issuer.book", inputs, data, read_person, wrong),
    )


def _refused(
    op: str,
    code: str,
    inputs: Mapping[str, Raw],
    data: bytes,
    read: Callable[[bytes], object],
    changes: Changes,
) -> Sequence[Case]:
    files = [
        (name, rule, cbor.encode({**_map(data), **change}))
        for name, rule, change in changes
    ]
    files.append(("cut", "The last byte is missing.", data[:-1]))
    return tuple(
        reject(
            f"{op}-{name}", rule, code, {**inputs, "data": each}, partial(read, each)
        )
        for name, rule, each in files
    )


def _map(data: bytes) -> dict[str, Value]:
    value = cbor.decode(data)
    if not isinstance(value, dict):
        raise TypeError("a file is a map")
    return value
