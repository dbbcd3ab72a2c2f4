"""The file of a board, which is its transcript (specs/board.md, section 3).

A CBOR sequence: a map is an entry, a text is a signed checkpoint over all entries before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairlot.entry import Entry, read_entry
from fairlot.errors import Rejection
from fairlot_crypto import cbor
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.checkpoint import SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is neither entry nor checkpoint."""

    code: str
    message: str
    is_leaf: bool
    """Whether it is a map, and hence still a leaf of the tree."""


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


def read_records(data: bytes) -> Iterator[Record | Stop]:
    """Read the sequence; a ``Stop``, if there is one, comes last."""
    offset = 0
    while offset < len(data):
        try:
            value, end = cbor.decode_first(data, offset)
        except EncodingError as error:
            yield Stop(offset, error.code, error.message)
            return
        yield Record(offset, data[offset:end], _item(value, data[offset:end]))
        offset = end


def _item(value: cbor.Value, encoded: bytes) -> Entry | SignedCheckpoint | Unreadable:
    if isinstance(value, Mapping):
        try:
            return read_entry(value, encoded)
        except Rejection as error:
            return Unreadable(error.code, error.message, is_leaf=True)
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
