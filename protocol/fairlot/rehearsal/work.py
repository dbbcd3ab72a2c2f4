"""One person's part, as pieces of work for several processes (specs/rehearsal.md, section 2).

Points do not cross processes: jobs and results consist of bytes and numbers.
"""

from dataclasses import dataclass, field

from fairlot.audit.evidence import encode_evidence
from fairlot.deposit.make import MadeDeposit, make_deposit
from fairlot.deposit.verify import verify_deposit
from fairlot.deposit.wish import Wish
from fairlot.identity.attestation import Attestation
from fairlot.identity.committee import Holder
from fairlot.identity.enrolment import (
    Identity,
    enrol,
    receive_identity,
)
from fairlot.identity.leaf import check_leaf
from fairlot.identity.naming import joint_handle
from fairlot.names import SaleId
from fairlot.rehearsal.asking import Applicant, Office, SaleJob
from fairlot.rehearsal.parts import Parts
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements


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

    sale: SaleJob
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
    parts, registry = job.parts, job.parts.registry
    identities: list[Identity] = []
    handles: list[bytes] = []
    named: dict[int, bytes] = {}
    for holder, attestation, index in job.people:
        randomness = holder.randomness.derive("enrolment")
        named_by = parts.everybody, attestation, index
        handle = joint_handle(registry, *named_by, randomness)
        person = attestation, index, handle
        enrolment = enrol(curve, registry, parts.issuers, *person, randomness)
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
    sale, office, statements = job.sale, job.sale.office(), Statements()
    made: list[MadeDeposit] = []
    named = _named(office, job) if job.suspicious else ()
    for person in job.people:
        deposit = _deposit(office, sale, person)
        # So that the board, which learns what was verified here, need not do it again.
        verify_deposit(
            office.credentials,
            sale.terms,
            sale.roll,
            deposit.entry,
            sale.time,
            statements,
        )
        made.append(deposit)
    return Deposited(tuple(made), statements.verified, named)


def _named(office: Office, job: DepositJob) -> tuple[bytes, ...]:
    """Return evidence against issuers who contradict the others."""
    person = job.people[0]
    label = person.stream("doubt", job.sale.terms.sale_id)
    return office.name_liars(person, person.holder.randomness.derive(label))


def _deposit(office: Office, sale: SaleJob, person: Participant) -> MadeDeposit:
    sale_id, randomness = sale.terms.sale_id, person.holder.randomness
    asking = randomness.derive(person.stream("request", sale_id))
    return make_deposit(
        office.credentials,
        office.issue(person, asking)[sale.roll],
        sale.terms,
        sale.roll,
        person.wish,
        office.epoch,
        randomness.derive(person.stream("deposit", sale_id)),
    )
