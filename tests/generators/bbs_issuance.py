"""Credentials, keys and requests that are refused before anything is presented."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from fairlot_crypto.bbs import profile, pseudonym
from fairlot_crypto.bbs.ciphersuite import (
    API_PSEUDONYM,
    Signature,
    public_key,
    public_key_from_bytes,
)
from fairlot_crypto.bbs.commitment import verify_commitment
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import G1_LENGTH, SCALAR_LENGTH, Scalar, scalar_to_bytes
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from generators.bbs_setting import (
    ATTRIBUTES,
    CTX,
    IDENTITY,
    OFF_CURVE,
    OFF_SUBGROUP,
    context,
    credential,
    credential_inputs,
    curve,
    issuer_key,
    person,
    requested,
)
from generators.case import Case, reject


def _credentials() -> Iterator[Case]:
    issuer, made = context(), credential(context())
    A, e = made.signature.A, made.signature.e
    nothing = Signature(curve().g1_identity(), e)
    changes: tuple[tuple[str, str, Credential], ...] = (
        (
            "attribute",
            "The issuer signed other attributes.",
            replace(made, attributes=(b"assurance=low", *ATTRIBUTES[1:])),
        ),
        (
            "blind",
            "The blind is the committed one.",
            replace(made, blind=Scalar(made.blind - 1)),
        ),
        (
            "secret",
            "The nym secrets are the committed ones.",
            replace(made, nym_secrets=person("bob", 1)),
        ),
        (
            "e",
            "e belongs to A.",
            replace(made, signature=Signature(A, Scalar(e - 1))),
        ),
        ("identity", "A is not the identity.", replace(made, signature=nothing)),
    )
    for name, rule, changed in changes:
        yield reject(
            f"credential-{name}",
            rule,
            "credential.signature",
            credential_inputs(issuer, changed),
            partial(profile.verify_credential, issuer, changed),
        )


def _decoding() -> Iterator[Case]:
    signature = credential(context()).signature.to_bytes()
    A, e = signature[:G1_LENGTH], signature[G1_LENGTH:]
    for name, octets, code in (
        ("short", signature[:-1], "bbs.signature-length"),
        ("zero", A + bytes(SCALAR_LENGTH), "bbs.signature-scalar"),
        ("r", A + i2osp(GROUP_ORDER, 32), "bbs.signature-scalar"),
        ("off-subgroup", OFF_SUBGROUP + e, "bbs.signature-point"),
        ("identity", IDENTITY + e, "bbs.signature-identity"),
    ):
        yield reject(
            f"signature-{name}",
            "A signature is an element of G1 other than the identity, and e in [1, r-1].",
            code,
            {"operation": "decode-signature", "signature": octets},
            partial(Signature.from_bytes, curve(), octets),
        )
    key = public_key(curve(), issuer_key()).to_bytes()
    for name, octets in (
        ("short", key[:-1]),
        ("identity", b"\xc0" + bytes(95)),
        ("x-is-zero", b"\x80" + bytes(95)),
        ("uncompressed", bytes([key[0] & 0x7F]) + key[1:]),
    ):
        yield reject(
            f"key-{name}",
            "A public key is a canonical element of G2 other than the identity.",
            "bbs.public-key",
            {"operation": "decode-public-key", "public_key": octets},
            partial(public_key_from_bytes, curve(), octets),
        )


def _commitments() -> Iterator[Case]:
    made = requested().octets
    C, rest = made[:G1_LENGTH], made[G1_LENGTH:]
    H_1 = context().generators.H[0]
    shifted = (curve().g1_from_bytes(C) + H_1).to_bytes()
    for name, octets, code in (
        ("empty", b"", "bbs.commitment-length"),
        ("one-scalar", made[: G1_LENGTH + SCALAR_LENGTH], "bbs.commitment-length"),
        ("torn", made[:-1], "bbs.commitment-length"),
        ("zero", made[:-SCALAR_LENGTH] + bytes(32), "bbs.commitment-scalar"),
        ("off-curve", OFF_CURVE + rest, "bbs.commitment-point"),
        ("identity", IDENTITY + rest, "bbs.commitment-identity"),
        ("message-missing", made[:-SCALAR_LENGTH], "bbs.commitment-proof"),
        ("shifted-by-H_1", shifted + rest, "bbs.commitment-proof"),
        (
            "other-challenge",
            made[:-SCALAR_LENGTH] + scalar_to_bytes(1),
            "bbs.commitment-proof",
        ),
    ):
        yield reject(
            f"commitment-{name}",
            "A commitment is signed only with a proof of its opening; otherwise the"
            " prover could commit to the signer's own attributes.",
            code,
            {"operation": "verify-commitment", "commitment_with_proof": octets},
            partial(verify_commitment, curve(), octets, API_PSEUDONYM),
        )


def _nyms() -> Iterator[Case]:
    z = pseudonym.evaluate((Scalar(0), Scalar(1)), CTX, API_PSEUDONYM)
    secrets = (Scalar(GROUP_ORDER - z), Scalar(1))
    yield reject(
        "nym-of-cancelling-secrets",
        "No person's nym is the identity; everybody who chose such secrets would share it.",
        "nym.identity",
        {
            "operation": "nym",
            "ctx": CTX,
            "nym_secrets": [scalar_to_bytes(s) for s in secrets],
        },
        partial(profile.nym, curve(), CTX, secrets),
    )


def refused_issuance() -> tuple[Case, ...]:
    """Return the cases around issuance that must be refused."""
    return (*_credentials(), *_decoding(), *_commitments(), *_nyms())
