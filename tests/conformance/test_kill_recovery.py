"""kill -9 at random moments of an evaluation, then the same command again.

Work is counted in steps: squarings, and digits of the proof. A run says how many it has
done so far, from where it began; what it did after its last word before a kill is less
than the distance of two such words, which is added.
"""

import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

import evaluate_once
from fairlot_crypto.delay.parameters import shipped_setup
from fairlot_crypto.delay.plan import Plan
from fairlot_crypto.randomness import SeededRandomness


@dataclass(frozen=True, slots=True)
class Run:
    """What one process did."""

    first: int
    """Step at which it began."""
    last: int
    """Step of which it told last."""
    untold: int
    """Steps that it may have done since."""
    seconds: float
    """Of processor time, from its start to its end."""
    result: str
    """y and π; empty where it was killed before."""

    @property
    def steps(self) -> int:
        return self.last - self.first + self.untold


def processor_seconds() -> float:
    """Return what processes that ended have used; other load does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(T: int, folder: Path, steps: int | None = None) -> Run:
    """Evaluate in a process of its own, killed once it has done so many steps."""
    began = processor_seconds()
    command = [sys.executable, evaluate_once.__file__, str(T), str(folder)]
    told: list[int] = []
    result = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.endswith("\n"):
                break
            if " " in line:
                result = line.strip()
                continue
            told.append(int(line))
            if steps is not None and told[-1] - told[0] >= steps:
                process.kill()
        killed = process.wait() != 0
    seconds = processor_seconds() - began
    assert killed == (result == "")
    assert killed or steps is None
    widest = max((b - a for a, b in pairwise(told)), default=0)
    untold = widest if killed else 0
    return Run(told[0], told[-1], untold, seconds, result)


def moments(total: int, kills: int) -> list[int]:
    """Return how many steps each run may do: random, one kill in each part of the work."""
    stream = SeededRandomness(bytes(32)).derive("moments")
    draws = [int.from_bytes(stream.take(4), "big") / 2**32 for _ in range(kills)]
    places = [int((part + u) * total / kills) for part, u in enumerate(draws)]
    return [b - a for a, b in pairwise([0, *places])]


def shipped_result(T: int) -> str:
    setup = shipped_setup(T)
    assert setup is not None
    return f"{setup.h:x} {setup.proof:x}"


def killed_often(T: int, folder: Path, kills: int) -> list[Run]:
    plan = Plan.of(T)
    runs = [run(T, folder, steps) for steps in moments(plan.total, kills)]
    assert all(one.result == "" for one in runs)
    last = run(T, folder)
    assert last.first > 0, "it went on"
    return [*runs, last]


@pytest.mark.slow
def test_a_killed_evaluation_goes_on_and_gives_the_same_proof(tmp_path: Path) -> None:
    T, kills = 2**20, 3
    plan = Plan.of(T)
    runs = killed_often(T, tmp_path / "killed", kills)
    assert runs[-1].result == shipped_result(T)
    between = plan.powers_a_file * plan.spacing
    a_round = plan.total - T
    # A kill costs at most one checkpoint's squarings, or one round of the proof.
    work = sum(one.steps for one in runs)
    assert plan.total <= work <= plan.total + kills * (2 * between + a_round)


@pytest.mark.long
def test_kills_cost_little_of_a_long_evaluation(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """T = 2^24: with four kills at most 1.15 times the work; seconds are reported."""
    T, kills = 2**24, 4
    whole = run(T, tmp_path / "whole")
    runs = killed_often(T, tmp_path / "killed", kills)
    assert whole.result == runs[-1].result == shipped_result(T)
    steps, seconds = sum(r.steps for r in runs), sum(r.seconds for r in runs)
    record_property("steps", steps / whole.steps)
    record_property("seconds", seconds / whole.seconds)
    assert steps <= 1.15 * whole.steps


@pytest.mark.slow
def test_a_kill_during_the_proof_costs_one_round(tmp_path: Path) -> None:
    T = 2**22
    plan = Plan.of(T)
    first = run(T, tmp_path, steps=T + plan.digits // 2)
    assert first.result == ""
    second = run(T, tmp_path)
    assert second.first >= T
    assert first.steps + second.steps <= plan.total + 2 * plan.digits // plan.stride


@pytest.mark.slow
def test_what_a_kill_leaves_is_whole_or_an_unfinished_write(tmp_path: Path) -> None:
    killed = run(2**20, tmp_path, steps=2**18)
    assert killed.result == ""
    assert any(path.suffix == ".checkpoint" for path in tmp_path.iterdir())
    assert run(2**20, tmp_path).result == shipped_result(2**20)
    leftovers = [path for path in tmp_path.iterdir() if path.suffix != ".checkpoint"]
    assert all(path.name.endswith(".partial") for path in leftovers)
