"""The beacon's formulas, each against its definition."""

import hashlib

import pytest

from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.errors import CallerError, CryptoError, ProofError
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.randomness import SeededRandomness

SALE, ROOT = bytes(range(32)), bytes(range(32, 64))
G = RSA_2048.generator()
ALPHAS = [bicorn.draw_alpha(SeededRandomness(bytes([i]) * 32)) for i in range(3)]
COMMITMENTS = [bicorn.commit(RSA_2048, alpha) for alpha in ALPHAS]


def tagged(name: str, *parts: bytes) -> bytes:
    prefix = hashlib.sha256(b"fairlot-v1/" + name.encode()).digest()
    body = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(prefix * 2 + body).digest()


def b_star(commitments: list[int], T: int = 1) -> bytes:
    return bicorn.b_star(SALE, RSA_2048, T, ROOT, commitments)


def test_an_opening_is_272_bytes_of_the_stream() -> None:
    taken = SeededRandomness(bytes(32)).take(272)
    drawn = bicorn.draw_alpha(SeededRandomness(bytes(32)))
    assert drawn == int.from_bytes(taken, "big")
    assert drawn.bit_length() <= 2176


def test_a_commitment_is_a_power_of_g_and_opens() -> None:
    for c, alpha in zip(COMMITMENTS, ALPHAS, strict=True):
        power = pow(G, alpha, RSA_2048.n)
        assert c == min(power, RSA_2048.n - power)
        bicorn.open_commitment(RSA_2048, c, alpha)


@pytest.mark.parametrize("alpha", [-1, 1 << 2176])
def test_an_opening_out_of_range_commits_to_nothing(alpha: int) -> None:
    with pytest.raises(CallerError) as caught:
        bicorn.commit(RSA_2048, alpha)
    assert caught.value.code == "bicorn.alpha"


def test_the_opening_zero_makes_no_legal_commitment() -> None:
    with pytest.raises(ProofError) as caught:
        bicorn.commit(RSA_2048, 0)
    assert caught.value.code == "bicorn.commitment-range"


def test_other_openings_are_refused() -> None:
    for alpha in (ALPHAS[1], ALPHAS[0] + 1, 0, -ALPHAS[0], 1 << 2176):
        with pytest.raises(ProofError) as caught:
            bicorn.open_commitment(RSA_2048, COMMITMENTS[0], alpha)
        assert caught.value.code == "bicorn.opening"


def test_an_opening_of_too_many_bits_is_refused_though_it_opens() -> None:
    toy = Modulus((2**61 - 1) * (2**89 - 1))
    order = (2**61 - 2) * (2**89 - 2)
    c = bicorn.commit(toy, 5)
    longer = 5 + order * (1 << 2176)
    assert toy.power(toy.generator(), longer) == c
    with pytest.raises(ProofError) as caught:
        bicorn.open_commitment(toy, c, longer)
    assert caught.value.code == "bicorn.opening"


def test_b_star_hashes_the_sale_and_the_sorted_commitments() -> None:
    encoded = sorted(c.to_bytes(256, "big") for c in COMMITMENTS)
    statement = (SALE, RSA_2048.n.to_bytes(256, "big"), i2osp(1, 8), ROOT)
    assert b_star(COMMITMENTS) == tagged("bstar", *statement, *encoded)
    assert b_star(COMMITMENTS[::-1]) == b_star(COMMITMENTS)


def test_b_star_depends_on_every_input() -> None:
    variants = [
        b_star(COMMITMENTS),
        b_star(COMMITMENTS[:2]),
        b_star([*COMMITMENTS, COMMITMENTS[0]]),
        b_star([*COMMITMENTS[:2], COMMITMENTS[2] - 1]),
        b_star(COMMITMENTS, T=2),
        bicorn.b_star(ROOT, RSA_2048, 1, ROOT, COMMITMENTS),
        bicorn.b_star(SALE, RSA_2048, 1, SALE, COMMITMENTS),
        bicorn.b_star(SALE, Modulus(RSA_2048.n + 2), 1, ROOT, COMMITMENTS),
    ]
    assert len(set(variants)) == len(variants)


def test_a_coefficient_hashes_the_commitment_and_b_star() -> None:
    star = b_star(COMMITMENTS)
    digest = tagged("bi", COMMITMENTS[0].to_bytes(256, "big"), star)
    coefficient = bicorn.coefficient(RSA_2048, COMMITMENTS[0], star)
    assert coefficient == int.from_bytes(digest, "big")


def test_omega_is_the_product_of_the_single_contributions() -> None:
    h = RSA_2048.power(G, 2)
    pairs = [(3 + i, alpha) for i, alpha in enumerate(ALPHAS)]
    product = 1
    for b, alpha in pairs:
        product = product * pow(pow(h, alpha, RSA_2048.n), b, RSA_2048.n)
    assert bicorn.omega(RSA_2048, h, pairs) == RSA_2048.reduce(product)
    assert bicorn.omega(RSA_2048, h, pairs[::-1]) == RSA_2048.reduce(product)


def test_recovery_starts_from_the_product_of_what_is_missing() -> None:
    assert bicorn.missing_start(RSA_2048, []) == 1
    (c_1, c_2, _), n = COMMITMENTS, RSA_2048.n
    product = pow(c_1, 5, n) * pow(c_2, 7, n) % n
    assert bicorn.missing_start(RSA_2048, [(c_1, 5), (c_2, 7)]) == min(
        product, n - product
    )


@pytest.mark.parametrize("missing", range(8))
def test_omega_is_the_same_whatever_is_missing(missing: int) -> None:
    T = 10
    h = RSA_2048.power(G, 1 << T)
    bs = [3, 5, 2**256 - 1]
    whole = bicorn.omega(RSA_2048, h, list(zip(bs, ALPHAS, strict=True)))
    gone = [i for i in range(3) if missing >> i & 1]
    x = bicorn.missing_start(RSA_2048, [(COMMITMENTS[i], bs[i]) for i in gone])
    shown = [(bs[i], ALPHAS[i]) for i in range(3) if i not in gone]
    assert bicorn.omega(RSA_2048, h, shown, RSA_2048.power(x, 1 << T)) == whole


def test_the_seed_hashes_the_frozen_tree_and_omega() -> None:
    star, omega = b_star(COMMITMENTS), COMMITMENTS[0]
    seed = bicorn.seed(SALE, ROOT, 7, star, RSA_2048, omega)
    parts = (SALE, ROOT, i2osp(7, 8), star, omega.to_bytes(256, "big"))
    assert seed == tagged("seed", *parts, b"")
    with_round = bicorn.seed(SALE, ROOT, 7, star, RSA_2048, omega, b"round")
    assert with_round == tagged("seed", *parts, b"round")


@pytest.mark.parametrize("element", [0, RSA_2048.n - 1, RSA_2048.n])
def test_what_is_no_element_is_not_hashed(element: int) -> None:
    star = bytes(32)
    for call in (
        lambda: b_star([element]),
        lambda: bicorn.coefficient(RSA_2048, element, star),
        lambda: bicorn.seed(SALE, ROOT, 7, star, RSA_2048, element),
    ):
        with pytest.raises(CryptoError) as caught:
            call()
        assert caught.value.code == "delay.element-range"
