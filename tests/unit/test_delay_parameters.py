"""The set-ups that come with the package hold and are made by it."""

import hashlib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from fairlot_crypto.delay.parameters import (
    RSA_2048,
    SHIPPED,
    Setup,
    make_setup,
    setup_file,
    shipped_setup,
    verify_setup,
)
from fairlot_crypto.delay.primes import is_probable_prime
from fairlot_crypto.errors import ProofError

SHORT = (1, 2**16)


def shipped(T: int) -> Setup:
    setup = shipped_setup(T)
    assert setup is not None
    return setup


def test_rsa_2048_is_an_odd_composite_of_2048_bits_without_small_factors() -> None:
    assert RSA_2048.n.bit_length() == 2048
    assert not is_probable_prime(RSA_2048.n)
    assert all(RSA_2048.n % d for d in range(2, 100_000))


def test_the_specification_prints_the_same_modulus() -> None:
    specs = Path(__file__).parents[2] / "specs"
    lines = (specs / "delay.md").read_text(encoding="utf-8").splitlines()
    digits = "".join(line for line in lines if line.isdigit())
    assert digits == str(RSA_2048.n)


@pytest.mark.parametrize("T", SHIPPED)
def test_a_shipped_set_up_verifies(T: int) -> None:
    setup = shipped(T)
    assert setup.modulus == RSA_2048
    assert setup.T == T
    verify_setup(setup)


@pytest.mark.parametrize(
    "T", [*SHORT, *(pytest.param(T, marks=pytest.mark.slow) for T in (2**20, 2**24))]
)
def test_a_shipped_file_is_what_this_package_computes(T: int) -> None:
    file = files("fairlot_crypto.delay") / "data" / f"rsa-2048-T{T}.json"
    assert file.read_text(encoding="ascii") == setup_file(make_setup(RSA_2048, T))


@pytest.mark.thorough
@pytest.mark.parametrize("T", SHORT)
def test_a_shipped_h_is_the_repeated_square_of_g(T: int) -> None:
    x = RSA_2048.generator()
    for _ in range(T):
        x = x * x % RSA_2048.n
    assert shipped(T).h == min(x, RSA_2048.n - x)


def test_the_specification_prints_the_hash_of_every_file() -> None:
    spec = (Path(__file__).parents[2] / "specs" / "delay.md").read_text("utf-8")
    for T in SHIPPED:
        name = f"rsa-2048-T{T}.json"
        data = (files("fairlot_crypto.delay") / "data" / name).read_bytes()
        assert f"| `{name}` | {hashlib.sha256(data).hexdigest()} |" in spec


@pytest.mark.parametrize("T", [-1, 0, 2, 65535])
def test_no_set_up_ships_for_another_t(T: int) -> None:
    assert shipped_setup(T) is None


def test_nothing_else_ships() -> None:
    names = {file.name for file in (files("fairlot_crypto.delay") / "data").iterdir()}
    assert names == {f"rsa-2048-T{T}.json" for T in SHIPPED}


def test_an_altered_set_up_is_refused() -> None:
    setup = shipped(65536)
    for wrong in (
        replace(setup, T=65535),
        replace(setup, h=setup.h - 1),
        replace(setup, h=setup.proof),
        replace(setup, proof=setup.proof + 1),
        replace(setup, h=1, proof=1),
    ):
        with pytest.raises(ProofError) as caught:
            verify_setup(wrong)
        assert caught.value.code == "wesolowski.equation"
