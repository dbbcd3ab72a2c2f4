"""How a wallet collects what it has won (specs/wallet.md, section 9)."""

from fairlot.board.sale import SaleState
from fairlot.claim.collect import make_collect
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.names import Nym, SaleId
from fairlot.wallet.content import Sent, Taking
from fairlot.wallet.looking import Looked
from fairlot.wallet.sending import (
    Made,
    check_phase,
    last_sent,
    own_nym,
    taking_of,
    with_sent,
)
from fairlot_crypto import cbor
from fairlot_crypto.curve import Backend
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey


def collect(curve: Backend, looked: Looked, told: SaleId) -> Made:
    """Make a COLLECT, or return the one that was made (steps 44 to 48).

    Args:
        curve: the back-end.
        looked: at the logs of the sale and its registry.
        told: the sale.

    Raises:
        InputError: ``wallet.moved``, ``wallet.sale``, ``wallet.no-leaf``,
            ``wallet.phase``, ``wallet.collected``, ``wallet.not-won``,
            ``wallet.no-key``.
        Rejection: ``collect.none``, ``collect.early``.
    """
    # Step 44.
    looked.content.check_signs()
    nym = own_nym(curve, looked, told)
    taking, state = taking_of(looked), looked.sale
    last = last_sent(taking, (EntryType.COLLECT,))
    if last is not None:
        return Made(looked.content, last.entry, nym, again=True)
    # Step 45.
    check_phase(state, EntryType.COLLECT)
    state.check_collecting()
    if nym in state.collects.nyms:
        problem = "the log has a COLLECT of yours that this file has not made"
        raise InputError(
            "wallet.collected",
            f"{problem}: your seat is kept, there is nothing to send",
        )
    # Step 46.
    _check_won(state, nym)
    # Step 47.
    settle = _key(state, taking, nym)
    # Step 48.
    entry = make_collect(told, nym, settle)
    order = tagged_hash("wallet-order", cbor.encode({"type": "COLLECT"}))
    content = with_sent(looked, taking, Sent(entry, order, settle, None))
    return Made(content, entry, nym, again=False)


def _check_won(state: SaleState, nym: Nym) -> None:
    """Check that the first draw gave the nym a seat that must be collected (step 46)."""
    outcome = state.outcome
    if outcome is None:
        _, outcome, _ = state.result()
    won = (
        award.units
        for result in outcome.pools
        if result.pool.collect
        for award in result.awards
        if award.nym == nym
    )
    if not any(won):
        problem = "you have won no seat that must be collected"
        remedy = "who waits for one that comes free need do nothing"
        raise InputError("wallet.not-won", f"{problem}: {remedy}")


def _key(state: SaleState, taking: Taking, nym: Nym) -> SigningKey:
    """Return the key with which the wallet collects (step 47)."""
    known = {claim.binding.settle_pk for claim in state.claims.by_nym.get(nym, ())}
    known.add(state.positions.by_nym[nym].final.binding.settle_pk)
    own = (made.settle for made in reversed(taking.sent) if made.entry.key in known)
    settle = next(own, None)
    if settle is None:
        problem = "this wallet has no key of your deposit, nor of a claim on the log"
        remedy = "claim with fairlot wallet claim, post that, and collect then"
        raise InputError("wallet.no-key", f"{problem}: {remedy}")
    return settle
