"""How a wallet gets the credentials of an epoch (specs/wallet.md, section 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairlot.errors import InputError
from fairlot.identity.answering import attribute_octets
from fairlot.identity.credential import PendingCredential, request_credential
from fairlot.identity.enrolment import Identity
from fairlot.identity.lies import WrongPart
from fairlot.identity.receiving import (
    contradicting,
    name_issuers,
    receive_credential,
)
from fairlot.identity.registry import Credentials, Registry, RollId, epoch_at
from fairlot.identity.requests import IssueRequest
from fairlot.identity.roll import unexpired_rolls
from fairlot.wallet.content import Content, HeldCredential, Membership
from fairlot.wallet.looking import Looked
from fairlot_crypto.bbs.ciphersuite import Signature
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import (
    Backend,
    scalar_from_bytes,
    scalar_to_bytes,
)
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import Randomness

_DRAWN = 16
"""Bytes of a random moment: its bias is below 2^-96."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What came of the issuers' answers."""

    content: Content
    """With the credentials."""
    credentials: tuple[HeldCredential, ...]
    """Of the epoch."""
    contradicted: tuple[RollId, ...] = ()
    """For which issuers contradict one another: ask all for proofs."""
    wrong: tuple[WrongPart, ...] = ()
    """What shows who signed a wrong part."""


def moment(registry: Registry, epoch: int, randomness: Randomness) -> int:
    """Return when to ask for the credentials of an epoch, Unix seconds (step 26).

    Uniform in the epoch but for its last part, in which the next one may be asked for:
    that somebody asks says nothing about when they enter a sale.

    Args:
        registry: of the credentials.
        epoch: of the credentials.
        randomness: 16 bytes are taken.
    """
    # Step 26.
    span = registry.epoch - registry.grace
    return epoch * registry.epoch + os2ip(randomness.take(_DRAWN)) % span


def ask(
    curve: Backend, looked: Looked, now: int, randomness: Randomness
) -> tuple[Content, IssueRequest]:
    """Return the request for all credentials of the running epoch (steps 27 and 28).

    Args:
        curve: the back-end.
        looked: at the log of the registry.
        now: the wallet's clock, Unix seconds.
        randomness: of the request.

    Raises:
        InputError: ``wallet.moved``, ``wallet.no-leaf``, ``wallet.no-roll``.
        Rejection: ``life.leaf``.
    """
    content, state = looked.content, looked.registry
    content.check_signs()
    registry = state.registry
    known = content.membership(registry.registry_id)
    identity = identity_of(known)
    # Step 27.
    leaf = state.leaf_at(identity.leaf.index, now)
    epoch = epoch_at(registry, now)
    rolls = [each.roll_id for each in unexpired_rolls(state.rolls.values(), now)]
    if not rolls:
        problem = "the log has no roll that serves now"
        raise InputError(
            "wallet.no-roll", f"{problem}: wait for one, and fetch the log again"
        )
    pending = known.asked
    asked = (epoch, leaf.version, tuple(sorted(rolls)))
    if pending is None or _asked(pending) != asked:
        # Step 28.
        key = content.holder(registry.registry_id).signing
        current = replace(identity, leaf=leaf)
        held = curve, registry, current, key, epoch, rolls
        pending = request_credential(*held, randomness)
        content = content.with_membership(replace(known, asked=pending))
    return content, IssueRequest(registry.registry_id, pending.request)


def receive(
    looked: Looked, answers: Sequence[bytes], proofs: Sequence[bytes] = ()
) -> Renewed:
    """Combine the issuers' answers, and keep what they give (step 29).

    Args:
        looked: at the log of the registry.
        answers: of the issuers, to the last request.
        proofs: what issuers answered once more, where they contradicted one another.

    Raises:
        InputError: ``wallet.moved``, ``wallet.no-leaf``, ``wallet.not-asked``.
        Rejection: ``answer.*``.
        CallerError: ``threshold.too-few``.
        ProofError: ``threshold.*``.
    """
    # Step 29.
    content, credentials = looked.content, looked.registry.credentials
    content.check_signs()
    known = content.membership(credentials.registry.registry_id)
    identity, pending = identity_of(known), known.asked
    if pending is None:
        problem = "this wallet has asked for no credential of this registry"
        raise InputError("wallet.not-asked", f"{problem}: make the request first")
    held = credentials, identity, pending, answers
    made = receive_credential(*held)
    contradicted = contradicting(*held)
    wrong = name_issuers(*held, proofs) if contradicted and proofs else ()
    new = _held(pending.request.epoch, made)
    kept = _merged(known, new)
    return Renewed(content.with_membership(kept), new, contradicted, wrong)


def credential_of(
    credentials: Credentials,
    membership: Membership,
    roll: RollId,
    epochs: Sequence[int],
) -> tuple[int, Credential]:
    """Return a credential for a roll, and its epoch: the latest that is good (step 30).

    Args:
        credentials: of the registry.
        membership: what is held of it.
        roll: that the sale's OPEN names.
        epochs: those that are accepted now.

    Raises:
        InputError: ``wallet.no-leaf``, ``wallet.no-credential``.
    """
    # Step 30.
    identity = identity_of(membership)
    good = [e for e in membership.credentials if e.roll == roll and e.epoch in epochs]
    if not good:
        problem = "this wallet has no credential for this sale's roll and epoch"
        raise InputError("wallet.no-credential", f"{problem}: fairlot wallet renew")
    held = good[-1]
    octets = attribute_octets(credentials.registry, identity.attributes)
    signature = Signature.from_bytes(credentials.curve, held.signature)
    blind = scalar_from_bytes(held.blind)
    return held.epoch, Credential(octets, signature, blind, identity.nym_secrets)


def identity_of(membership: Membership) -> Identity:
    """Return the identity in a registry.

    Raises:
        InputError: ``wallet.no-leaf``.
    """
    if membership.identity is None:
        problem = "this wallet has no leaf of this registry"
        raise InputError("wallet.no-leaf", f"{problem}: fairlot wallet enrol")
    return membership.identity


def _asked(pending: PendingCredential) -> tuple[int, int, tuple[RollId, ...]]:
    request = pending.request
    return request.epoch, request.version, request.rolls


def _held(epoch: int, made: Mapping[RollId, Credential]) -> tuple[HeldCredential, ...]:
    return tuple(
        HeldCredential(
            epoch, roll, each.signature.to_bytes(), scalar_to_bytes(each.blind)
        )
        for roll, each in sorted(made.items())
    )


def _merged(membership: Membership, new: Sequence[HeldCredential]) -> Membership:
    """Return a membership with new credentials; those of epochs before the last go."""
    by_name = {(each.epoch, each.roll): each for each in membership.credentials}
    by_name |= {(each.epoch, each.roll): each for each in new}
    last = max(epoch for epoch, _ in by_name)
    kept = (e for (epoch, _), e in sorted(by_name.items()) if epoch >= last - 1)
    return replace(membership, credentials=tuple(kept))
