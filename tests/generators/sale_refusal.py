"""One entry that the fold must refuse; a part of chapter sale."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fairlot.board.sale import SaleState
from fairlot.entry import Entry, EntryType
from fairlot.errors import InvariantError
from generators import plays
from generators.stage import fold
from kit.board import Batch


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry, where it is posted, and the rule that it breaks."""

    name: str
    rule: str
    code: str
    entries: int
    """How many entries of the play stand before it."""
    entry: Entry
    time: int
    then: Sequence[tuple[Entry, int]] = ()
    """Entries that are accepted in between."""
    play: str = "drawn"


def entry_at(index: int) -> Entry:
    """Return the entry of the play ``drawn`` that comes next, TIME left aside."""
    entries = [entry for batch in plays.drawn() for entry in batch.entries]
    return next(e for e in entries[index:] if e.type is not EntryType.TIME)


@cache
def state_after(count: int) -> SaleState:
    """Return the state after ``count`` entries of the play ``drawn``; only to be read."""
    return fold(until(count))


def until(count: int) -> Sequence[Batch]:
    """Return the batches of the first ``count`` entries of the play ``drawn``.

    Raises:
        InvariantError: ``vectors.no-boundary`` where a batch would be cut.
    """
    taken: list[Batch] = []
    for batch in plays.drawn():
        if sum(len(b.entries) for b in taken) == count:
            return taken
        taken.append(batch)
    raise InvariantError("vectors.no-boundary", f"no batch ends at entry {count}")


LEAVES = 4
"""Entries of the play ``drawn`` before ROLL; those of both logs are counted."""
ANNOUNCED = 5
"""Before TERMS."""
REGISTERED = 7
"""Before OPEN; the next ones before their markers."""
OPENED = 8
DEPOSITED = 11
FUNDED = 14
CLOSED = 16
COMMITTED = 18
COMMIT_ENDED = 20
SEALING = 22
SEALED = 24
REVEALED = 26
REVEAL_ENDED = 28
DONE = 30
