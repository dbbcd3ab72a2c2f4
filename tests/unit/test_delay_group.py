"""Z_N^*/{±1}, its encoding and its primality test."""

import hashlib
from math import gcd, isqrt

import pytest

import bpsw
from bpsw import is_strong_lucas_probable_prime, is_strong_probable_prime, jacobi
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.primes import is_probable_prime
from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import SeededRandomness

TOY = Modulus(1009 * 2003)


@pytest.mark.parametrize("n", [-15, -1, 0, 1, 2, 3, 4, 1024])
def test_even_and_tiny_numbers_are_no_moduli(n: int) -> None:
    with pytest.raises(CallerError) as caught:
        Modulus(n)
    assert caught.value.code == "delay.modulus"


def test_a_modulus_reads_back() -> None:
    for modulus in (TOY, RSA_2048, Modulus(5), Modulus(257)):
        assert Modulus.from_bytes(modulus.to_bytes()) == modulus
        assert len(modulus.to_bytes()) == modulus.width


@pytest.mark.parametrize("data", ["", "00", "03", "04", "0005", "0100"])
def test_other_bytes_are_no_modulus(data: str) -> None:
    with pytest.raises(EncodingError) as caught:
        Modulus.from_bytes(bytes.fromhex(data))
    assert caught.value.code == "delay.modulus"


def test_an_element_has_the_width_of_the_modulus() -> None:
    assert RSA_2048.width == 256
    assert [Modulus(n).width for n in (5, 255, 257, 65537)] == [1, 1, 2, 3]
    assert TOY.encode(1) == b"\0\0\1"


def test_x_and_minus_x_are_one_element() -> None:
    for x in (1, 2, 1008, TOY.n // 2, TOY.n // 2 + 1, TOY.n - 1):
        assert TOY.reduce(x) == TOY.reduce(-x) == TOY.reduce(x + 7 * TOY.n)
        assert TOY.contains(TOY.reduce(x))


def test_the_operations_are_those_of_the_quotient() -> None:
    for x, y in ((2, 3), (5, TOY.n // 2), (TOY.n - 2, 77)):
        product = x * y % TOY.n
        assert TOY.multiply(x, y) == min(product, TOY.n - product)
        assert TOY.multiply(-x, y) == TOY.multiply(x, y)
        assert TOY.power(x, 13) == TOY.reduce(x**13)
    assert TOY.power(5, 0) == 1


def test_a_negative_exponent_is_refused() -> None:
    with pytest.raises(CallerError) as caught:
        TOY.power(2, -1)
    assert caught.value.code == "delay.exponent"


def expand(message: bytes, dst: bytes, length: int) -> bytes:
    """RFC 9380, section 5.3.1, for a DST that is too long, written out once more."""
    dst = hashlib.sha256(b"H2C-OVERSIZE-DST-" + dst).digest() + b"\x20"
    header = bytes(64) + message + length.to_bytes(2, "big") + b"\0" + dst
    first = hashlib.sha256(header).digest()
    blocks = [hashlib.sha256(first + b"\1" + dst).digest()]
    while 32 * len(blocks) < length:
        mixed = int.from_bytes(first, "big") ^ int.from_bytes(blocks[-1], "big")
        number = bytes([len(blocks) + 1])
        blocks.append(hashlib.sha256(mixed.to_bytes(32, "big") + number + dst).digest())
    return b"".join(blocks)[:length]


def test_the_generator_is_a_hashed_square() -> None:
    n = RSA_2048.n
    root = int.from_bytes(
        expand(b"", b"fairlot-v1/g" + n.to_bytes(256, "big"), 272), "big"
    )
    square = pow(root, 2, n)
    assert RSA_2048.generator() == min(square, n - square)
    RSA_2048.check_commitment(RSA_2048.generator())


def test_generators_of_two_moduli_differ() -> None:
    assert RSA_2048.generator() != Modulus(RSA_2048.n - 2).generator()


@pytest.mark.parametrize("x", [0, -1, TOY.n // 2 + 1, TOY.n - 1, TOY.n])
def test_what_is_no_representative_is_not_encoded(x: int) -> None:
    with pytest.raises(CallerError) as caught:
        TOY.encode(x)
    assert caught.value.code == "delay.element-range"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1",
        b"\0\1",
        bytes(3),
        b"\0\0\0\1",
        (TOY.n // 2 + 1).to_bytes(3, "big"),
        (TOY.n - 1).to_bytes(3, "big"),
        TOY.n.to_bytes(3, "big"),
        b"\xff\xff\xff",
    ],
)
def test_other_bytes_are_no_element(data: bytes) -> None:
    with pytest.raises(EncodingError) as caught:
        TOY.decode(data)
    assert caught.value.code == "delay.element"


def test_elements_read_back() -> None:
    for x in (1, 2, TOY.n // 2):
        assert TOY.decode(TOY.encode(x)) == x


@pytest.mark.parametrize("c", [0, 1, TOY.n // 2 + 1, TOY.n - 1, TOY.n + 2, 1009, 4006])
def test_what_is_no_commitment_is_refused(c: int) -> None:
    with pytest.raises(ProofError) as caught:
        TOY.check_commitment(c)
    assert caught.value.code == "bicorn.commitment-range"


def test_the_ends_of_the_range_are_commitments() -> None:
    TOY.check_commitment(2)
    TOY.check_commitment(TOY.n // 2)


def sieve(limit: int) -> set[int]:
    flags = bytearray([1]) * limit
    flags[:2] = b"\0\0"
    for i in range(2, isqrt(limit) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, limit, i)))
    return {i for i, flag in enumerate(flags) if flag}


@pytest.mark.thorough
def test_small_numbers_are_judged_as_the_sieve_does() -> None:
    primes = sieve(200_000)
    for judge in (is_probable_prime, bpsw.is_probable_prime):
        assert {n for n in range(-5, 200_000) if judge(n)} == primes


STRONG_PSEUDOPRIMES_TO_2 = [
    2047, 3277, 4033, 4681, 8321, 15841, 29341, 42799, 49141, 52633, 65281, 74665,
    80581, 85489, 88357, 90751, 1194649, 12327121, 3215031751, 3825123056546413051,
    318665857834031151167461, 3317044064679887385961981,
]  # fmt: skip
"""OEIS A001262, the squares of both Wieferich primes, and some of OEIS A014233."""

STRONG_LUCAS_PSEUDOPRIMES = [
    5459, 5777, 10877, 16109, 18971, 22499, 24569, 25199, 40309, 58519, 75077, 97439,
    100127, 113573, 115639, 130139, 155819, 158399, 161027, 162133, 176399, 176471,
]  # fmt: skip
"""OEIS A217255."""


@pytest.mark.parametrize("n", STRONG_PSEUDOPRIMES_TO_2)
def test_pseudoprimes_to_base_2_fail_the_lucas_half(n: int) -> None:
    assert is_strong_probable_prime(n, 2)
    assert not is_strong_lucas_probable_prime(n)
    assert not is_probable_prime(n)


@pytest.mark.parametrize("n", STRONG_LUCAS_PSEUDOPRIMES)
def test_lucas_pseudoprimes_fail_the_other_half(n: int) -> None:
    assert is_strong_lucas_probable_prime(n)
    assert not is_strong_probable_prime(n, 2)
    assert not is_probable_prime(n)


def chernick(k: int) -> int:
    """Return a Carmichael number, if the factors are prime."""
    return (6 * k + 1) * (12 * k + 1) * (18 * k + 1)


CARMICHAEL_NUMBERS = [
    *(561, 1105, 1729, 2465, 2821, 6601, 8911, 101101, 825265),
    *map(chernick, (100, 131330, 274877911506, 2417851639229258349450521)),
]


@pytest.mark.parametrize("n", CARMICHAEL_NUMBERS)
def test_carmichael_numbers_are_composite(n: int) -> None:
    assert all(pow(a, n - 1, n) == 1 for a in (2, 5, 23, 29) if gcd(a, n) == 1)
    assert not bpsw.is_probable_prime(n)
    assert not is_probable_prime(n)


def test_products_that_resemble_pseudoprimes_are_judged_alike() -> None:
    primes = sorted(sieve(20_000))
    products = [p * q for p in primes for q in (p, 2 * p - 1, 3 * p - 2, 2 * p + 1)]
    assert any(is_strong_probable_prime(n, 2) for n in products if n % 2)
    assert not [n for n in products if is_probable_prime(n)]
    assert not [n for n in products if bpsw.is_probable_prime(n)]


LARGE_PRIMES = [
    2**89 - 1,
    2**127 - 1,
    2**255 - 19,
    2**256 - 2**32 - 977,
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    2**521 - 1,
    2**2203 - 1,
    0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001,
]


@pytest.mark.parametrize(
    ("bits", "count"), [(16, 2000), (63, 2000), (64, 2000), (65, 2000), (256, 500)]
)
def test_the_library_judges_random_numbers_as_plain_python_does(
    bits: int, count: int
) -> None:
    stream = SeededRandomness(bits.to_bytes(32, "big"))
    highest = 1 << bits - 1
    drawn = [os2ip(stream.take(bits // 8)) | highest for _ in range(count)]
    judged = [is_probable_prime(n) for n in drawn]
    assert judged == [bpsw.is_probable_prime(n) for n in drawn]
    assert {True, False} == set(judged)


@pytest.mark.thorough
@pytest.mark.parametrize("p", LARGE_PRIMES)
def test_well_known_primes_pass_and_their_products_do_not(p: int) -> None:
    assert is_probable_prime(p)
    assert bpsw.is_probable_prime(p)
    for n in (p * p, p * (2**61 - 1), p + 2 if p % 3 == 1 else p + 4):
        assert not is_probable_prime(n)
        assert not bpsw.is_probable_prime(n)


def test_the_jacobi_symbol_is_the_product_of_legendre_symbols() -> None:
    def legendre(a: int, p: int) -> int:
        power = pow(a, (p - 1) // 2, p)
        return -1 if power == p - 1 else power

    for p, q in ((3, 5), (7, 11), (13, 13), (17, 43)):
        for a in range(-60, 60):
            assert jacobi(a, p * q) == legendre(a, p) * legendre(a, q)
