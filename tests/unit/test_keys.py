"""Ed25519 and sealed boxes: RFC vectors, round trips, and what is refused."""

import pytest
from nacl.public import PrivateKey, SealedBox

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.keys import (
    OpeningKey,
    SealKey,
    SigningKey,
    VerifyKey,
    check_verify_key,
    seal,
    verify_signature,
)
from fairlot_crypto.randomness import SeededRandomness

STREAM_SEED = bytes(range(32))

# RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_rfc_8032_vectors(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey.from_seed(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    verify_signature(key.public, bytes.fromhex(message), bytes.fromhex(signature))


def test_key_pair_is_the_next_32_bytes_of_its_source() -> None:
    drawn = SigningKey.generate(SeededRandomness(STREAM_SEED))
    seed = SeededRandomness(STREAM_SEED).take(32)
    assert drawn == SigningKey.from_seed(seed)
    assert check_verify_key(drawn.public) == drawn.public


def test_any_flipped_byte_breaks_a_signature() -> None:
    key = SigningKey.from_seed(STREAM_SEED)
    signature = key.sign(b"message")
    for index in range(len(signature)):
        forged = bytearray(signature)
        forged[index] ^= 1
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(key.public, b"message", bytes(forged))
    with pytest.raises(ProofError, match=r"signature\.invalid"):
        verify_signature(key.public, b"messagf", signature)


def test_wrong_lengths_are_refused_before_libsodium_reads_them() -> None:
    key = SigningKey.from_seed(STREAM_SEED)
    signature = key.sign(b"message")
    for bad in (b"", signature[:-1], signature + b"\x00"):
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(key.public, b"message", bad)
    for bad in (b"", key.public[:-1], key.public + b"\x00"):
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(VerifyKey(bad), b"message", signature)
        with pytest.raises(EncodingError, match=r"signature\.key"):
            check_verify_key(bad)


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33)])
def test_secret_keys_have_32_bytes(secret: bytes) -> None:
    with pytest.raises(CallerError, match=r"keys\.secret-length"):
        SigningKey.from_seed(secret)
    with pytest.raises(CallerError, match=r"keys\.secret-length"):
        OpeningKey(secret)


def test_secrets_do_not_appear_in_a_repr() -> None:
    signing, opening = SigningKey(STREAM_SEED), OpeningKey(STREAM_SEED)
    for text in (repr(signing), repr(opening)):
        assert repr(STREAM_SEED)[2:-1] not in text
        assert "public" in text


def test_sealed_box_opens_here_and_in_libsodium() -> None:
    randomness = SeededRandomness(STREAM_SEED)
    key = OpeningKey.generate(randomness)
    for message in (b"", b"x", bytes(1000)):
        sealed = seal(message, key.public, randomness)
        assert len(sealed) == len(message) + 48
        assert key.open(sealed) == message
        assert SealedBox(PrivateKey(key.secret)).decrypt(sealed) == message


def test_box_that_libsodium_sealed_opens_here() -> None:
    key = OpeningKey.generate(SeededRandomness(STREAM_SEED))
    sealed = SealedBox(PrivateKey(key.secret).public_key).encrypt(b"message")
    assert key.open(sealed) == b"message"


def test_altered_or_foreign_box_does_not_open() -> None:
    randomness = SeededRandomness(STREAM_SEED)
    key, other = OpeningKey.generate(randomness), OpeningKey.generate(randomness)
    sealed = seal(b"message", key.public, randomness)
    for index in range(len(sealed)):
        altered = bytearray(sealed)
        altered[index] ^= 1
        with pytest.raises(ProofError, match=r"sealed-box\.invalid"):
            key.open(bytes(altered))
    for bad in (b"", sealed[:47], sealed[:-1], sealed + b"\x00", bytes(80)):
        with pytest.raises(ProofError, match=r"sealed-box\.invalid"):
            key.open(bad)
    with pytest.raises(ProofError, match=r"sealed-box\.invalid"):
        other.open(sealed)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\x01" + bytes(31)])
def test_sealing_to_a_weak_or_short_key_is_refused(key: bytes) -> None:
    with pytest.raises(EncodingError, match=r"sealed-box\.key"):
        seal(b"message", SealKey(key), SeededRandomness(STREAM_SEED))
