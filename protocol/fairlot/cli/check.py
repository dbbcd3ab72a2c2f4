"""``fairlot check``: everything that can be said of terms and list before a sale."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fairlot.cli.command import FAILED, OK, Action
from fairlot.cli.output import say, show_json
from fairlot.cli.warnings import by_code, line_of, warnings_document
from fairlot.inputs.durations import show_duration
from fairlot.inputs.finding import Finding
from fairlot.inputs.findings import find
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import TermsFile, read_terms_file
from fairlot.rehearsal.fit import check_people
from fairlot.text import counted

_FIRST_NAMES = 10
"""So many people of a finding are named to people; machines get all."""
_FIRST_FINDINGS = 20
"""So many findings of one kind are told to people; machines get all."""
_EXAMPLES = """\
Nobody should drop out of a sale unseen. This says who can get nothing and why, which groups
do not form, and what terms and list probably mean to say otherwise. Nothing is written.

Exit code: 0 if there is nothing to say, 1 if there are warnings, 2 if an input was refused.

Examples:
  fairlot check TERMS.toml PEOPLE.csv
  fairlot check TERMS.toml PEOPLE.csv --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("terms", metavar="TERMS.toml", type=Path)
    parser.add_argument("people", metavar="PEOPLE.csv", type=Path)
    parser.add_argument(
        "--json", action="store_true", help="the same for machines, with all names"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Print what is to be said, kind by kind."""
    terms = read_terms_file(arguments.terms)
    people = read_people(arguments.people, terms.currency, terms.keep)
    check_people(terms, people, arguments.people)
    found = find(terms, people)
    if arguments.json:
        show_json(
            "check",
            {
                "title": terms.title,
                "people": len(people),
                "lockup": terms.times.locked_for,
                "recovery": _recovery_document(terms),
                "warnings": warnings_document(found),
            },
        )
    else:
        _show(found, len(people))
        say()
        say(protection_text(terms))
    return FAILED if found else OK


ACTION = Action(_EXAMPLES, configure, execute)


def protection_text(terms: TermsFile) -> str:
    """Say how long items are locked up, who gives an identity back, and its price."""
    times, who = terms.times, counted(terms.attesters, "attester", "attesters")
    if terms.issuers == 1:
        issuers, price = "the issuer", "the issuer can compute"
    else:
        issuers = f"{_signing(terms)} of {terms.issuers} issuers"
        price = (
            f"any {_linking(terms)} of the {terms.issuers} issuers together can compute"
        )
    return (
        f"Items are locked up for {show_duration(times.locked_for)} after the draw, so that "
        f"whoever sees within {show_duration(times.detection)} that an identity is stolen, "
        f"or sold, can take back what it won. {who} and {issuers} give it back, after "
        f"{show_duration(times.cooling)} in which whoever holds it can object. The price of "
        f"that: {price} everybody's nyms of the running season, and link their sales."
    )


def _recovery_document(terms: TermsFile) -> dict[str, int]:
    """Return who can take an identity back and when, for machines; times in seconds."""
    return {
        "detection": terms.times.detection,
        "cooling": terms.times.cooling,
        "attesters": terms.attesters,
        "issuers": terms.issuers,
        "signing": _signing(terms),
        "linking": _linking(terms),
    }


def _signing(terms: TermsFile) -> int:
    """Return how many issuers must sign a recovery: n - t."""
    return terms.issuers - terms.threshold


def _linking(terms: TermsFile) -> int:
    """Return how many issuers can compute nyms if they collude: t + 1."""
    return terms.threshold + 1


def _show(found: Sequence[Finding], people: int) -> None:
    if not found:
        say(f"Nothing to say about {counted(people, 'person', 'people')}.")
        return
    concerned = len({name for finding in found for name in finding.people})
    warnings = counted(len(found), "warning", "warnings")
    say(f"{warnings}, about {concerned} of {counted(people, 'person', 'people')}.")
    for code, same in by_code(found):
        say()
        say(f"{code}")
        for finding in same[:_FIRST_FINDINGS]:
            say(f"  {line_of(finding, _FIRST_NAMES)}")
            say(f"    {finding.remedy}")
        rest = same[_FIRST_FINDINGS:]
        if rest:
            names = {name for finding in rest for name in finding.people}
            of = f", about {counted(len(names), 'person', 'people')}" if names else ""
            say(f"  and {len(rest)} more{of}: see --json")
