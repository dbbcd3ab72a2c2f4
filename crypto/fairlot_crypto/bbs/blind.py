"""Blind signatures: some messages are signed inside a commitment.

draft-irtf-cfrg-bbs-blind-signatures-02 with the corrections of May 2026
(specs/bbs.md, sections 1 and 7).
"""

from collections.abc import Mapping, Sequence

from fairlot_crypto.bbs.ciphersuite import (
    SecretKey,
    Signature,
    challenge_scalar,
    map_messages,
)
from fairlot_crypto.bbs.commitment import verify_commitment
from fairlot_crypto.bbs.generators import (
    create_blind_generators,
    create_generators,
)
from fairlot_crypto.bbs.proof import (
    disclosed_scalars,
    hidden_count,
    prove_core,
    select,
    verify_core,
)
from fairlot_crypto.bbs.signature import (
    Context,
    sign_point,
    signed_point,
    verify_point,
)
from fairlot_crypto.curve import G1, G2, Backend, Scalar, scalar_to_bytes
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.randomness import Randomness


def blind_sign(
    curve: Backend,
    secret_key: SecretKey,
    public_key: G2,
    commitment_with_proof: bytes,
    header: bytes,
    messages: Sequence[bytes],
    api_id: bytes,
) -> Signature:
    """Sign ``messages`` and committed messages; an empty commitment commits to nothing.

    Raises:
        EncodingError: as ``verify_commitment``.
        ProofError: ``bbs.commitment-proof``, ``bbs.signed-identity``.
        CallerError: ``bbs.generator-count``.
    """
    if commitment_with_proof:
        commitment, blind_generators = verify_commitment(
            curve, commitment_with_proof, api_id
        )
    else:
        commitment = curve.g1_identity()
        blind_generators = create_blind_generators(curve, 1, api_id)
    return sign_commitment(
        curve,
        secret_key,
        public_key,
        commitment,
        blind_generators,
        header,
        messages,
        api_id,
    )


def sign_commitment(
    curve: Backend,
    secret_key: SecretKey,
    public_key: G2,
    commitment: G1,
    blind_generators: Sequence[G1],
    header: bytes,
    messages: Sequence[bytes],
    api_id: bytes,
) -> Signature:
    """Sign a commitment whose proof has been checked (FinalizeBlindSign).

    Raises:
        ProofError: ``bbs.signed-identity``.
        CallerError: ``bbs.generator-count``.
    """
    generators = create_generators(curve, len(messages) + 1, api_id)
    all_generators = (*generators, *blind_generators)
    context = Context.build(curve, public_key, all_generators, header, api_id)
    point = signed_point(context, map_messages(messages, api_id), commitment)
    secret = scalar_to_bytes(secret_key) + point.to_bytes()
    e = challenge_scalar(secret + scalar_to_bytes(context.domain), api_id)
    return sign_point(secret_key, point, e)


def verify_blind_sign(
    curve: Backend,
    public_key: G2,
    signature: Signature,
    header: bytes,
    messages: Sequence[bytes],
    committed_messages: Sequence[bytes],
    secret_prover_blind: Scalar,
    api_id: bytes,
) -> None:
    """Check a blind signature; the blind is 0 if nothing was committed.

    Raises:
        ProofError: ``bbs.signature``.
        CallerError: ``bbs.generator-count``.
    """
    committed = map_messages(committed_messages, api_id)
    counts = len(messages), 1 + len(committed)
    context = blind_context(curve, public_key, *counts, header, api_id)
    scalars = (*map_messages(messages, api_id), secret_prover_blind, *committed)
    verify_point(context, signature, signed_point(context, scalars))


def blind_prove(
    curve: Backend,
    public_key: G2,
    signature: Signature,
    header: bytes,
    ph: bytes,
    messages: Sequence[bytes],
    committed_messages: Sequence[bytes],
    disclosed_indexes: Sequence[int],
    disclosed_committed_indexes: Sequence[int],
    secret_prover_blind: Scalar,
    randomness: Randomness,
    api_id: bytes,
) -> bytes:
    """Prove knowledge of a blind signature; randomness as in ``proof.prove``.

    Raises:
        CallerError: ``bbs.index``, ``bbs.generator-count``.
    """
    committed = map_messages(committed_messages, api_id)
    counts = len(messages), 1 + len(committed)
    context = blind_context(curve, public_key, *counts, header, api_id)
    signer = map_messages(messages, api_id)
    scalars = (*signer, secret_prover_blind, *committed)
    disclosed = select_blind(
        signer, committed, disclosed_indexes, disclosed_committed_indexes
    )
    return prove_core(context, signature, scalars, disclosed, ph, randomness)


def verify_blind_proof(
    curve: Backend,
    public_key: G2,
    proof: bytes,
    header: bytes,
    ph: bytes,
    message_count: int,
    disclosed: Mapping[int, bytes],
    disclosed_committed: Mapping[int, bytes],
    api_id: bytes,
) -> None:
    """Check a proof of a blind signature over ``message_count`` signer messages.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``, ``presentation.index``.
        ProofError: ``presentation.challenge``, ``presentation.pairing``.
    """
    shown = len(disclosed) + len(disclosed_committed)
    hidden = hidden_count(proof, shown)
    blind_count = shown + hidden - message_count
    scalars = blind_disclosed_scalars(
        disclosed, disclosed_committed, message_count, blind_count - 1, api_id
    )
    counts = message_count, blind_count
    context = blind_context(curve, public_key, *counts, header, api_id)
    verify_core(context, proof, scalars, ph)


def blind_context(
    curve: Backend,
    public_key: G2,
    message_count: int,
    blind_count: int,
    header: bytes,
    api_id: bytes,
) -> Context:
    """Build the context over Q_1, H_1.., Q_2, J_1..; ``blind_count`` includes Q_2."""
    generators = create_generators(curve, message_count + 1, api_id)
    blind = create_blind_generators(curve, blind_count, api_id)
    return Context.build(curve, public_key, (*generators, *blind), header, api_id)


def select_blind(
    signer: Sequence[Scalar],
    committed: Sequence[Scalar],
    indexes: Sequence[int],
    committed_indexes: Sequence[int],
) -> list[tuple[int, Scalar]]:
    """Place both lists of disclosed messages: committed message j has index L + 1 + j.

    Raises:
        CallerError: ``bbs.index``.
    """
    offset = len(signer) + 1
    shifted = [(offset + j, m) for j, m in select(committed, committed_indexes)]
    return [*select(signer, indexes), *shifted]


def blind_disclosed_scalars(
    disclosed: Mapping[int, bytes],
    disclosed_committed: Mapping[int, bytes],
    message_count: int,
    committed_count: int,
    api_id: bytes,
) -> list[tuple[int, Scalar]]:
    """Map and place the disclosed messages; no index names the blind.

    Raises:
        EncodingError: ``presentation.index``, ``presentation.length`` if the proof is
            too short for the messages of the signer.
    """
    if committed_count < 0:
        raise EncodingError(
            "presentation.length", "the proof must cover every message of the signer"
        )
    offset = message_count + 1
    committed = disclosed_scalars(disclosed_committed, committed_count, api_id)
    shifted = [(offset + j, scalar) for j, scalar in committed]
    return [*disclosed_scalars(disclosed, message_count, api_id), *shifted]
