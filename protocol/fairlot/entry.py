"""What one entry of the board is (specs/board.md, section 2)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType, cast

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.logs import LogKind
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import ProofError
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    Signature,
    SigningKey,
    VerifyKey,
    verify_signature_once,
)
from fairlot_crypto.statements import Statements

EntryHash = NewType("EntryHash", bytes)
"""H("entry-hash", encoding), 32 bytes: it names an entry."""

ENTRY_VERSION = 1
MAX_ENTRY_BYTES = 65_535
"""The longest entry: logs count its bytes in 16 bits (C2SP tlog-tiles)."""


_KEY = slice(10, 42)
_SIG = slice(48, 112)
"""Where key and signature stand in every entry: its pairs are ordered by their keys, and
``v``, ``key`` and ``sig`` are the first."""
_VOID_BY_SELLER = re.compile(
    rb"\x64role\x66seller\x64sale\x58\x20.{32}\x64type\x64VOID", re.DOTALL
)
"""With these bytes a VOID of the seller ends: ``role``, ``sale`` and ``type`` are the last."""


class Role(StrEnum):
    """The capacity in which a key signs."""

    SELLER = "seller"
    ISSUER = "issuer"
    BOARD = "board"
    ESCROW = "escrow"
    HOLDER = "holder"
    GUARDIAN = "guardian"
    """The holder or an attester, as the body says: either may freeze a leaf."""
    ARBITER = "arbiter"
    """Decides whether a contested recovery goes on."""
    CONTRIBUTOR = "contributor"
    ANYONE = "anyone"


class EntryType(StrEnum):
    """The type of an entry: what it does."""

    TERMS = "TERMS"
    TIME = "TIME"
    REGISTRY = "REGISTRY"
    LEAF = "LEAF"
    FREEZE = "FREEZE"
    RECOVERY = "RECOVERY"
    CLOSURE = "CLOSURE"
    CONTEST = "CONTEST"
    RULING = "RULING"
    SWITCH = "SWITCH"
    CLOSED = "CLOSED"
    ROLL = "ROLL"
    OPEN = "OPEN"
    DEPOSIT = "DEPOSIT"
    CANCEL = "CANCEL"
    PAID = "PAID"
    CLOSE = "CLOSE"
    COMMIT = "COMMIT"
    COMMIT_END = "COMMIT_END"
    SEAL = "SEAL"
    SEALED = "SEALED"
    REVEAL = "REVEAL"
    REVEAL_END = "REVEAL_END"
    RECOVER = "RECOVER"
    ROUND = "ROUND"
    RESULT = "RESULT"
    CLAIM = "CLAIM"
    COLLECT = "COLLECT"
    COLLECT_END = "COLLECT_END"
    REDRAWN = "REDRAWN"
    ITEMS = "ITEMS"
    UNLOCK = "UNLOCK"
    DELIVERY = "DELIVERY"
    VOID = "VOID"
    PROVIDER = "PROVIDER"

    @property
    def role(self) -> Role:
        """Who signs entries of this type; of VOID, who does so as a rule."""
        return _ROLES.get(self, Role.BOARD)

    @property
    def roles(self) -> tuple[Role, ...]:
        """All who may sign entries of this type."""
        if self is EntryType.VOID:
            return (Role.BOARD, Role.SELLER)
        return (self.role,)

    @property
    def logs(self) -> tuple[LogKind, ...]:
        """The kinds of log on which entries of this type stand."""
        return _LOGS.get(self, (LogKind.SALE,))


_ROLES = {
    EntryType.TERMS: Role.SELLER,
    EntryType.REGISTRY: Role.ISSUER,
    EntryType.LEAF: Role.ISSUER,
    EntryType.PROVIDER: Role.ISSUER,
    EntryType.FREEZE: Role.GUARDIAN,
    EntryType.RECOVERY: Role.ISSUER,
    EntryType.CLOSURE: Role.ISSUER,
    EntryType.CONTEST: Role.HOLDER,
    EntryType.RULING: Role.ARBITER,
    EntryType.SWITCH: Role.ISSUER,
    EntryType.CLOSED: Role.ISSUER,
    EntryType.DEPOSIT: Role.HOLDER,
    EntryType.CANCEL: Role.HOLDER,
    EntryType.CLAIM: Role.HOLDER,
    EntryType.COLLECT: Role.HOLDER,
    EntryType.ITEMS: Role.SELLER,
    EntryType.DELIVERY: Role.SELLER,
    EntryType.PAID: Role.ESCROW,
    EntryType.COMMIT: Role.CONTRIBUTOR,
    EntryType.SEAL: Role.CONTRIBUTOR,
    EntryType.REVEAL: Role.CONTRIBUTOR,
    EntryType.RECOVER: Role.ANYONE,
    EntryType.ROUND: Role.ANYONE,
}

_LOGS = {
    EntryType.TIME: (LogKind.SALE, LogKind.REGISTRY),
    EntryType.REGISTRY: (LogKind.REGISTRY,),
    EntryType.LEAF: (LogKind.REGISTRY,),
    EntryType.PROVIDER: (LogKind.REGISTRY,),
    EntryType.FREEZE: (LogKind.REGISTRY,),
    EntryType.RECOVERY: (LogKind.REGISTRY,),
    EntryType.CLOSURE: (LogKind.REGISTRY,),
    EntryType.CONTEST: (LogKind.REGISTRY,),
    EntryType.RULING: (LogKind.REGISTRY,),
    EntryType.SWITCH: (LogKind.REGISTRY,),
    EntryType.CLOSED: (LogKind.REGISTRY,),
    EntryType.ROLL: (LogKind.REGISTRY,),
}


_NAMES = {
    LogKind.SALE: ("v", "key", "sig", "body", "role", "sale", "type"),
    LogKind.REGISTRY: ("v", "key", "sig", "body", "role", "type", "registry"),
}
"""The fields of an entry, in the order of their encodings."""
_LOG_OF: dict[tuple[str, ...], LogKind] = {names: log for log, names in _NAMES.items()}
_KINDS = {
    log: {
        (kind.value, role.value): kind
        for kind in EntryType
        if log in kind.logs
        for role in kind.roles
    }
    for log in LogKind
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed statement of one role about one sale or registry."""

    type: EntryType
    log: LogKind
    scope: bytes
    """The sale_id, or the registry_id for entries of a registry log."""
    body: Mapping[str, Value]
    key: VerifyKey
    sig: Signature
    encoded: bytes = field(repr=False)
    """The entry's bytes in the transcript: its leaf in the tree."""

    @property
    def role(self) -> Role:
        """The capacity in which ``key`` has signed."""
        if self.type is EntryType.VOID and _VOID_BY_SELLER.search(self.encoded[-61:]):
            return Role.SELLER
        return self.type.role

    @property
    def hash(self) -> EntryHash:
        """Return the hash that names this entry."""
        return EntryHash(tagged_hash("entry-hash", self.encoded))


def sign_entry(
    kind: EntryType,
    scope: bytes,
    body: Mapping[str, Value],
    key: SigningKey,
    log: LogKind | None = None,
    role: Role | None = None,
) -> Entry:
    """Make an entry (steps 1 to 3).

    Args:
        kind: its type.
        scope: sale_id or registry_id, 32 bytes.
        body: its content.
        key: of whoever says it.
        log: the kind of its log; by default the first in which the type stands.
        role: one of the type's; by default the first.

    Raises:
        Rejection: ``entry.size`` for a body that makes it too long.
    """
    chosen = kind.logs[0] if log is None else log
    said = kind.role if role is None else role
    unsigned = _unsigned((kind, said), chosen, scope, body, key.public)
    sig = key.sign(_message(said, cbor.encode(unsigned)))
    encoded = cbor.encode({**unsigned, "sig": sig})
    _check_size(encoded)
    return Entry(kind, chosen, scope, body, key.public, sig, encoded)


def read_entry(value: Value, encoded: bytes) -> Entry:
    """Return the entry that a decoded record is (step 4).

    Raises:
        Rejection: ``entry.size``; ``entry.field`` naming the field and the rule.
    """
    # Step 4.
    _check_size(encoded)
    return _as_it_should_be(value, encoded) or _read_fields(value, encoded)


def _as_it_should_be(value: Value, encoded: bytes) -> Entry | None:
    """Return an entry whose fields are right, at a glance; ``None`` for anything else."""
    if not isinstance(value, dict):
        return None
    log = _LOG_OF.get(tuple(value))
    if log is None or not _is_version(value["v"]):
        return None
    key, sig, scope = value["key"], value["sig"], value[log]
    if not (_has(key, KEY_LENGTH) and _has(sig, SIGNATURE_LENGTH)):
        return None
    name, role, body = value["type"], value["role"], value["body"]
    if not (isinstance(name, str) and isinstance(role, str) and isinstance(body, dict)):
        return None
    kind = _KINDS[log].get((name, role))
    if kind is None or not _has(scope, HASH_LENGTH):
        return None
    return entry_of(kind, log, cast("bytes", scope), body, encoded)


def _has(value: Value, length: int) -> bool:
    return isinstance(value, bytes) and len(value) == length


def _is_version(value: Value) -> bool:
    return type(value) is int and value == ENTRY_VERSION


def _read_fields(value: Value, encoded: bytes) -> Entry:
    fields = Fields(value, ("entry",), _field_error)
    fields.exactly("v", ENTRY_VERSION)
    kind = _type(fields.text("type"))
    _read_role(fields, kind)
    log = next((each for each in kind.logs if fields.has(each)), kind.logs[0])
    scope = fields.bytes(log, 32)
    body = fields.value("body")
    if not isinstance(body, Mapping):
        raise Rejection("entry.field", "entry.body must be a map")
    key = VerifyKey(fields.bytes("key", KEY_LENGTH))
    sig = Signature(fields.bytes("sig", SIGNATURE_LENGTH))
    fields.done()
    return Entry(kind, log, scope, body, key, sig, encoded)


def _read_role(fields: Fields, kind: EntryType) -> None:
    """Check that a role is one of the type's."""
    first, *others = kind.roles
    if not others:
        fields.exactly("role", first.value)
        return
    said = fields.text("role")
    if said not in [role.value for role in kind.roles]:
        named = " or ".join(kind.roles)
        raise Rejection("entry.field", f"entry.role must be {named}, found {said!r}")


def entry_of(
    kind: EntryType,
    log: LogKind,
    scope: bytes,
    body: Mapping[str, Value],
    encoded: bytes,
) -> Entry:
    """Return the entry in bytes that ``read_entry`` has taken before.

    Args:
        kind: its type.
        log: the kind of its log.
        scope: sale_id or registry_id.
        body: its content.
        encoded: its bytes, of which its key and signature are read.
    """
    return Entry(
        kind,
        log,
        scope,
        body,
        VerifyKey(encoded[_KEY]),
        Signature(encoded[_SIG]),
        encoded,
    )


def scope_in(encoded: bytes, kind: EntryType, log: LogKind) -> bytes:
    """Return the scope in the bytes of an entry, which were read before."""
    # Behind it stands the type in a sale's entry, and nothing in a registry's.
    behind = len(b"\x64type") + 1 + len(kind) if log is LogKind.SALE else 0
    end = len(encoded) - behind
    return encoded[end - HASH_LENGTH : end]


def check_signature(entry: Entry, statements: Statements) -> None:
    """Verify the entry's signature (step 5).

    Raises:
        Rejection: ``entry.signature``.
    """
    said = entry.type, entry.role
    unsigned = _unsigned(said, entry.log, entry.scope, entry.body, entry.key)
    _check_message(entry, cbor.encode(unsigned), statements)


def check_signature_read(entry: Entry, statements: Statements) -> None:
    """Verify the signature of an entry that was read from its bytes just now (step 5).

    What is signed is found in the bytes, and need not be encoded again.

    Raises:
        Rejection: ``entry.signature``.
    """
    before, after = entry.encoded[1 : _SIG.start - 6], entry.encoded[_SIG.stop :]
    # The map without ``sig`` has one pair fewer.
    _check_message(entry, b"\xa6" + before + after, statements)


def _check_message(entry: Entry, unsigned: bytes, statements: Statements) -> None:
    message = _message(entry.role, unsigned)
    try:
        verify_signature_once(entry.key, message, entry.sig, statements)
    except ProofError as error:
        raise Rejection(
            "entry.signature",
            "the entry was not signed with its key, or was changed since",
        ) from error


def body_fields(entry: Entry) -> Fields:
    """Return the entry's body for strict reading: errors are ``entry.field``."""
    return Fields(entry.body, ("body",), _field_error)


def _field_error(problem: Problem) -> Rejection:
    return Rejection("entry.field", str(problem))


def _check_size(encoded: bytes) -> None:
    if len(encoded) > MAX_ENTRY_BYTES:
        problem = f"it has {len(encoded)} bytes: an entry has at most {MAX_ENTRY_BYTES}"
        raise Rejection("entry.size", problem)


def _type(name: str) -> EntryType:
    try:
        return EntryType(name)
    except ValueError as error:
        raise Rejection(
            "entry.field", f"entry.type must be a known type, found {name!r}"
        ) from error


def _unsigned(
    said: tuple[EntryType, Role],
    log: LogKind,
    scope: bytes,
    body: Mapping[str, Value],
    key: VerifyKey,
) -> dict[str, Value]:
    kind, role = said
    return {
        "v": ENTRY_VERSION,
        "type": kind.value,
        log.value: scope,
        "body": dict(body),
        "role": role.value,
        "key": key,
    }


_MESSAGES = {
    role: tag("entry").encode() + b"\x00" + role.value.encode() + b"\x00"
    for role in Role
}
"""What stands before the hash of what is signed, by role."""


def _message(role: Role, unsigned: bytes) -> bytes:
    return _MESSAGES[role] + hashlib.sha256(unsigned).digest()
