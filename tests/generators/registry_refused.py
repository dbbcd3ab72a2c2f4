"""Registries and attestations that are refused; a part of chapter identity."""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import (
    Attestation,
    Purpose,
    Subject,
    check_attestation,
)
from fairlot.identity.registry import Credentials, Registry
from fairlot.identity.registry_reading import read_registry
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import shamir
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import OpeningKey, Signature, VerifyKey
from generators.case import Case, reject
from generators.committee_setting import GROUP, stream
from generators.edits import edited
from generators.identity_setting import (
    NOW,
    PERSON,
    attest,
    attestation_inputs,
    registry_octets,
    setting,
    signing_key,
)

SMALL_ORDER_KEY = b"\x01" + bytes(31)
"""The neutral element of Ed25519."""


def cases() -> Sequence[Case]:
    """Return the cases."""
    return (
        *(_edited(*row) for row in _edits()),
        *(_registry(*row) for row in _others()),
        *(_attestation(*row) for row in _attestations()),
        *_attributes(),
        *_admissions(),
    )


def _edits() -> Sequence[tuple[str, str, str, str, Value]]:
    one_form = "Two readings of a registry would have one name."
    name = "Names are of a-z, 0-9 and _: `name=value` is read in one way."
    field, attributes = "registry.field", "registry.attributes"
    bp2 = GROUP.g2_generator().to_bytes()
    none = "The empty value is always legal, unnamed."
    twice = "cohort_a"
    one_source = "With two sources a person would have two tags."
    point = "A point of G1 has 48 bytes."
    starts = setting().registry.starts
    small = "A small-order key verifies messages that nobody signed."
    short = "A key has 32 bytes: that is part of its type, and comes before check_key."
    return (
        ("version", "This is version 1.", field, "v", 2),
        ("version-boolean", one_form, field, "v", True),
        ("rehearsal-number", one_form, field, "rehearsal", 1),
        ("season-too-large", "label(x) has 4 bytes for it.", field, "season", 2**32),
        ("season-negative", one_form, field, "season", -1),
        ("no-nym-secret", "Without one there is no nym.", field, "nym_secrets", 0),
        ("nym-secrets", "Their number in a label is a byte.", field, "nym_secrets", 256),
        ("threshold", "n has a byte.", field, "threshold", 85),
        ("unknown-field", one_form, field, "note", ""),
        ("unknown-attribute-field", one_form, field, "attributes/0/note", ""),
        ("unknown-issuer-field", one_form, field, "issuers/0/note", ""),
        ("value-bytes", one_form, field, "attributes/0/values/0", b"listed"),
        ("name-empty", name, attributes, "attributes/0/name", ""),
        ("name-upper-case", name, attributes, "attributes/0/name", "Assurance"),
        ("name-with-sign", name, attributes, "attributes/0/name", "a=b"),
        ("name-too-long", name, attributes, "attributes/0/name", "a" * 33),
        ("name-repeated", "A name has one place.", attributes, "attributes/1/name", twice),
        ("value-empty", none, attributes, "attributes/0/values/0", ""),
        ("value-repeated", one_form, attributes, "attributes/1/values/1", "north"),
        ("share-short", "A point of G2 has 96 bytes.", field, "issuers/0/share", bp2[:95]),
        ("issuer-key", small, "registry.key", "issuers/0/key", SMALL_ORDER_KEY),
        ("attester-key", small, "registry.key", "attesters/0", SMALL_ORDER_KEY),
        ("issuer-key-short", short, field, "issuers/0/key", bytes(31)),
        ("attester-number", one_form, field, "attesters/0", 1),
        ("attester-short", short, field, "attesters/0", bytes(31)),
        ("attesters-map", one_form, field, "attesters", {}),
        ("no-issuers", "Somebody must sign.", "registry.issuers", "issuers", []),
        ("season-empty", "starts < ends.", "registry.season", "ends", starts),
        ("no-uniqueness", one_source, field, "uniqueness", None),
        ("unknown-uniqueness-field", one_form, field, "uniqueness/note", ""),
        ("source-empty", one_source, field, "uniqueness/source", ""),
        ("source-upper-case", one_form, field, "uniqueness/source", "Passport"),
        ("source-too-long", one_form, field, "uniqueness/source", "a" * 33),
        ("canonicaliser", one_source, field, "uniqueness/canonicaliser", "name/2"),
        ("rate-zero", "Nobody could be enrolled.", field, "uniqueness/rate", 0),
        ("rate-too-large", one_form, field, "uniqueness/rate", 2**32),
        ("tag-share-short", point, field, "uniqueness/shares/0", bytes(47)),
        ("no-tag-shares", "Each issuer has one.", "registry.issuers", "uniqueness/shares", []),
    )  # fmt: skip


def _edited(name: str, rule: str, code: str, path: str, new: Value) -> Case:
    encoded = cbor.encode(edited(setting().registry.to_value(), path, new))
    return _refused(name, rule, code, encoded)


def _others() -> Sequence[tuple[str, str, str, Registry]]:
    small, large = setting().registry, setting(4, 1, 2).registry
    issuer = large.issuers[0]
    many = tuple(replace(small.attributes[0], name=f"a{i}") for i in range(65))
    crowd = replace(small, attributes=many)
    bp2 = GROUP.g2_generator()
    zero = tuple(shamir.split(0, 4, 1, stream("zero")).values())
    keyless = [
        replace(each, share=(bp2 * x).to_bytes())
        for each, x in zip(large.issuers, zero, strict=True)
    ]
    identity = replace(issuer, share=(bp2 - bp2).to_bytes())
    third = replace(large, issuers=large.issuers[:3])
    all_zero = replace(large, issuers=tuple(keyless))
    off = "The issuers' shares lie on no polynomial of degree t."
    few = "n ≥ 3t + 1: t silent issuers would stop it."
    again = replace(large, issuers=(issuer, issuer, *large.issuers[2:]))
    last_off = replace(large.issuers[3], share=issuer.share)
    broken = replace(small.issuers[0], share=bytes(96))
    nobody = replace(identity, key=small.issuers[0].key)
    constant = replace(large, threshold=0)
    tags = large.uniqueness.shares
    two_tags = "Two choices of issuers would give a person two tags."
    point = "K_i is a point of G1."
    none = (b"\xc0" + bytes(47), *tags[1:])
    outside, no_point = (b"\x80" + bytes(47), *tags[1:]), (bytes(48), *tags[1:])
    no_key = tuple((GROUP.g1_generator() * x).to_bytes() for x in zero)
    key = "registry.key"
    rows: Sequence[tuple[str, str, str, Registry]] = (
        ("attributes", "At most 64 of them.", "registry.attributes", crowd),
        ("too-few-issuers", few, "registry.issuers", third),
        ("issuer-repeated", "One issuer would count twice.", "registry.issuers", again),
        ("shares-off", off, key, replace(large, issuers=(*large.issuers[:3], last_off))),
        ("degree-too-low", off, key, constant),
        ("share-identity", "W_i is not the identity.", key, replace(small, issuers=(nobody,))),
        ("share-no-point", "W_i is a point of G2.", key, replace(small, issuers=(broken,))),
        ("zero-key", "With x = 0 anybody makes credentials.", key, all_zero),
        ("tag-share-off", two_tags, key, _tagged(large, (*tags[:3], tags[0]))),
        ("tag-shares-swapped", two_tags, key, _tagged(large, (tags[1], tags[0], *tags[2:]))),
        ("tag-share-identity", "K_i is not the identity.", key, _tagged(large, none)),
        ("tag-share-no-point", point, key, _tagged(large, no_point)),
        ("tag-share-off-subgroup", point, key, _tagged(large, outside)),
        ("zero-tag-key", "With k = 0 anybody computes tags.", key, _tagged(large, no_key)),
    )  # fmt: skip
    return rows


def _tagged(registry: Registry, shares: Sequence[bytes]) -> Registry:
    uniqueness = replace(registry.uniqueness, shares=tuple(shares))
    return replace(registry, uniqueness=uniqueness)


def _registry(name: str, rule: str, code: str, registry: Registry) -> Case:
    return _refused(name, rule, code, registry_octets(registry))


def _refused(name: str, rule: str, code: str, encoded: bytes) -> Case:
    return reject(
        f"registry-{name}",
        rule,
        code,
        {"op": "registry", "registry": encoded},
        lambda: Credentials(GROUP, read_registry(cbor.decode(encoded))),
    )


def _signed(attestation: Attestation) -> Attestation:
    """Sign again, as an attester that breaks the rules."""
    statement: dict[str, Value] = {
        "registry": attestation.registry_id,
        "purpose": attestation.subject.purpose.value,
        "version": attestation.subject.version,
        "attempt": attestation.subject.attempt,
        "person": attestation.person_tag,
        "holder": attestation.holder_key,
        "device": attestation.device_key,
        "attributes": list(attestation.attributes),
        "time": attestation.time,
    }
    message = tag("attestation").encode() + b"\x00" + cbor.encode(statement)
    return replace(attestation, sig=signing_key("attester").sign(message))


def _attestations() -> Sequence[tuple[str, str, str, Attestation, int]]:
    made = setting().attestation
    elsewhere = setting(4, 1, 2).attestation
    stranger = signing_key("stranger")
    device = OpeningKey(stream.seed("stranger's device")).public
    signature = "attestation.signature"
    thief = "Whoever sees an attestation would substitute their own key."
    weak = _signed(replace(made, holder_key=VerifyKey(SMALL_ORDER_KEY)))
    small = "A small-order key verifies what nobody signed."
    attester = "The registry names no such attester."
    unnamed = replace(made, attester=stranger.public)
    raised = replace(made, attributes=("document", "north", "", ""))
    short = replace(made, sig=Signature(made.sig[:63]))
    anybody = replace(made, person_tag=bytes(32))
    another = "Made for another registry."
    once = "An attestation is good for one event: another would give a second leaf."
    event = "attestation.subject"
    closing = Subject(Purpose.CLOSE, 1, 1)
    again = Subject(Purpose.RECOVER, 1, 1)
    rows: Sequence[tuple[str, str, str, Attestation, int]] = (
        ("registry", another, "attestation.registry", elsewhere, NOW),
        ("attester", attester, "attestation.attester", unnamed, NOW),
        ("person", "One attestation would give many leaves.", signature, anybody, NOW),
        ("holder", thief, signature, replace(made, holder_key=stranger.public), NOW),
        ("device", thief, signature, replace(made, device_key=device), NOW),
        ("attributes", "The attester says them.", signature, raised, NOW),
        ("time", "It would be renewed later.", signature, replace(made, time=NOW), NOW),
        ("sig", "64 bytes.", signature, short, NOW),
        ("purpose", thief, signature, replace(made, subject=closing), NOW),
        ("to-close", once, event, _signed(replace(made, subject=closing)), NOW),
        ("to-recover", once, event, _signed(replace(made, subject=again)), NOW),
        ("holder-key", small, "attestation.holder-key", weak, NOW),
        ("early", "Not before its time.", "attestation.time", made, made.time - 1),
        ("late", "For a day.", "attestation.time", made, made.time + 86_400),
    )  # fmt: skip
    return rows


def _attestation(
    name: str, rule: str, code: str, attestation: Attestation, now: int
) -> Case:
    registry = setting().registry
    return reject(
        f"attestation-{name}",
        rule,
        code,
        {
            "op": "check-attestation",
            "registry": registry_octets(registry),
            "attestation": attestation_inputs(attestation),
            "now": now,
        },
        lambda: check_attestation(registry, attestation, now),
    )


def _attributes() -> Sequence[Case]:
    case = setting()
    legal = "A value that only one person has would tag them."
    rows: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("value-unknown", legal, ("listed", "west", "", "")),
        ("value-of-another", legal, ("north", "listed", "", "")),
        ("value-not-empty", legal, ("listed", "", "1", "")),
        (
            "values-missing",
            "There is one value for each attribute.",
            ("listed", "north", ""),
        ),
        (
            "values-left-over",
            "There is one value for each attribute.",
            ("listed", "", "", "", ""),
        ),
    )
    return [
        _attestation(
            name,
            rule,
            "attestation.attributes",
            attest(case.registry, PERSON, case.holder, case.device, values),
            NOW,
        )
        for name, rule, values in rows
    ]


def _admissions() -> Sequence[Case]:
    case = setting()
    first = case.attestation
    again = attest(
        case.registry,
        PERSON,
        signing_key("another holder"),
        OpeningKey(stream.seed("another device")),
    )
    other = attest(case.registry, "Ben", signing_key("holder Ben"), case.device)
    known = "A second leaf would be a second vote: this is a recovery."
    index = "Leaves have no gaps; an index reserved ahead would block the registry."
    rows = (
        ("known-person", known, "enrolment.known-person", (first,), again, 1),
        ("same-word-again", known, "enrolment.known-person", (first,), first, 1),
        (
            "index-taken",
            "An index has one leaf.",
            "enrolment.index",
            (first,),
            other,
            0,
        ),
        ("index-ahead", index, "enrolment.index", (first,), other, 2),
    )
    ends = case.registry.ends
    outside = attest(
        case.registry, PERSON, signing_key("h"), case.device, time=ends - 1
    )
    season = "Season keys would make secrets of a season that is over."
    late = ("season-over", season, "enrolment.season", (), outside, 0, ends)
    return [*(_admission(*row) for row in rows), _admission(*late)]


def _admission(
    name: str,
    rule: str,
    code: str,
    before: Sequence[Attestation],
    attestation: Attestation,
    index: int,
    now: int = NOW,
) -> Case:
    registry = setting().registry
    book = AdmissionBook(registry)
    for number, admitted in enumerate(before):
        book.admit(admitted, number, NOW)
    return reject(
        f"admit-{name}",
        rule,
        code,
        {
            "op": "admit",
            "registry": registry_octets(registry),
            "admitted": [attestation_inputs(each) for each in before],
            "attestation": attestation_inputs(attestation),
            "index": index,
            "now": now,
        },
        lambda: book.admit(attestation, index, now),
    )
