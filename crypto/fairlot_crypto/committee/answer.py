"""Proof that a member's part of a signature is right (specs/committee.md, section 3.4).

The proof tells nothing but that: it is zero-knowledge, and what it commits to is hidden
perfectly. It is asked for only where parts do not combine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.committee import prss
from fairlot_crypto.committee.pedersen import at, blinding_base
from fairlot_crypto.committee.threshold import (
    PartialSignature,
    PublicSharing,
    SigningShare,
    sign_share,
    signature_nonce,
)
from fairlot_crypto.curve import (
    G1,
    G2,
    Backend,
    Scalar,
    random_scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.randomness import Randomness

_SCALARS = 5


@dataclass(frozen=True, slots=True)
class ProvenAnswer:
    """A member's part, and the proof that it is right."""

    part: PartialSignature
    masks: tuple[G1, ...]
    """Z_{i,1}..Z_{i,t}, commitments to the terms of the sharing of zero."""
    key: G1
    """Q_i, a commitment to x_i + e."""
    proof: bytes = field(repr=False)
    """c and four responses: 160 bytes."""


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What the proof is of, or the blinding of it, or the responses."""

    a: Scalar = field(repr=False)
    y: Scalar = field(repr=False)
    s: Scalar = field(repr=False)
    rho: Scalar = field(repr=False)


def prove_share(
    curve: Backend,
    share: SigningShare,
    B: G1,
    domain: Scalar,
    randomness: Randomness,
) -> ProvenAnswer:
    """Return member i's part of the signature over B, with its proof.

    The steps are those of specs/committee.md, section 3.4.

    Args:
        curve: the back-end.
        share: the member's share of the key.
        B: the point that was signed.
        domain: the domain inside B.
        randomness: fresh; the same in two proofs would give the share away.
    """
    # Step 8.
    part = sign_share(share, B, domain)
    nonce = signature_nonce(share.sharing_id, B, part.exponent, domain)
    terms = [
        (
            prss.share(share.prss, b"z" + nonce + m),
            prss.share(share.prss, b"r" + nonce + m),
        )
        for m in (i2osp(m, 1) for m in range(1, share.prss.degree + 1))
    ]
    H, base = blinding_base(curve), curve.g1_generator()
    masks = tuple(base * z + H * r for z, r in terms)
    # Step 9.
    a, y = prss.share(share.prss, b"a" + nonce), (share.secret + part.exponent)
    y = Scalar(y % GROUP_ORDER)
    s = random_scalar(randomness)
    blind = sum(r * share.index**m for m, (_, r) in enumerate(terms, 1))
    secrets = _Secrets(a, y, s, Scalar((s * a + blind) % GROUP_ORDER))
    Q = base * y + H * s
    # Step 10.
    drawn = _Secrets(*(random_scalar(randomness) for _ in range(_SCALARS - 1)))
    points = (
        B * drawn.a,
        curve.g2_generator() * drawn.y,
        base * drawn.y + H * drawn.s,
        Q * drawn.a - H * drawn.rho,
    )
    # Step 11.
    c = _challenge(share.sharing_id, B, domain, part, masks, Q, points)
    responses = (
        (hidden + c * secret) % GROUP_ORDER
        for hidden, secret in (
            (drawn.a, secrets.a),
            (drawn.y, secrets.y),
            (drawn.s, secrets.s),
            (drawn.rho, secrets.rho),
        )
    )
    proof = b"".join(scalar_to_bytes(each) for each in (c, *responses))
    return ProvenAnswer(part, masks, Q, proof)


def verify_answer(
    curve: Backend, public: PublicSharing, B: G1, domain: Scalar, answer: ProvenAnswer
) -> None:
    """Check that u_i is what a_i of A_i, x_i of W_i and the masks make it.

    Whether A_i and the masks are those of all members is not shown by one answer alone:
    ``liars.agree`` compares them. The steps are those of specs/committee.md, section 3.4.

    Raises:
        ProofError: ``threshold.proof``.
    """
    # Step 12.
    part, i = answer.part, answer.part.index
    if not 1 <= i <= len(public.shares) or len(answer.masks) != public.degree:
        raise _bad_proof()
    c, responses = _read(answer.proof)
    # Step 13.
    H, base = blinding_base(curve), curve.g1_generator()
    Y = public.shares[i - 1] + curve.g2_generator() * part.exponent
    u = base * part.u
    P = u - at(answer.masks, i) * i if answer.masks else u
    points = (
        B * responses.a - part.A * c,
        curve.g2_generator() * responses.y - Y * c,
        base * responses.y + H * responses.s - answer.key * c,
        answer.key * responses.a - H * responses.rho - P * c,
    )
    # Step 14.
    inputs = public.sharing_id, B, domain, part, answer.masks, answer.key
    if _challenge(*inputs, points) != c:
        raise _bad_proof()


def _read(proof: bytes) -> tuple[Scalar, _Secrets]:
    if len(proof) != 32 * _SCALARS:
        raise _bad_proof()
    try:
        c, *responses = (
            scalar_from_bytes(proof[k : k + 32]) for k in range(0, len(proof), 32)
        )
    except EncodingError as error:
        raise _bad_proof() from error
    return c, _Secrets(*responses)


def _bad_proof() -> ProofError:
    return ProofError(
        "threshold.proof", "the proof must show that the member's part is right"
    )


def _challenge(
    sharing_id: bytes,
    B: G1,
    domain: Scalar,
    part: PartialSignature,
    masks: Sequence[G1],
    Q: G1,
    points: tuple[G1, G2, G1, G1],
) -> Scalar:
    statement = (
        sharing_id,
        i2osp(part.index, 1),
        B.to_bytes(),
        scalar_to_bytes(domain),
        scalar_to_bytes(part.exponent),
        scalar_to_bytes(part.u),
        part.A.to_bytes(),
    )
    encoded = (point.to_bytes() for point in (*masks, Q, *points))
    return Scalar(scalar_for("tbbs-part", *statement, *encoded))
