"""Pedersen's sharing, and its opening in G2 (specs/key-generation.md, section 3).

A commitment C_k = BP1·a_k + H·b_k hides a_k perfectly: whoever has seen all commitments has
learnt nothing about the key that they determine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.committee.shamir import evaluate
from fairlot_crypto.curve import (
    G1,
    G2,
    Backend,
    Scalar,
    random_scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.curve.interface import AnyPoint
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, scalar_for, tag
from fairlot_crypto.randomness import Randomness

PROOF_LENGTH = 96


@dataclass(frozen=True, slots=True)
class Polynomials:
    """What a dealer shares: a polynomial, and one that blinds it."""

    a: tuple[Scalar, ...] = field(repr=False)
    """a_0..a_t; a_0 is the dealer's part of the key."""
    b: tuple[Scalar, ...] = field(repr=False)
    """b_0..b_t."""

    @classmethod
    def draw(cls, degree: int, randomness: Randomness) -> "Polynomials":
        """Draw a_0..a_t, then b_0..b_t."""
        drawn = [random_scalar(randomness) for _ in range(2 * (degree + 1))]
        return cls(tuple(drawn[: degree + 1]), tuple(drawn[degree + 1 :]))

    def share(self, index: int) -> "Share":
        """Return the share of member ``index``."""
        return Share(evaluate(self.a, index), evaluate(self.b, index))


@dataclass(frozen=True, slots=True)
class Share:
    """What a dealer gives to one member."""

    value: Scalar = field(repr=False)
    """s = a(i)."""
    blind: Scalar = field(repr=False)
    """s' = b(i)."""


def blinding_base(curve: Backend) -> G1:
    """Return H, whose logarithm to the base BP1 nobody knows."""
    return curve.hash_to_g1(b"", tag("pedersen").encode())


def commit(curve: Backend, polynomials: Polynomials) -> tuple[G1, ...]:
    """Return C_k = BP1·a_k + H·b_k for k = 0..t."""
    pairs = zip(polynomials.a, polynomials.b, strict=True)
    return tuple(_commitment(curve, a, b) for a, b in pairs)


def check_share(
    curve: Backend, commitments: Sequence[G1], index: int, share: Share
) -> None:
    """Check BP1·s + H·s' = Σ C_k·i^k.

    Raises:
        ProofError: ``ceremony.share``.
    """
    expected = at(commitments, index)
    if _commitment(curve, share.value, share.blind) != expected:
        raise ProofError(
            "ceremony.share", "the share must fit the commitments of its dealer"
        )


def at(coefficients: Sequence[AnyPoint], index: int) -> AnyPoint:
    """Return Σ P_k·index^k, of at least one point."""
    *rest, value = coefficients
    for coefficient in reversed(rest):
        value = value * index + coefficient
    return value


@dataclass(frozen=True, slots=True)
class Opening:
    """A dealer's coefficients in G2, with the proof that they are those committed to."""

    coefficients: tuple[G2, ...]
    """A_k = BP2·a_k for k = 0..t."""
    proof: bytes
    """c, then the responses for a and b: 96 bytes."""


def open_in_g2(
    curve: Backend, statement: bytes, polynomials: Polynomials, randomness: Randomness
) -> Opening:
    """Return A_0..A_t and prove them (specs/key-generation.md, section 3.3).

    Args:
        curve: the back-end.
        statement: what the proof is bound to: ceremony, dealer and what was seen.
        polynomials: the dealer's.
        randomness: of this proof alone.
    """
    # Step 1.
    commitments = commit(curve, polynomials)
    coefficients = tuple(curve.g2_generator() * a for a in polynomials.a)
    gamma = _fold_factor(statement, commitments, coefficients)
    # Step 2.
    blind_a, blind_b = random_scalar(randomness), random_scalar(randomness)
    T1 = _commitment(curve, blind_a, blind_b)
    T2 = curve.g2_generator() * blind_a
    # Step 3.
    c = _challenge(statement, gamma, T1, T2)
    answers = (
        (blind + c * evaluate(secrets, gamma)) % GROUP_ORDER
        for blind, secrets in ((blind_a, polynomials.a), (blind_b, polynomials.b))
    )
    proof = b"".join(scalar_to_bytes(part) for part in (c, *answers))
    return Opening(coefficients, proof)


def check_opening(
    curve: Backend, statement: bytes, commitments: Sequence[G1], opening: Opening
) -> None:
    """Check that A_0..A_t are the coefficients committed to (section 3.3).

    The steps are those of specs/key-generation.md, section 3.3.

    Raises:
        ProofError: ``ceremony.opening``.
    """
    # Step 4.
    proof = opening.proof
    try:
        c, for_a, for_b = (
            scalar_from_bytes(proof[k : k + 32]) for k in range(0, PROOF_LENGTH, 32)
        )
    except EncodingError as error:
        raise _bad_opening() from error
    if len(opening.coefficients) != len(commitments) or len(proof) != PROOF_LENGTH:
        raise _bad_opening()
    # Step 5.
    gamma = _fold_factor(statement, commitments, opening.coefficients)
    T1 = _commitment(curve, for_a, for_b) - at(commitments, gamma) * c
    T2 = curve.g2_generator() * for_a - at(opening.coefficients, gamma) * c
    if _challenge(statement, gamma, T1, T2) != c:
        raise _bad_opening()


def _bad_opening() -> ProofError:
    return ProofError(
        "ceremony.opening",
        "the coefficients must be those that the dealer committed to",
    )


def _commitment(curve: Backend, a: Scalar, b: Scalar) -> G1:
    return curve.g1_generator() * a + blinding_base(curve) * b


def _fold_factor(
    statement: bytes, commitments: Sequence[G1], coefficients: Sequence[G2]
) -> Scalar:
    points = (p.to_bytes() for p in (*commitments, *coefficients))
    return Scalar(scalar_for("ceremony-fold", statement, *points))


def _challenge(statement: bytes, gamma: Scalar, T1: G1, T2: G2) -> Scalar:
    parts = scalar_to_bytes(gamma), T1.to_bytes(), T2.to_bytes()
    return Scalar(scalar_for("ceremony-open", statement, *parts))
