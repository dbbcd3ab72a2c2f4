"""How a wallet answers the gate of a sale (specs/wallet.md, section 11)."""

from fairlot.door.answer import Answer, check_sale, make_answer
from fairlot.door.challenge import Challenge
from fairlot.identity.registry import epochs_accepted
from fairlot.names import SaleId
from fairlot.wallet import looking
from fairlot.wallet.looking import Looked
from fairlot.wallet.renewing import credential_of
from fairlot_crypto.randomness import Randomness


def answer_gate(
    looked: Looked, told: SaleId, asked: Challenge, randomness: Randomness
) -> Answer:
    """Answer a question under the person's nym in a sale (steps 55 and 56).

    Args:
        looked: at the logs of the sale and its registry.
        told: the sale.
        asked: the question; the person has read the name of the gate.
        randomness: of the answer.

    Raises:
        InputError: ``wallet.moved``, ``wallet.sale``, ``wallet.no-leaf``,
            ``wallet.no-credential``.
        Rejection: ``door.sale``.
    """
    # Step 55.
    looked.content.check_signs()
    looking.check_sale(looked, told)
    state, log = looked.sale, looked.registry
    check_sale(state.terms, asked)
    # Step 56.
    roll, epochs = state.roll.roll_id, epochs_accepted(log.registry, asked.time)
    known = looked.content.membership(log.registry_id)
    epoch, credential = credential_of(log.credentials, known, roll, epochs)
    held = log.credentials, credential, state.terms, roll
    return make_answer(*held, epoch, asked, randomness)
