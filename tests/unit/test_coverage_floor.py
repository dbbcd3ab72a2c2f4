"""The floor of coverage can be missed."""

import json
from pathlib import Path

import pytest

import coverage_floor


def report(folder: Path, **run: int) -> str:
    """Write a report of two files of a hundred lines, as coverage writes it."""
    names = {
        "crypto": "crypto/fairlot_crypto/curve/native.py",
        "protocol": "protocol/fairlot/board/keeper.py",
    }
    counts = {"num_statements": 80, "num_branches": 20, "covered_branches": 20}
    files = {
        names[part]: {"summary": {**counts, "covered_lines": lines - 20}}
        for part, lines in run.items()
    }
    path = folder / "coverage.json"
    path.write_text(json.dumps({"files": files}), encoding="utf-8")
    return str(path)


def test_each_part_at_its_floor_is_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert coverage_floor.main(report(tmp_path, crypto=95, protocol=100)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  95.0 %  crypto",
        "  95.0 %  crypto/fairlot_crypto/curve",
        " 100.0 %  protocol",
        " 100.0 %  protocol/fairlot/board",
    ]


@pytest.mark.parametrize("run", [{"crypto": 94, "protocol": 100}, {"crypto": 100}])
def test_one_part_below_it_is_not_made_up_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], run: dict[str, int]
) -> None:
    assert coverage_floor.main(report(tmp_path, **run)) == 1
    assert "is below the floor" in capsys.readouterr().out
