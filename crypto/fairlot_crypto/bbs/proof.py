"""Proofs of knowledge of a signature, with some messages disclosed.

draft-irtf-cfrg-bbs-signatures-09, sections 3.5.3, 3.5.4, 3.6.3, 3.6.4 and 3.7
(specs/bbs.md, section 6). The parts are shared with the pseudonym case, which adds two
points to the transcript.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.ciphersuite import (
    Signature,
    challenge_scalar,
    map_message_to_scalar,
    map_messages,
    random_scalars,
)
from fairlot_crypto.bbs.generators import MAX_GENERATORS, create_generators
from fairlot_crypto.bbs.octets import Rule
from fairlot_crypto.bbs.signature import Context, signed_point
from fairlot_crypto.curve import (
    G1,
    G1_LENGTH,
    G2,
    Backend,
    Scalar,
    inverse,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp
from fairlot_crypto.randomness import Randomness

POINTS = 3
"""Points of a proof: Abar, Bbar and D."""
FIXED_SCALARS = 4
"""Scalars of a proof that hides no message: e^, r1^, r3^ and the challenge."""


Disclosed = Sequence[tuple[int, Scalar]]
"""Index and scalar of each disclosed message, by ascending index."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A proof under way: its points and the prover's randomness (ProofInit)."""

    points: tuple[G1, ...]
    """Abar, Bbar, D, which the proof shows, and T1 and T2, to which it commits."""
    indexes: tuple[int, ...]
    """j1..jU, the undisclosed indexes."""
    r1: Scalar = field(repr=False)
    """r1, which blinds Abar and Bbar."""
    r2: Scalar = field(repr=False)
    """r2, which blinds D."""
    e_tilde: Scalar = field(repr=False)
    """e~, which blinds e."""
    r1_tilde: Scalar = field(repr=False)
    """r1~, which blinds r1."""
    r3_tilde: Scalar = field(repr=False)
    """r3~, which blinds the inverse of r2."""
    m_tilde: tuple[Scalar, ...] = field(repr=False)
    """m~_j1..m~_jU, each of which blinds an undisclosed message."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A decoded proof."""

    A_bar: G1
    """Abar, the signature's point, blinded."""
    B_bar: G1
    """Bbar, which pairs with BP2 as Abar does with W."""
    D: G1
    """D, the signed point, blinded."""
    e_hat: Scalar
    """e^, the response for e."""
    r1_hat: Scalar
    """r1^, the response for r1."""
    r3_hat: Scalar
    """r3^, the response for the inverse of r2."""
    m_hat: tuple[Scalar, ...]
    """m^_j1..m^_jU, the response for each undisclosed message."""
    challenge: Scalar
    """c, the hash that the responses answer."""


def prove(
    curve: Backend,
    public_key: G2,
    signature: Signature,
    header: bytes,
    ph: bytes,
    messages: Sequence[bytes],
    disclosed_indexes: Sequence[int],
    randomness: Randomness,
    api_id: bytes,
) -> bytes:
    """Prove knowledge of ``signature``, disclosing the messages at the given indexes.

    Two proofs must never draw the same randomness: their difference would reveal what
    they hide.

    Args:
        curve: the back-end.
        public_key: of the signer.
        signature: over ``header`` and ``messages``; it is not verified here.
        header: the signed header, which the verifier sees.
        ph: the presentation header, to which the proof is bound.
        messages: all signed messages, one after the other.
        disclosed_indexes: ascending, from 0.
        randomness: 48 bytes for each of r1, r2, e~, r1~, r3~, m~_j1.., one after the
            other.
        api_id: names the interface.

    Raises:
        CallerError: ``bbs.index`` for indexes that do not ascend or do not exist,
            ``bbs.generator-count``.
    """
    generators = create_generators(curve, len(messages) + 1, api_id)
    context = Context.build(curve, public_key, generators, header, api_id)
    scalars = map_messages(messages, api_id)
    disclosed = select(scalars, disclosed_indexes)
    return prove_core(context, signature, scalars, disclosed, ph, randomness)


def verify_proof(
    curve: Backend,
    public_key: G2,
    proof: bytes,
    header: bytes,
    ph: bytes,
    disclosed: Mapping[int, bytes],
    api_id: bytes,
) -> None:
    """Check a proof against the messages disclosed, by index.

    The number of messages follows from the length of the proof.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``, ``presentation.index``.
        ProofError: ``presentation.challenge``, ``presentation.pairing``.
    """
    hidden = hidden_count(proof, len(disclosed))
    total = len(disclosed) + hidden
    scalars = disclosed_scalars(disclosed, total, api_id)
    generators = create_generators(curve, total + 1, api_id)
    context = Context.build(curve, public_key, generators, header, api_id)
    verify_core(context, proof, scalars, ph)


def prove_core(
    context: Context,
    signature: Signature,
    scalars: Sequence[Scalar],
    disclosed: Disclosed,
    ph: bytes,
    randomness: Randomness,
) -> bytes:
    """Prove a signature over ``scalars`` (CoreProofGen; specs/bbs.md, section 6.2)."""
    # Step 1 is the caller's, by ``select``.
    # Steps 2 to 4.
    hidden = hide(context, signature, scalars, disclosed, randomness)
    # Step 5.
    points = octets.encode(hidden.points, ())
    challenge = calculate_challenge(context, disclosed, points, (ph,))
    # Steps 6 and 7.
    return finalize(hidden, signature.e, scalars, challenge)


def verify_core(
    context: Context, proof: bytes, disclosed: Disclosed, ph: bytes
) -> None:
    """Check a proof in a context that fixes every count (CoreProofVerify).

    The steps are those of specs/bbs.md, section 6.3.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``.
        ProofError: ``presentation.challenge``, ``presentation.pairing``.
    """
    undisclosed = len(context.generators) - len(disclosed)
    # Step 1.
    decoded = decode_proof(context.curve, proof, undisclosed)
    # Steps 2 and 3.
    commitments = octets.encode(reconstruct(context, decoded, disclosed), ())
    # Steps 4 and 5.
    points = proof[: POINTS * G1_LENGTH] + commitments
    check(context, decoded, calculate_challenge(context, disclosed, points, (ph,)))


def select(scalars: Sequence[Scalar], indexes: Sequence[int]) -> Disclosed:
    """Return index and scalar for ``indexes`` (specs/bbs.md, section 6.2).

    Raises:
        CallerError: ``bbs.index`` if they do not ascend from 0 within the range.
    """
    # Step 1.
    bounds = (-1, *indexes, len(scalars))
    if any(low >= high for low, high in pairwise(bounds)):
        raise CallerError(
            "bbs.index",
            f"disclosed indexes must ascend from 0 and be below {len(scalars)}",
        )
    return [(i, scalars[i]) for i in indexes]


def disclosed_scalars(
    disclosed: Mapping[int, bytes], total: int, api_id: bytes
) -> Disclosed:
    """Map disclosed messages to scalars, by ascending index (specs/bbs.md, section 6.3).

    Raises:
        EncodingError: ``presentation.index`` outside [0, total-1].
    """
    # Step 1.
    if any(not 0 <= i < total for i in disclosed):
        raise EncodingError(
            "presentation.index",
            f"the index of a disclosed message must be at least 0 and below {total}",
        )
    return [(i, _public_scalar(disclosed[i], api_id)) for i in sorted(disclosed)]


@lru_cache(maxsize=1024)
def _public_scalar(message: bytes, api_id: bytes) -> Scalar:
    """Map a disclosed message: few values, which everybody sees, come again and again."""
    return map_message_to_scalar(message, api_id)


def hide(
    context: Context,
    signature: Signature,
    scalars: Sequence[Scalar],
    disclosed: Disclosed,
    randomness: Randomness,
) -> Hidden:
    """Blind the signature and commit to the undisclosed messages (ProofInit).

    The steps are those of specs/bbs.md, section 6.2.
    """
    msm = context.curve.msm
    shown = {i for i, _ in disclosed}
    indexes = tuple(j for j in range(len(scalars)) if j not in shown)
    # Step 2.
    r1, r2, e_tilde, r1_tilde, r3_tilde, *m_tilde = random_scalars(
        randomness, 5 + len(indexes)
    )
    # Step 3.
    D = signed_point(context, scalars) * r2
    A_bar = signature.A * (r1 * r2 % GROUP_ORDER)
    B_bar = D * r1 - A_bar * signature.e
    # Step 4.
    T1 = msm((A_bar, D), (e_tilde, r1_tilde))
    T2 = msm(
        (D, *(context.generators[j] for j in indexes)),
        (r3_tilde, *m_tilde),
    )
    points = (A_bar, B_bar, D, T1, T2)
    tildes = (r1, r2, e_tilde, r1_tilde, r3_tilde, tuple(m_tilde))
    return Hidden(points, indexes, *tildes)


def calculate_challenge(
    context: Context, disclosed: Disclosed, points: bytes, trailers: Sequence[bytes]
) -> Scalar:
    """Hash everything that is public: the one transcript of all proofs.

    Args:
        context: gives domain and interface.
        disclosed: counted, then hashed as index and scalar.
        points: Abar, Bbar, D, T1, T2 and, with a pseudonym, nym and U, encoded.
        trailers: ph and, with a pseudonym, the context id; each behind its length.
    """
    parts = [i2osp(len(disclosed), 8)]
    parts += [i2osp(i, 8) + scalar_to_bytes(scalar) for i, scalar in disclosed]
    parts += [points, scalar_to_bytes(context.domain)]
    parts += [i2osp(len(trailer), 8) + trailer for trailer in trailers]
    return challenge_scalar(b"".join(parts), context.api_id)


def finalize(
    hidden: Hidden, e: Scalar, scalars: Sequence[Scalar], challenge: Scalar
) -> bytes:
    """Answer the challenge and encode the proof (ProofFinalize).

    The steps are those of specs/bbs.md, section 6.2.
    """
    undisclosed = (scalars[j] for j in hidden.indexes)
    # Step 6.
    responses = (
        hidden.e_tilde + e * challenge,
        hidden.r1_tilde - hidden.r1 * challenge,
        hidden.r3_tilde - inverse(hidden.r2) * challenge,
        *(
            tilde + scalar * challenge
            for tilde, scalar in zip(hidden.m_tilde, undisclosed, strict=True)
        ),
        challenge,
    )
    # Step 7.
    reduced = (response % GROUP_ORDER for response in responses)
    return octets.encode(hidden.points[:POINTS], reduced)


def hidden_count(data: bytes, disclosed_count: int) -> int:
    """Return U, the number of hidden messages, which follows from a proof's length.

    Raises:
        EncodingError: ``presentation.length`` for a length that no proof has, or more
            messages than there may be.
    """
    count = octets.scalar_count(data, POINTS, refused_proof) - FIXED_SCALARS
    if not 0 <= count < MAX_GENERATORS - disclosed_count:
        raise EncodingError(
            "presentation.length",
            f"{len(data)} bytes are too few or too many for a proof: "
            f"it has {POINTS} points and at least {FIXED_SCALARS} scalars",
        )
    return count


def decode_proof(curve: Backend, data: bytes, undisclosed: int) -> Proof:
    """Decode a proof that hides ``undisclosed`` messages.

    Raises:
        EncodingError: ``presentation.length``, ``presentation.scalar``,
            ``presentation.point``, ``presentation.identity``.
    """
    count = FIXED_SCALARS + undisclosed
    points, scalars = octets.decode(curve, data, POINTS, count, refused_proof)
    return proof_of(points, scalars)


def proof_of(points: Sequence[G1], scalars: Sequence[Scalar]) -> Proof:
    """Return the proof that consists of these points and scalars, in their order."""
    e_hat, r1_hat, r3_hat, *m_hat, challenge = scalars
    A_bar, B_bar, D = points
    return Proof(A_bar, B_bar, D, e_hat, r1_hat, r3_hat, tuple(m_hat), challenge)


def reconstruct(context: Context, proof: Proof, disclosed: Disclosed) -> tuple[G1, G1]:
    """Recompute T1 and T2 from the responses (ProofVerifyInit; specs/bbs.md, section 6.3).

    T1 = Bbar*c + Abar*e^ + D*r1^ and T2 = Bv*c + D*r3^ + sum of generator * m^, where
    Bv = P1 + Q_1*domain + sum of generator * disclosed scalar.
    """
    msm, c = context.curve.msm, proof.challenge
    weights = generator_weights(context, proof, disclosed)
    # Step 2.
    T1 = msm((proof.B_bar, proof.A_bar, proof.D), (c, proof.e_hat, proof.r1_hat))
    # Step 3.
    T2 = msm((context.start, proof.D, *context.generators), (c, proof.r3_hat, *weights))
    return T1, T2


def generator_weights(
    context: Context, proof: Proof, disclosed: Disclosed
) -> list[int]:
    """Return the factor in [0, r-1] that T2 has at each generator."""
    shown, c = dict(disclosed), proof.challenge
    hats = iter(proof.m_hat)
    return [
        shown[i] * c % GROUP_ORDER if i in shown else next(hats)
        for i in range(len(context.generators))
    ]


def check(context: Context, proof: Proof, challenge: Scalar) -> None:
    """Compare the challenge, then check e(Abar, W) = e(Bbar, BP2).

    The steps are those of specs/bbs.md, section 6.3.

    Raises:
        ProofError: ``presentation.challenge``, ``presentation.pairing``.
    """
    check_challenge(proof, challenge)
    check_pairing(context, proof)


def check_challenge(proof: Proof, challenge: Scalar) -> None:
    """Compare the challenge of a proof with the one recomputed.

    Raises:
        ProofError: ``presentation.challenge``.
    """
    # Step 4.
    if proof.challenge != challenge:
        raise ProofError(
            "presentation.challenge",
            "the proof must be of this statement: key, header, messages, context and ph",
        )


def check_pairing(context: Context, proof: Proof) -> None:
    """Check e(Abar, W) = e(Bbar, BP2).

    Raises:
        ProofError: ``presentation.pairing``.
    """
    # Step 5.
    curve = context.curve
    pairs = ((proof.A_bar, context.public_key), (-proof.B_bar, curve.g2_generator()))
    if not curve.pairing_product_is_one(pairs):
        raise ProofError(
            "presentation.pairing", "the issuer must have signed what is presented"
        )


def refused_proof(rule: Rule, problem: str) -> EncodingError:
    """Return the error for bytes that are no proof, or no nym."""
    match rule:
        case Rule.LENGTH:
            return EncodingError("presentation.length", problem)
        case Rule.SCALAR:
            return EncodingError("presentation.scalar", problem)
        case Rule.POINT:
            return EncodingError("presentation.point", problem)
        case Rule.IDENTITY:
            return EncodingError("presentation.identity", problem)
