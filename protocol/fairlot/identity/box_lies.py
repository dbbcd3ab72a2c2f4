"""What shows that an issuer sent a person other shares than it had committed to.

specs/identity.md, section 8.
"""

from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.boxes import SentShare, check_sent, read_sent
from fairlot.identity.leaf import (
    Leaf,
    LeafShare,
    check_share,
    read_share,
    read_signed_leaf,
)
from fairlot.identity.lies import EVIDENCE_VERSION, accused
from fairlot.identity.registry import Registry
from fairlot.identity.registry_reading import read_registry
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.statements import Statements

WRONG_BOX = "wrong-box"


@dataclass(frozen=True, slots=True)
class WrongBox:
    """Shares that an issuer signed for a device, and that do not open what it committed to."""

    registry: Registry
    leaf: Leaf
    """The leaf without shares and commitment, as each issuer signed it."""
    told: LeafShare
    """The share of the leaf, by the issuer who lied."""
    sent: SentShare
    """What was in its box."""

    @property
    def kind(self) -> str:
        """The name of the kind of evidence."""
        return WRONG_BOX

    @property
    def issuer(self) -> int:
        """The number of the issuer who lied."""
        return self.told.issuer

    @property
    def title(self) -> str:
        """Say what it proves."""
        who = accused(self.registry, self.issuer)
        return f"{who} sealed a wrong share of leaf {self.leaf.index}"

    def verify(self) -> None:
        """Check that it proves what it says (step 13).

        Raises:
            Rejection: ``evidence.signature``, ``evidence.consistent``.
        """
        # Step 13.
        try:
            check_share(self.registry, self.leaf, self.told, Statements())
            check_sent(self.registry, self.leaf, self.sent)
        except Rejection as error:
            raise Rejection("evidence.signature", error.message) from error
        if self.sent.issuer != self.issuer:
            problem = "share and box are of two issuers: nothing contradicts"
            raise Rejection("evidence.consistent", problem)
        if self.sent.opens(backend(), self.registry, self.told.commitment):
            problem = "the box opens what was committed to: nothing contradicts"
            raise Rejection("evidence.consistent", problem)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": self.kind,
            "registry": cbor.encode(self.registry.to_value()),
            "leaf": self.leaf.signed_value(),
            "told": self.told.to_value(),
            "sent": self.sent.to_value(),
        }


def read_wrong_box(fields: Fields) -> WrongBox:
    """Read such evidence; whether it proves anything is for ``verify``.

    Raises:
        InputError: ``evidence.form``.
        Rejection: ``registry.*``.
        CryptoError: ``cbor.*``.
    """
    return WrongBox(
        read_registry(cbor.decode(fields.bytes("registry"))),
        read_signed_leaf(fields.map("leaf")),
        read_share(fields.map("told")),
        read_sent(fields.map("sent")),
    )
