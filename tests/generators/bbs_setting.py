"""The issuer, people and statements of the vectors of specs/bbs.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairlot_crypto.bbs import profile, pseudonym
from fairlot_crypto.bbs.ciphersuite import (
    API_PSEUDONYM,
    SecretKey,
    key_gen,
    public_key,
    public_key_from_bytes,
    random_scalars,
)
from fairlot_crypto.bbs.commitment import BlindCommitment
from fairlot_crypto.bbs.profile import Credential, IssuerContext, Presentation, Schema
from fairlot_crypto.bbs.signature import sign_point
from fairlot_crypto.curve import Backend, Scalar, backend, scalar_to_bytes
from fairlot_crypto.hashing import hash_to_scalar
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Raw

KEY_MATERIAL = b"fairlot vectors: key material, 32+"
KEY_INFO = b"issuer"
ATTRIBUTES = (b"assurance=high", b"region=north", b"cohort_a=", b"cohort_b=blue")
COMMITTED = b"committed"
HEADER = b"fairlot vectors: header"
CTX = b"fairlot-v1/nym\x00" + bytes(range(32))
PH = b"fairlot-v1/ph\x00fairlot vectors: order"
IDENTITY = b"\xc0" + bytes(47)
OFF_CURVE = b"\x80" + bytes(46) + b"\x01"
"""x = 1, which no point of the curve has."""
OFF_SUBGROUP = b"\x80" + bytes(47)
"""(0, 2), a point of order 3."""
SEED = b"fairlot vectors: bbs, 32 bytes.."


def curve() -> Backend:
    """Return the back-end that computes the vectors."""
    return backend()


def issuer_key() -> SecretKey:
    """Return the issuer's secret key."""
    return key_gen(KEY_MATERIAL, KEY_INFO)


def person(name: str, nym_count: int) -> tuple[Scalar, ...]:
    """Return the nym secrets of a person."""
    return random_scalars(SeededRandomness(SEED).derive(name), nym_count)


def context(nym_count: int = 1, attributes: int = len(ATTRIBUTES)) -> IssuerContext:
    """Return the issuer's context for a schema."""
    schema = Schema(attributes, nym_count)
    key = public_key(curve(), issuer_key())
    return profile.issuer_context(curve(), key, schema, HEADER)


def e_of(point: bytes) -> Scalar:
    """Return the e of the vectors' issuer, a function of the point that it signs."""
    return Scalar(hash_to_scalar(point, b"fairlot vectors: e"))


def credential(
    issuer: IssuerContext,
    name: str = "alice",
    attributes: tuple[bytes, ...] = ATTRIBUTES,
    key: SecretKey | None = None,
) -> Credential:
    """Issue a credential."""
    nym_count = issuer.schema.nym_secrets
    *nym_secrets, blind = person(name, nym_count + 1)
    secrets = tuple(nym_secrets)
    C = profile.commitment(issuer.curve, issuer.schema, blind, secrets)
    B = profile.signature_base(issuer, attributes, C)
    signature = sign_point(key or issuer_key(), B, e_of(B.to_bytes()))
    return Credential(attributes, signature, blind, secrets)


def requested() -> BlindCommitment:
    """Return a commitment to one message and one nym secret, with its proof."""
    stream = SeededRandomness(SEED).derive("commit")
    secrets = person("alice", 1)
    return pseudonym.commit_with_nym(
        curve(), (COMMITTED,), secrets, stream, API_PSEUDONYM
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that the verifier of a presentation takes, as octets."""

    public_key: bytes
    schema: Schema
    header: bytes
    ctx: bytes
    ph: bytes
    disclosed: Mapping[int, bytes]
    nym: bytes
    proof: bytes

    def inputs(self) -> Mapping[str, Raw]:
        """Return the inputs of the case."""
        return {
            "operation": "verify-presentation",
            "public_key": self.public_key,
            "L": self.schema.attributes,
            "N": self.schema.nym_secrets,
            "header": self.header,
            "ctx": self.ctx,
            "ph": self.ph,
            "disclosed": {str(i): value for i, value in self.disclosed.items()},
            "nym": self.nym,
            "proof": self.proof,
        }

    def verify(self) -> None:
        """Drive the verifier with exactly these inputs."""
        key = public_key_from_bytes(curve(), self.public_key)
        issuer = profile.issuer_context(curve(), key, self.schema, self.header)
        presentation = Presentation(self.nym, self.proof)
        profile.verify_presentation(
            issuer, presentation, self.ctx, self.ph, self.disclosed
        )


def statement(
    issuer: IssuerContext, shown: Credential, disclosed: tuple[int, ...]
) -> Statement:
    """Present ``shown`` and return what the verifier is given."""
    stream = SeededRandomness(SEED).derive("present")
    made = profile.present(issuer, shown, CTX, PH, disclosed, stream)
    return Statement(
        issuer.public_key.to_bytes(),
        issuer.schema,
        issuer.header,
        CTX,
        PH,
        {i: shown.attributes[i] for i in disclosed},
        made.nym,
        made.proof,
    )


def credential_inputs(issuer: IssuerContext, made: Credential) -> Mapping[str, Raw]:
    """Return the inputs of a case of verify-credential."""
    return {
        "operation": "verify-credential",
        "public_key": issuer.public_key.to_bytes(),
        "header": issuer.header,
        "attributes": list(made.attributes),
        "blind": scalar_to_bytes(made.blind),
        "nym_secrets": [scalar_to_bytes(s) for s in made.nym_secrets],
        "signature": made.signature.to_bytes(),
    }
