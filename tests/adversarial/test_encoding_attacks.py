"""Encodings an attacker would send: each must be refused, by both back-ends.

Pitfalls: non-canonical encodings beat a duplicate check; the identity and points off
the subgroup break proofs; ambiguous bytes are signed once and read twice; announced
lengths exhaust the reader.
"""

import hashlib

import py_arkworks_bls12381 as arkworks
import pytest
from nacl import bindings

from fairlot_crypto import cbor
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import CallerError, CryptoError, EncodingError, ProofError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.keys import (
    SigningKey,
    VerifyKey,
    check_verify_key,
    verify_signature,
)

FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
    "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
"""p, the modulus of the base field."""
TRACE = 1 - 0xD201000000010000
"""p + 1 less the number of points of G1's curve."""


@pytest.fixture(params=["native", "reference"])
def curve(request: pytest.FixtureRequest) -> Backend:
    return groups.backend(str(request.param))


def refusal(attempt: pytest.ExceptionInfo[CryptoError]) -> str:
    return attempt.value.code


# --- Points -------------------------------------------------------------------------


def infinities(length: int) -> dict[str, bytes]:
    return {
        "all bits set": b"\xff" * length,
        "sign flag set": b"\xe0" + bytes(length - 1),
        "x is one": b"\xc0" + bytes(length - 2) + b"\x01",
        "x is filled": b"\xc0" + b"\xff" * (length - 1),
        "no infinity flag": b"\x80" + bytes(length - 1),
        "no compression flag": b"\x40" + bytes(length - 1),
        "no flag at all": bytes(length),
    }


@pytest.mark.parametrize("form", list(infinities(48)))
def test_identity_has_one_encoding(curve: Backend, form: str) -> None:
    with pytest.raises(EncodingError) as in_g1:
        curve.g1_from_bytes(infinities(groups.G1_LENGTH)[form])
    with pytest.raises(EncodingError) as in_g2:
        curve.g2_from_bytes(infinities(groups.G2_LENGTH)[form])
    assert refusal(in_g1) == refusal(in_g2) == "groups.point"


@pytest.mark.parametrize("form", ["all bits set", "sign flag set", "x is one"])
def test_the_binding_itself_accepts_these_infinities(form: str) -> None:
    """If this fails, the trap is gone; the check around it stays."""
    data = infinities(groups.G1_LENGTH)[form]
    point = arkworks.G1Point.from_compressed_bytes(data)
    assert point == arkworks.G1Point.identity()


def test_identity_is_refused_where_the_protocol_refuses_it(curve: Backend) -> None:
    with pytest.raises(EncodingError) as in_g1:
        curve.g1_not_identity(b"\xc0" + bytes(47))
    with pytest.raises(EncodingError) as in_g2:
        curve.g2_not_identity(b"\xc0" + bytes(95))
    assert refusal(in_g1) == refusal(in_g2) == "groups.identity"


def compressed(x: int, *, larger_y: bool = False) -> bytes:
    return (x | 1 << 383 | int(larger_y) << 381).to_bytes(48, "big")


@pytest.mark.thorough
@pytest.mark.parametrize("larger_y", [False, True])
@pytest.mark.parametrize("x", [0, 4, 5, 6, 8, 9, 10, 11])
def test_points_off_the_subgroup_of_g1_are_refused(
    curve: Backend, x: int, larger_y: bool
) -> None:
    y_squared = x**3 + 4
    assert pow(y_squared, (FIELD - 1) // 2, FIELD) == 1, "not even on the curve"
    with pytest.raises(EncodingError) as refused:
        curve.g1_from_bytes(compressed(x, larger_y=larger_y))
    assert refusal(refused) == "groups.point"


@pytest.mark.parametrize("order", [3, 11])
def test_parts_of_small_order_that_cancel_are_refused_in_each_point(
    curve: Backend, order: int
) -> None:
    """A check of their sum sees nothing, and one of a random sum nothing once in 3 or 11."""
    part = of_small_order(order)
    base = arkworks.G1Point()
    pair = (base + part, base - part)
    curve.g1_from_bytes(bytes((pair[0] + pair[1]).to_compressed_bytes()))
    for point in pair:
        with pytest.raises(EncodingError) as refused:
            curve.g1_from_bytes(bytes(point.to_compressed_bytes()))
        assert refusal(refused) == "groups.point"


def of_small_order(order: int) -> arkworks.G1Point:
    """Return a point of G1's curve of a prime order that divides the cofactor."""
    rest = FIELD + 1 - TRACE
    while rest % order == 0:
        rest //= order
    for x in (0, 4, 5, 6):
        data = compressed(x)
        point = arkworks.G1Point.from_compressed_bytes_unchecked(data)
        part = times(point, rest)
        if part != arkworks.G1Point.identity():
            assert times(part, order) == arkworks.G1Point.identity()
            return part
    raise AssertionError(order)


def times(point: arkworks.G1Point, factor: int) -> arkworks.G1Point:
    """Double and add: the binding takes scalars below the group's order only."""
    found = arkworks.G1Point.identity()
    for bit in f"{factor:b}":
        found = found + found
        if bit == "1":
            found = found + point
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("x", [2, 4, 5, 7, 10])
def test_points_off_the_subgroup_of_g2_are_refused(curve: Backend, x: int) -> None:
    data = compressed(0) + x.to_bytes(48, "big")
    unchecked = arkworks.G2Point.from_compressed_bytes_unchecked(data)
    assert bytes(unchecked.to_compressed_bytes()) == data, "not even on the curve"
    with pytest.raises(EncodingError) as refused:
        curve.g2_from_bytes(data)
    assert refusal(refused) == "groups.point"


@pytest.mark.parametrize("x", [1, 2, 3, 7])
def test_x_without_a_point_is_refused(curve: Backend, x: int) -> None:
    with pytest.raises(EncodingError, match=r"groups\.point"):
        curve.g1_from_bytes(compressed(x))


def test_coordinates_from_the_modulus_are_refused(curve: Backend) -> None:
    g2 = curve.g2_generator().to_bytes()
    for x in (FIELD, FIELD + 4, 2**381 - 1):
        with pytest.raises(EncodingError, match=r"groups\.point"):
            curve.g1_from_bytes(compressed(x))
        with pytest.raises(EncodingError, match=r"groups\.point"):
            curve.g2_from_bytes(compressed(x) + g2[48:])
        with pytest.raises(EncodingError, match=r"groups\.point"):
            curve.g2_from_bytes(g2[:48] + x.to_bytes(48, "big"))


def test_a_point_plus_the_modulus_is_not_a_second_name_of_it(curve: Backend) -> None:
    seed = 1
    while True:  # an x below 2^381 - p, so that x + p still fits the 381 bits
        point = curve.g1_generator() * seed
        x = int.from_bytes(point.to_bytes(), "big") % 2**381
        if x + FIELD < 2**381:
            break
        seed += 1
    alias = int.from_bytes(point.to_bytes(), "big") + FIELD
    with pytest.raises(EncodingError, match=r"groups\.point"):
        curve.g1_from_bytes(alias.to_bytes(48, "big"))


def test_flags_in_the_second_half_of_a_g2_point_are_refused(curve: Backend) -> None:
    data = bytearray(curve.g2_generator().to_bytes())
    for flag in (0x80, 0x40, 0x20):
        altered = bytearray(data)
        altered[48] |= flag
        with pytest.raises(EncodingError, match=r"groups\.point"):
            curve.g2_from_bytes(bytes(altered))


def test_uncompressed_points_are_refused(curve: Backend) -> None:
    generator = arkworks.G1Point()
    with pytest.raises(EncodingError, match=r"groups\.length"):
        curve.g1_from_bytes(bytes(generator.to_xy_bytes_be()))


# --- Scalars, lists -----------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        bytes(32),
        GROUP_ORDER.to_bytes(32, "big"),
        (GROUP_ORDER + 1).to_bytes(32, "big"),
        b"\xff" * 32,
        b"",
        b"\x01",
        bytes(32) + b"\x01",
        b"\x01" * 31,
        b"\x01" * 10_000_000,
    ],
    ids=["zero", "r", "r+1", "max", "empty", "short", "33 bytes", "31 bytes", "huge"],
)
def test_scalars_outside_the_range_or_length_are_refused(data: bytes) -> None:
    with pytest.raises(EncodingError, match=r"groups\.scalar"):
        groups.scalar_from_bytes(data)


def test_unequal_lists_of_a_multiplication_are_refused(curve: Backend) -> None:
    g = curve.g1_generator()
    for points, scalars in [([g, g], [1]), ([g], [1, 2]), ([], [1]), ([g], [])]:
        with pytest.raises(CallerError) as refused:
            curve.msm(points, scalars)
        assert refusal(refused) == "groups.msm-length"


def test_the_binding_itself_truncates_unequal_lists() -> None:
    """If this fails, the trap is gone; the check around it stays."""
    g, three = arkworks.G1Point(), arkworks.Scalar(3)
    assert arkworks.G1Point.multiexp_unchecked([g, g], [three]) == g * three


def test_an_empty_pairing_product_proves_nothing(curve: Backend) -> None:
    assert arkworks.GT.pairing_check([], []), "the trap: the empty product is one"
    with pytest.raises(CallerError) as refused:
        curve.pairing_product_is_one([])
    assert refusal(refused) == "groups.no-pairs"


# --- Ed25519 ------------------------------------------------------------------------

ORDER_25519 = 2**252 + 27742317777372353535851937790883648493

SMALL_ORDER_KEYS = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    # The same points, or those of small order, under a second name (y >= p, or -0).
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize("key", SMALL_ORDER_KEYS)
def test_keys_of_small_order_are_refused_and_verify_nothing(key: str) -> None:
    data = bytes.fromhex(key)
    with pytest.raises(EncodingError, match=r"signature\.key"):
        check_verify_key(data)
    for first in SMALL_ORDER_KEYS:  # R of small order with S = 0 would verify often
        forged = bytes.fromhex(first) + bytes(32)
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(VerifyKey(data), b"any message", forged)


@pytest.mark.parametrize("torsion", SMALL_ORDER_KEYS[1:8])
def test_a_key_with_a_small_order_part_is_refused(torsion: str) -> None:
    """Order 2 among them: libsodium before CVE-2025-69277 was mended let it pass."""
    key = SigningKey.from_seed(bytes(32))
    mixed = bindings.crypto_core_ed25519_add(key.public, bytes.fromhex(torsion))
    with pytest.raises(EncodingError, match=r"signature\.key"):
        check_verify_key(mixed)


@pytest.mark.parametrize("key", ["02" + "00" * 31, "ff" * 32, "f0" + "ff" * 31])
def test_keys_off_the_curve_are_refused(key: str) -> None:
    with pytest.raises(EncodingError, match=r"signature\.key"):
        check_verify_key(bytes.fromhex(key))


def test_signature_with_a_second_name_of_s_is_refused() -> None:
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    for k in range(1, 1 + (2**256 - s) // ORDER_25519):
        alias = signature[:32] + (s + k * ORDER_25519).to_bytes(32, "little")
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(key.public, b"message", alias)


def signature_with_nonce_point(key: SigningKey, r: int, nonce_point: bytes) -> bytes:
    """Sign b"message" with S = r + k*a for a given R, as the owner of the key could."""
    secret = bytearray(hashlib.sha512(key.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    a = int.from_bytes(secret, "little")
    challenge = hashlib.sha512(nonce_point + key.public + b"message").digest()
    s = (r + int.from_bytes(challenge, "little") * a) % ORDER_25519
    return nonce_point + s.to_bytes(32, "little")


def test_signature_whose_r_is_of_small_order_is_refused() -> None:
    key = SigningKey.from_seed(bytes(32))
    neutral = bytes.fromhex(SMALL_ORDER_KEYS[0])
    signature = signature_with_nonce_point(key, 0, neutral)
    with pytest.raises(ProofError, match=r"signature\.invalid"):
        verify_signature(key.public, b"message", signature)


def test_equation_without_cofactor_decides() -> None:
    """A verifier that multiplies by the cofactor would accept all of these."""
    key, r = SigningKey.from_seed(bytes(32)), 12345
    base = bindings.crypto_scalarmult_ed25519_base_noclamp(r.to_bytes(32, "little"))
    verify_signature(key.public, b"message", signature_with_nonce_point(key, r, base))
    for torsion in SMALL_ORDER_KEYS[1:8]:
        mixed = bindings.crypto_core_ed25519_add(base, bytes.fromhex(torsion))
        signature = signature_with_nonce_point(key, r, mixed)
        with pytest.raises(ProofError, match=r"signature\.invalid"):
            verify_signature(key.public, b"message", signature)


# --- CBOR ---------------------------------------------------------------------------

NOT_DETERMINISTIC = {
    "0 in one byte more": "1800",
    "23 in one byte more": "1817",
    "24 in two bytes": "190018",
    "255 in four bytes": "1a000000ff",
    "65535 in eight bytes": "1b000000000000ffff",
    "-1 in one byte more": "3800",
    "length of bytes": "580141",
    "length of text": "780161",
    "length of an array": "980101",
    "length of an array in eight bytes": "9b000000000000000101",
    "length of a map": "b801616101",
    "map not sorted": "a2616201616102",
    "map sorted as text, not by length first": "a262616101616202",
    "length of a key": "a178016101",
    "inner array": "8181981700" + "00" * 22,
    "inner map": "a16161a2616201616102",
}

OUTSIDE_THE_PROFILE = {
    "indefinite bytes": "5f4100ff",
    "indefinite text": "7f6161ff",
    "indefinite array": "9f01ff",
    "indefinite map": "bf616101ff",
    "break alone": "ff",
    "duplicate key": "a2616101616101",
    "duplicate key, other value": "a2616101616102",
    "duplicate key inside": "81a2616101616102",
    "integer key": "a10101",
    "bytes key": "a1416101",
    "null key": "a1f601",
    "array key": "a1810101",
    "half float": "f93c00",
    "float": "fa47c35000",
    "double": "fb3ff199999999999a",
    "NaN": "f97e00",
    "negative zero": "f98000",
    "infinity": "f97c00",
    "undefined": "f7",
    "simple 16": "f0",
    "simple 255": "f8ff",
    "false in two bytes": "f814",
    "reserved simple": "fc",
    "reserved length": "1c",
    "reserved length of bytes": "5d",
    "big integer": "c249010000000000000000",
    "small integer as a big one": "c24101",
    "negative big integer": "c349010000000000000000",
    "integer below -2^63": "3b8000000000000000",
    "date": "c074323031332d30332d32315432303a30343a30305a",
    "epoch": "c11a514b67b0",
    "decimal": "c48221196ab3",
    "regular expression": "d82363612b24",
    "catastrophic regular expression": "d823682861612b292b2b24",
    "shared value": "d81c80",
    "reference to a shared value": "d81d00",
    "string reference": "d90100820161",
    "set": "d9010280",
    "self-described": "d9d9f700",
    "unknown tag": "da7fffffff00",
    "tag inside": "81a16161c101",
    "text not UTF-8": "62c328",
    "text with an overlong form": "62c080",
    "text with a surrogate": "63eda080",
    "17 levels": "81" * 17 + "00",
    "17 levels, the last empty": "81" * 16 + "80",
    "17 levels of maps": "a16161" * 16 + "a0",
}


@pytest.mark.parametrize("form", list(NOT_DETERMINISTIC))
def test_other_encodings_of_a_value_are_refused(form: str) -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.decode(bytes.fromhex(NOT_DETERMINISTIC[form]))
    assert refusal(refused) == "cbor.not-deterministic"


@pytest.mark.parametrize("form", list(OUTSIDE_THE_PROFILE))
def test_items_outside_the_profile_are_refused(form: str) -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.decode(bytes.fromhex(OUTSIDE_THE_PROFILE[form]))
    assert refusal(refused) == "cbor.malformed"


@pytest.mark.parametrize("tail", [b"\x00", b"\xf6", b"\xff", b"\x00" * 1000])
def test_bytes_behind_a_value_are_refused(tail: bytes) -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.decode(cbor.encode({"a": 1}) + tail)
    assert refusal(refused) == "cbor.trailing"


def test_tags_do_not_run_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []

    def compile_nothing(pattern: object, flags: object = 0) -> None:
        compiled.append((pattern, flags))

    monkeypatch.setattr("re.compile", compile_nothing)
    with pytest.raises(EncodingError):
        cbor.decode(bytes.fromhex(OUTSIDE_THE_PROFILE["regular expression"]))
    assert not compiled
