"""Where refunds go: the log commits to an account (specs/money.md, section 1)."""

import re
from dataclasses import dataclass, field

from fairlot.errors import InputError
from fairlot.text import check_text, shown
from fairlot_crypto import cbor
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SeededRandomness

NAME_MAX = 70
"""Characters of the longest name that banks carry."""
SALT_LENGTH = 32

_NUMBER = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a bank; ``account_of`` returns only legal ones."""

    number: str = field(repr=False)
    """An IBAN without blanks."""
    name: str = field(repr=False)
    """Of whoever holds it."""

    def to_value(self) -> dict[str, cbor.Value]:
        """Return the map."""
        return {"account": self.number, "name": self.name}


def account_of(number: str, name: str) -> Account:
    """Return an account whose number and name can be one (step 1).

    Args:
        number: an IBAN, perhaps with blanks.
        name: of whoever holds it.

    Raises:
        InputError: ``account.number``, ``account.name``.
    """
    # Step 1.
    bare = number.replace(" ", "").upper()
    if not _NUMBER.fullmatch(bare) or remainder(bare[4:] + bare[:4]) != 1:
        problem = f"{shown(number)} is no IBAN: its check digits are wrong, or its form"
        raise InputError("account.number", f"{problem}; type it anew")
    check_text(name, lambda why: InputError("account.name", f"the name {why}"))
    if len(name) > NAME_MAX:
        problem = f"the name is longer than {NAME_MAX} characters"
        raise InputError("account.name", f"{problem}: shorten it as your bank does")
    return Account(bare, name)


def destination(salt: bytes, account: Account) -> bytes:
    """Return the commitment to an account that the log may have (step 2).

    Args:
        salt: 32 bytes that nobody can guess: accounts are few.
        account: where refunds go.
    """
    # Step 2.
    return tagged_hash("destination", salt, cbor.encode(account.to_value()))


def destination_salt(settle: SigningKey) -> bytes:
    """Return the salt of whoever signs an entry with this key (step 3)."""
    # Step 3.
    return SeededRandomness(settle.seed).derive("destination").take(SALT_LENGTH)


def remainder(text: str) -> int:
    """Return a text of digits and letters modulo 97 (ISO/IEC 7064, MOD 97-10)."""
    return int("".join(str(int(each, 36)) for each in text)) % 97
