"""What a seller makes at a desk from a list of items (specs/delivery.md, section 4.1)."""

from collections.abc import Sequence

from fairlot.delivery.deliveries import Promise
from fairlot.delivery.entries import Recipient, make_delivery
from fairlot.delivery.items import ItemBook, Unit
from fairlot.entry import Entry
from fairlot.names import SaleId
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness


def book_of(
    sale_id: SaleId,
    units: Sequence[Unit],
    items: Sequence[bytes],
    seller: SigningKey,
) -> ItemBook:
    """Return the book of a list: the same whenever it is made (step 18).

    Args:
        sale_id: of the sale.
        units: that were sold, in their order.
        items: the whole list.
        seller: the seller's key.

    Raises:
        CallerError: ``items.too-few``, ``items.size``, ``items.twice``.
    """
    # Step 18.
    named = tagged_hash("item-list", sale_id, *items)
    source = SeededRandomness(seller.seed).derive(f"items/{named.hex()}")
    return ItemBook.fill(sale_id, units, items, source)


def delivery_of(
    book: ItemBook, promise: Promise, unit: int, to: Recipient, seller: SigningKey
) -> Entry:
    """Return the DELIVERY of a unit to a claim: the same whenever it is made (step 20).

    Args:
        book: that was promised.
        promise: on the log.
        unit: k, from 0.
        to: whose it is, by the claim to which it is released.
        seller: the seller's key.
    """
    # Step 20.
    named = tagged_hash("item-box", promise.entry_hash, to.claim)
    source = SeededRandomness(seller.seed).derive(f"delivery/{named.hex()}/{unit}")
    return make_delivery(book, promise.entry_hash, unit, to, seller, source)
