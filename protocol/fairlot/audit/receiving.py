"""What a winner gets, and the evidence against a seller who sends something else.

specs/delivery.md, section 4; specs/audit.md, section 7.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fairlot.audit.evidence import WrongDelivery
from fairlot.board.replay import Replay
from fairlot.claim.claim import Claim, read_claim
from fairlot.delivery.box import open_item
from fairlot.delivery.entries import read_delivery, read_items
from fairlot.entry import Entry, EntryHash, EntryType
from fairlot.errors import Rejection
from fairlot.names import Nym, SaleId
from fairlot_crypto.keys import OpeningKey

_NAMED = (EntryType.TERMS, EntryType.ITEMS, EntryType.CLAIM, EntryType.DELIVERY)
"""What a box and the evidence about it rest on."""


@dataclass(frozen=True, slots=True)
class Received:
    """One unit that a nym has won, and what the seller has sent."""

    unit: int
    """k, from 0."""
    pool: str
    item: bytes | None = field(repr=False, default=None)
    """As it was promised; ``None`` if nothing was sent, or something else."""
    refusal: Rejection | None = None
    """Why that which was sent is not what was promised."""
    evidence: WrongDelivery | None = field(repr=False, default=None)
    """Shows it to anybody, and gives the claim's key away."""


def receive(
    read: Replay, nym: Nym, key_of: Callable[[Claim], OpeningKey]
) -> tuple[Received, ...]:
    """Open all boxes of a nym: of each of its units, in their order.

    Args:
        read: a transcript that breaks no rule.
        nym: who has won.
        key_of: returns the key pair of a claim, whose public half is its ``enc_pk``.

    Raises:
        Rejection: ``phase.wrong`` before it is known who gets what.
    """
    named = read.entries.of(*_NAMED)
    by_hash = {timed.entry.hash: timed.entry for timed in named}
    sent = {
        read_delivery(entry).unit: entry
        for entry in by_hash.values()
        if entry.type is EntryType.DELIVERY
    }
    units = enumerate(read.state.units())
    mine = [(number, unit.pool) for number, unit in units if unit.nym == nym]
    return tuple(
        _open(read.state.sale_id, by_hash, pool, sent[number], key_of)
        if number in sent
        else Received(number, pool)
        for number, pool in mine
    )


def _open(
    sale_id: SaleId,
    by_hash: Mapping[EntryHash, Entry],
    pool: str,
    sent: Entry,
    key_of: Callable[[Claim], OpeningKey],
) -> Received:
    """Open one box, or make the evidence that it is a wrong one."""
    delivery = read_delivery(sent)
    promise, claim = by_hash[delivery.items], by_hash[delivery.claim]
    key, unit = key_of(read_claim(claim)), delivery.unit
    items = read_items(promise)
    try:
        item = open_item(sale_id, items, unit, delivery.box, key)
    except Rejection as refusal:
        terms = next(each for each in by_hash.values() if each.type is EntryType.TERMS)
        shown = WrongDelivery(terms, promise, claim, sent, key.secret)
        return Received(unit, pool, refusal=refusal, evidence=shown)
    return Received(unit, pool, item)
