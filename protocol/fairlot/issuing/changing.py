"""One issuer's steps to recover or to close a leaf (specs/issuer.md, section 8.8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import count, takewhile

from fairlot.errors import Rejection
from fairlot.identity.acts import Decision
from fairlot.identity.admission import AdmissionBook
from fairlot.identity.attestation import Purpose
from fairlot.identity.enrolment import IssuerSecrets
from fairlot.identity.leaf import holder_hash
from fairlot.identity.life import LeafLife
from fairlot.identity.part import Part, parts_of
from fairlot.identity.quorum import quorum_problem
from fairlot.identity.recovering import (
    begin_change,
    complete_change,
    join,
    resend_share,
)
from fairlot.identity.requests import RecoverRequest
from fairlot.issuing.gathering import awaited, gathered
from fairlot.issuing.person import Person, book_of, person_of
from fairlot.issuing.view import View
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Changed:
    """What an issuer makes of a request to change a leaf."""

    person: Person
    """To be kept, durably, before the part is shown."""
    part: Part
    """The issuer's own."""
    decision: Decision | None
    """What it has signed; ``None`` where it sent its share."""


def change(
    view: View,
    secrets: IssuerSecrets,
    people: Mapping[int, Person],
    asked: RecoverRequest,
    request: bytes,
    now: int,
    source: Randomness,
) -> Changed:
    """Do what the log allows now (steps 46 to 48).

    Args:
        view: of the log.
        secrets: the issuer's.
        people: what is kept of all leaves, by index.
        asked: the request.
        request: its request_id.
        now: the issuer's clock, Unix seconds.
        source: of the box.

    Raises:
        Rejection: ``issuer.unknown``, ``attestation.*``, ``recovery.*``, ``life.*``.
    """
    registry, index = view.registry, asked.index
    person = person_of(people, index)
    known = [each for each in people.values() if each.index <= index]
    # Who names another's leaf is told theirs, as far as the records have no gap.
    later = takewhile(people.__contains__, count(index + 1))
    known += [people[each] for each in later]
    book = book_of(registry, known, view.state.leaves)
    life = view.state.lives[index]
    first = asked.attestations[0]
    purpose, holder = first.subject.purpose, holder_hash(first.holder_key)
    recovers = purpose is Purpose.RECOVER
    # Step 48.
    if recovers and life.holder == holder:
        box = resend_share(registry, book, secrets, index, life, source)
        return Changed(person, Part(request, "box", secrets.index, {"box": box}), None)
    if recovers:
        person = person.asked_with(first)
    # Step 46.
    if life.change is None:
        given = asked.attestations, purpose, index, life, now
        decision = begin_change(registry, book, secrets, *given)
        return Changed(person, _signed(request, "begin", decision), decision)
    # Step 47.
    _catch_up(view, book, asked, purpose, life)
    if life.change.holder != (holder if recovers else None):
        problem = "another change of this leaf is under way"
        raise Rejection("life.status", problem)
    decision = complete_change(registry, secrets, index, life, now)
    return Changed(person, _signed(request, "complete", decision), decision)


def _catch_up(
    view: View,
    book: AdmissionBook,
    asked: RecoverRequest,
    purpose: Purpose,
    life: LeafLife,
) -> None:
    """Check what began the change, as of then: the issuer may have been away."""
    before = replace(life, attempt=life.attempt - 1)
    began = view.begun[asked.index, life.attempt]
    book.ask(asked.attestations, purpose, asked.index, before, began)


def _signed(request: bytes, step: str, decision: Decision) -> Part:
    (signed,) = decision.sigs
    return Part(request, step, signed.issuer, {"sig": signed.sig})


def joined(
    view: View,
    made: Changed,
    parts: Collection[Part],
    without: Collection[int],
) -> tuple[Decision | None, tuple[int, ...]]:
    """Return what n - t issuers have decided, or whose signatures are missing (step 49).

    Raises:
        Rejection: ``life.issuers`` where too many are left out.
    """
    # Step 49.
    if made.decision is None:
        return None, ()
    registry, own = view.registry, made.part
    (mine,) = made.decision.sigs
    given = parts_of(own.request, own.step, parts)
    message = made.decision.message(registry.registry_id)
    signed = gathered(registry, mine, given, message)
    missing = awaited(registry, signed, without)
    if missing:
        return None, missing
    problem = quorum_problem(registry, sorted(signed), "it")
    if problem:
        raise Rejection("life.issuers", problem)
    return join([replace(made.decision, sigs=(s,)) for s in signed.values()]), ()
