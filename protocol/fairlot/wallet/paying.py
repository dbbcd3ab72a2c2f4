"""How a person pays for a deposit, and tells the escrow (specs/money.md, section 3)."""

from dataclasses import dataclass, field

from fairlot.deposit.deposit import Deposit, read_deposit
from fairlot.deposit.destination import Account, destination, destination_salt
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.escrow.notice import notice_of, seal_notice
from fairlot.names import Nym, SaleId
from fairlot.wallet.content import Sent
from fairlot.wallet.looking import Looked
from fairlot.wallet.sending import own_nym
from fairlot_crypto.curve import Backend


@dataclass(frozen=True, slots=True)
class ToPay:
    """What is to be paid, with which reference, and what the escrow is told."""

    nym: Nym
    reference: str
    """For the bank: it shares nothing with the nym."""
    due: int
    """What the final entry on the log promises; 0 of a CANCEL."""
    paid: int
    """What the log says has come in."""
    notice: bytes = field(repr=False)
    """Sealed to the escrow."""


def pay(curve: Backend, looked: Looked, told: SaleId, account: Account | None) -> ToPay:
    """Return what a person pays, and what they tell the escrow (steps 7 to 9).

    Args:
        curve: the back-end.
        looked: at the logs of the sale and its registry.
        told: of the sale, elsewhere than on its board.
        account: where refunds go; ``None`` where the entry names none.

    Raises:
        InputError: ``wallet.moved``, ``wallet.sale``, ``wallet.no-leaf``,
            ``wallet.not-posted``, ``wallet.elsewhere``, ``wallet.account``.
    """
    looked.content.check_signs()
    nym = own_nym(curve, looked, told)
    # Step 7.
    first = _first(looked, nym)
    sent = _own(looked, told, first)
    if account is not None:
        made = destination(destination_salt(sent.settle), account)
        if made != first.binding.refund_to:
            problem = (
                "your first entry on the log commits to another account, or to none"
            )
            remedy = "refunds go where it says; name that one, or no --account-file"
            raise InputError("wallet.account", f"{problem}: {remedy}")
    terms = looked.sale.terms
    notice = notice_of(told, nym, sent.settle, account)
    position = looked.sale.positions.by_nym[nym]
    return ToPay(
        nym,
        notice.reference,
        position.final.binding.amount,
        position.paid,
        # Steps 8 and 9.
        seal_notice(notice, sent.settle, terms.escrow),
    )


def _first(looked: Looked, nym: Nym) -> Deposit:
    """Return the person's first entry on the log: refunds go where it says."""
    made = looked.read.entries.of(EntryType.DEPOSIT, EntryType.CANCEL)
    own = (read_deposit(each.entry) for each in made if each.refusal is None)
    found = next((each for each in own if each.nym == nym), None)
    if found is None:
        problem = f"the log has no entry of your nym {nym.hex()}"
        raise InputError(
            "wallet.not-posted", f"{problem}: post it, fetch the log, then pay"
        )
    return found


def _own(looked: Looked, told: SaleId, first: Deposit) -> Sent:
    taking = looked.content.taking(told)
    sent = () if taking is None else taking.sent
    found = next((s for s in sent if s.entry.hash == first.entry_hash), None)
    if found is None:
        problem = (
            f"the first entry of your nym on the log, {first.entry_hash.hex()}, is not "
            "in this file: refunds would go where it says"
        )
        raise InputError(
            "wallet.elsewhere", f"{problem}; do not pay before you know why"
        )
    return found
