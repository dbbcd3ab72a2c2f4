"""What everybody names things by: sales, nyms, groups (specs/notation.md)."""

from collections.abc import Sequence
from typing import NewType

from fairlot_crypto.hashing import tag, tagged_hash

SaleId = NewType("SaleId", bytes)
"""``sale_id``, 32 bytes: the hash of the terms, the name of the sale."""


Nym = NewType("Nym", bytes)
"""A person's pseudonym in one sale, a point of G1, 48 bytes."""


def nym_context(sale_id: SaleId) -> bytes:
    """Return ctx: the context that makes a person's nyms of two sales unlinkable."""
    return tag("nym").encode() + b"\x00" + sale_id


def group_id(sale_id: bytes, nyms: Sequence[Nym]) -> bytes:
    """Return H("fairlot-v1/group", sale_id, nyms in ascending order), 32 bytes."""
    return tagged_hash("group", sale_id, *sorted(nyms))
