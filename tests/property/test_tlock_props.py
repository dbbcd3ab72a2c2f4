"""Any secret, context and round: it opens as itself, for itself, and alike everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot_crypto import curve as groups
from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import GROUP_ORDER
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.timelock.chain import ChainInfo
from fairlot_crypto.timelock.clock import clock_key, sign_round
from fairlot_crypto.timelock.scheme import (
    UNCHAINED,
    UNCHAINED_G1,
    UNCHAINED_G1_LEGACY,
)
from fairlot_crypto.timelock.sealed import open_sealed, seal, sealed_length

NATIVE = groups.backend("native")
SECRET = Scalar(77)
CLOCKS = [
    ChainInfo(scheme, clock_key(NATIVE, scheme, SECRET), 30, 0, bytes(32), "own")
    for scheme in (UNCHAINED, UNCHAINED_G1, UNCHAINED_G1_LEGACY)
]
ROUNDS = st.integers(1, 2**64 - 1)
SEEDS = st.binary(min_size=32, max_size=32)

few = examples(15)


def ending(
    curve: Backend, chain: ChainInfo, number: int, data: bytes, key: bytes, length: int
) -> str:
    """Return what opening gives, in hexadecimal, or the code of its refusal."""
    try:
        return open_sealed(curve, chain, number, data, b"context", key, length).hex()
    except CryptoError as error:
        return error.code


@few
@given(
    st.sampled_from(CLOCKS),
    ROUNDS,
    st.binary(max_size=80),
    st.binary(max_size=80),
    SEEDS,
)
def test_what_is_sealed_opens_with_its_round(
    chain: ChainInfo, number: int, plaintext: bytes, context: bytes, seed: bytes
) -> None:
    source = SeededRandomness(seed)
    sealed = seal(NATIVE, chain, number, plaintext, context, source)
    assert len(sealed) == sealed_length(chain.scheme, len(plaintext))
    key = sign_round(NATIVE, chain, SECRET, number).signature
    opened = open_sealed(NATIVE, chain, number, sealed, context, key, len(plaintext))
    assert opened == plaintext


@few
@given(st.sampled_from(CLOCKS), ROUNDS, ROUNDS, SEEDS)
def test_another_round_does_not_open_it(
    chain: ChainInfo, number: int, other: int, seed: bytes
) -> None:
    sealed = seal(NATIVE, chain, number, b"plain", b"context", SeededRandomness(seed))
    key = sign_round(NATIVE, chain, SECRET, other).signature
    for named in (number, other):
        code = ending(NATIVE, chain, named, sealed, key, 5)
        same = number == other
        assert code == (b"plain".hex() if same else "tlock.ciphertext")


@examples(40)
@given(st.sampled_from(CLOCKS), SEEDS, st.data())
def test_no_flipped_bit_opens(
    chain: ChainInfo, seed: bytes, data: st.DataObject
) -> None:
    sealed = bytearray(
        seal(NATIVE, chain, 3, b"pl", b"context", SeededRandomness(seed))
    )
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    key = sign_round(NATIVE, chain, SECRET, 3).signature
    code = ending(NATIVE, chain, 3, bytes(sealed), key, 2)
    at = bit // 8 - chain.scheme.key_length
    if at < 0:
        assert code in {"tlock.point", "tlock.ciphertext"}
    else:
        assert code == ("tlock.ciphertext" if at < 32 else "tlock.authentication")


@few
@given(st.sampled_from(CLOCKS), st.binary(max_size=200), st.integers(0, 60))
def test_arbitrary_bytes_end_in_a_code(
    chain: ChainInfo, data: bytes, length: int
) -> None:
    key = sign_round(NATIVE, chain, SECRET, 3).signature
    wanted = {"tlock.length", "tlock.point", "tlock.ciphertext"}
    assert ending(NATIVE, chain, 3, data, key, length) in wanted


@pytest.mark.slow
@examples(6)
@given(
    st.sampled_from(CLOCKS),
    ROUNDS,
    SEEDS,
    st.integers(1, GROUP_ORDER - 1),
    st.integers(0, 8 * 60 - 1),
)
def test_back_ends_agree(
    chain: ChainInfo, number: int, seed: bytes, factor: int, bit: int
) -> None:
    reference = groups.backend("reference")
    p, q = NATIVE.g1_generator() * factor, NATIVE.hash_to_g2(seed, b"differential")
    other = reference.g1_from_bytes(p.to_bytes()), reference.g2_from_bytes(q.to_bytes())
    assert NATIVE.pairing_bytes(p, q) == reference.pairing_bytes(*other)
    sealed = seal(NATIVE, chain, number, b"plain", b"context", SeededRandomness(seed))
    source = SeededRandomness(seed)
    assert seal(reference, chain, number, b"plain", b"context", source) == sealed
    key = sign_round(NATIVE, chain, SECRET, number).signature
    changed = bytearray(sealed)
    changed[-1 - bit // 8] ^= 1 << bit % 8
    for data in (sealed, bytes(changed)):
        ours = ending(NATIVE, chain, number, data, key, 5)
        assert ours == ending(reference, chain, number, data, key, 5)
