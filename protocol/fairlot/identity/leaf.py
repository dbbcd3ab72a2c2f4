"""The registered identity commitment of one person (specs/identity.md, section 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.quorum import IssuerSignature, check_issuer, quorum_problem
from fairlot.identity.registry import ISSUERS_MAX, Registry, RegistryId
from fairlot.packed import Packed
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import shamir
from fairlot_crypto.curve import G1, G1_LENGTH, Backend
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import SPEC_VERSION, i2osp, tag, tagged_hash
from fairlot_crypto.keys import Signature, SigningKey, VerifyKey
from fairlot_crypto.statements import Statements

DecodePoint: TypeAlias = Callable[[bytes], G1]
"""Decodes an element of G1 other than the identity, and raises EncodingError."""


class LeafStatus(StrEnum):
    """Says whether a leaf may act (specs/life.md, section 2)."""

    ACTIVE = "active"
    FROZEN = "frozen"
    PENDING = "pending"
    DISPUTED = "disputed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LeafShare(Packed):
    """One issuer's part of the identity commitment, and its signature over it."""

    issuer: int
    """i, the issuer's number, from 1."""
    commitment: bytes
    """C_i, a point of G1."""
    sig: Signature

    def to_value(self) -> dict[str, Value]:
        """Return the share as the LEAF entry has it."""
        return {"issuer": self.issuer, "commitment": self.commitment, "sig": self.sig}


@dataclass(frozen=True, slots=True)
class Leaf(Packed):
    """One person's leaf for one season."""

    index: int
    version: int
    """1, plus one for every recovery."""
    holder: bytes
    """Hash of the holder's current key."""
    handle: bytes
    """Hash of the handle."""
    status: LeafStatus
    shares: tuple[LeafShare, ...]
    commitment: bytes
    """IC, a point of G1."""
    previous: int | None = None
    """The index in the registry before, where the leaf was carried over from there."""

    def to_value(self) -> dict[str, Value]:
        """Return the body of the LEAF entry."""
        return {
            **self.signed_value(),
            "status": self.status.value,
            "shares": [share.to_value() for share in self.shares],
            "commitment": self.commitment,
        }

    def signed_value(self) -> dict[str, Value]:
        """Return what issuers sign of it, apart from their shares."""
        value: dict[str, Value] = {
            "index": self.index,
            "version": self.version,
            "holder": self.holder,
            "handle": self.handle,
        }
        return value if self.previous is None else {**value, "previous": self.previous}


def handle(registry_id: RegistryId, index: int, nonces: tuple[bytes, ...]) -> bytes:
    """Name a leaf by one nonce of every issuer."""
    return tagged_hash("handle", registry_id, i2osp(index, 8), *nonces)


def handle_hash(leaf_handle: bytes) -> bytes:
    """Return the hash of the handle, which the leaf contains."""
    return tagged_hash("handle-hash", leaf_handle)


def holder_hash(key: VerifyKey) -> bytes:
    """Return the hash of the holder's key, which the leaf contains."""
    return tagged_hash("holder", key)


def label(what: bytes, registry: Registry, index: int, leaf_handle: bytes) -> bytes:
    """Return the label of ``what``: the issuers' PRF input for one leaf and season."""
    return (
        f"{SPEC_VERSION}/label/".encode()
        + what
        + i2osp(registry.season, 4)
        + registry.registry_id
        + i2osp(index, 8)
        + leaf_handle
    )


def make_leaf_entry(registry_id: RegistryId, leaf: Leaf, issuer: SigningKey) -> Entry:
    """Make the LEAF entry that one of the issuers posts (specs/identity.md, step 6)."""
    return sign_entry(EntryType.LEAF, registry_id, leaf.to_value(), issuer)


def sign_share(
    registry: Registry, leaf: Leaf, issuer: int, commitment: bytes, key: SigningKey
) -> LeafShare:
    """Sign C_i as issuer i; ``leaf`` gives index, version, holder and handle."""
    return LeafShare(
        issuer, commitment, key.sign(_share_message(registry, leaf, commitment))
    )


def combine_shares(
    curve: Backend,
    shares: Mapping[int, bytes],
    degree: int,
    decode: DecodePoint | None = None,
) -> bytes:
    """Return IC: the polynomial of degree t through the C_i, at 0.

    Args:
        curve: the back-end.
        shares: C_i of each issuer i.
        degree: t.
        decode: does what ``curve.g1_not_identity`` does, which is the default.

    Raises:
        ProofError: ``leaf.commitment`` if the C_i lie on no such polynomial, are fewer
            than t + 1, or give the identity.
        EncodingError: ``groups.*`` if a C_i is not a point, or is the identity.
    """
    read = curve.g1_not_identity if decode is None else decode
    points = {i: read(c) for i, c in shares.items()}
    if len(points) <= degree:
        raise ProofError(
            "leaf.commitment", "a leaf needs the shares of at least t + 1 issuers"
        )
    known = {i: points[i] for i in sorted(points)[: degree + 1]}
    off = shamir.first_off_polynomial(points, degree)
    if off is not None:
        problem = f"the share of issuer {off} is off the rest"
        raise ProofError("leaf.commitment", problem)
    combined = shamir.interpolate_points(known)
    if combined.is_identity():
        raise ProofError(
            "leaf.commitment", "the commitment IC must not be the identity"
        )
    return combined.to_bytes()


def read_leaf(fields: Fields) -> Leaf:
    """Read the body of a LEAF entry.

    Raises:
        Rejection: ``entry.field``, ``leaf.status``.
    """
    leaf = Leaf(
        index=fields.uint("index"),
        version=fields.uint("version", 1, 2**32 - 1),
        holder=fields.bytes("holder", 32),
        handle=fields.bytes("handle", 32),
        status=_status(fields.text("status")),
        shares=tuple(read_share(share) for share in fields.maps("shares")),
        commitment=fields.bytes("commitment", G1_LENGTH),
        previous=fields.uint("previous") if fields.has("previous") else None,
    )
    fields.done()
    return leaf


def check_leaf(
    curve: Backend,
    registry: Registry,
    leaf: Leaf,
    statements: Statements,
    decode: DecodePoint | None = None,
) -> None:
    """Check that at least n - t issuers made this leaf's commitment.

    Args:
        curve: the back-end.
        registry: whose leaf it is.
        leaf: as it was read.
        statements: what was verified before.
        decode: decodes its points, as ``combine_shares`` takes it.

    Raises:
        Rejection: ``leaf.shares``, ``leaf.signature``, ``leaf.commitment``.
    """
    problem = quorum_problem(registry, [s.issuer for s in leaf.shares], "a leaf")
    if problem:
        raise Rejection("leaf.shares", problem)
    for share in leaf.shares:
        check_share(registry, leaf, share, statements)
    parts = [leaf.commitment, i2osp(registry.threshold, 1)]
    parts += [i2osp(s.issuer, 1) + s.commitment for s in leaf.shares]
    try:
        statements.check(
            "leaf", parts, lambda: _check_commitment(curve, registry, leaf, decode)
        )
    except CryptoError as error:
        raise Rejection("leaf.commitment", error.message) from error


def check_share(
    registry: Registry, leaf: Leaf, share: LeafShare, statements: Statements
) -> None:
    """Check that an issuer of the registry signed its share of a leaf.

    Args:
        registry: whose.
        leaf: gives index, version, holder, handle and previous.
        share: the issuer's.
        statements: what was verified before.

    Raises:
        Rejection: ``leaf.signature``.
    """
    if not 1 <= share.issuer <= len(registry.issuers):
        raise Rejection("leaf.signature", f"there is no issuer {share.issuer}")
    check_issuer(
        registry,
        IssuerSignature(share.issuer, share.sig),
        _share_message(registry, leaf, share.commitment),
        "this share of the leaf",
        statements,
        lambda why: Rejection("leaf.signature", why),
    )


def _check_commitment(
    curve: Backend, registry: Registry, leaf: Leaf, decode: DecodePoint | None
) -> None:
    shares = {share.issuer: share.commitment for share in leaf.shares}
    if combine_shares(curve, shares, registry.threshold, decode) != leaf.commitment:
        raise ProofError(
            "leaf.commitment", "the commitment IC must be the combination of its shares"
        )


def _share_message(registry: Registry, leaf: Leaf, commitment: bytes) -> bytes:
    signed = leaf.signed_value()
    # In the order of the encoding, which takes less time.
    statement: dict[str, Value] = {
        "index": signed.pop("index"),
        "handle": signed.pop("handle"),
        "holder": signed.pop("holder"),
        "season": registry.season,
        "version": signed.pop("version"),
        **signed,
        "registry": registry.registry_id,
        "commitment": commitment,
    }
    return tag("leaf-share").encode() + b"\x00" + cbor.encode(statement)


def read_signed_leaf(fields: Fields) -> Leaf:
    """Read what ``Leaf.signed_value`` gives: the leaf without its shares.

    Raises:
        Rejection: what ``fields`` raises.
    """
    leaf = Leaf(
        index=fields.uint("index"),
        version=fields.uint("version", 1, 2**32 - 1),
        holder=fields.bytes("holder", 32),
        handle=fields.bytes("handle", 32),
        status=LeafStatus.ACTIVE,
        shares=(),
        commitment=b"",
        previous=fields.uint("previous") if fields.has("previous") else None,
    )
    fields.done()
    return leaf


def read_share(fields: Fields) -> LeafShare:
    """Read an issuer's share of a leaf.

    Raises:
        Rejection: what ``fields`` raises.
    """
    share = LeafShare(
        fields.uint("issuer", 1, ISSUERS_MAX),
        fields.bytes("commitment", G1_LENGTH),
        Signature(fields.bytes("sig", 64)),
    )
    fields.done()
    return share


def _status(name: str) -> LeafStatus:
    if name != LeafStatus.ACTIVE:
        raise Rejection("leaf.status", f"a new leaf cannot have the status {name!r}")
    return LeafStatus.ACTIVE
