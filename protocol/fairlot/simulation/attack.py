"""What an attack is, and what is found of one (specs/simulation.md, section 13)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairlot.allocation.entering import Entrant
from fairlot.allocation.run_pools import allocate
from fairlot.names import Nym
from fairlot.simulation.entering import SALE, nym_of
from fairlot.simulation.estimates import Estimate, estimate
from fairlot.terms.pool import Pool

P, WORTH = 1000, 4000
"""The price of a unit, and what others would pay for it."""
MARGIN = (WORTH - P) / P
"""What selling a unit on brings, in prices."""


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
class ByShare:
    """How a gain goes with the share of people who do something."""

    what: str
    """What this share of them does."""
    points: tuple[tuple[float, Estimate], ...]
    """Shares from 0 to 1, each with the gain at it."""
    break_even: Estimate
    """The share at which nothing is gained; the attack pays below it."""


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
    by_share: Callable[[int, int], "ByShare"] | None = None
    """From the same to how the gain goes with what nobody can know: what people do."""


def target(
    way: str, ours: bool, sign: Sign, gain: Callable[[int], float], runs: int
) -> Target:
    """Return what runs find: ``gain`` goes from the number of a run to the gain in it."""
    found = [gain(run) for run in range(runs)]
    return Target(way, ours, estimate(found), max(found), sign)


def buyers(numbers: Sequence[int]) -> list[Entrant]:
    """Return people who want one unit each at its price."""
    return [Entrant(nym_of(number), 1, P) for number in numbers]


def units_in(pool: Pool, entrants: Sequence[Entrant], seed: bytes) -> dict[Nym, int]:
    """Return what each gets in a draw."""
    outcome = allocate([pool], entrants, seed, SALE)
    return {total.nym: total.units for total in outcome.totals}
