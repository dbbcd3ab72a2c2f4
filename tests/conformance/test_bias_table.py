"""The table of specs/beacon.md, section 6, is what its command makes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\| (\d) \| (\d+) \| ([0-9.]+) % \| ([0-9.]+) % \(([0-9.]+) %\) "
    r"\| (\d+) \| ([0-9.]+) % \(([0-9.]+) %\) \|$"
)
HONEST = 2.0
"""Percent: one unit, fifty buyers."""
FIVE_ERRORS = 5


def _table() -> str:
    spec = (ROOT / "specs" / "beacon.md").read_text(encoding="utf-8")
    made = re.search(r"(?s)<!-- begin: [^\n]* -->\n(.*)<!-- end -->\n", spec)
    assert made is not None
    return made[1]


def test_colluders_gain_as_theory_says_and_nothing_here() -> None:
    rows = [row for line in _table().splitlines() if (row := ROW.match(line))]
    assert [int(row[1]) for row in rows] == list(range(1, 9))
    for row in rows:
        k, outcomes, seeds = int(row[1]), int(row[2]), int(row[6])
        theory, plain, plain_error = float(row[3]), float(row[4]), float(row[5])
        assert (outcomes, seeds) == (2**k, 1)
        assert theory == pytest.approx(100 * (1 - 0.98**outcomes), abs=0.051)
        assert abs(plain - theory) <= FIVE_ERRORS * plain_error
        assert abs(float(row[7]) - HONEST) <= FIVE_ERRORS * float(row[8])


@pytest.mark.long
def test_the_command_makes_the_table() -> None:
    command = [sys.executable, str(ROOT / "tests" / "benchmarks" / "bench_bias.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == _table()
