"""A sale that its seller cancels (specs/sale.md, section 6)."""

from fairlot.board.phase import Phase, VoidReason
from fairlot.entry import Entry, EntryType, Role, sign_entry
from fairlot.errors import Rejection
from fairlot.names import SaleId
from fairlot_crypto.keys import SigningKey

CANCELLABLE = (Phase.ANNOUNCED, Phase.OPEN)
"""The phases before CLOSE: nothing of the draw is determined yet."""


def make_cancelling(sale_id: SaleId, key: SigningKey) -> Entry:
    """Return the VOID entry with which a seller cancels their sale: always the same.

    Args:
        sale_id: of the sale.
        key: the seller's.
    """
    body = {"reason": VoidReason.CANCELLED.value}
    return sign_entry(EntryType.VOID, sale_id, body, key, role=Role.SELLER)


def check_cancelling(role: Role, reason: str, phase: Phase) -> None:
    """Check a VOID that is the seller's, or says that it is (step 12).

    Args:
        role: in which it was signed, with the key of that role.
        reason: that it gives.
        phase: of the sale.

    Raises:
        Rejection: ``cancelled.key``, ``cancelled.reason``, ``cancelled.late``.
    """
    if role is not Role.SELLER:
        problem = "only the seller cancels a sale, with their own key"
        raise Rejection("cancelled.key", problem)
    if reason != VoidReason.CANCELLED:
        problem = f"a seller cancels, and gives no other reason, found {reason!r}"
        raise Rejection("cancelled.reason", problem)
    if phase not in CANCELLABLE:
        problem = f"the sale is in phase {phase}: after CLOSE no seller cancels it"
        raise Rejection("cancelled.late", problem)
