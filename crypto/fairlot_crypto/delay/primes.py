"""The challenge of a proof, and which numbers count as prime (specs/delay.md, 4).

The Baillie-PSW test: no composite is known to pass it, and none below 2^64 does. Both
halves matter, since each has known pseudoprimes of its own, but no common ones.
"""

import gmpy2

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
    """Tell whether ``n`` passes Baillie-PSW; exact below 2^64."""
    return n > 1 and gmpy2.is_strong_bpsw_prp(n)
