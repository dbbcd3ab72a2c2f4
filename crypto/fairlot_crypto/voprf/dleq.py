"""Proofs that all elements were multiplied by one key (specs/uniqueness-tag.md, section 2).

GenerateProof and VerifyProof of RFC 9497, section 2.2, with A = BP1: the key k of B = A·k gave
D_i = C_i·k for every i. The letters are the RFC's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from fairlot_crypto.curve import (
    G1,
    SCALAR_LENGTH,
    Backend,
    Scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.voprf.suite import BATCH_MAX, SEED_DST, to_scalar, with_length

FRESH_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Proof:
    """Challenge and response."""

    c: Scalar
    """The challenge."""
    s: Scalar
    """The response, r − c·k."""

    def to_bytes(self) -> bytes:
        """Return c || s, 64 bytes."""
        return scalar_to_bytes(self.c) + scalar_to_bytes(self.s)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Proof":
        """Decode c || s.

        Raises:
            EncodingError: ``groups.scalar`` for another length, or a scalar outside [1, r-1].
        """
        c, s = data[:SCALAR_LENGTH], data[SCALAR_LENGTH:]
        return cls(scalar_from_bytes(c), scalar_from_bytes(s))


def generate_proof(
    curve: Backend,
    k: Scalar,
    B: G1,
    C: Sequence[G1],
    D: Sequence[G1],
    randomness: Randomness,
) -> Proof:
    """Prove that D_i = C_i·k for every i, and B = BP1·k (section 2.3).

    Raises:
        CallerError: ``voprf.batch`` for no elements, too many, or not as many C as D.
    """
    # Step 8.
    M, Z = composites(curve, B, C, D)
    # Step 9.
    fresh = randomness.take(FRESH_LENGTH)
    known = scalar_to_bytes(k), fresh, M.to_bytes(), Z.to_bytes()
    r = Scalar(scalar_for("voprf-nonce", *known))
    t2, t3 = curve.g1_generator() * r, M * r
    # Step 10.
    c = _challenge(B, M, Z, t2, t3)
    return Proof(c, Scalar((r - c * k) % GROUP_ORDER))


def verify_proof(
    curve: Backend, B: G1, C: Sequence[G1], D: Sequence[G1], proof: Proof
) -> None:
    """Check a proof that the key of B gave every D_i from C_i (section 2.4).

    Raises:
        CallerError: ``voprf.batch``.
        ProofError: ``voprf.proof`` if it does not verify.
    """
    # Step 11.
    M, Z = composites(curve, B, C, D)
    # Step 12.
    t2 = curve.g1_generator() * proof.s + B * proof.c
    t3 = M * proof.s + Z * proof.c
    # Step 13.
    if _challenge(B, M, Z, t2, t3) != proof.c:
        problem = "not every element was multiplied by the key that is published"
        raise ProofError("voprf.proof", problem)


def composites(
    curve: Backend, B: G1, C: Sequence[G1], D: Sequence[G1]
) -> tuple[G1, G1]:
    """Return M and Z, combinations of all C_i and of all D_i (section 2.2).

    Raises:
        CallerError: ``voprf.batch`` for no elements, too many, or not as many C as D.
    """
    # Step 3.
    if not 0 < len(C) == len(D) <= BATCH_MAX:
        problem = f"there must be 1 to {BATCH_MAX} elements, each evaluated once"
        raise CallerError("voprf.batch", problem)
    # Step 4.
    seed = sha256(with_length(B.to_bytes()) + with_length(SEED_DST)).digest()
    # Step 5.
    d = [_weight(seed, i, C[i], D[i]) for i in range(len(C))]
    # Step 6.
    return curve.msm(C, d), curve.msm(D, d)


def _weight(seed: bytes, i: int, C_i: G1, D_i: G1) -> Scalar:
    return to_scalar(
        with_length(seed)
        + i2osp(i, 2)
        + with_length(C_i.to_bytes())
        + with_length(D_i.to_bytes())
        + b"Composite"
    )


def _challenge(B: G1, M: G1, Z: G1, t2: G1, t3: G1) -> Scalar:
    parts = (with_length(point.to_bytes()) for point in (B, M, Z, t2, t3))
    return to_scalar(b"".join(parts) + b"Challenge")
