"""How long a delay must be, and how long it then takes (specs/delay.md, section 6)."""

from collections.abc import Callable
from dataclasses import dataclass

from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import SHIPPED
from fairlot_crypto.delay.plan import MAX_SQUARINGS, Plan
from fairlot_crypto.errors import CallerError

ADVANTAGE = 60
"""A, how many times faster than ordinary hardware the fastest attacker is assumed to be."""
REFERENCE_RATE = 1_000_000
"""R of ordinary hardware in squarings a second, more than was measured."""
SAFETY = 2
"""The factor by which T exceeds what A and R ask for."""
QUICK = 180
"""Seconds that a recovery may take where unpredictability does not rest on T."""

_SLICE = 2**14
"""Squarings timed at once."""
_MULTIPLICATION = 2
"""Squarings that take as long as a multiplication of the proof, at most."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a set-up of T squarings reaches on a machine of a certain rate."""

    T: int
    """T, how many squarings the set-up is for."""
    longest_window: int
    """For how many seconds a commitment may be added or the sale be voided."""
    recovery: int
    """How many seconds the recovery of a missing opening takes, including its proof.

    The set-up takes as long.
    """


def measure_rate(
    modulus: Modulus, clock: Callable[[], float], slices: int = 100
) -> int:
    """Return R, the squarings a second of this machine in the fastest of many slices.

    Other load only slows a slice down, and too small an R would give too small a T.

    Args:
        modulus: N, the modulus of the group.
        clock: tells the time in seconds, such as ``time.perf_counter``.
        slices: how many slices of 16,384 squarings are timed.

    Raises:
        CallerError: ``calibration.range`` for less than 1 slice or a clock that stands.
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
            "the clock must go forward while squarings are measured: take a finer one",
        )
    return -int(-_SLICE // min(times))


def required_squarings(rate: int, window: int, advantage: int = ADVANTAGE) -> int:
    """Return the least T >= 2 A R w, with which nobody finishes within the window.

    Args:
        rate: R, the squarings a second that were measured.
        window: w, the seconds in which a commitment can be added or the sale be voided.
        advantage: A, how many times faster the fastest attacker is.

    Raises:
        CallerError: ``calibration.range`` for an argument below 1,
            ``calibration.window`` if T would exceed 2^40.
    """
    _check(rate, window, advantage)
    T = SAFETY * advantage * rate * window
    if T > MAX_SQUARINGS:
        raise CallerError(
            "calibration.window",
            f"the window must be shorter: it asks for {T} squarings, and 2^40 are the most",
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


def quick_coverage(rate: int, advantage: int = ADVANTAGE) -> Coverage:
    """Return ``coverage`` of the largest shipped set-up with a recovery of three minutes.

    It suits a sale that names a round of drand: T then only bounds how long a withheld
    reveal delays the draw.

    Raises:
        CallerError: ``calibration.range``.
    """
    first, *others = shipped_coverage(rate, advantage)
    return max((first, *(c for c in others if c.recovery <= QUICK)), key=lambda c: c.T)


def _check(*numbers: int) -> None:
    if min(numbers) < 1:
        raise CallerError(
            "calibration.range", "rate, window, factor and slices must be at least 1"
        )
