"""What an issuer sends to a person's device, signed by the issuer (specs/identity.md, step 5).

The signature is inside: a box itself names nobody, and whoever seals a lie has signed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.leaf import Leaf
from fairlot.identity.quorum import IssuerSignature, check_issuer
from fairlot.identity.registry import ISSUERS_MAX, Registry, RegistryId
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import commitment
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import (
    SCALAR_LENGTH,
    Backend,
    Scalar,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    SIGNATURE_LENGTH,
    OpeningKey,
    SealKey,
    Signature,
    SigningKey,
    seal,
)
from fairlot_crypto.randomness import Randomness
from fairlot_crypto.statements import Statements


@dataclass(frozen=True, slots=True)
class SentShare:
    """An issuer's shares of the secrets of a leaf, as it has signed them."""

    issuer: int
    """i, the issuer's number, from 1."""
    rho: bytes = field(repr=False)
    """ρ_i, a scalar in 32 bytes if the issuer is honest."""
    nyms: tuple[bytes, ...] = field(repr=False)
    """s_{0,i}..s_{N-1,i}, likewise."""
    sig: Signature

    def to_value(self) -> dict[str, Value]:
        """Return the map that is in a box."""
        return {
            "issuer": self.issuer,
            "rho": self.rho,
            "nyms": list(self.nyms),
            "sig": self.sig,
        }

    def scalars(self, registry: Registry) -> tuple[Scalar, ...]:
        """Return ρ_i and the shares of the nym secrets.

        Raises:
            Rejection: ``enrolment.share`` for another number of them than the registry
                says, or what is no scalar.
        """
        if len(self.nyms) != registry.nym_secrets:
            problem = "sent another number of secrets than the registry says"
            raise Rejection("enrolment.share", f"issuer {self.issuer} {problem}")
        try:
            return tuple(scalar_from_bytes(each) for each in (self.rho, *self.nyms))
        except CryptoError as error:
            problem = f"issuer {self.issuer} sent a bad share: {error.message}"
            raise Rejection("enrolment.share", problem) from error

    def opens(self, curve: Backend, registry: Registry, committed: bytes) -> bool:
        """Tell whether these are the shares to which ``committed``, C_i, is a commitment."""
        try:
            rho, *nyms = self.scalars(registry)
        except Rejection:
            return False
        return commitment(curve, registry.schema, rho, nyms).to_bytes() == committed


def sign_sent(
    registry_id: RegistryId,
    index: int,
    handle: bytes,
    issuer: int,
    rho: Scalar,
    nyms: Sequence[Scalar],
    key: SigningKey,
) -> SentShare:
    """Sign issuer i's shares of a leaf (step 5).

    Args:
        registry_id: of the registry.
        index: of the leaf.
        handle: hash of the leaf's handle.
        issuer: i.
        rho: ρ_i.
        nyms: its shares of the nym secrets.
        key: the issuer's.
    """
    encoded = scalar_to_bytes(rho), tuple(scalar_to_bytes(each) for each in nyms)
    statement = box_statement(registry_id, index, handle, issuer, *encoded)
    return SentShare(issuer, *encoded, key.sign(statement))


def seal_sent(sent: SentShare, device_key: SealKey, randomness: Randomness) -> bytes:
    """Seal issuer i's shares to the attested device (step 5)."""
    return seal(cbor.encode(sent.to_value()), device_key, randomness)


def open_sent(box: bytes, device: OpeningKey) -> SentShare:
    """Open a box (step 7); whoever it names has not yet signed it.

    Raises:
        Rejection: ``enrolment.share``.
    """
    try:
        value = cbor.decode(device.open(box))
    except CryptoError as error:
        problem = f"the box of an issuer does not open: {error.message}"
        raise Rejection("enrolment.share", problem) from error
    return read_sent(Fields(value, ("share",), _malformed))


def read_sent(fields: Fields) -> SentShare:
    """Read what is in a box; errors are those of ``fields``."""
    sent = SentShare(
        fields.uint("issuer", 1, ISSUERS_MAX),
        fields.bytes("rho", SCALAR_LENGTH),
        fields.byte_strings("nyms", SCALAR_LENGTH),
        Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.done()
    return sent


def check_sent(registry: Registry, leaf: Leaf, sent: SentShare) -> None:
    """Check that an issuer of the registry signed these shares of this leaf (step 7).

    Args:
        registry: whose.
        leaf: gives index and handle; these stay when it changes hands.
        sent: what was in a box.

    Raises:
        Rejection: ``enrolment.share``.
    """
    if sent.issuer > len(registry.issuers):
        raise Rejection("enrolment.share", f"there is no issuer {sent.issuer}")
    named = registry.registry_id, leaf.index, leaf.handle
    check_issuer(
        registry,
        IssuerSignature(sent.issuer, sent.sig),
        box_statement(*named, sent.issuer, sent.rho, sent.nyms),
        "what is in its box",
        Statements(),
        lambda why: Rejection("enrolment.share", why),
    )


def box_statement(
    registry_id: RegistryId,
    index: int,
    handle: bytes,
    issuer: int,
    rho: bytes,
    nyms: tuple[bytes, ...],
) -> bytes:
    """Return what issuer i signs of its shares of a leaf (step 5)."""
    value: dict[str, Value] = {
        "registry": registry_id,
        "index": index,
        "handle": handle,
        "issuer": issuer,
        "rho": rho,
        "nyms": list(nyms),
    }
    return tag("leaf-box").encode() + b"\x00" + cbor.encode(value)


def _malformed(problem: Problem) -> Rejection:
    return Rejection("enrolment.share", str(problem))
