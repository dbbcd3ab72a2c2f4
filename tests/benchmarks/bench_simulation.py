"""What it costs to compare all ways of selling on large crowds.

    python tests/benchmarks/bench_simulation.py [--runs N] [--people N] [--supply N]

Prints the processor's time of a run of ``fairlot simulate compare`` without its scales, what
1,000 runs would take at that pace, each way's part of it, and the most memory used. Runs keep
nothing but their numbers, so that memory does not grow with them.
"""

import argparse
import resource
import sys
import time

from fairlot.simulation.comparators import Addresses, Bots
from fairlot.simulation.draws import seed_of
from fairlot.simulation.measures import measure
from fairlot.simulation.sales import Asked, plan_of_compare

MANY = 1000
PRICE = 1000


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--supply", type=int, default=2_500)
    arguments = parser.parse_args()
    asked = Asked("lognormal", None, arguments.people, arguments.runs, 1)
    _, plan = plan_of_compare(arguments.supply, PRICE, Bots(), Addresses(), asked)
    spent = dict.fromkeys((way.name for way in plan.ways), 0.0)
    begun = time.process_time()
    for run in range(plan.runs):
        crowd = plan.people(seed_of(1, run, "people"), plan.size)
        seeds = (seed_of(1, run, "draw"), seed_of(1, run, "again"))
        for way in plan.ways:
            before = time.process_time()
            measure(way, crowd, seeds, plan.price)
            spent[way.name] += time.process_time() - before
    each = (time.process_time() - begun) / plan.runs
    print(f"{plan.size} people, {len(plan.ways)} ways: {each:.2f} s a run")
    print(f"{MANY} runs: {each * MANY / 3600:.1f} h of one core")
    for name, seconds in spent.items():
        print(f"  {name}: {seconds / plan.runs:.2f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {memory:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
