"""What a delay costs, against bare loops over the same integers.

    python tests/benchmarks/bench_delay.py [--quick]

Times vary from machine to machine and minute to minute; the ratios are of one run. The two
bare loops square modulo the same N: ``x = x * x % N`` with mpz, and powmod(x, 2^4096, N),
the fastest that gmpy2 offers, which leaves nothing to make a proof of. Everything is taken
in processor time. Peak memory is that of a process that does nothing but one evaluation.
Exits with 1 where a ratio misses its limit.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gmpy2 import mpz, powmod

from fairlot_crypto.delay.parameters import (
    RSA_2048,
    make_setup,
    shipped_setup,
    verify_setup,
)
from fairlot_crypto.delay.primes import hash_to_prime

SQUARINGS = 2**17
"""Of a bare loop, each time."""
AT_ONCE = 2**12
"""Squarings of one powmod in the second loop."""

EVALUATE = """
import resource
from fairlot_crypto.delay.parameters import RSA_2048, make_setup
make_setup(RSA_2048, {T})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    name: str
    value: float
    unit: str
    limit: str = ""
    kept: bool = True


class BareLoops:
    """Both loops, run now and then while something else is measured."""

    def __init__(self) -> None:
        self.multiply: list[float] = []
        """Squarings a second, a run each."""
        self.power: list[float] = []

    def run(self) -> None:
        """Run each once."""
        self.multiply.append(SQUARINGS / processor_time(multiply_loop))
        self.power.append(SQUARINGS / processor_time(power_loop))


def multiply_loop() -> None:
    """Square by multiplying and reducing."""
    n, x = mpz(RSA_2048.n), mpz(RSA_2048.generator())
    for _ in range(SQUARINGS):
        x = x * x % n


def power_loop() -> None:
    """Square by powers."""
    n, x = mpz(RSA_2048.n), mpz(RSA_2048.generator())
    exponent = mpz(1) << AT_ONCE
    for _ in range(SQUARINGS // AT_ONCE):
        x = powmod(x, exponent, n)


def processor_time(work: Callable[[], object]) -> float:
    """Return the seconds of this process that ``work`` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def evaluation(T: int, loops: BareLoops) -> tuple[float, float]:
    """Return the processor seconds of T squarings, and those of their proof.

    The bare loops run twenty times in between, so that all see the same machine.
    """
    spent: dict[bool, float] = {True: 0.0, False: 0.0}
    mark, turn = time.process_time(), 0

    def told(done: int, _total: int) -> None:
        nonlocal mark, turn
        spent[done <= T] += time.process_time() - mark
        if done * 20 // T > turn:
            turn = done * 20 // T
            loops.run()
        mark = time.process_time()

    make_setup(RSA_2048, T, told)
    spent[False] += time.process_time() - mark
    return spent[True], spent[False]


def peak_megabytes(T: int) -> float:
    """Return the peak memory of a process that evaluates ``T``."""
    command = [sys.executable, "-c", EVALUATE.format(T=T)]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    return int(ran.stdout) / 1024


def verification(T: int, rounds: int) -> tuple[float, float]:
    """Return the milliseconds of finding the challenge of the set-up of ``T``, and others.

    How many candidates the challenge takes is chance, whatever T is; the rest of a
    verification is compared.
    """
    setup = shipped_setup(T)
    if setup is None:
        raise SystemExit(f"no set-up ships for T = {T}")
    x = RSA_2048.generator()
    search = partial(hash_to_prime, RSA_2048, x, setup.h, T)
    verify = partial(verify_setup, setup)
    challenge = min(processor_time(search) for _ in range(rounds))
    whole = min(processor_time(verify) for _ in range(rounds))
    return 1000 * challenge, 1000 * (whole - challenge)


def table(T: int, rounds: int) -> list[Line]:
    """Measure everything."""
    loops = BareLoops()
    loops.run()
    squaring, proof = evaluation(T, loops)
    rate = T / squaring
    multiply = sum(loops.multiply) / len(loops.multiply)
    power = sum(loops.power) / len(loops.power)
    memory = peak_megabytes(T)
    (search_16, rest_16), (search_28, rest_28) = (
        verification(2**exponent, rounds) for exponent in (16, 28)
    )
    return [
        Line("squarings of the evaluation", rate, "/s"),
        Line("x * x % N", multiply, "/s"),
        Line("powmod(x, 2^4096, N)", power, "/s"),
        Line(
            "evaluation : x * x % N",
            rate / multiply,
            "",
            ">= 0.95",
            rate >= 0.95 * multiply,
        ),
        Line("evaluation : powmod", rate / power, ""),
        Line(
            "proof : squarings",
            proof / squaring,
            "",
            "<= 0.15",
            proof <= 0.15 * squaring,
        ),
        Line("peak memory", memory, "MB", "<= 256", memory <= 256),
        Line("challenge, T = 2^16", search_16, "ms"),
        Line("challenge, T = 2^28", search_28, "ms"),
        Line("rest of verification, 2^16", rest_16, "ms"),
        Line("rest of verification, 2^28", rest_28, "ms"),
        Line("2^28 : 2^16", rest_28 / rest_16, "", "<= 1.2", rest_28 <= 1.2 * rest_16),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="T = 2^20 in place of 2^24; the proof of so short a delay may miss its limit",
    )
    options = parser.parse_args()
    T = 2**20 if options.quick else 2**24
    print(f"T = {T}, modulus of {RSA_2048.n.bit_length()} bits")
    lines = table(T, 10 if options.quick else 100)
    for line in lines:
        digits = 0 if line.unit == "/s" else 3
        note = line.limit if line.kept else f"{line.limit}  MISSED"
        print(f"{line.name:<28}{line.value:>12.{digits}f} {line.unit:<4}{note}")
    if not options.quick and not all(line.kept for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
