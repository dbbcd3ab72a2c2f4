"""What stands once on the logs of a board (specs/board.md, section 4.3).

The fold holds these rules. A database that several front ends write to holds them too, by one
unique constraint over all rows.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fairlot.board.transcript import LogName, Record, Stop, read_records
from fairlot.entry import Entry, EntryType
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value

OF_HOLDERS = (EntryType.DEPOSIT, EntryType.CANCEL, EntryType.CLAIM)
"""What names a nym and an epoch."""
MARKERS = (
    EntryType.TERMS,
    EntryType.REGISTRY,
    EntryType.OPEN,
    EntryType.CLOSE,
    EntryType.COMMIT_END,
    EntryType.SEALED,
    EntryType.REVEAL_END,
    EntryType.RESULT,
    EntryType.COLLECT_END,
    EntryType.REDRAWN,
    EntryType.UNLOCK,
    EntryType.VOID,
)
"""What stands once on a log, whatever it says."""


class Row(NamedTuple):
    """That something stands on a log, and stands nowhere else on it."""

    log: str
    rule: str
    value: bytes
    """A hash of what is named."""
    ends: int
    """Where the entry ends that says it."""


class Standing:
    """Counts what stands, so that the next entry's rows can be told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._leaves = Counter[LogName]()
        self._of_nym = Counter[tuple[LogName, bytes, int]]()

    def take(self, data: bytes, begins: int = 0) -> None:
        """Count bytes that are durable."""
        for entry, _ in _entries(read_records(data, begins)):
            self._count(entry, self._leaves, self._of_nym)

    def rows(self, data: bytes, begins: int) -> list[Row]:
        """Return the rows of bytes that come next; nothing is counted.

        Args:
            data: what is to be appended; only whole entries have rows.
            begins: where it is to begin.
        """
        leaves, of_nym = Counter[LogName](), Counter[tuple[LogName, bytes, int]]()
        found: list[Row] = []
        for entry, ends in _entries(read_records(data, begins)):
            log = LogName(entry.log, entry.scope)
            index = self._leaves[log] + leaves[log]
            said: list[tuple[str, Value]] = [("leaf", index), ("entry", entry.hash)]
            named = named_nym(entry)
            if named is not None:
                number = self._of_nym[log, *named] + of_nym[log, *named]
                said.append(("nym", [*named, number]))
            said += _said(entry)
            where = f"{log.kind}/{log.scope.hex()}"
            found += [Row(where, rule, _hash(value), ends) for rule, value in said]
            self._count(entry, leaves, of_nym)
        return found

    def _count(
        self,
        entry: Entry,
        leaves: Counter[LogName],
        of_nym: Counter[tuple[LogName, bytes, int]],
    ) -> None:
        log = LogName(entry.log, entry.scope)
        leaves[log] += 1
        named = named_nym(entry)
        if named is not None:
            of_nym[log, *named] += 1


def named_nym(entry: Entry) -> tuple[bytes, int] | None:
    """Return nym and epoch that a holder's entry names; ``None`` where it names none."""
    if entry.type not in OF_HOLDERS:
        return None
    nym, epoch = entry.body.get("nym"), entry.body.get("epoch")
    return (nym, epoch) if isinstance(nym, bytes) and isinstance(epoch, int) else None


def _said(entry: Entry) -> Iterator[tuple[str, Value]]:
    """Yield what the type of an entry makes unique."""
    if entry.type in MARKERS:
        yield "marker", entry.type.value
    for rule, field in _FIELDS.get(entry.type, ()):
        yield rule, entry.body.get(field)
    if entry.type is EntryType.ROLL:
        roll = entry.body.get("roll")
        yield "roll", roll.get("number") if isinstance(roll, Mapping) else None


_FIELDS: dict[EntryType, Sequence[tuple[str, str]]] = {
    EntryType.TIME: (("time", "time"),),
    EntryType.PAID: (("payment", "ref"),),
    EntryType.LEAF: (("person", "index"), ("commitment", "commitment")),
    EntryType.PROVIDER: (("provider", "number"),),
}
"""Type to rule and field: a log has each value of it once."""


def _entries(records: Iterable[Record | Stop]) -> Iterator[tuple[Entry, int]]:
    """Yield the entries among some records, and where each ends."""
    for record in records:
        if isinstance(record, Record) and isinstance(record.item, Entry):
            yield record.item, record.offset + len(record.encoded)


def _hash(value: Value) -> bytes:
    return hashlib.sha256(cbor.encode(value)).digest()
