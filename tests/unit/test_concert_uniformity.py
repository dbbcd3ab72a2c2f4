"""A concert of 120 seats for 300 people: over fixed seeds nobody is favoured."""

from hashlib import sha512
from math import exp, lgamma, log, sqrt

import pytest

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool

PEOPLE, SEATS, SEEDS = 300, 120, 2000
SALE = bytes(range(32))
POOL = Pool("main", Mechanism.EQUAL_SHARE, SEATS, 4500, 1)
CONFIDENCE = 0.999


@pytest.mark.slow
def test_win_counts_of_the_concert_are_uniform() -> None:
    """Pearson's statistic of 300 win counts, for draws without replacement.

    In each of R = 2000 draws exactly k = 120 of n = 300 people win, each with chance
    p = k/n. A person's count W_i has variance R·p·(1-p), two counts have covariance
    -R·p·(1-p)/(n-1), and the counts add up to R·k. So the covariance matrix is
    R·p·(1-p)·n/(n-1) times the projection onto vectors of sum zero, and

        Q = Σ (W_i - R·p)² · (n-1) / (n · R·p·(1-p))

    tends to chi-square with n-1 = 299 degrees of freedom. (Σ (W_i - R·p)² / (R·p)
    would be too small by the factor (1-p)·n/(n-1), and hide a bias.)

    The seeds are 0..1999 as integers of 32 bytes, big-endian, so the test is
    deterministic: of all ways to derive ranks, 1 in 1000 would miss this bound.
    """
    nyms = tuple(Nym(sha512(i.to_bytes(8, "big")).digest()[:48]) for i in range(PEOPLE))
    orders = [Order(1, 4500)] * PEOPLE
    wins = [0] * PEOPLE
    for number in range(SEEDS):
        lots = SeededLots(number.to_bytes(32, "big"), SALE, POOL.name, nyms)
        for index, units in enumerate(equal_share(POOL, orders, lots).units):
            wins[index] += units
    assert sum(wins) == SEEDS * SEATS
    statistic = concert_statistic(wins)
    assert statistic < quantile(PEOPLE - 1, CONFIDENCE)
    # As unlikely on the other side: counts that are too even are no draw either.
    assert statistic > quantile(PEOPLE - 1, 1 - CONFIDENCE)


def test_the_statistic_would_notice_a_favoured_person() -> None:
    """One person who always wins, at the cost of all others alike, is found."""
    fair = SEEDS * SEATS / PEOPLE
    favoured = [fair] * PEOPLE
    favoured[0] = SEEDS
    for i in range(1, PEOPLE):
        favoured[i] -= (SEEDS - fair) / (PEOPLE - 1)
    assert concert_statistic(favoured) > quantile(PEOPLE - 1, CONFIDENCE)


@pytest.mark.parametrize(
    ("freedom", "confidence", "expected"),
    [(1, 0.95, 3.841), (10, 0.999, 29.588), (100, 0.999, 149.449)],
)
def test_the_quantile_is_that_of_printed_tables(
    freedom: int, confidence: float, expected: float
) -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4."""
    assert quantile(freedom, confidence) == pytest.approx(expected, abs=5e-4)


def concert_statistic(wins: list[float] | list[int]) -> float:
    p = SEATS / PEOPLE
    squares = sum((won - SEEDS * p) * (won - SEEDS * p) for won in wins)
    return squares * (PEOPLE - 1) / (PEOPLE * SEEDS * p * (1 - p))


def quantile(freedom: int, confidence: float) -> float:
    """Return the chi-square quantile, by bisection of its distribution."""
    low, high = 0.0, freedom + 20 * sqrt(2 * freedom)
    for _ in range(100):
        middle = (low + high) / 2
        below = distribution(freedom, middle) < confidence
        low, high = (middle, high) if below else (low, middle)
    return high


def distribution(freedom: int, x: float) -> float:
    """Return P(a, y), a = freedom/2, y = x/2, by its series (DLMF 8.11.4)."""
    a, y = freedom / 2, x / 2
    term = exp(a * log(y) - y - lgamma(a + 1))
    total = 0.0
    k = 0
    while term > 1e-17 * total:
        total += term
        k += 1
        term *= y / (a + k)
    return total
