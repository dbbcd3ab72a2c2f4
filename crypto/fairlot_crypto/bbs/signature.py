"""Signatures over messages: sign and verify.

draft-irtf-cfrg-bbs-signatures-09, sections 3.5.1, 3.5.2, 3.6.1 and 3.6.2
(specs/bbs.md, section 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairlot_crypto.bbs.ciphersuite import (
    SecretKey,
    Signature,
    calculate_domain,
    challenge_scalar,
    map_messages,
    p1,
)
from fairlot_crypto.bbs.generators import create_generators
from fairlot_crypto.curve import G1, G2, Backend, Scalar, inverse, scalar_to_bytes
from fairlot_crypto.errors import ProofError


@dataclass(frozen=True, slots=True)
class Context:
    """The values that all signatures under one key, generator list and header share."""

    curve: Backend
    """The back-end of curve arithmetic."""
    public_key: G2
    """W, the issuer's key, a point of G2."""
    generators: tuple[G1, ...]
    """The generator of each signed scalar: H_1.., then Q_2, J_1.. if it is blind."""
    api_id: bytes
    """The name of the interface."""
    domain: Scalar
    """The hash that binds key, generators, interface and header."""
    start: G1
    """P1 + Q_1 * domain, with which every signed point begins."""

    @classmethod
    def build(
        cls,
        curve: Backend,
        public_key: G2,
        generators: Sequence[G1],
        header: bytes,
        api_id: bytes,
    ) -> "Context":
        """Build the context of many statements; ``generators`` starts with Q_1."""
        domain = calculate_domain(public_key, generators, header, api_id)
        start = p1(curve) + generators[0] * domain
        rest = tuple(generators[1:])
        return cls(curve, public_key, rest, api_id, domain, start)


def signed_point(
    context: Context, scalars: Sequence[Scalar], commitment: G1 | None = None
) -> G1:
    """Return B = P1 + Q_1 * domain + sum of generator * scalar (+ commitment).

    Args:
        context: of the signature.
        scalars: for the first generators; for all of them if there is no commitment.
        commitment: to the scalars of the remaining generators.

    Raises:
        ProofError: ``bbs.signed-identity`` if B is the identity.
    """
    generators = context.generators[: len(scalars)]
    point = context.start + context.curve.msm(generators, scalars)
    if commitment is not None:
        point = point + commitment
    if point.is_identity():
        raise ProofError(
            "bbs.signed-identity", "the point to sign must not be the identity"
        )
    return point


def sign_point(key: SecretKey, point: G1, e: Scalar) -> Signature:
    """Return (B * 1/(SK + e), e).

    ``e`` must be a function of B: the same ``e`` on two points lets anyone combine the
    two signatures.
    """
    return Signature(point * inverse(key + e), e)


def verify_point(context: Context, signature: Signature, point: G1) -> None:
    """Check e(A, W) * e(A * e - B, BP2) = 1 and that A is not the identity.

    Raises:
        ProofError: ``bbs.signature``.
    """
    curve = context.curve
    pairs = (
        (signature.A, context.public_key),
        (signature.A * signature.e - point, curve.g2_generator()),
    )
    if signature.A.is_identity() or not curve.pairing_product_is_one(pairs):
        raise ProofError(
            "bbs.signature", "the signature must be of this key, header and messages"
        )


def sign(
    curve: Backend,
    secret_key: SecretKey,
    public_key: G2,
    header: bytes,
    messages: Sequence[bytes],
    api_id: bytes,
) -> Signature:
    """Sign ``header`` and ``messages``, deterministically.

    Raises:
        CallerError: ``bbs.generator-count`` for too many messages.
    """
    # Step 1.
    generators = create_generators(curve, len(messages) + 1, api_id)
    context = Context.build(curve, public_key, generators, header, api_id)
    scalars = map_messages(messages, api_id)
    point = signed_point(context, scalars)
    # Step 2.
    secret = b"".join(map(scalar_to_bytes, (secret_key, *scalars, context.domain)))
    e = challenge_scalar(secret, api_id)
    # Step 3.
    return sign_point(secret_key, point, e)


def verify(
    curve: Backend,
    public_key: G2,
    signature: Signature,
    header: bytes,
    messages: Sequence[bytes],
    api_id: bytes,
) -> None:
    """Check a signature over ``header`` and ``messages``.

    Raises:
        ProofError: ``bbs.signature``.
        CallerError: ``bbs.generator-count`` for too many messages.
    """
    generators = create_generators(curve, len(messages) + 1, api_id)
    context = Context.build(curve, public_key, generators, header, api_id)
    point = signed_point(context, map_messages(messages, api_id))
    verify_point(context, signature, point)
