"""Encryption to a round: Boneh and Franklin's scheme as drand's tlock has it.

The steps are those of specs/tlock.md, sections 2 and 3. Whoever has the signature of the
round can decrypt, and nobody can before.
"""

import hashlib
from dataclasses import dataclass
from itertools import count

from fairlot_crypto.curve import G1, G2, Backend, Scalar
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER, os2ip
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.drand import key_error, round_message, signature_error
from fairlot_crypto.timelock.scheme import Scheme

MESSAGE_LENGTH = 16
"""Bytes of a message and of σ; the message is the key of something else."""


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """A message of 16 bytes that is encrypted to a round; it does not say to which."""

    U: G1 | G2
    """U = BP·r, a point in the group of the chain's key."""
    V: bytes
    """σ under the mask of the pairing, 16 bytes."""
    W: bytes
    """The message under the mask of σ, 16 bytes."""

    def to_bytes(self) -> bytes:
        """Return U || V || W."""
        return self.U.to_bytes() + self.V + self.W


def ciphertext_length(scheme: Scheme) -> int:
    """Return the length of a ciphertext: 128 bytes if keys are in G2, 80 if in G1."""
    return scheme.key_length + 2 * MESSAGE_LENGTH


def read_ciphertext(curve: Backend, scheme: Scheme, data: bytes) -> Ciphertext:
    """Decode U || V || W (specs/tlock.md, section 3.1).

    Raises:
        EncodingError: ``tlock.length`` for another number of bytes, ``tlock.point`` if
            U is no canonical element of the key's group, or the identity.
    """
    # Step 1.
    if len(data) != ciphertext_length(scheme):
        raise EncodingError(
            "tlock.length",
            f"a ciphertext of this scheme must have {ciphertext_length(scheme)} bytes",
        )
    # Step 2.
    try:
        U = _key_side(curve, scheme, data[: scheme.key_length])
    except EncodingError as error:
        raise EncodingError(
            "tlock.point", "U must be a point of the group of the chain's key"
        ) from error
    # Step 3.
    return Ciphertext(
        U, data[-2 * MESSAGE_LENGTH : -MESSAGE_LENGTH], data[-MESSAGE_LENGTH:]
    )


def encrypt(
    curve: Backend,
    chain: ChainInfo,
    round_number: int,
    message: bytes,
    randomness: Randomness,
) -> Ciphertext:
    """Encrypt 16 bytes to a round (specs/tlock.md, section 3.2).

    Args:
        curve: the back-end.
        chain: of an unchained scheme.
        round_number: ρ, the number of the round.
        message: M, 16 bytes that nobody can guess; whoever guesses them can test the guess.
        randomness: gives σ, 16 bytes.

    Raises:
        CallerError: ``tlock.message-length``.
        EncodingError: ``tlock.scheme``, ``drand.round``, ``drand.public-key``.
    """
    # Step 1.
    if len(message) != MESSAGE_LENGTH:
        raise CallerError("tlock.message-length", "the message must have 16 bytes")
    # Step 2.
    Q = round_point(curve, chain, round_number)
    # Step 3.
    try:
        PK = _key_side(curve, chain.scheme, chain.public_key)
    except EncodingError as error:
        raise key_error() from error
    # Step 4.
    sigma = randomness.take(MESSAGE_LENGTH)
    # Step 5.
    r = exponent(sigma, message)
    # Step 6.
    return Ciphertext(
        _generator(curve, chain.scheme) * r,
        _xor(sigma, mask_of_pairing(_pairing(curve, Q * r, PK))),
        _xor(message, mask_of_sigma(sigma)),
    )


def decrypt(
    curve: Backend, chain: ChainInfo, ciphertext: Ciphertext, signature: bytes
) -> bytes:
    """Return the 16 bytes (specs/tlock.md, section 3.3).

    The caller has verified that ``signature`` is that of the round (``verify_round``), once
    for all ciphertexts: under any other signature an honest ciphertext is refused.

    Raises:
        CallerError: ``groups.foreign-point`` for a ciphertext of a scheme whose keys
            are in the other group.
        EncodingError: ``tlock.scheme``; ``drand.signature-point``.
        ProofError: ``tlock.ciphertext`` if encrypting again gives another U: the
            signature is another round's, or the ciphertext was not made by the rules.
    """
    # Step 1.
    check_scheme(chain.scheme)
    # Step 2.
    try:
        S = _signature_side(curve, chain.scheme, signature)
    except EncodingError as error:
        raise signature_error() from error
    # Step 3.
    mask = mask_of_pairing(_pairing(curve, S, ciphertext.U))
    sigma = _xor(ciphertext.V, mask)
    message = _xor(ciphertext.W, mask_of_sigma(sigma))
    # Step 4.
    r = exponent(sigma, message)
    if _generator(curve, chain.scheme) * r != ciphertext.U:
        raise ProofError(
            "tlock.ciphertext", "the ciphertext must be encrypted to this round"
        )
    # Step 5.
    return message


def check_scheme(scheme: Scheme) -> None:
    """Check that the messages of a scheme's rounds are known before they are signed.

    Raises:
        EncodingError: ``tlock.scheme`` for a chained one.
    """
    if scheme.chained:
        raise EncodingError(
            "tlock.scheme",
            "the scheme must not be chained: it signs messages that nobody knows yet",
        )


def round_point(curve: Backend, chain: ChainInfo, round_number: int) -> G1 | G2:
    """Return Q, whose multiple by the chain's secret key is the round's signature.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.round``.
    """
    check_scheme(chain.scheme)
    message = round_message(chain, round_number, None)
    if chain.scheme.signs_in_g1:
        return curve.hash_to_g1(message, chain.scheme.dst)
    return curve.hash_to_g2(message, chain.scheme.dst)


def mask_of_pairing(value: bytes) -> bytes:
    """Return H2 of the bytes of a pairing (specs/tlock.md, section 2)."""
    return hashlib.sha256(b"IBE-H2" + value).digest()[:MESSAGE_LENGTH]


def exponent(sigma: bytes, message: bytes) -> Scalar:
    """Return r = H3(σ, M) (specs/tlock.md, section 2)."""
    # Step 1.
    seed = hashlib.sha256(b"IBE-H3" + sigma + message).digest()
    # Step 2.
    candidates = (_candidate(counter, seed) for counter in count(1))
    # Step 3.
    return Scalar(next(value for value in candidates if value < GROUP_ORDER))


def mask_of_sigma(sigma: bytes) -> bytes:
    """Return H4(σ) (specs/tlock.md, section 2)."""
    return hashlib.sha256(b"IBE-H4" + sigma).digest()[:MESSAGE_LENGTH]


def _candidate(counter: int, seed: bytes) -> int:
    digest = hashlib.sha256(counter.to_bytes(2, "little") + seed).digest()
    return os2ip(bytes([digest[0] >> 1]) + digest[1:])


def _generator(curve: Backend, scheme: Scheme) -> G1 | G2:
    return curve.g2_generator() if scheme.signs_in_g1 else curve.g1_generator()


def _key_side(curve: Backend, scheme: Scheme, data: bytes) -> G1 | G2:
    if scheme.signs_in_g1:
        return curve.g2_not_identity(data)
    return curve.g1_not_identity(data)


def _signature_side(curve: Backend, scheme: Scheme, data: bytes) -> G1 | G2:
    if scheme.signs_in_g1:
        return curve.g1_not_identity(data)
    return curve.g2_not_identity(data)


def _pairing(curve: Backend, one: G1 | G2, other: G1 | G2) -> bytes:
    """Pair two points, one of each group, whichever of them comes first."""
    match one, other:
        case G1(), G2():
            return curve.pairing_bytes(one, other)
        case G2(), G1():
            return curve.pairing_bytes(other, one)
        case _:
            raise CallerError(
                "groups.foreign-point",
                "a pairing must be given one point of each group",
            )


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))
