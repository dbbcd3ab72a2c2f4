"""What an issuer keeps of the person of one leaf (specs/issuer.md, section 8.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.admission import Admission, AdmissionBook
from fairlot.identity.attestation import Attestation
from fairlot.identity.leaf import Leaf, handle_hash, holder_hash
from fairlot.identity.naming import NonceCommitment
from fairlot.identity.registry import ISSUERS_MAX, Registry
from fairlot.identity.requests import (
    ATTEMPT_MAX,
    attestation_value,
    read_attestation,
)
from fairlot.issuing.plan import VERSION
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SIGNATURE_LENGTH, Signature


@dataclass(frozen=True, slots=True)
class Person:
    """Of whom a leaf is, and how far it has come."""

    index: int
    request: bytes
    """The request_id of the enrolment, 32 bytes: of its last attempt."""
    attempt: int
    attestation: Attestation
    """With which the person was enrolled."""
    listed: tuple[NonceCommitment, ...] = ()
    """For which list r_i was shown; for none before."""
    handle: bytes | None = field(default=None, repr=False)
    """As soon as it is made."""
    asked: tuple[Attestation, ...] = ()
    """With what recoveries were asked for since."""

    def registered(self, leaves: Mapping[int, Leaf]) -> bool:
        """Tell whether the leaf is on a log."""
        leaf = leaves.get(self.index)
        if leaf is None or self.handle is None:
            return False
        return leaf.handle == handle_hash(self.handle)

    def asked_with(self, attestation: Attestation) -> "Person":
        """Return what is kept once a recovery was asked for."""
        if attestation in self.asked:
            return self
        return replace(self, asked=(*self.asked, attestation))

    def to_bytes(self) -> bytes:
        """Return the file."""
        listed: list[Value] = [
            {"issuer": each.issuer, "commitment": each.commitment, "sig": each.sig}
            for each in self.listed
        ]
        value: dict[str, Value] = {
            "v": VERSION,
            "index": self.index,
            "request": self.request,
            "attempt": self.attempt,
            "attestation": attestation_value(self.attestation),
            "listed": listed,
            "asked": [attestation_value(each) for each in self.asked],
        }
        if self.handle is not None:
            value["handle"] = self.handle
        return cbor.encode(value)


def read_person(data: bytes) -> Person:
    """Read the file.

    Raises:
        InputError: ``issuer.book``.
    """
    try:
        fields = Fields(cbor.decode(data), (), _no_person)
        fields.exactly("v", VERSION)
        person = Person(
            fields.uint("index"),
            fields.bytes("request", HASH_LENGTH),
            fields.uint("attempt", 0, ATTEMPT_MAX),
            read_attestation(fields.map("attestation")),
            tuple(map(read_commitment, fields.maps("listed"))),
            fields.bytes("handle", HASH_LENGTH) if fields.has("handle") else None,
            tuple(map(read_attestation, fields.maps("asked"))),
        )
        fields.done()
    except CryptoError as error:
        problem = f"it is no record of a person: {error.message}"
        raise InputError("issuer.book", problem) from error
    return person


def read_commitment(fields: Fields) -> NonceCommitment:
    """Read the hash that an issuer gave; errors are those of ``fields``."""
    commitment = NonceCommitment(
        fields.uint("issuer", 1, ISSUERS_MAX),
        fields.bytes("commitment", HASH_LENGTH),
        Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.done()
    return commitment


def book_of(
    registry: Registry, people: Iterable[Person], leaves: Mapping[int, Leaf]
) -> AdmissionBook:
    """Return the issuer's book (step 39).

    Args:
        registry: of the book.
        people: in the order of their leaves.
        leaves: those on the issuer's copy of the log.

    Raises:
        InputError: ``issuer.book`` where a record is missing.
    """
    # Step 39.
    admissions = tuple(_admission(person, leaves) for person in people)
    if [each.index for each in admissions] != [*range(len(admissions))]:
        raise InputError("issuer.book", "a record of a person is missing")
    return AdmissionBook(registry, admissions=admissions)


def person_of(people: Mapping[int, Person], index: int) -> Person:
    """Return what is kept of the person of a leaf.

    Raises:
        Rejection: ``issuer.unknown``.
    """
    person = people.get(index)
    if person is None:
        problem = f"the issuer has not taken part in leaf {index}"
        raise Rejection("issuer.unknown", f"{problem}: let it enrol the person")
    return person


def _admission(person: Person, leaves: Mapping[int, Leaf]) -> Admission:
    enrolled = person.attestation
    by_holder = {holder_hash(each.holder_key): each for each in person.asked}
    handle = person.handle if person.registered(leaves) else None
    return Admission(person.index, enrolled, enrolled.attributes, handle, by_holder)


def _no_person(found: Problem) -> InputError:
    return InputError("issuer.book", f"it is no record of a person: {found}")
