"""Lies about who signed what, and whose sale it is."""

from fairlot.audit.expected import Expected
from fairlot.deposit.payment import make_payment
from fairlot.entry import Entry, EntryType, sign_entry
from fairlot_crypto.keys import SigningKey
from kit.sales import (
    PRICE,
    default_deposits,
    deposit,
    nym_of,
    source,
    stage,
    transcript,
)
from kit.stage import Stage
from lies_file import STRANGER, Row, forged, slipped


def _payment(on: Stage, key: SigningKey, sale: bytes | None = None) -> Entry:
    sale_id = type(on.terms.sale_id)(sale or on.terms.sale_id)
    nym = nym_of(deposit(on, 0))
    return make_payment(sale_id, nym, PRICE, key, source("lie"))


def _leaf_by(on: Stage, key: SigningKey) -> Entry:
    body = on.members[0].identity.leaf.to_value()
    return sign_entry(EntryType.LEAF, on.registry.registry_id, body, key)


SIGNERS = (
    Row(
        "A06",
        "roots.sale-id",
        "it is another sale's transcript",
        lambda: transcript(stage()),
        Expected(sale_id=bytes(32), rehearsal=True),
    ),
    Row(
        "A06",
        "roots.board-key",
        "it is another board's transcript",
        lambda: transcript(stage()),
        Expected(board_key=STRANGER.public, rehearsal=True),
    ),
    Row(
        "A07",
        "entry.signature",
        "a signature is forged",
        slipped("close", lambda b: [forged(deposit(b.on, 0, 1))]),
    ),
    Row(
        "A07",
        "entry.key",
        "the seller books a payment",
        slipped("close", lambda b: [_payment(b.on, b.on.parts.seller)]),
    ),
    Row(
        "A07",
        "entry.key",
        "a stranger registers a person",
        slipped("terms", lambda b: [_leaf_by(b.on, STRANGER)]),
    ),
    Row(
        "A07",
        "entry.key",
        "a stranger opens the sale",
        slipped(
            "open",
            lambda b: [sign_entry(EntryType.OPEN, b.on.terms.sale_id, {}, STRANGER)],
        ),
    ),
    Row(
        "A08",
        "entry.duplicate",
        "a deposit stands twice",
        slipped("close", lambda b: [deposit(b.on, 0)]),
    ),
    Row(
        "A08",
        "entry.duplicate",
        "a payment stands twice",
        slipped("close", lambda b: [default_deposits(b.on)[-1]]),
    ),
)
