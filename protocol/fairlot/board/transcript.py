"""A file of logs, which is their transcript (specs/board.md, section 3).

A CBOR sequence: a map is an entry, a text is a signed checkpoint over all entries of its log
before it. Every record names its log, so that a file can hold several, in any order.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from fairlot.board.source import Source
from fairlot.entry import Entry, read_entry
from fairlot.errors import Rejection
from fairlot.logs import LogKind
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint

_HEX = re.compile(r"[0-9a-f]{64}")


class LogName(NamedTuple):
    """What tells a log from the others of a file."""

    kind: LogKind
    scope: bytes
    """The registry_id or the sale_id, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is neither entry nor checkpoint."""

    code: str
    message: str
    is_leaf: bool
    """Whether it is a map, and hence still a leaf of the tree."""
    log: LogName | None = None
    """The log that such a map names all the same."""


@dataclass(frozen=True, slots=True)
class Record:
    """One item of the sequence."""

    offset: int
    """The place in the file where it begins."""
    encoded: bytes
    item: Entry | SignedCheckpoint | Unreadable


@dataclass(frozen=True, slots=True)
class Stop:
    """The place where reading stopped, because nobody can tell where an item begins."""

    offset: int
    code: str
    """The code: ``cbor.truncated`` if the file ends inside an item."""
    message: str


@dataclass(frozen=True, slots=True)
class LogRecords:
    """The records of one log, in the order of the file."""

    name: LogName
    records: list[Record] = field(default_factory=list[Record])


@dataclass(frozen=True, slots=True)
class Apart:
    """A file, taken apart."""

    logs: tuple[LogRecords, ...]
    """In the order in which they begin."""
    loose: tuple[Record | Stop, ...]
    """What belongs to none of them, and where reading stopped."""


def take_apart(records: Iterable[Record | Stop]) -> Apart:
    """Take a file apart into its logs (steps 4 to 6 of section 3).

    An entry belongs to the log that its scope names, a checkpoint to the one that its
    origin names, however they lie between each other.
    """
    items = tuple(records)
    logs: dict[bytes, LogRecords] = {}
    # Step 4.
    for item in items:
        name = log_of(item)
        if name is not None:
            logs.setdefault(name.scope, LogRecords(name))
    loose: list[Record | Stop] = []
    homeless: list[Record] = []
    for item in items:
        scope = scope_of(item)
        if isinstance(item, Record) and scope in logs:
            log = logs[scope]
            # Step 6.
            if isinstance(item.item, SignedCheckpoint):
                log.records.extend(homeless)
                homeless.clear()
            log.records.append(item)
        elif isinstance(item, Record) and is_leaf(item):
            homeless.append(item)
        else:
            # Step 5.
            loose.append(item)
    return Apart(tuple(logs.values()), (*loose, *homeless))


def registries_alone(data: bytes) -> bytes:
    """Return what a file holds of logs of registries, in the order of the file.

    Args:
        data: the bytes of a file; what belongs to no log is left out.
    """
    logs = take_apart(read_records(data)).logs
    kept = [log.records for log in logs if log.name.kind is LogKind.REGISTRY]
    records = sorted(chain.from_iterable(kept), key=lambda each: each.offset)
    return b"".join(each.encoded for each in records)


def is_leaf(record: Record) -> bool:
    """Tell whether a record is a leaf of its log's tree, be it an entry or not."""
    return isinstance(record.item, Entry) or (
        isinstance(record.item, Unreadable) and record.item.is_leaf
    )


def log_of(item: Record | Stop) -> LogName | None:
    """Return the log that a map names; ``None`` where it names none."""
    if isinstance(item, Stop):
        return None
    match item.item:
        case Entry(log=kind, scope=scope):
            return LogName(kind, scope)
        case Unreadable(log=name):
            return name
        case _:
            return None


def scope_of(item: Record | Stop) -> bytes:
    """Return the scope of an item's log; empty where it names none."""
    name = log_of(item)
    if name is not None:
        return name.scope
    if isinstance(item, Record) and isinstance(item.item, SignedCheckpoint):
        last = item.item.checkpoint.origin.rpartition("/")[2]
        return bytes.fromhex(last) if _HEX.fullmatch(last) else b""
    return b""


def _named(value: Mapping[str, cbor.Value]) -> LogName | None:
    """Return the log that a map names which is no entry."""
    named = [(kind, value[kind]) for kind in LogKind if kind in value]
    if len(named) != 1:
        return None
    (kind, scope) = named[0]
    is_scope = isinstance(scope, bytes) and len(scope) == HASH_LENGTH
    return LogName(kind, scope) if isinstance(scope, bytes) and is_scope else None


def read_records(data: bytes, begins: int = 0) -> Iterator[Record | Stop]:
    """Read the sequence; a ``Stop``, if there is one, comes last.

    Args:
        data: the bytes of a file.
        begins: the place of its first byte, behind the files before it.
    """
    offset = 0
    while offset < len(data):
        item = next_record(data, offset, begins)
        yield item
        if isinstance(item, Stop):
            return
        offset += len(item.encoded)


def next_record(data: bytes, offset: int, begins: int = 0) -> Record | Stop:
    """Read the item that begins at ``offset``.

    Args:
        data: the bytes of a file.
        offset: a place in them.
        begins: the place of their first byte, behind the files before it.
    """
    try:
        value, end = cbor.decode_first(data, offset)
    except EncodingError as error:
        return Stop(begins + offset, error.code, error.message)
    encoded = data[offset:end]
    return Record(begins + offset, encoded, _item(value, encoded))


def record_at(source: Source, offset: int, length: int) -> Record:
    """Return the item that lies somewhere, which was read before.

    Raises:
        EncodingError: as ``decode``, for bytes that are not what they were.
    """
    encoded = source.read(offset, offset + length)
    return Record(offset, encoded, _item(cbor.decode(encoded), encoded))


def _item(value: cbor.Value, encoded: bytes) -> Entry | SignedCheckpoint | Unreadable:
    if isinstance(value, Mapping):
        try:
            return read_entry(value, encoded)
        except Rejection as error:
            return Unreadable(error.code, error.message, True, _named(value))
    if isinstance(value, str):
        try:
            return SignedCheckpoint.parse(value)
        except EncodingError as error:
            return Unreadable(error.code, error.message, is_leaf=False)
    return Unreadable(
        "record.type",
        "a record must be a map (an entry) or a text (a checkpoint)",
        is_leaf=False,
    )
