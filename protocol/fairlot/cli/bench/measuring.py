"""CPU times and their ratios, for people and machines.

specs/command-line.md, section 22.1.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from fairlot import __version__
from fairlot.cli.command import add_json, whole
from fairlot.cli.output import say, show_json
from fairlot.cli.table import show_table
from fairlot.text import Viewed
from fairlot_crypto.curve import Backend

_MICROSECOND = 1_000
"""Nanoseconds of it."""


class Work(NamedTuple):
    """Something to be measured."""

    name: str
    pieces: int
    """How many of what is counted one run does."""
    run: Callable[[], object]


def repeated(name: str, once: Callable[[], object], times: int) -> Work:
    """Return a work that does one piece again and again."""

    def run() -> None:
        for _ in range(times):
            once()

    return Work(name, times, run)


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU times of works that were done in turn, round by round."""

    names: Sequence[str]
    rounds: Sequence[Sequence[float]]
    """Of each round the nanoseconds that a piece of each work took."""

    def time(self, name: str) -> int:
        """Return the median time of a piece of a work, in nanoseconds."""
        place = self.names.index(name)
        return round(median(each[place] for each in self.rounds))

    def ratio(self, of: str, to: str) -> str:
        """Return the median of what one work is of another, round by round."""
        one, other = self.names.index(of), self.names.index(to)
        return f"{median(each[one] / each[other] for each in self.rounds):.3f}"


def add_measuring(parser: argparse.ArgumentParser, rounds: int) -> None:
    """Add --rounds and --json."""
    parser.add_argument(
        "--rounds",
        metavar="N",
        type=whole(1, 9999),
        default=rounds,
        help=f"how often everything is measured (default: {rounds})",
    )
    add_json(parser)


def measured(works: Sequence[Work], rounds: int) -> Measured:
    """Do works in turn, and say how long a piece of each took.

    CPU time is that of this process: what other processes do on the machine counts only as
    far as it slows this one down, and then slows all works of a round alike.
    """
    times = [[_nanoseconds(work) for work in works] for _ in range(rounds)]
    return Measured([work.name for work in works], times)


def _nanoseconds(work: Work) -> float:
    start = time.process_time_ns()
    work.run()
    # A clock that ticks slowly may not have moved.
    return max(time.process_time_ns() - start, 1) / work.pieces


def show_measured(
    what: str,
    count: int,
    found: Measured,
    ratios: Sequence[tuple[str, str]],
    curve: Backend,
    *,
    as_json: bool,
) -> None:
    """Print medians, ratios and the machine.

    Args:
        what: the step.
        count: of what was measured.
        found: the times.
        ratios: which work is compared to which.
        curve: the back-end.
        as_json: whether for machines.
    """
    compared = [(of, to, found.ratio(of, to)) for of, to in ratios]
    if as_json:
        times = {name: found.time(name) for name in found.names}
        rows = [{"of": of, "to": to, "ratio": ratio} for of, to, ratio in compared]
        document: Mapping[str, Viewed] = {
            "work": what,
            "count": count,
            "rounds": len(found.rounds),
            "machine": _machine(curve),
            "nanoseconds": times,
            "ratios": rows,
        }
        show_json("benchmark", document)
        return
    show_table(
        ("work", "CPU, µs each"),
        [(name, f"{found.time(name) / _MICROSECOND:.1f}") for name in found.names],
    )
    say()
    for of, to, ratio in compared:
        say(f"{of} / {to}: {ratio}")
    told = ", ".join(f"{name} {value}" for name, value in _machine(curve).items())
    say(f"Medians of {len(found.rounds)} rounds over {count}; {told}.")


def _machine(curve: Backend) -> Mapping[str, str | int]:
    """Return on what was measured."""
    return {
        "processor": platform.machine() or "unknown",
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "backend": curve.name,
        "fairlot": __version__,
    }
