"""How long a delay has to be, and how long it then takes (specs/delay.md, section 6)."""

from collections.abc import Callable
from dataclasses import dataclass

from fairlot_crypto.delay.evaluation import MAX_SQUARINGS, Plan
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import SHIPPED
from fairlot_crypto.errors import CallerError

ADVANTAGE = 60
"""A: how many times faster than ordinary hardware the fastest attacker is taken to be."""
REFERENCE_RATE = 1_000_000
"""R of ordinary hardware, above what was measured: squarings a second."""
SAFETY = 2
"""How many times what A and R ask for T should be."""

_SLICE = 2**14
"""Squarings timed at once."""
_MULTIPLICATION = 2
"""Squarings that a multiplication of the proof takes, at most."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set-up of T squarings is good for on a machine of a certain rate."""

    T: int
    """T, how many squarings the set-up is for."""
    longest_window: int
    """Seconds that commitments may be open, with those of the marker's slack."""
    recovery: int
    """Seconds that computing a missing opening takes, proof included."""


def measure_rate(
    modulus: Modulus, clock: Callable[[], float], slices: int = 100
) -> int:
    """Return R, the squarings a second of this machine, by the fastest of many slices.

    Other load only slows a slice down, and too small an R would give too small a T.

    Args:
        modulus: N.
        clock: seconds, such as ``time.perf_counter``.
        slices: to be timed; each is 16,384 squarings.

    Raises:
        CallerError: ``calibration.range`` for fewer slices than 1 or a clock that stands.
    """
    _check(slices)
    x = modulus.generator()
    times: list[float] = []
    for _ in range(slices):
        start = clock()
        x = modulus.power(x, 1 << _SLICE)
        times.append(clock() - start)
    if min(times) <= 0:
        raise CallerError(
            "calibration.range",
            "the clock must go forward while squarings are measured",
        )
    return -int(-_SLICE // min(times))


def required_squarings(rate: int, window: int, advantage: int = ADVANTAGE) -> int:
    """Return the least T >= 2 A R w, with which nobody ends within the window.

    Args:
        rate: R, of the machine that was measured.
        window: w, seconds from CLOSE to COMMIT_END, with its slack.
        advantage: A.

    Raises:
        CallerError: ``calibration.range`` for an argument below 1,
            ``calibration.window`` where T would exceed 2^40.
    """
    _check(rate, window, advantage)
    T = SAFETY * advantage * rate * window
    if T > MAX_SQUARINGS:
        raise CallerError(
            "calibration.window", "no delay of up to 2^40 squarings covers this window"
        )
    return T


def coverage(T: int, rate: int, advantage: int = ADVANTAGE) -> Coverage:
    """Return the longest window that T covers, and how long recovery takes.

    Raises:
        CallerError: ``calibration.range``, ``wesolowski.squarings``.
    """
    _check(rate, advantage)
    steps = T + _MULTIPLICATION * Plan.of(T).multiplications
    return Coverage(T, T // (SAFETY * advantage * rate), -(-steps // rate))


def shipped_coverage(rate: int, advantage: int = ADVANTAGE) -> tuple[Coverage, ...]:
    """Return ``coverage`` of every set-up that comes with the package.

    Raises:
        CallerError: ``calibration.range``.
    """
    return tuple(coverage(T, rate, advantage) for T in SHIPPED)


def _check(*numbers: int) -> None:
    if min(numbers) < 1:
        raise CallerError(
            "calibration.range", "rates, times and factors must be positive"
        )
