"""Each operation of the native back-end against the independent one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import G1, G2, Backend
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import GROUP_ORDER
from generators import groups as vectors

NATIVE = groups.backend("native")
REFERENCE = groups.backend("reference")

EDGES = st.sampled_from([0, 1, 2, GROUP_ORDER - 1, GROUP_ORDER - 2, 2**254, 2**128])
SCALARS = EDGES | st.integers(0, GROUP_ORDER - 1)
NON_ZERO = st.integers(1, GROUP_ORDER - 1)

few = examples(8)


def g1_pair(scalar: int) -> tuple[G1, G1]:
    """Return the same element of G1 on both back-ends."""
    native = NATIVE.g1_generator() * scalar
    return native, REFERENCE.g1_from_bytes(native.to_bytes())


def g2_pair(scalar: int) -> tuple[G2, G2]:
    """Return the same element of G2 on both back-ends."""
    native = NATIVE.g2_generator() * scalar
    return native, REFERENCE.g2_from_bytes(native.to_bytes())


def test_constants_agree() -> None:
    assert NATIVE.g1_generator().to_bytes() == REFERENCE.g1_generator().to_bytes()
    assert NATIVE.g2_generator().to_bytes() == REFERENCE.g2_generator().to_bytes()
    assert NATIVE.g1_identity().to_bytes() == REFERENCE.g1_identity().to_bytes()


@few
@given(SCALARS, SCALARS, SCALARS)
def test_arithmetic_of_g1_agrees(a: int, b: int, factor: int) -> None:
    (p, p_ref), (q, q_ref) = g1_pair(a), g1_pair(b)
    assert (p + q).to_bytes() == (p_ref + q_ref).to_bytes()
    assert (p - q).to_bytes() == (p_ref - q_ref).to_bytes()
    assert (-p).to_bytes() == (-p_ref).to_bytes()
    assert (p * factor).to_bytes() == (p_ref * factor).to_bytes()
    assert (p == q) == (p_ref == q_ref) == (a == b)
    assert (p + p == p * 2) is (p_ref + p_ref == p_ref * 2) is True
    assert p.is_identity() == p_ref.is_identity() == (a == 0)


@pytest.mark.slow
@few
@given(SCALARS, SCALARS, SCALARS)
def test_arithmetic_of_g2_agrees(a: int, b: int, factor: int) -> None:
    (p, p_ref), (q, q_ref) = g2_pair(a), g2_pair(b)
    assert (p + q).to_bytes() == (p_ref + q_ref).to_bytes()
    assert (p - q).to_bytes() == (p_ref - q_ref).to_bytes()
    assert (-p).to_bytes() == (-p_ref).to_bytes()
    assert (p * factor).to_bytes() == (p_ref * factor).to_bytes()
    assert (p == q) == (p_ref == q_ref) == (a == b)
    assert p.is_identity() == p_ref.is_identity() == (a == 0)


@few
@given(st.lists(st.tuples(SCALARS, SCALARS), max_size=6))
def test_multi_scalar_multiplication_agrees(terms: list[tuple[int, int]]) -> None:
    pairs = [g1_pair(point) for point, _ in terms]
    scalars = [scalar for _, scalar in terms]
    native = NATIVE.msm([native for native, _ in pairs], scalars)
    reference = REFERENCE.msm([reference for _, reference in pairs], scalars)
    assert native.to_bytes() == reference.to_bytes()


@examples(20)
@given(st.binary(max_size=80), st.binary(min_size=1, max_size=300))
def test_hash_to_g1_agrees(message: bytes, dst: bytes) -> None:
    native = NATIVE.hash_to_g1(message, dst)
    assert native.to_bytes() == REFERENCE.hash_to_g1(message, dst).to_bytes()


@pytest.mark.slow
@examples(5)
@given(st.binary(max_size=80), st.sampled_from([b"d", b"d" * 255, b"d" * 256]))
def test_hash_to_g2_agrees(message: bytes, dst: bytes) -> None:
    native = NATIVE.hash_to_g2(message, dst)
    assert native.to_bytes() == REFERENCE.hash_to_g2(message, dst).to_bytes()


def pairing_verdicts(a: int, b: int, error: int) -> list[bool]:
    """Ask both back-ends whether e(aP, bQ) * e(-(ab + error)P, Q) is one."""
    (p, p_ref), (q, q_ref) = g1_pair(a), g2_pair(b)
    (r, r_ref) = g1_pair((a * b + error) % GROUP_ORDER)
    return [
        NATIVE.pairing_product_is_one([(p, q), (-r, NATIVE.g2_generator())]),
        REFERENCE.pairing_product_is_one(
            [(p_ref, q_ref), (-r_ref, REFERENCE.g2_generator())]
        ),
    ]


@pytest.mark.slow
@examples(3)
@given(SCALARS, SCALARS, NON_ZERO)
def test_pairing_products_agree(a: int, b: int, error: int) -> None:
    assert pairing_verdicts(a, b, 0) == [True, True]
    assert pairing_verdicts(a, b, error) == [False, False]


def decoded(decode: Any, data: bytes) -> str:  # noqa: ANN401 - one of four methods
    try:
        return str(decode(data).to_bytes().hex())
    except EncodingError as error:
        return error.code


def g1_verdicts(data: bytes) -> set[str]:
    return {decoded(side.g1_from_bytes, data) for side in (NATIVE, REFERENCE)}


def g2_verdicts(data: bytes) -> set[str]:
    return {decoded(side.g2_from_bytes, data) for side in (NATIVE, REFERENCE)}


@examples(60)
@given(NON_ZERO, st.integers(0, 8 * 48 - 1))
def test_verdict_on_a_flipped_bit_agrees_in_g1(scalar: int, bit: int) -> None:
    data = bytearray((NATIVE.g1_generator() * scalar).to_bytes())
    data[bit // 8] ^= 1 << bit % 8
    assert len(g1_verdicts(bytes(data))) == 1


@pytest.mark.thorough
@examples(30)
@given(NON_ZERO, st.integers(0, 8 * 96 - 1))
def test_verdict_on_a_flipped_bit_agrees_in_g2(scalar: int, bit: int) -> None:
    data = bytearray((NATIVE.g2_generator() * scalar).to_bytes())
    data[bit // 8] ^= 1 << bit % 8
    assert len(g2_verdicts(bytes(data))) == 1


@examples(40)
@given(st.integers(0, 255), st.binary(min_size=47, max_size=47))
def test_verdict_on_arbitrary_bytes_agrees_in_g1(first: int, rest: bytes) -> None:
    assert len(g1_verdicts(bytes([first]) + rest)) == 1


def every_operation_once(curve: Backend, seed: int) -> list[str]:
    g = curve.hash_to_g1(b"%d" % seed, b"differential")
    h = curve.hash_to_g2(b"%d" % seed, b"differential")
    scalars = [seed**k % GROUP_ORDER for k in range(1, 9)]
    points = [g * scalar for scalar in scalars]
    verdict = curve.pairing_product_is_one([(g * seed, h), (-g, h * seed)])
    total = curve.msm(points, scalars)
    return [str(verdict), total.to_bytes().hex(), (h * scalars[7]).to_bytes().hex()]


@pytest.mark.slow
@examples(40)
@given(NON_ZERO)
def test_long_chains_of_operations_agree(seed: int) -> None:
    assert every_operation_once(NATIVE, seed) == every_operation_once(REFERENCE, seed)


@pytest.mark.long
def test_every_single_flipped_bit_of_a_point_gets_the_same_verdict() -> None:
    g1 = (NATIVE.g1_generator() * 0xFA1).to_bytes()
    g2 = (NATIVE.g2_generator() * 0xFA1).to_bytes()
    for base, verdicts in [(g1, g1_verdicts), (g2, g2_verdicts)]:
        for bit in range(8 * len(base)):
            data = bytearray(base)
            data[bit // 8] ^= 1 << bit % 8
            assert len(verdicts(bytes(data))) == 1


@pytest.mark.slow
def test_published_vectors_are_the_same_from_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = set[bytes]()
    for name in ("native", "reference"):
        monkeypatch.setenv(groups.BACKEND_VARIABLE, name)
        written.add(vectors.chapter().to_json())
    assert len(written) == 1
