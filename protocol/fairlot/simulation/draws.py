"""Uniform numbers from a seed, the same on every machine (specs/simulation.md, section 1)."""

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

_SPARE = np.uint64(11)
_UNIT = 2.0**-53


def seed_of(seed: int, run: int, purpose: str) -> bytes:
    """Return the 32 bytes from which one purpose of one run draws (step 1).

    Args:
        seed: of the whole simulation.
        run: its number, from 0.
        purpose: what is drawn.
    """
    return hashlib.sha256(
        f"fairlot simulation/{seed}/{run}/{purpose}".encode()
    ).digest()


def uniforms(seed: bytes, count: int) -> Floats:
    """Return numbers from [0, 1), multiples of 2^-53 (step 2).

    The bits of PCG64 are stable between versions of numpy; its distributions are not, and
    are not used.
    """
    bits = np.random.PCG64(int.from_bytes(seed))
    raw = np.asarray(bits.random_raw(count), dtype=np.uint64)
    return (raw >> _SPARE).astype(np.float64) * _UNIT
