"""How a person gets a leaf (specs/identity.md, sections 4, 5 and 8).

Nobody chooses the nym secrets: the issuers' PRF determines them from the leaf's handle, so
that a person who lost them can get them again. No t issuers know them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairlot.errors import Rejection
from fairlot.identity.assembling import assemble_leaf
from fairlot.identity.attestation import Attestation
from fairlot.identity.box_lies import WrongBox
from fairlot.identity.boxes import check_sent, open_sent, seal_sent, sign_sent
from fairlot.identity.leaf import (
    Leaf,
    LeafShare,
    LeafStatus,
    handle_hash,
    holder_hash,
    label,
    sign_share,
)
from fairlot.identity.lies import WrongShare
from fairlot.identity.registry import Registry
from fairlot_crypto.bbs.profile import commitment
from fairlot_crypto.committee import prss, shamir
from fairlot_crypto.committee.prss import PrssKeys
from fairlot_crypto.committee.threshold import SigningShare
from fairlot_crypto.curve import Backend, Scalar
from fairlot_crypto.hashing import i2osp
from fairlot_crypto.keys import OpeningKey, SealKey, SigningKey, VerifyKey
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class IssuerSecrets:
    """The keys that one issuer holds."""

    index: int
    """i, the issuer's number, from 1."""
    key: SigningKey
    """Signs leaves and entries."""
    season_keys: PrssKeys = field(repr=False)
    """k_A of the running season: determine nym secrets and blinds, nothing else."""
    signing: SigningShare = field(repr=False)
    """Its share of the credential key."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the issuers have made together for one person."""

    leaf: Leaf
    sealed: tuple[bytes, ...]
    """One sealed box an issuer, for the person's device."""
    handle: bytes = field(repr=False)
    """For the issuers' books; neither the board nor the holder needs it."""
    wrong: tuple[WrongShare, ...] = ()
    """What shows who signed a wrong share."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the holder keeps about a leaf."""

    leaf: Leaf
    attributes: tuple[str, ...]
    rho: Scalar = field(repr=False)
    """ρ, the blind of IC."""
    nym_secrets: tuple[Scalar, ...] = field(repr=False)
    """s_0..s_{N-1}, from which the person's nyms are made."""


def enrol(
    curve: Backend,
    registry: Registry,
    issuers: Sequence[IssuerSecrets],
    attestation: Attestation,
    index: int,
    leaf_handle: bytes,
    randomness: Randomness,
    previous: int | None = None,
) -> Enrolment:
    """Make the leaf of an admitted person, with those issuers who answer (steps 4 to 6).

    Args:
        curve: the back-end.
        registry: whose leaf it is.
        issuers: those who answer; up to t of all may be missing or lie.
        attestation: of the person.
        index: of the leaf.
        leaf_handle: from ``naming.joint_handle``.
        randomness: of the boxes.
        previous: the index of the leaf in the registry before, if it is carried over.

    Raises:
        Rejection: ``enrolment.issuers``.
    """
    draft = draft_leaf(attestation.holder_key, index, leaf_handle, previous)
    shares: list[LeafShare] = []
    sealed: list[bytes] = []
    for issuer in issuers:
        source = randomness.derive(f"seal/{issuer.index}")
        made = issuer, draft, leaf_handle, attestation.device_key
        share, box = enrolment_share(curve, registry, *made, source)
        shares.append(share)
        sealed.append(box)
    leaf, wrong = assemble_leaf(curve, registry, draft, shares)
    return Enrolment(leaf, tuple(sealed), leaf_handle, wrong)


def draft_leaf(
    holder_key: VerifyKey, index: int, leaf_handle: bytes, previous: int | None
) -> Leaf:
    """Return a leaf without its shares, as each issuer signs it.

    Args:
        holder_key: of the person.
        index: of the leaf.
        leaf_handle: from ``naming``.
        previous: the index of the leaf in the registry before, if it is carried over.
    """
    return Leaf(
        index=index,
        version=1,
        holder=holder_hash(holder_key),
        handle=handle_hash(leaf_handle),
        status=LeafStatus.ACTIVE,
        shares=(),
        commitment=b"",
        previous=previous,
    )


def enrolment_share(
    curve: Backend,
    registry: Registry,
    issuer: IssuerSecrets,
    draft: Leaf,
    leaf_handle: bytes,
    device_key: SealKey,
    randomness: Randomness,
) -> tuple[LeafShare, bytes]:
    """Return issuer i's share of a leaf, signed, and its box (steps 4 and 5).

    Args:
        curve: the back-end.
        registry: whose leaf it is.
        issuer: its keys.
        draft: the leaf without its shares.
        leaf_handle: of the leaf.
        device_key: to which the box is sealed.
        randomness: of the box.
    """
    index = draft.index
    rho, nyms = identity_share(registry, issuer.season_keys, index, leaf_handle)
    # Step 5.
    point = commitment(curve, registry.schema, rho, nyms).to_bytes()
    share = sign_share(registry, draft, issuer.index, point, issuer.key)
    named = registry.registry_id, index, draft.handle
    sent = sign_sent(*named, issuer.index, rho, nyms, issuer.key)
    return share, seal_sent(sent, device_key, randomness)


def identity_share(
    registry: Registry, season_keys: PrssKeys, index: int, leaf_handle: bytes
) -> tuple[Scalar, tuple[Scalar, ...]]:
    """Return issuer i's shares of ρ and of the nym secrets of one leaf (step 4)."""
    names = [b"rho", *(b"nym" + i2osp(j, 1) for j in range(registry.nym_secrets))]
    labels = (label(name, registry, index, leaf_handle) for name in names)
    rho, *nyms = (prss.share(season_keys, each) for each in labels)
    return rho, tuple(nyms)


def receive_identity(
    curve: Backend,
    registry: Registry,
    enrolment: Enrolment,
    device: OpeningKey,
    attributes: tuple[str, ...],
) -> Identity:
    """Open the issuers' boxes, check each share against its C_i, and combine (step 7).

    Boxes that do not open, and shares that do not fit, are left out.

    Raises:
        Rejection: ``enrolment.share`` if fewer than t + 1 issuers' shares fit; it says what
            is wrong with the first that was left out.
    """
    shares: dict[int, tuple[Scalar, ...]] = {}
    refused: list[Rejection] = []
    committed = {s.issuer: s.commitment for s in enrolment.leaf.shares}
    for box in enrolment.sealed:
        try:
            sent = open_sent(box, device)
            check_sent(registry, enrolment.leaf, sent)
            scalars = sent.scalars(registry)
        except Rejection as error:
            refused.append(error)
            continue
        if sent.opens(curve, registry, committed.get(sent.issuer, b"")):
            shares[sent.issuer] = scalars
            continue
        problem = f"issuer {sent.issuer} sent another share than is in the leaf"
        refused.append(Rejection("enrolment.share", problem))
    if len(shares) <= registry.threshold:
        if refused:
            raise refused[0]
        raise Rejection(
            "enrolment.share", "at least t + 1 issuers must send a share, and fewer did"
        )
    used = {i: shares[i] for i in sorted(shares)[: registry.threshold + 1]}
    rho, *nyms = _interpolate_each(used)
    opened = commitment(curve, registry.schema, rho, nyms).to_bytes()
    if opened != enrolment.leaf.commitment:
        raise Rejection(
            "enrolment.share",
            "the shares of the issuers do not open the commitment of the leaf",
        )
    return Identity(enrolment.leaf, attributes, rho, tuple(nyms))


def _interpolate_each(shares: Mapping[int, tuple[Scalar, ...]]) -> tuple[Scalar, ...]:
    width = len(next(iter(shares.values())))
    return tuple(
        shamir.interpolate({i: scalars[k] for i, scalars in shares.items()})
        for k in range(width)
    )


def wrong_boxes(
    curve: Backend,
    registry: Registry,
    leaf: Leaf,
    sealed: Sequence[bytes],
    device: OpeningKey,
) -> tuple[WrongBox, ...]:
    """Return what shows who sealed another share than it had committed to (step 12).

    Args:
        curve: the back-end.
        registry: whose leaf it is.
        leaf: as it was posted, with version 1.
        sealed: the boxes.
        device: opens them.
    """
    # Step 12.
    found: dict[int, WrongBox] = {}
    committed = {share.issuer: share for share in leaf.shares}
    for box in sealed:
        try:
            sent = open_sent(box, device)
            check_sent(registry, leaf, sent)
        except Rejection:
            continue
        share = committed.get(sent.issuer)
        if share and not sent.opens(curve, registry, share.commitment):
            found.setdefault(sent.issuer, WrongBox(registry, leaf, share, sent))
    return tuple(wrong for _, wrong in sorted(found.items()))
