"""How a holder claims a position (specs/claims.md, section 2)."""

from dataclasses import dataclass, field

from fairlot.claim.binding import ClaimBinding
from fairlot.deposit.binding import REFUND_TO_LENGTH, SALT_LENGTH
from fairlot.deposit.make import SettlementKeys
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import Credentials, RollId
from fairlot.names import Nym, nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CallerError
from fairlot_crypto.keys import OpeningKey, SigningKey
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A CLAIM as its holder keeps it."""

    entry: Entry
    """For the board."""
    nym: Nym
    keys: SettlementKeys = field(repr=False)
    """Of this entry alone: ``enc`` opens what the seller delivers."""


def draw_keys(randomness: Randomness) -> SettlementKeys:
    """Return the keys of a claim, the first things that it takes from its source (step 1)."""
    # Step 1.
    return SettlementKeys(
        SigningKey.generate(randomness), OpeningKey.generate(randomness)
    )


def make_claim(
    credentials: Credentials,
    credential: Credential,
    terms: Terms,
    roll: RollId,
    epoch: int,
    not_after: int,
    randomness: Randomness,
    seq: int = 0,
) -> MadeClaim:
    """Make a CLAIM entry with fresh keys (steps 1 to 3).

    Args:
        credentials: of the registry that the terms name.
        credential: the holder's, of ``epoch`` and ``roll``.
        terms: the terms as they stand on the board.
        roll: that the sale's OPEN names.
        epoch: the credential's epoch.
        not_after: Unix seconds; the same for everybody who claims in an epoch, e.g. its end.
        randomness: for the keys, refund_to, the salt and the proof.
        seq: the holder's own count in this epoch.

    Raises:
        CallerError: ``claim.registry`` where the terms name another registry;
            ``credential.epoch``, ``credential.roll`` for what is none; ``nym.identity``.
    """
    if terms.registry != credentials.registry.registry_id:
        raise CallerError("claim.registry", "the terms name another registry")
    # Step 1.
    keys = draw_keys(randomness)
    binding = ClaimBinding(
        sale_id=terms.sale_id,
        seq=seq,
        settle_pk=keys.settle.public,
        enc_pk=keys.enc.public,
        refund_to=randomness.take(REFUND_TO_LENGTH),
        salt=randomness.take(SALT_LENGTH),
        board=terms.board.key,
        not_after=not_after,
    )
    # Step 2.
    context = credentials.context(epoch, roll)
    ctx = nym_context(terms.sale_id)
    shown = present(context, credential, ctx, binding.ph, (), randomness)
    # Step 3.
    body: dict[str, Value] = {
        "ph": binding.to_value(),
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": epoch,
    }
    entry = sign_entry(EntryType.CLAIM, terms.sale_id, body, keys.settle)
    return MadeClaim(entry, Nym(shown.nym), keys)
