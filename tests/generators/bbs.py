"""Vectors of the credential: generators, signature, nym, presentation (specs/bbs.md)."""

from collections.abc import Mapping

from fairlot.text import counted
from fairlot_crypto.bbs import profile, proof, pseudonym
from fairlot_crypto.bbs.ciphersuite import (
    API_PSEUDONYM,
    P1_OCTETS,
    map_messages,
    public_key,
    random_scalars,
)
from fairlot_crypto.bbs.commitment import verify_commitment
from fairlot_crypto.bbs.profile import Credential, IssuerContext, Schema
from fairlot_crypto.curve import Scalar, scalar_to_bytes
from fairlot_crypto.randomness import SeededRandomness
from generators.bbs_issuance import refused_issuance
from generators.bbs_presentations import refused_presentations
from generators.bbs_setting import (
    ATTRIBUTES,
    COMMITTED,
    CTX,
    HEADER,
    KEY_INFO,
    KEY_MATERIAL,
    PH,
    SEED,
    context,
    credential,
    credential_inputs,
    curve,
    issuer_key,
    person,
    requested,
    statement,
)
from generators.case import Case, Chapter, Raw, accept

DESCRIPTION = (
    "Each input names its operation. Points, keys and scalars are encoded as in section 2"
    " of the chapter, scalars in 32 bytes. L is the number of attributes and N that of"
    " nym secrets where the lists themselves are not known. 'disclosed' maps the index of"
    " an attribute to its value, or lists indexes. 'randomness' is the 32 fresh bytes of"
    " section 9.6. Operations that compute: key, generators, sign, nym, commit, present."
    " Operations that accept or refuse: verify-credential, verify-presentation,"
    " decode-public-key, decode-signature, verify-commitment (interface of section 8)."
)


def _key() -> Case:
    inputs: dict[str, Raw] = {
        "operation": "key",
        "material": KEY_MATERIAL,
        "info": KEY_INFO,
    }
    public = public_key(curve(), issuer_key()).to_bytes()
    output: dict[str, Raw] = {
        "secret_key": scalar_to_bytes(issuer_key()),
        "public_key": public,
    }
    return accept("key", "The issuer's key pair of all cases here.", inputs, output)


def _generators(attributes: int, nym_count: int) -> Case:
    points = profile.generators(curve(), Schema(attributes, nym_count))
    output: dict[str, Raw] = {
        "P1": P1_OCTETS,
        "Q_1": points.Q_1.to_bytes(),
        "H": [point.to_bytes() for point in points.H],
        "Q_2": points.Q_2.to_bytes(),
        "J": [point.to_bytes() for point in points.J],
    }
    return accept(
        f"generators-{attributes}-{nym_count}",
        f"The generators for {attributes} attributes and {_secrets(nym_count)}.",
        {"operation": "generators", "L": attributes, "N": nym_count},
        output,
    )


def _sign(nym_count: int) -> Case:
    issuer = context(nym_count)
    made = credential(issuer)
    C = profile.commitment(issuer.curve, issuer.schema, made.blind, made.nym_secrets)
    scalars = map_messages(made.attributes, API_PSEUDONYM)
    return accept(
        f"sign-{nym_count}",
        f"A credential over {_secrets(nym_count)}; e is the signer's own choice.",
        {
            "operation": "sign",
            "secret_key": scalar_to_bytes(issuer_key()),
            "header": HEADER,
            "attributes": list(made.attributes),
            "blind": scalar_to_bytes(made.blind),
            "nym_secrets": [scalar_to_bytes(s) for s in made.nym_secrets],
            "e": scalar_to_bytes(made.signature.e),
        },
        {"signature": made.signature.to_bytes()},
        {
            "signed_header": pseudonym.combined_header(HEADER, nym_count),
            "domain": scalar_to_bytes(issuer.domain),
            "attribute_scalars": [scalar_to_bytes(s) for s in scalars],
            "C": C.to_bytes(),
            "B": profile.signature_base(issuer, made.attributes, C).to_bytes(),
        },
    )


def _nym(nym_count: int) -> Case:
    secrets = person("alice", nym_count)
    z = pseudonym.evaluate((Scalar(0), Scalar(1)), CTX, API_PSEUDONYM)
    exponent = pseudonym.evaluate(secrets, CTX, API_PSEUDONYM)
    return accept(
        f"nym-{nym_count}",
        f"The nym of {_secrets(nym_count)} in one context.",
        {
            "operation": "nym",
            "ctx": CTX,
            "nym_secrets": [scalar_to_bytes(s) for s in secrets],
        },
        {"nym": profile.nym(curve(), CTX, secrets).to_bytes()},
        {
            "OP": pseudonym.context_point(curve(), CTX, API_PSEUDONYM).to_bytes(),
            "z": scalar_to_bytes(z),
            "exponent": scalar_to_bytes(exponent),
        },
    )


def _present(attributes: int, nym_count: int, disclosed: tuple[int, ...]) -> Case:
    issuer = context(nym_count, attributes)
    shown = credential(issuer, attributes=ATTRIBUTES[:attributes])
    made = statement(issuer, shown, disclosed)
    made.verify()
    shown_indexes = "-".join(map(str, disclosed)) or "none"
    secrets = [scalar_to_bytes(s) for s in shown.nym_secrets]
    return accept(
        f"present-{attributes}-{nym_count}-{shown_indexes}",
        "A presentation, reproduced from its randomness; the verifier accepts it.",
        {
            "operation": "present",
            "public_key": issuer.public_key.to_bytes(),
            "header": HEADER,
            "ctx": CTX,
            "ph": PH,
            "disclosed": list(disclosed),
            "attributes": list(shown.attributes),
            "signature": shown.signature.to_bytes(),
            "blind": scalar_to_bytes(shown.blind),
            "nym_secrets": secrets,
            "randomness": SeededRandomness(SEED).derive("present").take(32),
        },
        {"nym": made.nym, "proof": made.proof},
        _trace(issuer, shown, disclosed),
    )


def _trace(
    issuer: IssuerContext, shown: Credential, disclosed: tuple[int, ...]
) -> Mapping[str, Raw]:
    fresh = SeededRandomness(SEED).derive("present")
    stream = profile.hedged(issuer, shown, CTX, PH, disclosed, fresh)
    attributes = map_messages(shown.attributes, API_PSEUDONYM)
    scalars = (*attributes, shown.blind, *shown.nym_secrets)
    selected = proof.select(attributes, disclosed)
    hidden = proof.hide(issuer.signed, shown.signature, scalars, selected, stream)
    OP = pseudonym.context_point(issuer.curve, CTX, API_PSEUDONYM)
    tildes = hidden.m_tilde[-issuer.schema.nym_secrets :]
    U = OP * pseudonym.evaluate(tildes, CTX, API_PSEUDONYM)
    drawn = (hidden.r1, hidden.r2, hidden.e_tilde, hidden.r1_tilde, hidden.r3_tilde)
    names = ("Abar", "Bbar", "D", "T1", "T2")
    points = {
        name: point.to_bytes() for name, point in zip(names, hidden.points, strict=True)
    }
    return {
        "domain": scalar_to_bytes(issuer.domain),
        "random_scalars": [scalar_to_bytes(s) for s in (*drawn, *hidden.m_tilde)],
        **points,
        "U": U.to_bytes(),
    }


def _commit() -> Case:
    made = requested()
    C, _ = verify_commitment(curve(), made.octets, API_PSEUDONYM)
    stream = SeededRandomness(SEED).derive("commit")
    drawn = random_scalars(stream, 4)
    return accept(
        "commit",
        "A commitment of the draft, with its proof; the signer accepts it.",
        {
            "operation": "commit",
            "committed_messages": [COMMITTED],
            "nym_secrets": [scalar_to_bytes(s) for s in person("alice", 1)],
            "random_scalars": [scalar_to_bytes(s) for s in drawn],
        },
        {"commitment_with_proof": made.octets},
        {"C": C.to_bytes()},
    )


def _verify_credential() -> Case:
    made = credential(context())
    profile.verify_credential(context(), made)
    return accept(
        "credential",
        "The holder's check of what was issued.",
        credential_inputs(context(), made),
        {"valid": True},
    )


def _secrets(count: int) -> str:
    return counted(count, "nym secret", "nym secrets")


def accepted() -> tuple[Case, ...]:
    """Return the cases that an implementation accepts."""
    return (
        _key(),
        _generators(4, 1),
        _generators(0, 3),
        _sign(1),
        _sign(3),
        _commit(),
        _verify_credential(),
        _nym(1),
        _nym(3),
        _present(4, 1, ()),
        _present(4, 1, (0, 2)),
        _present(4, 1, (0, 1, 2, 3)),
        _present(4, 3, (1,)),
        _present(0, 1, ()),
    )


def chapter() -> Chapter:
    """Return the vectors of specs/bbs.md."""
    cases = (*accepted(), *refused_presentations(), *refused_issuance())
    return Chapter("bbs", DESCRIPTION, cases)
