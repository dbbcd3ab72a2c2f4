"""Attacks on the draw by those who make it (specs/simulation.md, section 13)."""

from collections.abc import Sequence

from fairlot.simulation.attack import (
    MARGIN,
    Attack,
    P,
    Sign,
    Target,
    buyers,
    target,
    units_in,
)
from fairlot.simulation.draws import seed_of
from fairlot.simulation.entering import SALE, nym_of
from fairlot.simulation.staged import fork
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.delay.bicorn import (
    b_star,
    coefficient,
    commit,
    missing_start,
    omega,
    seed,
)
from fairlot_crypto.delay.evaluation import evaluate
from fairlot_crypto.delay.parameters import RSA_2048, make_setup
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import SeededRandomness

_SQUARINGS = 16
"""A real sale takes millions; the result is the same."""
_ROOT = bytes(32)
_TRIES = 4
_MOST_FORKS = 10
"""A run with whole boards takes its time, and differs from another in the openings only."""
_POOL = Pool("main", Mechanism.LOTTERY, 10, P)


def _wins(drawn: bytes) -> int:
    """Return what the first of 20 buyers gets of 10 units."""
    return units_in(_POOL, buyers(range(20)), drawn)[nym_of(0)]


def _alphas(seed_: int, run: int) -> list[int]:
    return [os2ip(seed_of(seed_, run, f"alpha {i}")) for i in range(3)]


def _beacon(alphas: Sequence[int], withheld: int) -> bytes:
    """Return the seed of a draw whose last contributors reveal nothing."""
    setup = make_setup(RSA_2048, _SQUARINGS)
    commitments = [commit(RSA_2048, alpha) for alpha in alphas]
    star = b_star(SALE, RSA_2048, _SQUARINGS, _ROOT, commitments)
    weights = [coefficient(RSA_2048, c, star) for c in commitments]
    shown = len(alphas) - withheld
    start = missing_start(
        RSA_2048, list(zip(commitments[shown:], weights[shown:], strict=True))
    )
    recovered = evaluate(RSA_2048, start, _SQUARINGS)[0] if withheld else 1
    revealed = list(zip(weights[:shown], alphas[:shown], strict=True))
    result = omega(RSA_2048, setup.h, revealed, recovered)
    return seed(SALE, _ROOT, 1, star, RSA_2048, result)


def _withholding(seed_: int, runs: int) -> list[Target]:
    """The last contributor, one of 20 who want 10 seats, reveals only a draw that suits."""

    def better(full: bytes, dropped: bytes) -> float:
        return (max(_wins(full), _wins(dropped)) - _wins(full)) * MARGIN

    def without(run: int) -> float:
        full, dropped = (seed_of(seed_, run, which) for which in ("all", "fewer"))
        return better(full, dropped)

    def ours(run: int) -> float:
        alphas = _alphas(seed_, run)
        full, dropped = (_beacon(alphas, withheld) for withheld in (0, 1))
        return better(full, dropped) + (full != dropped)

    return [
        target("commit and reveal without recovery", False, Sign.GAIN, without, runs),
        target("beacon, what is withheld recovered", True, Sign.NOTHING, ours, runs),
    ]


def _forking(seed_: int, runs: int) -> list[Target]:
    """The board draws again, with other openings of a contributor who colludes."""

    def repeated(run: int) -> float:
        first, second, last = _alphas(seed_, run)
        tries = [_beacon((first, second, last + 1 + i), 0) for i in range(_TRIES)]
        honest = _wins(_beacon((first, second, last), 0))
        return (max(honest, *map(_wins, tries)) - honest) * MARGIN

    def sealed(run: int) -> float:
        found = fork(SeededRandomness(seed_of(seed_, run, "fork")))
        return (found.second - found.first) * MARGIN

    few = min(runs, _MOST_FORKS)
    return [
        target("a draw that can be repeated", False, Sign.GAIN, repeated, runs),
        target("beacon, all contributors collude", True, Sign.GAIN, repeated, runs),
        target("beacon, one seals honestly", True, Sign.NOTHING, sealed, few),
    ]


ON_DRAW = (
    Attack(
        "withholding",
        "revealing only a draw that suits",
        "the last contributor, who takes part too",
        "none",
        "anybody recovers what is withheld, and the seed is the same",
        _withholding,
    ),
    Attack(
        "forking",
        "drawing again in a second history",
        "the board, all contributors but one, and a buyer",
        "none, but the board's good name: two signed histories are evidence",
        "an honest contributor seals one set, and no other history has enough seals; "
        "nothing where all contributors collude, but a round of a public clock",
        _forking,
    ),
)
"""In the order of the lab."""
