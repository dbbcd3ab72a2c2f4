"""``fairlot odds``: what each person may expect, before anything is drawn."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from fairlot.allocation.odds import PoolOdds
from fairlot.allocation.shape import Chance
from fairlot.cli.command import OK, Command
from fairlot.cli.output import say, show_json, show_table
from fairlot.cli.warnings import warn, warnings_document
from fairlot.inputs.findings import find
from fairlot.inputs.forecast import flip_of, fraction_text, odds_document, people_odds
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.names import Nym
from fairlot.rehearsal.fit import check_people
from fairlot.terms.pool import Pool
from fairlot.text import counted

_EXAMPLES = """\
Every deposit is assumed to be paid. Chances are exact fractions; if they depend on the draw
of an earlier pool, the rule is stated instead. Nothing is drawn or written.

Exit code: 0 if the odds are shown, 2 if the input was refused.

Examples:
  fairlot odds TERMS.toml PEOPLE.csv
  fairlot odds TERMS.toml PEOPLE.csv --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("terms", metavar="TERMS.toml", type=Path)
    parser.add_argument("people", metavar="PEOPLE.csv", type=Path)
    parser.add_argument("--json", action="store_true", help="the same for machines")


def execute(arguments: argparse.Namespace) -> int:
    """Print everybody's odds, pool by pool."""
    terms = read_terms_file(arguments.terms)
    people = read_people(arguments.people)
    check_people(terms, people, arguments.people)
    found = find(terms, people)
    odds, names = people_odds(terms, people)
    if arguments.json:
        pools = odds_document(odds, names.__getitem__)
        warnings = warnings_document(found)
        show_json("odds", {"title": terms.title, "pools": pools, "warnings": warnings})
    else:
        warn(found)
        show_odds(odds, names.__getitem__)
    return OK


COMMAND = Command(
    "odds",
    "State each person's exact chance or share, before the draw.",
    _EXAMPLES,
    configure,
    execute,
)


def show_odds(odds: Sequence[PoolOdds], name_of: Callable[[Nym], str]) -> None:
    """Print the odds of all pools."""
    for number, pool in enumerate(odds):
        if number:
            say()
        stands = pool.pool
        units = counted(stands.supply, "unit", "units")
        say(f"Pool {stands.name}: {stands.mechanism.value}, {units}")
        flip = flip_of(stands)
        if flip is not None:
            most = f"groups of up to {stands.group_max}"
            say(f"  {most} can cost everybody {fraction_text(flip)} of their chance")
        for line in pool.rule:
            say(f"  {line}")
        if pool.odds is not None:
            say(f"  expected to be left: {fraction_text(pool.odds.expected_unsold)}")
            _show_chances(stands, pool.odds.chances, list(map(name_of, pool.nyms)))
        elif pool.nyms:
            say(f"  may enter: {', '.join(map(name_of, pool.nyms))}")


def _show_chances(pool: Pool, chances: Sequence[Chance], names: Sequence[str]) -> None:
    rows = [
        (name, *_cells(pool, chance))
        for name, chance in zip(names, chances, strict=True)
        if chance.expected > 0
    ]
    columns = ["who", "for certain", "chance of one more"]
    if any(chance.parts for chance in chances):
        columns.append("by part")
    if rows:
        show_table(columns, [row[: len(columns)] for row in rows])
    if len(rows) < len(chances):
        say(f"  {len(chances) - len(rows)} more cannot get a unit here")


def _cells(pool: Pool, chance: Chance) -> tuple[str, str, str]:
    parts = [
        f"{part or pool.mechanism.value}: {fraction_text(p)}"
        for part, p in chance.parts.items()
    ]
    return str(chance.least), fraction_text(chance.more), ", ".join(parts)
