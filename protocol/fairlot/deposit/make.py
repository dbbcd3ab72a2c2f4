"""A holder makes a deposit, or cancels one (specs/deposit.md, section 2)."""

from dataclasses import dataclass

from fairlot.deposit.binding import REFUND_TO_LENGTH, SALT_LENGTH, Binding
from fairlot.deposit.deposit import disclosed_indexes
from fairlot.deposit.nym import nym_from
from fairlot.deposit.puzzle import answer_key, solve
from fairlot.deposit.sealed_bid import seal_bid
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import Credentials
from fairlot.names import Nym, group_id, nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import (
    Credential,
    present,
)
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import (
    OpeningKey,
    Signature,
    SigningKey,
    VerifyKey,
)
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Wish:
    """What a holder wants of a sale; a CANCEL has a seq and nothing else."""

    seq: int
    """The holder's own count: the greatest replaces the others."""
    wants: int
    """Units."""
    amount: int
    """Money deposited, smallest unit."""
    members: tuple[Nym, ...] = ()
    """Whom to win or lose with, oneself included, in any order; none for a single."""
    tier: str | None = None
    """The highest tier of sponsorship that is accepted."""
    bid: int | None = None
    """What a unit is worth to the holder; it is sealed where the terms take bids."""
    answers: tuple[str, ...] = ()
    """Answers to the sale's puzzles; a wrong one solves nothing."""


@dataclass(frozen=True, slots=True)
class SettlementKeys:
    """A holder's keys for one deposit, fresh each time."""

    settle: SigningKey
    enc: OpeningKey


def make_entry(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    kind: EntryType,
    epoch: int,
    wish: Wish,
    randomness: Randomness,
) -> tuple[Entry, SettlementKeys]:
    """Make a DEPOSIT or CANCEL entry (steps 1 to 5).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch``.
        terms: the terms as they stand on the board.
        kind: DEPOSIT or CANCEL.
        epoch: the credential's epoch.
        wish: what is ordered; a CANCEL wants and pays nothing.
        randomness: for the keys, the salt, the sealed bid and the proof.

    Raises:
        InputError: ``puzzle.answer`` for an answer that is none.
    """
    keys = SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )
    nym = nym_from(credentials.curve, credential.nym_secrets, terms.sale_id)
    binding = _bind(credentials, terms, kind, wish, keys, nym, randomness)
    context = credentials.context(epoch)
    indexes = disclosed_indexes(credentials.registry, terms.attributes_required)
    shown = present(
        context,
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
    return sign_entry(kind, terms.sale_id, body, keys.settle), keys


def _bind(
    credentials: Credentials,
    terms: Terms,
    kind: EntryType,
    wish: Wish,
    keys: SettlementKeys,
    nym: Nym,
    randomness: Randomness,
) -> Binding:
    members = tuple(sorted(wish.members))
    settle_pk = keys.settle.public
    refund_to = randomness.take(REFUND_TO_LENGTH)
    salt = randomness.take(SALT_LENGTH)
    bid = None
    if terms.bids is not None and kind is EntryType.DEPOSIT:
        curve, sale_id = credentials.curve, terms.sale_id
        bid = seal_bid(curve, terms.bids, sale_id, nym, wish.bid, randomness)
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
    )


def _solutions(
    terms: Terms, wish: Wish, nym: Nym, settle_pk: VerifyKey
) -> dict[str, Signature]:
    """Solve what the answers are right for; the others would be refused."""
    keys = {key.public: key for key in map(answer_key, wish.answers)}
    return {
        pool.name: solve(keys[pool.puzzle], terms.sale_id, nym, settle_pk)
        for pool in terms.pools
        if pool.puzzle is not None and pool.puzzle in keys
    }
