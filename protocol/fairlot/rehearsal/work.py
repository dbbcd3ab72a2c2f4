"""One person's part, as pieces of work for several processes (specs/rehearsal.md, section 2).

Points do not cross processes: jobs and results consist of bytes and numbers.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import connection
from types import TracebackType
from typing import Protocol, Self, TypeVar

from fairlot.audit.evidence import encode_evidence
from fairlot.deposit.make import MadeDeposit, make_deposit
from fairlot.deposit.verify import verify_deposit
from fairlot.deposit.wish import Wish
from fairlot.identity.answering import answer_all, prove_all
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.credential import request_credential
from fairlot.identity.enrolment import (
    Identity,
    IssuerSecrets,
    enrol,
    receive_identity,
)
from fairlot.identity.leaf import Leaf, check_leaf
from fairlot.identity.receiving import (
    contradicting,
    name_issuers,
    receive_credential,
)
from fairlot.identity.registry import Credentials, RollId, epoch_at
from fairlot.identity.roll import PostedRoll, unexpired_rolls
from fairlot.names import SaleId
from fairlot.rehearsal.parts import Parts
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import Credential
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements

T = TypeVar("T")
R = TypeVar("R")


class Workers(Protocol):
    """Does pieces of work, in any order."""

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        ...


class InProcess:
    """Does the work here, one piece after the other."""

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        return map(function, jobs)


class Processes:
    """Does the work in several processes; use it as a context manager."""

    def __init__(self, count: int) -> None:
        """Start ``count`` processes."""
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(count, context, _live_with_parent)

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the processes; work that has not begun is dropped."""
        self._executor.shutdown(cancel_futures=True)

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        return self._executor.map(function, jobs)


def _live_with_parent() -> None:
    """Begin a worker, which ends when its parent ends, however that happens, and not before.

    An interrupt from the keyboard reaches every process of the terminal: the parent
    answers it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(
            target=_end_after, args=(parent.sentinel,), daemon=True
        ).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


@dataclass(frozen=True, slots=True)
class EnrolJob:
    """People who were admitted and are to be enrolled."""

    backend: str
    parts: Parts
    people: tuple[tuple[Holder, Attestation, int], ...]
    """For each person the holder, the attestation and the index of the leaf."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The people's identities, in the order of the job."""

    identities: tuple[Identity, ...]
    handles: tuple[bytes, ...] = field(repr=False)
    """For the issuers' books."""
    verified: frozenset[bytes]
    named: tuple[bytes, ...] = ()
    """Evidence against issuers who signed wrong shares, one of each."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person who asks for a credential, as their wallet and the issuers know them."""

    holder: Holder
    identity: Identity
    leaf: Leaf
    """The person's leaf on the board."""
    attributes: tuple[str, ...]
    """The person's attributes in the issuers' books."""


@dataclass(frozen=True, slots=True)
class Participant(Applicant):
    """A person who wants to take part in a sale."""

    wish: Wish
    entry: int = 0
    """How many entries were made or tried with keys of this person in the sale."""

    def stream(self, label: str, sale: SaleId) -> str:
        """Return the label of the holder's stream for the entry to be made."""
        suffix = f"/{self.entry}" if self.entry else ""
        return f"{label}/{sale.hex()}{suffix}"


@dataclass(frozen=True, slots=True)
class DepositJob:
    """People who want to take part."""

    backend: str
    parts: Parts
    terms: Terms
    rolls: tuple[PostedRoll, ...]
    """All that are on the registry log."""
    roll: RollId
    """The one with which the sale has opened."""
    time: int
    people: tuple[Participant, ...]
    suspicious: bool = False
    """Whether the first of them looks whether issuers contradict one another."""


@dataclass(frozen=True, slots=True)
class Deposited:
    """The people's deposits, in the order of the job."""

    deposits: tuple[MadeDeposit, ...]
    verified: frozenset[bytes]
    named: tuple[bytes, ...] = ()
    """Evidence against issuers who signed wrong parts, one of each."""


def enrol_people(job: EnrolJob) -> Enrolled:
    """Play issuers and holders through enrolment."""
    curve, statements = backend(job.backend), Statements()
    registry = job.parts.registry
    identities: list[Identity] = []
    handles: list[bytes] = []
    named: dict[int, bytes] = {}
    for holder, attestation, index in job.people:
        randomness = holder.randomness.derive("enrolment")
        enrolment = enrol(
            curve, registry, job.parts.issuers, attestation, index, randomness
        )
        attributes = attestation.attributes
        identity = receive_identity(
            curve, registry, enrolment, holder.device, attributes
        )
        check_leaf(curve, registry, identity.leaf, statements)
        identities.append(identity)
        handles.append(enrolment.handle)
        for wrong in enrolment.wrong:
            named.setdefault(wrong.issuer, encode_evidence(wrong))
    shown = tuple(named.values())
    return Enrolled(tuple(identities), tuple(handles), statements.verified, shown)


def deposit_people(job: DepositJob) -> Deposited:
    """Play issuers and holders from the request to the deposit.

    Raises:
        Rejection: ``request.*`` where the issuers do not answer.
    """
    statements = Statements()
    credentials = Credentials(backend(job.backend), job.parts.registry)
    made: list[MadeDeposit] = []
    named = _named(credentials, job) if job.suspicious else ()
    for person in job.people:
        deposit = _deposit(credentials, job, person)
        # So that the board, which learns what was verified here, need not do it again.
        terms, entry = job.terms, deposit.entry
        verify_deposit(credentials, terms, job.roll, entry, job.time, statements)
        made.append(deposit)
    return Deposited(tuple(made), statements.verified, named)


def _named(credentials: Credentials, job: DepositJob) -> tuple[bytes, ...]:
    """Return evidence against issuers who contradict the others (credential.md, section 6).

    The first of the job asks for proofs: a liar has the same keys for everybody.
    """
    person, registry = job.people[0], job.parts.registry
    rolls = [each.roll_id for each in unexpired_rolls(job.rolls, job.time)]
    asking = person.holder.randomness.derive(person.stream("doubt", job.terms.sale_id))
    pending = request_credential(
        credentials.curve,
        registry,
        person.identity,
        person.holder.signing,
        epoch_at(registry, job.time),
        rolls,
        asking,
    )
    asked = credentials, job.parts.issuers, person.leaf, job.rolls, person.attributes
    answers = answer_all(*asked, pending.request, job.time, asking)
    held = credentials, person.identity, pending, answers
    if not contradicting(*held):
        return ()
    proofs = prove_all(*asked, pending.request, job.time, asking)
    return tuple(encode_evidence(wrong) for wrong in name_issuers(*held, proofs))


def _deposit(
    credentials: Credentials, job: DepositJob, person: Participant
) -> MadeDeposit:
    sale = job.terms.sale_id
    credential = obtain_credential(
        credentials,
        job.parts.issuers,
        person,
        job.rolls,
        job.roll,
        job.time,
        person.stream("request", sale),
    )
    return make_deposit(
        credentials,
        credential,
        job.terms,
        job.roll,
        person.wish,
        epoch_at(job.parts.registry, job.time),
        person.holder.randomness.derive(person.stream("deposit", sale)),
    )


def obtain_credential(
    credentials: Credentials,
    issuers: Sequence[IssuerSecrets],
    person: Applicant,
    rolls: Sequence[PostedRoll],
    roll: RollId,
    time: int,
    stream: str,
) -> Credential:
    """Play issuers and holder from the request to a credential of the running epoch.

    Args:
        credentials: of the registry.
        issuers: all of them.
        person: whose leaf is on ``roll``.
        rolls: all that are on the registry log.
        roll: the one for which it is wanted; the request names every unexpired one.
        time: Unix seconds.
        stream: label of the holder's stream from which the request is drawn.

    Raises:
        Rejection: ``request.*`` where the issuers refuse, e.g. a holder who was replaced.
    """
    holder, identity = person.holder, person.identity
    registry, asking = credentials.registry, holder.randomness.derive(stream)
    epoch = epoch_at(registry, time)
    asked = [each.roll_id for each in unexpired_rolls(rolls, time)]
    pending = request_credential(
        credentials.curve, registry, identity, holder.signing, epoch, asked, asking
    )
    answers = answer_all(
        credentials,
        issuers,
        person.leaf,
        rolls,
        person.attributes,
        pending.request,
        time,
        asking,
    )
    return receive_credential(credentials, identity, pending, answers)[roll]
