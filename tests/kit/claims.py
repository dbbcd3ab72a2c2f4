"""Claims of a stage's people, and claims that this library would not make."""

from collections.abc import Mapping

from fairlot.claim.claim import read_claim
from fairlot.claim.make import MadeClaim, make_claim
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot.identity.registry import Credentials, RollId
from fairlot.names import nym_context
from fairlot.terms.terms import Terms
from fairlot_crypto import cbor
from fairlot_crypto.bbs.profile import Credential, present
from fairlot_crypto.cbor import Value
from fairlot_crypto.hashing import tag
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import Randomness
from kit.sales import source
from kit.stage import Stage


def claimed(
    on: Stage,
    credential: Credential,
    epoch: int,
    label: str = "claim",
    seq: int = 0,
    not_after: int | None = None,
) -> MadeClaim:
    """Claim with a credential of an epoch; another label, other keys."""
    ends = (epoch + 1) * on.registry.epoch + on.registry.grace
    return make_claim(
        on.credentials,
        credential,
        on.terms,
        on.roll_id,
        epoch,
        ends if not_after is None else not_after,
        source(f"claim/{label}/{epoch}"),
        seq,
    )


def rebound(
    on: Stage,
    credential: Credential,
    start: MadeClaim,
    changes: Mapping[str, Value],
    key: SigningKey | None = None,
) -> Entry:
    """Present another binding, and sign with the claim's own key or ``key``."""
    signer = start.keys.settle if key is None else key
    return reclaimed(
        (on.credentials, credential, on.terms, on.roll_id),
        start,
        changes,
        signer,
        source("rebound"),
    )


def reclaimed(
    by: tuple[Credentials, Credential, Terms, RollId],
    start: MadeClaim,
    changes: Mapping[str, Value],
    signer: SigningKey,
    randomness: Randomness,
) -> Entry:
    """Present another binding than that of a claim, and sign it."""
    credentials, credential, terms, roll = by
    claim = read_claim(start.entry)
    binding = {**claim.binding.to_value(), **changes}
    ph = tag("ph").encode() + b"\x00" + cbor.encode(binding)
    sale_id = claim.binding.sale_id
    context = credentials.context(claim.epoch, roll)
    shown = present(context, credential, nym_context(sale_id), ph, (), randomness)
    body: dict[str, Value] = {
        "ph": binding,
        "nym": shown.nym,
        "proof": shown.proof,
        "epoch": claim.epoch,
    }
    return sign_entry(EntryType.CLAIM, terms.sale_id, body, signer)
