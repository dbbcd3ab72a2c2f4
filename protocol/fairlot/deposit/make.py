"""How a holder makes or cancels a deposit (specs/deposit.md, section 2)."""

from dataclasses import dataclass, field

from fairlot.deposit.binding import REFUND_TO_LENGTH, SALT_LENGTH, Binding
from fairlot.deposit.deposit import disclosed_indexes
from fairlot.deposit.destination import Account, destination, destination_salt
from fairlot.deposit.nym import nym_from
from fairlot.deposit.puzzle import answer_key, solve
from fairlot.deposit.sealed_bid import seal_bid
from fairlot.deposit.wish import Wish, check_wish
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import Credentials, RollId
from fairlot.names import Nym, group_id, nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import (
    Credential,
    present,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import (
    OpeningKey,
    Signature,
    SigningKey,
    VerifyKey,
)
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class SettlementKeys:
    """A holder's keys for one deposit, fresh each time; neither shows its secret."""

    settle: SigningKey
    """Signs the entry, and contributes to the beacon where the holder wishes."""
    enc: OpeningKey
    """Opens what the seller sends to the winner."""


@dataclass(frozen=True, slots=True)
class MadeDeposit:
    """A DEPOSIT or CANCEL as its holder keeps it."""

    entry: Entry
    """For the board."""
    nym: Nym
    """Of the holder in this sale, 48 bytes."""
    amount: int
    """Money that it promises, smallest unit; 0 of a CANCEL."""
    keys: SettlementKeys = field(repr=False)
    """Of this entry alone: keep them until the sale is settled."""


def make_deposit(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    wish: Wish,
    epoch: int,
    randomness: Randomness,
) -> MadeDeposit:
    """Make a DEPOSIT entry (steps 1 to 5).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch`` and ``roll``.
        terms: the terms as they stand on the board.
        roll: that the sale's OPEN names.
        wish: what is ordered.
        epoch: the credential's epoch (``epoch_at``).
        randomness: for the keys, the salt, the sealed bid and the proof.

    Raises:
        CallerError: ``wish.registry`` where the terms name another registry;
            ``credential.epoch``, ``credential.roll`` for what is none;
            ``wish.ladder``, ``wish.tier``, ``wish.choices``, ``wish.bid``, ``wish.group``,
            ``wish.answers``
            where the terms do not offer what is wished.
        InputError: ``puzzle.answer`` for an answer that is no text of the sale.
    """
    arguments = credentials, credential, terms, roll, EntryType.DEPOSIT, epoch, wish
    return make_entry(*arguments, randomness)


def make_cancellation(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    seq: int,
    epoch: int,
    randomness: Randomness,
) -> MadeDeposit:
    """Make a CANCEL entry: it replaces the holder's entries of a smaller ``seq``.

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch`` and ``roll``.
        terms: the terms as they stand on the board.
        roll: that the sale's OPEN names.
        seq: the holder's own count, above that of the deposit.
        epoch: the credential's epoch.
        randomness: for the keys, the salt and the proof.

    Raises:
        CallerError: ``wish.range``, ``wish.registry``, ``credential.epoch``,
            ``credential.roll``.
    """
    nothing = Wish(seq, wants=0, amount=0)
    arguments = credentials, credential, terms, roll, EntryType.CANCEL, epoch, nothing
    return make_entry(*arguments, randomness)


def make_entry(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    kind: EntryType,
    epoch: int,
    wish: Wish,
    randomness: Randomness,
    account: Account | None = None,
) -> MadeDeposit:
    """Make a DEPOSIT or CANCEL entry (steps 1 to 5).

    Arguments are those of ``make_deposit``, ``kind``: DEPOSIT or CANCEL, and ``account``:
    where refunds go, if the holder says so to the escrow (specs/money.md).

    Raises:
        CallerError: as ``make_deposit``; ``wish.kind`` for another type;
            ``wish.cancel`` for a CANCEL that asks for something.
        InputError: ``puzzle.answer``.
    """
    nym = nym_from(credentials.curve, credential.nym_secrets, terms.sale_id)
    _check_registry(credentials, terms)
    credentials.context(epoch, roll)
    check_wish(terms, kind, wish, nym)
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    binding = bind(credentials, terms, kind, wish, keys, nym, randomness, account)
    entry = present_binding(
        credentials, credential, terms, roll, epoch, binding, keys, randomness
    )
    return MadeDeposit(entry, nym, wish.amount, keys)


def _check_registry(credentials: Credentials, terms: Terms) -> None:
    if terms.registry != credentials.registry.registry_id:
        raise CallerError("wish.registry", "the terms name another registry")


def present_binding(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    epoch: int,
    binding: Binding,
    keys: SettlementKeys,
    randomness: Randomness,
) -> Entry:
    """Present a credential for a binding, whatever it says, and sign the entry.

    Steps 4 and 5; ``make_entry`` is what holders call.
    """
    indexes = disclosed_indexes(credentials.registry, terms.attributes_required)
    shown = present(
        credentials.context(epoch, roll),
        credential,
        nym_context(terms.sale_id),
        binding.ph,
        indexes,
        randomness,
    )
    octets = (credential.attributes[index].decode() for index in indexes)
    body: dict[str, Value] = {
        "ph": binding.to_value(),
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
        "disclosed": dict(each.split("=", 1) for each in octets),
    }
    return sign_entry(binding.type, terms.sale_id, body, keys.settle)


def bind(
    credentials: Credentials,
    terms: Terms,
    kind: EntryType,
    wish: Wish,
    keys: SettlementKeys,
    nym: Nym,
    randomness: Randomness,
    account: Account | None = None,
) -> Binding:
    """Return what a deposit binds: the wish, and fresh values (steps 1 and 2)."""
    members = tuple(sorted(wish.members))
    settle_pk = keys.settle.public
    if account is None:
        refund_to = randomness.take(REFUND_TO_LENGTH)
    else:
        refund_to = destination(destination_salt(keys.settle), account)
    salt = randomness.take(SALT_LENGTH)
    bid = None
    if terms.bids is not None and kind is EntryType.DEPOSIT:
        curve, sale_id = credentials.curve, terms.sale_id
        named, steps = terms.bids, terms.bid_steps
        bid = seal_bid(curve, named, sale_id, nym, wish.bid, randomness, steps)
    return Binding(
        type=kind,
        sale_id=terms.sale_id,
        seq=wish.seq,
        amount=wish.amount,
        asset=terms.asset,
        settle_pk=settle_pk,
        enc_pk=keys.enc.public,
        refund_to=refund_to,
        wants=wish.wants,
        salt=salt,
        board=terms.board.key,
        not_after=terms.times.close + terms.times.slack,
        group=group_id(terms.sale_id, members) if members else None,
        members=members,
        tier=wish.tier,
        solutions=_solutions(terms, wish, nym, settle_pk),
        bid=bid,
        choices=_choices(terms, wish),
    )


def _choices(terms: Terms, wish: Wish) -> tuple[int, ...]:
    options = terms.choosing.options if terms.choosing else ()
    places = {option.name: index for index, option in enumerate(options)}
    return tuple(places[name] for name in wish.choices)


def _solutions(
    terms: Terms, wish: Wish, nym: Nym, settle_pk: VerifyKey
) -> dict[str, Signature]:
    """Solve the puzzles whose answer is right; other solutions would be refused."""
    keys = {key.public: key for key in map(answer_key, wish.answers)}
    return {
        pool.name: solve(keys[pool.puzzle], terms.sale_id, nym, settle_pk)
        for pool in terms.pools
        if pool.puzzle is not None and pool.puzzle in keys
    }
