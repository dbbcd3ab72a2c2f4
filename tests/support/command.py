"""Drives ``fairlot`` as somebody else's program would.

``fairlot`` calls the program's entry point in this process, because starting an interpreter
costs more than most commands do. What only a process can show (signals, pipes, encodings,
its environment) starts one with ``run_program``; at least one test of every command does.
With the option ``--processes``, as before a release, ``fairlot`` starts one too.
Whatever ``fairlot`` prints with ``--json`` is checked against its schema on the way.
"""

import os
import signal
import subprocess
import sysconfig
from collections.abc import Generator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

from fairlot.cli import main
from json_formats import check_document

FAIRLOT = str(Path(sysconfig.get_path("scripts")) / "fairlot")
PROCESSES = "FAIRLOT_TESTS_PROCESSES"
"""Set in the environment by the option ``--processes``."""
SEED = f"{7:064x}"


def word_of(step: str) -> str:
    """Return the word of the command line that a step of a draw belongs to."""
    own = ("commit", "seal", "reveal")
    return "contributor" if step in own else "beacon"


TERMS = """\
title = "Small sale"
asset = "seat"
supply = 3
mechanism = "equal-share"
price = 100
cap = 2
[beacon]
contributors = 1
delay = 1
"""
PEOPLE = """\
person,wants,deposit
Zoé,5,150
"Bob, the ""Great\""",2,250
Ann,1,100
Nil,0,0
Poor,1,99
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Killed(BaseException):
    """Stands for SIGKILL: nothing that comes after it is done."""


def code_of(ran: Ran) -> tuple[int, str]:
    """Return the exit code and the code of what was refused."""
    told = [each for each in ran.err.split(": ") if "." in each and " " not in each]
    return ran.code, told[0]


def fairlot(
    *words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Ran:
    """Run a command with its output in pipes; no traceback, ever."""
    ran = _run(words, cwd, env)
    if "--json" in words and ran.out:
        check_document(ran.out)
    return ran


def _run(
    words: Sequence[str | Path], cwd: Path | None, env: Mapping[str, str] | None
) -> Ran:
    if os.environ.get(PROCESSES):
        return run_program(FAIRLOT, *words, cwd=cwd, env=env)
    out, err = _pipe(), _pipe()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        chdir(cwd or Path.cwd()),
        patch.dict(os.environ, env or {}),
    ):
        code = _exit_code([*map(str, words)])
    return Ran(code, _written(out), _written(err))


def _exit_code(words: list[str]) -> int:
    try:
        return main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def _pipe() -> TextIOWrapper:
    return TextIOWrapper(BytesIO(), encoding="utf-8", newline="\n")


def _written(pipe: TextIOWrapper) -> str:
    pipe.seek(0)
    return pipe.read()


def run_program(
    program: str,
    *words: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: BinaryIO | None = None,
) -> Ran:
    """Run any program in a process of its own, and no traceback either."""
    done = subprocess.run(
        [program, *map(str, words)],
        capture_output=True,
        check=False,
        stdin=stdin,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=300,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.out + ran.err, ran.err
    return ran


@contextmanager
def in_process() -> Generator[None]:
    """Run commands here, whatever ``--processes`` says: for tests that patch what they do."""
    with patch.dict(os.environ):
        os.environ.pop(PROCESSES, None)
        yield


@contextmanager
def interruptible() -> Generator[None]:
    """Let processes that are started here heed SIGINT, even where this one ignores it.

    Shells ignore it for what they start in the background, and a process inherits that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class Inputs:
    """A seller's terms and a list of people, as files."""

    terms: Path
    people: Path


def write_inputs(folder: Path, terms: str = TERMS, people: str = PEOPLE) -> Inputs:
    """Write both files into ``folder``."""
    inputs = Inputs(folder / "terms.toml", folder / "people.csv")
    inputs.terms.write_text(terms, encoding="utf-8")
    inputs.people.write_text(people, encoding="utf-8")
    return inputs


def crowd(count: int) -> str:
    """Return a list of people who want one to three units each."""
    rows = [f"Person {i},{1 + i % 3},{100 * (1 + i % 4)}" for i in range(count)]
    return "\n".join(["person,wants,deposit", *rows, ""])
