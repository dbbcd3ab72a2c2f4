"""What a delay costs, against bare loops over the same integers.

    python tests/benchmarks/bench_delay.py [--exponent E] [--rounds R]

Times vary from machine to machine and minute to minute; the ratios are of one run, in
processor time. Two bare loops square modulo the same N: ``x = x * x % N`` with mpz, and
powmod(x, 2^4096, N), the fastest that gmpy2 offers, which leaves nothing to make a proof of.
They run in turn with what is measured, many times in the squarings and many in the proof.
Both of these are taken in units of the bare squarings, by powmod, that ran in between: other
load on the machine slows them alike. The plain seconds are shown as well.

Exits with 1 where a ratio misses its limit. The proof's is that of T = 2^24 and above.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean, median
from unittest.mock import patch

from gmpy2 import mpz, powmod

from fairlot_crypto.delay import wesolowski
from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.parameters import (
    RSA_2048,
    Setup,
    make_setup,
    shipped_setup,
    verify_setup,
)
from fairlot_crypto.delay.primes import hash_to_prime

MULTIPLIED = 2**12
"""Squarings of the first loop, each time."""
AT_ONCE = 2**12
"""Squarings of one powmod in the second loop, which runs twice each time."""
TURNS = 200
"""How often the loops run during the squarings, and during the proof, at most."""
PROOF_LIMIT_FROM = 2**24
"""The proof of a shorter delay costs more of its squarings."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    name: str
    value: float
    unit: str = ""
    limit: str = ""
    kept: bool = True


@dataclass(slots=True)
class Phase:
    """A part of the evaluation, and the bare loops that ran in turn with it."""

    seconds: float = 0.0
    """Its own, without the loops'."""
    multiply: list[float] = field(default_factory=list[float])
    """Seconds of a squaring by multiplying and reducing, a run each."""
    power: list[float] = field(default_factory=list[float])
    """Seconds of a squaring by powers, a run each."""

    def run_loops(self) -> None:
        """Run each loop once."""
        self.multiply.append(processor_time(multiply_loop) / MULTIPLIED)
        self.power.append(processor_time(power_loop) / (2 * AT_ONCE))

    def in_powers(self) -> float:
        """Return how many squarings by powers would have taken as long."""
        return self.seconds / fmean(self.power)

    def in_multiplications(self) -> float:
        """Return how many squarings by multiplying would have taken as long."""
        return self.seconds / fmean(self.multiply)


def multiply_loop() -> None:
    """Square by multiplying and reducing."""
    n, x = mpz(RSA_2048.n), mpz(RSA_2048.generator())
    for _ in range(MULTIPLIED):
        x = x * x % n


def power_loop() -> None:
    """Square by powers."""
    n, x = mpz(RSA_2048.n), mpz(RSA_2048.generator())
    for _ in range(2):
        x = powmod(x, mpz(1) << AT_ONCE, n)


def processor_time(work: Callable[[], object]) -> float:
    """Return the seconds of this process that ``work`` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def evaluation(T: int) -> tuple[Phase, Phase]:
    """Measure T squarings, and their proof."""
    squarings, proof = Phase(), Phase()
    squarings.run_loops()
    mark, turn = time.process_time(), 0

    def told(done: int, total: int) -> None:
        nonlocal mark, turn
        # What ends with step T is squarings; the first word of the proof is about T too.
        proving = done > T
        phase = proof if proving else squarings
        phase.seconds += time.process_time() - mark
        part = (done - T) * TURNS // (total - T) if proving else done * TURNS // T
        if part != turn:
            turn = part
            phase.run_loops()
        mark = time.process_time()

    make_setup(RSA_2048, T, told)
    proof.seconds += time.process_time() - mark
    return squarings, proof


def peak_megabytes() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(slots=True)
class Verified:
    """Verifications of one set-up, in milliseconds.

    How many candidates the challenge takes is chance, whatever T is; the rest is compared.
    """

    setup: Setup
    challenge: list[float] = field(default_factory=list[float])
    """Finding the challenge, a verification each."""
    rest: list[float] = field(default_factory=list[float])
    """Everything else."""

    @classmethod
    def of(cls, T: int) -> "Verified":
        """Return an empty one."""
        setup = shipped_setup(T)
        if setup is None:
            raise SystemExit(f"no set-up ships for T = {T}")
        return cls(setup)

    def once(self) -> None:
        """Verify once."""
        searched = 0.0

        def timed(modulus: Modulus, x: int, y: int, T: int) -> int:
            nonlocal searched
            start = time.process_time()
            prime = hash_to_prime(modulus, x, y, T)
            searched = time.process_time() - start
            return prime

        with patch.object(wesolowski, "hash_to_prime", timed):
            whole = processor_time(lambda: verify_setup(self.setup))
        self.challenge.append(1000 * searched)
        self.rest.append(1000 * (whole - searched))


def proof_line(T: int, share: float) -> Line:
    """Return the line of the proof's share, which has a limit for long delays."""
    name = "proof : squarings"
    if T < PROOF_LIMIT_FROM:
        return Line(name, share)
    return Line(name, share, limit="<= 0.15", kept=share <= 0.15)


def delay_lines(T: int) -> list[Line]:
    """Measure an evaluation."""
    squarings, proof = evaluation(T)
    by_multiplying = T / squarings.in_multiplications()
    by_powers = T / squarings.in_powers()
    share = proof.in_powers() / squarings.in_powers()
    memory = peak_megabytes()
    return [
        Line("squarings of the evaluation", T / squarings.seconds, "/s"),
        Line("x * x % N meanwhile", 1 / fmean(squarings.multiply), "/s"),
        Line("powmod(x, 2^4096, N) meanwhile", 1 / fmean(squarings.power), "/s"),
        Line(
            "evaluation : x * x % N",
            by_multiplying,
            limit=">= 0.95",
            kept=by_multiplying >= 0.95,
        ),
        Line("evaluation : powmod", by_powers),
        Line("squarings", squarings.seconds, "s"),
        Line("proof", proof.seconds, "s"),
        Line("proof : squarings, plain seconds", proof.seconds / squarings.seconds),
        proof_line(T, share),
        Line("peak memory", memory, "MB", "<= 256", memory <= 256),
    ]


def verification_lines(rounds: int) -> list[Line]:
    """Measure verifications of a short and a long delay, in turn."""
    short, long = Verified.of(2**16), Verified.of(2**28)
    for _ in range(rounds):
        short.once()
        long.once()
    ratio = min(long.rest) / min(short.rest)
    return [
        Line("challenge, T = 2^16", median(short.challenge), "ms"),
        Line("challenge, T = 2^28", median(long.challenge), "ms"),
        Line("rest of verification, T = 2^16", min(short.rest), "ms"),
        Line("rest of verification, T = 2^28", min(long.rest), "ms"),
        Line("rest, 2^28 : 2^16", ratio, limit="<= 1.2", kept=ratio <= 1.2),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exponent", metavar="E", type=int, default=24, help="T = 2^E")
    parser.add_argument("--rounds", metavar="R", type=int, default=100)
    options = parser.parse_args()
    T = 2**options.exponent
    print(f"T = 2^{options.exponent}, modulus of {RSA_2048.n.bit_length()} bits")
    lines = [*delay_lines(T), *verification_lines(options.rounds)]
    for line in lines:
        digits = 0 if line.unit == "/s" else 3
        note = line.limit if line.kept else f"{line.limit}  MISSED"
        print(
            f"{line.name:<34}{line.value:>12.{digits}f} {line.unit:<4}{note}".rstrip()
        )
    if not all(line.kept for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
