"""What the items of a piece of a file are: no order or context is needed for it.

specs/board.md, section 6.1. Any process can read any piece; what pieces give is joined in
their order.
"""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from fairlot.board.source import Source
from fairlot.board.transcript import (
    LogName,
    Record,
    Stop,
    Unreadable,
    is_leaf,
    log_of,
    read_records,
    scope_of,
)
from fairlot.entry import Entry, EntryType
from fairlot.logs import LogKind
from fairlot.workers import Workers, in_turn
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


def kind_of(record: Record) -> int:
    """Return the number that says what an item is."""
    match record.item:
        case Entry(type=kind, log=log):
            return _NUMBERS[kind] + (_OF_REGISTRY if log is LogKind.REGISTRY else 0)
        case SignedCheckpoint():
            return HEAD
        case Unreadable():
            return LEAF if is_leaf(record) else ODD


def type_of(kind: int) -> tuple[EntryType, LogKind] | None:
    """Return type and log of an entry; ``None`` for what is none."""
    if kind >= HEAD:
        return None
    log = LogKind.REGISTRY if kind & _OF_REGISTRY else LogKind.SALE
    return _TYPES[kind & ~_OF_REGISTRY], log


def read_piece(piece: Piece) -> Items:
    """Read the items of a piece strictly (section 3, steps 1 to 3)."""
    lengths, logs, kinds = array("Q"), array("L"), bytearray()
    numbers: dict[LogName | bytes, int] = {}
    stop = None
    for item in read_records(piece.data):
        if isinstance(item, Stop):
            stop = (item.code, item.message)
            break
        lengths.append(len(item.encoded))
        kinds.append(kind_of(item))
        named = log_of(item) or scope_of(item)
        logs.append(numbers.setdefault(named, len(numbers) + 1) if named else 0)
    return Items(piece.digest, lengths, bytes(kinds), logs, tuple(numbers), stop)


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
