"""What ranking, filling and drawing cost, against the hashes that they cannot do without.

    python tests/benchmarks/bench_allocation.py [--orders N] [--groups N] [--choosing N]

Prints how long N orders take to be ranked and filled, as a multiple of the time in which
HMAC-SHA256 makes as many hashes of 64 bytes in the same run, and the same of N orders with
points and fares; how the time of a group draw grows from a tenth of the groups to all of them;
how long the table of as many groups of 2 to 16 takes, for a million units and as many singles;
and how long so many people take to choose among 500 options, as a multiple of as many hashes.
Times are those of the processor, the least of five; ratios are the median of five pairs of
runs, one after the other. Exits with 1 where a ratio misses its limit.
"""

import argparse
import gc
import hashlib
import hmac
import resource
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.mechanisms.fill import fill
from fairlot.allocation.mechanisms.groups import table, verify
from fairlot.allocation.mechanisms.lottery import lottery
from fairlot.allocation.mechanisms.points import points_lottery
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Option, Pool

SEED, SALE_ID = hashlib.sha256(b"allocation").digest(), bytes(32)
TIMES = 5
MOST_FACTOR = 8
MOST_CHOOSING = 40
OPTIONS, LISTED = 500, 10
STEP = 10
"""How many times more groups the large draw has."""
GROWTH = (8, 12)
"""Within a fifth of ten."""
GROUP = 3
SIZES, UNITS = range(2, 17), 1_000_000
POINTS, FARES = (1, 2, 3, 5, 9), (1, 2)


def once(work: Callable[[], object]) -> float:
    """Return the processor time of a run, the collector of cycles at rest."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    work()
    taken = time.process_time() - start
    gc.enable()
    return taken


def compared(
    one: Callable[[], object], other: Callable[[], object]
) -> tuple[float, float, float]:
    """Run two works in turn; return the least time of each, and the median ratio."""
    pairs = [(once(one), once(other)) for _ in range(TIMES)]
    ratio = median(second / first for first, second in pairs)
    return min(p[0] for p in pairs), min(p[1] for p in pairs), ratio


def sample_nyms(count: int) -> tuple[Nym, ...]:
    """Return what stands for the nyms of as many people."""
    return tuple(
        Nym(hashlib.sha512(number.to_bytes(8, "big")).digest()[:48])
        for number in range(count)
    )


def hashing(count: int) -> None:
    """Hash as many messages of 64 bytes."""
    for number in range(count):
        hmac.digest(SEED, number.to_bytes(64, "big"), hashlib.sha256)


def ranking(lots: SeededLots, quantities: Sequence[int]) -> None:
    """Rank and fill: two units in three of what is asked for are there."""
    fill(2 * sum(quantities) // 3, quantities, lots.permutation())


def drawing(groups: int) -> Callable[[], object]:
    """Return the draw of as many groups of three, for half of them."""
    orders: list[Order] = []
    for number in range(groups):
        gid = hashlib.sha256(number.to_bytes(8, "big")).digest()
        orders += [Order(1, 1, group=gid)] * GROUP
    pool = Pool("main", Mechanism.LOTTERY, len(orders) // 2, 1, group_max=GROUP)
    lots = SeededLots(SEED, SALE_ID, "main", sample_nyms(len(orders)))
    return lambda: lottery(pool, orders, lots)


def counting(orders: int) -> Callable[[], object]:
    """Return the draw of as many orders with points and fares, for half of them."""
    asked = [
        Order(1, FARES[i % 2], points=POINTS[i % len(POINTS)], fare=FARES[i % 2])
        for i in range(orders)
    ]
    pool = Pool("main", Mechanism.LOTTERY, orders // 2, min(FARES), points="years")
    lots = SeededLots(SEED, SALE_ID, pool.name, sample_nyms(orders))
    return lambda: points_lottery(pool, asked, lots)


def tabled(groups: int) -> Callable[[], object]:
    """Return the table of as many groups of 2 to 16, and a check of it."""
    each = groups // len(SIZES)
    wanted = {size: each + size for size in SIZES} | {1: UNITS}
    return lambda: verify(table(UNITS, wanted))


def choosing(people: int) -> Callable[[], object]:
    """Return the draw in which so many list ten of 500 options; two in three get one."""
    each = 2 * people // (3 * OPTIONS)
    options = tuple(Option(f"o{number}", 1, each) for number in range(OPTIONS))
    pool = Pool("main", Mechanism.CHOICES, each * OPTIONS, options=options)
    orders = [
        Order(
            1, 1, choices=tuple((7 * i * i + 13 * k) % OPTIONS for k in range(LISTED))
        )
        for i in range(people)
    ]
    lots = SeededLots(SEED, SALE_ID, "main", sample_nyms(people))
    return lambda: choices(pool, orders, lots)


def memory() -> int:
    """Return the most memory that was in use so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def several(work: Callable[[], object], times: int) -> Callable[[], object]:
    """Return the work, done more than once."""

    def repeated() -> None:
        for _ in range(times):
            work()

    return repeated


def main() -> int:
    """Measure and print; return 1 where a ratio misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--choosing", type=int, default=100_000)
    arguments = parser.parse_args()

    tenth = arguments.groups // STEP
    small, large = drawing(tenth), drawing(arguments.groups)
    few, many, ratio = compared(several(small, STEP), large)
    growth = STEP * ratio
    print(f"{tenth} groups {few / STEP:.2f} s, {arguments.groups} {many:.2f} s")
    low, high = GROWTH
    print(f"growth {growth:.2f} ({low} to {high}), {memory()} MiB")

    found = min(once(tabled(arguments.groups)) for _ in range(TIMES))
    print(f"table of {arguments.groups} groups for {UNITS} units {found:.3f} s")

    people = arguments.choosing
    hashed, chosen, chose = compared(lambda: hashing(people), choosing(people))
    print(
        f"{people} hashes {hashed:.2f} s, chosen among {OPTIONS} options {chosen:.2f} s"
    )
    print(f"factor {chose:.2f} (at most {MOST_CHOOSING}), {memory()} MiB")

    lots = SeededLots(SEED, SALE_ID, "main", sample_nyms(arguments.orders))
    quantities = [number % 7 for number in range(arguments.orders)]
    hashed, ranked, factor = compared(
        lambda: hashing(arguments.orders), lambda: ranking(lots, quantities)
    )
    print(f"{arguments.orders} hashes {hashed:.2f} s, ranked and filled {ranked:.2f} s")
    print(f"factor {factor:.2f} (at most {MOST_FACTOR}), {memory()} MiB")

    ranks = arguments.orders * sum(POINTS) // len(POINTS)
    hashed, drawn, times = compared(lambda: hashing(ranks), counting(arguments.orders))
    print(f"{ranks} hashes {hashed:.2f} s, drawn by points {drawn:.2f} s")
    print(f"factor {times:.2f} (at most {MOST_FACTOR}), {memory()} MiB")
    slow = max(factor, times) > MOST_FACTOR or chose > MOST_CHOOSING
    return int(slow or not low <= growth <= high)


if __name__ == "__main__":
    sys.exit(main())
