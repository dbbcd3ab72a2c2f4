"""The names of sales, nyms and groups, which every chapter uses (specs/notation.md)."""

from collections.abc import Sequence
from typing import NewType

from fairlot.fields import bytes_problem, uint_problem
from fairlot_crypto.curve import G1_LENGTH
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tag, tagged_hash

HASH_LENGTH = 32
NYM_LENGTH = G1_LENGTH

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


def check_sale_id(sale_id: bytes) -> SaleId:
    """Return ``sale_id`` if it can be the name of a sale.

    Raises:
        CallerError: ``names.sale-id`` unless it is 32 bytes; hexadecimal digits are text.
    """
    problem = bytes_problem(sale_id, HASH_LENGTH)
    if problem:
        raise CallerError("names.sale-id", f"sale_id {problem}")
    return SaleId(sale_id)


def check_nym(nym: bytes) -> Nym:
    """Return ``nym`` if it has the form of one.

    Raises:
        CallerError: ``names.nym`` unless it is 48 bytes.
    """
    problem = bytes_problem(nym, NYM_LENGTH)
    if problem:
        raise CallerError("names.nym", f"a nym {problem}")
    return Nym(nym)


def check_time(time: int) -> int:
    """Return ``time`` if it is one: whole unix seconds, uint64.

    Raises:
        CallerError: ``names.time``.
    """
    problem = uint_problem(time)
    if problem:
        raise CallerError("names.time", f"a time in unix seconds {problem}")
    return time
