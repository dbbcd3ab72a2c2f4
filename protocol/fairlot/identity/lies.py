"""What shows that an issuer lied, to anybody (specs/credential.md, section 6)."""

from dataclasses import dataclass

from fairlot.errors import InputError, Rejection
from fairlot.fields import Fields
from fairlot.identity.answers import (
    proven_value,
    read_proven,
    read_signed,
    signed_value,
)
from fairlot.identity.registry import (
    ISSUERS_MAX,
    Credentials,
    Registry,
    RollId,
    read_registry,
)
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee.answer import ProvenAnswer
from fairlot_crypto.committee.liars import Lie, SignedPart, verify_lie
from fairlot_crypto.curve import (
    G1,
    G1_LENGTH,
    Backend,
    backend,
)
from fairlot_crypto.errors import CryptoError

EVIDENCE_VERSION = 1
WRONG_PART = "wrong-part"


@dataclass(frozen=True, slots=True)
class WrongPart:
    """A part of a credential that its issuer signed, and that is wrong."""

    registry: Registry
    epoch: int
    roll: RollId
    B: G1
    """The point that was to be signed."""
    told: SignedPart
    """By the issuer who lied."""
    proven: tuple[ProvenAnswer, ...]
    """2t + 1 parts that are right."""

    @property
    def issuer(self) -> int:
        """The number of the issuer who lied."""
        return self.told.part.index

    @property
    def title(self) -> str:
        """Say what it proves."""
        who = f"issuer {self.issuer} of registry {self.registry.registry_id.hex()}"
        return f"{who} signed a wrong part of a credential"

    def verify(self) -> None:
        """Check that it proves what it says (steps 18 and 19).

        Raises:
            Rejection: ``evidence.issuer``, ``registry.key``, ``evidence.signature``,
                ``evidence.consistent``.
        """
        # Step 18.
        if self.issuer > len(self.registry.issuers):
            raise Rejection("evidence.issuer", "the registry has no such issuer")
        key = self.registry.issuers[self.issuer - 1].key
        # Step 19.
        curve = backend()
        credentials = Credentials(curve, self.registry)
        domain = credentials.context(self.epoch, self.roll).domain
        public = self.registry.sharing(curve)
        try:
            verify_lie(curve, public, key, Lie(self.told, self.B, domain, self.proven))
        except CryptoError as error:
            if error.code == "signature.invalid":
                problem = "the issuer has not signed this part"
                raise Rejection("evidence.signature", problem) from error
            raise Rejection("evidence.consistent", error.message) from error

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": WRONG_PART,
            "registry": cbor.encode(self.registry.to_value()),
            "epoch": self.epoch,
            "roll": self.roll,
            "point": self.B.to_bytes(),
            "told": {"issuer": self.issuer, **signed_value(self.told)},
            "proven": [
                {"issuer": each.part.index, **proven_value(each)}
                for each in self.proven
            ],
        }


def read_wrong_part(fields: Fields) -> WrongPart:
    """Read such evidence; whether it proves anything is for ``verify``.

    Raises:
        InputError: ``evidence.form``.
        Rejection: ``registry.*``.
        CryptoError: ``groups.*``, ``cbor.*``.
    """
    curve = backend()
    registry = read_registry(cbor.decode(fields.bytes("registry")))
    epoch, roll = fields.uint("epoch"), RollId(fields.bytes("roll", HASH_LENGTH))
    B = curve.g1_not_identity(fields.bytes("point", G1_LENGTH))
    told = _told(curve, fields.map("told"))
    proven = tuple(_proven(curve, each) for each in fields.maps("proven"))
    if len(proven) != 2 * registry.threshold + 1:
        problem = "this is no evidence: 2t + 1 issuers must have proved their parts"
        raise InputError("evidence.form", problem)
    return WrongPart(registry, epoch, roll, B, told, proven)


def _told(curve: Backend, fields: Fields) -> SignedPart:
    told = read_signed(curve, fields.uint("issuer", 1, ISSUERS_MAX), fields)
    fields.done()
    return told


def _proven(curve: Backend, fields: Fields) -> ProvenAnswer:
    proven = read_proven(curve, fields.uint("issuer", 1, ISSUERS_MAX), fields)
    fields.done()
    return proven
