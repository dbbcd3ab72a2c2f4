"""What a presentation costs in a batch, against one by one and against bare operations.

    python tests/benchmarks/bench_batch.py [--size N] [--rounds N] [--json]

Times are CPU times of one process. They vary from machine to machine and minute to minute;
the ratios are of one run: each round measures everything back to back, and the median of the
rounds is printed. The bare operations call the native library directly, with scalars and
points made beforehand, and only those count that one verification needs: three sums of
products, four decodings, three encodings and a product of two pairings. All subgroup checks
are in.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import py_arkworks_bls12381 as arkworks

from fairlot_crypto.bbs.batch import verify_batch
from fairlot_crypto.bbs.ciphersuite import key_gen, public_key
from fairlot_crypto.bbs.hints import Showing, make_hints
from fairlot_crypto.bbs.profile import (
    Credential,
    IssuerContext,
    Schema,
    commitment,
    issuer_context,
    present,
    signature_base,
    verify_presentation,
)
from fairlot_crypto.bbs.signature import sign_point
from fairlot_crypto.curve import backend, random_scalar, scalar_to_bytes
from fairlot_crypto.randomness import SystemRandomness

GROUP, SYSTEM = backend("native"), SystemRandomness()
SCHEMA = Schema(4, 1)
"""The default schema: four attributes, one nym secret."""
ATTRIBUTES = (b"assurance=high", b"region=", b"cohort_a=", b"cohort_b=")
CTX, DST = b"benchmark context", b"benchmark"
ALONE = 64
"""Presentations of a batch that are also verified one by one, each round."""
LIMIT = {"batch / single": 0.12, "single / bare": 1.10}
"""What the ratios should not be above."""


@dataclass(frozen=True)
class Round:
    """Microseconds of CPU a presentation."""

    bare: float
    single: float
    batch: float
    batch_without_hints: float

    def ratios(self) -> dict[str, float]:
        """Return what is compared."""
        return {
            "single / bare": self.single / self.bare,
            "batch / single": self.batch / self.single,
            "batch without hints / single": self.batch_without_hints / self.single,
        }


def issued(number: int) -> tuple[IssuerContext, list[Credential]]:
    """Return an issuer, and the credentials of as many people."""
    key = key_gen(SYSTEM.take(32))
    context = issuer_context(GROUP, public_key(GROUP, key), SCHEMA, b"header")

    def one() -> Credential:
        blind, secret = random_scalar(SYSTEM), random_scalar(SYSTEM)
        C = commitment(GROUP, SCHEMA, blind, (secret,))
        B = signature_base(context, ATTRIBUTES, C)
        signature = sign_point(key, B, random_scalar(SYSTEM))
        return Credential(ATTRIBUTES, signature, blind, (secret,))

    return context, [one() for _ in range(number)]


def made(size: int) -> list[Showing]:
    """Return presentations of as many people, each with a ph of their own."""
    context, credentials = issued(size)

    def one(number: int, credential: Credential) -> Showing:
        ph = b"presentation header" + number.to_bytes(8, "big") + bytes(400)
        shown = present(context, credential, CTX, ph, (), SYSTEM)
        return Showing(context, shown, CTX, ph, {})

    return [one(number, credential) for number, credential in enumerate(credentials)]


def bare_operations() -> Callable[[], None]:
    """Return one verification's operations of the native library, and nothing else."""
    points = [arkworks.G1Point.hash_to_curve(SYSTEM.take(32), DST) for _ in range(8)]
    scalars = [
        arkworks.Scalar.from_be_bytes(scalar_to_bytes(random_scalar(SYSTEM)))
        for _ in range(8)
    ]
    encoded, g2 = points[0].to_compressed_bytes(), arkworks.G2Point()

    def run() -> None:
        sums = [
            arkworks.G1Point.multiexp_unchecked(points[:size], scalars[:size])
            for size in (3, 8, 2)
        ]
        for _ in range(4):
            arkworks.G1Point.from_compressed_bytes(encoded)
        for point in sums:
            point.to_compressed_bytes()
        arkworks.GT.pairing_check(points[:2], [g2, g2])

    return run


def measured(showings: Sequence[Showing], hints: Sequence[bytes]) -> Round:
    """Measure everything once."""
    few = showings[:ALONE]
    bare = bare_operations()

    def singly() -> None:
        for each in few:
            verify_presentation(
                each.context, each.presentation, each.ctx, each.ph, each.disclosed
            )

    def batch(given: Sequence[Showing], hinted: Sequence[bytes | None]) -> None:
        if any(verify_batch(given, hinted, SYSTEM)):
            raise SystemExit("a good presentation was refused")

    return Round(
        _cpu(lambda: [bare() for _ in few], len(few)),
        _cpu(singly, len(few)),
        _cpu(lambda: batch(showings, hints), len(showings)),
        _cpu(lambda: batch(few, [None] * len(few)), len(few)),
    )


def _cpu(work: Callable[[], object], count: int) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) / count * 1e6


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--size", type=int, default=1024, help="of the batch (default 1024)"
    )
    parser.add_argument("--rounds", type=int, default=9, help="rounds (default 9)")
    parser.add_argument("--json", action="store_true", help="one object for machines")
    options = parser.parse_args()
    showings = made(options.size)
    hints = [make_hints(each) for each in showings]
    rounds = [measured(showings, hints) for _ in range(options.rounds)]
    times = {
        name: statistics.median(asdict(each)[name] for each in rounds)
        for name in asdict(rounds[0])
    }
    ratios = {
        name: statistics.median(each.ratios()[name] for each in rounds)
        for name in rounds[0].ratios()
    }
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    if options.json:
        said = {"size": options.size, "machine": machine}
        print(json.dumps({**said, "microseconds": times, "ratios": ratios}, indent=2))
        return
    print(f"{options.size} presentations in a batch, {machine}")
    for name, value in times.items():
        print(f"{name.replace('_', ' '):<30}{value:>10.0f} µs")
    for name, value in ratios.items():
        limit = f"   at most {LIMIT[name]:.2f}" if name in LIMIT else ""
        print(f"{name:<30}{value:>10.3f}{limit}")


if __name__ == "__main__":
    main()
