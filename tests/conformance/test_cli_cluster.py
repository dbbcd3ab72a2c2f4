"""``fairlot audit --cluster``: workers and clients die, and the report is the same."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest

from command import Ran, fairlot, in_process
from fairlot.board import ahead
from fairlot.board.ranges import (
    Range,
    Summary,
    join_digests,
    judge_range,
    split_digests,
)
from fairlot.cli import cluster
from fairlot.cli.cluster import Cluster
from fairlot.cli.range_files import ENDING as RANGES
from fairlot.cli.range_files import KeptRanges, kept_ranges
from fairlot.cli.verdicts import KEY_VARIABLE
from fairlot.workers import InProcess

T = TypeVar("T")
R = TypeVar("R")
KEY = bytes(range(32))
CLIENT = """
import os, sys, time
from pathlib import Path
from fairlot.board import ahead
from fairlot.cli import main
stop, judge = Path(sys.argv[3]), ahead.judge_range
def first(job):
    while job.first > 1 and not stop.exists():
        time.sleep(0.05)
    return judge(job)
ahead.RANGE, ahead.judge_range = 1, first
main(["audit", sys.argv[1], "--rehearsal", "--json", "--cluster", sys.argv[2]])
"""
"""An audit that gets the first range, and waits for the others for ever."""


class Counting:
    """Does the work here, and counts it."""

    def __init__(self) -> None:
        """Start with nothing done."""
        self.done = 0

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        for job in jobs:
            self.done += 1
            yield function(job)


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    """Start a cluster of two workers, each a process that is started anew if it dies."""
    make = import_module("distributed").LocalCluster
    with make(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as local:
        yield str(local.scheduler_address)


@pytest.fixture
def transcript(
    tmp_path: Path, concert_transcript: bytes, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "own.key"))
    monkeypatch.setattr(ahead, "RANGE", 1)
    path = tmp_path / "transcript.fairlot"
    path.write_bytes(concert_transcript)
    return path


def audited(path: Path, *words: str) -> Ran:
    with in_process():
        return fairlot("audit", path, "--rehearsal", "--json", *words)


def jobs_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Range]:
    """Return the ranges of a transcript."""
    found: list[Range] = []

    class Seeing(InProcess):
        def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
            found.extend(_remembering(job) for job in jobs if isinstance(job, Range))
            return super().map(function, jobs)

    def entered(_: int) -> _Entered:
        return _Entered(Seeing())

    with monkeypatch.context() as patch:
        patch.setattr("fairlot.cli.transcript.MANY", 0)
        patch.setattr("fairlot.cli.transcript.Processes", entered)
        audited(path, "--jobs", "2")
    assert len(found) > 1
    return found


def _remembering(job: Range) -> Range:
    """Return a range as those are that go to a cluster."""
    return replace(job, context=replace(job.context, remembers=True))


class _Entered:
    def __init__(self, workers: InProcess) -> None:
        self.workers = workers

    def __enter__(self) -> InProcess:
        return self.workers

    def __exit__(self, *_: object) -> None:
        pass


class Losing:
    """Stands for a cluster that takes work and gives nothing back."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def submit(
        self, function: object, *args: object, pure: bool, retries: int
    ) -> "Losing":
        assert callable(function)
        assert (len(args), pure, retries) == (3, False, cluster.RETRIES)
        return self

    def result(self) -> object:
        raise self.error

    def nthreads(self) -> dict[str, int]:
        return {"lost": 2}

    def wait_for_workers(self, n_workers: int, timeout: float) -> None:
        pass


@pytest.mark.thorough
@pytest.mark.parametrize("lost", [CancelledError, OSError, "KilledWorker"])
def test_what_a_cluster_does_not_give_is_verified_here(
    transcript: Path, monkeypatch: pytest.MonkeyPatch, lost: type[Exception] | str
) -> None:
    distributed = pytest.importorskip("distributed")
    error = (
        distributed.KilledWorker("range", None, 3) if isinstance(lost, str) else lost()
    )
    jobs = jobs_of(transcript, monkeypatch)[:2]
    given = Cluster(Losing(error)).map(judge_range, jobs)
    assert list(given) == list(map(judge_range, jobs))


class Sent(Losing):
    """Sees what is sent, and gives nothing."""

    def __init__(self) -> None:
        super().__init__(OSError())
        self.jobs: list[Range] = []

    def submit(
        self, function: object, *args: object, pure: bool, retries: int
    ) -> Losing:
        self.jobs += [job for job in args if isinstance(job, Range)]
        return super().submit(function, *args, pure=pure, retries=retries)


@pytest.mark.thorough
def test_a_range_is_sent_with_what_is_remembered_of_itself(
    transcript: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, other = jobs_of(transcript, monkeypatch), bytes(range(32))
    own = [split_digests(judge_range(job).verified) for job in jobs]
    assert all(own)
    assert len(set(own)) > 1
    joined = join_digests({other}.union(*own))
    full = [replace(job, context=replace(job.context, known=joined)) for job in jobs]
    client = Sent()
    given = list(Cluster(client).map(judge_range, full))
    assert [split_digests(job.context.known) for job in client.jobs] == own
    assert [judge_range(job) for job in client.jobs] == given
    assert not any(summary.verified for summary in given)
    assert [job.digest for job in client.jobs] == [job.digest for job in jobs]


def test_without_the_extra_the_error_names_it(
    transcript: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> object:
        return None if name == "distributed" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    ran = audited(transcript, "--cluster", "tcp://127.0.0.1:1")
    assert (ran.code, ran.out) == (2, "")
    assert "cluster.extra" in ran.err
    assert "fairlot[cluster]" in ran.err


def test_what_ranges_gave_is_used_once_and_removed(
    transcript: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(transcript, monkeypatch)
    folder = tmp_path / f"transcript.fairlot{RANGES}"
    counting = Counting()
    first = list(KeptRanges(counting, folder, KEY).map(judge_range, jobs))
    assert counting.done == len(jobs) == len(list(folder.iterdir()))
    again = Counting()
    assert list(KeptRanges(again, folder, KEY).map(judge_range, jobs)) == first
    assert again.done == 0
    (folder / "mine").write_bytes(b"mine")
    with kept_ranges(InProcess(), transcript):
        pass
    assert [each.name for each in folder.iterdir()] == ["mine"]


@pytest.mark.thorough
@pytest.mark.parametrize("spoil", ["other key", "swapped", "cut", "flipped", "gone"])
def test_a_forged_summary_changes_nothing(
    transcript: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    """Whoever lacks the key cannot say that a range has verified, nor which one."""
    jobs, folder = jobs_of(transcript, monkeypatch)[:2], tmp_path / "kept"
    key = bytes(32) if spoil == "other key" else KEY

    def lying(job: Range) -> Summary:
        return judge_range(job)

    true = list(KeptRanges(InProcess(), folder, key).map(lying, jobs))
    one, two = sorted(folder.iterdir())
    data = one.read_bytes()
    if spoil == "swapped":
        one.write_bytes(two.read_bytes())
        two.write_bytes(data)
    elif spoil == "cut":
        for path in (one, two):
            path.write_bytes(path.read_bytes()[:-1])
    elif spoil == "flipped":
        for path in (one, two):
            path.write_bytes(
                path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])
            )
    elif spoil == "gone":
        one.unlink()
        two.unlink()
    counting = Counting()
    assert list(KeptRanges(counting, folder, KEY).map(judge_range, jobs)) == true
    assert counting.done == 2


@pytest.mark.slow
def test_the_report_is_the_same_and_a_killed_worker_changes_nothing(
    transcript: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = audited(transcript)
    same = audited(transcript, "--cluster", address)
    assert (same.code, same.out, same.err) == (alone.code, alone.out, "")
    victim = tmp_path / "victim"

    def dying(job: Range) -> Summary:
        try:
            with victim.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return judge_range(job)
        time.sleep(600)
        raise AssertionError

    killed: list[int] = []

    def kill() -> None:
        while not victim.exists() or not victim.read_text():
            time.sleep(0.05)
        killed.append(int(victim.read_text()))
        os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(ahead, "judge_range", dying)
    thread = Thread(target=kill)
    thread.start()
    ran = audited(transcript, "--cluster", address)
    thread.join()
    assert killed
    assert killed[0] != os.getpid()
    assert (ran.code, ran.out, ran.err) == (alone.code, alone.out, "")
    assert not transcript.with_name(f"{transcript.name}{RANGES}").exists()


@pytest.mark.slow
def test_a_killed_audit_goes_on_where_it_was(
    transcript: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = audited(transcript)
    folder = transcript.with_name(f"{transcript.name}{RANGES}")
    stop = tmp_path / "stop"
    words = [str(each) for each in (transcript, address, stop)]

    def kept() -> list[Path]:
        """Return the ranges that are kept; one that is being written has another name."""
        return [each for each in folder.glob("*") if len(each.name) == 64]

    with subprocess.Popen([sys.executable, "-c", CLIENT, *words]) as client:
        while not kept():
            assert client.poll() is None
            time.sleep(0.05)
        client.send_signal(signal.SIGKILL)
    stop.touch()
    assert len(kept()) == 1
    sent: list[object] = []
    given = Cluster.map

    def noted(
        self: Cluster, function: Callable[[T], R], jobs: Sequence[T]
    ) -> Iterator[R]:
        sent.extend(job for job in jobs if isinstance(job, Range))
        return given(self, function, jobs)

    total = len(jobs_of(transcript, monkeypatch))
    monkeypatch.setattr(Cluster, "map", noted)
    ran = audited(transcript, "--cluster", address)
    assert len(sent) == total - 1
    assert (ran.code, ran.out, ran.err) == (alone.code, alone.out, "")
    assert not folder.exists()


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(
    transcript: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "__version__", "0.0.0")
    ran = audited(transcript, "--cluster", address)
    assert (ran.code, ran.out) == (2, "")
    assert "cluster.version" in ran.err


@pytest.mark.slow
def test_who_does_not_answer_is_named(
    transcript: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for wrong in ("tcp://127.0.0.1:1", "nobody"):
        ran = audited(transcript, "--cluster", wrong)
        assert (ran.code, ran.out) == (2, "")
        assert "cluster.address" in ran.err
    make = import_module("distributed").LocalCluster
    with make(n_workers=0, dashboard_address=":0") as empty:
        ran = audited(transcript, "--cluster", str(empty.scheduler_address))
    assert (ran.code, ran.out) == (2, "")
    assert "cluster.workers" in ran.err
