"""What issuers are asked, as files (specs/issuer.md, section 8.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fairlot.entry import Entry, read_entry
from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.acts import VERSION_MAX
from fairlot.identity.attestation import Attestation, Purpose, Subject
from fairlot.identity.credential import CredentialRequest
from fairlot.identity.registry import RegistryId, RollId
from fairlot.identity.roll import Roll, read_roll_map
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH, scalar_from_bytes, scalar_to_bytes
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    SealKey,
    Signature,
    VerifyKey,
)

VERSION = 1
ATTEMPT_MAX = 2**32 - 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RollRequest:
    """A board asks the issuers to sign the roll that is due."""

    registry_id: RegistryId
    roll: Roll
    time: Entry | None
    """The TIME entry that will stand before it; ``None`` where the clock stays."""

    def to_bytes(self) -> bytes:
        """Return the file."""
        asked: dict[str, Value] = {"roll": self.roll.to_value()}
        if self.time is not None:
            asked["time"] = self.time.encoded
        return message_file("roll", self.registry_id, asked)


@dataclass(frozen=True, slots=True)
class AttestRequest:
    """A person asks an attester to attest their keys."""

    registry_id: RegistryId
    holder_key: VerifyKey
    device_key: SealKey
    subject: Subject
    """The one event that the attestation is to be good for."""

    def to_bytes(self) -> bytes:
        """Return the file."""
        asked: dict[str, Value] = {
            "holder": self.holder_key,
            "device": self.device_key,
            "purpose": self.subject.purpose.value,
            "version": self.subject.version,
            "attempt": self.subject.attempt,
        }
        return message_file("attest", self.registry_id, asked)


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """Somebody asks for a leaf; for issuers only, since it has the person's tag."""

    attestation: Attestation
    index: int
    """Of the leaf."""
    attempt: int = 0
    """Another one each time that an issuer was silent after it had shown its hash."""

    def to_bytes(self) -> bytes:
        """Return the file."""
        asked: dict[str, Value] = {
            "attestation": attestation_value(self.attestation),
            "index": self.index,
            "attempt": self.attempt,
        }
        return message_file("enrol", self.attestation.registry_id, asked)


@dataclass(frozen=True, slots=True)
class RecoverRequest:
    """Somebody asks to recover or to close a leaf; for issuers only."""

    registry_id: RegistryId
    index: int
    """Of the leaf."""
    attestations: tuple[Attestation, ...]
    """Of distinct attesters."""

    def to_bytes(self) -> bytes:
        """Return the file."""
        asked: dict[str, Value] = {
            "index": self.index,
            "attestations": [attestation_value(each) for each in self.attestations],
        }
        return message_file("recover", self.registry_id, asked)


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """A holder asks for the credentials of an epoch."""

    registry_id: RegistryId
    request: CredentialRequest

    def to_bytes(self) -> bytes:
        """Return the file."""
        request = self.request
        asked: dict[str, Value] = {
            "index": request.index,
            "version": request.version,
            "epoch": request.epoch,
            "rolls": list(request.rolls),
            "commitment": request.commitment,
            "challenge": scalar_to_bytes(request.challenge),
            "response": scalar_to_bytes(request.response),
            "reply": request.reply_key,
            "holder": request.holder_key,
            "sig": request.sig,
        }
        return message_file("issue", self.registry_id, asked)


def read_roll_request(data: bytes) -> RollRequest:
    """Read the request of a board (step 35).

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "roll", _roll)


def read_attest_request(data: bytes) -> AttestRequest:
    """Read the request of a person to an attester (step 35).

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "attest", _attest)


def attestation_file(attestation: Attestation) -> bytes:
    """Return the file of an attestation, as a person gets it from their attester."""
    said: dict[str, Value] = {"attestation": attestation_value(attestation)}
    return message_file("attested", attestation.registry_id, said)


def read_attestation_file(data: bytes) -> Attestation:
    """Read the answer of an attester (step 35); nothing of it is checked yet.

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "attested", _attestation_of)


def read_enrol_request(data: bytes) -> EnrolRequest:
    """Read the request for a leaf (step 35).

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "enrol", _enrol)


def read_recover_request(data: bytes) -> RecoverRequest:
    """Read the request to recover or to close a leaf (step 35).

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "recover", _recover)


def read_issue_request(data: bytes) -> IssueRequest:
    """Read a holder's request (step 35).

    Raises:
        InputError: ``issuer.request``.
    """
    return read_message_file(data, "issue", _issue)


def attestation_value(attestation: Attestation) -> dict[str, Value]:
    """Return an attestation as a map."""
    return {
        "registry": attestation.registry_id,
        "purpose": attestation.subject.purpose.value,
        "version": attestation.subject.version,
        "attempt": attestation.subject.attempt,
        "person": attestation.person_tag,
        "holder": attestation.holder_key,
        "device": attestation.device_key,
        "attributes": list(attestation.attributes),
        "time": attestation.time,
        "attester": attestation.attester,
        "sig": attestation.sig,
    }


def read_attestation(fields: Fields) -> Attestation:
    """Read the map of an attestation; nothing of it is checked yet."""
    subject = _subject(fields)
    attestation = Attestation(
        RegistryId(fields.bytes("registry", HASH_LENGTH)),
        fields.bytes("person", HASH_LENGTH),
        VerifyKey(fields.bytes("holder", KEY_LENGTH)),
        SealKey(fields.bytes("device", KEY_LENGTH)),
        fields.texts("attributes"),
        fields.uint("time"),
        VerifyKey(fields.bytes("attester", KEY_LENGTH)),
        Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
        subject,
    )
    fields.done()
    return attestation


def _roll(registry_id: RegistryId, fields: Fields) -> RollRequest:
    roll = read_roll_map(fields.map("roll"))
    if not fields.has("time"):
        return RollRequest(registry_id, roll, None)
    data = fields.bytes("time")
    try:
        entry = read_entry(cbor.decode(data), data)
    except Rejection as error:
        raise fields.error("time", f"must be an entry: {error.message}") from error
    return RollRequest(registry_id, roll, entry)


def _subject(fields: Fields) -> Subject:
    purpose = fields.text("purpose")
    if purpose not in tuple(Purpose):
        raise fields.error("purpose", "must be enrol, recover or close")
    version = fields.uint("version", 0, VERSION_MAX)
    return Subject(Purpose(purpose), version, fields.uint("attempt"))


def _attest(registry_id: RegistryId, fields: Fields) -> AttestRequest:
    holder = VerifyKey(fields.bytes("holder", KEY_LENGTH))
    device = SealKey(fields.bytes("device", KEY_LENGTH))
    return AttestRequest(registry_id, holder, device, _subject(fields))


def _attestation_of(registry_id: RegistryId, fields: Fields) -> Attestation:
    """Read the attestation of a request, which is for the registry that the request names."""
    attestation = read_attestation(fields.map("attestation"))
    if attestation.registry_id != registry_id:
        raise fields.error("registry", "must be that of the attestation")
    return attestation


def _enrol(registry_id: RegistryId, fields: Fields) -> EnrolRequest:
    attestation = _attestation_of(registry_id, fields)
    attempt = fields.uint("attempt", 0, ATTEMPT_MAX)
    return EnrolRequest(attestation, fields.uint("index"), attempt)


def _recover(registry_id: RegistryId, fields: Fields) -> RecoverRequest:
    attestations = tuple(map(read_attestation, fields.maps("attestations")))
    if not attestations:
        raise fields.error("attestations", "must not be empty")
    return RecoverRequest(registry_id, fields.uint("index"), attestations)


def _issue(registry_id: RegistryId, fields: Fields) -> IssueRequest:
    request = CredentialRequest(
        index=fields.uint("index"),
        version=fields.uint("version", 1, VERSION_MAX),
        epoch=fields.uint("epoch"),
        rolls=tuple(map(RollId, fields.byte_strings("rolls", HASH_LENGTH))),
        commitment=fields.bytes("commitment", G1_LENGTH),
        challenge=scalar_from_bytes(fields.bytes("challenge")),
        response=scalar_from_bytes(fields.bytes("response")),
        reply_key=SealKey(fields.bytes("reply", KEY_LENGTH)),
        holder_key=VerifyKey(fields.bytes("holder", KEY_LENGTH)),
        sig=Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    return IssueRequest(registry_id, request)


def message_file(
    kind: str, registry_id: RegistryId, asked: Mapping[str, Value]
) -> bytes:
    """Return the file of a message of a kind (step 33).

    Args:
        kind: of the table there.
        registry_id: for which it is.
        asked: its other fields.
    """
    head: dict[str, Value] = {"v": VERSION, "kind": kind, "registry": registry_id}
    return cbor.encode({**head, **asked})


def read_message_file(
    data: bytes, kind: str, read: Callable[[RegistryId, Fields], T]
) -> T:
    """Read the file of a message of a kind (step 35).

    Args:
        data: the file.
        kind: of the table of step 33.
        read: makes the message of its registry and its other fields.

    Raises:
        InputError: ``issuer.request``.
    """
    # Step 35.
    try:
        fields = Fields(cbor.decode(data), (), lambda found: _no_request(found, kind))
        fields.exactly("v", VERSION)
        fields.exactly("kind", kind)
        made = read(RegistryId(fields.bytes("registry", HASH_LENGTH)), fields)
        fields.done()
    except CryptoError as error:
        problem = f"it is no request to {kind}: {error.message}"
        raise InputError("issuer.request", problem) from error
    return made


def _no_request(found: Problem, kind: str) -> InputError:
    return InputError("issuer.request", f"it is no request to {kind}: {found}")
