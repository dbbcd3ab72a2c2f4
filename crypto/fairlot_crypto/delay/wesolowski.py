"""Wesolowski's proof that y = x^(2^T) (specs/delay.md, section 4).

After Wesolowski, Efficient Verifiable Delay Functions (Eurocrypt 2019), made
non-interactive over the whole statement, in Z_N^*/{±1}.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.delay.primes import is_probable_prime
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash

MAX_SQUARINGS = 2**40
"""The largest T."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told of long work: steps done, steps in total."""

_SQUARINGS_AT_ONCE = 4096
"""Squarings of one call of pow; more are no faster and tell of progress less often."""
_STORED_POWERS = 2**14
"""Powers of x that are kept, whatever T is: 4 MiB for a 2048-bit N."""
_MAX_DIGIT_BITS = 10


def silent(_done: int, _total: int) -> None:
    """Take no notice of progress."""


def hash_to_prime(modulus: Modulus, x: int, y: int, T: int) -> int:
    """Return the challenge l, a 256-bit prime (specs/delay.md, section 4.1).

    Raises:
        CallerError: ``delay.element-range``.
    """
    statement = (modulus.to_bytes(), modulus.encode(x), modulus.encode(y), i2osp(T, 8))
    counter = 0
    while True:
        digest = tagged_hash("h2p", *statement, i2osp(counter, 8))
        candidate = os2ip(digest) | 1 << 255 | 1
        if is_probable_prime(candidate):
            return candidate
        counter += 1


def prove(
    modulus: Modulus, x: int, T: int, progress: Progress = silent
) -> tuple[int, int]:
    """Return y = |x^(2^T)| and its proof π = |x^floor(2^T / l)|.

    T squarings, then about T / 10 multiplications (Wesolowski, section 4.1); at most
    2^14 powers of x are held, however large T is.

    Args:
        modulus: N.
        x: an element.
        T: squarings, in [1, 2^40].
        progress: told of squarings, then of digits of the proof's exponent.

    Raises:
        CallerError: ``wesolowski.squarings``, ``delay.element-range``.
    """
    _check_squarings(T)
    bits = max(1, min(_MAX_DIGIT_BITS, T.bit_length() // 2))
    digits = T // bits
    stride = max(1, -(-digits // _STORED_POWERS))

    def squared(done: int) -> None:
        progress(done, T + digits)

    def multiplied(done: int) -> None:
        progress(T + done, T + digits)

    powers, y = _square(modulus, x, T, bits * stride, squared)
    prime = hash_to_prime(modulus, x, y, T)
    exponent = _Quotient(T, prime, bits)
    return y, _raise_to(modulus, powers, exponent, stride, multiplied)


def verify(modulus: Modulus, x: int, y: int, T: int, proof: int) -> None:
    """Check that y = |x^(2^T)|.

    Args:
        modulus: N.
        x: start.
        y: claimed result.
        T: squarings, in [1, 2^40].
        proof: π.

    Raises:
        CallerError: ``wesolowski.squarings``.
        ProofError: ``wesolowski.element`` where x, y or π is not in [1, floor(N/2)],
            ``wesolowski.equation`` where π does not fit.
    """
    _check_squarings(T)
    if not all(modulus.contains(element) for element in (x, y, proof)):
        raise ProofError("wesolowski.element", "x, y or π is not in [1, floor(N/2)]")
    prime = hash_to_prime(modulus, x, y, T)
    remainder = pow(2, T, prime)
    result = modulus.multiply(modulus.power(proof, prime), modulus.power(x, remainder))
    if result != y:
        raise ProofError("wesolowski.equation", "the proof is of another statement")


@dataclass(frozen=True, slots=True)
class _Quotient:
    """floor(2^T / l) by its digits, none of which needs the others."""

    T: int
    prime: int
    bits: int

    def digit(self, index: int) -> int:
        """Return digit ``index``, from the lowest, in base 2^bits."""
        below = pow(2, self.T - self.bits * (index + 1), self.prime)
        return (below << self.bits) // self.prime


def _square(
    modulus: Modulus, x: int, T: int, spacing: int, done: Callable[[int], None]
) -> tuple[list[int], int]:
    """Return x^(2^i) for i = 0, spacing, .. below T, and y."""
    powers: list[int] = []
    i = 0
    while i < T:
        if i % spacing == 0:
            powers.append(x)
        step = min(_SQUARINGS_AT_ONCE, spacing - i % spacing, T - i)
        x = modulus.power(x, 1 << step)
        i += step
        done(i)
    return powers, x


def _raise_to(
    modulus: Modulus,
    powers: Sequence[int],
    exponent: _Quotient,
    stride: int,
    done: Callable[[int], None],
) -> int:
    """Return x^exponent, where powers[k] = x^(2^(bits * stride * k)).

    The digits are taken in ``stride`` rounds, round j those with index = j mod stride;
    a round is shifted into place by the squarings of the rounds after it.
    """
    digits = exponent.T // exponent.bits
    result = 1
    for j in reversed(range(stride)):
        result = modulus.power(result, 1 << exponent.bits)
        buckets = [1] * (1 << exponent.bits)
        for power, index in zip(powers, range(j, digits, stride), strict=False):
            digit = exponent.digit(index)
            buckets[digit] = buckets[digit] * power % modulus.n
        result = modulus.multiply(result, _weighted_product(modulus, buckets))
        done((stride - j) * digits // stride)
    return result


def _weighted_product(modulus: Modulus, buckets: Sequence[int]) -> int:
    """Return the product of buckets[d]^d."""
    above = product = 1
    for bucket in reversed(buckets[1:]):
        above = above * bucket % modulus.n
        product = product * above % modulus.n
    return product


def _check_squarings(T: int) -> None:
    if not 1 <= T <= MAX_SQUARINGS:
        raise CallerError("wesolowski.squarings", "T lies in [1, 2^40]")
