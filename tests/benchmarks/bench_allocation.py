"""What every mechanism costs, against the hashes that it cannot do without.

    python -m benchmarks.bench_allocation [--people N] [--times N]

Allocates N orders (choices: a tenth) by each mechanism, and prints how long that takes as a
multiple of the time in which HMAC-SHA256 makes as many hashes of 64 bytes in the same run as
the mechanism makes ranks. Then how the time of a draw of groups grows from a hundredth of N
groups to a tenth, which a sort bounds, and beside it that of the set-up, in which orders are
checked, members of a group found and the table made; and how long the table of as many groups
of 2 to 16 takes, with its check, for a million units and as many singles.
Times are those of the processor, the least of some; ratios are the median of as many pairs of
runs, one after the other. Exits with 1 where one misses its limit.
"""

import argparse
import gc
import hashlib
import hmac
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from statistics import median
from typing import TypeAlias

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.auction import auction
from fairlot.allocation.mechanisms.certain import certain_lottery
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.mechanisms.groups import table, verify
from fairlot.allocation.mechanisms.lottery import crowd_of, draw, lottery
from fairlot.allocation.mechanisms.points import points_lottery
from fairlot.allocation.mechanisms.quadratic import quadratic
from fairlot.allocation.mechanisms.quantities import quantity_auction
from fairlot.allocation.mechanisms.tiers import tiers
from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.bids import Step
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Option, Pool, Pricing, Tier

SEED, SALE_ID = hashlib.sha256(b"allocation").digest(), bytes(32)
MOST_FACTOR = 10
MOST_BIDDING = 40
"""For Vickrey's prices, which are another for each bidder."""
STEP = 10
"""How many times more groups the large draw has, and than choosers other people."""
MOST_SECONDS = 1
"""For the table of the most groups."""
OPTIONS, LISTED = 500, 10
GROUP = 3
SIZES, UNITS = range(2, 17), 1_000_000
POINTS, FARES, TIERS = (1, 2, 3, 5, 9), (1, 2), 3

Allocation: TypeAlias = Callable[[Pool, Sequence[Order], Lots], Shares]


@dataclass(frozen=True, slots=True)
class Work:
    """Orders that a mechanism allocates."""

    allocation: Allocation
    pool: Pool
    orders: Sequence[Order]
    ranks: int
    """How many hashes it cannot do without."""

    @property
    def lots(self) -> SeededLots:
        """The lots of as many people."""
        nyms = sample_nyms(len(self.orders))
        return SeededLots(SEED, SALE_ID, self.pool.name, nyms)


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
    one: Callable[[], object], other: Callable[[], object], times: int
) -> tuple[float, float, float]:
    """Run two works in turn; return the least time of each, and the median ratio."""
    pairs = [(once(one), once(other)) for _ in range(times)]
    ratio = median(second / first for first, second in pairs)
    return min(p[0] for p in pairs), min(p[1] for p in pairs), ratio


@lru_cache(maxsize=1)
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


def sharing(people: int, allocation: Allocation, mechanism: Mechanism) -> Work:
    """Orders of 0 to 6 units, for two units in three of what is asked for."""
    orders = [Order(i % 7, 100 * (i % 7)) for i in range(people)]
    supply = 2 * sum(order.wants for order in orders) // 3
    return Work(allocation, Pool("main", mechanism, supply, 1, cap=6), orders, people)


def drawing(people: int) -> Work:
    """Singles, for half of them."""
    pool = Pool("main", Mechanism.LOTTERY, people // 2, 1)
    return Work(lottery, pool, [Order(1, 1)] * people, people)


def drawing_groups(groups: int) -> Work:
    """As many groups of three, for half of them."""
    orders: list[Order] = []
    for number in range(groups):
        gid = hashlib.sha256(number.to_bytes(8, "big")).digest()
        orders += [Order(1, 1, group=gid)] * GROUP
    pool = Pool("main", Mechanism.LOTTERY, len(orders) // 2, 1, group_max=GROUP)
    return Work(lottery, pool, orders, groups)


def making_certain(people: int) -> Work:
    """Every other person bids for one of a tenth of the seats; half of all get a seat."""
    orders = [
        Order(1, 2000, bid=1 + i % 1999 if i % 2 else None) for i in range(people)
    ]
    pool = Pool("main", Mechanism.LOTTERY, people // 2, 1, certain=people // 20)
    # The drawing order, and that of ties.
    return Work(certain_lottery, pool, orders, 2 * people)


def bidding(people: int) -> Work:
    """Bids for one unit each, for half of them, many of them alike."""
    orders = [Order(1, 2000, bid=1 + i % 1999) for i in range(people)]
    pool = Pool("main", Mechanism.AUCTION, people // 2, 1)
    return Work(auction, pool, orders, people)


def bidding_steps(people: int, pricing: Pricing) -> Work:
    """Bids of three steps for six units each, for half of these."""
    orders: list[Order] = []
    for i in range(people):
        high = 3 + i * 7_919 % 100_003
        steps = (Step(1, high), Step(2, high - 1), Step(3, high - 2))
        orders.append(Order(6, 6 * high, steps=steps))
    shape = Pool(
        "main", Mechanism.AUCTION, 3 * people, 1, 6, bid_steps=3, pricing=pricing
    )
    return Work(quantity_auction, shape, orders, people)


def sponsoring(people: int) -> Work:
    """Everybody names a tier; two in three get a seat."""
    each = 2 * people // (3 * TIERS)
    levels = tuple(Tier(f"t{level}", TIERS - level, each) for level in range(TIERS))
    pool = Pool("main", Mechanism.TIERS, each * TIERS, tiers=levels)
    orders = [Order(1, TIERS, tier=i % TIERS) for i in range(people)]
    # A drawing order of everybody for each tier.
    return Work(tiers, pool, orders, TIERS * people)


def paying_fares(people: int) -> Work:
    """Singles at two fares, for half of them."""
    orders = [Order(1, max(FARES), fare=FARES[i % len(FARES)]) for i in range(people)]
    pool = Pool("main", Mechanism.LOTTERY, people // 2, min(FARES))
    return Work(lottery, pool, orders, people)


def counting_points(people: int) -> Work:
    """Four points each on average, for half of the people."""
    orders = [Order(1, 1, points=POINTS[i % len(POINTS)]) for i in range(people)]
    pool = Pool("main", Mechanism.LOTTERY, people // 2, 1, points="years")
    ranks = sum(order.points for order in orders)
    return Work(points_lottery, pool, orders, ranks)


def choosing(people: int) -> Work:
    """Everybody lists ten of 500 options; two in three get one."""
    each = 2 * people // (3 * OPTIONS)
    options = tuple(Option(f"o{number}", 1, each) for number in range(OPTIONS))
    pool = Pool("main", Mechanism.CHOICES, each * OPTIONS, options=options)
    orders = [
        Order(
            1, 1, choices=tuple((7 * i * i + 13 * k) % OPTIONS for k in range(LISTED))
        )
        for i in range(people)
    ]
    return Work(choices, pool, orders, people)


def tabled(groups: int) -> Callable[[], object]:
    """Return the table of as many groups of 2 to 16, and a check of it."""
    each = groups // len(SIZES)
    wanted = {size: each + size for size in SIZES} | {1: UNITS}
    return lambda: verify(table(UNITS, wanted))


Row: TypeAlias = tuple[str, Callable[[int], Work], int]
"""What is measured, how its orders are made, and the greatest factor."""

ROWS: tuple[Row, ...] = (
    (
        "equal share",
        lambda n: sharing(n, equal_share, Mechanism.EQUAL_SHARE),
        MOST_FACTOR,
    ),
    ("quadratic", lambda n: sharing(n, quadratic, Mechanism.QUADRATIC), MOST_FACTOR),
    ("lottery", drawing, MOST_FACTOR),
    ("lottery, groups of three", lambda n: drawing_groups(n // GROUP), 3 * MOST_FACTOR),
    ("lottery, certain seats", making_certain, MOST_FACTOR),
    ("lottery, two fares", paying_fares, MOST_FACTOR),
    ("lottery, points", counting_points, MOST_FACTOR),
    ("auction, one unit each", bidding, MOST_FACTOR),
    (
        "auction, steps, clearing",
        lambda n: bidding_steps(n, Pricing.CLEARING),
        2 * MOST_FACTOR,
    ),
    (
        "auction, steps, Vickrey",
        lambda n: bidding_steps(n, Pricing.VICKREY),
        MOST_BIDDING,
    ),
    ("tiers", sponsoring, MOST_FACTOR),
    ("choices of 500", lambda n: choosing(n // STEP), 2 * MOST_FACTOR),
)


def memory() -> int:
    """Return the most memory that was in use so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _sides(work: Work) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the hashes that a work cannot do without, and the work."""
    lots = work.lots
    return (
        lambda: hashing(work.ranks),
        lambda: work.allocation(work.pool, work.orders, lots),
    )


def mechanisms(people: int, times: int) -> bool:
    """Measure and print every mechanism; tell whether each keeps its limit."""
    print(
        "mechanism                   orders    hashes  hashing s  taken s  factor  most"
    )
    kept = True
    for name, made, most in ROWS:
        work = made(people)
        hashed, taken, factor = compared(*_sides(work), times)
        print(
            f"{name:26}{len(work.orders):8}{work.ranks:10}{hashed:11.2f}{taken:9.2f}"
            f"{factor:8.2f}{most:6}",
            flush=True,
        )
        kept = kept and factor <= most
    return kept


def growth(groups: int, times: int) -> bool:
    """Measure how a draw of groups grows; tell whether it keeps its limit."""

    def parts(work: Work) -> tuple[float, float]:
        """Return how long setting up takes, and drawing."""
        lots = work.lots
        crowd = crowd_of(work.pool, work.orders)
        settled = once(lambda: crowd_of(work.pool, work.orders))
        return settled, once(lambda: draw(work.pool, work.orders, crowd, lots))

    few, many = drawing_groups(groups // STEP), drawing_groups(groups)
    ratios: list[tuple[float, float]] = []
    for _ in range(times):
        # As many draws of few groups as make one of many.
        before = [parts(few) for _ in range(STEP)]
        after = parts(many)
        sums = [sum(each) / STEP for each in zip(*before, strict=True)]
        ratios.append((after[0] / sums[0], after[1] / sums[1]))
    # In proportion, but for sorting: of n things that takes n·log n.
    most = STEP * log(groups) / log(groups // STEP)
    setting, drawn = (median(each) for each in zip(*ratios, strict=True))
    print(
        f"{groups} groups instead of {groups // STEP}: the draw takes {drawn:.2f} times as "
        f"long (at most {most:.1f}), the set-up {setting:.2f} times"
    )
    return bool(drawn <= most)


def main() -> int:
    """Measure and print; return 1 where a ratio misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    people, times = arguments.people, arguments.times
    groups = people // STEP
    kept = growth(groups, times)
    found = min(once(tabled(groups)) for _ in range(times))
    print(
        f"table of {groups} groups for {UNITS} units {found:.3f} s (at most {MOST_SECONDS})"
    )
    kept = mechanisms(people, times) and kept and found <= MOST_SECONDS
    print(f"{memory()} MiB")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
