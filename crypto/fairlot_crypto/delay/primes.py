"""The challenge of a proof, and which numbers count as prime (specs/delay.md, section 4)."""

from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash


def hash_to_prime(modulus: Modulus, x: int, y: int, T: int) -> int:
    """Return the challenge l, a 256-bit prime (specs/delay.md, section 4.1).

    Raises:
        CallerError: ``delay.element-range``.
    """
    statement = (modulus.to_bytes(), modulus.encode(x), modulus.encode(y), i2osp(T, 8))
    # Step 1.
    counter = 0
    while True:
        # Step 2.
        digest = tagged_hash("h2p", *statement, i2osp(counter, 8))
        candidate = os2ip(digest) | 1 << 255 | 1
        # Step 3.
        if is_probable_prime(candidate):
            return candidate
        counter += 1


def is_probable_prime(n: int) -> bool:
    """Tell whether ``n`` passes the test of Baillie and PSW (specs/delay.md, section 4.4).

    Below 2^64 exactly the primes pass, and no composite above is known that does: the two
    halves of the test have pseudoprimes of their own, but none in common.
    """
    # Only who computes pays for loading what computes.
    import gmpy2  # noqa: PLC0415

    # Steps 1 to 4, and the test to base 2, are gmpy2's; it asks for a positive n.
    return n > 1 and gmpy2.is_strong_bpsw_prp(n)
