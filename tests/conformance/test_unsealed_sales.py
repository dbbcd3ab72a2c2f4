"""``[beacon] unsealed``: contributors commit and never seal, and ``fairlot run`` says so."""

import csv
import json
from pathlib import Path

import pytest

from command import SEED, TERMS, Ran, fairlot, write_inputs

BEACON = "contributors = 1\ndelay = 1\n"
ENOUGH = "contributors = 4\ndelay = 1\nunsealed = 1\nmin_commits = 3\n"
TOO_FEW = "contributors = 4\ndelay = 1\nabsent = 1\nunsealed = 1\nmin_commits = 3\n"
ALL_NEEDED = "contributors = 2\ndelay = 1\nunsealed = 1\n"


def run(folder: Path, beacon: str) -> Ran:
    inputs = write_inputs(folder, TERMS.replace(BEACON, beacon))
    words = (inputs.terms, inputs.people, "--out", folder / "out", "--seed", SEED)
    return fairlot("run", *words)


def report(folder: Path) -> tuple[int, dict[str, object]]:
    ran = fairlot(
        "audit", folder / "out" / "transcript.fairlot", "--rehearsal", "--json"
    )
    return ran.code, dict(json.loads(ran.out))


@pytest.mark.thorough
def test_enough_seals_are_enough_and_the_others_are_counted(tmp_path: Path) -> None:
    ran = run(tmp_path, ENOUGH)
    assert (ran.code, ran.err) == (0, "")
    (row,) = [line for line in ran.out.splitlines() if line.startswith("unsealed")]
    assert row.split()[:2] == ["unsealed", "1"]
    assert "recovered" not in ran.out, "who has not sealed may reveal"
    code, found = report(tmp_path)
    assert (code, found["phase"]) == (0, "locked")


def test_where_all_have_sealed_nothing_is_said(tmp_path: Path) -> None:
    ran = run(tmp_path, "contributors = 4\ndelay = 1\nmin_commits = 3\n")
    assert ran.code == 0
    assert "unsealed" not in ran.out


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("beacon", "sentence"),
    [
        (TOO_FEW, "2 of 4 contributors sealed and 3 must"),
        (ALL_NEEDED, "1 of 2 contributors sealed and 2 must"),
    ],
)
def test_too_few_seals_make_the_sale_void(
    tmp_path: Path, beacon: str, sentence: str
) -> None:
    ran = run(tmp_path, beacon)
    assert ran.code == 1
    assert f"void (sealed-missed): {sentence}" in ran.err
    with (tmp_path / "out" / "allocation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["units"], row["payment"]) for row in rows} == {("0", "0")}
    assert sum(int(row["refund"]) for row in rows) == 599
    assert report(tmp_path)[1]["phase"] == "void"


@pytest.mark.slow
def test_the_seals_leave_the_draw_as_it_is(tmp_path: Path) -> None:
    for name, beacon in (
        ("all", ENOUGH.replace("unsealed = 1\n", "")),
        ("few", ENOUGH),
    ):
        (tmp_path / name).mkdir()
        assert run(tmp_path / name, beacon).code == 0
    both = [(tmp_path / name / "out" / "allocation.csv") for name in ("all", "few")]
    assert both[0].read_bytes() == both[1].read_bytes()


@pytest.mark.parametrize("number", ["-1", "4", "5"])
def test_no_more_leave_unsealed_than_commit(tmp_path: Path, number: str) -> None:
    ran = run(tmp_path, f"contributors = 4\nabsent = 1\nunsealed = {number}\n")
    assert (ran.code, ran.out) == (2, "")
    assert "terms-file.range" in ran.err
    assert "beacon.unsealed" in ran.err
    assert not (tmp_path / "out").exists()
