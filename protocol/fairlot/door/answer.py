"""How a winner answers a gate (specs/door.md, section 2)."""

from dataclasses import dataclass

from fairlot.door.challenge import (
    DOOR_VERSION,
    Challenge,
    file_fields,
    read_asked,
)
from fairlot.errors import Rejection
from fairlot.identity.registry import Credentials, RollId
from fairlot.names import NYM_LENGTH, Nym, nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.errors import CallerError
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Answer:
    """A fresh presentation for one question."""

    asked: Challenge
    nym: Nym
    epoch: int
    """Of the credential."""
    proof: bytes

    def encode(self) -> bytes:
        """Return the file of the answer."""
        return cbor.encode(
            {
                "v": DOOR_VERSION,
                **self.asked.to_value(),
                "nym": self.nym,
                "epoch": self.epoch,
                "proof": self.proof,
            }
        )


def make_answer(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    epoch: int,
    asked: Challenge,
    randomness: Randomness,
) -> Answer:
    """Answer a gate under the nym of the sale (steps 3 and 4).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch`` and ``roll``.
        terms: the terms as they stand on the board.
        roll: that the sale's OPEN names.
        epoch: the credential's epoch.
        asked: the gate's question; the person has read the name of the gate.
        randomness: 32 bytes are taken.

    Raises:
        Rejection: ``door.sale`` for a question about another sale.
        CallerError: ``door.registry`` where the terms name another registry;
            ``credential.epoch``, ``credential.roll``, ``nym.identity``.
    """
    # Step 3.
    check_registry(credentials, terms)
    check_sale(terms, asked)
    # Step 4.
    context = credentials.context(epoch, roll)
    ctx = nym_context(terms.sale_id)
    shown = present(context, credential, ctx, asked.ph, (), randomness)
    return Answer(asked, Nym(shown.nym), epoch, shown.proof)


def read_answer(data: bytes) -> Answer:
    """Read the file of an answer (step 5).

    Raises:
        Rejection: ``door.malformed``.
    """
    # Step 5.
    fields = file_fields(data)
    answer = Answer(
        read_asked(fields),
        Nym(fields.bytes("nym", NYM_LENGTH)),
        fields.uint("epoch"),
        fields.bytes("proof"),
    )
    fields.done()
    return answer


def check_registry(credentials: Credentials, terms: Terms) -> None:
    """Check that the credentials are of the registry of the terms.

    Raises:
        CallerError: ``door.registry``.
    """
    if terms.registry != credentials.registry.registry_id:
        raise CallerError("door.registry", "the terms name another registry")


def check_sale(terms: Terms, asked: Challenge) -> None:
    """Check that a question is about the sale of the terms.

    Raises:
        Rejection: ``door.sale``.
    """
    if asked.sale_id != terms.sale_id:
        raise Rejection("door.sale", "the question is about another sale than this")
