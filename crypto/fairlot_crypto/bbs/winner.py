"""Shows one verifier that a nym belongs to a commitment (specs/winner-audit.md).

The proof is of one of two: that its prover opens the commitment with the secrets of the nym,
or that its prover knows the verifier's secret. The verifier, who has told that secret to
nobody, learns that it is the first; to everybody else it could as well be the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.ciphersuite import API_PSEUDONYM, random_scalars
from fairlot_crypto.bbs.octets import Rule
from fairlot_crypto.bbs.profile import Schema, commitment, generators, nym
from fairlot_crypto.bbs.pseudonym import context_point, evaluate
from fairlot_crypto.curve import (
    G1,
    Backend,
    Scalar,
    random_scalar,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, i2osp, scalar_for, tagged_hash
from fairlot_crypto.randomness import Randomness, SeededRandomness

_FIXED_SCALARS = 4
"""Scalars of a proof beside the responses for s_j: two challenges, rho^ and v^."""


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The key of a verifier."""

    secret: Scalar = field(repr=False)
    """v, which the verifier tells nobody: whoever knows it can make any proof for V."""

    @classmethod
    def generate(cls, randomness: Randomness) -> "AuditKey":
        """Draw a key (step 1)."""
        # Step 1.
        return cls(random_scalar(randomness))

    def public(self, curve: Backend) -> G1:
        """Return V = BP1 * v."""
        return curve.g1_generator() * self.secret

    def certificate(self, curve: Backend, randomness: Randomness) -> bytes:
        """Return V with a proof that its owner knows v, 112 bytes (step 2).

        Args:
            curve: the back-end.
            randomness: 32 bytes are taken.
        """
        # Step 2.
        V = self.public(curve)
        k = random_scalar(_hedged(randomness, (self.secret,), V.to_bytes()))
        c = _key_challenge(V.to_bytes(), curve.g1_generator() * k)
        return octets.encode((V,), (c, (k + c * self.secret) % GROUP_ORDER))


def read_certificate(curve: Backend, data: bytes) -> G1:
    """Return the V of a certificate (step 3).

    A V whose v nobody knows would turn a proof into a receipt that convinces everybody.

    Raises:
        EncodingError: ``winner.key`` for anything but V, c and the response.
        ProofError: ``winner.key-proof`` if the owner of V does not know v.
    """
    # Step 3.
    (V,), (c, response) = octets.decode(curve, data, 1, 2, _refused_key)
    T = curve.msm((curve.g1_generator(), V), (response, GROUP_ORDER - c))
    if c != _key_challenge(V.to_bytes(), T):
        raise ProofError(
            "winner.key-proof",
            "the certificate must show that the verifier knows the secret of the key",
        )
    return V


@dataclass(frozen=True, slots=True)
class Owned:
    """What is to be shown: that a nym and a commitment have the same secrets."""

    schema: Schema
    about: bytes
    """What else the proof is bound to: the name of the commitment."""
    commitment: bytes
    """IC, 48 bytes."""
    ctx: bytes
    """The context of the nym."""
    nym: bytes
    """48 bytes."""
    verifier: G1
    """V."""


def prove_owned(
    curve: Backend,
    owned: Owned,
    rho: Scalar,
    nym_secrets: Sequence[Scalar],
    randomness: Randomness,
) -> bytes:
    """Prove it to the verifier alone, in (4 + N)·32 bytes (steps 5 to 7).

    Args:
        curve: the back-end.
        owned: what is to be shown.
        rho: the blind of IC.
        nym_secrets: s_0..s_{N-1}.
        randomness: 32 bytes are taken.

    Raises:
        CallerError: ``winner.secrets`` if the secrets do not belong to IC and nym;
            ``credential.nym-secrets`` for another number than N.
    """
    # Step 5.
    IC = commitment(curve, owned.schema, rho, nym_secrets).to_bytes()
    own = nym(curve, owned.ctx, nym_secrets).to_bytes()
    if (IC, own) != (owned.commitment, owned.nym):
        raise CallerError(
            "winner.secrets", "the secrets must be those of the leaf and of the nym"
        )
    # Step 6.
    secrets = (rho, *nym_secrets)
    source = _hedged(randomness, secrets, _statement(curve, owned))
    *tildes, c_v, v_hat = random_scalars(source, len(secrets) + 2)
    T_IC = commitment(curve, owned.schema, tildes[0], tildes[1:])
    OP = context_point(curve, owned.ctx, API_PSEUDONYM)
    T_N = OP * evaluate(tildes[1:], owned.ctx, API_PSEUDONYM)
    T_V = _verifier_point(curve, owned.verifier, v_hat, c_v)
    # Step 7.
    c = (_challenge(curve, owned, (T_IC, T_N, T_V)) - c_v) % GROUP_ORDER
    hats = (
        (tilde + c * secret) % GROUP_ORDER
        for tilde, secret in zip(tildes, secrets, strict=True)
    )
    return octets.encode((), (c, c_v, *hats, v_hat))


def verify_owned(curve: Backend, owned: Owned, proof: bytes) -> None:
    """Check a proof that was made for V (steps 8 and 9).

    Args:
        curve: the back-end.
        owned: what it must show; V is the verifier's own.
        proof: as it came from outside.

    Raises:
        EncodingError: ``winner.length``, ``winner.scalar``, ``winner.point``,
            ``winner.identity``.
        ProofError: ``winner.proof``.
    """
    # Step 8.
    points = generators(curve, owned.schema)
    count = _FIXED_SCALARS + owned.schema.nym_secrets
    _, (c, c_v, rho_hat, *s_hats, v_hat) = octets.decode(
        curve, proof, 0, count, _refused
    )
    IC = octets.decode_point(curve, owned.commitment, _refused)
    own = octets.decode_point(curve, owned.nym, _refused)
    if owned.verifier.is_identity():
        raise _refused(Rule.IDENTITY, "the verifier's key must not be the identity")
    # Step 9.
    minus = GROUP_ORDER - c
    T_IC = curve.msm((points.Q_2, *points.J, IC), (rho_hat, *s_hats, minus))
    OP = context_point(curve, owned.ctx, API_PSEUDONYM)
    response = evaluate(s_hats, owned.ctx, API_PSEUDONYM)
    T_N = curve.msm((OP, own), (response, minus))
    T_V = _verifier_point(curve, owned.verifier, v_hat, c_v)
    if (c + c_v) % GROUP_ORDER != _challenge(curve, owned, (T_IC, T_N, T_V)):
        raise ProofError(
            "winner.proof",
            "the proof must show that the nym belongs to this leaf, to this verifier",
        )


def _verifier_point(curve: Backend, V: G1, v_hat: Scalar, c_v: Scalar) -> G1:
    return curve.msm((curve.g1_generator(), V), (v_hat, GROUP_ORDER - c_v))


def _statement(curve: Backend, owned: Owned) -> bytes:
    """Return everything that a proof is about (step 4)."""
    # Step 4.
    points = generators(curve, owned.schema)
    return (
        i2osp(len(owned.about), 8)
        + owned.about
        + i2osp(len(owned.ctx), 8)
        + owned.ctx
        + i2osp(owned.schema.nym_secrets, 8)
        + octets.encode((points.Q_2, *points.J), ())
        + owned.commitment
        + owned.nym
        + owned.verifier.to_bytes()
    )


def _challenge(curve: Backend, owned: Owned, points: Sequence[G1]) -> Scalar:
    statement = _statement(curve, owned)
    return Scalar(scalar_for("winner", statement, octets.encode(points, ())))


def _key_challenge(public: bytes, T: G1) -> Scalar:
    return Scalar(scalar_for("winner-key", public, T.to_bytes()))


def _hedged(
    randomness: Randomness, secrets: Sequence[Scalar], statement: bytes
) -> Randomness:
    """Return the stream of one proof: even a source that repeats shares no scalar."""
    joined = b"".join(map(scalar_to_bytes, secrets))
    fresh = randomness.take(32)
    return SeededRandomness(tagged_hash("winner-hedge", fresh, joined, statement))


def _refused(rule: Rule, problem: str) -> EncodingError:
    match rule:
        case Rule.LENGTH:
            return EncodingError("winner.length", problem)
        case Rule.SCALAR:
            return EncodingError("winner.scalar", problem)
        case Rule.POINT:
            return EncodingError("winner.point", problem)
        case Rule.IDENTITY:
            return EncodingError("winner.identity", problem)


def _refused_key(rule: Rule, problem: str) -> EncodingError:
    del rule
    return EncodingError("winner.key", problem)
