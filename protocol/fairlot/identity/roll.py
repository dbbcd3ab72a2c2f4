"""Rolls of a registry: who may enter a sale (specs/identity.md, section 6).

A roll is a state of the registry log that n - t issuers have signed. The credentials of a sale
are for the one roll that its OPEN names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.quorum import (
    IssuerSignature,
    check_quorum,
    read_issuer_signature,
)
from fairlot.identity.registry import Registry, RegistryId, RollId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class Roll:
    """A state of the registry log."""

    number: int
    """0 for the first roll of the registry."""
    time: int
    """Of the log, Unix seconds."""
    size: int
    """Of the tree before the ROLL entry."""
    root: bytes
    """Of that tree, 32 bytes."""
    leaves: int
    """How many leaves of the registry are not closed."""
    expires: int
    """The first Unix second at which no credential for it is issued."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {
            "number": self.number,
            "time": self.time,
            "size": self.size,
            "root": self.root,
            "leaves": self.leaves,
            "expires": self.expires,
        }


@dataclass(frozen=True, slots=True)
class PostedRoll:
    """A roll on the registry log, and whom it covers."""

    roll_id: RollId
    roll: Roll
    enrolled: int
    """How many leaves were on the log: those of a smaller index."""
    closed: frozenset[int]
    """Indexes of the leaves that were closed."""

    def covers(self, index: int) -> bool:
        """Tell whether a leaf was enrolled and not closed."""
        return index < self.enrolled and index not in self.closed


def roll_id_of(registry_id: RegistryId, roll: Roll) -> RollId:
    """Return the hash that names a roll."""
    return RollId(tagged_hash("roll", registry_id, cbor.encode(roll.to_value())))


def unexpired_rolls(posted: Iterable[PostedRoll], now: int) -> tuple[PostedRoll, ...]:
    """Return the rolls for which credentials are issued at a time, ascending by id.

    Every request lists all of them, so that asking names no sale.
    """
    serving = (each for each in posted if now < each.roll.expires)
    return tuple(sorted(serving, key=lambda each: each.roll_id))


def sign_roll(
    registry_id: RegistryId, roll: Roll, issuer: int, key: SigningKey
) -> IssuerSignature:
    """Sign a roll as issuer i, who has checked it against its own view of the log."""
    return IssuerSignature(issuer, key.sign(_roll_message(registry_id, roll)))


def roll_body(roll: Roll, signatures: Iterable[IssuerSignature]) -> dict[str, Value]:
    """Return the body of a ROLL entry."""
    sigs: list[Value] = [{"issuer": s.issuer, "sig": s.sig} for s in signatures]
    return {"roll": roll.to_value(), "sigs": sigs}


def read_roll(fields: Fields) -> tuple[Roll, tuple[IssuerSignature, ...]]:
    """Read the body of a ROLL entry.

    Raises:
        Rejection: ``entry.field``.
    """
    roll = read_roll_map(fields.map("roll"))
    signatures = tuple(read_issuer_signature(each) for each in fields.maps("sigs"))
    fields.done()
    return roll, signatures


def read_roll_map(said: Fields) -> Roll:
    """Read the map of a roll; errors are those of ``said``."""
    roll = Roll(
        number=said.uint("number"),
        time=said.uint("time"),
        size=said.uint("size"),
        root=said.bytes("root", 32),
        leaves=said.uint("leaves"),
        expires=said.uint("expires"),
    )
    said.done()
    return roll


def check_roll(registry: Registry, roll: Roll, due: Roll) -> None:
    """Check that a roll states the registry log as it is.

    Args:
        registry: whose roll it is.
        roll: as somebody wrote it.
        due: as it must be now, with the same expiry.

    Raises:
        Rejection: ``roll.number``, ``roll.time``, ``roll.tree``, ``roll.leaves``,
            ``roll.expires``.
    """
    if roll.number != due.number:
        raise Rejection("roll.number", f"the next roll must have number {due.number}")
    if roll.time != due.time:
        problem = f"a roll must have the time of its entry, {due.time}"
        raise Rejection("roll.time", problem)
    if (roll.size, roll.root) != (due.size, due.root):
        problem = "a roll must state size and root of the tree before it"
        raise Rejection("roll.tree", problem)
    if roll.leaves != due.leaves:
        problem = f"there are {due.leaves} leaves that are not closed"
        raise Rejection("roll.leaves", f"{problem}, and the roll states {roll.leaves}")
    if not roll.time < roll.expires <= registry.closes:
        problem = "a roll must expire after its time, and not after the season's tail"
        raise Rejection("roll.expires", problem)


def check_roll_signatures(
    registry: Registry,
    roll: Roll,
    signatures: Sequence[IssuerSignature],
    statements: Statements,
) -> None:
    """Check that at least n - t issuers have signed a roll.

    Raises:
        Rejection: ``roll.issuers``, ``roll.signature``.
    """
    check_quorum(
        registry,
        signatures,
        _roll_message(registry.registry_id, roll),
        "roll",
        statements,
        lambda why: Rejection("roll.issuers", why),
        lambda why: Rejection("roll.signature", why),
    )


def _roll_message(registry_id: RegistryId, roll: Roll) -> bytes:
    statement: dict[str, Value] = {"registry": registry_id, **roll.to_value()}
    return tag("roll").encode() + b"\x00" + cbor.encode(statement)
