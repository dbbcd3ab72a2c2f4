"""How long the draw stays unknowable, compared with the time in which it matters.

specs/beacon.md, section 4. All numbers are integers or fractions of integers, so that every
auditor prints the same digits.
"""

from dataclasses import dataclass

from fairlot.terms.terms import Terms
from fairlot_crypto.delay.calibration import ADVANTAGE, REFERENCE_RATE, SAFETY


@dataclass(frozen=True, slots=True)
class Margin:
    """The delay, and how long a commitment could be added or the sale be voided."""

    delay: int
    """T, the number of squarings."""
    window: int
    """Seconds from t_close to the last moment at which SEALED may come."""

    @classmethod
    def of(cls, terms: Terms) -> "Margin":
        """Return the margin of a sale, by the times of its terms."""
        return cls(terms.beacon.delay, terms.times.window)

    @property
    def speed_up(self) -> str:
        """How much faster than R an attacker would have had to be, with 3 decimals."""
        return _decimal(self.delay, REFERENCE_RATE * self.window)

    @property
    def ratio(self) -> str:
        """T / (2·A·R·window), with 3 decimals, rounded down."""
        return _decimal(self.delay, self.required)

    @property
    def required(self) -> int:
        """The T that has margin 1."""
        return SAFETY * ADVANTAGE * REFERENCE_RATE * self.window

    @property
    def problem(self) -> str:
        """Say what is wrong with a margin below 1."""
        return (
            f"the delay of {self.delay} squarings has the margin {self.ratio} for the "
            f"{self.window} s from t_close to t_seal_end + slack: {self.required} are needed"
        )

    @property
    def holds(self) -> bool:
        """Tell whether the margin is at least 1."""
        return self.delay >= self.required


def _decimal(numerator: int, denominator: int) -> str:
    whole, thousandths = divmod(numerator * 1000 // denominator, 1000)
    return f"{whole}.{thousandths:03}"
