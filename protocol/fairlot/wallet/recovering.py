"""How somebody who has lost their wallet gets their leaf back (specs/wallet.md, section 10).

The wallet is a new one, with keys that never held the leaf. What the issuers seal to it are
the secrets of the lost one: the same nym in every sale of the season.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fairlot.errors import InputError
from fairlot.identity.admission import check_quorum
from fairlot.identity.attestation import Attestation, Purpose, check_attributes
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import Change, LeafLife
from fairlot.identity.part import Part
from fairlot.identity.registry import RegistryId
from fairlot.identity.requests import AttestRequest, RecoverRequest
from fairlot.wallet.content import Content
from fairlot.wallet.enrolling import Received, check_own_keys, open_boxes
from fairlot.wallet.looking import Looked
from fairlot_crypto.curve import Backend


class Standing(StrEnum):
    """How far a recovery is, by the log."""

    ASKED = "asked"
    """Nothing of it is on the log."""
    PENDING = "pending"
    """It has begun; whoever holds the leaf can contest it."""
    DISPUTED = "disputed"
    """It was contested; the arbiter decides, or time does."""
    RIPE = "ripe"
    """The issuers can complete it."""
    HELD = "held"
    """The leaf is this wallet's."""
    ENDED = "ended"
    """It came to nothing: another began, or the arbiter let the leaf be."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the recovery is for which a wallet has asked."""

    index: int
    """Of the leaf."""
    standing: Standing
    ripe: int | None = None
    """From when on it can be completed, Unix seconds, where it has begun."""


def ask_attesters(looked: Looked, index: int, now: int) -> AttestRequest:
    """Return what the person takes to each attester (steps 49 and 50).

    Args:
        looked: at the log of the registry.
        index: of the leaf that was lost.
        now: the wallet's clock, Unix seconds.

    Raises:
        InputError: ``wallet.moved``, ``wallet.enrolled``, ``wallet.recovering``.
        Rejection: ``life.leaf``, ``life.status``, ``life.holder``.
    """
    # Step 49.
    _check_free(looked, now)
    # Step 50.
    registry, life = looked.registry.registry, looked.registry.lives[index]
    holder = looked.content.holder(registry.registry_id)
    life.begin(registry.recovery, Purpose.RECOVER, _held_by(looked), now)
    keys = holder.signing.public, holder.device.public
    return AttestRequest(registry.registry_id, *keys, life.subject(Purpose.RECOVER))


def ask_to_recover(
    looked: Looked, index: int, attestations: Sequence[Attestation], now: int
) -> tuple[Content, RecoverRequest]:
    """Return the request to every issuer, and what the wallet holds with it (steps 51, 52).

    The same attestations give the same request, whatever the log says since.

    Args:
        looked: at the log of the registry.
        index: of the leaf that was lost.
        attestations: of a quorum of attesters.
        now: the wallet's clock, Unix seconds.

    Raises:
        InputError: ``wallet.moved``, ``wallet.enrolled``, ``wallet.attestation``,
            ``wallet.recovering``.
        Rejection: ``life.leaf``, ``life.status``, ``life.holder``, ``attestation.*``,
            ``recovery.quorum``, ``recovery.agree``.
    """
    content, registry = looked.content, looked.registry.registry
    content.check_signs()
    # Step 51.
    for each in attestations:
        check_own_keys(content, registry.registry_id, each)
    # Step 52.
    ordered = sorted(attestations, key=lambda each: (each.attester, each.sig))
    request = RecoverRequest(registry.registry_id, index, tuple(ordered))
    known = content.membership(registry.registry_id)
    if known.recovering == request:
        return content, request
    _check_free(looked, now)
    life = looked.registry.lives[index]
    life.begin(registry.recovery, Purpose.RECOVER, _held_by(looked), now)
    check_quorum(registry, ordered, life.subject(Purpose.RECOVER), now)
    return content.with_membership(replace(known, recovering=request)), request


def progress(looked: Looked, now: int) -> Progress:
    """Say how far the recovery is, by the log alone (step 53).

    Args:
        looked: at the log of the registry.
        now: the wallet's clock, Unix seconds.

    Raises:
        InputError: ``wallet.recovering`` where nothing was asked for.
        Rejection: ``life.leaf``.
    """
    # Step 53.
    request = _asked(looked)
    index, life = request.index, looked.registry.lives[request.index]
    change = life.change
    if change is not None and change.holder == _held_by(looked):
        return Progress(index, _under_way(change, now), change.ripe)
    return Progress(index, _standing(looked, request, life))


def receive_recovered(
    curve: Backend,
    looked: Looked,
    parts: Sequence[Part],
    attributes: tuple[str, ...] | None = None,
) -> Received:
    """Open what the issuers sealed to the new device, and keep it (step 54).

    Args:
        curve: the back-end.
        looked: at the log of the registry.
        parts: of the issuers.
        attributes: as they were attested to enrol; ``None`` where they are those of the
            attestation.

    Raises:
        InputError: ``wallet.moved``; ``wallet.recovering`` where nothing was asked for, or
            the leaf is not this wallet's; ``issuer.part``.
        Rejection: ``life.leaf``, ``enrolment.share``, ``attestation.attributes``.
    """
    # Step 54.
    looked.content.check_signs()
    request = _asked(looked)
    state = looked.registry
    if state.lives[request.index].holder != _held_by(looked):
        problem = f"by this log leaf {request.index} is not this wallet's"
        remedy = "wait until the recovery is over, and take a newer copy"
        raise InputError("wallet.recovering", f"{problem}: {remedy}")
    if attributes is None:
        attributes = request.attestations[0].attributes
    check_attributes(state.registry, attributes)
    leaf = state.leaves[request.index]
    return open_boxes(curve, looked, leaf, request.to_bytes(), parts, attributes)


def _held_by(looked: Looked) -> bytes:
    """Return the hash by which the log names this wallet's key."""
    return holder_hash(looked.content.holder(_registry_id(looked)).signing.public)


def _registry_id(looked: Looked) -> RegistryId:
    return looked.registry.registry_id


def _asked(looked: Looked) -> RecoverRequest:
    request = looked.content.membership(_registry_id(looked)).recovering
    if request is None:
        problem = "this wallet has asked to recover no leaf of this registry"
        raise InputError("wallet.recovering", f"{problem}: begin with --leaf and --out")
    return request


def _check_free(looked: Looked, now: int) -> None:
    """Check that this wallet has no leaf, and none that is on its way (steps 49 and 52)."""
    content = looked.content
    content.check_signs()
    known = content.membership(_registry_id(looked))
    if known.identity is not None:
        problem = f"this wallet has leaf {known.identity.leaf.index} of the registry"
        remedy = "to take it from whoever has its keys too, make a new wallet"
        raise InputError("wallet.enrolled", f"{problem}: {remedy}")
    if known.recovering is None:
        return
    found = progress(looked, now)
    if found.standing not in (Standing.ASKED, Standing.ENDED):
        problem = f"the recovery of leaf {found.index} is {found.standing}"
        remedy = "go on with the request that was made; another would not be heard"
        raise InputError("wallet.recovering", f"{problem}: {remedy}")


def _under_way(change: Change, now: int) -> Standing:
    if now >= change.ripe:
        return Standing.RIPE
    return Standing.DISPUTED if change.contested else Standing.PENDING


def _standing(looked: Looked, request: RecoverRequest, life: LeafLife) -> Standing:
    """Return how far it is where no change to this wallet's key is under way."""
    if life.closed:
        return Standing.ENDED
    if life.holder == _held_by(looked):
        return Standing.HELD
    begun = life.subject(Purpose.RECOVER) != request.attestations[0].subject
    return Standing.ENDED if begun else Standing.ASKED
