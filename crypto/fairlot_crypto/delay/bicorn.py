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
"""Bytes of an opening, 128 bits more than N, so that g^alpha is close to uniform."""


def draw_alpha(randomness: Randomness) -> int:
    """Draw an opening below 2^2176."""
    return os2ip(randomness.take(ALPHA_LENGTH))


def commit(modulus: Modulus, alpha: int) -> int:
    """Return c = |g^alpha|.

    Raises:
        CallerError: ``bicorn.alpha`` outside [0, 2^2176).
        ProofError: ``bicorn.commitment-range`` if c is no legal commitment, as for
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
        raise ProofError("bicorn.opening", "alpha must open the commitment")


def b_star(
    sale_id: bytes,
    modulus: Modulus,
    T: int,
    root_d: bytes,
    commitments: Iterable[int],
) -> bytes:
    """Return b*, the hash of the sale and of its commitments (specs/delay.md, section 5.2).

    Args:
        sale_id: 32 bytes.
        modulus: N, the modulus of the group.
        T: how many squarings the delay takes.
        root_d: the root of the tree at CLOSE, 32 bytes.
        commitments: c_1..c_m however they are sorted, equal ones as often as they occur.

    Raises:
        CallerError: ``delay.element-range``.
    """
    # Step 1.
    encoded = [modulus.encode(c) for c in sorted(commitments)]
    return tagged_hash(
        "bstar", sale_id, modulus.to_bytes(), i2osp(T, 8), root_d, *encoded
    )


def coefficient(modulus: Modulus, c: int, b_star: bytes) -> int:
    """Return b_i in [0, 2^256), the exponent of ``c`` (specs/delay.md, section 5.2).

    It depends on all commitments, so nobody can choose theirs to cancel another.

    Raises:
        CallerError: ``delay.element-range``.
    """
    # Step 2.
    return os2ip(tagged_hash("bi", modulus.encode(c), b_star))


def missing_start(modulus: Modulus, missing: Sequence[tuple[int, int]]) -> int:
    """Return X = |Π c_i^b_i| over the commitments that nobody opened.

    Recovery is T squarings of it.

    Args:
        modulus: N, the modulus of the group.
        missing: (c_i, b_i) of each; the result is 1 if there are none.
    """
    x = 1
    for c, b in missing:
        x = modulus.multiply(x, modulus.power(c, b))
    return x


def omega(
    modulus: Modulus, h: int, revealed: Sequence[tuple[int, int]], recovered: int = 1
) -> int:
    """Return Ω = |Y Π h^(b_i alpha_i)|, the same whichever openings are revealed.

    Args:
        modulus: N, the modulus of the group.
        h: |g^(2^T)|, from the set-up.
        revealed: (b_i, alpha_i) of each opened commitment, whose opening was checked.
        recovered: Y = |X^(2^T)| of the others, whose proof was checked; 1 without others.
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
        root_d: the root of the tree at CLOSE, 32 bytes.
        n_d: the size of the tree at CLOSE.
        b_star: b*, 32 bytes.
        modulus: N, the modulus of the group.
        omega: Ω, the output of the beacon.
        drand: the signature of the round that the terms name; empty if they name none.

    Raises:
        CallerError: ``delay.element-range``, ``hashing.i2osp-range``.
    """
    return tagged_hash(
        "seed", sale_id, root_d, i2osp(n_d, 8), b_star, modulus.encode(omega), drand
    )


def _in_range(alpha: int) -> bool:
    return 0 <= alpha < 1 << (8 * ALPHA_LENGTH)
