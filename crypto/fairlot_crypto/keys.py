"""Ed25519 signatures and sealed boxes by libsodium (specs/notation.md, section 7).

One library decides what a valid Ed25519 signature is: libsodium refuses non-canonical
``S`` and ``A``, small-order ``A`` and small-order ``R``.
"""

import hashlib
from dataclasses import dataclass, field
from typing import NewType

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements

VerifyKey = NewType("VerifyKey", bytes)
"""An Ed25519 public key, 32 bytes."""
Signature = NewType("Signature", bytes)
"""An Ed25519 signature, 64 bytes."""
SealKey = NewType("SealKey", bytes)
"""An X25519 public key, 32 bytes."""

KEY_LENGTH = 32
SIGNATURE_LENGTH = 64

_NONCE_LENGTH = 24
_ANY_SECRET = bytes([1] * KEY_LENGTH)
"""A secret key by which it is tried whether a shared secret can be computed."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key pair."""

    seed: bytes = field(repr=False)
    """The private key of RFC 8032, 32 bytes."""
    public: VerifyKey = field(init=False)
    """The public key of ``seed``: signing with another one would leak the seed."""

    def __post_init__(self) -> None:
        """Derive the public key."""
        _check_secret(self.seed)
        public, _ = bindings.crypto_sign_seed_keypair(self.seed)
        object.__setattr__(self, "public", VerifyKey(public))

    @classmethod
    def generate(cls, randomness: Randomness) -> "SigningKey":
        """Draw a key pair."""
        return cls.from_seed(randomness.take(KEY_LENGTH))

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Derive the key pair of a seed.

        Raises:
            CallerError: ``keys.secret-length`` unless it has 32 bytes.
        """
        return cls(seed)

    def sign(self, message: bytes) -> Signature:
        """Sign ``message`` (RFC 8032, section 5.1.6)."""
        signed = bindings.crypto_sign(message, self.seed + self.public)
        return Signature(signed[:SIGNATURE_LENGTH])


def verify_signature(key: VerifyKey, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature (specs/notation.md, section 7.1).

    Raises:
        ProofError: ``signature.invalid`` if libsodium does not accept it.
    """
    # Step 1.
    if len(key) != KEY_LENGTH or len(signature) != SIGNATURE_LENGTH:
        raise ProofError(
            "signature.invalid", "a key must have 32 bytes, and a signature 64"
        )
    # Steps 2 to 5 are libsodium's.
    try:
        bindings.crypto_sign_open(signature + message, key)
    except SodiumError as error:
        raise ProofError(
            "signature.invalid", "the signature must be of this message by this key"
        ) from error


def verify_signature_once(
    key: VerifyKey, message: bytes, signature: bytes, statements: Statements
) -> None:
    """Check an Ed25519 signature, unless it has verified before.

    Raises:
        ProofError: as ``verify_signature``.
    """
    statements.check(
        "ed25519",
        (key, message, signature),
        lambda: verify_signature(key, message, signature),
    )


def check_verify_key(key: bytes) -> VerifyKey:
    """Return ``key`` if it is a canonical point of prime order.

    Raises:
        EncodingError: ``signature.key`` for any other bytes.
    """
    valid = len(key) == KEY_LENGTH and bindings.crypto_core_ed25519_is_valid_point(key)
    if not valid:
        raise EncodingError(
            "signature.key", "the key must be an Ed25519 point of prime order"
        )
    return VerifyKey(key)


def check_seal_key(key: bytes) -> SealKey:
    """Return ``key`` if a message can be sealed to it.

    Raises:
        EncodingError: ``sealed-box.key`` for a key of small order or of wrong length.
    """
    try:
        bindings.crypto_box_beforenm(key, _ANY_SECRET)
    except SodiumError as error:
        raise EncodingError(
            "sealed-box.key", "the key must be an X25519 key of large order"
        ) from error
    return SealKey(key)


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """An X25519 key pair that opens sealed boxes."""

    secret: bytes = field(repr=False)
    """The private key of RFC 7748, 32 bytes."""
    public: SealKey = field(init=False)
    """The public key of ``secret``."""

    def __post_init__(self) -> None:
        """Derive the public key."""
        _check_secret(self.secret)
        public = bindings.crypto_scalarmult_base(self.secret)
        object.__setattr__(self, "public", SealKey(public))

    @classmethod
    def generate(cls, randomness: Randomness) -> "OpeningKey":
        """Draw a key pair."""
        return cls(randomness.take(KEY_LENGTH))

    def open(self, sealed: bytes) -> bytes:
        """Open a sealed box.

        Raises:
            ProofError: ``sealed-box.invalid``.
        """
        try:
            return bindings.crypto_box_seal_open(sealed, self.public, self.secret)
        except SodiumError as error:
            raise ProofError(
                "sealed-box.invalid", "the box must be whole and sealed to this key"
            ) from error


def seal_key_of(key: VerifyKey) -> SealKey:
    """Return the X25519 key to which messages for a signer are sealed.

    specs/notation.md, section 7.3.

    Raises:
        EncodingError: ``signature.key`` unless it is a point of prime order.
    """
    return SealKey(bindings.crypto_sign_ed25519_pk_to_curve25519(check_verify_key(key)))


def opening_key_of(key: SigningKey) -> OpeningKey:
    """Return what opens messages that are sealed to a signer (section 7.3)."""
    pair = key.seed + key.public
    return OpeningKey(bindings.crypto_sign_ed25519_sk_to_curve25519(pair))


def seal(message: bytes, key: SealKey, randomness: Randomness) -> bytes:
    """Seal ``message`` to ``key`` (specs/notation.md, section 7.2).

    This is libsodium's crypto_box_seal with injected entropy: any libsodium opens it.

    Raises:
        EncodingError: ``sealed-box.key`` for a key of small order or of wrong length.
    """
    # Step 1.
    ephemeral = OpeningKey.generate(randomness)
    # Step 2.
    nonce = hashlib.blake2b(ephemeral.public + key, digest_size=_NONCE_LENGTH).digest()
    # Step 3.
    try:
        box = bindings.crypto_box(message, nonce, key, ephemeral.secret)
    except SodiumError as error:
        raise EncodingError(
            "sealed-box.key",
            "the key must be an X25519 key of 32 bytes and of large order",
        ) from error
    # Step 4.
    return ephemeral.public + box


def _check_secret(secret: bytes) -> None:
    if len(secret) != KEY_LENGTH:
        raise CallerError("keys.secret-length", "a secret key must have 32 bytes")
