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
from fairlot.identity.leaf import (
    Leaf,
    LeafShare,
    check_share,
    read_share,
    read_signed_leaf,
)
from fairlot.identity.registry import ISSUERS_MAX, Credentials, Registry, RollId
from fairlot.identity.registry_reading import read_registry
from fairlot.names import HASH_LENGTH
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.committee import shamir
from fairlot_crypto.committee.answer import ProvenAnswer
from fairlot_crypto.committee.liars import Lie, SignedPart, verify_lie
from fairlot_crypto.curve import (
    G1,
    G1_LENGTH,
    Backend,
    backend,
)
from fairlot_crypto.errors import CryptoError
from fairlot_crypto.statements import Statements

EVIDENCE_VERSION = 1
WRONG_PART, WRONG_SHARE = "wrong-part", "wrong-share"


def accused(registry: Registry, issuer: int) -> str:
    """Return how the title of evidence names an issuer."""
    return f"issuer {issuer} of registry {registry.registry_id.hex()}"


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
    def kind(self) -> str:
        """The name of the kind of evidence."""
        return WRONG_PART

    @property
    def issuer(self) -> int:
        """The number of the issuer who lied."""
        return self.told.part.index

    @property
    def title(self) -> str:
        """Say what it proves."""
        who = accused(self.registry, self.issuer)
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
            "kind": self.kind,
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


@dataclass(frozen=True, slots=True)
class WrongShare:
    """A share of a leaf that its issuer signed, and that is off the polynomial."""

    registry: Registry
    leaf: Leaf
    """The leaf without shares and commitment, as each issuer signed it."""
    told: LeafShare
    """By the issuer who lied."""
    right: tuple[LeafShare, ...]
    """2t + 1 shares on one polynomial."""

    @property
    def kind(self) -> str:
        """The name of the kind of evidence."""
        return WRONG_SHARE

    @property
    def issuer(self) -> int:
        """The number of the issuer who lied."""
        return self.told.issuer

    @property
    def title(self) -> str:
        """Say what it proves."""
        who = accused(self.registry, self.issuer)
        return f"{who} signed a wrong share of leaf {self.leaf.index}"

    def verify(self) -> None:
        """Check that it proves what it says (specs/identity.md, step 6).

        Raises:
            Rejection: ``evidence.signature``, ``evidence.consistent``.
        """
        # Step 6.
        issuers = [share.issuer for share in self.right]
        if issuers != sorted(set(issuers)):
            problem = "the shares that agree must be of distinct issuers, ascending"
            raise Rejection("evidence.consistent", problem)
        for share in (*self.right, self.told):
            try:
                check_share(self.registry, self.leaf, share, Statements())
            except Rejection as error:
                raise Rejection("evidence.signature", error.message) from error
        curve, degree = backend(), self.registry.threshold
        try:
            points = {s.issuer: curve.g1_not_identity(s.commitment) for s in self.right}
        except CryptoError as error:
            raise Rejection("evidence.consistent", error.message) from error
        if shamir.first_off_polynomial(points, degree) is not None:
            problem = "the other shares do not agree: they show nothing"
            raise Rejection("evidence.consistent", problem)
        if shamir.interpolate_points(points, self.issuer).to_bytes() == (
            self.told.commitment
        ):
            problem = "the share fits the others: nothing contradicts"
            raise Rejection("evidence.consistent", problem)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": self.kind,
            "registry": cbor.encode(self.registry.to_value()),
            "leaf": self.leaf.signed_value(),
            "told": self.told.to_value(),
            "right": [share.to_value() for share in self.right],
        }


def read_wrong_share(fields: Fields) -> WrongShare:
    """Read such evidence; whether it proves anything is for ``verify``.

    Raises:
        InputError: ``evidence.form``.
        Rejection: ``registry.*``.
        CryptoError: ``cbor.*``.
    """
    registry = read_registry(cbor.decode(fields.bytes("registry")))
    leaf = read_signed_leaf(fields.map("leaf"))
    told = read_share(fields.map("told"))
    right = tuple(read_share(each) for each in fields.maps("right"))
    if len(right) != 2 * registry.threshold + 1:
        problem = "this is no evidence: there must be 2t + 1 shares that agree"
        raise InputError("evidence.form", problem)
    return WrongShare(registry, leaf, told, right)


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
