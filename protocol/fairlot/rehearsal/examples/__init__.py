"""The worked examples: terms, people, and a sentence on what to expect."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from fairlot.errors import InputError

EXAMPLES: Mapping[str, str] = {
    "club-concert": "120 seats for 300 people at one price: the same chance for everybody",
    "token-sale": "x tokens cost 2·x²; one cap for everybody rises until all is sold",
    "art-drop": "a lottery, and a few prints for sealed bids that pay for certainty",
    "conference": "sponsors' tiers, then people of last year, then groups of friends",
    "harvest": "an equal share for everybody, then an auction of one can more",
    "solar-shares": "bids for quantities in steps; each pays what the others lose by them",
    "river-permits": "five dates that people like differently, for friends too",
    "treasure-hunt": "a lottery for whoever has solved a puzzle, then one for the rest",
    "river": "a lottery in which years of waiting count as chances",
    "mountain-race": "winners must collect; what they do not is drawn again",
    "matinee": "families draw together, children for less, one chance for everybody",
    "workshop": "more places than people ask for",
    "cooperative": "equal share of tokens, up to a level that is the same for all",
    "reseller": "a reseller buys identities before a lottery, and people take them back",
}
"""The examples, each with a line on what it shows; the first is the default."""
NAMES = tuple(EXAMPLES)
"""The examples in the order in which to try them."""
TERMS, PEOPLE, EVENTS = "terms.toml", "people.csv", "events.csv"
"""The names of an example's files; the last is there where something happens."""


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example."""

    name: str
    terms: bytes
    """The content of TERMS.toml."""
    people: bytes
    """The content of PEOPLE.csv."""
    events: bytes | None
    """The content of EVENTS.csv, where something happens to people."""
    expectation: str
    """One sentence on what to expect."""
    warnings: tuple[str, ...]
    """What ``fairlot check`` prints of it; empty where there is nothing to say."""


def load_example(name: str) -> Example:
    """Return an example.

    Raises:
        InputError: ``example.unknown``.
    """
    if name not in NAMES:
        known = ", ".join(NAMES)
        raise InputError(
            "example.unknown", f"there is no example {name!r}: choose one of {known}"
        )
    folder = files("fairlot.rehearsal.examples") / name
    expected = (folder / "expect.txt").read_text(encoding="utf-8")
    # The sentence, and behind an empty line what a check says.
    expectation, *warnings = expected.splitlines()
    events = folder / EVENTS
    return Example(
        name=name,
        terms=(folder / TERMS).read_bytes(),
        people=(folder / PEOPLE).read_bytes(),
        events=events.read_bytes() if events.is_file() else None,
        expectation=expectation,
        warnings=tuple(warnings[1:]),
    )
