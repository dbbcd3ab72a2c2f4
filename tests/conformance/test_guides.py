"""What the guides print works, and CONTRIBUTING names files that are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import fairlot

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "specs" / "site" / "guides"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _blocks(guide: str, language: str) -> list[str]:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def _typed(guide: str) -> list[str]:
    commands = "".join(_blocks(guide, "console"))
    return re.findall(r"(?m)^\$ fairlot (.*)$", commands)


@pytest.mark.slow
@pytest.mark.parametrize("guide", ["seller", "auditor"])
def test_the_commands_of_a_guide_run_in_their_order(guide: str, tmp_path: Path) -> None:
    for block in _blocks(guide, "toml"):
        (tmp_path / "TERMS.toml").write_text(block, encoding="utf-8")
        people = _blocks(guide, "text")[0]
        (tmp_path / "PEOPLE.csv").write_text(people, encoding="utf-8")
    typed = _typed(guide)
    assert "audit" in [words.split()[0] for words in typed]
    said = ""
    for words in typed:
        ran = fairlot(*words.split(), cwd=tmp_path)
        assert ran.code == 0
        said += ran.out
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    for verdict in re.findall("`(Verdict [^`]*)`", text):
        assert f"{verdict}\n" in said


def test_the_seller_is_told_the_odds_that_the_command_states(tmp_path: Path) -> None:
    (terms,), people = _blocks("seller", "toml"), _blocks("seller", "text")[0]
    (tmp_path / "TERMS.toml").write_text(terms, encoding="utf-8")
    (tmp_path / "PEOPLE.csv").write_text(people, encoding="utf-8")
    shown = fairlot("odds", "TERMS.toml", "PEOPLE.csv", cwd=tmp_path).out
    assert "Each of 6 people has the chance 2/3" in shown
    assert "can cost everybody 1/4" in shown


@pytest.mark.parametrize(
    ("guide", "promised"),
    [("engineer", "[1, 1, 2]"), ("implementer", "4 passed, 102 skipped")],
)
def test_the_program_of_a_guide_runs(guide: str, promised: str) -> None:
    (program,) = _blocks(guide, "python")
    command = [sys.executable, "-W", "error", "-c", program]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == (promised, "")


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:crypto|protocol|specs|tests)/[\w./-]+)`", CONTRIBUTING)
)
def test_contributing_names_what_is_there(path: str) -> None:
    assert (
        ROOT / path.replace("NAME", "lottery").replace("CHAPTER", "puzzle")
    ).exists()


def test_contributing_runs_a_test_that_is_there() -> None:
    ((file, name),) = re.findall(r"(tests/\S+\.py)::(\w+)", CONTRIBUTING)
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
