"""One-time codes that people type, and that mistyped ones are told from.

specs/attesters.md, section 1.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from fairlot.errors import InputError
from fairlot.identity.registry import RegistryId
from fairlot_crypto.hashing import tagged_hash
from fairlot_crypto.randomness import Randomness

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O, which are read as digits, and U."""
BITS = 90
"""Of entropy."""

_BITS_EACH = 5
_BODY = BITS // _BITS_EACH
_LENGTH = _BODY + 2
_GROUP = 4
_MODULUS = 0b100101
"""a^5 + a^2 + 1, which is primitive: the powers a^0 to a^30 are all different."""
_LEFT_OUT = str.maketrans("ILO", "110", " \t\r\n-")
_DRAWN = 12
"""Bytes, the first 90 bits of which are the code."""


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A code; whoever has it is the member."""

    characters: str = field(repr=False)

    @classmethod
    def draw(cls, randomness: Randomness) -> "MemberCode":
        """Draw a code (steps 1 and 2)."""
        # Step 1.
        drawn = int.from_bytes(randomness.take(_DRAWN)) >> (8 * _DRAWN - BITS)
        places = range(BITS - _BITS_EACH, -1, -_BITS_EACH)
        body = [drawn >> place & (1 << _BITS_EACH) - 1 for place in places]
        # Step 2.
        first, second = check_sums(body)
        low, high = _power(_BODY), _power(_BODY + 1)
        last = _times(second ^ _times(low, first), _inverse(low ^ high))
        return cls("".join(ALPHABET[each] for each in (*body, first ^ last, last)))

    @classmethod
    def read(cls, typed: str) -> "MemberCode":
        """Read a code as it is typed (step 3).

        Raises:
            InputError: ``member-code.form``, ``member-code.typo``.
        """
        # Step 3.
        characters = typed.upper().translate(_LEFT_OUT)
        if len(characters) != _LENGTH or set(characters) - set(ALPHABET):
            problem = f"a code has {_LENGTH} letters and digits, and no U: type it anew"
            raise InputError("member-code.form", problem)
        if any(check_sums([ALPHABET.index(each) for each in characters])):
            problem = "a character of the code is mistyped: compare it with the letter"
            raise InputError("member-code.typo", problem)
        return cls(characters)

    def shown(self) -> str:
        """Return the code as people read it, in groups."""
        groups = range(0, _LENGTH, _GROUP)
        return "-".join(self.characters[each : each + _GROUP] for each in groups)

    def hashed(self, registry_id: RegistryId) -> bytes:
        """Return what is kept of a code (step 4)."""
        # Step 4.
        return tagged_hash("member-code", registry_id, self.characters.encode())


def check_sums(elements: Sequence[int]) -> tuple[int, int]:
    """Return the sum of the elements, and that of each times a to its place."""
    first = second = 0
    for place, element in enumerate(elements):
        first ^= element
        second ^= _times(_power(place), element)
    return first, second


def _times(left: int, right: int) -> int:
    """Return the product of two elements of the field."""
    product = 0
    for place in range(_BITS_EACH):
        if right >> place & 1:
            product ^= left << place
    for place in range(2 * _BITS_EACH - 2, _BITS_EACH - 1, -1):
        if product >> place & 1:
            product ^= _MODULUS << (place - _BITS_EACH)
    return product


@cache
def _power(exponent: int) -> int:
    """Return a to an exponent."""
    return _times(_power(exponent - 1), 0b10) if exponent else 1


def _inverse(element: int) -> int:
    """Return the inverse of an element other than 0: its 30th power."""
    inverse = 1
    for _ in range(2**_BITS_EACH - 2):
        inverse = _times(inverse, element)
    return inverse
