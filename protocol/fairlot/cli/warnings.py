"""What a list of people gives cause to say, for people and for machines (specs/check.md)."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from fairlot.cli.output import say
from fairlot.inputs.finding import Finding
from fairlot.text import Viewed, counted

_FIRST_NAMES = 5
"""So many people of a finding are named beside the result of another command."""
_FIRST_FINDINGS = 5
"""So many findings of one kind are told beside the result of another command."""


def warnings_document(found: Sequence[Finding]) -> list[Mapping[str, Viewed]]:
    """Return findings for machines, with everybody's name."""
    return [
        {
            "code": finding.code.value,
            "sentence": finding.sentence,
            "remedy": finding.remedy,
            "people": list(finding.people),
        }
        for finding in found
    ]


def warn(found: Sequence[Finding]) -> None:
    """Print the first findings of each kind , and how to see more of them."""
    for code, same in by_code(found):
        for finding in same[:_FIRST_FINDINGS]:
            say(f"warning: {code}: {line_of(finding, _FIRST_NAMES)}")
        rest = len(same) - _FIRST_FINDINGS
        if rest > 0:
            say(f"warning: {code}: and {rest} more")
    if found:
        say("warning: fairlot check says all of it, and what to do")
        say()


def by_code(found: Sequence[Finding]) -> Sequence[tuple[str, Sequence[Finding]]]:
    """Return findings by their code, in their order."""
    return [
        (code.value, list(same)) for code, same in groupby(found, attrgetter("code"))
    ]


def line_of(finding: Finding, most: int) -> str:
    """Return a finding in a line: how many people, the first ``most`` of them, what is so."""
    if not finding.people:
        return finding.sentence
    first = ", ".join(finding.people[:most])
    rest = len(finding.people) - most
    more = f" and {rest} more" if rest > 0 else ""
    return (
        f"{counted(len(finding.people), 'person', 'people')} ({first}{more}): "
        f"{finding.sentence}"
    )
