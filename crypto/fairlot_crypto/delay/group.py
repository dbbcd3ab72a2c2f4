"""The group of unknown order Z_N^*/{±1} (specs/delay.md, section 2).

Its elements are the pairs {x, N - x}, written as the smaller of the two:
|x| = min(x mod N, N - x mod N). Without the quotient -1 would be an element of known
order, and a proof of y could be turned into one of -y.
"""

from dataclasses import dataclass
from math import gcd

from fairlot_crypto.errors import CallerError, EncodingError, ProofError
from fairlot_crypto.hashing import expand_message_xmd, i2osp, os2ip, tag


@dataclass(frozen=True, slots=True)
class Modulus:
    """A modulus and the group that it defines."""

    n: int
    """N, the modulus: odd, above 3, and of factors that nobody should know."""

    def __post_init__(self) -> None:
        """Check the form; nobody can check whether somebody knows the factors.

        Raises:
            CallerError: ``delay.modulus``.
        """
        if self.n <= 3 or self.n % 2 == 0:
            raise CallerError("delay.modulus", "the modulus must be odd and above 3")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Modulus":
        """Read a modulus, big-endian without a leading zero byte.

        Raises:
            EncodingError: ``delay.modulus``.
        """
        n = os2ip(data)
        if n <= 3 or n % 2 == 0 or data[0] == 0:
            raise EncodingError(
                "delay.modulus",
                "the modulus must be odd, above 3, and without a leading zero byte",
            )
        return cls(n)

    @property
    def width(self) -> int:
        """Bytes of an encoded element, ceil(bits / 8): 256 for a 2048-bit N."""
        return (self.n.bit_length() + 7) // 8

    @property
    def largest(self) -> int:
        """floor(N / 2), the largest representative of an element."""
        return self.n // 2

    def reduce(self, x: int) -> int:
        """Return |x|."""
        x %= self.n
        return min(x, self.n - x)

    def multiply(self, x: int, y: int) -> int:
        """Return |x * y|."""
        # Only who computes pays for loading what computes.
        from gmpy2 import mpz  # noqa: PLC0415

        return self.reduce(int(mpz(x) * mpz(y) % mpz(self.n)))

    def power(self, x: int, exponent: int) -> int:
        """Return |x^exponent|.

        Raises:
            CallerError: ``delay.exponent`` for a negative exponent.
        """
        if exponent < 0:
            raise CallerError("delay.exponent", "the exponent must not be negative")
        from gmpy2 import powmod  # noqa: PLC0415

        return self.reduce(int(powmod(x, exponent, self.n)))

    def generator(self) -> int:
        """Return g, a hashed square that nobody chose (specs/delay.md, section 3.1)."""
        # Step 1.
        dst = tag("g").encode() + self.to_bytes()
        uniform = expand_message_xmd(b"", dst, self.width + 16)
        # Step 2.
        return self.power(os2ip(uniform), 2)

    def to_bytes(self) -> bytes:
        """Return N big-endian in ``width`` bytes."""
        return i2osp(self.n, self.width)

    def encode(self, x: int) -> bytes:
        """Return an element big-endian in ``width`` bytes.

        Raises:
            CallerError: ``delay.element-range`` outside [1, floor(N/2)].
        """
        if not self.contains(x):
            raise CallerError(
                "delay.element-range",
                "an element of the group must lie in [1, floor(N/2)]",
            )
        return i2osp(x, self.width)

    def decode(self, data: bytes) -> int:
        """Read an element, whether or not it is a unit (specs/delay.md, section 2).

        Raises:
            EncodingError: ``delay.element`` for another length than ``width`` and for
                values outside [1, floor(N/2)].
        """
        # Step 1.
        if len(data) != self.width:
            raise EncodingError(
                "delay.element",
                f"an element must have {self.width} bytes, not {len(data)}",
            )
        # Step 2.
        x = os2ip(data)
        if not self.contains(x):
            raise EncodingError(
                "delay.element", "an element of the group must lie in [1, floor(N/2)]"
            )
        # Step 3.
        return x

    def contains(self, x: int) -> bool:
        """Tell whether ``x`` is a canonical representative: 1 <= x <= floor(N/2)."""
        return 1 <= x <= self.largest

    def check_commitment(self, c: int) -> None:
        """Check that ``c`` can be a commitment: a canonical unit other than 1.

        Raises:
            ProofError: ``bicorn.commitment-range``.
        """
        if not 2 <= c <= self.largest or gcd(c, self.n) != 1:
            raise ProofError(
                "bicorn.commitment-range",
                "a commitment must lie in [2, floor(N/2)] and have no factor in common with N",
            )
