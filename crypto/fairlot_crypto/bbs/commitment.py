"""Commitments of a prover, with a proof that the prover can open them.

draft-irtf-cfrg-bbs-blind-signatures-02, sections 4.1, 4.3 and 5, with the corrections
of May 2026 (specs/bbs.md, sections 1 and 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.ciphersuite import (
    challenge_scalar,
    map_messages,
    random_scalars,
)
from fairlot_crypto.bbs.generators import MAX_GENERATORS, create_blind_generators
from fairlot_crypto.bbs.octets import Rule
from fairlot_crypto.curve import G1, Backend, Scalar
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from fairlot_crypto.randomness import Randomness

_FIXED_SCALARS = 2
"""Scalars of a commitment proof over no message: s^ and the challenge."""


@dataclass(frozen=True, slots=True)
class BlindCommitment:
    """A commitment that a prover makes before issuance."""

    octets: bytes
    """commitment_with_proof, which the signer gets: C, s^, m^_1.., challenge."""
    secret_prover_blind: Scalar = field(repr=False)
    """b, the blind, which stays with the prover."""


def commit(
    curve: Backend,
    committed_messages: Sequence[bytes],
    randomness: Randomness,
    api_id: bytes,
) -> BlindCommitment:
    """Commit to messages that the signer will not see.

    Args:
        curve: the back-end.
        committed_messages: as they are signed, one after the other.
        randomness: 48 bytes for each of the blind, s~, m~_1.., one after the other.
        api_id: names the interface.
    """
    scalars = map_messages(committed_messages, api_id)
    return commit_scalars(curve, scalars, randomness, api_id)


def commit_scalars(
    curve: Backend, scalars: Sequence[Scalar], randomness: Randomness, api_id: bytes
) -> BlindCommitment:
    """Commit to scalars: C = Q_2 * blind + sum of J_i * scalar_i (CoreCommit).

    The steps are those of specs/bbs.md, section 7.1.
    """
    generators = create_blind_generators(curve, len(scalars) + 1, api_id)
    # Step 1.
    blind, *tildes = random_scalars(randomness, len(scalars) + 2)
    # Step 2.
    secrets = (blind, *scalars)
    C = curve.msm(generators, secrets)
    C_bar = curve.msm(generators, tildes)
    # Step 3.
    challenge = _challenge(generators, C, C_bar, api_id)
    # Step 4.
    hats = (
        (tilde + secret * challenge) % GROUP_ORDER
        for tilde, secret in zip(tildes, secrets, strict=True)
    )
    return BlindCommitment(octets.encode((C,), (*hats, challenge)), blind)


def verify_commitment(
    curve: Backend, commitment_with_proof: bytes, api_id: bytes
) -> tuple[G1, tuple[G1, ...]]:
    """Check that the prover can open the commitment (specs/bbs.md, section 7.2).

    Returns:
        C, and the blind generators (Q_2, J_1, ..) of its proof.

    Raises:
        EncodingError: ``bbs.commitment-length``, ``bbs.commitment-scalar``,
            ``bbs.commitment-point``, ``bbs.commitment-identity``.
        ProofError: ``bbs.commitment-proof``.
    """
    # Step 1.
    count = octets.scalar_count(commitment_with_proof, 1, _refused)
    if not _FIXED_SCALARS <= count <= MAX_GENERATORS:
        raise EncodingError(
            "bbs.commitment-length",
            f"a commitment must have {_FIXED_SCALARS} to {MAX_GENERATORS} scalars",
        )
    (C,), (*hats, challenge) = octets.decode(
        curve, commitment_with_proof, 1, count, _refused
    )
    generators = create_blind_generators(curve, count - 1, api_id)
    # Step 2.
    C_bar = curve.msm((*generators, C), (*hats, GROUP_ORDER - challenge))
    if challenge != _challenge(generators, C, C_bar, api_id):
        raise ProofError(
            "bbs.commitment-proof",
            "the proof must show that its prover knows the committed values",
        )
    return C, generators


def _challenge(generators: Sequence[G1], C: G1, C_bar: G1, api_id: bytes) -> Scalar:
    points = octets.encode((*generators, C, C_bar), ())
    return challenge_scalar(i2osp(len(generators) - 1, 8) + points, api_id)


def _refused(rule: Rule, problem: str) -> EncodingError:
    match rule:
        case Rule.LENGTH:
            return EncodingError("bbs.commitment-length", problem)
        case Rule.SCALAR:
            return EncodingError("bbs.commitment-scalar", problem)
        case Rule.POINT:
            return EncodingError("bbs.commitment-point", problem)
        case Rule.IDENTITY:
            return EncodingError("bbs.commitment-identity", problem)
