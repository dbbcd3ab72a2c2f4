"""Attesters, who check who somebody is (specs/identity.md, section 2)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from fairlot.errors import Rejection
from fairlot.identity.registry import Registry, RegistryId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import (
    SealKey,
    Signature,
    SigningKey,
    VerifyKey,
    check_verify_key,
    verify_signature,
)


class Purpose(StrEnum):
    """What an attestation, or a decision of the issuers, is for."""

    ENROL = "enrol"
    RECOVER = "recover"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Subject:
    """The one event that an attestation is good for."""

    purpose: Purpose
    version: int
    """Of the leaf; 0 to enrol."""
    attempt: int
    """The number of the recovery or closing among those of the leaf; 0 to enrol."""


ENROLMENT = Subject(Purpose.ENROL, 0, 0)


@dataclass(frozen=True, slots=True)
class Attestation:
    """An attester's statement that a person has these keys. It is never on the board."""

    registry_id: RegistryId
    person_tag: bytes = field(repr=False)
    """The person tag, 32 bytes, which names the person among issuers: in no log."""
    holder_key: VerifyKey
    device_key: SealKey
    attributes: tuple[str, ...]
    """One value for each attribute of the schema, empty if the person has none."""
    time: int
    """When the attestation was made, in Unix seconds."""
    attester: VerifyKey
    sig: Signature
    subject: Subject = ENROLMENT
    """What it is good for, and for nothing else."""


class Attester(Protocol):
    """Something that can tell people apart: a list, an office, a reader of documents."""

    def attest(
        self,
        person: str,
        holder_key: VerifyKey,
        device_key: SealKey,
        time: int,
        subject: Subject = ENROLMENT,
    ) -> Attestation:
        """Attest that ``person`` was checked and has these keys, for one event.

        Raises:
            Rejection: ``attestation.unknown-person`` if it cannot attest that.
        """
        ...


def sign_attestation(
    registry_id: RegistryId,
    person_tag: bytes,
    holder_key: VerifyKey,
    device_key: SealKey,
    attributes: tuple[str, ...],
    time: int,
    key: SigningKey,
    subject: Subject = ENROLMENT,
) -> Attestation:
    """Sign an attestation as it is given (section 2)."""
    statement = _statement(
        registry_id, person_tag, holder_key, device_key, attributes, time, subject
    )
    return Attestation(
        registry_id=registry_id,
        person_tag=person_tag,
        holder_key=holder_key,
        device_key=device_key,
        attributes=attributes,
        time=time,
        attester=key.public,
        sig=key.sign(statement),
        subject=subject,
    )


def check_attestation(
    registry: Registry,
    attestation: Attestation,
    now: int,
    subject: Subject = ENROLMENT,
) -> None:
    """Check an attestation as an issuer does before anything else.

    Args:
        registry: the issuer's registry.
        attestation: as it came.
        now: the issuer's clock, Unix seconds.
        subject: the event that it must be good for.

    Raises:
        Rejection: ``attestation.registry``, ``attestation.attester``,
            ``attestation.signature``, ``attestation.subject``,
            ``attestation.holder-key``, ``attestation.time``,
            ``attestation.attributes``.
    """
    if attestation.registry_id != registry.registry_id:
        raise Rejection(
            "attestation.registry", "the attestation was made for another registry"
        )
    if attestation.attester not in registry.attesters:
        raise Rejection(
            "attestation.attester", "the registry does not name this attester"
        )
    statement = _statement(
        attestation.registry_id,
        attestation.person_tag,
        attestation.holder_key,
        attestation.device_key,
        attestation.attributes,
        attestation.time,
        attestation.subject,
    )
    try:
        verify_signature(attestation.attester, statement, attestation.sig)
    except ProofError as error:
        raise Rejection(
            "attestation.signature", "the attester did not sign this attestation"
        ) from error
    if attestation.subject != subject:
        problem = f"to {attestation.subject.purpose}, but not for this event"
        raise Rejection("attestation.subject", f"the attestation was made {problem}")
    try:
        check_verify_key(attestation.holder_key)
    except CryptoError as error:
        raise Rejection(
            "attestation.holder-key", f"the holder's key is bad: {error.message}"
        ) from error
    if not attestation.time <= now < attestation.time + registry.epoch:
        raise Rejection(
            "attestation.time",
            f"the attestation must be of the last {registry.epoch} s: ask for a new one",
        )
    check_attributes(registry, attestation.attributes)


def check_attributes(registry: Registry, values: tuple[str, ...]) -> None:
    """Check that each value is in the schema's enumeration.

    Raises:
        Rejection: ``attestation.attributes``.
    """
    if len(values) != len(registry.attributes):
        raise Rejection(
            "attestation.attributes",
            "there must be one value for each attribute of the registry",
        )
    for attribute, value in zip(registry.attributes, values, strict=True):
        if value and value not in attribute.values:
            raise Rejection(
                "attestation.attributes",
                f"the registry knows no value {value!r} of {attribute.name}",
            )


def _statement(
    registry_id: RegistryId,
    person_tag: bytes,
    holder_key: VerifyKey,
    device_key: SealKey,
    attributes: tuple[str, ...],
    time: int,
    subject: Subject,
) -> bytes:
    value: dict[str, Value] = {
        "registry": registry_id,
        "purpose": subject.purpose.value,
        "version": subject.version,
        "attempt": subject.attempt,
        "person": person_tag,
        "holder": holder_key,
        "device": device_key,
        "attributes": list(attributes),
        "time": time,
    }
    return tag("attestation").encode() + b"\x00" + cbor.encode(value)
