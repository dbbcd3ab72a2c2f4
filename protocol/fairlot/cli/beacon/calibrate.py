"""``fairlot beacon calibrate``: the delay that a sale needs, without and with a round."""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairlot.audit.sentences import utc
from fairlot.cli.command import OK, Command, chosen_curve, whole
from fairlot.cli.output import busy, say, show_json
from fairlot.cli.table import show_table
from fairlot.errors import InputError
from fairlot.terms.named_round import NamedRound
from fairlot.terms.times import MAX_TIME, ROUND_MARGIN, rounds_from
from fairlot.text import Viewed, lasting
from fairlot_crypto.delay.calibration import (
    ADVANTAGE,
    REFERENCE_RATE,
    SAFETY,
    Coverage,
    coverage,
    measure_rate,
    quick_coverage,
    required_squarings,
    shipped_coverage,
)
from fairlot_crypto.delay.parameters import RSA_2048
from fairlot_crypto.delay.plan import MAX_SQUARINGS
from fairlot_crypto.timelock.chain import QUICKNET, first_round_after

_WINDOW = 600
"""The seconds of the window, unless the user says otherwise."""
_LONGEST_WINDOW = 10**9
_LARGEST_ADVANTAGE = 10**6

_EXAMPLES = """\
The window reaches from t_close to t_seal_end + slack. Without a round of drand the delay
must cover it; with one, unpredictability rests on drand alone, and a short delay will do.

Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot beacon calibrate
  fairlot beacon calibrate --window 3600 --advantage 100 --json
  fairlot beacon calibrate --window 1500 --seal-end 1900000000 --slack 300
"""


@dataclass(frozen=True, slots=True)
class Advice:
    """Which T a window needs, on a machine of a certain rate."""

    rate: int
    """R, the squarings a second that were measured."""
    window: int
    """Seconds from t_close to t_seal_end + slack."""
    advantage: int
    """A, how many times faster than ordinary hardware an attacker is."""
    named: NamedRound | None
    """The first round of quicknet that the terms may name, if their times are known."""

    @property
    def ordinary(self) -> int:
        """R': the audit assumes that ordinary hardware is at least this fast."""
        return max(self.rate, REFERENCE_RATE)

    @property
    def without_round(self) -> Coverage | None:
        """The T that covers the window, and its recovery; ``None`` where none does."""
        if SAFETY * self.advantage * self.ordinary * self.window > MAX_SQUARINGS:
            return None
        T = required_squarings(self.ordinary, self.window, self.advantage)
        return coverage(T, self.rate, self.advantage)

    @property
    def with_round(self) -> Coverage:
        """The T that is enough where the terms name a round, and its recovery."""
        return quick_coverage(self.rate, self.advantage)

    @property
    def sets(self) -> Sequence[Coverage]:
        """Every shipped set-up."""
        return shipped_coverage(self.rate, self.advantage)

    @property
    def longest_window(self) -> int:
        """The seconds that the greatest T covers."""
        return MAX_SQUARINGS // (SAFETY * self.advantage * self.ordinary)

    def covered_ms(self, T: int) -> int:
        """Return the milliseconds that T covers: often less than a second."""
        return 1000 * T // (SAFETY * self.advantage * self.ordinary)

    def to_json(self) -> Mapping[str, Viewed]:
        """Return the advice for machines."""
        alone, quick = self.without_round, self.with_round
        return {
            "squarings_per_second": self.rate,
            "ordinary_squarings_per_second": self.ordinary,
            "advantage": self.advantage,
            "window": self.window,
            "without_round": {**_delay(alone), "rests_on": "delay"} if alone else None,
            "with_round": {
                **_delay(quick),
                "rests_on": "round",
                "round": _round(self.named) if self.named else None,
            },
            "sets": [
                {**_delay(each), "longest_window_ms": self.covered_ms(each.T)}
                for each in self.sets
            ],
        }

    def lines(self) -> Iterator[str]:
        """Yield the advice for people, but for the table of what ships."""
        yield f"This machine squares {self.rate} times a second."
        yield (
            f"Ordinary hardware is taken for {self.ordinary}, the fastest for "
            f"{self.advantage} times that."
        )
        yield f"The window is {self.window} s, from t_close to t_seal_end + slack."
        yield ""
        yield from self._without_round()
        yield ""
        yield from self._with_round()

    def _without_round(self) -> Iterator[str]:
        alone = self.without_round
        if alone is None:
            yield (
                f"Without a round: no delay covers the window. T = {MAX_SQUARINGS}, the "
                f"greatest, covers {self.longest_window} s."
            )
            return
        yield (
            f"Without a round: T = {alone.T}. Recovering a withheld reveal takes "
            f"{lasting(alone.recovery)} here."
        )
        yield "  Unpredictability rests on this delay alone."

    def _with_round(self) -> Iterator[str]:
        quick = self.with_round
        yield (
            f"With a round of drand: T = {quick.T}. Recovering a withheld reveal takes "
            f"{lasting(quick.recovery)} here."
        )
        yield (
            "  Unpredictability then rests on drand alone: T only bounds how long a withheld "
            "reveal delays the draw."
        )
        due = f"due later than t_seal_end + slack + {ROUND_MARGIN} s"
        if self.named is None:
            yield f"  The round must be {due}: --seal-end and --slack find it."
            return
        yield (
            f"  The first round of quicknet that is {due}: {self.named.round_number}, at "
            f"{utc(self.named.due)}."
        )


def _delay(each: Coverage) -> dict[str, Viewed]:
    return {"delay": each.T, "recovery": each.recovery}


def _round(named: NamedRound) -> Viewed:
    chain_hash, number = named.name
    return {"chain": chain_hash.hex(), "round": number, "due": named.due}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--window",
        metavar="SECONDS",
        type=whole(1, _LONGEST_WINDOW),
        default=_WINDOW,
        help=f"from t_close to t_seal_end + slack (default: {_WINDOW})",
    )
    parser.add_argument(
        "--advantage",
        metavar="A",
        type=whole(1, _LARGEST_ADVANTAGE),
        default=ADVANTAGE,
        help=f"how many times faster the fastest attacker is (default: {ADVANTAGE})",
    )
    parser.add_argument(
        "--seal-end",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="t_seal_end in Unix seconds, to find the first round that may be named",
    )
    parser.add_argument(
        "--slack",
        metavar="SECONDS",
        type=whole(1, MAX_TIME),
        help="the slack of the terms, with --seal-end",
    )
    parser.add_argument("--json", action="store_true", help="report for machines")


def _execute(arguments: argparse.Namespace) -> int:
    chosen_curve()
    named = first_round(arguments.seal_end, arguments.slack)
    with busy("squaring"):
        rate = measure_rate(RSA_2048, time.perf_counter)
    advice = Advice(rate, arguments.window, arguments.advantage, named)
    if arguments.json:
        show_json("calibration", advice.to_json())
    else:
        _show(advice)
    return OK


def first_round(seal_end: int | None, slack: int | None) -> NamedRound | None:
    """Return the first round of quicknet that terms with these times may name.

    Args:
        seal_end: t_seal_end, Unix seconds; ``None`` where the times are not known.
        slack: of the terms, seconds; ``None`` as well then.

    Raises:
        InputError: ``calibrate.times`` for one without the other.
    """
    if seal_end is None and slack is None:
        return None
    if seal_end is None or slack is None:
        problem = "the round depends on both: give --seal-end and --slack, or neither"
        raise InputError("calibrate.times", problem)
    number = first_round_after(QUICKNET, rounds_from(seal_end, slack))
    return NamedRound(QUICKNET, number)


def _show(advice: Advice) -> None:
    for line in advice.lines():
        say(line)
    say()
    header = ("shipped T", "longest window", "recovery here")
    rows = [
        (str(c.T), f"{advice.covered_ms(c.T)} ms", lasting(c.recovery))
        for c in advice.sets
    ]
    show_table(header, rows)


CALIBRATE = Command(
    "calibrate",
    "Measure this machine, and state the delay that a sale needs.",
    _EXAMPLES,
    _configure,
    _execute,
)
