"""How rounds of a ceremony end, and who is to blame (specs/key-generation.md, section 5)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from fairlot_crypto.committee.blame import Blame, Reason
from fairlot_crypto.committee.bodies import (
    Announcement,
    Complaints,
    Confirmation,
    Deal,
    Recovery,
    Transfer,
)
from fairlot_crypto.committee.boxes import open_box, open_transfer
from fairlot_crypto.committee.message import Kind, read_message
from fairlot_crypto.committee.plan import Plan, Slot
from fairlot_crypto.committee.record import Record
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
    if record.kind is Kind.COMPLAIN:
        judged = _judge_complaints(judged)
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
        judged = _fix_dealers(judged)
    # Step 5.
    _require(judged)
    # Step 6.
    following = _following(judged)
    if following is None:
        return replace(judged, done=True)
    return replace(judged, rounds={**judged.rounds, following: {}})


def _fix_dealers(record: Record) -> Record:
    """Return the record in which it is settled whose parts and shares count."""
    out = {(b.member, b.former) for b in record.blames if b.reason is not Reason.SILENT}
    dealt = [i for i in record.bodies(Kind.DEAL, Deal) if (i, False) not in out]
    given = [i for i in record.bodies(Kind.TRANSFER, Transfer) if (i, True) not in out]
    used = given[: _givers_needed(record.plan)]
    return replace(record, qualified=tuple(dealt), transferred=tuple(used))


def _givers_needed(plan: Plan) -> int:
    return 0 if plan.former is None else plan.former.sharing.degree + 1


def _require(record: Record) -> None:
    """Check that enough members did their part of the round that is to be closed."""
    found = {
        Kind.ANNOUNCE: lambda: len(record.bodies(Kind.ANNOUNCE, Announcement)),
        Kind.DEAL: lambda: len(record.bodies(Kind.DEAL, Deal)),
        Kind.TRANSFER: lambda: len(record.bodies(Kind.TRANSFER, Transfer)),
        Kind.COMPLAIN: lambda: len(record.qualified),
        Kind.OPEN: lambda: record.plan.needed,
        Kind.RECOVER: lambda: len(record.bodies(Kind.RECOVER, Recovery)),
        Kind.CONFIRM: lambda: _confirmed(record),
    }[record.kind]()
    needed = {
        Kind.RECOVER: record.plan.degree + 1,
        Kind.TRANSFER: _givers_needed(record.plan),
    }.get(record.kind, record.plan.needed)
    short = record.kind is Kind.COMPLAIN and not _enough_transferred(record)
    if found < needed or short:
        raise ProofError(
            "ceremony.too-few",
            f"at least {needed} members must do their part of this round, and {found} "
            "did, or too few former members gave a share",
        )


def _enough_transferred(record: Record) -> bool:
    return len(record.transferred) == _givers_needed(record.plan)


def _confirmed(record: Record) -> int:
    blamed = {b.member for b in record.blames if b.reason is Reason.CONFIRMATION}
    return len(set(record.bodies(Kind.CONFIRM, Confirmation)) - blamed)


def _following(record: Record) -> Kind | None:
    """Return the round after the open one; ``None`` after the last."""
    left_out = {
        Kind.TRANSFER: record.plan.former is None,
        Kind.OPEN: not record.plan.makes_key,
        Kind.RECOVER: not record.plan.makes_key or not record.unopened(),
    }
    rounds = list(Kind)
    later = rounds[rounds.index(record.kind) + 1 :]
    return next((kind for kind in later if not left_out.get(kind, False)), None)


def _judge_complaints(record: Record) -> Record:
    """Return the record with whoever is to blame for each complaint."""
    judged, announced = record, record.bodies(Kind.ANNOUNCE, Announcement)
    deals = record.bodies(Kind.DEAL, Deal)
    transfers = record.bodies(Kind.TRANSFER, Transfer)
    for member, body in record.bodies(Kind.COMPLAIN, Complaints).items():
        own, curve, plan = announced[member], record.curve, record.plan
        for dealer, secret in body.secrets.items():
            deal = deals.get(dealer)
            bad = deal is not None and _is_bad(
                partial(open_box, curve, plan, dealer, member, own, deal, secret)
            )
            judged = _blame_one(judged, member, dealer, bad=bad, former=False)
        for giver, secret in body.transfers.items():
            given = transfers.get(giver)
            bad = given is not None and _is_bad(
                partial(open_transfer, curve, giver, member, own, given, secret)
            )
            judged = _blame_one(judged, member, giver, bad=bad, former=True)
    return judged


def _is_bad(open_it: Callable[[], object]) -> bool:
    """Tell whether a box that opens is not as it should be."""
    try:
        open_it()
    except ProofError as error:
        return error.code == "ceremony.share"
    return False


def _blame_one(
    record: Record, member: int, sealed_by: int, *, bad: bool, former: bool
) -> Record:
    """Return the record with a blame for a complaint of ``member``."""
    if bad:
        return record.blamed(sealed_by, Reason.SHARE, former=former)
    return record.blamed(member, Reason.COMPLAINT)


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
    shown = {
        (b.member, b.former, b.reason) for b in found if b.reason is not Reason.SILENT
    }
    if (blame.member, blame.former, blame.reason) not in shown:
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
