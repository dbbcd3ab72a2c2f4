"""What the seller says on the log about items (specs/delivery.md, section 4)."""

from dataclasses import dataclass, field

from fairlot.delivery.box import seal_item
from fairlot.delivery.items import ItemBook, Items
from fairlot.entry import Entry, EntryHash, EntryType, body_fields, sign_entry
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym
from fairlot_crypto.cbor import Value
from fairlot_crypto.keys import SealKey, SigningKey
from fairlot_crypto.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Delivery:
    """The content of a DELIVERY entry."""

    nym: Nym
    """Who has won the unit."""
    unit: int
    """k, from 0."""
    claim: EntryHash
    """Of the CLAIM to whose key the box is sealed."""
    items: EntryHash
    """Of the ITEMS entry with the promise."""
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a unit is released."""

    nym: Nym
    claim: EntryHash
    enc_pk: SealKey
    """Of that claim."""


def make_items(book: ItemBook, seller: SigningKey) -> Entry:
    """Make the ITEMS entry (step 11)."""
    # Step 11.
    items = book.public
    body: dict[str, Value] = {"count": items.count, "root": items.root}
    return sign_entry(EntryType.ITEMS, book.sale_id, body, seller)


def read_items(entry: Entry) -> Items:
    """Read an ITEMS entry (step 12).

    Raises:
        Rejection: ``entry.field``.
    """
    # Step 12.
    fields = body_fields(entry)
    items = Items(fields.uint("count"), fields.bytes("root", HASH_LENGTH))
    fields.done()
    return items


def make_delivery(
    book: ItemBook,
    items: EntryHash,
    unit: int,
    to: Recipient,
    seller: SigningKey,
    randomness: Randomness,
) -> Entry:
    """Make the DELIVERY entry of one unit (step 13).

    Args:
        book: of the seller.
        items: hash of the ITEMS entry on the log.
        unit: k, from 0.
        to: whose it is.
        seller: the seller's key.
        randomness: for the box.

    Raises:
        CallerError: ``merkle.range`` for a unit that was not sold.
        EncodingError: ``sealed-box.key``.
    """
    # Step 13.
    body: dict[str, Value] = {
        "nym": to.nym,
        "unit": unit,
        "claim": to.claim,
        "items": items,
        "box": seal_item(book, unit, to.enc_pk, randomness),
    }
    return sign_entry(EntryType.DELIVERY, book.sale_id, body, seller)


def read_delivery(entry: Entry) -> Delivery:
    """Read a DELIVERY entry (step 14).

    Raises:
        Rejection: ``entry.field``.
    """
    # Step 14.
    fields = body_fields(entry)
    delivery = Delivery(
        nym=Nym(fields.bytes("nym", NYM_LENGTH)),
        unit=fields.uint("unit"),
        claim=EntryHash(fields.bytes("claim", HASH_LENGTH)),
        items=EntryHash(fields.bytes("items", HASH_LENGTH)),
        box=fields.bytes("box"),
    )
    fields.done()
    return delivery
