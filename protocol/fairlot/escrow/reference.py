"""The reference with which a person pays (specs/money.md, section 2)."""

import re

from fairlot.deposit.destination import remainder
from fairlot.names import Nym, SaleId
from fairlot_crypto.hashing import os2ip, tagged_hash

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are read as others."""
_LENGTH = 21
_HEAD = "RF"
_WRITTEN = re.compile(r"(?=RF([0-9]{2})([0-9A-Z]{21}))")
_MISREAD = str.maketrans("ILO", "110")
_UNSEEN = re.compile(r"[^0-9A-Z]")


def bank_reference(sale_id: SaleId, nym: Nym, salt: bytes) -> str:
    """Return a creditor reference of ISO 11649 (steps 4 and 5).

    Args:
        sale_id: of the sale.
        nym: of whoever pays.
        salt: 32 bytes that nobody can guess: without it the reference says nothing.
    """
    # Step 4.
    number = os2ip(tagged_hash("bank-reference", sale_id, nym, salt)) >> (
        256 - 5 * _LENGTH
    )
    places = (number >> 5 * place & 31 for place in reversed(range(_LENGTH)))
    body = "".join(_LETTERS[each] for each in places)
    # Step 5.
    return f"{_HEAD}{98 - remainder(f'{body}{_HEAD}00'):02}{body}"


def references_in(text: str) -> tuple[str, ...]:
    """Return the references in what somebody wrote to their bank, ascending (step 6)."""
    # Step 6.
    bare = _UNSEEN.sub("", text.upper())
    found = (
        f"{_HEAD}{match[1]}{match[2].translate(_MISREAD)}"
        for match in _WRITTEN.finditer(bare)
    )
    return tuple(
        sorted({each for each in found if remainder(each[4:] + each[:4]) == 1})
    )


def in_blocks(reference: str) -> str:
    """Return a reference as people copy it: four by four."""
    return " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
