"""Means with their 95 % intervals (specs/simulation.md, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt, tan
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over independent runs."""

    mean: float
    half: float
    """Half the width of the 95 % interval; 0 for one run, which says nothing of it."""
    runs: int

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half

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
    if runs < 2:
        return Estimate(mean, 0.0, runs)
    return Estimate(mean, student(runs - 1) * stdev(samples) / sqrt(runs), runs)


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
