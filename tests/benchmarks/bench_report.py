"""What the page of a sale costs beside the audit that it is made from.

    python tests/benchmarks/bench_report.py [--people N] [--transcript FILE]

Plays a lottery of N people with groups, unless a transcript is given, audits it and makes the
page twice: as it is, and with a row for each nym however many there are. Prints processor
seconds and the most memory that the process has held. Playing 10,000 people takes some ten
times as long as the audit; `fairlot run` leaves a transcript that can be kept.
"""

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from fairlot.audit.auditor import audit_replay
from fairlot.audit.expected import Expected
from fairlot.board.replay import replay_file
from fairlot.board.storage import MemoryStorage
from fairlot.inputs.people_file import Person
from fairlot.inputs.terms_file import TermsFile
from fairlot.rehearsal.play import rehearse
from fairlot.report import buyers
from fairlot.report.page import report_page
from fairlot.terms.pool import MAIN_POOL, Mechanism, Pool
from fairlot.workers import InProcess
from fairlot_crypto.curve import backend
from fairlot_crypto.randomness import SeededRandomness
from fairlot_crypto.statements import Statements

T = TypeVar("T")


class Quiet:
    """Watches and says nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Hear how far a stage has come."""

    def acknowledged(self, receipts: object) -> None:
        """Hear what is durable."""


def timed(what: str, work: Callable[[], T]) -> T:
    """Do something, and print the processor time that it took."""
    start = time.process_time()
    done = work()
    print(f"{what:<28}{time.process_time() - start:8.2f} s")
    return done


def played(people: int) -> bytes:
    """Return the transcript of a lottery in which a third comes in groups of three."""
    pool = Pool(MAIN_POOL, Mechanism.LOTTERY, people // 3, 100, group_max=3)
    file = TermsFile("Many", "seat", (pool,), 1, 0, contributors=2, delay=1)
    crowd = [
        Person(f"Person {i}", 1, 100, group=f"{i // 3}" if i < people // 3 else None)
        for i in range(people)
    ]
    storage, source = MemoryStorage(), SeededRandomness(bytes(32))
    rehearse(backend(), file, crowd, storage, source, InProcess(), Quiet())
    return storage.read()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--transcript", type=Path)
    arguments = parser.parse_args()
    path: Path | None = arguments.transcript
    data = (
        timed(f"play {arguments.people} people", lambda: played(arguments.people))
        if path is None
        else path.read_bytes()
    )
    read = timed("read", lambda: replay_file(data, backend(), Statements()))
    report = timed("judge", lambda: audit_replay(read, Expected(rehearsal=True)))

    def page() -> bytes:
        return report_page(report, read, accepted=True, version="0")

    nyms = len(read.state.ledger)
    short = timed(f"page of {nyms} nyms", page)
    with patch.object(buyers, "LISTED", nyms):
        long = timed("page with a row for each", page)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(short)} and {len(long)} bytes; at most {most} MiB of memory")


if __name__ == "__main__":
    main()
