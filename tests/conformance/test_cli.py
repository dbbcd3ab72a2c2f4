"""What holds of every command: help, version, usage, encodings, readers who leave."""

import subprocess
import sys
from pathlib import Path

import pytest

from command import FAIRLOT, fairlot, run_program
from fairlot import __version__
from fairlot.rehearsal.examples import NAMES

COMMANDS = (
    "demo",
    "run",
    "audit",
    "compare",
    "settle",
    "board",
    "export",
    "inspect",
    "odds",
    "beacon",
    "witness",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_the_exit_codes_and_gives_examples(name: str, tmp_path: Path) -> None:
    ran = fairlot(name, "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert "Exit code: 0" in ran.out
    examples = ran.out.split("Examples:\n")[1].replace("\\\n", " ").splitlines()
    assert examples
    for example in examples:
        words = example.replace("HEX64", "1" * 64).replace("HEX96", "1" * 96).split()
        assert words[:2] == ["fairlot", name]
        # The back-end is looked at after the usage and the files, before any work.
        ran = fairlot(*words[1:], env={"FAIRLOT_BACKEND": "none"}, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "usage:" not in ran.err, ran.err


def test_the_overview_names_every_command() -> None:
    ran = fairlot("--help")
    assert ran.code == 0
    for name in (*COMMANDS, "puzzle"):
        assert f"\n    {name} " in ran.out
    assert "Examples:\n  fairlot demo" in ran.out


@pytest.mark.parametrize("chosen", ["native", "reference"])
def test_the_version_names_the_back_end(chosen: str) -> None:
    ran = fairlot("--version", env={"FAIRLOT_BACKEND": chosen})
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"fairlot {__version__} (back-end {chosen})\n"


@pytest.mark.parametrize("words", [["--version"], ["demo", "workshop"]])
def test_an_unknown_back_end_is_refused_with_the_known_ones(words: list[str]) -> None:
    ran = fairlot(*words, env={"FAIRLOT_BACKEND": "quick"})
    assert (ran.code, ran.out) == (2, "")
    assert "FAIRLOT_BACKEND must be native or reference, not 'quick'" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["draw"],
        ["--vers"],
        ["run"],
        ["audit"],
        ["settle"],
        ["settle", "file", "--out"],
        ["inspect"],
        ["odds", "TERMS.toml"],
        ["odds", "TERMS.toml", "PEOPLE.csv", "--seed"],
        ["demo", "workshop", "token-sale"],
        ["audit", "file", "--jso"],
    ],
)
def test_wrong_usage_is_refused(words: list[str]) -> None:
    ran = fairlot(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("usage: fairlot")


@pytest.mark.parametrize(
    "words",
    [("settle", "a", "--nothing"), ("wallet", "status", "a", "b"), ("demo", "a", "b")],
)
def test_a_word_too_many_is_told_with_the_usage_of_the_last_word(
    words: tuple[str, ...],
) -> None:
    ran = fairlot(*words)
    named = " ".join(words[:2] if words[0] == "wallet" else words[:1])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"usage: fairlot {named} [-h]")
    assert f"fairlot {named}: error: unrecognized arguments: {words[-1]}" in ran.err


def test_an_unknown_example_is_refused_with_the_known_ones() -> None:
    ran = fairlot("demo", "opera")
    assert (ran.code, ran.out) == (2, "")
    assert "'opera'" in ran.err
    assert ", ".join(NAMES) in ran.err


@pytest.mark.slow
def test_a_reader_who_leaves_causes_no_traceback() -> None:
    with subprocess.Popen(
        [FAIRLOT, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (141, b"")


def test_an_interrupt_while_it_starts_is_no_traceback() -> None:
    """Loading takes a moment, in which somebody may think better of it."""
    script = """
import sys, fairlot.cli
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "fairlot.cli.program":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
sys.exit(fairlot.cli.main(["--version"]))
"""
    ran = run_program(sys.executable, "-c", script)
    assert (ran.code, ran.out, ran.err) == (130, "", "fairlot: interrupted\n")
