"""Vectors of registry, attestation, leaf and enrolment (specs/identity.md)."""

from collections.abc import Mapping, Sequence

from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import check_attestation
from fairlot.identity.enrolment import identity_share
from fairlot.identity.leaf import (
    check_leaf,
    combine_shares,
    handle,
    handle_hash,
    holder_hash,
    label,
)
from fairlot.identity.registry import epochs_accepted
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import commitment
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import scalar_to_bytes
from fairlot_crypto.hashing import i2osp, tag
from fairlot_crypto.keys import OpeningKey
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements
from generators import identity_handles, identity_refused, registry_refused
from generators.case import Case, Chapter, Raw, accept
from generators.committee_setting import GROUP, keys_of, octets, stream
from generators.identity_setting import (
    INDEX,
    NOW,
    PERSON,
    Setting,
    attest,
    attestation_inputs,
    identity_inputs,
    issuer_inputs,
    leaf_octets,
    registry_octets,
    setting,
    signing_key,
)


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "identity",
        "`op` names a procedure of specs/identity.md. `registry` is the CBOR of a registry "
        "map, `leaf` that of the body of a LEAF entry. Ed25519 keys are given by seeds, "
        "sealed boxes by the secret X25519 key that opens them. A list of PRSS keys is as "
        "in chapter committee. `seed` starts a seeded source (notation.md, section 6); "
        "enrol takes issuer i's nonce from its child `nonce/i` and the ephemeral key of "
        "its sealed box from the child `seal/i`.",
        (
            *(_registry(each) for each in _settings()),
            *_epochs(),
            *_attested(),
            *_checked(),
            *_admitted(),
            *_names(),
            *(_label(setting(4, 1, 2), name) for name in (b"rho", b"nym\0", b"nym\1")),
            *_shares(),
            *(_combined(each) for each in _settings()),
            *(_enrolled(each) for each in _settings()),
            *(_leaf(each) for each in _settings()),
            *(_received(each) for each in _settings()),
            *identity_handles.cases(),
            *registry_refused.cases(),
            *identity_refused.cases(),
        ),
    )


def _settings() -> tuple[Setting, Setting]:
    return setting(1, 0, 1), setting(4, 1, 2)


def _handle(case: Setting) -> bytes:
    return handle(case.registry.registry_id, INDEX, _nonces(case))


def _nonces(case: Setting) -> tuple[bytes, ...]:
    source = _source(case)
    return tuple(source.derive(f"nonce/{i.index}").take(32) for i in case.issuers)


def _source(case: Setting) -> SeededRandomness:
    return stream(f"enrol {case.name}")


def _registry(case: Setting) -> Case:
    return accept(
        f"registry-{case.name}",
        "n, t and N are in the name.",
        {"op": "registry", "registry": registry_octets(case.registry)},
        {
            "registry_id": case.registry.registry_id,
            "public_key": case.credentials.public_key.to_bytes(),
        },
    )


def _epochs() -> Sequence[Case]:
    day = 21_915 * 86_400
    rows = (
        ("first-second", "The epoch that ended is accepted.", day),
        ("grace-end", "For an hour.", day + 3_599),
        ("grace-over", "And no longer.", day + 3_600),
        ("last-second", "The next one is not accepted early.", day + 86_399),
        ("zero", "Epoch 0 has none before it.", 0),
    )
    return [
        accept(
            f"epochs-{name}",
            comment,
            {
                "op": "epochs-accepted",
                "registry": registry_octets(setting().registry),
                "time": time,
            },
            {"epochs": list(epochs_accepted(setting().registry, time))},
        )
        for name, comment, time in rows
    ]


def _attested() -> Sequence[Case]:
    small, large = _settings()
    rows = (("one-issuer", small, PERSON), ("committee", large, PERSON))
    return [_attestation(*row) for row in (*rows, ("another-person", small, "Ben"))]


def _attestation(name: str, case: Setting, person: str) -> Case:
    made = attest(case.registry, person, case.holder, case.device)
    statement = cbor.encode(
        {
            "registry": made.registry_id,
            "purpose": "enrol",
            "version": 0,
            "attempt": 0,
            "person": made.person_tag,
            "holder": made.holder_key,
            "device": made.device_key,
            "attributes": list(made.attributes),
            "time": made.time,
        }
    )
    return accept(
        f"attest-{name}",
        "The signature binds tag, keys, attributes, time and event.",
        {
            "op": "attest",
            "registry": registry_octets(case.registry),
            "key_seed": signing_key("attester").seed,
            "person_tag": made.person_tag,
            "holder_key": made.holder_key,
            "device_key": made.device_key,
            "attributes": list(made.attributes),
            "time": made.time,
        },
        {"sig": made.sig},
        {"statement": tag("attestation").encode() + b"\x00" + statement},
    )


def _checked() -> Sequence[Case]:
    case = setting()
    time = case.attestation.time
    rows = (
        ("at-once", "In the second in which it was signed.", time),
        ("last-second", "For a day.", time + 86_399),
    )
    for _, _, now in rows:
        check_attestation(case.registry, case.attestation, now)
    return [
        accept(
            f"attestation-{name}",
            comment,
            {
                "op": "check-attestation",
                "registry": registry_octets(case.registry),
                "attestation": attestation_inputs(case.attestation),
                "now": now,
            },
            {"accepted": True},
        )
        for name, comment, now in rows
    ]


def _admitted() -> Sequence[Case]:
    case = setting()
    people = [
        attest(
            case.registry,
            person,
            signing_key(f"holder {person}"),
            OpeningKey(stream.seed(f"device {person}")),
        )
        for person in ("Ada", "Cleo", "Ben")
    ]
    book = AdmissionBook(case.registry)
    for index, attestation in enumerate(people):
        book.admit(attestation, index, NOW)
    return (
        accept(
            "admit-three",
            "Three persons, each with a tag of their own.",
            {
                "op": "admit",
                "registry": registry_octets(case.registry),
                "attestations": [attestation_inputs(each) for each in people],
                "now": NOW,
            },
            {"indexes": [0, 1, 2]},
        ),
    )


def _names() -> Sequence[Case]:
    key = setting().holder.public
    handles = [
        accept(
            f"handle-{case.name}",
            "One nonce of every issuer, in the order of their indexes.",
            {
                "op": "handle",
                "registry_id": case.registry.registry_id,
                "index": INDEX,
                "nonces": list(_nonces(case)),
            },
            {"handle": _handle(case), "handle_hash": handle_hash(_handle(case))},
        )
        for case in _settings()
    ]
    holder = accept(
        "holder",
        "The hash of the holder's key, which a leaf contains.",
        {"op": "holder", "key": key},
        {"holder": holder_hash(key)},
    )
    return (*handles, holder)


def _label(case: Setting, name: bytes) -> Case:
    return accept(
        f"label-{name.hex()}",
        "The input of the PRF.",
        {
            "op": "label",
            "name": name,
            "registry": registry_octets(case.registry),
            "index": INDEX,
            "handle": _handle(case),
        },
        {"label": label(name, case.registry, INDEX, _handle(case))},
    )


def _shares() -> Sequence[Case]:
    small, large = _settings()
    return [_share(small, 1), *(_share(large, i) for i in range(1, 5))]


def _share(case: Setting, issuer: int) -> Case:
    registry, keys = case.registry, case.issuers[issuer - 1].season_keys
    rho, nyms = identity_share(registry, keys, INDEX, _handle(case))
    C_i = commitment(GROUP, registry.schema, rho, nyms)
    names = (b"rho", *(b"nym" + i2osp(j, 1) for j in range(registry.nym_secrets)))
    return accept(
        f"identity-share-{case.name}-{issuer}",
        "One issuer's shares of the blind and the nym secrets, and their commitment.",
        {
            "op": "identity-share",
            "registry": registry_octets(registry),
            "issuer": issuer,
            "season_keys": keys_of(keys.keys),
            "index": INDEX,
            "handle": _handle(case),
        },
        {
            "rho": scalar_to_bytes(rho),
            "nyms": octets(nyms),
            "commitment": C_i.to_bytes(),
        },
        {"labels": [label(name, registry, INDEX, _handle(case)) for name in names]},
    )


def _combined(case: Setting) -> Case:
    shares = {share.issuer: share.commitment for share in case.leaf.shares}
    return accept(
        f"identity-commitment-{case.name}",
        "C_1..C_n at 0.",
        {
            "op": "identity-commitment",
            "degree": case.registry.threshold,
            "commitments": {str(i): C_i for i, C_i in shares.items()},
        },
        {"commitment": combine_shares(GROUP, shares, case.registry.threshold)},
    )


def _enrolled(case: Setting) -> Case:
    return accept(
        f"enrol-{case.name}",
        "All issuers together: the leaf, and a sealed box of each.",
        {
            "op": "enrol",
            "registry": registry_octets(case.registry),
            "issuers": [issuer_inputs(issuer) for issuer in case.issuers],
            "attestation": attestation_inputs(case.attestation),
            "index": INDEX,
            "seed": stream.seed(f"enrol {case.name}"),
        },
        {"leaf": leaf_octets(case.leaf), "sealed": list(case.enrolment.sealed)},
        {
            "nonces": list(_nonces(case)),
            "handle": _handle(case),
            "messages": [_message(case, each.commitment) for each in case.leaf.shares],
            "boxes": [case.device.open(box) for box in case.enrolment.sealed],
        },
    )


def _message(case: Setting, commitment_i: bytes) -> bytes:
    statement: dict[str, Value] = {
        "registry": case.registry.registry_id,
        "season": case.registry.season,
        "index": case.leaf.index,
        "version": case.leaf.version,
        "holder": case.leaf.holder,
        "handle": case.leaf.handle,
        "commitment": commitment_i,
    }
    return tag("leaf-share").encode() + b"\x00" + cbor.encode(statement)


def _leaf(case: Setting) -> Case:
    check_leaf(GROUP, case.registry, case.leaf, Statements())
    return accept(
        f"leaf-{case.name}",
        "Signed by all issuers.",
        {
            "op": "check-leaf",
            "registry": registry_octets(case.registry),
            "leaf": leaf_octets(case.leaf),
        },
        {"accepted": True},
    )


def _received(case: Setting) -> Case:
    kept: Mapping[str, Raw] = identity_inputs(case.identity)
    return accept(
        f"receive-{case.name}",
        "What the holder has afterwards.",
        {
            "op": "receive",
            "registry": registry_octets(case.registry),
            "leaf": leaf_octets(case.leaf),
            "sealed": list(case.enrolment.sealed),
            "device_secret": case.device.secret,
            "attributes": list(case.attestation.attributes),
        },
        {"rho": kept["rho"], "nym_secrets": kept["nym_secrets"]},
    )
