"""Pseudonyms: one unlinkable point for each context, proved to come from the signature.

draft-irtf-cfrg-bbs-per-verifier-linkability-02 (specs/bbs.md, sections 1 and 8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from fairlot_crypto.bbs import blind, octets
from fairlot_crypto.bbs.blind import blind_context
from fairlot_crypto.bbs.ciphersuite import SecretKey, Signature, map_messages
from fairlot_crypto.bbs.commitment import (
    BlindCommitment,
    commit_scalars,
    verify_commitment,
)
from fairlot_crypto.bbs.proof import (
    POINTS,
    Disclosed,
    Proof,
    calculate_challenge,
    check_challenge,
    check_pairing,
    decode_proof,
    finalize,
    hidden_count,
    hide,
    reconstruct,
    refused_proof,
)
from fairlot_crypto.bbs.signature import Context, signed_point, verify_point
from fairlot_crypto.curve import G1, G1_LENGTH, G2, Backend, Scalar
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, hash_to_scalar, i2osp
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Presentation:
    """A proof together with the pseudonym that it is about."""

    nym: bytes
    """The pseudonym, a point of G1 in 48 bytes."""
    proof: bytes
    """The proof, three points and at least four scalars."""


@dataclass(frozen=True, slots=True)
class Held:
    """A signature with nym, and everything that it signs, as its holder keeps it."""

    public_key: G2
    """W, the key of the signer."""
    signature: Signature = field(repr=False)
    """(A, e), which is never shown."""
    header: bytes
    """The signed header, without N, which is appended where it is signed."""
    messages: tuple[bytes, ...] = field(repr=False)
    """What the signer knew, in order."""
    committed_messages: tuple[bytes, ...] = field(repr=False)
    """What only the holder knew, in order."""
    nym_secrets: tuple[Scalar, ...] = field(repr=False)
    """s_0..s_{N-1}, from which the pseudonyms are made."""
    secret_prover_blind: Scalar = field(repr=False)
    """The opening of the commitment to messages and nym secrets."""


def combined_header(header: bytes, nym_count: int) -> bytes:
    """Return header || I2OSP(N, 8), so that N is signed.

    Raises:
        CallerError: ``bbs.nym-count`` if N is below one.
    """
    if nym_count < 1:
        raise CallerError("bbs.nym-count", "there must be at least one nym secret")
    return header + i2osp(nym_count, 8)


@lru_cache(maxsize=64)
def context_point(curve: Backend, context_id: bytes, api_id: bytes) -> G1:
    """Return OP, the base of all pseudonyms in a context, which is hashed to once."""
    return curve.hash_to_g1(context_id, api_id)


def evaluate(secrets: Sequence[Scalar], context_id: bytes, api_id: bytes) -> Scalar:
    """Return the sum of secrets[j] * z^j, where z is a hash of the context id."""
    z = _context_scalar(context_id, api_id)
    value = 0
    for secret in reversed(secrets):
        value = (value * z + secret) % GROUP_ORDER
    return Scalar(value)


@lru_cache(maxsize=64)
def _context_scalar(context_id: bytes, api_id: bytes) -> Scalar:
    return Scalar(hash_to_scalar(context_id, api_id + b"VECT_NYM_SECRETS"))


def nym(
    curve: Backend, context_id: bytes, nym_secrets: Sequence[Scalar], api_id: bytes
) -> G1:
    """Return the pseudonym of ``nym_secrets`` in the context.

    Raises:
        CallerError: ``nym.identity`` for secrets whose pseudonym is the identity.
    """
    exponent = evaluate(nym_secrets, context_id, api_id)
    if not exponent:
        raise CallerError(
            "nym.identity",
            "the pseudonym must not be the identity: take other secrets or another context",
        )
    return context_point(curve, context_id, api_id) * exponent


def commit_with_nym(
    curve: Backend,
    committed_messages: Sequence[bytes],
    prover_nyms: Sequence[Scalar],
    randomness: Randomness,
    api_id: bytes,
) -> BlindCommitment:
    """Commit to messages and, behind them, to the prover's part of the nym secrets.

    Args:
        curve: the back-end.
        committed_messages: may be empty.
        prover_nyms: at least one scalar.
        randomness: 48 bytes for each of the blind, s~, m~_1.., one after the other.
        api_id: names the interface.
    """
    scalars = (*map_messages(committed_messages, api_id), *prover_nyms)
    return commit_scalars(curve, scalars, randomness, api_id)


def blind_sign_with_nym(
    curve: Backend,
    secret_key: SecretKey,
    public_key: G2,
    commitment_with_proof: bytes,
    nym_count: int,
    signer_nym_entropy: Scalar,
    header: bytes,
    messages: Sequence[bytes],
    api_id: bytes,
) -> Signature:
    """Sign a commitment, adding the signer's entropy to the last nym secret.

    Raises:
        EncodingError: as ``verify_commitment``; ``bbs.commitment-length`` also if
            fewer than ``nym_count`` scalars are committed.
        ProofError: ``bbs.commitment-proof``, ``bbs.signed-identity``.
        CallerError: ``bbs.nym-count``, ``bbs.generator-count``.
    """
    signed_header = combined_header(header, nym_count)
    C, generators = verify_commitment(curve, commitment_with_proof, api_id)
    if len(generators) <= nym_count:
        raise EncodingError(
            "bbs.commitment-length",
            "a commitment must hold a scalar for every nym secret",
        )
    commitment = C + generators[-1] * signer_nym_entropy
    return blind.sign_commitment(
        curve,
        secret_key,
        public_key,
        commitment,
        generators,
        signed_header,
        messages,
        api_id,
    )


def verify_finalize(
    curve: Backend,
    public_key: G2,
    signature: Signature,
    header: bytes,
    messages: Sequence[bytes],
    committed_messages: Sequence[bytes],
    prover_nyms: Sequence[Scalar],
    signer_nym_entropy: Scalar,
    secret_prover_blind: Scalar,
    api_id: bytes,
) -> tuple[Scalar, ...]:
    """Check the signature that was issued and return the nym secrets.

    Raises:
        ProofError: ``bbs.signature``.
        CallerError: ``bbs.nym-count``, ``bbs.generator-count``.
    """
    signed_header = combined_header(header, len(prover_nyms))
    last = Scalar((prover_nyms[-1] + signer_nym_entropy) % GROUP_ORDER)
    nym_secrets = (*prover_nyms[:-1], last)
    committed = (*map_messages(committed_messages, api_id), *nym_secrets)
    counts = len(messages), 1 + len(committed)
    context = blind_context(curve, public_key, *counts, signed_header, api_id)
    scalars = (*map_messages(messages, api_id), secret_prover_blind, *committed)
    verify_point(context, signature, signed_point(context, scalars))
    return nym_secrets


def prove_with_nym(
    curve: Backend,
    held: Held,
    disclosed_indexes: Sequence[int],
    disclosed_committed_indexes: Sequence[int],
    context_id: bytes,
    ph: bytes,
    randomness: Randomness,
    api_id: bytes,
) -> Presentation:
    """Prove a signature and the pseudonym of its nym secrets in ``context_id``.

    The randomness is used as by ``proof.prove``: r1, r2, e~, r1~, r3~, m~_j1...

    Args:
        curve: the back-end.
        held: the signature, and what it signs.
        disclosed_indexes: of messages that are shown, ascending, from 0.
        disclosed_committed_indexes: of committed messages that are shown, likewise.
        context_id: of the pseudonym.
        ph: the presentation header.
        randomness: for the proof.
        api_id: names the interface.

    Raises:
        CallerError: ``bbs.index``, ``bbs.nym-count``, ``bbs.generator-count``,
            ``nym.identity``.
    """
    nym_count = len(held.nym_secrets)
    signed_header = combined_header(held.header, nym_count)
    signer = map_messages(held.messages, api_id)
    committed = map_messages(held.committed_messages, api_id)
    counts = len(signer), 1 + len(committed) + nym_count
    context = blind_context(curve, held.public_key, *counts, signed_header, api_id)
    disclosed = blind.select_blind(
        signer, committed, disclosed_indexes, disclosed_committed_indexes
    )
    scalars = (*signer, held.secret_prover_blind, *committed, *held.nym_secrets)
    return prove_core(
        context,
        held.signature,
        scalars,
        disclosed,
        nym_count,
        context_id,
        ph,
        randomness,
    )


def verify_proof_with_nym(
    curve: Backend,
    public_key: G2,
    presentation: Presentation,
    header: bytes,
    ph: bytes,
    context_id: bytes,
    nym_count: int,
    message_count: int,
    disclosed: Mapping[int, bytes],
    disclosed_committed: Mapping[int, bytes],
    api_id: bytes,
) -> None:
    """Check a presentation; the number of committed messages follows from its length.

    Args:
        curve: the back-end.
        public_key: of the signer.
        presentation: nym and proof.
        header: without N, which is appended here.
        ph: the presentation header.
        context_id: of the pseudonym.
        nym_count: N, how many nym secrets there are.
        message_count: L, how many messages the signer knew.
        disclosed: messages of the signer, by index from 0.
        disclosed_committed: committed messages, by index from 0.
        api_id: names the interface.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``, ``presentation.index``.
        ProofError: ``presentation.commitment``, ``presentation.challenge``,
            ``presentation.pairing``.
        CallerError: ``bbs.nym-count``.
    """
    signed_header = combined_header(header, nym_count)
    shown = len(disclosed) + len(disclosed_committed)
    hidden = hidden_count(presentation.proof, shown)
    blind_count = shown + hidden - message_count
    scalars = blind.blind_disclosed_scalars(
        disclosed,
        disclosed_committed,
        message_count,
        blind_count - 1 - nym_count,
        api_id,
    )
    counts = message_count, blind_count
    context = blind_context(curve, public_key, *counts, signed_header, api_id)
    verify_core(context, presentation, scalars, nym_count, context_id, ph)


def prove_core(
    context: Context,
    signature: Signature,
    scalars: Sequence[Scalar],
    disclosed: Disclosed,
    nym_count: int,
    context_id: bytes,
    ph: bytes,
    randomness: Randomness,
) -> Presentation:
    """Prove over scalars whose last ``nym_count`` are the nym secrets.

    The steps are those of specs/bbs.md, section 6.2, with what section 8 adds.

    Raises:
        CallerError: ``nym.identity``.
    """
    # Step 1 is the caller's.
    curve, api_id = context.curve, context.api_id
    nym_octets = nym(curve, context_id, scalars[-nym_count:], api_id).to_bytes()
    # Steps 2 to 4.
    hidden = hide(context, signature, scalars, disclosed, randomness)
    OP = context_point(curve, context_id, api_id)
    U = OP * evaluate(hidden.m_tilde[-nym_count:], context_id, api_id)
    # Step 5.
    points = octets.encode(hidden.points, ()) + nym_octets + U.to_bytes()
    challenge = calculate_challenge(context, disclosed, points, (ph, context_id))
    # Steps 6 and 7.
    return Presentation(nym_octets, finalize(hidden, signature.e, scalars, challenge))


def verify_core(
    context: Context,
    presentation: Presentation,
    disclosed: Disclosed,
    nym_count: int,
    context_id: bytes,
    ph: bytes,
) -> None:
    """Check a presentation in a context that fixes every count (specs/bbs.md, section 8).

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``.
        ProofError: ``presentation.commitment``, ``presentation.challenge``,
            ``presentation.pairing``.
    """
    opened = verify_responses(
        context, presentation, disclosed, nym_count, context_id, ph
    )
    # Step 5.
    check_pairing(context, opened.proof)


@dataclass(frozen=True, slots=True)
class Opened:
    """A presentation of which all but the pairing was checked."""

    proof: Proof
    nym: G1
    commitments: tuple[G1, G1, G1]
    """T1, T2 and U, as they were recomputed."""


def verify_responses(
    context: Context,
    presentation: Presentation,
    disclosed: Disclosed,
    nym_count: int,
    context_id: bytes,
    ph: bytes,
) -> Opened:
    """Check everything but the pairing, and return what was found (steps 1 to 4).

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``.
        ProofError: ``presentation.commitment``, ``presentation.challenge``.
    """
    # Step 1.
    proof, nym_point = decode_presentation(context, presentation, disclosed)
    # Steps 2 and 3.
    T1, T2, U = commitments(context, proof, nym_point, disclosed, nym_count, context_id)
    if U.is_identity():
        raise ProofError(
            "presentation.commitment",
            "the commitment U of the pseudonym's proof must not be the identity",
        )
    # Step 4.
    made = (T1.to_bytes(), T2.to_bytes(), U.to_bytes())
    check_challenge(
        proof,
        challenge_with_nym(context, presentation, made, disclosed, context_id, ph),
    )
    return Opened(proof, nym_point, (T1, T2, U))


def decode_presentation(
    context: Context, presentation: Presentation, disclosed: Disclosed
) -> tuple[Proof, G1]:
    """Decode the proof and the nym (step 1).

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``.
    """
    if len(presentation.nym) != G1_LENGTH:
        raise EncodingError("presentation.length", "a nym must have 48 bytes")
    undisclosed = len(context.generators) - len(disclosed)
    proof = decode_proof(context.curve, presentation.proof, undisclosed)
    return proof, octets.decode_point(context.curve, presentation.nym, refused_proof)


def commitments(
    context: Context,
    proof: Proof,
    nym_point: G1,
    disclosed: Disclosed,
    nym_count: int,
    context_id: bytes,
) -> tuple[G1, G1, G1]:
    """Recompute T1, T2 and U from the responses (steps 2 and 3)."""
    curve, api_id = context.curve, context.api_id
    # Step 2.
    T1, T2 = reconstruct(context, proof, disclosed)
    # Step 3.
    OP = context_point(curve, context_id, api_id)
    response = evaluate(proof.m_hat[-nym_count:], context_id, api_id)
    U = curve.msm((OP, nym_point), (response, GROUP_ORDER - proof.challenge))
    return T1, T2, U


def challenge_with_nym(
    context: Context,
    presentation: Presentation,
    commitments: tuple[bytes, bytes, bytes],
    disclosed: Disclosed,
    context_id: bytes,
    ph: bytes,
) -> Scalar:
    """Hash a presentation with T1, T2 and U, encoded: the challenge (step 4)."""
    T1, T2, U = commitments
    shown = presentation.proof[: POINTS * G1_LENGTH]
    points = shown + T1 + T2 + presentation.nym + U
    return calculate_challenge(context, disclosed, points, (ph, context_id))
