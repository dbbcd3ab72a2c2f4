"""The signed messages of a ceremony (specs/key-generation.md, section 4.1)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.plan import Plan
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    SIGNATURE_LENGTH,
    SigningKey,
    VerifyKey,
    verify_signature,
)

Item = TypeVar("Item")

FORMAT = 1
HASH_LENGTH = 32


class Kind(StrEnum):
    """What a message is; their order is that of the rounds."""

    ANNOUNCE = "announce"
    DEAL = "deal"
    TRANSFER = "transfer"
    COMPLAIN = "complain"
    OPEN = "open"
    RECOVER = "recover"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose signature is that of its sender; its body is not yet read."""

    kind: Kind
    sender: int
    """The member's number, from 1."""
    seen: bytes
    """The hash of all messages of the rounds before, as the sender saw them."""
    body: Mapping[str, Value] = field(repr=False)
    encoded: bytes = field(repr=False)
    """The message as it was sent."""


def make_message(
    plan: Plan,
    kind: Kind,
    sender: int,
    seen: bytes,
    body: Mapping[str, Value],
    key: SigningKey,
) -> bytes:
    """Return a message of member ``sender``, signed."""
    unsigned: dict[str, Value] = {
        "v": FORMAT,
        "kind": kind.value,
        "ceremony": plan.ceremony_id,
        "from": sender,
        "seen": seen,
        "body": dict(body),
    }
    return cbor.encode({**unsigned, "sig": key.sign(_statement(unsigned))})


def read_message(plan: Plan, data: bytes) -> Message:
    """Read a message and verify its signature (specs/key-generation.md, section 4.1).

    Raises:
        EncodingError: ``cbor.*``; ``ceremony.message`` unless it is a message of this
            ceremony by one of its members.
        ProofError: ``signature.invalid``.
    """
    # Step 1.
    value = cbor.decode(data)
    fields = exact(value, "v", "kind", "ceremony", "from", "seen", "body", "sig")
    # Step 2.
    version, kind, body = fields["v"], fields["kind"], fields["body"]
    known = type(version) is int and version == FORMAT
    if not known or fields["ceremony"] != plan.ceremony_id:
        raise malformed("it must be of this version and ceremony")
    if (
        not isinstance(kind, str)
        or kind not in list(Kind)
        or not isinstance(body, dict)
    ):
        raise malformed("it must be of a known kind, with a map as its body")
    keys = keys_of(plan, Kind(kind))
    sender = number(fields["from"], len(keys))
    seen = octets(fields["seen"], HASH_LENGTH)
    signature = octets(fields["sig"], SIGNATURE_LENGTH)
    # Step 3.
    unsigned = {name: part for name, part in fields.items() if name != "sig"}
    verify_signature(keys[sender - 1], _statement(unsigned), signature)
    return Message(Kind(kind), sender, seen, body, data)


def _statement(unsigned: Mapping[str, Value]) -> bytes:
    digest = hashlib.sha256(cbor.encode(dict(unsigned))).digest()
    return tag("ceremony-message").encode() + b"\x00" + digest


def malformed(rule: str) -> EncodingError:
    """Return the refusal of a message that is not as it should be."""
    return EncodingError("ceremony.message", f"a message of a ceremony: {rule}")


def exact(value: Value, *names: str) -> Mapping[str, Value]:
    """Return a map that has exactly these fields.

    Raises:
        EncodingError: ``ceremony.message``.
    """
    if not isinstance(value, dict) or set(value) != set(names):
        raise malformed(f"there must be a map of {', '.join(names)} and nothing else")
    return value


def octets(value: Value, length: int) -> bytes:
    """Return a byte string of this length.

    Raises:
        EncodingError: ``ceremony.message``.
    """
    if not isinstance(value, bytes) or len(value) != length:
        raise malformed(f"there must be {length} bytes")
    return value


def items(
    value: Value, count: int | None, read: Callable[[Value], Item]
) -> tuple[Item, ...]:
    """Return what ``read`` makes of each item of an array of ``count`` items.

    Raises:
        EncodingError: ``ceremony.message``.
    """
    if not isinstance(value, list) or (count is not None and len(value) != count):
        raise malformed("an array must have the number of items that the plan asks for")
    return tuple(read(item) for item in value)


def number(value: Value, highest: int) -> int:
    """Return the number of a member, from 1.

    Raises:
        EncodingError: ``ceremony.message``.
    """
    if type(value) is not int or not 1 <= value <= highest:
        raise malformed(f"a member must have a number in [1, {highest}]")
    return value


def keys_of(plan: Plan, kind: Kind) -> tuple[VerifyKey, ...]:
    """Return the keys of those who send messages of a kind."""
    if kind is not Kind.TRANSFER:
        return plan.members
    return () if plan.former is None else plan.former.members
