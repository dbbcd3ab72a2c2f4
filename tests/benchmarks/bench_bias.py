"""What colluding contributors gain, in plain commit-reveal and with this beacon.

    python tests/benchmarks/bench_bias.py [--samples N] [--write]

k colluders and one honest contributor make a seed, with which fairlot's allocation gives
one unit to one of 50 buyers. The colluders have a favourite, see everything first and may
each withhold their reveal. In plain commit-reveal the seed is a hash of what is revealed:
they choose between 2^k outcomes. Here every withholding set is played through with the
arithmetic of fairlot_crypto.delay.bicorn, over a small modulus and delay.

The table is the same in every run with the same number of samples: all randomness comes from
one seed. ``--write`` puts it into specs/beacon.md.
"""

import argparse
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from fairlot.allocation.lots import SeededLots
from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.shape import Order
from fairlot.names import Nym
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot_crypto.delay import bicorn
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.randomness import Randomness, SeededRandomness

MOST_COLLUDERS = 8
SAMPLES = 1000
BUYERS, SUPPLY = 50, 1
SEED = b"what colluding contributors gain"
SALE_ID = bytes(32)
ROOT, SIZE = bytes(32), 1

# Two Mersenne primes: the arithmetic does not depend on who knows the factors.
SMALL = Modulus((2**61 - 1) * (2**89 - 1))
T = 16

SPEC = Path(__file__).parents[2] / "specs" / "beacon.md"
BEGIN = "<!-- begin: python tests/benchmarks/bench_bias.py --write -->\n"
END = "<!-- end -->\n"

POOL = Pool(MAIN_POOL, Mechanism.EQUAL_SHARE, SUPPLY, 1, 1)
NYMS = tuple(Nym(number.to_bytes(48, "big")) for number in range(BUYERS))
CROWD = [Order(wants=1, budget=1)] * BUYERS
FAVOURITE = 7


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    colluders: int
    samples: int
    plain: int
    """Samples in which some withholding set lets the favourite win."""
    outcomes: int
    """The most seeds that this beacon gave in one sample, over all withholding sets."""
    beacon: int
    """As ``plain``, with this beacon."""

    @property
    def theory(self) -> float:
        """The chance in plain commit-reveal: 1 - (1 - N / buyers)^(2^k)."""
        return 1 - math.pow(1 - SUPPLY / BUYERS, 2**self.colluders)


def favourite_wins(seed: bytes) -> bool:
    """Draw with the allocation of the protocol."""
    lots = SeededLots(seed, SALE_ID, POOL.name, NYMS)
    return equal_share(POOL, CROWD, lots).units[FAVOURITE] > 0


def withholding_sets(colluders: int) -> Iterator[tuple[bool, ...]]:
    """Yield who of the colluders reveals."""
    return product((True, False), repeat=colluders)


def plain_seeds(colluders: int, randomness: Randomness) -> Iterator[bytes]:
    """Yield the outcomes that the colluders can choose from in plain commit-reveal."""
    honest = randomness.take(32)
    secrets = [randomness.take(32) for _ in range(colluders)]
    for reveals in withholding_sets(colluders):
        shown = [s for s, shows in zip(secrets, reveals, strict=True) if shows]
        yield hashlib.sha256(honest + b"".join(shown)).digest()


def beacon_seeds(colluders: int, randomness: Randomness) -> set[bytes]:
    """Return the seeds of this beacon over all withholding sets (specs/beacon.md, 7 to 11)."""
    h = SMALL.power(SMALL.generator(), 1 << T)
    alphas = [bicorn.draw_alpha(randomness) for _ in range(colluders + 1)]
    commitments = [bicorn.commit(SMALL, alpha) for alpha in alphas]
    b_star = bicorn.b_star(SALE_ID, SMALL, T, ROOT, commitments)
    coefficients = [bicorn.coefficient(SMALL, c, b_star) for c in commitments]
    powers = [SMALL.power(c, b) for c, b in zip(commitments, coefficients, strict=True)]
    openings = list(zip(coefficients, alphas, strict=True))
    seeds: set[bytes] = set()
    for reveals in withholding_sets(colluders):
        shown = [True, *reveals]
        omega = _omega(h, openings, powers, shown)
        seeds.add(bicorn.seed(SALE_ID, ROOT, SIZE, b_star, SMALL, omega))
    return seeds


def _omega(
    h: int,
    openings: Sequence[tuple[int, int]],
    powers: Sequence[int],
    shown: Sequence[bool],
) -> int:
    x = 1
    for power, shows in zip(powers, shown, strict=True):
        if not shows:
            x = SMALL.multiply(x, power)
    for _ in range(T):
        x = SMALL.power(x, 2)
    revealed = [pair for pair, shows in zip(openings, shown, strict=True) if shows]
    return SMALL.multiply(x, bicorn.omega(SMALL, h, revealed))


def measure(colluders: int, samples: int) -> Line:
    """Let ``colluders`` try all they can, ``samples`` times."""
    stream = SeededRandomness(SEED).derive(f"colluders/{colluders}")
    plain = beacon = outcomes = 0
    for number in range(samples):
        randomness = stream.derive(f"plain/{number}")
        plain += any(map(favourite_wins, plain_seeds(colluders, randomness)))
        seeds = beacon_seeds(colluders, stream.derive(f"beacon/{number}"))
        outcomes = max(outcomes, len(seeds))
        beacon += any(map(favourite_wins, sorted(seeds)))
    return Line(colluders, samples, plain, outcomes, beacon)


def table(lines: Sequence[Line]) -> str:
    """Return the table as it stands in the specification."""
    samples = lines[0].samples
    head = (
        f"{samples} samples a row, {BUYERS} buyers, N = {SUPPLY}: an honest draw gives "
        f"{_percent(SUPPLY / BUYERS)}. In brackets the standard error.\n\n"
        "| k | plain: outcomes | plain: theory | plain: measured "
        "| this beacon: outcomes | this beacon: measured |\n"
        "|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {line.colluders} | {2**line.colluders} | {_percent(line.theory)} "
        f"| {_measured(line.plain, line.theory, samples)} | {line.outcomes} "
        f"| {_measured(line.beacon, SUPPLY / BUYERS, samples)} |\n"
        for line in lines
    ]
    return head + "".join(rows)


def _measured(count: int, chance: float, samples: int) -> str:
    error = math.sqrt(chance * (1 - chance) / samples)
    return f"{_percent(count / samples)} ({_percent(error)})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def main() -> None:
    """Print the table, or write it into the specification."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--samples", type=int, default=SAMPLES, help=f"a row (default {SAMPLES})"
    )
    parser.add_argument("--write", action="store_true", help="into specs/beacon.md")
    options = parser.parse_args()
    everyone = range(1, MOST_COLLUDERS + 1)
    made = table([measure(colluders, options.samples) for colluders in everyone])
    print(made, end="")
    if options.write:
        before, _, rest = SPEC.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        SPEC.write_text(before + BEGIN + made + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
