"""Fairlot's credential: one fixed shape of BBS with pseudonyms.

L attributes that the issuer knows, the blind, N nym secrets, in this order; no other
committed message, no entropy of the signer. Every count is fixed by the schema, so that
neither the length of a presentation nor an index in it tells people apart
(specs/bbs.md, section 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from fairlot_crypto.bbs import octets, pseudonym
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, Signature, map_messages
from fairlot_crypto.bbs.generators import create_blind_generators, create_generators
from fairlot_crypto.bbs.proof import FIXED_SCALARS, POINTS, disclosed_scalars, select
from fairlot_crypto.bbs.pseudonym import Presentation
from fairlot_crypto.bbs.signature import Context, signed_point, verify_point
from fairlot_crypto.curve import G1, G2, Backend, Scalar, scalar_to_bytes
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import Randomness, SeededRandomness

__all__ = [
    "Credential",
    "IssuerContext",
    "Presentation",
    "ProfileGenerators",
    "Schema",
    "commitment",
    "generators",
    "hedged",
    "issuer_context",
    "nym",
    "present",
    "proof_length",
    "signature_base",
    "verify_credential",
    "verify_presentation",
]


@dataclass(frozen=True, slots=True)
class Schema:
    """The shape of all credentials of an issuer."""

    attributes: int
    """L, how many attributes a credential has, at least 0."""
    nym_secrets: int
    """N, how many nym secrets it has, at least 1."""

    def __post_init__(self) -> None:
        """Refuse impossible shapes.

        Raises:
            CallerError: ``bbs.schema``.
        """
        if self.attributes < 0 or self.nym_secrets < 1:
            raise CallerError(
                "bbs.schema",
                "a schema must have at least 0 attributes and at least 1 nym secret",
            )


@dataclass(frozen=True, slots=True)
class ProfileGenerators:
    """The generators of a schema."""

    Q_1: G1
    H: tuple[G1, ...]
    """H_1..H_L, for the attributes."""
    Q_2: G1
    """The generator of the blind."""
    J: tuple[G1, ...]
    """J_1..J_N, for the nym secrets."""

    def in_order(self) -> tuple[G1, ...]:
        """Return Q_1, H_1..H_L, Q_2, J_1..J_N."""
        return (self.Q_1, *self.H, self.Q_2, *self.J)


@dataclass(frozen=True, slots=True)
class IssuerContext:
    """Everything that depends on issuer key, schema and header only; built once."""

    schema: Schema
    header: bytes
    """Without N, which the domain appends."""
    generators: ProfileGenerators
    signed: Context
    """The same for the layers below."""

    @property
    def curve(self) -> Backend:
        """The back-end of curve arithmetic."""
        return self.signed.curve

    @property
    def public_key(self) -> G2:
        """W, the issuer's key."""
        return self.signed.public_key

    @property
    def domain(self) -> Scalar:
        """The hash of key, generators, interface, header and N."""
        return self.signed.domain


@dataclass(frozen=True, slots=True)
class Credential:
    """What a holder keeps for one epoch."""

    attributes: tuple[bytes, ...]
    signature: Signature
    blind: Scalar = field(repr=False)
    """b + rho mod r, the opening of the commitment's blind."""
    nym_secrets: tuple[Scalar, ...] = field(repr=False)
    """s_0..s_{N-1}, what the person's nyms are made of."""


@cache
def generators(curve: Backend, schema: Schema) -> ProfileGenerators:
    """Return the generators of ``schema``.

    Raises:
        CallerError: ``bbs.generator-count`` for a schema beyond 4096 generators.
    """
    Q_1, *H = create_generators(curve, schema.attributes + 1, API_PSEUDONYM)
    Q_2, *J = create_blind_generators(curve, schema.nym_secrets + 1, API_PSEUDONYM)
    return ProfileGenerators(Q_1, tuple(H), Q_2, tuple(J))


def issuer_context(
    curve: Backend, public_key: G2, schema: Schema, header: bytes
) -> IssuerContext:
    """Build the context of all credentials with this header.

    Raises:
        CallerError: ``bbs.generator-count``.
    """
    points = generators(curve, schema)
    signed_header = pseudonym.combined_header(header, schema.nym_secrets)
    signed = Context.build(
        curve, public_key, points.in_order(), signed_header, API_PSEUDONYM
    )
    return IssuerContext(schema, header, points, signed)


def commitment(
    curve: Backend, schema: Schema, blind: Scalar, nym_secrets: Sequence[Scalar]
) -> G1:
    """Return C = Q_2 * blind + sum of J_{j+1} * s_j.

    Raises:
        CallerError: ``credential.nym-secrets`` for another number than N,
            ``groups.scalar-range``.
    """
    if len(nym_secrets) != schema.nym_secrets:
        raise CallerError(
            "credential.nym-secrets",
            "there must be as many nym secrets as the schema says",
        )
    points = generators(curve, schema)
    return curve.msm((points.Q_2, *points.J), (blind, *nym_secrets))


def signature_base(
    context: IssuerContext, attributes: Sequence[bytes], commitment: G1
) -> G1:
    """Return B = P1 + Q_1 * domain + sum of H_i * m_i + C, the point that is signed.

    Raises:
        CallerError: ``credential.attributes`` for another number than L.
        ProofError: ``bbs.signed-identity``.
    """
    scalars = _attribute_scalars(context, attributes)
    return signed_point(context.signed, scalars, commitment)


def verify_credential(context: IssuerContext, credential: Credential) -> None:
    """Check that the issuer signed exactly this credential.

    Raises:
        CallerError: ``credential.attributes``, ``credential.nym-secrets``,
            ``groups.scalar-range``.
        ProofError: ``credential.signature``.
    """
    secrets = credential.nym_secrets
    C = commitment(context.curve, context.schema, credential.blind, secrets)
    try:
        B = signature_base(context, credential.attributes, C)
        verify_point(context.signed, credential.signature, B)
    except ProofError as error:
        raise ProofError("credential.signature", error.message) from error


def nym(curve: Backend, ctx: bytes, nym_secrets: Sequence[Scalar]) -> G1:
    """Return h2c(ctx) * sum of s_j * z^j, the same for all credentials of a person.

    Raises:
        CallerError: ``nym.identity`` for secrets whose nym is the identity.
    """
    return pseudonym.nym(curve, ctx, nym_secrets, API_PSEUDONYM)


def proof_length(schema: Schema, disclosed_count: int) -> int:
    """Return the bytes of every proof of ``schema`` with so many attributes shown."""
    undisclosed = schema.attributes - disclosed_count + 1 + schema.nym_secrets
    return octets.length_of(POINTS, FIXED_SCALARS + undisclosed)


def present(
    context: IssuerContext,
    credential: Credential,
    ctx: bytes,
    ph: bytes,
    disclosed: Sequence[int],
    randomness: Randomness,
) -> Presentation:
    """Show a credential under the nym of ``ctx``, bound to ``ph``.

    Takes 32 bytes of ``randomness`` and hashes them with the secrets and the whole
    statement: where a source repeats itself, two different presentations still share
    no blinding.

    Args:
        context: of the credential; it is not verified again here.
        credential: stays hidden but for what is disclosed.
        ctx: the context of the nym.
        ph: presentation header.
        disclosed: ascending indexes of the attributes to show.
        randomness: 32 bytes are taken.

    Raises:
        CallerError: ``credential.attributes``, ``credential.nym-secrets``,
            ``bbs.index``, ``nym.identity``.
    """
    if len(credential.nym_secrets) != context.schema.nym_secrets:
        raise CallerError(
            "credential.nym-secrets",
            "there must be as many nym secrets as the schema says",
        )
    attributes = _attribute_scalars(context, credential.attributes)
    scalars = (*attributes, credential.blind, *credential.nym_secrets)
    return pseudonym.prove_core(
        context.signed,
        credential.signature,
        scalars,
        select(attributes, disclosed),
        context.schema.nym_secrets,
        ctx,
        ph,
        hedged(context, credential, ctx, ph, disclosed, randomness),
    )


def hedged(
    context: IssuerContext,
    credential: Credential,
    ctx: bytes,
    ph: bytes,
    disclosed: Sequence[int],
    randomness: Randomness,
) -> Randomness:
    """Return the stream that a presentation draws its scalars from.

    Its seed is a hash of 32 fresh bytes, of everything secret and of the statement.
    """
    secrets = (credential.signature.e, credential.blind, *credential.nym_secrets)
    seed = tagged_hash(
        "bbs-hedge",
        randomness.take(32),
        b"".join(map(scalar_to_bytes, secrets)),
        scalar_to_bytes(context.domain),
        *credential.attributes,
        b"".join(index.to_bytes(8, "big") for index in disclosed),
        ctx,
        ph,
    )
    return SeededRandomness(seed)


def verify_presentation(
    context: IssuerContext,
    presentation: Presentation,
    ctx: bytes,
    ph: bytes,
    disclosed: Mapping[int, bytes],
) -> None:
    """Check a presentation against what the terms require.

    In this order: lengths, scalars, points, the commitment U, the challenge, the
    pairing.

    Args:
        context: of the expected header; the presentation does not choose it.
        presentation: from outside.
        ctx: the context of the nym.
        ph: presentation header.
        disclosed: attributes by index, exactly those that the verifier requires.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``, ``presentation.index``
            for an index that no attribute has.
        ProofError: ``presentation.commitment``, ``presentation.challenge``,
            ``presentation.pairing``.
    """
    schema = context.schema
    scalars = disclosed_scalars(disclosed, schema.attributes, API_PSEUDONYM)
    pseudonym.verify_core(
        context.signed, presentation, scalars, schema.nym_secrets, ctx, ph
    )


def _attribute_scalars(
    context: IssuerContext, attributes: Sequence[bytes]
) -> tuple[Scalar, ...]:
    if len(attributes) != context.schema.attributes:
        raise CallerError(
            "credential.attributes",
            "there must be as many attributes as the schema says",
        )
    return map_messages(attributes, API_PSEUDONYM)
