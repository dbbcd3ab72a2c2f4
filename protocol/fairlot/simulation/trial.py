"""Many runs of some ways of selling on one crowd each (specs/simulation.md, section 9)."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from fairlot.simulation.crowds import Crowd
from fairlot.simulation.draws import seed_of
from fairlot.simulation.estimates import Estimate, estimate
from fairlot.simulation.measures import MEASURES, Measured, measure
from fairlot.simulation.played import Way
from fairlot.workers import InProcess, Workers

SCALES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""How many units are wanted for each that there is."""
SCALED = ("sold", "poor", "race", "surplus", "revenue", "value")
"""The measures that are told of every scale."""

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
        return max(2, min(self.scale_runs, self.runs * self.size // (10 * size)))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one way of selling."""

    way: Way
    measures: Mapping[str, Estimate]
    scales: Mapping[float, Mapping[str, Estimate]]

    @property
    def worst_sold(self) -> float:
        """The least part of what people want that is sold, over all scales."""
        found = [each["sold"].mean for each in self.scales.values()]
        return min([*found, self.measures["sold"].mean])


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

    def estimates(
        size: int, runs: int, names: Sequence[str]
    ) -> list[Mapping[str, Estimate]]:
        jobs = [_Run(plan, size, number) for number in range(runs)]
        samples: list[Sequence[Measured]] = []
        for found in workers.map(_play, jobs):
            samples.append(found)
            done()
        # Step 4.
        return [
            {name: estimate([each[name] for each in of_way]) for name in names}
            for of_way in zip(*samples, strict=True)
        ]

    base = estimates(plan.size, plan.runs, tuple(MEASURES))
    scales = {
        scale: estimates(size, plan.runs_at(size), SCALED)
        for scale, size in plan.scales.items()
    }
    return [
        Result(way, base[at], {scale: each[at] for scale, each in scales.items()})
        for at, way in enumerate(plan.ways)
    ]


@contextmanager
def uncollected() -> Iterator[None]:
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
