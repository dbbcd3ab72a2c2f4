"""What shows that an issuer signed a wrong answer about tags.

specs/uniqueness-tag.md, section 5.4. Elements are blinded: it tells nothing of anybody.
"""

from dataclasses import dataclass

from fairlot.errors import Rejection
from fairlot.fields import Fields
from fairlot.identity.lies import EVIDENCE_VERSION, accused
from fairlot.identity.registry import Registry
from fairlot.identity.registry_reading import read_registry
from fairlot.identity.tag_issuing import (
    check_asked,
    check_signed,
    request_elements,
    true_answer,
)
from fairlot.identity.tag_messages import (
    TagAnswer,
    TagRequest,
    read_tag_answer,
    read_tag_request,
)
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import backend
from fairlot_crypto.errors import CryptoError

WRONG_TAG = "wrong-tag"


@dataclass(frozen=True, slots=True)
class WrongTag:
    """A request, and what an issuer signed in answer to it that is not true."""

    registry: Registry
    request: TagRequest
    answer: TagAnswer

    @property
    def kind(self) -> str:
        """The name of the kind of evidence."""
        return WRONG_TAG

    @property
    def issuer(self) -> int:
        """The number of the issuer who lied."""
        return self.answer.issuer

    @property
    def title(self) -> str:
        """Say what it proves."""
        who = accused(self.registry, self.issuer)
        return f"{who} signed a wrong answer about tags"

    def verify(self) -> None:
        """Check that it proves what it says (steps 39 and 40).

        Raises:
            Rejection: ``tag-request.*``, ``tag-answer.*`` for what proves nothing of
                anybody; ``registry.key``; ``tag-evidence.true`` if the answer is true.
        """
        curve = backend()
        # Step 39.
        check_asked(self.registry, self.request)
        elements = request_elements(curve, self.request)
        check_signed(self.registry, self.request, self.answer)
        # Step 40.
        public = self.registry.tag_shares(curve)
        try:
            true_answer(curve, public, elements, self.answer)
        except CryptoError:
            return
        problem = f"issuer {self.issuer} told the truth: nothing contradicts"
        raise Rejection("tag-evidence.true", problem)

    def to_value(self) -> dict[str, Value]:
        """Return the CBOR map of the evidence file."""
        return {
            "v": EVIDENCE_VERSION,
            "kind": self.kind,
            "registry": cbor.encode(self.registry.to_value()),
            "request": self.request.to_bytes(),
            "answer": self.answer.to_bytes(),
        }


def read_wrong_tag(fields: Fields) -> WrongTag:
    """Read such evidence; whether it proves anything is for ``verify``.

    Raises:
        InputError: ``evidence.form``.
        Rejection: ``registry.*``, ``tag-request.field``, ``tag-answer.field``.
        CryptoError: ``cbor.*``.
    """
    return WrongTag(
        read_registry(cbor.decode(fields.bytes("registry"))),
        read_tag_request(fields.bytes("request")),
        read_tag_answer(fields.bytes("answer")),
    )
