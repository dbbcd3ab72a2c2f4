"""The worked examples: terms, people, and a sentence on what to expect."""

from dataclasses import dataclass
from importlib.resources import files

from fairlot.errors import InputError

NAMES = (
    "club-concert",
    "token-sale",
    "art-drop",
    "conference",
    "harvest",
    "treasure-hunt",
    "workshop",
    "cooperative",
)
"""The examples in the order in which to try them; the first is the default."""


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example."""

    name: str
    terms: bytes
    """The content of TERMS.toml."""
    people: bytes
    """The content of PEOPLE.csv."""
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
    return Example(
        name=name,
        terms=(folder / "terms.toml").read_bytes(),
        people=(folder / "people.csv").read_bytes(),
        expectation=expectation,
        warnings=tuple(warnings[1:]),
    )
