"""The suite BLS12-381-SHA-256: constants, keys, messages, signatures, the domain.

draft-irtf-cfrg-bbs-signatures-09, sections 3.4, 4.1.2, 4.2.3, 4.2.4 and 7.2.2
(specs/bbs.md, sections 2 and 3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NewType

from fairlot_crypto.bbs import octets
from fairlot_crypto.bbs.octets import Rule
from fairlot_crypto.curve import G1, G2, Backend, Scalar, random_scalar, scalar_to_bytes
from fairlot_crypto.errors import CallerError, EncodingError
from fairlot_crypto.hashing import GROUP_ORDER, hash_to_scalar, i2osp
from fairlot_crypto.randomness import Randomness

CIPHERSUITE_ID = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
API_PLAIN = CIPHERSUITE_ID + b"H2G_HM2S_"
"""Interface of the signatures draft, section 3.5."""
API_BLIND = CIPHERSUITE_ID + b"BLIND_H2G_HM2S_"
"""Interface of the blind signatures draft, section 4.2."""
API_PSEUDONYM = CIPHERSUITE_ID + b"H2G_HM2S_PSEUDONYM_"
"""Interface of the per-verifier linkability draft, section 6."""

P1_OCTETS = bytes.fromhex(
    "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd22"
    "5e7c59698588e70d11406d161b4e28c9"
)
"""P1, the first generator for the seed ``API_PLAIN || "BP_MESSAGE_GENERATOR_SEED"``."""

MIN_KEY_MATERIAL = 32
MAX_KEY_INFO = 65535

SecretKey = NewType("SecretKey", int)
"""SK, the signer's secret key, an integer in [1, r-1]."""


@cache
def p1(curve: Backend) -> G1:
    """Return P1, the fixed point with which every signed point begins."""
    return curve.g1_not_identity(P1_OCTETS)


def key_gen(
    material: bytes,
    info: bytes = b"",
    dst: bytes = CIPHERSUITE_ID + b"KEYGEN_DST_",
) -> SecretKey:
    """Derive a secret key (BBS draft, section 3.4.1; specs/bbs.md, section 3).

    Args:
        material: at least 32 secret bytes of full entropy.
        info: at most 65535 bytes; other bytes give another key.
        dst: domain separation tag.

    Raises:
        CallerError: ``bbs.key-material`` if the material is too short or the info too
            long.
    """
    # Step 1.
    if len(material) < MIN_KEY_MATERIAL or len(info) > MAX_KEY_INFO:
        raise CallerError(
            "bbs.key-material",
            "key material must have at least 32 bytes, and key info at most 65535",
        )
    # Step 2.
    return secret_key(hash_to_scalar(material + i2osp(len(info), 2) + info, dst))


def secret_key(value: int) -> SecretKey:
    """Return ``value`` as a secret key.

    Raises:
        CallerError: ``bbs.secret-key`` outside [1, r-1].
    """
    if not 0 < value < GROUP_ORDER:
        raise CallerError("bbs.secret-key", "the secret key must lie in [1, r-1]")
    return SecretKey(value)


def public_key(curve: Backend, key: SecretKey) -> G2:
    """Return W = BP2 * SK (BBS draft, section 3.4.2)."""
    return curve.g2_generator() * key


def public_key_from_bytes(curve: Backend, data: bytes) -> G2:
    """Decode a public key of 96 bytes (BBS draft, section 4.2.4.6).

    Raises:
        EncodingError: ``bbs.public-key`` for anything but a canonical element of G2
            other than the identity.
    """
    try:
        return curve.g2_not_identity(data)
    except EncodingError as error:
        raise EncodingError("bbs.public-key", error.message) from error


def map_message_to_scalar(message: bytes, api_id: bytes) -> Scalar:
    """Map one message to a scalar (BBS draft, section 4.1.2)."""
    return Scalar(hash_to_scalar(message, api_id + b"MAP_MSG_TO_SCALAR_AS_HASH_"))


def map_messages(messages: Iterable[bytes], api_id: bytes) -> tuple[Scalar, ...]:
    """Map each message to a scalar, independently of the others."""
    return tuple(map_message_to_scalar(message, api_id) for message in messages)


def challenge_scalar(transcript: bytes, api_id: bytes) -> Scalar:
    """Return h2s(transcript, api_id || "H2S_")."""
    return Scalar(hash_to_scalar(transcript, api_id + b"H2S_"))


def calculate_domain(
    public: G2, generators: Sequence[G1], header: bytes, api_id: bytes
) -> Scalar:
    """Return the scalar that binds key, generators, interface and header.

    Args:
        public: W, the signer's public key.
        generators: Q_1 first, then one for each message.
        header: of any length.
        api_id: names the interface.
    """
    transcript = (
        public.to_bytes()
        + i2osp(len(generators) - 1, 8)
        + octets.encode(generators, ())
        + api_id
        + i2osp(len(header), 8)
        + header
    )
    return challenge_scalar(transcript, api_id)


@dataclass(frozen=True, slots=True)
class Signature:
    """A BBS signature (A, e)."""

    A: G1
    """A = B * 1/(SK + e), where B is the signed point."""
    e: Scalar
    """e, a function of B, so that no two signed points share one."""

    def to_bytes(self) -> bytes:
        """Return A in 48 bytes and e in 32."""
        return self.A.to_bytes() + scalar_to_bytes(self.e)

    @classmethod
    def from_bytes(cls, curve: Backend, data: bytes) -> "Signature":
        """Decode 80 bytes (BBS draft, section 4.2.4.3).

        Raises:
            EncodingError: ``bbs.signature-length``, ``bbs.signature-scalar``,
                ``bbs.signature-point``, ``bbs.signature-identity``.
        """
        (a,), (e,) = octets.decode(curve, data, 1, 1, refused_signature)
        return cls(a, e)


def refused_signature(rule: Rule, problem: str) -> EncodingError:
    """Return the error for bytes that are no signature."""
    match rule:
        case Rule.LENGTH:
            return EncodingError("bbs.signature-length", problem)
        case Rule.SCALAR:
            return EncodingError("bbs.signature-scalar", problem)
        case Rule.POINT:
            return EncodingError("bbs.signature-point", problem)
        case Rule.IDENTITY:
            return EncodingError("bbs.signature-identity", problem)


def random_scalars(randomness: Randomness, count: int) -> tuple[Scalar, ...]:
    """Draw ``count`` scalars in [1, r-1], 48 bytes each (BBS draft, section 4.2.1)."""
    return tuple(random_scalar(randomness) for _ in range(count))
