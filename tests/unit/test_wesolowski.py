"""Proofs of sequential work against their definition."""

import pytest

from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.plan import MAX_SQUARINGS
from fairlot_crypto.delay.primes import hash_to_prime, is_probable_prime
from fairlot_crypto.delay.wesolowski import prove, verify
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash

P, Q = 2**61 - 1, 2**89 - 1
TOY = Modulus(P * Q)
X = TOY.generator()


@pytest.mark.parametrize(
    "T", [1, 2, 3, 7, 255, 256, 257, 1000, 4095, 4096, 4097, 20000]
)
def test_a_proof_is_what_the_definition_says(T: int) -> None:
    y, proof = prove(TOY, X, T)
    assert y == TOY.power(X, 1 << T)
    assert proof == TOY.power(X, (1 << T) // hash_to_prime(TOY, X, y, T))
    verify(TOY, X, y, T, proof)


def test_a_proof_over_2048_bits_verifies() -> None:
    x = RSA_2048.generator()
    y, proof = prove(RSA_2048, x, 1000)
    verify(RSA_2048, x, y, 1000, proof)


def test_the_challenge_is_the_first_prime_of_the_tagged_hash() -> None:
    y = TOY.power(X, 1 << 77)
    statement = (TOY.to_bytes(), TOY.encode(X), TOY.encode(y), i2osp(77, 8))
    candidates = [
        os2ip(tagged_hash("h2p", *statement, i2osp(counter, 8))) | 1 << 255 | 1
        for counter in range(5000)
    ]
    primes = [candidate for candidate in candidates if is_probable_prime(candidate)]
    assert hash_to_prime(TOY, X, y, 77) == primes[0]
    assert primes[0].bit_length() == 256


def test_the_challenge_depends_on_the_whole_statement() -> None:
    other = Modulus(TOY.n - 2)
    challenges = {
        hash_to_prime(TOY, 2, 3, 5),
        hash_to_prime(other, 2, 3, 5),
        hash_to_prime(TOY, 4, 3, 5),
        hash_to_prime(TOY, 2, 4, 5),
        hash_to_prime(TOY, 3, 2, 5),
        hash_to_prime(TOY, 2, 3, 6),
    }
    assert len(challenges) == 6


@pytest.mark.parametrize("T", [1, 5000])
def test_progress_rises_to_its_total(T: int) -> None:
    told: list[tuple[int, int]] = []
    prove(TOY, X, T, lambda done, total: told.append((done, total)))
    steps = [done for done, _ in told]
    assert steps == sorted(steps)
    assert len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1] >= T


@pytest.mark.parametrize("T", [-1, 0, MAX_SQUARINGS + 1])
def test_a_number_of_squarings_out_of_range_is_refused(T: int) -> None:
    for call in (lambda: prove(TOY, X, T), lambda: verify(TOY, X, X, T, X)):
        with pytest.raises(CallerError) as caught:
            call()
        assert caught.value.code == "wesolowski.squarings"


def test_the_largest_t_can_be_verified() -> None:
    """Whoever knows the order gets y and π of any T: here it only saves the wait."""
    order = (P - 1) * (Q - 1)
    T = MAX_SQUARINGS
    y = TOY.power(X, pow(2, T, order))
    prime = hash_to_prime(TOY, X, y, T)
    below = pow(2, T, prime)
    quotient = (pow(2, T, order) - below) * pow(prime, -1, order) % order
    verify(TOY, X, y, T, TOY.power(X, quotient))
