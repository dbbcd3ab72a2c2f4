"""An item on its way to the claim of a winner (specs/delivery.md, section 2)."""

from fairlot.delivery.items import (
    ITEM_MAX,
    SALT_LENGTH,
    ItemBook,
    Items,
    commit_item,
)
from fairlot.errors import Rejection
from fairlot.fields import Fields, Problem
from fairlot.names import HASH_LENGTH, SaleId
from fairlot_crypto import cbor
from fairlot_crypto.cbor import Value
from fairlot_crypto.errors import CryptoError, ProofError
from fairlot_crypto.keys import OpeningKey, SealKey, seal
from fairlot_crypto.log.merkle import leaf_hash, verify_inclusion
from fairlot_crypto.randomness import Randomness


def seal_item(
    book: ItemBook, unit: int, enc_pk: SealKey, randomness: Randomness
) -> bytes:
    """Seal the item of unit k to the key of the claim that it is released to (step 4).

    Args:
        book: of the seller.
        unit: k, from 0.
        enc_pk: of the claim.
        randomness: for the box.

    Raises:
        CallerError: ``merkle.range`` for a unit that was not sold.
        EncodingError: ``sealed-box.key``.
    """
    # Step 4.
    proof = list[Value](book.proof(unit))
    content: dict[str, Value] = {
        "item": book.items[unit],
        "salt": book.salts[unit],
        "proof": proof,
    }
    return seal(cbor.encode(content), enc_pk, randomness)


def open_item(
    sale_id: SaleId, items: Items, unit: int, box: bytes, key: OpeningKey
) -> bytes:
    """Return the item in a box, if it is the one that was promised for unit k.

    Each refusal is a wrong delivery, and ``key`` shows it to anybody (steps 5 to 7).

    Args:
        sale_id: of the sale.
        items: what the seller has published.
        unit: k, from 0.
        box: as it came.
        key: whose public half the box was to be sealed to.

    Raises:
        Rejection: ``delivery.box``, ``delivery.malformed``, ``delivery.item``.
    """
    # Step 5.
    try:
        data = key.open(box)
    except ProofError as error:
        raise Rejection("delivery.box", error.message) from error
    # Step 6.
    item, salt, proof = _read(data)
    # Step 7.
    leaf = leaf_hash(commit_item(sale_id, unit, salt, item))
    try:
        verify_inclusion(leaf, unit, items.count, proof, items.root)
    except ProofError as error:
        problem = (
            f"this is not the item that was promised for the unit: {error.message}"
        )
        raise Rejection("delivery.item", problem) from error
    return item


def _read(data: bytes) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    try:
        value = cbor.decode(data)
    except CryptoError as error:
        raise Rejection("delivery.malformed", error.message) from error
    fields = Fields(value, ("box",), _malformed)
    item = fields.bytes("item")
    if not 0 < len(item) <= ITEM_MAX:
        raise fields.error("item", f"must have 1 to {ITEM_MAX} bytes")
    found = (
        item,
        fields.bytes("salt", SALT_LENGTH),
        fields.byte_strings("proof", HASH_LENGTH),
    )
    fields.done()
    return found


def _malformed(problem: Problem) -> Rejection:
    return Rejection("delivery.malformed", str(problem))
