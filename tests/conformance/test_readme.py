"""What the README shows works as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import FAIRLOT, run_program
from fairlot.rehearsal.examples import NAMES, load_example

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", README)


def test_three_blocks_are_all_the_set_up_there_is() -> None:
    first, second, third = _blocks("sh")
    assert first.splitlines()[-2:] == ["pip install .", "fairlot demo"]
    assert second.splitlines()[-1].startswith("python -m pytest")
    assert third.splitlines()[-2:] == [
        "pip install '.[service]'",
        "fairlot host --demo",
    ]


def test_it_shows_both_files_of_the_first_example_in_ten_lines() -> None:
    """The terms without their comments, and the beginning of the list."""
    (terms,), (people,) = _blocks("toml"), _blocks("text")
    example = load_example(NAMES[0])
    lines = example.terms.decode().splitlines(keepends=True)
    assert terms == "".join(line for line in lines if line[0] not in "#\n")
    assert example.people.decode().startswith(people)
    assert len((terms + people).splitlines()) == 10
    rows, there = people.count("\n") - 1, example.people.count(b"\n") - 1
    assert f"with {rows} of its {there} people" in README


@pytest.mark.slow
def test_the_commands_run_as_they_stand(tmp_path: Path) -> None:
    """With ten people instead of three hundred."""
    (commands,) = _blocks("console")
    typed = re.findall(r"(?m)^\$ fairlot ([^#\n]*)", commands)
    steps = ["new", "check", "odds", "simulate", "run", "audit", "inspect", "report"]
    assert [words.split()[0] for words in typed] == steps
    for words in typed:
        assert run_program(FAIRLOT, *words.split(), cwd=tmp_path).code == 0
        people = tmp_path / "concert" / "people.csv"
        people.write_bytes(b"".join(people.read_bytes().splitlines(keepends=True)[:11]))


@pytest.mark.thorough
def test_the_library_example_prints_what_is_promised(tmp_path: Path) -> None:
    (example,) = _blocks("python")
    assert len(example.splitlines()) <= 30
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    promise = (
        README.partition(example)[2].partition("It prints ")[2].partition("\n\n")[0]
    )
    promised = re.findall(r"`([^`]+)`", promise)
    assert len(promised) == 3
    assert done.stdout.splitlines() == promised


@pytest.mark.slow
def test_the_library_example_has_types(tmp_path: Path) -> None:
    """Under the configuration of this project: mypy strict."""
    (example,) = _blocks("python")
    path = tmp_path / "example.py"
    path.write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, "--config-file", str(ROOT / "pyproject.toml"), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (
        0,
        "Success: no issues found in 1 source file\n",
    )


def test_every_file_that_it_links_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    local = [link for link in links if not link.startswith("http")]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("path", re.findall(r"`(?:python )?(tests/\S+\.py)`", README))
def test_every_script_that_it_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
