"""Encryption to a round of a clock, and what is sealed by it."""

import hashlib
from collections.abc import Callable

import pytest

from curve import P as FIELD
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.errors import CallerError, CryptoError, Fault
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.ibe import (
    Ciphertext,
    ciphertext_length,
    decrypt,
    encrypt,
    exponent,
    mask_of_pairing,
    mask_of_sigma,
    read_ciphertext,
    round_point,
)
from fairlot_crypto.timelock.scheme import (
    CHAINED,
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
    Scheme,
)
from fairlot_crypto.timelock.sealed import (
    open_sealed,
    read_sealed,
    seal,
    sealed_length,
)

SECRET = Scalar(0x71E10C)
ROUND = 9
MESSAGE = b"sixteen bytes..."
COORDINATE = 48
SCHEMES = (UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


@pytest.fixture
def native() -> Backend:
    return groups.backend("native")


def clock(curve: Backend, scheme: Scheme) -> ChainInfo:
    key = clock_key(curve, scheme, SECRET)
    return ChainInfo(scheme, key, 30, 1000, bytes(32), "own")


def signature(curve: Backend, chain: ChainInfo, number: int = ROUND) -> bytes:
    return sign_round(curve, chain, SECRET, number).signature


def randomness(label: str = "tlock") -> SeededRandomness:
    return SeededRandomness(hashlib.sha256(label.encode()).digest())


def refusal(attempt: Callable[[], object]) -> tuple[str, Fault]:
    with pytest.raises(CryptoError) as caught:
        attempt()
    return caught.value.code, caught.value.fault


# --- The bytes of a pairing ---------------------------------------------------------


def coordinates(value: bytes) -> list[int]:
    assert len(value) == 12 * COORDINATE
    starts = range(0, len(value), COORDINATE)
    return [int.from_bytes(value[at : at + COORDINATE], "big") for at in starts]


def test_a_pairing_is_bilinear_and_its_coordinates_are_reduced(native: Backend) -> None:
    p, q = native.g1_generator(), native.g2_generator()
    value = native.pairing_bytes(p * 6, q * 35)
    assert value == native.pairing_bytes(p * 14, q * 15)
    assert value == native.pairing_bytes(p * 210, q)
    assert value != native.pairing_bytes(p * 211, q)
    assert all(coordinate < FIELD for coordinate in coordinates(value))


def test_of_an_inverse_the_odd_powers_of_w_change_sign(native: Backend) -> None:
    """The first half of the bytes are those of w, since w comes first."""
    p, q = native.g1_generator() * 3, native.g2_generator()
    value = coordinates(native.pairing_bytes(p, q))
    inverse = coordinates(native.pairing_bytes(-p, q))
    assert inverse == [-c % FIELD for c in value[:6]] + value[6:]


def test_a_pairing_of_an_identity_is_one(curve: Backend) -> None:
    one = bytes(575) + b"\x01"
    q = curve.g2_generator()
    assert curve.pairing_bytes(curve.g1_identity(), q) == one
    assert curve.pairing_bytes(curve.g1_generator(), q - q) == one


@pytest.mark.thorough
def test_back_ends_agree_on_the_bytes_of_a_pairing(native: Backend) -> None:
    reference = groups.backend("reference")
    p, q = native.g1_generator() * SECRET, native.g2_generator() * 77
    left = reference.g1_from_bytes(p.to_bytes())
    right = reference.g2_from_bytes(q.to_bytes())
    assert reference.pairing_bytes(left, right) == native.pairing_bytes(p, q)


def test_points_of_another_back_end_are_not_paired(native: Backend) -> None:
    reference = groups.backend("reference")
    p, q = native.g1_generator(), native.g2_generator()
    for attempt in (
        lambda: native.pairing_bytes(reference.g1_generator(), q),
        lambda: native.pairing_bytes(p, reference.g2_generator()),
        lambda: reference.pairing_bytes(p, reference.g2_generator()),
        lambda: reference.pairing_bytes(reference.g1_generator(), q),
    ):
        assert refusal(attempt) == ("groups.foreign-point", Fault.CALLER)


# --- Hash functions -----------------------------------------------------------------


def test_masks_are_sixteen_bytes_of_tagged_sha256() -> None:
    value = bytes(576)
    assert mask_of_pairing(value) == hashlib.sha256(b"IBE-H2" + value).digest()[:16]
    assert mask_of_sigma(MESSAGE) == hashlib.sha256(b"IBE-H4" + MESSAGE).digest()[:16]


def test_the_exponent_is_the_first_halved_digest_below_the_order() -> None:
    looked_at = list[int]()
    for number in range(40):
        sigma = number.to_bytes(16, "big")
        seed = hashlib.sha256(b"IBE-H3" + sigma + MESSAGE).digest()
        tries = 0
        while True:
            tries += 1
            data = bytearray(hashlib.sha256(bytes([tries, 0]) + seed).digest())
            data[0] //= 2
            if int.from_bytes(data, "big") < GROUP_ORDER:
                break
        assert exponent(sigma, MESSAGE) == int.from_bytes(data, "big")
        looked_at.append(tries)
    assert {1, 2} <= set(looked_at)


# --- Encryption ---------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_the_round_decrypts(native: Backend, scheme: Scheme) -> None:
    chain = clock(native, scheme)
    ciphertext = encrypt(native, chain, ROUND, MESSAGE, randomness())
    data = ciphertext.to_bytes()
    assert len(data) == ciphertext_length(scheme)
    assert read_ciphertext(native, scheme, data) == ciphertext
    key = signature(native, chain)
    assert decrypt(native, chain, ciphertext, key) == MESSAGE


@pytest.mark.slow
def test_back_ends_decrypt_what_the_other_encrypted(native: Backend) -> None:
    reference = groups.backend("reference")
    chain = clock(native, UNCHAINED_G1)
    ours = encrypt(native, chain, ROUND, MESSAGE, randomness())
    theirs = encrypt(reference, chain, ROUND, MESSAGE, randomness())
    assert ours.to_bytes() == theirs.to_bytes()
    moved = read_ciphertext(reference, UNCHAINED_G1, ours.to_bytes())
    assert decrypt(reference, chain, moved, signature(native, chain)) == MESSAGE


def test_lengths_are_those_of_drand() -> None:
    assert ciphertext_length(UNCHAINED_G1) == 96 + 16 + 16
    assert ciphertext_length(UNCHAINED) == 48 + 16 + 16


def test_a_message_has_sixteen_bytes(native: Backend) -> None:
    chain = clock(native, UNCHAINED_G1)
    for message in (b"", MESSAGE[:-1], MESSAGE + b"\x00"):
        with pytest.raises(CallerError, match=r"tlock\.message-length"):
            encrypt(native, chain, ROUND, message, randomness())


def test_sigma_is_drawn_anew_and_nothing_else_is_random(native: Backend) -> None:
    chain, source = clock(native, UNCHAINED_G1), randomness()
    first = encrypt(native, chain, ROUND, MESSAGE, source)
    second = encrypt(native, chain, ROUND, MESSAGE, source)
    assert first.U != second.U
    assert first.V != second.V
    assert first.W != second.W
    again = randomness()
    assert encrypt(native, chain, ROUND, MESSAGE, again) == first
    assert again.take(16) == randomness().take(48)[16:32]


def test_the_round_point_times_the_secret_is_the_signature(native: Backend) -> None:
    for scheme in SCHEMES:
        chain = clock(native, scheme)
        point = round_point(native, chain, ROUND) * SECRET
        assert point.to_bytes() == signature(native, chain)


def test_a_chained_scheme_has_no_rounds_to_encrypt_to(native: Backend) -> None:
    chain = clock(native, CHAINED)
    other = clock(native, UNCHAINED)
    made = encrypt(native, other, ROUND, MESSAGE, randomness())
    sealed = seal(native, other, ROUND, b"plain", b"context", randomness())
    key = signature(native, other)
    for attempt in (
        lambda: encrypt(native, chain, ROUND, MESSAGE, randomness()),
        lambda: decrypt(native, chain, made, key),
        lambda: round_point(native, chain, ROUND),
        lambda: seal(native, chain, ROUND, b"plain", b"context", randomness()),
        lambda: open_sealed(native, chain, ROUND, sealed, b"context", key, 5),
    ):
        assert refusal(attempt) == ("tlock.scheme", Fault.SENDER)


def test_a_ciphertext_of_the_other_groups_is_a_mistake_of_the_caller(
    native: Backend,
) -> None:
    in_g1, in_g2 = clock(native, UNCHAINED), clock(native, UNCHAINED_G1)
    for own, other in ((in_g1, in_g2), (in_g2, in_g1)):
        made = encrypt(native, own, ROUND, MESSAGE, randomness())
        key = signature(native, other)
        ending = refusal(lambda c=other, m=made, k=key: decrypt(native, c, m, k))  # type: ignore[misc]
        assert ending == ("groups.foreign-point", Fault.CALLER)


# --- Sealing ------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
@pytest.mark.parametrize("plaintext", [b"", b"12345678", bytes(70)])
def test_what_is_sealed_opens_with_its_round(
    native: Backend, scheme: Scheme, plaintext: bytes
) -> None:
    chain = clock(native, scheme)
    sealed = seal(native, chain, ROUND, plaintext, b"context", randomness())
    assert len(sealed) == sealed_length(scheme, len(plaintext))
    assert len(sealed) == scheme.key_length + 16 + 16 + len(plaintext) + 16
    opened = open_sealed(
        *(native, chain, ROUND, sealed, b"context"),
        *(signature(native, chain), len(plaintext)),
    )
    assert opened == plaintext


def test_what_is_sealed_is_an_encryption_of_its_key_and_a_box(native: Backend) -> None:
    chain = clock(native, UNCHAINED_G1)
    sealed = seal(native, chain, ROUND, b"plain", b"context", randomness())
    parts = read_sealed(native, UNCHAINED_G1, sealed, 5)
    assert parts.ciphertext.to_bytes() + parts.box == sealed
    K = decrypt(native, chain, parts.ciphertext, signature(native, chain))
    assert randomness().take(16) == K
    assert b"plain" not in sealed
    assert len(parts.box) == 5 + 16


def test_equal_plaintexts_are_sealed_to_different_bytes(native: Backend) -> None:
    chain, source = clock(native, UNCHAINED_G1), randomness()
    sealed = [seal(native, chain, ROUND, b"same", b"context", source) for _ in range(4)]
    assert len(set(sealed)) == 4
    parts = [read_sealed(native, UNCHAINED_G1, data, 4) for data in sealed]
    assert len({part.box for part in parts}) == 4


def test_even_with_the_same_randomness_contexts_have_different_keys(
    native: Backend,
) -> None:
    chain = clock(native, UNCHAINED_G1)
    boxes = set[bytes]()
    for context in (b"a", b"b", b"", b"ab"):
        sealed = seal(native, chain, ROUND, bytes(32), context, randomness())
        boxes.add(read_sealed(native, UNCHAINED_G1, sealed, 32).box[:32])
    assert len(boxes) == 4


def test_a_round_outside_the_range_is_refused(native: Backend) -> None:
    chain = clock(native, UNCHAINED_G1)
    sealed = seal(native, chain, ROUND, b"plain", b"context", randomness())
    key = signature(native, chain)
    for number in (-1, 0, 2**64):
        for attempt in (
            lambda n=number: seal(native, chain, n, b"plain", b"", randomness()),
            lambda n=number: open_sealed(native, chain, n, sealed, b"", key, 5),
        ):
            assert refusal(attempt) == ("drand.round", Fault.SENDER)


def test_a_ciphertext_does_not_say_its_round(native: Backend) -> None:
    """Same σ and M, another round: only V differs."""
    chain = clock(native, UNCHAINED_G1)
    made = [encrypt(native, chain, n, MESSAGE, randomness()) for n in (1, 2)]
    assert isinstance(made[0], Ciphertext)
    assert made[0].U == made[1].U
    assert made[0].W == made[1].W
    assert made[0].V != made[1].V
