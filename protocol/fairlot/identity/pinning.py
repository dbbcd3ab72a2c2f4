"""Which keys of its provider a registry pins (specs/identity.md, section 6.4).

A list replaces the one before: that is the rotation. n - t issuers sign it, each of whom has
fetched the keys by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.provider_keys import (
    ProviderKey,
    check_keys,
    keys_value,
    read_keys,
)
from fairlot.identity.quorum import (
    IssuerSignature,
    check_quorum,
    read_issuer_signature,
)
from fairlot.identity.registry import Registry, RegistryId
from fairlot.identity.requests import message_file
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class PinnedKeys:
    """A list of keys, and how many were before it."""

    number: int
    """0 for the first list of the registry."""
    listed: tuple[ProviderKey, ...]
    """Ascending by kid."""

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map."""
        return {"number": self.number, "keys": keys_value(self.listed)}

    def request(self, registry_id: RegistryId) -> bytes:
        """Return the request that every issuer makes for itself (specs/issuer.md, step 33)."""
        return message_file("provider", registry_id, self.to_value())


def sign_pinned(
    registry_id: RegistryId, pinned: PinnedKeys, issuer: int, key: SigningKey
) -> IssuerSignature:
    """Sign a list as issuer i, who has fetched it by itself."""
    return IssuerSignature(issuer, key.sign(pinned_message(registry_id, pinned)))


def pinned_body(
    pinned: PinnedKeys, signatures: Iterable[IssuerSignature]
) -> dict[str, Value]:
    """Return the body of a PROVIDER entry."""
    sigs: list[Value] = [{"issuer": s.issuer, "sig": s.sig} for s in signatures]
    return {**pinned.to_value(), "sigs": sigs}


def read_pinned(fields: Fields) -> tuple[PinnedKeys, tuple[IssuerSignature, ...]]:
    """Read the body of a PROVIDER entry.

    Raises:
        Rejection: ``entry.field``.
    """
    pinned = PinnedKeys(fields.uint("number"), read_keys(fields.maps("keys")))
    signatures = tuple(read_issuer_signature(each) for each in fields.maps("sigs"))
    fields.done()
    return pinned, signatures


def check_pinned(registry: Registry, pinned: PinnedKeys, number: int) -> None:
    """Check a list of keys, without its signatures.

    Args:
        registry: whose provider it is.
        pinned: as somebody wrote it.
        number: how many lists were before.

    Raises:
        Rejection: ``provider.registry``, ``provider.number``, ``provider.keys``.
    """
    if registry.uniqueness.provider is None:
        problem = "the registry does not tell people apart by accounts"
        raise Rejection("provider.registry", f"{problem}: it pins no keys")
    if pinned.number != number:
        problem = f"the next list of keys must have number {number}"
        raise Rejection("provider.number", problem)
    check_keys(pinned.listed)


def check_pinned_signatures(
    registry: Registry,
    pinned: PinnedKeys,
    signatures: Sequence[IssuerSignature],
    statements: Statements,
) -> None:
    """Check that at least n - t issuers have signed a list of keys.

    Raises:
        Rejection: ``provider.issuers``, ``provider.signature``.
    """
    check_quorum(
        registry,
        signatures,
        pinned_message(registry.registry_id, pinned),
        "list of keys",
        statements,
        lambda why: Rejection("provider.issuers", why),
        lambda why: Rejection("provider.signature", why),
    )


def pinned_message(registry_id: RegistryId, pinned: PinnedKeys) -> bytes:
    """Return what issuers sign of a list."""
    statement: dict[str, Value] = {"registry": registry_id, **pinned.to_value()}
    return tag("provider-keys").encode() + b"\x00" + cbor.encode(statement)
