"""The numbers and pictures of the manual that come from simulations.

Run as ``python tests/support/aims_table.py write|check`` from the root: ``write`` plays, and
puts the table of the five aims into specs/choosing.md and pictures beside the guide; ``check``
compares the table, and exits with 1 if it is another.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairlot.simulation.aims import COLUMNS, aims_rows
from fairlot.simulation.attacks_on_registry import taken_back
from fairlot.simulation.comparators import Addresses, Bots
from fairlot.simulation.draws import seed_of
from fairlot.simulation.estimates import Estimate, estimate
from fairlot.simulation.figures import bars_figure, curves_figure
from fairlot.simulation.lab import LAB
from fairlot.simulation.measures import MEASURES
from fairlot.simulation.outputs import ACROSS, curves_of
from fairlot.simulation.played import Draw
from fairlot.simulation.resale import resell
from fairlot.simulation.sales import Asked, plan_of_compare
from fairlot.simulation.trial import Result, play_trial

ROOT = Path(__file__).parents[2]
CHOOSING = ROOT / "specs" / "choosing.md"
PICTURES = ROOT / "specs" / "site" / "guides" / "pictures"
BEGIN, END = "<!-- aims: begin -->\n", "<!-- aims: end -->\n"
ASKED = Asked("lognormal", None, 100, 60, 1)
SUPPLY, PRICE = 25, 1000
SHOWN = (
    "poor",
    "race",
    "luck",
    "surplus",
    "revenue",
    "value",
    "resale",
    "resale_locked",
    "waste",
)
_RUNS = 40
_LOCKED_UP = ("lottery", "certain", "auction")
_ONE_IN = (1, 2, 3, 4, 5, 10, 20)
_MONEY = SUPPLY * PRICE


def results() -> list[Result]:
    """Play what the manual tells."""
    _, plan = plan_of_compare(SUPPLY, PRICE, Bots(), Addresses(), ASKED)
    return play_trial(plan, lambda _played, _total: None)


def table(found: list[Result]) -> str:
    """Return the table in Markdown."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *aims_rows(found)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def written() -> str:
    """Return the table that stands in the manual."""
    return CHOOSING.read_text().partition(BEGIN)[2].partition(END)[0]


def write() -> None:
    """Write the table and the pictures."""
    found = results()
    before, _, rest = CHOOSING.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    CHOOSING.write_text(f"{before}{BEGIN}{table(found)}{END}{after}")
    marked = [each.way.name for each in found if each.way.comparator]
    for name in SHOWN:
        rows = [(each.way.name, each.measures[name]) for each in found]
        _picture(name, bars_figure(f"{name}: {MEASURES[name]}", rows, marked=marked))
    few = ("lottery", "quadratic", "auction", "first-come", "queue")
    curves = curves_of([each for each in found if each.way.name in few], "revenue")
    _picture("scale", curves_figure("revenue, in prices a unit", curves, ACROSS))
    targets = [
        (f"{attack.name}: {target.way}", target)
        for attack in LAB
        for target in attack.play(1, _RUNS)
    ]
    gains = [(name, target.gain) for name, target in targets]
    elsewhere = [name for name, target in targets if not target.ours]
    _picture("attacks", bars_figure("gain, in prices", gains, marked=elsewhere))
    shared = taken_back(1, _RUNS)
    told = "gain from 20 bought identities, in prices"
    across = f"share of people who {shared.what}"
    _curves("identities", told, {"lottery": shared.points}, across)
    told = "gain from selling on, in prices a unit"
    across = "share of those who sold a unit and take it back before the unlock"
    _curves("lock-up", told, _locked(), across)


def _locked() -> dict[str, list[tuple[float, Estimate]]]:
    """Return what selling on gains, by how many take back what they sold."""
    _, plan = plan_of_compare(SUPPLY, PRICE, Bots(), Addresses(), ASKED)
    curves: dict[str, list[tuple[float, Estimate]]] = {}
    for way in plan.ways:
        if way.name not in _LOCKED_UP:
            continue
        crowds = [
            plan.people(seed_of(1, run, f"people/{plan.size}"), plan.size)
            for run in range(plan.runs)
        ]
        played = [
            (crowd, way.play(crowd, [Draw(seed_of(1, run, f"draw/{plan.size}"))])[0])
            for run, crowd in enumerate(crowds)
        ]
        curves[way.name] = [
            (
                1 - 1 / one_in,
                estimate([resell(*each, one_in).gain / _MONEY for each in played]),
            )
            for one_in in _ONE_IN
        ]
    return curves


def _curves(
    name: str,
    told: str,
    curves: Mapping[str, Sequence[tuple[float, Estimate]]],
    across: str,
) -> None:
    _picture(name, curves_figure(told, curves, across, axis="linear"))
    rows = [
        f"{way},{share:.2f},{found.mean:.6f},{found.low:.6f},{found.high:.6f}\n"
        for way, points in curves.items()
        for share, found in points
    ]
    table_file = PICTURES / f"simulation-{name}.csv"
    table_file.write_text("".join(["way,share,mean,low,high\n", *rows]))


def _picture(name: str, svg: bytes) -> None:
    lines = svg.decode().splitlines()
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    (PICTURES / f"simulation-{name}.svg").write_text(text)


def main(words: list[str]) -> int:
    """Do what a word says; return the exit code."""
    if words == ["write"]:
        write()
        return 0
    if words != ["check"]:
        print("say write or check")
        return 2
    if table(results()) != written():
        print("the table of the five aims is not what runs give: write it again")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
