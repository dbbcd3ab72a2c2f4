"""How many squarings there may be, and how they and their proof are done.

Code of specs/delay.md, section 4.5. Nothing here computes with elements of the group.
"""

from dataclasses import dataclass

from fairlot_crypto.errors import CallerError

MAX_SQUARINGS = 2**40
"""The largest T."""

_STORED_POWERS = 400_000
"""The most powers of x that are kept: 130 MB in memory, 100 MB on a disk."""
_LEAST_SPACING = 40
"""Squarings of one call at least: with fewer it is slower, and there are powers enough."""
_MAX_DIGIT_BITS = 16
_CHECKPOINT = (2**17, 2**24)
"""Squarings between two checkpoints, at least and at most: 0.3 to 30 seconds."""
_CHECKPOINTS = 1024
"""How many checkpoints an evaluation has if these bounds allow it."""


def check_squarings(T: int) -> None:
    """Check that T lies in [1, 2^40].

    Raises:
        CallerError: ``wesolowski.squarings``.
    """
    if not 1 <= T <= MAX_SQUARINGS:
        raise CallerError(
            "wesolowski.squarings", "T, the number of squarings, must lie in [1, 2^40]"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How T squarings and their proof are done; the result does not depend on it.

    The proof's exponent floor(2^T / l) is written in digits of ``bits`` bits. Every
    ``bits * stride``-th power of x is kept. The digits are taken in ``stride`` rounds:
    round j takes those whose index, counted from the lowest, is j mod stride.
    """

    T: int
    """T, how many squarings are done one after the other."""
    bits: int
    """k, how many bits a digit of the exponent has."""
    stride: int
    """γ, in how many rounds the digits are taken."""

    @classmethod
    def of(cls, T: int) -> "Plan":
        """Return the plan with the fewest multiplications.

        Raises:
            CallerError: ``wesolowski.squarings`` for T outside [1, 2^40].
        """
        check_squarings(T)
        least = max(_LEAST_SPACING, -(-T // _STORED_POWERS))
        plans = (cls(T, k, -(-least // k)) for k in range(1, _MAX_DIGIT_BITS + 1))
        return min(plans, key=lambda plan: plan.multiplications)

    @property
    def multiplications(self) -> int:
        """Multiplications of the proof: one a digit, and two a bucket and round."""
        return self.digits + self.stride * (2 << self.bits)

    @property
    def spacing(self) -> int:
        """Squarings from one kept power to the next."""
        return self.bits * self.stride

    @property
    def digits(self) -> int:
        """Digits of the exponent; all above them is zero, since l has 256 bits."""
        return self.T // self.bits

    @property
    def powers(self) -> int:
        """Powers to be computed and kept besides x itself."""
        return self.T // self.spacing

    @property
    def powers_a_file(self) -> int:
        """Powers of one checkpoint."""
        least, most = _CHECKPOINT
        squarings = min(max(least, self.T // _CHECKPOINTS), most)
        return -(-squarings // self.spacing)

    @property
    def total(self) -> int:
        """Steps in all, as progress counts them."""
        return self.T + self.digits
