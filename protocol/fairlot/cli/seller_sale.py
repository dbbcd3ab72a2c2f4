"""Which sale a step of the seller is about (specs/command-line.md, section 25)."""

from fairlot.board.replay import Replay
from fairlot.errors import InputError
from fairlot_crypto.keys import VerifyKey


def check_seller(view: Replay, sale_id: bytes, key: VerifyKey) -> None:
    """Check that a board is of the sale that is meant, and that this key sells it.

    Raises:
        InputError: ``seller.sale``, ``seller.key``.
    """
    if view.state.sale_id != sale_id:
        problem = f"the board sells {view.state.sale_id.hex()}, which is another sale"
        raise InputError("seller.sale", f"{problem}: nothing is done")
    if view.state.terms.seller != key:
        problem = "the terms name another seller's key"
        raise InputError("seller.key", f"{problem}: nothing is done")
