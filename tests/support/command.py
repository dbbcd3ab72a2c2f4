"""Drives the installed ``fairlot`` as somebody else's program would."""

import os
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FAIRLOT = str(Path(sysconfig.get_path("scripts")) / "fairlot")
SEED = f"{7:064x}"

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


def fairlot(
    *words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Ran:
    """Run a command with its output in pipes; no traceback, ever."""
    return run_program(FAIRLOT, *words, cwd=cwd, env=env)


def run_program(
    program: str,
    *words: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Run any program like that."""
    done = subprocess.run(
        [program, *map(str, words)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=300,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.out + ran.err, ran.err
    return ran


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
