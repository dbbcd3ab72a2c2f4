"""What cases of the published vectors say of people."""

from collections.abc import Mapping
from typing import Any

from fairlot.identity.attestation import Attestation, Purpose, Subject
from fairlot.identity.registry import RegistryId
from fairlot_crypto.keys import SealKey, Signature, VerifyKey

unhex = bytes.fromhex


def attestation_of(item: Mapping[str, Any]) -> Attestation:
    """Return the attestation that a case gives."""
    return Attestation(
        registry_id=RegistryId(unhex(item["registry_id"])),
        person_tag=unhex(item["person_tag"]),
        holder_key=VerifyKey(unhex(item["holder_key"])),
        device_key=SealKey(unhex(item["device_key"])),
        attributes=tuple(item["attributes"]),
        time=item["time"],
        attester=VerifyKey(unhex(item["attester"])),
        sig=Signature(unhex(item["sig"])),
        subject=Subject(Purpose(item["purpose"]), item["version"], item["attempt"]),
    )
