"""Fairlot's credential: one fixed shape of BBS with pseudonyms.

The signed values are L attributes that the issuer knows, the blind and N nym secrets, one
after the other; there is no other committed message, and no entropy of the signer. The
schema fixes every count, so that neither the length of a presentation nor an index in it
tells people apart (specs/bbs.md, section 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

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
        """Check the shape.

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
    """Q_1, the generator of the domain."""
    H: tuple[G1, ...]
    """H_1..H_L, the generators of the attributes."""
    Q_2: G1
    """Q_2, the generator of the blind."""
    J: tuple[G1, ...]
    """J_1..J_N, the generators of the nym secrets."""

    def in_order(self) -> tuple[G1, ...]:
        """Return Q_1, H_1..H_L, Q_2, J_1..J_N."""
        return (self.Q_1, *self.H, self.Q_2, *self.J)


@dataclass(frozen=True)
class IssuerContext:
    """Everything that depends on issuer key, schema and header only; built once."""

    schema: Schema
    """The shape of the issuer's credentials."""
    header: bytes
    """The signed header, without N, which the domain appends."""
    generators: ProfileGenerators
    """The generators of the schema."""
    signed: Context
    """The same context in the form of the layers below."""

    @property
    def curve(self) -> Backend:
        """The back-end of curve arithmetic."""
        return self.signed.curve

    @property
    def public_key(self) -> G2:
        """W, the issuer's key."""
        return self.signed.public_key

    @cached_property
    def key_octets(self) -> bytes:
        """W in 96 bytes, encoded once for all presentations."""
        return self.public_key.to_bytes()

    @property
    def domain(self) -> Scalar:
        """The hash of key, generators, interface, header and N."""
        return self.signed.domain


@dataclass(frozen=True, slots=True)
class Credential:
    """A holder's credential for one epoch."""

    attributes: tuple[bytes, ...] = field(repr=False)
    """a_1..a_L, of which a presentation shows those that the terms require."""
    signature: Signature = field(repr=False)
    """(A, e), which identifies the credential and is never shown."""
    blind: Scalar = field(repr=False)
    """b + rho mod r, the opening of the commitment's blind."""
    nym_secrets: tuple[Scalar, ...] = field(repr=False)
    """s_0..s_{N-1}, from which the person's nyms are made."""


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
    _check_nym_secrets(schema, nym_secrets)
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
    """Return h2c(ctx) * sum of s_j * z^j, which all credentials of a person share.

    Raises:
        CallerError: ``nym.identity`` for secrets whose nym is the identity.
    """
    return pseudonym.nym(curve, ctx, nym_secrets, API_PSEUDONYM)


def proof_length(schema: Schema, disclosed_count: int) -> int:
    """Return how many bytes a proof has that shows so many attributes."""
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
    """Show a credential under the nym of ``ctx``, bound to ``ph`` (specs/bbs.md, section 9.6).

    Takes 32 bytes of ``randomness`` and hashes them with the secrets and the whole
    statement: even if a source repeats itself, two different presentations share no
    blinding.

    Args:
        context: of the credential.
        credential: is not verified again here; it stays hidden but for what is disclosed.
        ctx: the context of the nym.
        ph: the presentation header.
        disclosed: ascending indexes of the attributes to show.
        randomness: 32 bytes are taken.

    Raises:
        CallerError: ``credential.attributes``, ``credential.nym-secrets``,
            ``bbs.index``, ``nym.identity``.
    """
    _check_nym_secrets(context.schema, credential.nym_secrets)
    attributes = _attribute_scalars(context, credential.attributes)
    scalars = (*attributes, credential.blind, *credential.nym_secrets)
    # Step 1.
    shown = select(attributes, disclosed)
    # Step 2.
    stream = hedged(context, credential, ctx, ph, disclosed, randomness)
    # Step 3.
    return pseudonym.prove_core(
        context.signed,
        credential.signature,
        scalars,
        shown,
        context.schema.nym_secrets,
        ctx,
        ph,
        stream,
    )


def hedged(
    context: IssuerContext,
    credential: Credential,
    ctx: bytes,
    ph: bytes,
    disclosed: Sequence[int],
    randomness: Randomness,
) -> Randomness:
    """Return the stream from which a presentation draws its scalars.

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

    The checks are those of lengths, scalars, points, the commitment U, the challenge and
    the pairing, one after the other.

    Args:
        context: of the expected header; the presentation does not choose it.
        presentation: as it came from outside.
        ctx: the context of the nym.
        ph: the presentation header.
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
        expected = context.schema.attributes
        raise CallerError(
            "credential.attributes",
            f"there must be {expected} attributes, not {len(attributes)}",
        )
    return map_messages(attributes, API_PSEUDONYM)


def _check_nym_secrets(schema: Schema, nym_secrets: Sequence[Scalar]) -> None:
    if len(nym_secrets) != schema.nym_secrets:
        raise CallerError(
            "credential.nym-secrets",
            f"there must be {schema.nym_secrets} nym secrets, not {len(nym_secrets)}",
        )
