"""Whoever wants to read early, copy, alter, choose later, or spoil another's bid."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from curve import off_curve, off_subgroup, unreduced
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import G1, Backend, Scalar
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.drand import Beacon, verify_round
from fairlot_crypto.timelock.ibe import (
    Ciphertext,
    decrypt,
    encrypt,
    exponent,
    mask_of_pairing,
    mask_of_sigma,
    round_point,
)
from fairlot_crypto.timelock.scheme import (
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
    Scheme,
)
from fairlot_crypto.timelock.sealed import open_sealed, read_sealed, seal

SECRET = Scalar(0xB1D)
ROUND = 100
BID = b"\x00\x00\x00\x00\x00\x00\x12\x34"
MINE, YOURS = b"sale 1, nym of mine", b"sale 1, nym of yours"
NATIVE = groups.backend("native")
SCHEMES = (UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def clock(scheme: Scheme, secret: Scalar = SECRET) -> ChainInfo:
    key = clock_key(NATIVE, scheme, secret)
    return ChainInfo(scheme, key, 30, 1000, bytes(32), "own")


CLOCK = clock(UNCHAINED_G1)


def signature(chain: ChainInfo = CLOCK, number: int = ROUND) -> bytes:
    return sign_round(NATIVE, chain, SECRET, number).signature


def sealed(chain: ChainInfo = CLOCK, context: bytes = MINE, label: int = 0) -> bytes:
    source = SeededRandomness(label.to_bytes(32, "big"))
    return seal(NATIVE, chain, ROUND, BID, context, source)


def refusal(
    data: bytes,
    key: bytes,
    chain: ChainInfo = CLOCK,
    number: int = ROUND,
    context: bytes = MINE,
    curve: Backend = NATIVE,
) -> str:
    with pytest.raises(CryptoError) as caught:
        open_sealed(curve, chain, number, data, context, key, len(BID))
    return caught.value.code


def flipped(data: bytes, position: int, bits: int = 1) -> bytes:
    changed = bytearray(data)
    changed[position] ^= bits
    return bytes(changed)


def infinity(length: int) -> bytes:
    return b"\xc0" + bytes(length - 1)


# --- Reading early ------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_no_round_before_opens_a_bid(scheme: Scheme) -> None:
    chain = clock(scheme)
    data = sealed(chain)
    for number in (1, 2, ROUND - 2, ROUND - 1):
        key = signature(chain, number)
        assert refusal(data, key, chain) == "tlock.ciphertext"
        assert refusal(data, key, chain, number) == "tlock.ciphertext"


def test_signatures_of_other_rounds_do_not_add_up_to_one() -> None:
    data = sealed()
    points = [NATIVE.g1_from_bytes(signature(number=n)) for n in (98, 99, 101, 102)]
    for candidate in (
        points[0] + points[3] - points[1],
        points[1] + points[2],
        points[1] * 2 - points[0],
        NATIVE.msm(points, [3, 5, 7, 11]),
    ):
        assert refusal(data, candidate.to_bytes()) == "tlock.ciphertext"


def test_the_round_point_without_the_secret_opens_nothing() -> None:
    Q = round_point(NATIVE, CLOCK, ROUND)
    assert refusal(sealed(), Q.to_bytes()) == "tlock.ciphertext"
    assert refusal(sealed(), (-Q).to_bytes()) == "tlock.ciphertext"


def test_a_clock_of_the_attacker_opens_nothing_of_another() -> None:
    own = clock(UNCHAINED_G1, Scalar(1))
    forged = sign_round(NATIVE, own, Scalar(1), ROUND)
    verify_round(NATIVE, own, forged, ROUND)
    assert refusal(sealed(), forged.signature) == "tlock.ciphertext"
    assert refusal(sealed(), forged.signature, own) == "tlock.ciphertext"


def test_a_bid_tells_nothing_but_its_length() -> None:
    """Equal bids differ in every part; bids that differ have equal lengths."""
    parts = [read_sealed(NATIVE, UNCHAINED_G1, sealed(label=i), 8) for i in range(8)]
    for values in (
        {part.ciphertext.U.to_bytes() for part in parts},
        {part.ciphertext.V for part in parts},
        {part.ciphertext.W for part in parts},
        {part.box for part in parts},
    ):
        assert len(values) == len(parts)
    source = SeededRandomness(bytes(32))
    other = seal(NATIVE, CLOCK, ROUND, bytes(8), MINE, source)
    assert len(other) == len(sealed())


# --- Copying and altering -----------------------------------------------------------


def test_a_copied_bid_is_not_the_copiers_bid() -> None:
    data = sealed()
    assert refusal(data, signature(), context=YOURS) == "tlock.authentication"


def test_a_key_that_is_wrapped_again_does_not_move_the_box() -> None:
    """After the opening anybody knows K, and could wrap it for a context of their own."""
    data = sealed()
    parts = read_sealed(NATIVE, UNCHAINED_G1, data, len(BID))
    K = decrypt(NATIVE, CLOCK, parts.ciphertext, signature())
    again = encrypt(NATIVE, CLOCK, ROUND, K, SeededRandomness(b"\x05" * 32))
    moved = again.to_bytes() + parts.box
    for context in (MINE, YOURS):
        assert refusal(moved, signature(), context=context) == "tlock.authentication"


def test_parts_of_two_bids_do_not_make_a_third() -> None:
    one, other = sealed(label=1), sealed(label=2)
    for cut, code in (
        (96, "tlock.ciphertext"),
        (112, "tlock.ciphertext"),
        (128, "tlock.authentication"),
        (136, "tlock.authentication"),
    ):
        assert refusal(one[:cut] + other[cut:], signature()) == code


def test_a_bid_for_one_sale_is_none_for_another_of_the_same_clock() -> None:
    assert refusal(sealed(), signature(), context=b"sale 2, nym of mine") == (
        "tlock.authentication"
    )


def test_a_bid_is_not_moved_to_another_chain_with_the_same_key() -> None:
    for other in (
        replace(CLOCK, period=60),
        replace(CLOCK, genesis_time=0),
        replace(CLOCK, genesis_seed=b"\x01" * 32),
        replace(CLOCK, beacon_id="other"),
    ):
        assert refusal(sealed(), signature(), other) == "tlock.authentication"


def test_a_bid_is_not_moved_to_another_scheme_with_the_same_chain_hash() -> None:
    legacy = clock(UNCHAINED_G1_LEGACY)
    assert legacy.chain_hash() == CLOCK.chain_hash()
    assert refusal(sealed(), signature(legacy), legacy) == "tlock.ciphertext"


def test_no_byte_of_a_bid_can_be_altered() -> None:
    data = sealed()
    for position in range(len(data)):
        code = refusal(flipped(data, position), signature())
        if position < 96:
            assert code in {"tlock.point", "tlock.ciphertext"}
        else:
            assert code == (
                "tlock.ciphertext" if position < 128 else "tlock.authentication"
            )


def test_v_and_w_cannot_be_altered_together() -> None:
    """Without the check of U the same bits in W would flip bits of the message."""
    data = sealed()
    for bits in (1, 0x80, 0xFF):
        changed = flipped(flipped(data, 96, bits), 112, bits)
        assert refusal(changed, signature()) == "tlock.ciphertext"


# --- Choosing later -----------------------------------------------------------------


def with_exponent(
    chain: ChainInfo, sigma: bytes, message: bytes, r: Scalar
) -> Ciphertext:
    """Encrypt with the exponent that the sender likes."""
    Q = round_point(NATIVE, chain, ROUND)
    assert isinstance(Q, G1)
    value = NATIVE.pairing_bytes(Q * r, NATIVE.g2_from_bytes(chain.public_key))
    V = bytes(x ^ y for x, y in zip(sigma, mask_of_pairing(value), strict=True))
    W = bytes(x ^ y for x, y in zip(message, mask_of_sigma(sigma), strict=True))
    return Ciphertext(NATIVE.g2_generator() * r, V, W)


def test_an_exponent_of_ones_own_choice_is_refused() -> None:
    sigma, message = bytes(16), b"\x01" * 16
    r = exponent(sigma, message)
    honest = with_exponent(CLOCK, sigma, message, r)
    assert decrypt(NATIVE, CLOCK, honest, signature()) == message
    for other in (1, 2, r + 1, r - 1, r * 2):
        wrong = with_exponent(CLOCK, sigma, message, Scalar(other % 2**254))
        with pytest.raises(ProofError, match=r"tlock\.ciphertext"):
            decrypt(NATIVE, CLOCK, wrong, signature())


def test_one_bid_opens_to_one_value() -> None:
    """Whichever signature, context or round a bidder would rather have had."""
    data = sealed()
    opened = open_sealed(NATIVE, CLOCK, ROUND, data, MINE, signature(), len(BID))
    assert opened == BID
    for number in (ROUND - 1, ROUND + 1):
        assert refusal(data, signature(), number=number) == "tlock.authentication"
        assert (
            refusal(data, signature(number=number), number=number) == "tlock.ciphertext"
        )
    assert refusal(data, flipped(signature(), 0, 0x20)) == "tlock.ciphertext"


# --- Spoiling -----------------------------------------------------------------------


def test_a_wrong_signature_would_blame_everybody_and_does_not_verify() -> None:
    """Hence the round is verified before anything is opened with it."""
    wrong = Beacon(ROUND, signature(number=ROUND + 1))
    for label in range(3):
        assert refusal(sealed(label=label), wrong.signature) == "tlock.ciphertext"
    with pytest.raises(ProofError, match=r"drand\.signature"):
        verify_round(NATIVE, CLOCK, wrong, ROUND)


def of_wrong_form(u: bytes) -> Iterator[bytes]:
    length = len(u)
    yield infinity(length)
    yield b"\xff" * length
    yield b"\xe0" + bytes(length - 1)
    yield infinity(length - 1) + b"\x01"
    yield flipped(u, 0, 0x80)
    yield flipped(u, 0, 0x40)
    yield bytes(length)
    yield b"\x80" + bytes(length - 1) if length == 48 else b"\x80" + bytes(94) + b"\x02"
    yield b"\x80" + bytes(length - 2) + b"\x01"


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_identity_off_subgroup_and_other_encodings_of_u_are_refused(
    curve: Backend, scheme: Scheme
) -> None:
    chain = clock(scheme)
    data = sealed(chain)
    end = scheme.key_length
    for u in of_wrong_form(data[:end]):
        assert (
            refusal(u + data[end:], signature(chain), chain, curve=curve)
            == "tlock.point"
        )
        with pytest.raises(CryptoError, match=r"tlock\.point"):
            read_sealed(curve, scheme, u + data[end:], len(BID))


def test_u_has_no_second_name_in_g1() -> None:
    chain = clock(UNCHAINED)
    found = 0
    for label in range(40):
        data = sealed(chain, label=label)
        second = unreduced(data[:48])
        if second is not None:
            found += 1
            assert refusal(second + data[48:], signature(chain), chain) == "tlock.point"
    assert found
    for point in (off_curve(), off_subgroup()):
        assert (
            refusal(point + sealed(chain)[48:], signature(chain), chain)
            == "tlock.point"
        )


def test_the_identity_as_u_would_have_a_mask_that_everybody_knows() -> None:
    one = mask_of_pairing(bytes(575) + b"\x01")
    sigma, message = bytes(16), b"\x01" * 16
    V = bytes(x ^ y for x, y in zip(sigma, one, strict=True))
    W = bytes(x ^ y for x, y in zip(message, mask_of_sigma(sigma), strict=True))
    zero = NATIVE.g2_generator() * 0
    for key in (signature(), signature(number=1)):
        with pytest.raises(ProofError, match=r"tlock\.ciphertext"):
            decrypt(NATIVE, CLOCK, Ciphertext(zero, V, W), key)
    data = infinity(96) + V + W + bytes(24)
    assert refusal(data, signature()) == "tlock.point"


def test_another_length_is_refused_before_anything_is_computed() -> None:
    data = sealed()
    for wrong in (b"", data[:-1], data + b"\x00", data * 2, data[:128], data[1:]):
        assert refusal(wrong, signature()) == "tlock.length"
        assert refusal(wrong, b"no signature") == "tlock.length"


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.scheme_id)
def test_a_signature_has_one_encoding_and_is_not_the_identity(scheme: Scheme) -> None:
    chain = clock(scheme)
    data, key = sealed(chain), signature(chain)
    for wrong in (
        *of_wrong_form(infinity(96 if scheme.signs_in_g1 else 48)),
        key[:-1],
        b"",
    ):
        assert refusal(data, wrong, chain) == "drand.signature-point"
    for wrong in (infinity(len(key)), flipped(key, 0, 0x80), flipped(key, 0, 0x40)):
        assert refusal(data, wrong, chain) == "drand.signature-point"


def test_nothing_is_encrypted_under_a_key_that_opens_everything() -> None:
    off = b"\x80" + bytes(94) + b"\x02"
    for key in (infinity(96), off, b"\xff" * 96, bytes(96)):
        chain = replace(CLOCK, public_key=key)
        with pytest.raises(CryptoError, match=r"drand\.public-key"):
            seal(NATIVE, chain, ROUND, BID, MINE, SeededRandomness(bytes(32)))
