"""The entries that make up the life of a leaf (specs/life.md, sections 3 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from fairlot.entry import Entry, EntryType, body_fields, sign_entry
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.attestation import Purpose
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Outcome
from fairlot.identity.quorum import (
    IssuerSignature,
    check_quorum,
    read_issuer_signature,
)
from fairlot.identity.registry import Registry, RegistryId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    SigningKey,
    VerifyKey,
)
from fairlot_crypto.statements import Statements

VERSION_MAX = 2**32 - 1


class Guardian(StrEnum):
    """Who freezes a leaf."""

    HOLDER = "holder"
    ATTESTER = "attester"


@dataclass(frozen=True, slots=True)
class Freeze:
    """The content of a FREEZE entry."""

    index: int
    version: int
    by: Guardian

    @property
    def type(self) -> EntryType:
        """FREEZE."""
        return EntryType.FREEZE

    def to_value(self) -> dict[str, Value]:
        """Return the body."""
        return {"index": self.index, "version": self.version, "by": self.by.value}


@dataclass(frozen=True, slots=True)
class Contest:
    """The content of a CONTEST entry."""

    index: int
    version: int
    attempt: int

    @property
    def type(self) -> EntryType:
        """CONTEST."""
        return EntryType.CONTEST

    def to_value(self) -> dict[str, Value]:
        """Return the body."""
        return {
            "index": self.index,
            "version": self.version,
            "attempt": self.attempt,
        }


@dataclass(frozen=True, slots=True)
class Ruling:
    """The content of a RULING entry."""

    index: int
    version: int
    attempt: int
    outcome: Outcome

    @property
    def type(self) -> EntryType:
        """RULING."""
        return EntryType.RULING

    def to_value(self) -> dict[str, Value]:
        """Return the body."""
        return {
            "index": self.index,
            "version": self.version,
            "attempt": self.attempt,
            "outcome": self.outcome.value,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The content of a RECOVERY, CLOSURE, SWITCH or CLOSED entry, which n - t issuers sign."""

    type: EntryType
    index: int
    version: int
    """The leaf's, before the decision."""
    attempt: int
    holder: bytes | None
    """Hash of the new holder's key; ``None`` in CLOSURE and CLOSED."""
    sigs: tuple[IssuerSignature, ...] = ()

    @property
    def purpose(self) -> Purpose:
        """Say what it is for: to recover or to close."""
        return Purpose.RECOVER if self.type in _RECOVERING else Purpose.CLOSE

    @property
    def begins(self) -> bool:
        """Tell whether it begins a change, rather than completing it."""
        return self.type in (EntryType.RECOVERY, EntryType.CLOSURE)

    def to_value(self) -> dict[str, Value]:
        """Return the body."""
        sigs: list[Value] = [{"issuer": s.issuer, "sig": s.sig} for s in self.sigs]
        return {**self._stated(), "sigs": sigs}

    def message(self, registry_id: RegistryId) -> bytes:
        """Return what each issuer signs."""
        statement: dict[str, Value] = {
            "type": self.type.value,
            "registry": registry_id,
            **self._stated(),
        }
        return tag("life").encode() + b"\x00" + cbor.encode(statement)

    def _stated(self) -> dict[str, Value]:
        stated: dict[str, Value] = {
            "index": self.index,
            "version": self.version,
            "attempt": self.attempt,
        }
        return stated if self.holder is None else {**stated, "holder": self.holder}


_RECOVERING = (EntryType.RECOVERY, EntryType.SWITCH)

Act: TypeAlias = Freeze | Contest | Ruling | Decision


def make_act(registry_id: RegistryId, act: Act, key: SigningKey) -> Entry:
    """Make the entry of an act; ``key`` is that of its role (specs/life.md, section 3).

    Raises:
        Rejection: ``entry.size`` for more signatures than an entry can hold.
    """
    return sign_entry(act.type, registry_id, act.to_value(), key)


def sign_decision(
    registry: Registry, decision: Decision, issuer: int, key: SigningKey
) -> IssuerSignature:
    """Sign a decision as issuer i; the signatures that it has do not matter."""
    message = decision.message(registry.registry_id)
    return IssuerSignature(issuer, key.sign(message))


def read_act(entry: Entry) -> Act:
    """Read the entry of an act (step 1).

    Raises:
        Rejection: ``entry.field``.
    """
    # Step 1.
    fields = body_fields(entry)
    index, version = fields.uint("index"), fields.uint("version", 1, VERSION_MAX)
    act: Act
    if entry.type is EntryType.FREEZE:
        act = Freeze(index, version, Guardian(_one_of(fields, "by", Guardian)))
    else:
        act = _read_numbered(entry.type, fields, index, version)
    fields.done()
    return act


def _read_numbered(kind: EntryType, fields: Fields, index: int, version: int) -> Act:
    attempt = fields.uint("attempt", 1)
    if kind is EntryType.CONTEST:
        return Contest(index, version, attempt)
    if kind is EntryType.RULING:
        outcome = Outcome(_one_of(fields, "outcome", Outcome))
        return Ruling(index, version, attempt, outcome)
    holder = fields.bytes("holder", 32) if kind in _RECOVERING else None
    sigs = tuple(read_issuer_signature(each) for each in fields.maps("sigs"))
    return Decision(kind, index, version, attempt, holder, sigs)


def check_guardian(
    registry: Registry, freeze: Freeze, key: VerifyKey, holder: bytes
) -> None:
    """Check that a freeze comes from whom it names (step 3).

    Raises:
        Rejection: ``life.key``.
    """
    # Step 3.
    if freeze.by is Guardian.ATTESTER and key not in registry.attesters:
        raise Rejection("life.key", "the registry does not name this attester")
    if freeze.by is Guardian.HOLDER:
        check_holder(key, holder)


def check_holder(key: VerifyKey, holder: bytes) -> None:
    """Check that a key is that of the leaf's current holder (step 3).

    Raises:
        Rejection: ``life.key``.
    """
    if holder_hash(key) != holder:
        problem = "the entry must be signed by the key that holds the leaf"
        raise Rejection("life.key", problem)


def check_issuers(
    registry: Registry, decision: Decision, statements: Statements
) -> None:
    """Check that at least n - t issuers signed a decision (step 4).

    Raises:
        Rejection: ``life.issuers``, ``life.signature``.
    """
    # Step 4.
    check_quorum(
        registry,
        decision.sigs,
        decision.message(registry.registry_id),
        "",
        statements,
        lambda why: Rejection("life.issuers", why),
        lambda why: Rejection("life.signature", why),
    )


def _one_of(fields: Fields, name: str, values: type[StrEnum]) -> str:
    legal: Sequence[str] = [value.value for value in values]
    found = fields.text(name)
    if found not in legal:
        raise fields.error(name, f"must be one of {', '.join(legal)}")
    return found
