"""What a long list of people costs: CPU time and memory of the commands that read one.

    python tests/benchmarks/bench_people_files.py [--few N] [--many N] [--times N]
                                                  [--report-people N]

Makes lists of a half marathon (three in ten people in groups of three, 12 places for a hundred
people) and runs ``fairlot check`` and ``fairlot odds`` on them as commands of their own; then
it rehearses a sale, which takes minutes, and makes its report. Prints the median of the times
of the processor, user and system together, the peak memory, and the ratios. Exits with 1 where
one misses its limit.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

FAIRLOT = (
    sys.executable,
    "-c",
    "from fairlot.cli.program import run_words; raise SystemExit(run_words(None))",
)
MOST_GROWTH = 22
"""From few people to twenty times as many."""
MOST_TEXT = 1.5
"""Times the time of the document for machines."""
COMMANDS = {
    "check": ("check",),
    "check --json": ("check", "--json"),
    "odds": ("odds",),
    "odds --json": ("odds", "--json"),
}
TERMS = """\
title = "City half marathon"
asset = "bib"
supply = {supply}
mechanism = "lottery"
price = 4500
group_max = 4
[beacon]
contributors = 1
delay = 1
"""


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float
    """Of the processor."""
    megabytes: float
    """At its peak."""


def write_sale(folder: Path, people: int) -> tuple[Path, Path]:
    """Write terms and a list of as many people."""
    terms, listed = folder / f"terms-{people}.toml", folder / f"people-{people}.csv"
    terms.write_text(TERMS.format(supply=max(4, people * 12 // 100)), encoding="utf-8")
    grouped = people * 3 // 10 // 3 * 3
    with listed.open("w", encoding="utf-8") as file:
        file.write("person,wants,deposit,group\n")
        for number in range(people):
            group = f"group {number // 3}" if number < grouped else ""
            file.write(f"Runner {number},1,4500,{group}\n")
    return terms, listed


def cost(words: Sequence[str | Path]) -> Cost:
    """Run a command, which must end with 0 or, as check does, 1."""
    with subprocess.Popen([*FAIRLOT, *words], stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{words[0]} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def typical(words: Sequence[str | Path], times: int) -> Cost:
    """Run a command several times; return the median of its times, and its peak."""
    costs = [cost(words) for _ in range(times)]
    return Cost(median(c.seconds for c in costs), max(c.megabytes for c in costs))


def reading(folder: Path, few: int, many: int, times: int) -> bool:
    """Measure the commands that read lists; tell whether all limits are kept."""
    taken: dict[tuple[str, int], Cost] = {}
    for people in (few, many):
        files = write_sale(folder, people)
        for name, (command, *options) in COMMANDS.items():
            found = typical((command, *files, *options), times)
            taken[name, people] = found
            print(
                f"{name:13} {people:7} people {found.seconds:7.2f} s "
                f"{found.megabytes:6.0f} MiB",
                flush=True,
            )
    most = MOST_GROWTH * many / (20 * few)
    kept = True
    for name in COMMANDS:
        growth = taken[name, many].seconds / taken[name, few].seconds
        print(f"{name:13} grows {growth:.1f}-fold (at most {most:.0f})")
        kept &= growth <= most
    for people in (few, many):
        for name in ("check", "odds"):
            text, document = taken[name, people], taken[f"{name} --json", people]
            ratio = text.seconds / document.seconds
            print(f"{name:13} text over document {ratio:.2f} (at most {MOST_TEXT})")
            kept &= ratio <= MOST_TEXT
    return kept


def reporting(folder: Path, people: int, times: int) -> None:
    """Measure the report of a rehearsal."""
    out = folder / "out"
    played = cost(("run", *write_sale(folder, people), "--out", out))
    print(f"run           {people:7} people {played.seconds:7.2f} s", flush=True)
    words = ("report", out / "transcript.fairlot", "--rehearsal", "--out")
    found = typical((*words, folder / "report.html"), times)
    print(
        f"report        {people:7} people {found.seconds:7.2f} s "
        f"{found.megabytes:6.0f} MiB"
    )


def main() -> int:
    """Measure and print; return 1 where a ratio misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--report-people", type=int, default=10_000)
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        kept = reading(folder, arguments.few, arguments.many, arguments.times)
        if arguments.report_people:
            reporting(folder, arguments.report_people, arguments.times)
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
