"""Means with their 95 % intervals (specs/simulation.md, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt, tan
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number over independent runs, with its 95 % interval."""

    mean: float
    low: float
    """The lower end of the interval; the mean for one run, which says nothing of it."""
    high: float
    """The upper end of the interval."""
    runs: int

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def covers(self, number: float) -> str:
        """Say where a number lies: ``below``, ``within`` or ``above`` the interval."""
        if number < self.low:
            return "below"
        return "above" if number > self.high else "within"


def estimate(samples: Sequence[float]) -> Estimate:
    """Return the mean, and Student's interval (steps 1 and 2).

    Args:
        samples: one number for each run, at least one.
    """
    runs = len(samples)
    mean = fmean(samples)
    half = _half(samples)
    return Estimate(mean, mean - half, mean + half, runs)


def _half(samples: Sequence[float]) -> float:
    runs = len(samples)
    return student(runs - 1) * stdev(samples) / sqrt(runs) if runs > 1 else 0.0


def ratio(parts: Sequence[float], wholes: Sequence[float]) -> Estimate:
    """Return the ratio of two means, and its interval (step 3).

    Args:
        parts: one number for each run, at least one.
        wholes: of the same runs; a mean of 0 counts as 1.
    """
    whole = fmean(wholes) or 1.0
    found = fmean(parts) / whole
    rest = [part - found * each for part, each in zip(parts, wholes, strict=True)]
    half = _half(rest) / abs(whole)
    return Estimate(found, found - half, found + half, len(parts))


def least(found: Sequence[Estimate]) -> Estimate:
    """Return the least of several numbers, and its interval (step 4)."""
    smallest = min(found, key=lambda each: each.mean)
    return Estimate(
        smallest.mean,
        min(each.low for each in found),
        min(each.high for each in found),
        smallest.runs,
    )


def student(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's distribution.

    Exact for one and two degrees of freedom, else by the expansion of Abramowitz and
    Stegun, 26.7.5, which is within 0.2 % from three on.

    Args:
        freedom: degrees, at least 1.
    """
    if freedom == 1:
        return tan(pi * LEVEL / 2)
    if freedom == 2:
        return LEVEL * sqrt(2 / (1 - LEVEL * LEVEL))
    z, n = _Z, freedom
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / n + second / n**2 + third / n**3 + fourth / n**4
