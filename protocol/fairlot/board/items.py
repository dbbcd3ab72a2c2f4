"""What the items of a piece of a file are: no order or context is needed for it.

specs/board.md, section 6.1. Any process can read any piece; what pieces give is joined in
their order.
"""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from fairlot.board.source import Source
from fairlot.board.transcript import (
    LogName,
    Record,
    Stop,
    Unreadable,
    is_leaf,
    log_of,
    next_record,
    scope_of,
)
from fairlot.entry import Entry, EntryType, scope_in
from fairlot.logs import LogKind
from fairlot.workers import Workers, in_turn
from fairlot_crypto.cbor_forms import Forms
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.log.checkpoint import SignedCheckpoint

PIECE = 1 << 20
"""Bytes of a piece, but for what belongs to the item that it ends inside."""

_BEGIN = b"\xa7\x61v\x01\x63key\x58\x20"
"""With these bytes every entry begins; where they stand, most often one does."""
_WINDOW = 1 << 17
"""Bytes in which the next beginning is looked for: two of the longest entries."""

_TYPES = tuple(EntryType)
_NUMBERS = {kind: number for number, kind in enumerate(_TYPES)}
_OF_REGISTRY = 0x40
"""Added to the number of a type where the entry names a registry as its log."""
HEAD, LEAF, ODD = 0xFD, 0xFE, 0xFF
"""A signed checkpoint; a map that is no entry; anything else."""
UNREADABLE = (LEAF, ODD)
TRUNCATED = "cbor.truncated"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file, from where an item may begin."""

    begins: int
    """The place in the file."""
    data: bytes

    @property
    def ends(self) -> int:
        """The place behind it."""
        return self.begins + len(self.data)

    @property
    def digest(self) -> bytes:
        """What says of which bytes a result is."""
        return hashlib.sha256(i2osp(self.begins, 8) + self.data).digest()


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a piece, in columns."""

    piece: bytes
    """The digest of the piece."""
    lengths: "array[int]"
    """Bytes of each item."""
    kinds: bytes
    """What each is: the number of an entry's type, or one of the other kinds."""
    logs: "array[int]"
    """The number of the log that each names in ``names``; 0 is none."""
    names: tuple[LogName | bytes, ...]
    """From number 1 on: what maps name, and the bare scopes that heads name."""
    stop: tuple[str, str] | None
    """Code and message where what follows is no item; ``None`` at the end of the piece."""


def kind_number(kind: EntryType, log: LogKind) -> int:
    """Return the number that says what an entry is."""
    return _NUMBERS[kind] + (_OF_REGISTRY if log is LogKind.REGISTRY else 0)


def kind_of(record: Record) -> int:
    """Return the number that says what an item is."""
    match record.item:
        case Entry(type=kind, log=log):
            return kind_number(kind, log)
        case SignedCheckpoint():
            return HEAD
        case Unreadable():
            return LEAF if is_leaf(record) else ODD


def type_of(kind: int) -> tuple[EntryType, LogKind] | None:
    """Return type and log of an entry; ``None`` for what is none."""
    return None if kind >= HEAD else _type_of(kind)


def _type_of(kind: int) -> tuple[EntryType, LogKind]:
    log = LogKind.REGISTRY if kind & _OF_REGISTRY else LogKind.SALE
    return _TYPES[kind & ~_OF_REGISTRY], log


def read_piece(piece: Piece) -> Items:
    """Read the items of a piece strictly (section 3, steps 1 to 3)."""
    found, seen, at = _Found(), Forms[int](), 0
    while at < len(piece.data):
        at = found.entry(piece.data, at, seen) or found.next(piece.data, at, seen)
    names = tuple(found.numbers)
    kinds = bytes(found.kinds)
    return Items(piece.digest, found.lengths, kinds, found.logs, names, found.stop)


@dataclass(slots=True)
class _Found:
    """The items of a piece, as far as they were read."""

    lengths: "array[int]" = field(default_factory=lambda: array("Q"))
    kinds: bytearray = field(default_factory=bytearray)
    logs: "array[int]" = field(default_factory=lambda: array("L"))
    numbers: dict[LogName | bytes, int] = field(
        default_factory=dict[LogName | bytes, int]
    )
    stop: tuple[str, str] | None = None

    def entry(self, data: bytes, at: int, seen: Forms[int]) -> int | None:
        """Take an entry that has the form of one before, and return the place behind it.

        Args:
            data: the bytes of the piece.
            at: where an item begins.
            seen: the forms of the entries before, each with its kind.
        """
        # Of what makes it an entry, only ``v`` is not part of the form.
        form = seen.find(data, at) if data.startswith(_BEGIN, at) else None
        if form is None:
            return None
        behind = at + form.size
        kind, log = _type_of(form.said)
        scope = scope_in(data[at:behind], kind, log)
        self._add(form.size, form.said, LogName(log, scope))
        return behind

    def next(self, data: bytes, at: int, seen: Forms[int]) -> int:
        """Take the item at ``at``, whatever it is, and return the place behind it."""
        item = next_record(data, at)
        if isinstance(item, Stop):
            self.stop = (item.code, item.message)
            return len(data)
        kind = kind_of(item)
        self._add(len(item.encoded), kind, log_of(item) or scope_of(item))
        if isinstance(item.item, Entry):
            seen.learn(item.encoded, kind)
        return at + len(item.encoded)

    def _add(self, length: int, kind: int, named: LogName | bytes) -> None:
        self.lengths.append(length)
        self.kinds.append(kind)
        numbers = self.numbers
        self.logs.append(numbers.setdefault(named, len(numbers) + 1) if named else 0)


def read_items(
    source: Source, begins: int, end: int, workers: Workers, width: int
) -> Iterator[tuple[int, Items]]:
    """Yield the items of a file piece by piece, each with the place where it begins.

    Args:
        source: has the bytes.
        begins: where the file begins.
        end: where it ends.
        workers: read pieces.
        width: how many of them at once.
    """
    at, least = begins, begins
    pieces = _pieces(source, begins, end)
    for piece, given in in_turn(workers, read_piece, pieces, width):
        if piece.ends < end and piece.ends <= max(at, least):
            # What stands here belongs to an item that has begun before.
            continue
        items = given
        if piece.begins != at or given.piece != piece.digest:
            items = read_piece(Piece(at, source.read(at, piece.ends)))
        yield at, items
        if items.stop is not None and items.stop[0] != TRUNCATED:
            return
        if not items.lengths:
            least = at + 2 * (piece.ends - at)
        at += sum(items.lengths)


def _pieces(source: Source, begins: int, end: int) -> Iterator[Piece]:
    """Yield pieces that begin where an item seems to begin."""
    while begins < end:
        stop = _next_beginning(source, begins + PIECE, end)
        yield Piece(begins, source.read(begins, stop))
        begins = stop


def _next_beginning(source: Source, after: int, end: int) -> int:
    while after < end:
        found = source.read(after, min(after + _WINDOW, end)).find(_BEGIN)
        if found >= 0:
            return after + found
        after += _WINDOW - len(_BEGIN)
    return end
