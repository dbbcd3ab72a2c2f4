"""Short secrets of a fixed length, sealed until a round (specs/tlock.md, section 4).

A sealed secret belongs to a chain, a round and a context, and opens as one plaintext or as
none: whoever sealed it has no choice left.
"""

from dataclasses import dataclass

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import i2osp, tagged_hash
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.timelock.chain import ChainInfo, check_round_number
from fairlot_crypto.timelock.ibe import (
    MESSAGE_LENGTH,
    Ciphertext,
    check_scheme,
    ciphertext_length,
    decrypt,
    encrypt,
    read_ciphertext,
)
from fairlot_crypto.timelock.scheme import Scheme

AUTHENTICATOR_LENGTH = 16

_NONCE = bytes(12)
"""One nonce suffices, since every key encrypts once."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret of the right form; the round shows whether it opens."""

    ciphertext: Ciphertext
    """(U, V, W), the key K encrypted to the round."""
    box: bytes
    """The encrypted plaintext and its authenticator of 16 bytes."""


def sealed_length(scheme: Scheme, length: int) -> int:
    """Return how many bytes seal ``length`` bytes.

    They are ``length`` + 144 if keys are in G2, and ``length`` + 96 if they are in G1.
    """
    return ciphertext_length(scheme) + length + AUTHENTICATOR_LENGTH


def read_sealed(curve: Backend, scheme: Scheme, data: bytes, length: int) -> Sealed:
    """Decode a sealed secret of ``length`` bytes (specs/tlock.md, section 4.1).

    No signature is needed to refuse in advance what could never be opened.

    Raises:
        EncodingError: ``tlock.length``, ``tlock.point``.
    """
    # Step 1.
    expected = sealed_length(scheme, length)
    if len(data) != expected:
        raise EncodingError(
            "tlock.length",
            f"a sealed secret of {length} bytes must have {expected} bytes",
        )
    # Step 2.
    end = ciphertext_length(scheme)
    return Sealed(read_ciphertext(curve, scheme, data[:end]), data[end:])


def seal(
    curve: Backend,
    chain: ChainInfo,
    round_number: int,
    plaintext: bytes,
    context: bytes,
    randomness: Randomness,
) -> bytes:
    """Seal a plaintext until a round (specs/tlock.md, section 4.3).

    Args:
        curve: the back-end.
        chain: of an unchained scheme.
        round_number: ρ, the number of the round.
        plaintext: of which only the length shows.
        context: to which it belongs, for instance a sale and a nym.
        randomness: gives K and then σ, 16 bytes each.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.round``, ``drand.public-key``.
    """
    # Step 1.
    K = randomness.take(MESSAGE_LENGTH)
    # Step 2.
    ciphertext = encrypt(curve, chain, round_number, K, randomness)
    # Step 3.
    bound = binding(chain, round_number, context, ciphertext)
    # Step 4.
    box = bindings.crypto_aead_chacha20poly1305_ietf_encrypt(
        plaintext, bound, _NONCE, box_key(K, bound)
    )
    # Step 5.
    return ciphertext.to_bytes() + box


def open_sealed(
    curve: Backend,
    chain: ChainInfo,
    round_number: int,
    data: bytes,
    context: bytes,
    signature: bytes,
    length: int,
) -> bytes:
    """Return the plaintext (specs/tlock.md, section 4.4).

    Args:
        curve: the back-end.
        chain: of an unchained scheme.
        round_number: ρ, the number of the round.
        data: the bytes that ``seal`` returned.
        context: to which it must belong.
        signature: of the round. The caller has verified it (``verify_round``), once for all
            that is opened with it: under a wrong one nothing opens, whoever is at fault.
        length: of the plaintext, in bytes.

    Raises:
        EncodingError: ``tlock.scheme``, ``drand.round``, ``drand.signature-point``;
            ``tlock.length``, ``tlock.point``.
        ProofError: ``tlock.ciphertext`` if it was not encrypted to this round,
            ``tlock.authentication`` if it is of another chain, round or context, or was
            changed.
    """
    # Step 1.
    check_scheme(chain.scheme)
    check_round_number(round_number)
    # Step 2.
    sealed = read_sealed(curve, chain.scheme, data, length)
    # Step 3.
    K = decrypt(curve, chain, sealed.ciphertext, signature)
    # Step 4.
    bound = binding(chain, round_number, context, sealed.ciphertext)
    # Steps 5 and 6.
    try:
        return bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
            sealed.box, bound, _NONCE, box_key(K, bound)
        )
    except SodiumError as error:
        problem = "the secret must be sealed for this chain, round and context"
        raise ProofError("tlock.authentication", problem) from error


def binding(
    chain: ChainInfo, round_number: int, context: bytes, ciphertext: Ciphertext
) -> bytes:
    """Return the 32 bytes to which the box is bound (specs/tlock.md, section 4.2)."""
    round_bytes = i2osp(round_number, 8)
    return tagged_hash(
        "tlock", chain.chain_hash(), round_bytes, context, ciphertext.to_bytes()
    )


def box_key(K: bytes, bound: bytes) -> bytes:
    """Return the 32-byte key of the box (specs/tlock.md, section 4.2)."""
    return tagged_hash("tlock-key", K, bound)
