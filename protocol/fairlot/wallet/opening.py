"""How a wallet opens what was delivered (specs/delivery.md, steps 5 to 7)."""

from fairlot.audit.receiving import Received, receive
from fairlot.claim.claim import Claim
from fairlot.errors import InputError
from fairlot.names import Nym, SaleId
from fairlot.wallet.looking import Looked
from fairlot.wallet.sending import own_nym
from fairlot_crypto.curve import Backend
from fairlot_crypto.keys import OpeningKey


def open_items(
    curve: Backend, looked: Looked, told: SaleId
) -> tuple[Nym, tuple[Received, ...]]:
    """Return the person's nym, and what is in their boxes, in the order of their units.

    Args:
        curve: the back-end.
        looked: at the logs of the sale and its registry.
        told: of the sale, elsewhere than on its board.

    Raises:
        InputError: ``wallet.sale``, ``wallet.no-leaf``; ``wallet.elsewhere`` for a box
            to a claim that this file has not.
        Rejection: ``phase.wrong`` before it is known who gets what.
    """
    nym = own_nym(curve, looked, told)
    taking = looked.content.taking(told)
    sent = () if taking is None else taking.sent
    keys = {each.entry.hash: each.enc for each in sent}

    def key_of(claim: Claim) -> OpeningKey:
        key = keys.get(claim.entry_hash)
        if key is None:
            problem = (
                f"a box is sealed to the claim {claim.entry_hash.hex()}, which this"
            )
            raise InputError(
                "wallet.elsewhere", f"{problem} file has not: take its newest copy"
            )
        return key

    return nym, receive(looked.read, nym, key_of)
