"""Vectors of the beacon's arithmetic (specs/delay.md, section 5); a part of chapter delay."""

from collections.abc import Sequence

from fairlot.errors import InvariantError
from fairlot_crypto.delay import bicorn, wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import RSA_2048, Setup, shipped_setup
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.randomness import SeededRandomness
from generators.case import Case, Raw, accept, reject

SALE_ID = bytes(range(32))
ROOT = bytes(range(32, 64))
SIZE = 17
TOY_FACTOR = 2**61 - 1
TOY = Modulus(TOY_FACTOR * (2**89 - 1))
"""A small modulus whose factors are known: for arithmetic, never for a sale."""


def cases() -> Sequence[Case]:
    """Return the cases of commitments, openings and seeds."""
    return (*_beacons(), *_refused_commitments(), *_refused_openings())


def recoveries() -> Sequence[Case]:
    """Return the cases of openings that are missing: Ω and seed are those of the whole."""
    rows = (
        ("none", "Nothing is missing: X is 1.", ()),
        ("one", "The first contributor keeps silent.", (0,)),
        ("two", "Two keep silent.", (0, 2)),
        ("all", "All keep silent.", (0, 1, 2)),
    )
    return [_recovery(*row) for row in rows]


def shipped(T: int) -> Setup:
    """Return a set-up that comes with the package.

    Raises:
        InvariantError: ``vectors.no-setup``.
    """
    setup = shipped_setup(T)
    if setup is None:
        raise InvariantError("vectors.no-setup", f"no set-up ships for T = {T}")
    return setup


def sample_alpha(number: int) -> int:
    """Return the opening of a sample contributor."""
    return bicorn.draw_alpha(SeededRandomness(bytes([number]) * 32))


def _beacons() -> Sequence[Case]:
    first, second, third = (sample_alpha(number) for number in (1, 2, 3))
    rows: tuple[tuple[str, str, int, Sequence[int], bytes], ...] = (
        ("one", "One contributor, one squaring.", 1, (first,), b""),
        ("three", "Three, at the default delay.", 65536, (first, second, third), b""),
        ("reordered", "The same in another order.", 65536, (third, first, second), b""),
        ("copied", "Two of the same opening count twice.", 1, (first, first), b""),
        ("smallest", "The smallest opening: c is g.", 1, (1, second), b""),
        ("round", "A drand signature enters the seed.", 1, (first,), bytes(range(48))),
    )
    return [_beacon(*row) for row in rows]


def _beacon(
    name: str, comment: str, T: int, alphas: Sequence[int], drand: bytes
) -> Case:
    h = shipped(T).h
    cs = [bicorn.commit(RSA_2048, alpha) for alpha in alphas]
    star = bicorn.b_star(SALE_ID, RSA_2048, T, ROOT, cs)
    coefficients = [bicorn.coefficient(RSA_2048, c, star) for c in cs]
    omega = bicorn.omega(RSA_2048, h, list(zip(coefficients, alphas, strict=True)))
    return accept(
        f"beacon-{name}",
        comment,
        {
            "op": "beacon",
            "sale_id": SALE_ID,
            "modulus": RSA_2048.to_bytes(),
            "T": T,
            "h": RSA_2048.encode(h),
            "root_d": ROOT,
            "n_d": SIZE,
            "alphas": [i2osp(alpha, bicorn.ALPHA_LENGTH) for alpha in alphas],
            "drand": drand,
        },
        {"seed": bicorn.seed(SALE_ID, ROOT, SIZE, star, RSA_2048, omega, drand)},
        {
            "commitments": [RSA_2048.encode(c) for c in cs],
            "b_star": star,
            "coefficients": [i2osp(b, 32) for b in coefficients],
            "omega": RSA_2048.encode(omega),
        },
    )


def _recovery(name: str, comment: str, withheld: Sequence[int]) -> Case:
    T = 65536
    h, alphas = shipped(T).h, [sample_alpha(number) for number in (1, 2, 3)]
    cs = [bicorn.commit(RSA_2048, alpha) for alpha in alphas]
    star = bicorn.b_star(SALE_ID, RSA_2048, T, ROOT, cs)
    bs = [bicorn.coefficient(RSA_2048, c, star) for c in cs]
    x = bicorn.missing_start(RSA_2048, [(cs[i], bs[i]) for i in withheld])
    y, proof = wesolowski.prove(RSA_2048, x, T)
    shown = [(bs[i], alphas[i]) for i in range(3) if i not in withheld]
    omega = bicorn.omega(RSA_2048, h, shown, y)
    return accept(
        f"recover-{name}",
        comment,
        {
            "op": "recover",
            "sale_id": SALE_ID,
            "modulus": RSA_2048.to_bytes(),
            "T": T,
            "h": RSA_2048.encode(h),
            "root_d": ROOT,
            "n_d": SIZE,
            "commitments": [RSA_2048.encode(c) for c in cs],
            "alphas": [
                None if i in withheld else i2osp(alpha, bicorn.ALPHA_LENGTH)
                for i, alpha in enumerate(alphas)
            ],
        },
        {
            "x": RSA_2048.encode(x),
            "y": RSA_2048.encode(y),
            "proof": RSA_2048.encode(proof),
            "omega": RSA_2048.encode(omega),
            "seed": bicorn.seed(SALE_ID, ROOT, SIZE, star, RSA_2048, omega),
        },
    )


def _refused_commitments() -> Sequence[Case]:
    copy = bicorn.commit(RSA_2048, sample_alpha(1))
    rows = (
        ("one", "c is not 1; it would add nothing.", RSA_2048, 1),
        ("zero", "c is a unit; Ω would be known.", RSA_2048, 0),
        (
            "mirrored",
            "c is at most floor(N/2); N - c would pass for another commitment.",
            RSA_2048,
            RSA_2048.n - copy,
        ),
        ("factor", "c is a unit; Ω would be a multiple of it.", TOY, 3 * TOY_FACTOR),
    )
    return [_refused_commitment(*row) for row in rows]


def _refused_commitment(name: str, rule: str, modulus: Modulus, c: int) -> Case:
    inputs: dict[str, Raw] = {
        "op": "commitment",
        "modulus": modulus.to_bytes(),
        "c": i2osp(c, modulus.width),
    }
    return reject(
        f"commitment-{name}",
        rule,
        "bicorn.commitment-range",
        inputs,
        lambda: modulus.check_commitment(c),
    )


def _refused_openings() -> Sequence[Case]:
    alpha = sample_alpha(1)
    c = bicorn.commit(RSA_2048, alpha)
    rows = (
        ("other", "alpha is the committed one.", c, sample_alpha(2)),
        ("successor", "alpha is the committed one.", c, alpha + 1),
        ("zero", "alpha is the committed one.", c, 0),
        ("mirrored", "g^alpha is canonical.", RSA_2048.n - c, alpha),
    )
    return [_refused_opening(*row) for row in rows]


def _refused_opening(name: str, rule: str, c: int, alpha: int) -> Case:
    inputs: dict[str, Raw] = {
        "op": "open",
        "modulus": RSA_2048.to_bytes(),
        "c": i2osp(c, RSA_2048.width),
        "alpha": i2osp(alpha, bicorn.ALPHA_LENGTH),
    }
    return reject(
        f"open-{name}",
        rule,
        "bicorn.opening",
        inputs,
        lambda: bicorn.open_commitment(RSA_2048, c, alpha),
    )
