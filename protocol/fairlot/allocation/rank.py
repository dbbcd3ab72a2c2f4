"""Who is drawn first: ranks from the seed (specs/allocation.md, section 2)."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import NewType

from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tag, tagged_hash

PoolSeed = NewType("PoolSeed", bytes)
"""``seed_L``, 32 bytes: the seed of one pool of one sale."""
Rank = NewType("Rank", bytes)
"""``rank_i``, 32 bytes, compared as a big-endian integer: the smallest is first."""

SEED_LENGTH = 32
NYM_LENGTH = 48

_RANK_TAG = tag("rank").encode()


def pool_seed(seed: bytes, sale_id: bytes, pool: str) -> PoolSeed:
    """Return seed_L = H("fairlot-v1/lot", seed, sale_id, pool).

    Args:
        seed: the beacon's seed, 32 bytes.
        sale_id: 32 bytes.
        pool: the pool's name.

    Raises:
        CallerError: ``allocation.seed-length`` for another length of seed or sale_id.
    """
    if len(seed) != SEED_LENGTH or len(sale_id) != SEED_LENGTH:
        raise CallerError("allocation.seed-length", "seed and sale_id have 32 bytes")
    return PoolSeed(tagged_hash("lot", seed, sale_id, pool.encode()))


def rank(seed_L: PoolSeed, nym: bytes) -> Rank:
    """Return rank = HMAC-SHA256(seed_L, "fairlot-v1/rank" || nym)."""
    return Rank(hmac.digest(seed_L, _RANK_TAG + nym, hashlib.sha256))


def drawing_order(ranks: Sequence[Rank], nyms: Sequence[bytes]) -> tuple[int, ...]:
    """Return the indices of ``nyms``, the smallest (rank, nym) first."""
    keyed = sorted(zip(ranks, nyms, range(len(nyms)), strict=True))
    return tuple(index for _, _, index in keyed)
