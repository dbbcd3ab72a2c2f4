"""What the audit of a registry costs.

    python tests/benchmarks/bench_registry.py [--leaves N] [--recoveries M] [--jobs N]

Times are of the processor, and vary from machine to machine; the ratio is of one run. People
are enrolled, by four issuers each, and some of them recover their leaves in the course of a
season of weekly rolls; then that log alone is audited, as a command of its own. What it takes
is compared with the bare signatures and points that the log holds: libsodium and the curve
library, with nothing around them. What the issuers cost is in bench_issuers.py.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import py_arkworks_bls12381 as arkworks
from nacl.bindings import crypto_sign_open

from fairlot.board.registry_keeper import RegistryBoard, start_registry
from fairlot.board.storage import MemoryStorage
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Purpose
from fairlot.identity.committee import Holder, signed_roll
from fairlot.identity.registry import DAY, Credentials
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.desk import Desk
from fairlot.rehearsal.draw import NobodyWatches, Posting
from fairlot.rehearsal.parts import START, Parts, cast_parts
from fairlot.rehearsal.registering import Registering
from fairlot.terms.pool import Mechanism, Pool
from fairlot.workers import Processes, Workers
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.randomness import (
    SEED_LENGTH,
    Randomness,
    SeededRandomness,
    SystemRandomness,
)

FAIRLOT = (
    sys.executable,
    "-c",
    "from fairlot.cli.program import run_words; raise SystemExit(run_words(None))",
)
GROUP = backend("native")
ISSUERS, CORRUPT = 4, 1
WEEK = 7 * DAY
ROLLS = 50
"""Weekly, after the one when everybody is enrolled."""
MESSAGE = 300
"""Bytes of a message that issuers sign, about."""
MANY = 500
"""Of the operations that are measured together."""


def cast(people: int, issuers: int, threshold: int, randomness: Randomness) -> Parts:
    """Draw the keys of a rehearsal's registry."""
    pool = Pool("main", Mechanism.EQUAL_SHARE, 1, 1, 1)
    file = TermsFile("A concert", "seat", (pool,), issuers, threshold, 1, 1)
    return cast_parts(GROUP, file, crowd(people), randomness)


def crowd(people: int) -> list[Person]:
    """Return a list of people."""
    return [Person(f"person {number}", 1, 1) for number in range(people)]


def post_roll(parts: Parts, board: RegistryBoard, now: int) -> None:
    """Post a roll that serves until the registry closes."""
    registry = parts.registry
    due = board.roll_due(now, registry.closes)
    board.append_roll(signed_roll(registry.registry_id, due, parts.issuers), now)


def log_of(leaves: int, recoveries: int, workers: Workers) -> bytes:
    """Return the log of a season in which people enrol and recover, every entry honest."""
    source = SeededRandomness(SystemRandomness().take(SEED_LENGTH))
    parts, storage = cast(leaves, ISSUERS, CORRUPT, source), MemoryStorage()
    issuer = parts.issuers[0].key
    credentials = Credentials(GROUP, parts.registry)
    board = start_registry(storage, credentials, parts.board, issuer, START)
    posting, book = Posting(board, NobodyWatches()), AdmissionBook(parts.registry)
    registering = Registering(GROUP, parts, posting, source, workers, book)
    registering.everybody(crowd(leaves))
    post_roll(parts, board, START)
    desk = Desk(GROUP, parts, posting, source, book)
    for week in range(ROLLS):
        first, last = (recoveries * w // ROLLS for w in (week, week + 1))
        indexes = [number * leaves // recoveries for number in range(first, last)]
        recover_some(desk, indexes, START + week * WEEK + DAY)
        post_roll(parts, board, START + (week + 1) * WEEK)
    return storage.data


def recover_some(desk: Desk, indexes: Sequence[int], begins: int) -> None:
    """Let people recover their leaves, one a second."""
    cooling = desk.parts.registry.recovery.cooling
    came: list[tuple[int, int, Holder]] = []
    for now, index in enumerate(indexes, start=begins):
        listed = desk.parts.people[index]
        holder = desk.begin(index, listed, Purpose.RECOVER, now)
        came.append((now + cooling, index, holder))
    for now, index, holder in came:
        desk.complete(index, now)
        desk.resend(index, holder, now)


@dataclass(frozen=True)
class Bare:
    """The bare operations whose verdicts make up the audit of a log."""

    signatures: int
    """Ed25519, of entries, of issuers in them, and of heads."""
    points: int
    """Decoded and checked: one for each issuer and leaf."""

    @classmethod
    def of(cls, data: bytes) -> "Bare":
        """Count them."""
        signatures = points = 0
        for record in read_records(data):
            item = record.item if isinstance(record, Record) else None
            if isinstance(item, SignedCheckpoint):
                signatures += len(item.lines)
            elif isinstance(item, Entry):
                shares, sigs = (item.body.get(name, []) for name in ("shares", "sigs"))
                if not (isinstance(shares, list) and isinstance(sigs, list)):
                    raise SystemExit("an entry of the log has no lists of signatures")
                signatures += 1 + len(shares) + len(sigs)
                points += len(shares)
        return cls(signatures, points)

    def seconds(self) -> float:
        """Return what they take, measured on a few hundred of each."""
        key = SigningKey.generate(SystemRandomness())
        signed = key.sign(bytes(MESSAGE)) + bytes(MESSAGE)
        point = arkworks.G1Point.hash_to_curve(b"point", b"benchmark")
        encoded, decode = (
            point.to_compressed_bytes(),
            arkworks.G1Point.from_compressed_bytes,
        )
        return self.signatures * _each(
            partial(crypto_sign_open, signed, key.public)
        ) + self.points * _each(partial(decode, encoded))


def audit_table(leaves: int, recoveries: int, jobs: int) -> None:
    """Make the log, audit it as a command of its own, and print what that took."""
    start = time.perf_counter()
    with Processes(jobs) as workers:
        data = log_of(leaves, recoveries, workers)
    print(
        f"a log of {leaves} leaves and {recoveries} recoveries: {len(data)} bytes, "
        f"made in {time.perf_counter() - start:.0f} s by {jobs} processes",
        flush=True,
    )
    with TemporaryDirectory() as name:
        path = Path(name) / "registry.fairlot"
        path.write_bytes(data)
        words = [*FAIRLOT, "audit", str(path), "--registry-alone", "--rehearsal"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the audit ended with {process.returncode}")
    seconds, counted = used.ru_utime + used.ru_stime, Bare.of(data)
    bare = counted.seconds()
    print(f"  {counted.signatures} signatures, {counted.points} points")
    print(
        f"  audit: {seconds:.1f} s of the processor, {used.ru_maxrss // 1024} MiB at "
        f"most; bare {bare:.1f} s, ratio {seconds / bare:.2f}"
    )


def main() -> None:
    """Print what the audit takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=10_000, help="default 10000")
    parser.add_argument("--recoveries", type=int, default=1_000, help="default 1000")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args()
    if not 0 < options.recoveries <= options.leaves:
        parser.error("there must be 1 recovery or more, and a leaf for each")
    audit_table(options.leaves, options.recoveries, options.jobs)


def _spent(operation: Callable[[], object]) -> float:
    """Return the seconds of the processor that one call takes."""
    start = time.process_time()
    operation()
    return time.process_time() - start


def _each(operation: Callable[[], object]) -> float:
    """Return the seconds of the processor that one of many calls takes."""
    return _spent(lambda: [operation() for _ in range(MANY)]) / MANY


if __name__ == "__main__":
    main()
