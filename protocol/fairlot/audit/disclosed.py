"""How many nyms show each combination of attributes (specs/audit.md, section 4.4).

A nym that is alone in showing a combination is tagged by it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fairlot.board.sale import SaleState


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One combination of values."""

    values: tuple[tuple[str, str], ...]
    """Name and value of each attribute that the terms require, by name."""
    nyms: int
    """The number of nyms that show it."""

    def to_json(self) -> Mapping[str, "int | Mapping[str, str]"]:
        """Return the combination for machines."""
        return {"values": dict(self.values), "nyms": self.nyms}

    def __str__(self) -> str:
        """Return the combination for people."""
        shown = ", ".join(f"{name}={value}" for name, value in self.values)
        alone = ": this one is tagged" if self.nyms == 1 else ""
        return f"{shown}: {self.nyms} nym{'s' if self.nyms > 1 else ''}{alone}"


def disclosed_counts(state: SaleState) -> tuple[Disclosed, ...]:
    """Return the combinations in all nyms' final entries, ascending; empty for none."""
    shown = (wanted.disclosed for _, _, wanted in state.positions.wanted())
    counts = Counter(tuple(sorted(values)) for values in shown if values)
    return tuple(Disclosed(values, counts[values]) for values in sorted(counts))
