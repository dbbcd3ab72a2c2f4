"""The commit-reveal arithmetic of the beacon (specs/delay.md, section 5).

Bicorn-RX of Choi, Arun, Tyagi and Bonneau, Bicorn: An Optimistically Efficient
Distributed Randomness Beacon (Financial Cryptography 2023), in Z_N^*/{±1}.
"""

from collections.abc import Iterable, Sequence

from fairlot_crypto.delay.group import Modulus
from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.hashing import i2osp, os2ip, tagged_hash
from fairlot_crypto.randomness import Randomness

ALPHA_LENGTH = 272
"""Bytes of an opening: 128 bits above N, so that g^alpha is close to uniform."""


def draw_alpha(randomness: Randomness) -> int:
    """Draw an opening below 2^2176."""
    return os2ip(randomness.take(ALPHA_LENGTH))


def commit(modulus: Modulus, alpha: int) -> int:
    """Return c = |g^alpha|.

    Raises:
        CallerError: ``bicorn.alpha`` outside [0, 2^2176).
        ProofError: ``bicorn.commitment-range`` where c is no legal commitment, as for
            alpha = 0.
    """
    if not _in_range(alpha):
        raise CallerError("bicorn.alpha", "an opening must lie in [0, 2^2176)")
    c = modulus.power(modulus.generator(), alpha)
    modulus.check_commitment(c)
    return c


def open_commitment(modulus: Modulus, c: int, alpha: int) -> None:
    """Check that ``alpha`` opens ``c``.

    Raises:
        ProofError: ``bicorn.opening``, also for an alpha outside [0, 2^2176).
    """
    if not _in_range(alpha) or modulus.power(modulus.generator(), alpha) != c:
        raise ProofError("bicorn.opening", "alpha does not open the commitment")


def b_star(
    sale_id: bytes,
    modulus: Modulus,
    T: int,
    root_d: bytes,
    commitments: Iterable[int],
) -> bytes:
    """Return b*, the hash of the sale and of all its commitments; 32 bytes.

    Args:
        sale_id: 32 bytes.
        modulus: N.
        T: squarings.
        root_d: root of the tree at CLOSE, 32 bytes.
        commitments: c_1..c_m in any order, repeated ones as often as they occur.

    Raises:
        CallerError: ``delay.element-range``.
    """
    encoded = [modulus.encode(c) for c in sorted(commitments)]
    return tagged_hash(
        "bstar", sale_id, modulus.to_bytes(), i2osp(T, 8), root_d, *encoded
    )


def coefficient(modulus: Modulus, c: int, b_star: bytes) -> int:
    """Return b_i in [0, 2^256), the exponent that the commitment ``c`` gets.

    It depends on all commitments, so nobody can choose his to cancel another.

    Raises:
        CallerError: ``delay.element-range``.
    """
    return os2ip(tagged_hash("bi", modulus.encode(c), b_star))


def missing_start(modulus: Modulus, missing: Sequence[tuple[int, int]]) -> int:
    """Return X = |Π c_i^b_i| over the commitments that nobody opened.

    Recovery is T squarings of it.

    Args:
        modulus: N.
        missing: (c_i, b_i); 1 is returned for none.
    """
    x = 1
    for c, b in missing:
        x = modulus.multiply(x, modulus.power(c, b))
    return x


def omega(
    modulus: Modulus, h: int, revealed: Sequence[tuple[int, int]], recovered: int = 1
) -> int:
    """Return Ω = |Y Π h^(b_i alpha_i)|, the same whatever is revealed.

    Args:
        modulus: N.
        h: |g^(2^T)|.
        revealed: (b_i, alpha_i) of each opened commitment, openings checked.
        recovered: Y = |X^(2^T)| of the others, its proof checked; 1 without others.
    """
    exponent = sum(b * alpha for b, alpha in revealed)
    return modulus.multiply(recovered, modulus.power(h, exponent))


def seed(
    sale_id: bytes,
    root_d: bytes,
    n_d: int,
    b_star: bytes,
    modulus: Modulus,
    omega: int,
    drand: bytes = b"",
) -> bytes:
    """Return the seed of the draw, 32 bytes.

    Args:
        sale_id: 32 bytes.
        root_d: root of the tree at CLOSE, 32 bytes.
        n_d: size of the tree at CLOSE.
        b_star: 32 bytes.
        modulus: N.
        omega: Ω.
        drand: signature of the round that the terms name; empty where they name none.

    Raises:
        CallerError: ``delay.element-range``, ``hashing.i2osp-range``.
    """
    return tagged_hash(
        "seed", sale_id, root_d, i2osp(n_d, 8), b_star, modulus.encode(omega), drand
    )


def _in_range(alpha: int) -> bool:
    return 0 <= alpha < 1 << (8 * ALPHA_LENGTH)
