"""What it costs to compare all ways of selling on large crowds.

    python tests/benchmarks/bench_simulation.py [--runs N] [--first N]
        [--people N] [--supply N]

Plays the runs of ``fairlot simulate compare`` without its scales, one after the other. Prints
after 1, 2, 4, .. 32 runs, every 50 runs and at the end the processor's time so far, that of
each run since the last line, and the most memory used; then each way's part of it. Time grows
with the runs, and memory does not: a run leaves nothing but its numbers.
"""

import argparse
import resource
import sys
import time
from collections.abc import Mapping

from fairlot.simulation.comparators import Addresses, Bots
from fairlot.simulation.draws import seed_of
from fairlot.simulation.measures import measure
from fairlot.simulation.sales import Asked, plan_of_compare
from fairlot.simulation.trial import Plan, uncollected

PRICE = 1000
_FIRST = (1, 2, 4, 8, 16, 32)
_EVERY = 50


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="go on from this run")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--supply", type=int, default=2_500)
    arguments = parser.parse_args()
    asked = Asked("lognormal", None, arguments.people, arguments.runs, 1)
    _, plan = plan_of_compare(arguments.supply, PRICE, Bots(), Addresses(), asked)
    print(f"{plan.size} people, {len(plan.ways)} ways, {plan.runs} runs")
    print("runs  CPU s  s a run  MiB", flush=True)
    spent = dict.fromkeys((way.name for way in plan.ways), 0.0)
    begun = before = time.process_time()
    told = 0
    for run in range(plan.runs):
        with uncollected():
            _play(plan, arguments.first + run, spent)
        if run + 1 in (*_FIRST, plan.runs) or not (run + 1) % _EVERY:
            now = time.process_time()
            each = (now - before) / (run + 1 - told)
            _tell(run + 1, now - begun, each)
            before, told = now, run + 1
    for name, seconds in _dearest(spent).items():
        print(f"  {name}: {seconds / plan.runs:.3f} s a run")
    return 0


def _play(plan: Plan, run: int, spent: dict[str, float]) -> None:
    crowd = plan.people(seed_of(1, run, "people"), plan.size)
    seeds = (seed_of(1, run, "draw"), seed_of(1, run, "again"))
    for way in plan.ways:
        before = time.process_time()
        measure(way, crowd, seeds, plan.price)
        spent[way.name] += time.process_time() - before


def _tell(runs: int, seconds: float, each: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{runs:4}  {seconds:5.1f}  {each:7.2f}  {memory:3.0f}", flush=True)


def _dearest(spent: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(spent.items(), key=lambda way: -way[1]))


if __name__ == "__main__":
    sys.exit(main())
