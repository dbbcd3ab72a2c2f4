"""Contributors vanish after they have committed, one never commits, a round is awaited.

As organisers of draws have reported it (sherlock-audit/2024-05-pooltogether-judging#130,
socialincome-san/public PR 1150, MystenLabs/sui PR 6490): twelve people, named by hashes,
four places for nothing.
"""

import csv
import hashlib
from pathlib import Path

import pytest

from command import SEED, Ran, fairlot, write_inputs

TERMS = """\
title = "Basic-income recipients"
asset = "place"
supply = 4
mechanism = "lottery"
price = 0
[beacon]
contributors = 3
"""
NAMES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(12)]
PEOPLE = "\n".join(["person,wants,deposit", *(f"{name},1,0" for name in NAMES), ""])


def _ran(folder: Path, beacon: str = "") -> tuple[Ran, bytes]:
    """Rehearse with some failures, and audit; return how it ended, and who gets what."""
    folder.mkdir()
    inputs, out = write_inputs(folder, TERMS + beacon, PEOPLE), folder / "out"
    words = (inputs.terms, inputs.people, "--out", out, "--seed", SEED)
    ran = fairlot("run", *words)
    assert fairlot("audit", out / "transcript.fairlot", "--rehearsal").code == 0
    return ran, (out / "allocation.csv").read_bytes()


def _units(allocation: bytes) -> list[int]:
    rows = csv.DictReader(allocation.decode().splitlines())
    return sorted(int(row["units"]) for row in rows)


@pytest.mark.slow
def test_whoever_vanishes_changes_nothing(tmp_path: Path) -> None:
    """All three of them: anybody recovers what they have committed to."""
    ran, plain = _ran(tmp_path / "plain")
    assert (ran.code, _units(plain)) == (0, [0] * 8 + [1] * 4)
    ran, withheld = _ran(tmp_path / "withheld", "withhold = 3\n")
    assert (ran.code, withheld) == (0, plain)


@pytest.mark.slow
def test_one_who_never_commits_voids_the_sale(tmp_path: Path) -> None:
    ran, allocation = _ran(tmp_path / "absent", "absent = 1\n")
    assert ran.code == 1
    assert "2 of 3 contributors committed and 3 must" in ran.err
    assert "everybody is refunded in full" in ran.err
    assert _units(allocation) == [0] * 12


@pytest.mark.slow
def test_terms_that_need_two_are_content_with_two(tmp_path: Path) -> None:
    beacon = "absent = 1\nwithhold = 2\nmin_commits = 2\n"
    ran, allocation = _ran(tmp_path / "two", beacon)
    assert (ran.code, ran.err) == (0, "")
    assert _units(allocation) == [0] * 8 + [1] * 4


@pytest.mark.slow
def test_a_round_is_awaited_with_and_without_somebody_who_vanishes(
    tmp_path: Path,
) -> None:
    _, plain = _ran(tmp_path / "plain")
    ran, waited = _ran(tmp_path / "waited", 'drand = "own"\n')
    assert ran.code == 0
    assert waited != plain, "the round is mixed in"
    ran, withheld = _ran(tmp_path / "withheld", 'drand = "own"\nwithhold = 1\n')
    assert (ran.code, withheld) == (0, waited)
