"""How issuers recover and close leaves (specs/life.md, sections 5 and 6).

Each issuer decides on its own, with its own book and its own view of the log. Whoever
collects n - t signatures posts the entry.
"""

from collections.abc import Sequence
from dataclasses import replace

from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.acts import Decision, sign_decision
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Attestation, Purpose
from fairlot.identity.boxes import seal_sent, sign_sent
from fairlot.identity.enrolment import IssuerSecrets, identity_share
from fairlot.identity.leaf import handle_hash, holder_hash
from fairlot.identity.life import LeafLife
from fairlot.identity.quorum import IssuerSignature
from fairlot.identity.registry import Registry
from fairlot_crypto.randomness import Randomness


def begin_change(
    registry: Registry,
    book: AdmissionBook,
    issuer: IssuerSecrets,
    attestations: Sequence[Attestation],
    purpose: Purpose,
    index: int,
    life: LeafLife,
    now: int,
) -> Decision:
    """Sign, as one issuer, that a recovery or a closing begins (steps 10 to 13).

    Args:
        registry: the issuer's.
        book: the issuer's.
        issuer: its keys.
        attestations: a quorum of them.
        purpose: to recover or to close.
        index: of the leaf.
        life: what has become of it, by the issuer's view of the log.
        now: the issuer's clock, Unix seconds.

    Returns:
        The decision with this issuer's signature; ``join`` joins those of n - t issuers.

    Raises:
        Rejection: ``attestation.*``, ``recovery.*``, ``life.status``, ``life.holder``.
    """
    asked = book.ask(attestations, purpose, index, life, now)
    # Step 13.
    recovers = purpose is Purpose.RECOVER
    holder = holder_hash(asked.holder_key) if recovers else None
    life.begin(registry.recovery, purpose, holder, now)
    kind = EntryType.RECOVERY if recovers else EntryType.CLOSURE
    decision = Decision(kind, index, life.version, life.attempt + 1, holder)
    return _signed(registry, decision, issuer)


def complete_change(
    registry: Registry, issuer: IssuerSecrets, index: int, life: LeafLife, now: int
) -> Decision:
    """Sign, as one issuer, that what has begun is complete (steps 14 and 15).

    Raises:
        Rejection: ``life.status`` where nothing has begun, ``life.early``.
    """
    # Step 14.
    change = life.change
    if change is None:
        raise Rejection("life.status", "nothing has begun that could be completed")
    life.complete(change.purpose, change.holder, now)
    # Step 15.
    kind = EntryType.CLOSED if change.holder is None else EntryType.SWITCH
    decision = Decision(kind, index, life.version, life.attempt, change.holder)
    return _signed(registry, decision, issuer)


def join(decisions: Sequence[Decision]) -> Decision:
    """Return one decision with the signatures of all, by ascending issuer.

    Raises:
        Rejection: ``life.issuers`` for none, or where they decide different things.
    """
    plain = {replace(each, sigs=()) for each in decisions}
    if len(plain) != 1:
        raise Rejection("life.issuers", "the issuers must decide one thing")
    sigs = (sig for each in decisions for sig in each.sigs)
    ordered: list[IssuerSignature] = sorted(sigs, key=lambda sig: sig.issuer)
    return replace(plain.pop(), sigs=tuple(ordered))


def resend_share(
    registry: Registry,
    book: AdmissionBook,
    issuer: IssuerSecrets,
    index: int,
    life: LeafLife,
    randomness: Randomness,
) -> bytes:
    """Seal issuer i's shares to the device of whoever holds the leaf now (steps 16 and 17).

    Only a SWITCH on the log changes who that is: nobody gets shares while a recovery can
    still be contested.

    Raises:
        Rejection: ``recovery.keys`` where the issuer has no attestation of these keys, or
            the leaf is not on the log.
    """
    known = book.current(index, life)
    # Step 17.
    if known.handle is None:
        raise Rejection("recovery.keys", "this leaf is not on the log yet")
    shares = identity_share(registry, issuer.season_keys, index, known.handle)
    named = registry.registry_id, index, handle_hash(known.handle)
    sent = sign_sent(*named, issuer.index, *shares, issuer.key)
    return seal_sent(sent, known.attestation.device_key, randomness)


def _signed(registry: Registry, decision: Decision, issuer: IssuerSecrets) -> Decision:
    signed = sign_decision(registry, decision, issuer.index, issuer.key)
    return replace(decision, sigs=(signed,))
