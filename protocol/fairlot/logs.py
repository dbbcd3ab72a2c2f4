"""Whose a log is, and who watches it: the same for both kinds of log.

specs/board.md, section 3. The registry and the terms of a sale each name the board that keeps
their log, and the witnesses of its heads.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeAlias

from fairlot.errors import Where
from fairlot.fields import Fields
from fairlot.text import shown
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import VerifyKey, check_verify_key
from fairlot_crypto.log.note import KeyKind, NoteKey

MAX_BOARD_NAME = 200
MAX_WITNESSES = 32

BOARD_NAME = re.compile(rf"[!-*,-~]{{1,{MAX_BOARD_NAME}}}")
"""What signed notes can bear as the name of a key."""


class LogKind(StrEnum):
    """The two kinds of log; an entry names its log by a field of this name."""

    REGISTRY = "registry"
    SALE = "sale"


class LogRule(Enum):
    """What is asked of the board and the witnesses that are named."""

    NAME = auto()
    """A name is one that signed notes can bear."""
    KEY = auto()
    """A key is an Ed25519 key of prime order."""
    WITNESSES = auto()
    """Witnesses are few, distinct and without another role."""


Fail: TypeAlias = Callable[[LogRule, Where, str], Exception]
"""Makes the error for a broken rule at a place."""


@dataclass(frozen=True, slots=True)
class BoardIdentity:
    """The board that keeps a log."""

    name: str
    """The origin of each log that it keeps begins with it."""
    key: VerifyKey
    """Ed25519 key that signs heads and markers."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"name": self.name, "key": self.key}


@dataclass(frozen=True, slots=True)
class Witness:
    """Who co-signs heads of a log, and never two that contradict each other."""

    name: str
    """The name of its key."""
    key: VerifyKey
    """Ed25519 key of its co-signatures; it has no other role."""

    @property
    def note_key(self) -> NoteKey:
        """The key as a signature line refers to it."""
        return NoteKey(self.name, KeyKind.COSIGNATURE_V1, self.key)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"name": self.name, "key": self.key}


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The witnesses of a log, of whom a quorum must agree."""

    named: tuple[Witness, ...]
    """Empty only in a rehearsal."""
    quorum: int
    """k: 2k is above their number; 0 where there is none."""

    def to_value(self) -> dict[str, Value]:
        """Return the two fields of the map that names them; nobody's quorum has no key."""
        value: dict[str, Value] = {"witnesses": [w.to_value() for w in self.named]}
        return {**value, "quorum": self.quorum} if self.named else value


NOBODY = Witnesses((), 0)


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """What tells one log from all others, and who signs its heads."""

    kind: LogKind
    scope: bytes
    """The registry_id or the sale_id, 32 bytes."""
    board: BoardIdentity
    witnesses: Witnesses
    """Who watches the board; in a rehearsal perhaps nobody."""
    rehearsal: bool

    @property
    def origin(self) -> str:
        """The name of the log; one board may keep many."""
        return log_origin(self.board.name, self.scope)

    @property
    def watching(self) -> Witnesses:
        """Who dates the heads: the witnesses, or where none is named the board itself."""
        if self.witnesses.named:
            return self.witnesses
        return Witnesses((Witness(self.origin, self.board.key),), 1)


def log_origin(board: str, scope: bytes) -> str:
    """Return the origin of a board's log of one sale or registry, 32 bytes."""
    return f"{board}/{scope.hex()}"


def read_board(fields: Fields, fail: Fail) -> BoardIdentity:
    """Return the board that a map with name and key names.

    Raises what ``fail`` makes, and for other fields or types what ``fields`` raises.
    """
    board = BoardIdentity(_name(fields, fail), _key(fields, fail))
    fields.done()
    return board


def read_witnesses(fields: Fields, fail: Fail) -> Witnesses:
    """Return the witnesses that a map names, with their quorum.

    Raises what ``fail`` makes, and for other fields or types what ``fields`` raises.
    """
    where = fields.at("witnesses")
    maps = fields.maps("witnesses")
    if len(maps) > MAX_WITNESSES:
        rule = f"must hold at most {MAX_WITNESSES}, and holds {len(maps)}"
        raise fail(LogRule.WITNESSES, where, rule)
    named = tuple(_witness(each, fail) for each in maps)
    if not named:
        return NOBODY
    for what, distinct in (
        ("name", {each.name for each in named}),
        ("key", {each.key for each in named}),
    ):
        if len(distinct) != len(named):
            rule = f"holds a {what} twice: each witness has its own"
            raise fail(LogRule.WITNESSES, where, rule)
    return Witnesses(named, fields.uint("quorum", len(named) // 2 + 1, len(named)))


def check_separate(
    log: LogIdentity, others: Collection[VerifyKey], where: Where, fail: Fail
) -> None:
    """Check that a real log is watched, and nobody watches it in two roles.

    Args:
        log: whose witnesses these are.
        others: all other keys that the same map names.
        where: the witnesses lie in that map.
        fail: makes the error.
    """
    named = log.witnesses.named
    if not named and not log.rehearsal:
        rule = f"must not be empty: somebody must watch the board of a real {log.kind}"
        raise fail(LogRule.WITNESSES, where, rule)
    for index, witness in enumerate(named):
        if witness.key in others:
            rule = "must have a key of its own: this one has another role too"
            raise fail(LogRule.WITNESSES, (*where, index), rule)


def _witness(fields: Fields, fail: Fail) -> Witness:
    witness = Witness(_name(fields, fail), _key(fields, fail))
    fields.done()
    return witness


def _name(fields: Fields, fail: Fail) -> str:
    text = fields.text("name")
    if not BOARD_NAME.fullmatch(text):
        rule = f"must have 1 to {MAX_BOARD_NAME} printable ASCII characters"
        problem = f"{rule} without blanks and +, found {shown(text)}"
        raise fail(LogRule.NAME, fields.at("name"), problem)
    return text


def _key(fields: Fields, fail: Fail) -> VerifyKey:
    try:
        return check_verify_key(fields.bytes("key"))
    except EncodingError as error:
        rule = "must be an Ed25519 key of prime order"
        raise fail(LogRule.KEY, fields.at("key"), rule) from error
