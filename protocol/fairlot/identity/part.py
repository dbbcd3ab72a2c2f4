"""What one issuer adds to something that several sign (specs/issuer.md, section 8.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fairlot.errors import InputError
from fairlot.fields import Fields, Problem
from fairlot.identity.registry import ISSUERS_MAX
from fairlot.identity.requests import VERSION
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.hashing import tagged_hash

STEPS = ("roll", "hash", "open", "share", "begin", "complete", "box", "provider")
"""Of what a part may be; its step fixes what the body holds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of one issuer in answer to a request; what is in it is signed, or sealed."""

    request: bytes
    """The request_id, 32 bytes."""
    step: str
    issuer: int
    """The issuer's number, from 1; nobody relies on it."""
    body: Mapping[str, Value] = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the file."""
        return cbor.encode(
            {
                "v": VERSION,
                "request": self.request,
                "step": self.step,
                "issuer": self.issuer,
                "body": dict(self.body),
            }
        )

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.request[:4].hex()}-{self.step}-{self.issuer}.part"

    @property
    def fields(self) -> Fields:
        """Begin to read what the body holds; errors are those of a part."""
        return Fields(dict(self.body), ("body",), _no_part)


def request_id(request: bytes) -> bytes:
    """Return the hash that names a request, 32 bytes (step 33)."""
    # Step 33.
    return tagged_hash("issuer-request", request)


def read_part(data: bytes) -> Part:
    """Read a part, without what its body says (step 34).

    Raises:
        InputError: ``issuer.part``.
    """
    # Step 34.
    try:
        value = cbor.decode(data)
        fields = Fields(value, (), _no_part)
        fields.exactly("v", VERSION)
        request, step = fields.bytes("request", HASH_LENGTH), fields.text("step")
        if step not in STEPS:
            raise fields.error("step", f"must be one of {', '.join(STEPS)}")
        issuer, body = fields.uint("issuer", 1, ISSUERS_MAX), fields.value("body")
        if not isinstance(body, dict):
            raise fields.error("body", "must be a map")
        fields.done()
    except CryptoError as error:
        raise InputError(
            "issuer.part", f"it is no part of an issuer: {error.message}"
        ) from error
    return Part(request, step, issuer, body)


def parts_of(request: bytes, step: str, parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts of one step of a request, by issuer, and in order of their bytes."""
    wanted = (each for each in parts if (each.request, each.step) == (request, step))
    return tuple(sorted(wanted, key=lambda each: (each.issuer, each.to_bytes())))


def boxes_of(request: bytes, parts: Iterable[Part]) -> tuple[bytes, ...]:
    """Return the boxes for a person's device, of an enrolment or of a recovery.

    Raises:
        InputError: ``issuer.part``.
    """
    wanted = (*parts_of(request, "share", parts), *parts_of(request, "box", parts))
    return tuple(part.fields.bytes("box") for part in wanted)


def _no_part(found: Problem) -> InputError:
    return InputError("issuer.part", f"it is no part of an issuer: {found}")
