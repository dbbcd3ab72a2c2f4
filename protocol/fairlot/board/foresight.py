"""What is known of entries before the fold comes to them (specs/batch.md, section 7).

Each rule that looks at nothing but one entry, and at what the log begins with, can be tried
anywhere. The fold takes what it gave, for the same bytes only, and tries all else itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from fairlot.deposit.deposit import Deposit
from fairlot.entry import Entry
from fairlot.identity.leaf import Leaf
from fairlot.names import Nym
from fairlot.packed import Packed

Payment: TypeAlias = tuple[Nym, int, bytes]


@dataclass(frozen=True, slots=True)
class Seen(Packed):
    """An entry whose signature verifies."""

    time: int
    """At which time of the log ``said`` holds."""
    said: Deposit | Payment | Leaf | None
    """What the rules of its type gave; ``None`` where they were not tried, or refused."""


class Foresight:
    """What is known of the next entries, by their bytes."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._seen: dict[bytes, Seen] = {}

    def learn(self, leaves: Iterable[bytes], seen: Iterable[Seen | None]) -> None:
        """Know what some leaves are, and no others any more."""
        pairs = zip(leaves, seen, strict=True)
        self._seen = {leaf: each for leaf, each in pairs if each is not None}

    def signed(self, entry: Entry) -> bool:
        """Tell whether the signature of an entry is known to verify."""
        return entry.encoded in self._seen

    def deposit(self, entry: Entry, time: int) -> Deposit | None:
        """Return what ``check_deposit`` gave for an entry at this time, if that is known."""
        seen = self._seen.get(entry.encoded)
        known = None if seen is None or seen.time != time else seen.said
        return known if isinstance(known, Deposit) else None

    def payment(self, entry: Entry) -> Payment | None:
        """Return what ``read_payment`` gave for an entry, if that is known."""
        known = self._said(entry)
        return known if isinstance(known, tuple) else None

    def leaf(self, entry: Entry) -> Leaf | None:
        """Return a leaf that ``check_leaf`` has taken, if that is known."""
        known = self._said(entry)
        return known if isinstance(known, Leaf) else None

    def _said(self, entry: Entry) -> Deposit | Payment | Leaf | None:
        seen = self._seen.get(entry.encoded)
        return None if seen is None else seen.said
