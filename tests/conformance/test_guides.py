"""What the guides print works, and CONTRIBUTING names files that are there."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from command import fairlot

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "specs" / "site" / "guides"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _text(guide: str) -> str:
    return (GUIDES / f"{guide}.md").read_text(encoding="utf-8")


def _blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", _text(guide))


def _typed(guide: str) -> list[str]:
    commands = "".join(_blocks(guide, "console"))
    return re.findall(r"(?m)^\$ fairlot (.*)$", commands)


@pytest.mark.slow
@pytest.mark.parametrize("guide", ["seller", "auditor", "report"])
def test_the_commands_of_a_guide_run_in_their_order(guide: str, tmp_path: Path) -> None:
    # What a guide adds to its terms later belongs into the same file.
    if terms := "\n".join(_blocks(guide, "toml")):
        (tmp_path / "TERMS.toml").write_text(terms, encoding="utf-8")
        people, *others = _blocks(guide, "text")
        (tmp_path / "PEOPLE.csv").write_text(people, encoding="utf-8")
        happening = [block for block in others if block.startswith("when,")]
        (tmp_path / "EVENTS.csv").write_text("".join(happening), encoding="utf-8")
        codes = [block for block in others if block.startswith("SEAT-")]
        (tmp_path / "CODES.txt").write_text("".join(codes), encoding="utf-8")
    typed = _typed(guide)
    assert {"audit", "report"} & {words.split()[0] for words in typed}
    said = ""
    for words in typed:
        ran = fairlot(*words.split(), cwd=tmp_path)
        assert ran.code == 0
        said += ran.out
    for verdict in re.findall("`(Verdict [^`]*)`", _text(guide)):
        assert f"{verdict}\n" in said


@pytest.mark.slow
def test_the_page_on_practising_ends_a_draw_by_hand(tmp_path: Path) -> None:
    """From CLOSE to RESULT with what it prints, refusals and the edit included."""
    said = ""
    for words in _typed("practice"):
        command, _, code = words.partition("   # refused: ")
        ran = fairlot(*command.split(), cwd=tmp_path)
        assert (ran.code, code in ran.err) == (1 if code else 0, True), words
        said += ran.out
        if command == "new workshop practice":
            _write_as_told("practice", tmp_path / "practice" / "terms.toml")
    (verdict,) = re.findall("`(Verdict [^`]*)`", _text("practice"))
    assert said.endswith(f"{verdict}\n")
    board = tmp_path / "sale" / "transcript.fairlot"
    inspected = json.loads(fairlot("inspect", board, "--json").out)
    kinds = [entry["type"] for entry in inspected["entries"] if entry["type"] != "TIME"]
    assert (inspected["phase"], inspected["findings"]) == ("locked", [])
    assert Counter(kinds[kinds.index("CLOSE") :]) == {
        **dict.fromkeys(("CLOSE", "COMMIT_END", "SEALED", "REVEAL_END", "RESULT"), 1),
        "COMMIT": 3,
        "SEAL": 3,
        "REVEAL": 2,
        "RECOVER": 1,
    }


def _write_as_told(guide: str, path: Path) -> None:
    """Set a key as a guide says: open a file and write ``KEY = VALUE``."""
    ((name, line),) = re.findall("Open `([^`]*)` and write `([^`]*)`", _text(guide))
    assert path.as_posix().endswith(name)
    key = line.partition(" = ")[0]
    text, changed = re.subn(rf"(?m)^{key} = \S+", line, path.read_text("utf-8"))
    assert changed == 1
    path.write_text(text, encoding="utf-8")


def test_the_seller_is_told_the_odds_that_the_command_states(tmp_path: Path) -> None:
    terms, tables, own = _blocks("seller", "toml")
    people = _blocks("seller", "text")[0]
    (tmp_path / "TERMS.toml").write_text(terms, encoding="utf-8")
    (tmp_path / "PEOPLE.csv").write_text(people, encoding="utf-8")
    shown = fairlot("odds", "TERMS.toml", "PEOPLE.csv", cwd=tmp_path).out
    assert "Each of 6 people has the chance 2/3" in shown
    assert "can cost everybody 1/4" in shown
    # With columns of the seller's own, which are ignored, and other issuers and times.
    whole = f"{terms}\n{tables}\n{own}"
    (tmp_path / "TERMS.toml").write_text(whole, encoding="utf-8")
    rows = people.splitlines()
    wider = "\n".join(
        (f"{rows[0]},Phone,E-Mail", *(f"{row},1,a@b" for row in rows[1:]))
    )
    (tmp_path / "PEOPLE.csv").write_text(wider, encoding="utf-8")
    assert fairlot("odds", "TERMS.toml", "PEOPLE.csv", cwd=tmp_path).out == shown


def test_the_program_for_implementers_runs() -> None:
    (program,) = _blocks("implementer", "python")
    assert _printed(program) == ["4 passed, 103 skipped"]


@pytest.mark.slow
def test_the_programs_for_engineers_print_what_stands_beside_them() -> None:
    """They go on from each other: one process runs them all."""
    program = "".join(_blocks("engineer", "python"))
    promised = re.findall(r"(?m)^print\(.*\)  # (.*)$", program)
    assert len(promised) == program.count("print(") > 10
    assert _printed(program) == promised


def _printed(program: str) -> list[str]:
    command = [sys.executable, "-W", "error", "-c", program]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout.strip().splitlines()


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
