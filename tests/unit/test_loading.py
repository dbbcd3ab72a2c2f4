"""What the program loads before it knows what to do: counted in modules, never in time."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from io import StringIO
from unittest.mock import patch

import pytest
from rich.console import Console

from command import run_program
from fairlot.cli.bars import Bars
from fairlot.cli.output import Screen
from fairlot.cli.program import WORDS, Word, run_words

LOADED = """
import sys
from fairlot.cli import main
for words in " ".join(sys.argv[1:]).split(" , "):
    try:
        main(words.split())
    except SystemExit:
        pass
print("loaded", *sorted(sys.modules))
"""
VERSION = {
    "fairlot",
    "fairlot.assigned",
    "fairlot.cli",
    "fairlot.cli.command",
    "fairlot.cli.json_text",
    "fairlot.cli.output",
    "fairlot.cli.program",
    "fairlot.cycles",
    "fairlot.errors",
    "fairlot.text",
}
"""All of the protocol that stands between somebody and the number of the version."""
LIBRARIES = {"cbor2", "distributed", "gmpy2", "numpy", "py_arkworks_bls12381", "rich"}
"""What nobody needs who asks for help."""
SLOW = {*LIBRARIES, "concurrent.futures", "dataclasses", "inspect", "nacl"}
"""What takes long to load, and is of no use to whoever asks for the version."""
OTHERS = ("inputs", "issuing", "rehearsal", "report", "cli.demo", "cli.run", "cli.odds")
"""What other commands need."""


def loaded(*words: str) -> set[str]:
    """Return the names of the modules that a command has loaded when it ends."""
    ran = run_program(sys.executable, "-c", LOADED, *words)
    last = ran.out.splitlines()[-1].split()
    assert (ran.code, last[0]) == (0, "loaded")
    return set(last[1:])


@pytest.mark.slow
@pytest.mark.parametrize("word", ["--version", "--help"])
def test_no_command_is_loaded_that_is_not_said(word: str) -> None:
    names = loaded(word)
    assert {name for name in names if name.split(".")[0] == "fairlot"} == VERSION
    assert not SLOW & names


@pytest.mark.slow
def test_the_help_of_no_command_and_of_no_step_loads_a_library() -> None:
    said = [[word.name] for word in WORDS]
    said += [[word.name, step] for word in WORDS for step in _steps(word)]
    assert ["beacon", "mark"] in said
    names = loaded(*" , ".join(" ".join([*each, "--help"]) for each in said).split())
    assert {f"fairlot.cli.{word.module}" for word in WORDS} <= names
    assert not LIBRARIES & names


def _steps(word: Word) -> list[str]:
    """Return the steps of a command that has some."""
    parser = ArgumentParser()
    word.action().configure(parser)
    choices = next(
        (a.choices for a in vars(parser)["_actions"] if a.metavar == "STEP"), ()
    )
    return list(choices or ())


@pytest.mark.slow
def test_the_help_of_a_command_loads_no_other_and_draws_nothing() -> None:
    names = loaded("audit", "--help")
    assert "fairlot.cli.audit" in names
    assert not {name for name in names if name.split(".")[0] == "rich"}
    assert not {name for name in names if name.startswith(_below(OTHERS))}


def _below(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"fairlot.{name}" for name in names)


def test_every_word_has_examples_of_its_own() -> None:
    for word in WORDS:
        assert f"fairlot {word.name} " in f"{word.action().examples} "


def test_only_the_word_that_is_said_is_loaded() -> None:
    with patch("fairlot.cli.program.import_module", side_effect=AssertionError):
        assert run_words(["--version"]) == 0


def test_a_pipe_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen(acknowledge=False) as screen:
        screen.stage("checking")(1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_how_far_each_stage_is() -> None:
    console = Console(file=StringIO(), force_terminal=True, width=80)
    bars = Bars(console)
    bars.start()
    for done in (1, 2):
        bars.show("checking", done, 2)
    bars.show("drawing", 0, 7)
    bars.stop()
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert "checking" in shown
    assert "2/2" in shown
    assert "0/7" in shown


@pytest.mark.slow
@pytest.mark.parametrize("word", ["simulate", "attack"])
def test_the_extra_for_simulations_is_loaded_only_to_simulate(word: str) -> None:
    assert not {"numpy", "matplotlib", "fairlot.simulation"} & loaded(word, "--help")
