"""The items of one log, which stay where they are until they are asked for.

specs/board.md, section 6.1. Of each item there is its place; of a leaf also what it is.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from fairlot.board.items import type_of
from fairlot.board.source import Source
from fairlot.board.transcript import LogName, Record, record_at
from fairlot.entry import EntryType, entry_of
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value

WINDOW = 1 << 16
"""Bytes that are read at once."""


class Span(NamedTuple):
    """Where an item lies."""

    offset: int
    length: int


class Column:
    """The places of items, in columns."""

    __slots__ = ("lengths", "offsets")

    def __init__(self) -> None:
        """Start with none."""
        self.offsets = array("Q")
        self.lengths = array("L")

    @classmethod
    def of(cls, offsets: Iterable[int], lengths: Iterable[int]) -> "Column":
        """Return a column of items that were read before."""
        column = cls()
        column.offsets = array("Q", offsets)
        column.lengths = array("L", lengths)
        return column

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.offsets)

    def __getitem__(self, number: int) -> Span:
        """Return where the item of this number lies, from 0."""
        return Span(self.offsets[number], self.lengths[number])

    def add(self, span: Span) -> None:
        """Add an item behind the others."""
        self.offsets.append(span.offset)
        self.lengths.append(span.length)


class LogItems:
    """The leaves of one log and its heads, in the order of the file."""

    __slots__ = ("_window", "heads", "kinds", "leaves", "name", "over", "source")

    def __init__(self, name: LogName, source: Source) -> None:
        """Start without items."""
        self.name = name
        self.source = source
        self.leaves = Column()
        self.kinds = bytearray()
        """What each leaf is (``items``)."""
        self.heads = Column()
        self.over = array("Q")
        """How many leaves stand before each head."""
        self._window = 0, b""
        """Bytes that were read last, and where they begin: leaves are asked for in turn."""

    @property
    def first(self) -> Span:
        """Where the log's first item lies: it has one."""
        return self.heads[0] if self.over and not self.over[0] else self.leaves[0]

    def spans(self) -> Iterator[Span]:
        """Yield where all items lie: leaves, then heads."""
        for column in (self.leaves, self.heads):
            for number in range(len(column)):
                yield column[number]

    def add_leaf(self, span: Span, kind: int) -> None:
        """Add a leaf."""
        self.leaves.add(span)
        self.kinds.append(kind)

    def add_head(self, span: Span) -> None:
        """Add a head over all leaves so far."""
        self.heads.add(span)
        self.over.append(len(self.leaves))

    def head(self, number: int) -> Record:
        """Return a head, from 0."""
        return record_at(self.source, *self.heads[number])

    def encoded(self, index: int) -> bytes:
        """Return the bytes of a leaf."""
        offset, length = self.leaves.offsets[index], self.leaves.lengths[index]
        begins, data = self._window
        at = offset - begins
        if at < 0 or at + length > len(data):
            data, at = self.source.read(offset, offset + max(length, WINDOW)), 0
            self._window = offset, data
        return data[at : at + length]

    def type_at(self, index: int) -> EntryType | None:
        """Return the type of a leaf; ``None`` where it is no entry."""
        found = type_of(self.kinds[index])
        return None if found is None else found[0]

    def leaf(self, index: int) -> Record:
        """Return a leaf; the body of an entry is decoded when somebody asks for it."""
        found = type_of(self.kinds[index])
        if found is None:
            return record_at(self.source, *self.leaves[index])
        encoded = self.encoded(index)
        entry = entry_of(*found, self.name.scope, Body(encoded), encoded)
        return Record(self.leaves.offsets[index], encoded, entry)


class Body(Mapping[str, Value]):
    """The body of an entry that was read before, decoded again when it is needed."""

    __slots__ = ("_encoded", "_value")

    def __init__(self, encoded: bytes) -> None:
        """Keep the bytes of the entry."""
        self._encoded = encoded
        self._value: Mapping[str, Value] | None = None

    def _decoded(self) -> Mapping[str, Value]:
        if self._value is None:
            entry = cast("Mapping[str, Value]", cbor.decode(self._encoded))
            self._value = cast("Mapping[str, Value]", entry["body"])
        return self._value

    def __getitem__(self, name: str) -> Value:
        """Return the value of a field."""
        return self._decoded()[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the fields."""
        return iter(self._decoded())

    def __len__(self) -> int:
        """Return how many fields there are."""
        return len(self._decoded())
