"""kill -9 at any moment: what was acknowledged stays, and the audit says what is missing."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from command import FAIRLOT, crowd, fairlot, write_inputs
from fairlot.board.phase import Phase
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot_crypto.randomness import SeededRandomness

PEOPLE = 66
ENTRIES = 2 + PEOPLE + 1 + PEOPLE + PEOPLE + 6
"""TERMS, REGISTRY, leaves, OPEN, deposits, payments, and from CLOSE to RESULT."""
LONGEST_WAIT = 0.5
"""Seconds: a batch of this size takes longer."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: so many acknowledgements were read, and then a while passed."""

    acks: int
    wait: float


def _moments(count: int, label: str) -> list[Moment]:
    """Return random moments, one of each part of the run; half of them right after an ack."""
    stream = SeededRandomness(bytes(32)).derive(label)

    def uniform() -> float:
        return int.from_bytes(stream.take(4), "big") / 2**32

    return [
        Moment(
            int(ENTRIES * (part + uniform()) / count),
            uniform() * LONGEST_WAIT * (part % 2),
        )
        for part in range(count)
    ]


def _killed(folder: Path, moment: Moment, jobs: str) -> list[str]:
    """Kill a run at a moment, and return the acknowledgements read until it ended."""
    inputs = write_inputs(folder, people=crowd(PEOPLE))
    words = [str(inputs.terms), str(inputs.people), "--out", str(folder / "out")]
    with subprocess.Popen(
        [FAIRLOT, "run", *words, "--acks", "--jobs", jobs],
        stdout=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        read = b"".join(process.stdout.readline() for _ in range(moment.acks))
        time.sleep(moment.wait)
        process.kill()
        # The pipe ends when nobody holds it any more, workers included.
        rest, _ = process.communicate(timeout=60)
    whole = (read + rest).rpartition(b"\n")[0].decode().split("\n")
    return [line.split()[1] for line in whole if line.startswith("ack ")]


def _on_file(path: Path) -> set[str]:
    records = [r.item for r in read_records(path.read_bytes()) if isinstance(r, Record)]
    return {item.hash.hex() for item in records if isinstance(item, Entry)}


def _check(folder: Path, acknowledged: list[str]) -> Phase:
    """Check what lies in the folder, and return how far the sale had come."""
    path = folder / "out" / "transcript.fairlot"
    if not path.exists():
        assert acknowledged == []
        return Phase.EMPTY
    assert set(acknowledged) <= _on_file(path)
    ran = fairlot("audit", path, "--rehearsal", "--json")
    report = json.loads(ran.out)
    phase = Phase(report["phase"])
    findings = [f for check in report["checks"] for f in check["findings"]]
    if phase is Phase.LOCKED:
        # The whole sale was durable before the blow: there is nothing to find.
        assert (ran.code, findings) == (0, [])
        return phase
    assert ran.code == 1
    assert [finding["code"] for finding in findings] == ["sale.incomplete"]
    assert f"phase {phase}" in findings[0]["message"]
    failing = [check["id"] for check in report["checks"] if check["findings"]]
    assert failing == ["A23"]
    return phase


def _mostly_slow(moments: list[Moment]) -> list[pytest.ParameterSet]:
    first, *others = moments
    slow = (pytest.param(moment, marks=pytest.mark.slow) for moment in others)
    return [pytest.param(first), *slow]


@pytest.mark.slow
@pytest.mark.parametrize("moment", _mostly_slow(_moments(6, "some")), ids=str)
def test_a_killed_run_keeps_its_word(tmp_path: Path, moment: Moment) -> None:
    acknowledged = _killed(tmp_path, moment, "1")
    assert len(acknowledged) >= moment.acks
    _check(tmp_path, acknowledged)


@pytest.mark.long
def test_forty_killed_runs_keep_their_word(tmp_path: Path) -> None:
    """Blows that fall after the end do not count: they are checked all the same."""
    phases: list[Phase] = []
    for number, moment in enumerate(_moments(80, "many")):
        folder = tmp_path / str(number)
        folder.mkdir()
        acknowledged = _killed(folder, moment, "1")
        assert len(acknowledged) >= moment.acks
        phases.append(_check(folder, acknowledged))
    assert len(phases) - phases.count(Phase.LOCKED) >= 40
    assert {Phase.ANNOUNCED, Phase.OPEN} <= set(phases)


@pytest.mark.slow
def test_workers_end_with_a_killed_run(tmp_path: Path) -> None:
    acknowledged = _killed(tmp_path, Moment(3, 0.0), "2")
    assert len(acknowledged) >= 3
    _check(tmp_path, acknowledged)


@pytest.mark.slow
def test_a_run_into_what_a_killed_one_left_is_refused(tmp_path: Path) -> None:
    _killed(tmp_path, Moment(2, 0.0), "1")
    before = (tmp_path / "out" / "transcript.fairlot").read_bytes()
    words = (tmp_path / "terms.toml", tmp_path / "people.csv")
    ran = fairlot("run", *words, "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert (tmp_path / "out" / "transcript.fairlot").read_bytes() == before
