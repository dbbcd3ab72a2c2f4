"""The form in which the state of a fold is kept (specs/verdicts.md, section 4).

It is of a whole number of items at the beginning of a file. What few entries say is not in
it: that is read again.
"""

import hashlib
import sys
from array import array
from dataclasses import dataclass
from itertools import pairwise

from fairlot.board.items import HEAD, kind_number
from fairlot.board.log_items import Column, LogItems
from fairlot.board.source import Source
from fairlot.board.transcript import LogName
from fairlot.deposit.recalled import PositionColumns
from fairlot.entry import EntryType
from fairlot.fields import Fields, Problem
from fairlot.logs import LogKind
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.log.merkle import levels_fit

VERSION = 1
"""Of the form."""
LEAVES = kind_number(EntryType.LEAF, LogKind.REGISTRY)
_PIECE = 1 << 22
_NUMBER = 8


@dataclass(frozen=True, slots=True)
class KeptLog:
    """One log, up to a head over all of its leaves; no entry of it was refused."""

    scope: bytes
    """sale_id or registry_id."""
    leaves: tuple["array[int]", "array[int]"]
    """Where each leaf begins, and its length."""
    kinds: bytes
    """What each leaf is."""
    heads: tuple["array[int]", "array[int]"]
    """Where each head begins, and its length."""
    over: "array[int]"
    """How many leaves stand before each head."""
    times: "array[int]"
    """The time of each leaf."""
    tree: tuple[bytes, ...]
    """The levels of the tree."""

    def items(self, kind: LogKind, source: Source) -> LogItems:
        """Return the items of this log in a file."""
        items = LogItems(LogName(kind, self.scope), source)
        items.leaves = Column.of(*self.leaves)
        items.kinds = bytearray(self.kinds)
        items.heads = Column.of(*self.heads)
        items.over = array("Q", self.over)
        return items

    @property
    def head(self) -> tuple[int, int]:
        """Where the last head begins, and its length."""
        offsets, lengths = self.heads
        return offsets[-1], lengths[-1]

    @property
    def fits(self) -> bool:
        """Tell whether it is a log with leaves, of which the last head covers all."""
        size = len(self.kinds)
        columns = (*self.leaves, self.times)
        ascends = all(first <= second for first, second in pairwise(self.over))
        return (
            all(len(column) == size for column in columns)
            and all(len(column) == len(self.over) for column in self.heads)
            and ascends
            and self.over[-1:].tolist() == [size]
            and size > 0
            and max(self.kinds) < HEAD
            and levels_fit(self.tree, size)
        )

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {
            "scope": self.scope,
            "leaves": [write_numbers(column) for column in self.leaves],
            "kinds": self.kinds,
            "heads": [write_numbers(column) for column in self.heads],
            "over": write_numbers(self.over),
            "times": write_numbers(self.times),
            "tree": list(self.tree),
        }


@dataclass(frozen=True, slots=True)
class KeptRegistry:
    """The log of a registry that continues no other one."""

    log: KeptLog
    commitments: bytes
    """Of all leaves of the registry, joined."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {**self.log.to_value(), "commitments": self.commitments}


@dataclass(frozen=True, slots=True)
class KeptSale:
    """The log of a sale before CLOSE."""

    log: KeptLog
    positions: PositionColumns

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        found = self.positions
        return {
            **self.log.to_value(),
            "nyms": found.nyms,
            "finals": write_numbers(found.finals),
            "holders": found.holders,
            "deposits": found.kinds,
            "amounts": write_numbers(found.amounts),
            "paid": write_numbers(found.paid),
            "refunds": found.refunds,
            "refs": found.refs,
        }


@dataclass(frozen=True, slots=True)
class KeptState:
    """The state of a fold over the beginning of a file."""

    length: int
    """Bytes of that beginning."""
    digest: bytes
    """Their hash."""
    registry: KeptRegistry
    sale: KeptSale | None

    def begins(self, source: Source) -> bool:
        """Tell whether a file begins with the bytes that this is the state of (step 6)."""
        return self.length <= source.length and (
            beginning(source, self.length) == self.digest
        )

    def to_bytes(self) -> bytes:
        """Return the body of its file (step 4)."""
        return cbor.encode(
            {
                "v": VERSION,
                "length": self.length,
                "digest": self.digest,
                "registry": self.registry.to_value(),
                "sale": None if self.sale is None else self.sale.to_value(),
            }
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> "KeptState":
        """Read the body of a file (step 5).

        Raises:
            EncodingError: ``state.form``; as ``decode``.
        """
        fields = Fields(cbor.decode(body), ("state",), _problem)
        fields.exactly("v", VERSION)
        sale = None if fields.peek("sale") is None else _sale(fields.map("sale"))
        if sale is None:
            fields.exactly("sale", None)
        state = cls(
            fields.uint("length"),
            fields.bytes("digest", HASH_LENGTH),
            _registry(fields.map("registry")),
            sale,
        )
        fields.done()
        return state


def beginning(source: Source, length: int) -> bytes:
    """Return the hash of the first bytes of a file."""
    digest = hashlib.sha256()
    for at in range(0, length, _PIECE):
        digest.update(source.read(at, min(at + _PIECE, length)))
    return digest.digest()


def write_numbers(numbers: "array[int]") -> bytes:
    """Return a column of numbers, 8 bytes each, as I2OSP gives them."""
    return _turned(array("Q", numbers)).tobytes()


def _turned(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _numbers(fields: Fields, name: str) -> "array[int]":
    return _column(fields.bytes(name), fields, name)


def _column(data: bytes, fields: Fields, name: str) -> "array[int]":
    if len(data) % _NUMBER:
        raise fields.error(name, "must be whole numbers")
    numbers = array("Q")
    numbers.frombytes(data)
    return _turned(numbers)


def _spans(fields: Fields, name: str) -> tuple["array[int]", "array[int]"]:
    columns = fields.byte_strings(name)
    if len(columns) != 2:
        raise fields.error(name, "must be two columns")
    offsets, lengths = (_column(each, fields, name) for each in columns)
    return offsets, lengths


def _log(fields: Fields) -> KeptLog:
    log = KeptLog(
        scope=fields.bytes("scope", HASH_LENGTH),
        leaves=_spans(fields, "leaves"),
        kinds=fields.bytes("kinds"),
        heads=_spans(fields, "heads"),
        over=_numbers(fields, "over"),
        times=_numbers(fields, "times"),
        tree=fields.byte_strings("tree"),
    )
    if not log.fits:
        raise fields.error("scope", "must be of a log whose columns fit each other")
    return log


def _registry(fields: Fields) -> KeptRegistry:
    found = KeptRegistry(_log(fields), fields.bytes("commitments"))
    fields.done()
    if len(found.commitments) != found.log.kinds.count(LEAVES) * G1_LENGTH:
        raise fields.error("commitments", "must have one of each leaf of the registry")
    return found


def _sale(fields: Fields) -> KeptSale:
    log = _log(fields)
    positions = PositionColumns(
        nyms=fields.bytes("nyms"),
        finals=_numbers(fields, "finals"),
        holders=fields.bytes("holders"),
        kinds=fields.bytes("deposits"),
        amounts=_numbers(fields, "amounts"),
        paid=_numbers(fields, "paid"),
        refunds=fields.bytes("refunds"),
        refs=fields.bytes("refs"),
    )
    fields.done()
    inside = not positions.finals or max(positions.finals) < len(log.kinds)
    if not (positions.fits and inside):
        raise fields.error("nyms", "must be of positions whose columns fit each other")
    return KeptSale(log, positions)


def _problem(problem: Problem) -> EncodingError:
    return EncodingError("state.form", f"this is no state: {problem}")
