"""How rounds of a ceremony end, and who is to blame (specs/key-generation.md, section 5)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairlot_crypto.committee.bodies import (
    Announcement,
    Complaints,
    Confirmation,
    Deal,
    Recovery,
)
from fairlot_crypto.committee.boxes import open_box
from fairlot_crypto.committee.message import Kind, read_message
from fairlot_crypto.committee.plan import Plan, Slot
from fairlot_crypto.committee.record import Blame, Reason, Record
from fairlot_crypto.committee.threshold import PublicSharing
from fairlot_crypto.curve import Backend
from fairlot_crypto.errors import EncodingError, ProofError


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a ceremony has made, as n - t members have confirmed it."""

    outcome: bytes
    """The hash of all that follows, 32 bytes."""
    qualified: tuple[int, ...]
    """The dealers whose parts make the keys."""
    sharing: PublicSharing | None
    """The public shares of the key; ``None`` where no key is made."""
    key_hashes: Mapping[Slot, bytes]
    """Of each joint key, by which one that is handed on later is known to be the same."""


def judge(record: Record) -> Record:
    """Return the record with the blames of the round that is open, as it stands.

    Who may decide that a round is over is for the log that carries the messages. The steps
    are those of specs/key-generation.md, section 5.2.
    """
    judged = record
    # Step 1.
    for member in record.expected():
        if member not in record.rounds[record.kind]:
            judged = judged.blamed(member, Reason.SILENT)
    # Step 2.
    for member, body in record.bodies(Kind.COMPLAIN, Complaints).items():
        if record.kind is Kind.COMPLAIN:
            for dealer, secret in body.secrets.items():
                judged = judged.blamed(*_judge(record, member, dealer, secret))
    # Step 3.
    agreed = _agreed_hashes(record)
    for member, confirmed in record.bodies(Kind.CONFIRM, Confirmation).items():
        held = zip(record.plan.held(member), confirmed.hashes, strict=True)
        if any(agreed.get(slot, each) != each for slot, each in held):
            judged = judged.blamed(member, Reason.CONFIRMATION)
    return judged


def close(record: Record) -> Record:
    """Close the open round (specs/key-generation.md, section 5.2).

    Raises:
        ProofError: ``ceremony.too-few`` if too few members took part for the ceremony to
            go on; nothing is lost: ``judge`` says who is to blame, and messages that
            come later still count.
        EncodingError: ``ceremony.round`` if the ceremony is over.
    """
    if record.done:
        raise EncodingError("ceremony.round", "no round of the ceremony is open")
    judged = judge(record)
    # Step 4.
    if record.kind is Kind.COMPLAIN:
        out = {b.member for b in judged.blames if b.reason is not Reason.SILENT}
        dealt = record.bodies(Kind.DEAL, Deal)
        judged = replace(judged, qualified=tuple(i for i in dealt if i not in out))
    # Step 5.
    _require(judged)
    # Step 6.
    following = _following(judged)
    if following is None:
        return replace(judged, done=True)
    return replace(judged, rounds={**judged.rounds, following: {}})


def _require(record: Record) -> None:
    """Check that enough members did their part of the round that is to be closed."""
    found = {
        Kind.ANNOUNCE: lambda: len(record.bodies(Kind.ANNOUNCE, Announcement)),
        Kind.DEAL: lambda: len(record.bodies(Kind.DEAL, Deal)),
        Kind.COMPLAIN: lambda: len(record.qualified),
        Kind.OPEN: lambda: record.plan.needed,
        Kind.RECOVER: lambda: len(record.bodies(Kind.RECOVER, Recovery)),
        Kind.CONFIRM: lambda: _confirmed(record),
    }[record.kind]()
    recovers = record.kind is Kind.RECOVER
    needed = record.plan.degree + 1 if recovers else record.plan.needed
    if found < needed:
        raise ProofError(
            "ceremony.too-few",
            f"at least {needed} members must do their part of this round, "
            f"and {found} did",
        )


def _confirmed(record: Record) -> int:
    blamed = {b.member for b in record.blames if b.reason is Reason.CONFIRMATION}
    return len(set(record.bodies(Kind.CONFIRM, Confirmation)) - blamed)


def _following(record: Record) -> Kind | None:
    """Return the round after the open one; ``None`` after the last."""
    if record.kind is Kind.COMPLAIN and not record.plan.makes_key:
        return Kind.CONFIRM
    if record.kind is Kind.OPEN and not record.unopened():
        return Kind.CONFIRM
    rounds = list(Kind)
    later = rounds[rounds.index(record.kind) + 1 :]
    return later[0] if later else None


def _judge(
    record: Record, member: int, dealer: int, secret: bytes
) -> tuple[int, Reason]:
    """Return who is to blame for a complaint, and for what."""
    announced = record.bodies(Kind.ANNOUNCE, Announcement)[member]
    deal = record.bodies(Kind.DEAL, Deal).get(dealer)
    if deal is None:
        return member, Reason.COMPLAINT
    try:
        open_box(record.curve, record.plan, dealer, member, announced, deal, secret)
    except ProofError as error:
        if error.code == "ceremony.share":
            return dealer, Reason.SHARE
    return member, Reason.COMPLAINT


def certificate(record: Record) -> Certificate:
    """Return what a ceremony that is over has made.

    Raises:
        EncodingError: ``ceremony.round`` if it is not over.
    """
    if not record.done:
        raise EncodingError("ceremony.round", "the ceremony must be over")
    return Certificate(
        record.outcome(), record.qualified, record.sharing(), _agreed_hashes(record)
    )


def verify_blame(curve: Backend, plan: Plan, blame: Blame) -> None:
    """Check that the evidence of a blame shows it, with the plan and nothing else.

    The steps are those of specs/key-generation.md, section 5.4.

    Raises:
        ProofError: ``ceremony.evidence`` unless it does. Silence is not shown so.
        EncodingError: for evidence that is no sequence of messages of the ceremony.
    """
    # Step 1.
    record = Record.begin(curve, plan)
    for data in blame.evidence:
        kind = read_message(plan, data).kind
        while record.kind is not kind:
            record = close(record)
        record = record.receive(data)
    # Step 2.
    found = judge(record).blames
    # Step 3.
    shown = {(b.member, b.reason) for b in found if b.reason is not Reason.SILENT}
    if (blame.member, blame.reason) not in shown:
        raise ProofError(
            "ceremony.evidence", "the messages must show what the member is blamed for"
        )


def _agreed_hashes(record: Record) -> dict[Slot, bytes]:
    """Return the hash of each key that more than t of its holders have confirmed."""
    votes: dict[Slot, Counter[bytes]] = {}
    for member, body in record.bodies(Kind.CONFIRM, Confirmation).items():
        for slot, each in zip(record.plan.held(member), body.hashes, strict=True):
            votes.setdefault(slot, Counter())[each] += 1
    most = {slot: counter.most_common(1)[0] for slot, counter in votes.items()}
    return {s: each for s, (each, count) in most.items() if count > record.plan.degree}
