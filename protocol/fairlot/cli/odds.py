"""``fairlot odds``: what each person may expect, before anything is drawn."""

import argparse
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from fairlot.allocation.prospect import Prospect
from fairlot.allocation.shape import Chance, Odds
from fairlot.cli.command import OK, Action
from fairlot.cli.output import busy, say, show_json
from fairlot.cli.table import show_table
from fairlot.cli.warnings import warn, warnings_document
from fairlot.inputs.findings import find
from fairlot.inputs.forecast import (
    Forecast,
    average_text,
    cost_of,
    fraction_text,
    odds_document,
    people_odds,
    shared,
    text_of,
    whole_rule,
    whole_text,
)
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.names import Nym
from fairlot.rehearsal.fit import check_people
from fairlot.terms.pool import Pool
from fairlot.text import counted

_FIRST_NAMES = 40
"""So many of those who may enter are named to people; machines get all."""
_EXAMPLES = """\
Every deposit is assumed to be paid. Chances are exact fractions, pool by pool and over the
whole sale; where many people choose among options they are estimates, and say so. If a
pool's depend on the draw of an earlier one, its rule is stated instead.
Nothing is drawn or written.

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
    people = read_people(arguments.people, terms.currency, terms.keep)
    check_people(terms, people, arguments.people)
    found = find(terms, people)
    with busy("working out the odds"):
        odds, names = people_odds(terms, people)
    if arguments.json:
        known = odds_document(odds, names.__getitem__)
        warnings = warnings_document(found)
        show_json("odds", {"title": terms.title, **known, "warnings": warnings})
    else:
        warn(found)
        show_odds(odds, names.__getitem__)
    return OK


ACTION = Action(_EXAMPLES, configure, execute)


def show_odds(odds: Forecast, name_of: Callable[[Nym], str]) -> None:
    """Print the odds of all pools, and of the whole sale if it has several."""
    for number, pool in enumerate(odds.pools):
        if number:
            say()
        stands = pool.pool
        units = counted(stands.supply, "unit", "units")
        say(f"Pool {stands.name}: {stands.mechanism.value}, {units}")
        cost = cost_of(stands)
        if cost is not None:
            most = f"groups of up to {stands.group_max}"
            say(f"  {most} can cost everybody {fraction_text(cost)} of their chance")
        for line in pool.rule:
            say(f"  {line}")
        if pool.odds is not None:
            left = average_text(pool.odds.expected_unsold)
            about = "" if pool.odds.draws is None else "about "
            say(f"  expected to be left: {about}{left}")
            _show_chances(stands, pool.odds, list(map(name_of, pool.nyms)))
        elif pool.nyms:
            say(f"  may enter: {_names(pool.nyms, name_of)}")
    if len(odds.pools) > 1:
        say()
        _show_whole(odds, name_of)


def _show_whole(odds: Forecast, name_of: Callable[[Nym], str]) -> None:
    say("The whole sale")
    for line in whole_rule(odds):
        say(f"  {line}")
    if odds.whole is None:
        return
    text, about = whole_text(odds), odds.draws is not None
    several = any(each.expected != each.chance for each in odds.whole.values())
    columns = ("who", "chance of a unit", "units on average")[: 2 + several]
    cells = shared(partial(_prospect, text, about=about))
    hoping = [(nym, each) for nym, each in odds.whole.items() if each.chance]
    if hoping:
        rows = ((name_of(nym), *cells(each)[: 1 + several]) for nym, each in hoping)
        show_table(columns, rows)
    nothing = "got no unit in any of them" if about else "cannot get a unit"
    _say_others(len(odds.whole) - len(hoping), nothing)


def _prospect(
    text: Callable[[Fraction], str], prospect: Prospect, *, about: bool
) -> tuple[str, str]:
    units = average_text(prospect.expected)
    return text(prospect.chance), f"about {units}" if about else units


def _names(nyms: Sequence[Nym], name_of: Callable[[Nym], str]) -> str:
    shown = ", ".join(map(name_of, nyms[:_FIRST_NAMES]))
    more = len(nyms) - _FIRST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _say_others(many: int, what: str) -> None:
    """Say how many people are not in a table."""
    if many:
        say(f"  {counted(many, 'person', 'people')} {what}")


def _show_chances(pool: Pool, odds: Odds, names: Sequence[str]) -> None:
    chances, text = odds.chances, text_of(odds)
    columns = ("who", "for certain", "chance of one more", "by part")
    by_part = any(chance.parts for chance in chances)
    cells = shared(partial(_cells, pool, text))
    hoping = [
        (name, chance)
        for name, chance in zip(names, chances, strict=True)
        if chance.least or chance.more
    ]
    if hoping:
        rows = ((name, *cells(chance)[: 2 + by_part]) for name, chance in hoping)
        show_table(columns[: 3 + by_part], rows)
    _say_others(len(chances) - len(hoping), "cannot get a unit here")


def _cells(
    pool: Pool, text: Callable[[Fraction], str], chance: Chance
) -> tuple[str, str, str]:
    parts = [
        f"{part or pool.mechanism.value}: {text(p)}" for part, p in chance.parts.items()
    ]
    return str(chance.least), text(chance.more), ", ".join(parts)
