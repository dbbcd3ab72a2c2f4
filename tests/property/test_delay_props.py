"""The beacon's output is one value, whoever withholds an opening."""

from itertools import combinations
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.primes import is_probable_prime

TOYS = [
    Modulus((2**61 - 1) * (2**89 - 1)),
    Modulus((2**255 - 19) * (2**256 - 2**32 - 977)),
]
MODULI = st.sampled_from(TOYS)
ALPHAS = st.lists(st.integers(1, 2**2176 - 1), min_size=1, max_size=4)
HASHES = st.binary(min_size=32, max_size=32)
SQUARINGS = st.integers(1, 300)

slow_arithmetic = examples(30)


def recovered(
    modulus: Modulus,
    T: int,
    missing: list[tuple[int, int]],
    revealed: list[tuple[int, int]],
) -> int:
    """Return Ω by squaring: ``missing`` holds (c, b), ``revealed`` holds (b, alpha)."""
    x = 1
    for c, b in missing:
        x = x * pow(c, b, modulus.n) % modulus.n
    for _ in range(T):
        x = x * x % modulus.n
    h = modulus.power(modulus.generator(), 1 << T)
    for b, alpha in revealed:
        x = x * pow(h, b * alpha, modulus.n) % modulus.n
    return modulus.reduce(x)


@pytest.mark.slow
@slow_arithmetic
@given(MODULI, ALPHAS, SQUARINGS, HASHES, HASHES)
def test_every_withheld_subset_gives_the_same_omega(
    modulus: Modulus, alphas: list[int], T: int, sale_id: bytes, root: bytes
) -> None:
    commitments = [bicorn.commit(modulus, alpha) for alpha in alphas]
    star = bicorn.b_star(sale_id, modulus, T, root, commitments)
    coefficients = [bicorn.coefficient(modulus, c, star) for c in commitments]
    h = modulus.power(modulus.generator(), 1 << T)
    expected = bicorn.omega(modulus, h, list(zip(coefficients, alphas, strict=True)))
    everyone = range(len(alphas))
    for count in range(len(alphas) + 1):
        for withheld in combinations(everyone, count):
            missing = [(commitments[i], coefficients[i]) for i in withheld]
            shown = [
                (coefficients[i], alphas[i]) for i in everyone if i not in withheld
            ]
            assert recovered(modulus, T, missing, shown) == expected


@slow_arithmetic
@given(MODULI, ALPHAS, HASHES, st.data())
def test_omega_and_b_star_do_not_depend_on_the_order(
    modulus: Modulus, alphas: list[int], root: bytes, data: st.DataObject
) -> None:
    commitments = [bicorn.commit(modulus, alpha) for alpha in alphas]
    pairs = [(c % 1000, alpha) for c, alpha in zip(commitments, alphas, strict=True)]
    star = bicorn.b_star(root, modulus, 1, root, commitments)
    omega = bicorn.omega(modulus, 3, pairs)
    shuffled = data.draw(st.permutations(commitments))
    assert star == bicorn.b_star(root, modulus, 1, root, shuffled)
    assert omega == bicorn.omega(modulus, 3, data.draw(st.permutations(pairs)))


@slow_arithmetic
@given(MODULI, st.integers(2, 2**64), st.integers(1, 3000))
def test_every_proof_verifies(modulus: Modulus, x: int, T: int) -> None:
    element = modulus.reduce(x)
    y, proof = wesolowski.prove(modulus, element, T)
    assert y == modulus.power(element, 1 << T)
    wesolowski.verify(modulus, element, y, T, proof)


@given(st.integers(1, RSA_2048.n // 2))
def test_elements_read_back(x: int) -> None:
    data = RSA_2048.encode(x)
    assert len(data) == 256
    assert RSA_2048.decode(data) == x


@given(st.integers(2, 2**64), st.integers(2, 2**64))
def test_no_product_is_prime(a: int, b: int) -> None:
    assert not is_probable_prime(a * b)


@given(st.integers(0, 10**8))
def test_primes_are_what_trial_division_says(n: int) -> None:
    divisible = any(n % d == 0 for d in range(2, isqrt(n) + 1))
    assert is_probable_prime(n) == (n > 1 and not divisible)
