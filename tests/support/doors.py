"""A sale that is over, with a gate before which its winners stand (specs/door.md)."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command import SEED, TERMS, fairlot

PEOPLE = "person,wants,deposit\nAnn,1,100\nBob,2,200\nCem,1,100\nPoor,1,99\n"
GATE = "North gate"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale that three have won, its gate, and the folder of their secrets."""

    folder: Path
    sale_id: str

    @property
    def transcript(self) -> Path:
        return self.folder / "out" / "transcript.fairlot"

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def units(self) -> dict[str, int]:
        """Return the units of each person."""
        with (self.folder / "out" / "winners.csv").open(encoding="utf-8") as file:
            rows = [*csv.DictReader(file)]
        return {row["person"]: int(row["units"]) for row in rows}


def sell(folder: Path) -> Sold:
    """Rehearse a sale, and open its gate."""
    (folder / "terms.toml").write_text(TERMS.replace("= 3", "= 4"))
    (folder / "people.csv").write_text(PEOPLE)
    words = ("--out", folder / "out", "--keep-registry", folder / "kept")
    seed = ("--seed", SEED, "--jobs", "1")
    files = folder / "terms.toml", folder / "people.csv"
    assert fairlot("run", *files, *words, *seed).code == 0
    board = json.loads(
        fairlot("inspect", folder / "out" / "transcript.fairlot", "--json").out
    )
    made = Sold(folder, board["sale_id"])
    opened = fairlot(
        *("doors", "open", made.transcript, "--sale-id", made.sale_id),
        *("--out", made.gate, "--json"),
    )
    said = json.loads(opened.out)
    assert (opened.code, said["winners"], said["units"]) == (0, 3, 4)
    return made


def ask(on: Sold, to: Path, *words: str, gate: str = GATE) -> Path:
    ran = fairlot("doors", "ask", on.gate, "--gate", gate, "--out", to, *words)
    assert (ran.code, ran.err) == (0, "")
    return to


def admit(
    on: Sold, question: Path, answer: Path, used: Path, *words: str | Path
) -> tuple[int, Any]:
    """Return the exit code and the code of the refusal, or how often one may still enter."""
    ran = fairlot(
        *("doors", "admit", on.gate, question, answer, "--used", used, "--json"), *words
    )
    if ran.code == 2:
        assert ran.out == ""
        return 2, ran.err.split(": ")[1]
    said = json.loads(ran.out)
    assert said["admitted"] is (ran.code == 0)
    return ran.code, said["left"] if said["admitted"] else said["code"]


def winner(on: Sold, units: int) -> str:
    return next(person for person, number in on.units().items() if number == units)
