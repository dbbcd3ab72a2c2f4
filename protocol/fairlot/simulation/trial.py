"""Many runs of some ways of selling on one crowd each (specs/simulation.md, section 9)."""

import gc
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import seed_of
from fairlot.simulation.estimates import Estimate, estimate, least, ratio
from fairlot.simulation.measures import MEASURES, Measured, measure
from fairlot.simulation.played import Way
from fairlot.workers import InProcess, Workers

SCALES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""How many units are wanted for each that there is."""
SCALED = ("sold", "poor", "race", "surplus", "revenue", "value")
"""The measures that are told of every scale."""

FEW = 5
"""Scales are played as often at least: the interval of two runs says next to nothing."""

People = Callable[[bytes, int], Crowd]
"""From a seed and a number of people to the people."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played."""

    ways: tuple[Way, ...]
    people: People
    size: int
    """People in a run."""
    price: int
    """The reference price."""
    runs: int
    seed: int
    scales: Mapping[float, int]
    """Each scale, and how many people it takes; those that take too many are not there."""
    scale_runs: int
    """The most runs for a scale."""

    def runs_at(self, size: int) -> int:
        """Return how often a scale of so many people is played (step 5)."""
        often = self.runs * self.size // (10 * size)
        return min(self.scale_runs, max(FEW, often))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one way of selling."""

    way: Way
    measures: Mapping[str, Estimate]
    fair: Estimate
    """``poor`` over ``even``: 1 where all who would pay the price have the same chance."""
    scales: Mapping[float, Mapping[str, Estimate]]

    @property
    def worst_sold(self) -> Estimate:
        """The least part of what people want that is sold, over all scales."""
        found = [each["sold"] for each in self.scales.values()]
        return least([*found, self.measures["sold"]])


def play_trial(
    plan: Plan, progress: Callable[[int, int], None], workers: Workers | None = None
) -> list[Result]:
    """Return the results, in the order of the ways (steps 1 to 4).

    Args:
        plan: what is to be played.
        progress: called after each run with how many are played, and how many there are.
        workers: who plays the runs, each by itself; ``None`` to play them here. The results
            do not depend on it.
    """
    workers = workers or InProcess()
    total = plan.runs + sum(map(plan.runs_at, plan.scales.values()))
    played = count(1)

    def done() -> None:
        progress(next(played), total)

    def samples(size: int, runs: int) -> list[tuple[Measured, ...]]:
        """Return the measures of all runs of each way."""
        jobs = [_Run(plan, size, number) for number in range(runs)]
        found: list[Sequence[Measured]] = []
        for each in workers.map(_play, jobs):
            found.append(each)
            done()
        return list(zip(*found, strict=True))

    base = samples(plan.size, plan.runs)
    # Step 5.
    scales = {
        scale: samples(size, plan.runs_at(size)) for scale, size in plan.scales.items()
    }
    return [
        Result(
            way,
            _estimates(base[at], tuple(MEASURES)),
            ratio(_each(base[at], "poor"), _each(base[at], "even")),
            {scale: _estimates(found[at], SCALED) for scale, found in scales.items()},
        )
        for at, way in enumerate(plan.ways)
    ]


def _each(found: Sequence[Measured], name: str) -> list[float]:
    return [each[name] for each in found]


def _estimates(
    found: Sequence[Measured], names: Sequence[str]
) -> Mapping[str, Estimate]:
    return {name: estimate(_each(found, name)) for name in names}


@contextmanager
def uncollected() -> Generator[None]:
    """Keep the search for cycles off for a run, which makes many objects and no cycle."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Run:
    """One run, as it goes to a worker."""

    plan: Plan
    size: int
    number: int


def _play(run: _Run) -> list[Measured]:
    """Return the measures of each way, in the order of the plan."""
    # Steps 1 and 2.
    plan, size = run.plan, run.size
    crowd = plan.people(seed_of(plan.seed, run.number, f"people/{size}"), size)
    first = seed_of(plan.seed, run.number, f"draw/{size}")
    second = seed_of(plan.seed, run.number, f"again/{size}")
    # Step 3.
    with uncollected():
        return [measure(way, crowd, (first, second), plan.price) for way in plan.ways]
