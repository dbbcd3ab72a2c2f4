"""How a wallet enters a sale, leaves it, and claims (specs/wallet.md, sections 8 and 9)."""

from dataclasses import dataclass, field, replace

from fairlot.board.sale import SaleState
from fairlot.claim.claim import read_claim
from fairlot.claim.make import make_claim
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.destination import Account
from fairlot.deposit.make import make_entry
from fairlot.deposit.wish import Wish
from fairlot.entry import EntryHash, EntryType
from fairlot.errors import InputError
from fairlot.identity.registry import epochs_accepted
from fairlot.names import Nym, SaleId
from fairlot.terms.pool import Pool
from fairlot.terms.terms import Terms
from fairlot.wallet.content import Sent, Taking
from fairlot.wallet.looking import Looked
from fairlot.wallet.renewing import credential_of
from fairlot.wallet.sending import (
    Made,
    check_phase,
    last_sent,
    own_nym,
    taking_of,
    with_sent,
)
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.curve import Backend
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told of a sale, elsewhere than on its board."""

    sale_id: SaleId
    limit: int
    """The greatest price of a unit."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a person wants of a sale; a wallet counts ``seq`` itself."""

    kind: EntryType
    """DEPOSIT or CANCEL."""
    wish: Wish = field(default=Wish(0, 0, 0), repr=False)
    account: Account | None = field(default=None, repr=False)
    """Where refunds go, if the entry commits to an account (specs/money.md)."""

    @property
    def hash(self) -> bytes:
        """Name what is ordered (step 31)."""
        # Step 31.
        wish, bid = self.wish, self.wish.bid
        steps: Value = bid
        if isinstance(bid, tuple):
            steps = [[step.quantity, step.price] for step in bid]
        value: dict[str, Value] = {
            "type": self.kind.value,
            "wants": wish.wants,
            "amount": wish.amount,
            "members": tuple(sorted(wish.members)),
            "tier": wish.tier,
            "bid": steps,
            "answers": list(wish.answers),
            "choices": list(wish.choices),
        }
        if self.account is not None:
            value["refund"] = self.account.to_value()
        return tagged_hash("wallet-order", cbor.encode(value))


def highest_price(terms: Terms, wish: Wish) -> int:
    """Return the greatest price of a unit that a person may pay (step 33).

    Args:
        terms: of the sale.
        wish: the dearest tier that is accepted, and the bid.
    """
    # Step 33.
    bid = wish.bid
    steps = [step.price for step in bid] if isinstance(bid, tuple) else [bid or 0]
    return max(*steps, *(_price(pool, wish.tier) for pool in terms.pools))


def lowest_price(terms: Terms) -> int:
    """Return the least price of a unit that anybody pays: less buys nothing."""
    return min(_least(pool) for pool in terms.pools)


def enter(
    curve: Backend,
    looked: Looked,
    told: Told,
    ordered: Ordered,
    now: int,
    randomness: Randomness,
    *,
    replaces: bool = False,
) -> Made:
    """Make a DEPOSIT or CANCEL, or return the one that was made (steps 32 to 37).

    Args:
        curve: the back-end.
        looked: at the logs of the sale and its registry.
        told: of the sale.
        ordered: what the person wants.
        now: the wallet's clock, Unix seconds.
        randomness: of the entry.
        replaces: whether another entry may be made after one that was made before.

    Raises:
        InputError: ``wallet.moved``, ``wallet.sale``, ``wallet.price``, ``wallet.phase``,
            ``wallet.entered``, ``wallet.elsewhere``, ``wallet.no-leaf``,
            ``wallet.no-credential``.
        CallerError: ``wish.*``.
    """
    # Step 32.
    looked.content.check_signs()
    nym = own_nym(curve, looked, told.sale_id)
    state = looked.sale
    # Step 33.
    _check_price(state.terms, told.limit, ordered)
    # Step 34.
    taking = taking_of(looked, told.limit)
    last = last_sent(taking, (EntryType.DEPOSIT, EntryType.CANCEL))
    if last is not None and last.order == ordered.hash:
        return Made(looked.content, last.entry, nym, again=True)
    # Step 35.
    check_phase(state, ordered.kind)
    seq = _next_seq(state, taking, nym, ordered.kind, replaces=replaces)
    # Step 36.
    known = looked.content.membership(looked.registry.registry_id)
    credentials, roll = looked.registry.credentials, state.roll.roll_id
    epochs = epochs_accepted(looked.registry.registry, now)
    epoch, credential = credential_of(credentials, known, roll, epochs)
    wish = replace(ordered.wish, seq=seq)
    held = credentials, credential, state.terms, roll
    account = ordered.account
    made = make_entry(*held, ordered.kind, epoch, wish, randomness, account)
    # Step 37.
    sent = Sent(made.entry, ordered.hash, made.keys.settle, made.keys.enc)
    content = with_sent(looked, taking, sent)
    return Made(content, made.entry, nym, again=False)


def claim(
    curve: Backend, looked: Looked, told: SaleId, now: int, randomness: Randomness
) -> Made:
    """Make a CLAIM, or return the one of this epoch (steps 38 to 40).

    Args:
        curve: the back-end.
        looked: at the logs of the sale and its registry.
        told: the sale.
        now: the wallet's clock, Unix seconds.
        randomness: of the claim.

    Raises:
        InputError: ``wallet.moved``, ``wallet.sale``, ``wallet.phase``,
            ``wallet.position``, ``wallet.no-leaf``, ``wallet.no-credential``.
    """
    # Step 38.
    looked.content.check_signs()
    nym = own_nym(curve, looked, told)
    state = looked.sale
    check_phase(state, EntryType.CLAIM)
    if nym not in state.positions.by_nym:
        problem = f"the log has no position of your nym {nym.hex()}"
        raise InputError("wallet.position", f"{problem}: there is nothing to claim")
    # Step 39.
    registry = looked.registry.registry
    epochs = epochs_accepted(registry, now)
    known = looked.content.membership(registry.registry_id)
    credentials, roll = looked.registry.credentials, state.roll.roll_id
    epoch, credential = credential_of(credentials, known, roll, epochs)
    taking = taking_of(looked)
    last = last_sent(taking, (EntryType.CLAIM,))
    if last is not None and read_claim(last.entry).epoch == epoch:
        return Made(looked.content, last.entry, nym, again=True)
    _check_claimed(state, nym, epoch)
    # Step 40.
    end = (epoch + 1) * registry.epoch + registry.grace
    held = credentials, credential, state.terms, roll
    made = make_claim(*held, epoch, end, randomness)
    order = tagged_hash("wallet-order", cbor.encode({"type": "CLAIM", "epoch": epoch}))
    sent = Sent(made.entry, order, made.keys.settle, made.keys.enc)
    content = with_sent(looked, taking, sent)
    return Made(content, made.entry, nym, again=False)


def _price(pool: Pool, tier: str | None) -> int:
    if pool.fares is not None:
        return max(price for _, price in pool.fares.prices)
    accepted = [part.price for part in pool.tiers if part.name == tier]
    if accepted:
        # Tiers fall in price: whoever accepts one accepts those below.
        return accepted[0]
    return max((part.price for part in pool.parts), default=pool.price)


def _least(pool: Pool) -> int:
    if pool.fares is not None:
        return min(price for _, price in pool.fares.prices)
    return min((part.price for part in pool.parts), default=pool.price)


def _check_price(terms: Terms, limit: int, ordered: Ordered) -> None:
    """Check that nothing costs more than the person was told (step 33)."""
    if ordered.kind is EntryType.CANCEL:
        return
    price = highest_price(terms, ordered.wish)
    if price > limit:
        problem = f"a unit costs up to {price}, and you were told {limit} at most"
        raise InputError("wallet.price", f"{problem}: nothing was signed")


def _next_seq(
    state: SaleState, taking: Taking, nym: Nym, kind: EntryType, *, replaces: bool
) -> int:
    """Return the number of the next entry, above all that were made (step 35)."""
    made = [
        read_deposit(each.entry)
        for each in taking.sent
        if each.entry.type in (EntryType.DEPOSIT, EntryType.CANCEL)
    ]
    known = {each.entry_hash for each in made}
    position = state.positions.by_nym.get(nym)
    if position is not None and position.final.entry_hash not in known:
        _check_elsewhere(position.final.entry_hash, replaces=replaces)
        made.append(position.final)
    elif made and not replaces:
        problem = "this wallet has made another entry for this sale"
        raise InputError("wallet.entered", f"{problem}: to replace it, say --replace")
    if not made and kind is EntryType.CANCEL:
        problem = "neither this wallet nor the log has an entry of yours"
        raise InputError("wallet.entered", f"{problem}: there is nothing to cancel")
    return max((each.binding.seq + 1 for each in made), default=0)


def _check_elsewhere(found: EntryHash, *, replaces: bool) -> None:
    if not replaces:
        problem = (
            f"the log has an entry of yours, {found.hex()}, that this file has not"
        )
        remedy = (
            "if you have put an older copy back, or another has your secrets, stop; "
            "to replace that entry, say --replace"
        )
        raise InputError("wallet.elsewhere", f"{problem}: {remedy}")


def _check_claimed(state: SaleState, nym: Nym, epoch: int) -> None:
    """Check that no other claim of the epoch is there: two count for none (step 39)."""
    claims = state.claims.by_nym.get(nym, ())
    if any(each.epoch == epoch for each in claims):
        problem = "the log has a claim of yours of this epoch that this file has not"
        remedy = "a second one would undo both: claim in the next epoch"
        raise InputError("wallet.elsewhere", f"{problem}; {remedy}")
