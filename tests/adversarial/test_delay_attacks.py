"""What a prover or a contributor may try against the beacon's arithmetic."""

from dataclasses import dataclass

import pytest

from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, Setup, shipped_setup
from fairlot_crypto.delay.primes import hash_to_prime, is_probable_prime
from fairlot_crypto.errors import EncodingError, ProofError
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash
from fairlot_crypto.randomness import SeededRandomness

N = RSA_2048.n
G = RSA_2048.generator()
SALE, ROOT = bytes(range(32)), bytes(range(32, 64))

# A modulus whose factors are known: what the trust in RSA-2048 rules out.
P, Q = 2**61 - 1, 2**89 - 1
TOY = Modulus(P * Q)
ORDER = (P - 1) * (Q - 1)


def shipped(T: int) -> Setup:
    setup = shipped_setup(T)
    assert setup is not None
    return setup


T = 65536
H, PROOF = shipped(T).h, shipped(T).proof


def refusal(x: int, y: int, T: int, proof: int, modulus: Modulus = RSA_2048) -> str:
    with pytest.raises(ProofError) as caught:
        wesolowski.verify(modulus, x, y, T, proof)
    return caught.value.code


# --- Wesolowski's proof ---


def test_the_honest_proof_holds() -> None:
    wesolowski.verify(RSA_2048, G, H, T, PROOF)


@pytest.mark.parametrize("claimed", [1, 65535, 65537, 131072, 2**40])
def test_a_proof_is_of_no_other_number_of_squarings(claimed: int) -> None:
    assert refusal(G, H, claimed, PROOF) == "wesolowski.equation"


def test_a_proof_is_of_no_other_input() -> None:
    for x in (H, PROOF, RSA_2048.multiply(G, G), 1, 2):
        assert refusal(x, H, T, PROOF) == "wesolowski.equation"


def test_a_proof_is_of_no_other_output() -> None:
    for y in (G, PROOF, RSA_2048.multiply(H, G), 1, 2, N // 2):
        assert refusal(G, y, T, PROOF) == "wesolowski.equation"


def test_a_proof_is_of_no_other_modulus() -> None:
    other = Modulus(N + 2)
    assert refusal(G, H, T, PROOF, other) == "wesolowski.equation"


@pytest.mark.parametrize("bad", [0, -1, N - 1, N, N + 1, N // 2 + 1, N - H, N + H])
def test_what_is_no_representative_is_refused_in_every_place(bad: int) -> None:
    assert refusal(bad, H, T, PROOF) == "wesolowski.element"
    assert refusal(G, bad, T, PROOF) == "wesolowski.element"
    assert refusal(G, H, T, bad) == "wesolowski.element"


def test_minus_y_is_refused_although_its_equation_holds_mod_n() -> None:
    """l is odd: in Z_N^* the pair (-y, -π) would prove the false statement -y."""
    prime = hash_to_prime(RSA_2048, G, H, T)
    remainder = pow(2, T, prime)
    left = pow(N - PROOF, prime, N) * pow(G, remainder, N) % N
    assert left in (H, N - H)
    assert refusal(G, N - H, T, N - PROOF) == "wesolowski.element"


def test_the_proofs_one_and_g_do_not_stand_for_work() -> None:
    for proof in (1, 2, G, H):
        assert refusal(G, H, T, proof) == "wesolowski.equation"


def test_a_shortcut_with_a_wrong_y_does_not_find_its_proof() -> None:
    """Without the order, π = x^floor(2^T / l) of a false y misses by y / x^(2^T)."""
    false = RSA_2048.multiply(H, G)
    prime = hash_to_prime(RSA_2048, G, false, T)
    proof = RSA_2048.power(G, (1 << T) // prime)
    assert refusal(G, false, T, proof) == "wesolowski.equation"


def test_a_challenge_chosen_before_the_output_does_not_help() -> None:
    """For a fixed l anybody finds π and then y = π^l x^r: y is inside the hash."""
    prime = hash_to_prime(RSA_2048, G, H, T)
    y = RSA_2048.multiply(RSA_2048.power(7, prime), RSA_2048.power(G, pow(2, T, prime)))
    assert refusal(G, y, T, 7) == "wesolowski.equation"


def first_candidate(x: int, y: int, squarings: int) -> int:
    parts = (
        TOY.to_bytes(),
        TOY.encode(x),
        TOY.encode(y),
        i2osp(squarings, 8),
        bytes(8),
    )
    return os2ip(tagged_hash("h2p", *parts)) | 1 << 255 | 1


def test_a_proof_for_a_composite_challenge_is_refused() -> None:
    """A prover who skips the primality test gets another l, and fails."""
    refused = 0
    for x in range(2, 12):
        y = TOY.power(x, 1 << 1000)
        composite = first_candidate(x, y, 1000)
        if not is_probable_prime(composite):
            proof = TOY.power(x, (1 << 1000) // composite)
            assert refusal(x, y, 1000, proof, TOY) == "wesolowski.equation"
            refused += 1
    assert refused >= 5


@pytest.mark.parametrize("length", [0, 1, 255, 257, 512])
def test_truncated_and_extended_elements_do_not_decode(length: int) -> None:
    data = (RSA_2048.encode(PROOF) * 2)[:length]
    with pytest.raises(EncodingError) as caught:
        RSA_2048.decode(data)
    assert caught.value.code == "delay.element"


@dataclass(frozen=True, slots=True)
class Forgery:
    """A statement about a long delay, and how it is refused."""

    code: str
    x: int
    y: int
    T: int
    proof: int
    modulus: Modulus = RSA_2048


LONG = shipped(2**24)


@pytest.mark.parametrize(
    "forged",
    {
        "another T": Forgery("equation", G, LONG.h, 2**24 - 1, LONG.proof),
        "the T of another set-up": Forgery("equation", G, LONG.h, 2**20, LONG.proof),
        "another group": Forgery(
            "equation", G, LONG.h, 2**24, LONG.proof, Modulus(N + 2)
        ),
        "another input": Forgery("equation", H, LONG.h, 2**24, LONG.proof),
        "another output": Forgery("equation", G, H, 2**24, LONG.proof),
        "minus the output": Forgery("element", G, N - LONG.h, 2**24, N - LONG.proof),
        "output 0": Forgery("element", G, 0, 2**24, 0),
        "output 1": Forgery("equation", G, 1, 2**24, 1),
        "output N - 1": Forgery("element", G, N - 1, 2**24, 1),
        "proof 0": Forgery("element", G, LONG.h, 2**24, 0),
        "proof 1": Forgery("equation", G, LONG.h, 2**24, 1),
        "proof N - 1": Forgery("element", G, LONG.h, 2**24, N - 1),
        "a proof without its last byte": Forgery(
            "equation", G, LONG.h, 2**24, LONG.proof >> 8
        ),
    }.items(),
    ids=lambda row: row[0],
)
def test_every_forgery_has_its_code(forged: tuple[str, Forgery]) -> None:
    _, f = forged
    assert refusal(f.x, f.y, f.T, f.proof, f.modulus) == f"wesolowski.{f.code}"


def test_whoever_knows_the_factors_proves_what_is_false() -> None:
    """A root of unity other than ±1 passes: nothing but the modulus prevents it."""
    root = (1 + P * pow(P, -1, Q) * -2) % TOY.n
    assert pow(root, 2, TOY.n) == 1
    assert root not in (1, TOY.n - 1)
    x, squarings = 3, 1000
    y = TOY.multiply(TOY.power(x, 1 << squarings), root)
    prime = hash_to_prime(TOY, x, y, squarings)
    proof = TOY.multiply(TOY.power(x, (1 << squarings) // prime), root)
    wesolowski.verify(TOY, x, y, squarings, proof)
    assert y != TOY.power(x, 1 << squarings)


def test_whoever_knows_the_factors_skips_the_delay() -> None:
    alpha_of_others = 987654321
    c = bicorn.commit(TOY, alpha_of_others)
    at_once = TOY.power(c, pow(2, 2**40, ORDER))
    h = TOY.power(TOY.generator(), pow(2, 2**40, ORDER))
    assert at_once == bicorn.omega(TOY, h, [(1, alpha_of_others)])


# --- Commitments made from the commitments of others ---


def honest(number: int) -> tuple[int, int]:
    alpha = bicorn.draw_alpha(SeededRandomness(bytes([number]) * 32))
    return alpha, bicorn.commit(RSA_2048, alpha)


def omega_of(commitments: list[tuple[int, int]], *, weighted: bool) -> int:
    """Return Ω for T = 1 by squaring; ``commitments`` holds (c, its coefficient)."""
    product = 1
    for c, b in commitments:
        product = RSA_2048.multiply(product, RSA_2048.power(c, b if weighted else 1))
    return RSA_2048.power(product, 2)


def with_coefficients(*commitments: int) -> list[tuple[int, int]]:
    star = bicorn.b_star(SALE, RSA_2048, 1, ROOT, commitments)
    return [(c, bicorn.coefficient(RSA_2048, c, star)) for c in commitments]


def test_an_inverted_commitment_does_not_cancel_its_original() -> None:
    outputs: set[int] = set()
    for number in range(3):
        _, c = honest(number)
        inverse = RSA_2048.reduce(pow(c, -1, N))
        RSA_2048.check_commitment(inverse)
        weighted = with_coefficients(c, inverse)
        assert omega_of(weighted, weighted=False) == 1
        outputs.add(omega_of(weighted, weighted=True))
    assert len(outputs) == 3
    assert 1 not in outputs


def test_a_copied_commitment_leaves_the_original_s_randomness_in_place() -> None:
    outputs: set[int] = set()
    for number in range(3):
        _, c = honest(number)
        outputs.add(omega_of(with_coefficients(c, c), weighted=True))
    assert len(outputs) == 3


@pytest.mark.parametrize("exponent", [2, 3, 65537])
def test_a_powered_commitment_leaves_the_original_s_randomness_in_place(
    exponent: int,
) -> None:
    outputs: set[int] = set()
    for number in range(3):
        _, c = honest(number)
        powered = RSA_2048.power(pow(c, -1, N), exponent)
        weighted = with_coefficients(c, powered)
        (_, b), (_, b_powered) = weighted
        assert b != exponent * b_powered
        outputs.add(omega_of(weighted, weighted=True))
    assert len(outputs) == 3
    assert 1 not in outputs


def test_a_commitment_that_cancels_for_old_coefficients_changes_them() -> None:
    """A contributor who waits for b* and then answers it has made another b*."""
    _, c = honest(1)
    _, placeholder = honest(2)
    (_, b), (_, b_own) = with_coefficients(c, placeholder)
    rogue = RSA_2048.multiply(placeholder, RSA_2048.power(pow(c, -1, N), b))
    (_, b_after), (_, own_after) = with_coefficients(c, rogue)
    assert b_after != b
    assert own_after != b_own


def test_a_copier_cannot_open_before_the_original_is_opened() -> None:
    alpha, c = honest(1)
    for guess in (0, 1, alpha + 1, alpha - 1):
        with pytest.raises(ProofError) as caught:
            bicorn.open_commitment(RSA_2048, c, guess)
        assert caught.value.code == "bicorn.opening"


def test_the_other_representative_of_a_commitment_is_no_commitment() -> None:
    alpha, c = honest(1)
    with pytest.raises(ProofError) as caught:
        RSA_2048.check_commitment(N - c)
    assert caught.value.code == "bicorn.commitment-range"
    with pytest.raises(ProofError) as caught:
        bicorn.open_commitment(RSA_2048, N - c, alpha)
    assert caught.value.code == "bicorn.opening"


@pytest.mark.parametrize("c", [0, 1, N - 1, N, N + 2, N // 2 + 1, -2])
def test_commitments_without_secret_are_refused(c: int) -> None:
    with pytest.raises(ProofError) as caught:
        RSA_2048.check_commitment(c)
    assert caught.value.code == "bicorn.commitment-range"


def test_a_multiple_of_a_factor_is_no_commitment() -> None:
    for c in (P, 5 * P, Q):
        with pytest.raises(ProofError) as caught:
            TOY.check_commitment(c)
        assert caught.value.code == "bicorn.commitment-range"


def test_many_commitments_of_one_person_give_no_choice_of_outputs() -> None:
    """Pitfalls 1 and 2: of all 2^3 patterns of withholding there is one output."""
    shares = [honest(number) for number in range(3)]
    weighted = with_coefficients(*(c for _, c in shares))
    h = RSA_2048.power(G, 2)
    outputs: set[int] = set()
    for pattern in range(8):
        missing = [weighted[i] for i in range(3) if pattern >> i & 1]
        revealed = [
            (weighted[i][1], shares[i][0]) for i in range(3) if not pattern >> i & 1
        ]
        known = bicorn.omega(RSA_2048, h, revealed)
        outputs.add(RSA_2048.multiply(omega_of(missing, weighted=True), known))
    assert len(outputs) == 1
