"""What an attack is, and what is found of one (specs/simulation.md, section 13)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairlot.simulation.estimates import Estimate


class Sign(StrEnum):
    """What theory says of an attack's gain."""

    NOTHING = "nothing"
    """No unit, row or seed changes: the gain is 0 in every run."""
    LOSS = "loss"
    """It costs more than it brings: the interval lies below 0."""
    NO_GAIN = "no gain"
    """It never brings more than honesty does: no run above 0."""
    GAIN = "gain"
    """It pays: the interval lies above 0."""


@dataclass(frozen=True, slots=True)
class Target:
    """One attack on one way of selling."""

    way: str
    ours: bool
    """Whether the way is a mechanism of fairlot as it is; else something to compare with."""
    gain: Estimate
    """More than by honesty, in prices of a unit, of all who collude together."""
    worst: float
    """The greatest gain of one run."""
    expected: Sign

    @property
    def as_expected(self) -> str:
        """Say ``yes`` or ``no``: whether theory and runs agree."""
        low, high = self.gain.low, self.gain.high
        agree = {
            Sign.NOTHING: low == high == 0 == self.worst,
            Sign.LOSS: high < 0,
            Sign.NO_GAIN: self.worst <= 0,
            Sign.GAIN: low > 0,
        }[self.expected]
        return "yes" if agree else "no"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the lab."""

    name: str
    title: str
    who: str
    """Who colludes."""
    cost: str
    stops: str
    """What stops it here, or that nothing does."""
    play: Callable[[int, int], Sequence[Target]]
    """From a seed and a number of runs to what is found."""
