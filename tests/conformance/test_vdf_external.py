"""A published commit-reveal-recover run, and the published modulus.

The run works in Z_N^*, so elements are compared up to sign, and hashes its coefficients
by a rule of its own, so they are taken from the file.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from external import external_vectors
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048


@dataclass(frozen=True, slots=True)
class Run:
    modulus: Modulus
    g: int
    h: int
    T: int
    alphas: list[int]
    commitments: list[int]
    omega: int
    coefficients: list[int]


def read_run() -> Run:
    file = external_vectors("vdf") / "bicorn-lambda1024-T2e20.json"
    fields: dict[str, Any] = json.loads(file.read_text())

    def number(field: dict[str, Any]) -> int:
        return int(field["val"], 16)

    assert fields["omega"] == fields["recoveredOmega"]
    return Run(
        modulus=Modulus(number(fields["n"])),
        g=number(fields["g"]),
        h=number(fields["h"]),
        T=fields["T"],
        alphas=[number(alpha) for alpha in fields["randomList"]],
        commitments=[number(c) for c in fields["commitList"]],
        omega=number(fields["omega"]),
        coefficients=[int(b, 16) for b in fields["b"]],
    )


def test_the_published_challenge_modulus_is_ours() -> None:
    file = external_vectors("vdf") / "rsa2048-challenge-modulus.json"
    published = json.loads(file.read_text())
    assert RSA_2048.n == int(published["n"])
    assert RSA_2048.n.bit_length() == published["bits"]


def test_the_commitments_are_powers_of_g_up_to_sign() -> None:
    run = read_run()
    for alpha, c in zip(run.alphas, run.commitments, strict=True):
        assert run.modulus.power(run.g, alpha) == run.modulus.reduce(c)
        run.modulus.check_commitment(run.modulus.reduce(c))


def test_omega_of_the_revealed_values_is_the_published_one_up_to_sign() -> None:
    run = read_run()
    pairs = list(zip(run.coefficients, run.alphas, strict=True))
    assert bicorn.omega(run.modulus, run.h, pairs) == run.modulus.reduce(run.omega)
    changed = [(b + 1, alpha) for b, alpha in pairs]
    assert bicorn.omega(run.modulus, run.h, changed) != run.modulus.reduce(run.omega)


@pytest.mark.slow
def test_h_is_reproduced_with_a_proof_of_ours() -> None:
    run = read_run()
    g, h = run.modulus.reduce(run.g), run.modulus.reduce(run.h)
    y, proof = wesolowski.prove(run.modulus, g, run.T)
    assert y == h
    wesolowski.verify(run.modulus, g, h, run.T, proof)


@pytest.mark.slow
def test_omega_is_recovered_from_the_commitments_alone() -> None:
    run = read_run()
    pairs = list(zip(run.commitments, run.coefficients, strict=True))
    x = bicorn.missing_start(run.modulus, pairs)
    y, proof = wesolowski.prove(run.modulus, x, run.T)
    assert y == run.modulus.reduce(run.omega)
    wesolowski.verify(run.modulus, x, y, run.T, proof)


@pytest.mark.slow
def test_omega_is_recovered_when_one_does_not_reveal() -> None:
    run = read_run()
    everyone = range(len(run.alphas))
    for missing in everyone[:2]:
        pair = (run.commitments[missing], run.coefficients[missing])
        x = bicorn.missing_start(run.modulus, [pair])
        y, _ = wesolowski.prove(run.modulus, x, run.T)
        pairs = [(run.coefficients[i], run.alphas[i]) for i in everyone if i != missing]
        omega = bicorn.omega(run.modulus, run.h, pairs, y)
        assert omega == run.modulus.reduce(run.omega)
