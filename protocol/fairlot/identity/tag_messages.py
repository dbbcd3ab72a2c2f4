"""What attesters and issuers send each other for a tag (specs/uniqueness-tag.md, section 5).

Nothing of it names anybody: elements are blinded, and the tag is in no message.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import ISSUERS_MAX, RegistryId
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import G1_LENGTH, SCALAR_LENGTH
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tag, tagged_hash
from fairlot_crypto.keys import (
    KEY_LENGTH,
    SIGNATURE_LENGTH,
    Signature,
    SigningKey,
    VerifyKey,
)

MESSAGE_VERSION = 1
PROOF_LENGTH = 2 * SCALAR_LENGTH


@dataclass(frozen=True, slots=True)
class TagRequest:
    """An attester's request to evaluate blinded elements."""

    registry_id: RegistryId
    epoch: int
    """In which the issuers count it."""
    elements: tuple[bytes, ...]
    """C_0..C_{m-1}, points of G1."""
    attester: VerifyKey
    sig: Signature

    @property
    def statement(self) -> bytes:
        """What the attester signs."""
        return request_statement(self.registry_id, self.epoch, self.elements)

    @property
    def request_id(self) -> bytes:
        """The hash that names this request, 32 bytes; the attester is part of it."""
        return tagged_hash("tag-request", self.attester, self.statement)

    def to_bytes(self) -> bytes:
        """Return the message."""
        return cbor.encode(
            {
                "v": MESSAGE_VERSION,
                "registry": self.registry_id,
                "epoch": self.epoch,
                "elements": list(self.elements),
                "attester": self.attester,
                "sig": self.sig,
            }
        )


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """What one issuer made of a request, signed: a lie in it is proven."""

    registry_id: RegistryId
    request_id: bytes
    issuer: int
    """i, the issuer's number, from 1."""
    elements: tuple[bytes, ...]
    """D_0..D_{m-1}, points of G1 if the issuer is honest."""
    proof: bytes
    """c || s, 64 bytes."""
    sig: Signature

    @property
    def statement(self) -> bytes:
        """What the issuer signs."""
        return tag("tag-answer").encode() + b"\x00" + cbor.encode(self._signed())

    def to_bytes(self) -> bytes:
        """Return the message."""
        return cbor.encode({"v": MESSAGE_VERSION, **self._signed(), "sig": self.sig})

    def _signed(self) -> dict[str, Value]:
        return {
            "registry": self.registry_id,
            "request": self.request_id,
            "issuer": self.issuer,
            "elements": list(self.elements),
            "proof": self.proof,
        }


def request_statement(
    registry_id: RegistryId, epoch: int, elements: tuple[bytes, ...]
) -> bytes:
    """Return what an attester signs to ask for tags (step 28)."""
    value: dict[str, Value] = {
        "registry": registry_id,
        "epoch": epoch,
        "elements": list(elements),
    }
    return tag("tag-request").encode() + b"\x00" + cbor.encode(value)


def sign_tag_answer(
    request: TagRequest,
    issuer: int,
    elements: tuple[bytes, ...],
    proof: bytes,
    key: SigningKey,
) -> TagAnswer:
    """Sign an answer as it is given (step 34)."""
    unsigned = TagAnswer(
        registry_id=request.registry_id,
        request_id=request.request_id,
        issuer=issuer,
        elements=elements,
        proof=proof,
        sig=Signature(bytes(SIGNATURE_LENGTH)),
    )
    return replace(unsigned, sig=key.sign(unsigned.statement))


def read_tag_request(data: bytes) -> TagRequest:
    """Decode a request; nothing of it is checked yet.

    Raises:
        Rejection: ``tag-request.field``.
    """
    fields = _fields(data, lambda text: Rejection("tag-request.field", text))
    request = TagRequest(
        registry_id=RegistryId(fields.bytes("registry", HASH_LENGTH)),
        epoch=fields.uint("epoch"),
        elements=fields.byte_strings("elements", G1_LENGTH),
        attester=VerifyKey(fields.bytes("attester", KEY_LENGTH)),
        sig=Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.done()
    return request


def read_tag_answer(data: bytes) -> TagAnswer:
    """Decode an answer; nothing of it is checked yet.

    Raises:
        Rejection: ``tag-answer.field``.
    """
    fields = _fields(data, lambda text: Rejection("tag-answer.field", text))
    answer = TagAnswer(
        registry_id=RegistryId(fields.bytes("registry", HASH_LENGTH)),
        request_id=fields.bytes("request", HASH_LENGTH),
        issuer=fields.uint("issuer", 1, ISSUERS_MAX),
        elements=fields.byte_strings("elements", G1_LENGTH),
        proof=fields.bytes("proof", PROOF_LENGTH),
        sig=Signature(fields.bytes("sig", SIGNATURE_LENGTH)),
    )
    fields.done()
    return answer


def _fields(data: bytes, fail: Callable[[str], Rejection]) -> Fields:
    """Start reading a message of the one version that there is."""

    def problem(each: Problem) -> Rejection:
        return fail(str(each))

    try:
        value = cbor.decode(data)
    except CryptoError as error:
        raise fail(f"the message is no CBOR: {error.message}") from error
    fields = Fields(value, ("message",), problem)
    fields.exactly("v", MESSAGE_VERSION)
    return fields
