"""What a credential costs, against the bare group operations that it needs.

    python tests/benchmarks/bench_credentials.py [--rounds N] [--people N] [--jobs N]

Times vary from machine to machine and minute to minute; the ratios are of one run. Each
round measures an operation and its bare group operations back to back, and the median of
the rounds is printed. The bare operations call the native library directly, with scalars
and points made beforehand.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import py_arkworks_bls12381 as arkworks

from fairlot.board.storage import MemoryStorage
from fairlot.identity.answering import answer_request, attribute_octets
from fairlot.identity.committee import Holder
from fairlot.identity.credential import request_credential
from fairlot.identity.enrolment import enrol, receive_identity
from fairlot.identity.naming import joint_handle
from fairlot.identity.receiving import receive_credential
from fairlot.identity.registry import Credentials, epoch_at
from fairlot.identity.roll import PostedRoll, Roll, roll_id_of
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.parts import START, cast_parts
from fairlot.rehearsal.play import rehearse
from fairlot.terms.pool import Mechanism, Pool
from fairlot.workers import InProcess, Processes
from fairlot_crypto.bbs.profile import Credential, present, verify_presentation
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import SeededRandomness, SystemRandomness

GROUP = backend("native")
CTX, PH = b"benchmark context", b"benchmark presentation header"
DST = b"benchmark"


@dataclass(frozen=True)
class Counts:
    """How many bare operations one operation of ours needs (specs/bbs.md)."""

    multiplications: int = 0
    msms: tuple[int, ...] = ()
    decodings: int = 0
    encodings: int = 0
    pairings: int = 0
    """Products of two pairings."""


class BareOperations:
    """The native library's operations on points and scalars made beforehand."""

    def __init__(self) -> None:
        randomness = SystemRandomness()
        self.points = [
            arkworks.G1Point.hash_to_curve(randomness.take(32), DST) for _ in range(16)
        ]
        self.scalars = [
            arkworks.Scalar.from_le_bytes(randomness.take(31) + b"\x00")
            for _ in range(16)
        ]
        self.encoded = self.points[0].to_compressed_bytes()
        self.g2 = arkworks.G2Point()

    def run(self, counts: Counts) -> None:
        """Do all of ``counts`` once."""
        point, scalar = self.points[0], self.scalars[0]
        for _ in range(counts.multiplications):
            _ = point * scalar
        for size in counts.msms:
            arkworks.G1Point.multiexp_unchecked(self.points[:size], self.scalars[:size])
        for _ in range(counts.decodings):
            arkworks.G1Point.from_compressed_bytes(self.encoded)
        for _ in range(counts.encodings):
            point.to_compressed_bytes()
        for _ in range(counts.pairings):
            arkworks.GT.pairing_check([point, point], [self.g2, self.g2])


@dataclass(frozen=True)
class Measured:
    """One line of the table."""

    name: str
    ours: float
    """Milliseconds, median."""
    bare: float
    """Milliseconds, median."""
    ratio: float
    """Median of the rounds' ratios."""


def measure(
    name: str, operation: Callable[[], object], counts: Counts, rounds: int
) -> Measured:
    """Time ``operation`` and its bare group operations, alternating."""
    bare = BareOperations()
    ours_times: list[float] = []
    bare_times: list[float] = []
    for _ in range(rounds):
        ours_times.append(_milliseconds(operation))
        bare_times.append(_milliseconds(partial(bare.run, counts)))
    ratios = [o / b for o, b in zip(ours_times, bare_times, strict=True)]
    return Measured(
        name,
        statistics.median(ours_times),
        statistics.median(bare_times),
        statistics.median(ratios),
    )


def credential_table(rounds: int) -> list[Measured]:
    """Measure issuing, presenting and verifying with the rehearsal's schema."""
    randomness = SystemRandomness()
    file = TermsFile(
        "t", "a", (Pool("main", Mechanism.EQUAL_SHARE, 1, 1, 1),), 1, 0, 1, 1
    )
    parts = cast_parts(GROUP, file, [Person("someone", 1, 1)], randomness)
    registry, issuer = parts.registry, parts.issuers[0]
    holder = Holder.generate(randomness)
    attestation = parts.attester.attest(
        "someone", holder.signing.public, holder.device.public, START
    )
    named = joint_handle(registry, parts.issuers, attestation, 0, randomness)
    enrolment = enrol(GROUP, registry, parts.issuers, attestation, 0, named, randomness)
    identity = receive_identity(
        GROUP, registry, enrolment, holder.device, attestation.attributes
    )
    credentials, epoch = Credentials(GROUP, registry), epoch_at(registry, START)
    roll = Roll(0, START, 3, bytes(32), 1, registry.closes)
    roll_id = roll_id_of(registry.registry_id, roll)
    rolls = [PostedRoll(roll_id, roll, 1, frozenset())]
    context = credentials.context(epoch, roll_id)

    def issue() -> Credential:
        pending = request_credential(
            GROUP, registry, identity, holder.signing, epoch, [roll_id], randomness
        )
        answer = answer_request(
            credentials,
            issuer,
            identity.leaf,
            rolls,
            identity.attributes,
            pending.request,
            START,
            START,
            randomness,
        )
        return receive_credential(credentials, identity, pending, [answer])[roll_id]

    credential = issue()
    shown = present(context, credential, CTX, PH, (), randomness)
    attributes = len(attribute_octets(registry, identity.attributes))
    hidden = attributes + 1 + registry.nym_secrets
    # Issuing: the holder's Q_2·b and R, the issuer's R (two products), B and A_i, the
    # holder's own B and A, and one check of the signature.
    issuing = Counts(
        multiplications=6,
        msms=(attributes, attributes, 1 + registry.nym_secrets),
        decodings=4,
        encodings=8,
        pairings=1,
    )
    # Presenting: D, Abar, nym and U; Bbar, T1 and T2. B and the context point can be kept.
    presenting = Counts(multiplications=4, msms=(2, 2, 1 + hidden), encodings=7)
    verifying = Counts(msms=(3, 2 + hidden, 2), decodings=4, encodings=3, pairings=1)
    return [
        measure("issue", issue, issuing, rounds),
        measure(
            "present",
            lambda: present(context, credential, CTX, PH, (), randomness),
            presenting,
            rounds,
        ),
        measure(
            "verify",
            lambda: verify_presentation(context, shown, CTX, PH, {}),
            verifying,
            rounds,
        ),
    ]


class Silent:
    """Looks on and says nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Ignore it."""

    def acknowledged(self, receipts: object) -> None:
        """Ignore it."""


def rehearsal_seconds(people: int, jobs: int) -> float:
    """Time a rehearsal of ``people`` from the terms to RESULT."""
    pool = Pool("main", Mechanism.EQUAL_SHARE, max(1, people * 2 // 5), 5_000, 1)
    file = TermsFile("A concert", "seat", (pool,), 1, 0, 3, 65536)
    crowd = [Person(f"person {i}", 1, 5_000) for i in range(people)]
    args = (
        GROUP,
        file,
        crowd,
        MemoryStorage(),
        SeededRandomness(SystemRandomness().take(32)),
    )
    start = time.perf_counter()
    if jobs == 1:
        rehearse(*args, InProcess(), Silent())
    else:
        with Processes(jobs) as workers:
            rehearse(*args, workers, Silent())
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="rounds (default 50)")
    parser.add_argument(
        "--people", type=int, default=1000, help="in the rehearsal (default 1000)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args()
    print(f"{'operation':<10}{'ours ms':>10}{'bare ms':>10}{'ratio':>8}")
    for line in credential_table(options.rounds):
        print(f"{line.name:<10}{line.ours:>10.2f}{line.bare:>10.2f}{line.ratio:>8.2f}")
    seconds = rehearsal_seconds(options.people, options.jobs)
    print(
        f"rehearsal of {options.people} people with {options.jobs} jobs: "
        f"{seconds:.1f} s end to end"
    )


def _milliseconds(operation: Callable[[], object]) -> float:
    start = time.perf_counter()
    operation()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
