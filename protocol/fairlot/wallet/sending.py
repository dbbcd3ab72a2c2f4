"""What all entries have in common that a wallet makes (specs/wallet.md, sections 8 and 9)."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fairlot.audit.sentences import utc
from fairlot.board.phase import PHASES, Phase
from fairlot.board.sale import SaleState
from fairlot.deposit.nym import nym_from
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError
from fairlot.identity.registry import RegistryId
from fairlot.names import Nym, SaleId
from fairlot.wallet.content import Content, Sent, Taking
from fairlot.wallet.looking import Looked, check_sale
from fairlot.wallet.renewing import identity_of
from fairlot_crypto.curve import Backend


@dataclass(frozen=True, slots=True)
class Made:
    """An entry to be sent, and what the wallet holds with it."""

    content: Content
    entry: Entry
    nym: Nym
    again: bool
    """Whether it had been made before, and is the same."""


def own_nym(curve: Backend, looked: Looked, told: SaleId) -> Nym:
    """Return the person's nym in a sale, for those with whom they win or lose.

    Raises:
        InputError: ``wallet.sale``, ``wallet.no-leaf``.
    """
    check_sale(looked, told)
    known = looked.content.membership(looked.registry.registry_id)
    secrets = identity_of(known).nym_secrets
    return nym_from(curve, secrets, looked.sale.sale_id)


def check_phase(state: SaleState, kind: EntryType) -> None:
    """Check that a sale takes entries of a type now.

    Raises:
        InputError: ``wallet.phase``.
    """
    if state.phase not in PHASES[kind]:
        problem = f"the sale is in the phase {state.phase}, which takes no {kind}"
        remedy = "take a newer copy of its log"
        if state.phase is Phase.ANNOUNCED and Phase.OPEN in PHASES[kind]:
            remedy = f"it opens {utc(state.terms.times.open)}; {remedy} then"
        raise InputError("wallet.phase", f"{problem}: {remedy}")


def taking_of(looked: Looked, limit: int = 0) -> Taking:
    """Return what is held of the sale, with what its terms say of it.

    Args:
        looked: at its log.
        limit: the greatest price of a unit, where nothing is held yet.
    """
    terms, sale_id = looked.sale.terms, looked.sale.sale_id
    known = looked.content.taking(sale_id)
    if known is None:
        known = Taking(sale_id, RegistryId(terms.registry), terms.title, limit)
    return replace(known, collect=terms.times.collect)


def last_sent(taking: Taking, kinds: Collection[EntryType]) -> Sent | None:
    """Return the last entry of these types that was made."""
    made = (each for each in reversed(taking.sent) if each.entry.type in kinds)
    return next(made, None)


def with_sent(looked: Looked, taking: Taking, sent: Sent) -> Content:
    """Return what the wallet holds with one more entry."""
    return looked.content.with_taking(replace(taking, sent=(*taking.sent, sent)))
