"""How a wallet gets its leaf (specs/wallet.md, section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlot.errors import InputError
from fairlot.identity.attestation import ENROLMENT, Attestation, check_attestation
from fairlot.identity.box_lies import WrongBox
from fairlot.identity.enrolment import (
    Enrolment,
    Identity,
    receive_identity,
    wrong_boxes,
)
from fairlot.identity.leaf import Leaf, holder_hash
from fairlot.identity.part import Part, boxes_of, request_id
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import AttestRequest, EnrolRequest
from fairlot.wallet.content import Content
from fairlot.wallet.looking import Looked
from fairlot_crypto.curve import Backend


@dataclass(frozen=True, slots=True)
class Received:
    """What came of the issuers' boxes."""

    content: Content
    """With the identity."""
    identity: Identity
    wrong: tuple[WrongBox, ...] = ()
    """What shows who sealed a wrong share."""


def ask_attester(looked: Looked) -> AttestRequest:
    """Return what the person takes to an attester (step 22).

    Raises:
        InputError: ``wallet.moved``.
    """
    # Step 22.
    looked.content.check_signs()
    registry_id = looked.registry.registry_id
    holder = looked.content.holder(registry_id)
    keys = holder.signing.public, holder.device.public
    return AttestRequest(registry_id, *keys, ENROLMENT)


def ask_issuers(
    looked: Looked,
    attestation: Attestation,
    attempt: int,
    now: int,
    told: int | None = None,
) -> tuple[Content, EnrolRequest]:
    """Return the request for a leaf, and what the wallet holds with it (steps 23 and 24).

    The same attestation and attempt give the same request, whatever the log says since.

    Args:
        looked: at the log of the registry.
        attestation: as the attester gave it.
        attempt: another one where issuers fell silent.
        now: the wallet's clock, Unix seconds.
        told: the index that the person was told, where several are enrolled at once;
            ``None`` for that of the next leaf.

    Raises:
        InputError: ``wallet.moved``, ``wallet.enrolled``, ``wallet.attestation``,
            ``wallet.index``.
        Rejection: ``attestation.*``.
    """
    content, registry = looked.content, looked.registry.registry
    content.check_signs()
    known = content.membership(registry.registry_id)
    if known.identity is not None:
        problem = f"this wallet has leaf {known.identity.leaf.index} of the registry"
        raise InputError("wallet.enrolled", f"{problem}: nobody gets a second one")
    # Step 23.
    check_own_keys(content, registry.registry_id, attestation)
    before = known.enrolling
    if before and (before.attestation, before.attempt) == (attestation, attempt):
        if told not in (None, before.index):
            problem = f"this attempt has asked for leaf {before.index}"
            raise InputError("wallet.index", f"{problem}: another one is --attempt")
        return content, before
    check_attestation(registry, attestation, now)
    # Step 24.
    following = len(looked.registry.leaves)
    if told is not None and told < following:
        problem = f"leaf {told} is somebody else's: the next one is {following}"
        raise InputError("wallet.index", problem)
    index = following if told is None else told
    request = EnrolRequest(attestation, index, attempt)
    return content.with_membership(replace(known, enrolling=request)), request


def receive_leaf(curve: Backend, looked: Looked, parts: Sequence[Part]) -> Received:
    """Open the issuers' boxes, check every share, and keep what they give (step 25).

    Args:
        curve: the back-end.
        looked: at the log of the registry, on which the leaf is.
        parts: of the issuers.

    Raises:
        InputError: ``wallet.enrolled`` where nothing was asked for, or the log has no
            leaf of this wallet yet; ``issuer.part``.
        Rejection: ``enrolment.share``.
    """
    # Step 25.
    content, state = looked.content, looked.registry
    content.check_signs()
    registry = state.registry
    known, holder = (
        content.membership(registry.registry_id),
        content.holder(registry.registry_id),
    )
    request = known.enrolling
    if request is None:
        problem = "this wallet has asked for no leaf of this registry"
        raise InputError("wallet.enrolled", f"{problem}: begin with an attestation")
    leaf = _own_leaf(looked, holder_hash(holder.signing.public))
    attributes = request.attestation.attributes
    return open_boxes(curve, looked, leaf, request.to_bytes(), parts, attributes)


def check_own_keys(
    content: Content, registry_id: RegistryId, attestation: Attestation
) -> None:
    """Check that an attestation is of this wallet's keys (step 23).

    Raises:
        InputError: ``wallet.attestation``.
    """
    holder = content.holder(registry_id)
    keys = attestation.holder_key, attestation.device_key
    if keys != (holder.signing.public, holder.device.public):
        problem = "the attestation is of other keys than this wallet's"
        raise InputError("wallet.attestation", f"{problem}: it is somebody else's")


def open_boxes(
    curve: Backend,
    looked: Looked,
    leaf: Leaf,
    request: bytes,
    parts: Sequence[Part],
    attributes: tuple[str, ...],
) -> Received:
    """Open what issuers sealed to this wallet's device, and keep what it gives (step 25).

    Args:
        curve: the back-end.
        looked: at the log of the registry.
        leaf: as it was posted.
        request: of the wallet, to which the parts belong.
        parts: of the issuers.
        attributes: as they were attested to enrol.

    Raises:
        InputError: ``issuer.part``.
        Rejection: ``enrolment.share``.
    """
    content, registry = looked.content, looked.registry.registry
    known = content.membership(registry.registry_id)
    device = content.holder(registry.registry_id).device
    boxes = boxes_of(request_id(request), parts)
    made = Enrolment(leaf, boxes, bytes(32))
    identity = receive_identity(curve, registry, made, device, attributes)
    wrong = wrong_boxes(curve, registry, leaf, boxes, device)
    kept = content.with_membership(replace(known, identity=identity))
    return Received(kept, identity, wrong)


def _own_leaf(looked: Looked, holder: bytes) -> Leaf:
    """Return the leaf that this wallet's key holds, whatever index was asked for."""
    own = [each for each in looked.registry.leaves.values() if each.holder == holder]
    if not own:
        problem = "the log has no leaf of this wallet yet"
        raise InputError("wallet.enrolled", f"{problem}: take a newer copy of the log")
    return own[0]
