"""What a run says of its squarings beforehand, and what it leaves when stopped in them."""

import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from command import FAIRLOT, TERMS, Inputs, fairlot, interruptible, write_inputs
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType

LONG = 2**25
"""No set-up of so many squarings ships; they take half a minute at the least."""
SHIPPED = 2**24
BRIEF = 2**16


def _inputs(folder: Path, T: int, more: str = "") -> Inputs:
    return write_inputs(folder, TERMS.replace("delay = 1\n", f"delay = {T}\n{more}"))


@contextmanager
def _running(
    inputs: Inputs, out: Path, *options: str
) -> Generator[subprocess.Popen[bytes]]:
    """Start a run in a process group of its own; it is gone at the end."""
    words = [str(inputs.terms), str(inputs.people), "--out", str(out), *options]
    with (
        interruptible(),
        subprocess.Popen(
            [FAIRLOT, "run", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _announced(process: subprocess.Popen[bytes]) -> str:
    """Return the first line on stderr."""
    assert process.stderr is not None
    return process.stderr.readline().decode()


def _stop(process: subprocess.Popen[bytes], with_signal: int) -> None:
    """Stop a run a moment later, in the middle of its squarings."""
    time.sleep(0.3)
    assert process.poll() is None
    os.killpg(process.pid, with_signal)
    process.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_run_stopped_in_its_set_up_leaves_nothing(
    tmp_path: Path, sent: int, code: int
) -> None:
    inputs, out = _inputs(tmp_path, LONG), tmp_path / "new" / "out"
    with _running(inputs, out) as process:
        said = _announced(process)
        _stop(process, sent)
    assert f"no set-up ships for T = {LONG}: computing it takes about" in said
    assert f"fairlot beacon setup {LONG}" in said
    assert process.returncode == code
    assert not out.parent.exists()


def _until_reveal_end(transcript: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a recovery is all that is missing."""
    while EntryType.REVEAL_END not in _kinds(transcript):
        assert process.poll() is None
        time.sleep(0.05)


def _kinds(transcript: Path) -> set[EntryType]:
    if not transcript.exists():
        return set()
    read = read_records(transcript.read_bytes())
    items = [record.item for record in read if isinstance(record, Record)]
    return {item.type for item in items if isinstance(item, Entry)}


@pytest.mark.thorough
@pytest.mark.parametrize("there", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_run_interrupted_in_its_recovery_leaves_nothing(
    tmp_path: Path, there: bool
) -> None:
    inputs, out = _inputs(tmp_path, SHIPPED, "withhold = 1\n"), tmp_path / "out"
    if there:
        out.mkdir()
    with _running(inputs, out, "--jobs", "1") as process:
        said = _announced(process)
        _until_reveal_end(out / "transcript.fairlot", process)
        _stop(process, signal.SIGINT)
    assert (
        f"a reveal is withheld, with T = {SHIPPED}: recovering it takes about" in said
    )
    assert process.returncode == 130
    assert out.exists() is there
    assert not there or list(out.iterdir()) == []


@pytest.mark.slow
def test_acknowledged_entries_stay_after_an_interrupt(tmp_path: Path) -> None:
    inputs, out = _inputs(tmp_path, SHIPPED, "withhold = 1\n"), tmp_path / "out"
    with _running(inputs, out, "--acks", "--jobs", "1") as process:
        _until_reveal_end(out / "transcript.fairlot", process)
        _stop(process, signal.SIGINT)
    assert process.returncode == 130
    assert [path.name for path in out.iterdir()] == ["transcript.fairlot"]
    assert EntryType.REVEAL_END in _kinds(out / "transcript.fairlot")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("T", "more"),
    [
        (SHIPPED, ""),
        (BRIEF, "withhold = 1\n"),
        (BRIEF - 1, ""),
        (SHIPPED, "withhold = 1\nunsealed = 1\n"),
    ],
    ids=["shipped", "brief", "brief-set-up", "void-before"],
)
def test_nothing_is_said_where_little_is_squared(
    tmp_path: Path, T: int, more: str
) -> None:
    inputs = _inputs(tmp_path, T, more)
    ran = fairlot("run", inputs.terms, inputs.people, "--out", tmp_path / "out")
    assert "takes about" not in ran.err


@pytest.mark.slow
def test_a_set_up_from_a_file_is_not_announced(tmp_path: Path) -> None:
    inputs, path = _inputs(tmp_path, 2**17), tmp_path / "setup.json"
    assert fairlot("beacon", "setup", "2^17", "--out", path).code == 0
    words = (inputs.terms, inputs.people, "--out")
    given = fairlot("run", *words, tmp_path / "given", "--setup", path)
    computed = fairlot("run", *words, tmp_path / "computed")
    assert (given.code, given.err) == (0, "")
    assert (computed.code, computed.err.count("takes about")) == (0, 1)
