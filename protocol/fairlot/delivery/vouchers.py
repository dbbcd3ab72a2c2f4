"""Vouchers that a ticket shop imports (specs/delivery.md, section 4.2)."""

from collections.abc import Mapping, Sequence

from fairlot.delivery.items import Unit
from fairlot.names import SaleId
from fairlot.text import csv_table
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness

COLUMNS = (
    "code",
    "max_usages",
    "block_quota",
    "price_mode",
    "value",
    "item",
    "tag",
    "comment",
    "show_hidden_items",
)
"""As pretix names the fields of a voucher in its import."""

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 18
"""Characters of a code: 88 bits."""


def voucher_codes(sale_id: SaleId, count: int, seller: SigningKey) -> tuple[str, ...]:
    """Return a code for each unit: the same whenever they are made (step 22).

    Args:
        sale_id: of the sale.
        count: how many units were sold.
        seller: the seller's key: without it nobody guesses one.
    """
    # Step 22.
    source = SeededRandomness(seller.seed).derive(f"vouchers/{sale_id.hex()}")
    return tuple(_code(source.derive(str(unit))) for unit in range(count))


def voucher_table(
    sale_id: SaleId,
    units: Sequence[Unit],
    codes: Sequence[str],
    products: Mapping[str, str],
) -> bytes:
    """Return the file that a shop imports; no nym is in it (step 23).

    Args:
        sale_id: of the sale.
        units: that were sold, in their order.
        codes: of ``voucher_codes``.
        products: what the shop calls what each pool sells; by default the pool's name.
    """
    # Step 23.
    tag = f"fairlot {sale_id.hex()[:8]}"
    rows = (
        (
            code,
            1,
            "true",
            "set",
            "0.00",
            products.get(unit.pool, unit.pool),
            tag,
            f"unit {number}",
            "true",
        )
        for number, (unit, code) in enumerate(zip(units, codes, strict=True))
    )
    return csv_table(COLUMNS, rows)


def _code(source: SeededRandomness) -> str:
    """Return a code; 40 bytes make each of its characters as likely as another."""
    number = os2ip(source.take(40))
    letters: list[str] = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
