"""The lots of a pool, from the beacon's seed (specs/allocation.md, section 2)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NewType, cast

from fairlot.fields import bytes_problem
from fairlot.names import Nym
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import Hmac, i2osp, os2ip, tag, tagged_hash

PoolSeed = NewType("PoolSeed", bytes)
"""``seed_L``, 32 bytes: the seed of one pool of one sale."""


Rank = NewType("Rank", bytes)
"""``rank_i``, 32 bytes, compared as a big-endian integer: the smallest is first."""


SEED_LENGTH = 32


_RANK_TAG = tag("rank").encode()


_UNIFORM_TAG = tag("u").encode()


_ORDER_TAG = tag("ord").encode()


_MAC_BITS = 256


PART_SEPARATOR = "/"


def pool_seed(seed: bytes, sale_id: bytes, pool: str) -> PoolSeed:
    """Return seed_L = H("fairlot-v1/lot", seed, sale_id, pool).

    Args:
        seed: the beacon's seed, 32 bytes.
        sale_id: 32 bytes.
        pool: the pool's name.

    Raises:
        CallerError: ``allocation.seed-length`` for another length of seed or sale_id.
    """
    check_hash("seed", seed)
    check_hash("sale_id", sale_id)
    return PoolSeed(tagged_hash("lot", seed, sale_id, pool.encode()))


def check_hash(name: str, value: bytes) -> None:
    """Check an argument that is a hash: the seed or the sale's id.

    Raises:
        CallerError: ``allocation.seed-length`` unless it is 32 bytes.
    """
    problem = bytes_problem(value, SEED_LENGTH)
    if problem:
        raise CallerError("allocation.seed-length", f"{name} {problem}")


def rank(seed_L: PoolSeed, nym: Nym) -> Rank:
    """Return rank = HMAC-SHA256(seed_L, "fairlot-v1/rank" || nym)."""
    return Rank(hmac.digest(seed_L, _RANK_TAG + nym, hashlib.sha256))


def ranks(seed_L: PoolSeed, nyms: Iterable[Nym]) -> tuple[Rank, ...]:
    """Return the rank of each of many."""
    codes = Hmac(seed_L, _RANK_TAG)
    return cast("tuple[Rank, ...]", tuple(codes.of(nyms)))


def best_rank(seed_L: PoolSeed, nym: Nym, points: int) -> Rank:
    """Return the smallest of as many ranks as there are points (specs/points.md, step 1).

    Args:
        seed_L: the seed of the pool.
        nym: 48 bytes.
        points: at least 1.
    """
    return best_ranks(seed_L, [(nym, points)])[0]


def best_ranks(seed_L: PoolSeed, held: Sequence[tuple[Nym, int]]) -> tuple[Rank, ...]:
    """Return the best rank of each of many, of each nym with its points."""
    codes = Hmac(seed_L, _RANK_TAG)
    most = max((points for _, points in held), default=0)
    counters = [i2osp(j, 2) for j in range(1, most + 1)]
    return tuple(
        Rank(min(codes.of(nym + counter for counter in counters[:points])))
        for nym, points in held
    )


def permutation_by_rank(
    ranks: Sequence[Rank], names: Sequence[bytes]
) -> tuple[int, ...]:
    """Return the indices of nyms, or of group ids: the smallest (rank, name) first."""
    by_name = sorted(range(len(names)), key=names.__getitem__)
    # Sorting is stable: whoever has the same rank stays sorted by name.
    return tuple(sorted(by_name, key=ranks.__getitem__))


def uniform(seed_L: PoolSeed, q: int, label: bytes) -> int:
    """Return U(q): uniform below q, by rejection, without bias.

    Candidate c = 0, 1, .. is the top bitlen(q - 1) bits of
    HMAC-SHA256(seed_L, "fairlot-v1/u" || label || I2OSP(c, 4)); the first below q counts.

    Raises:
        CallerError: ``allocation.uniform`` for q < 1 or q > 2^256.
    """
    if not 1 <= q <= 2**_MAC_BITS:
        raise CallerError("allocation.uniform", "q must be from 1 to 2^256")
    spare = _MAC_BITS - (q - 1).bit_length()
    counter = 0
    while True:
        message = _UNIFORM_TAG + label + i2osp(counter, 4)
        candidate = os2ip(hmac.digest(seed_L, message, hashlib.sha256)) >> spare
        if candidate < q:
            return candidate
        counter += 1


def _group_ranks(seed_L: PoolSeed, groups: Iterable[bytes]) -> tuple[Rank, ...]:
    """Return HMAC(seed_L, "fairlot-v1/ord" || gid) of each, by which groups are sorted."""
    codes = Hmac(seed_L, _ORDER_TAG)
    return cast("tuple[Rank, ...]", tuple(codes.of(groups)))


@dataclass(frozen=True, slots=True)
class SeededLots:
    """Lots that anybody can recompute from the seed."""

    seed: bytes
    """The beacon's seed, 32 bytes."""
    sale_id: bytes
    pool: str
    """Name of the pool, or ``pool/part``."""
    nyms: tuple[Nym, ...]
    """The nyms of the orders, in the same sequence."""

    @property
    def pool_seed(self) -> PoolSeed:
        """seed_L, from which all lots of the pool or part come."""
        return pool_seed(self.seed, self.sale_id, self.pool)

    def ranks(self) -> tuple[Rank, ...]:
        """Return the rank of each order."""
        return ranks(self.pool_seed, self.nyms)

    def permutation(self) -> Sequence[int]:
        """Return the drawing order."""
        return permutation_by_rank(self.ranks(), self.nyms)

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        """Return the drawing order by the best rank of each order."""
        held = list(zip(self.nyms, points, strict=True))
        return permutation_by_rank(best_ranks(self.pool_seed, held), self.nyms)

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        """Return the indices of ``groups`` by HMAC(seed_L, "fairlot-v1/ord" || gid)."""
        return permutation_by_rank(_group_ranks(self.pool_seed, groups), groups)

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        """Return the order of turns: singles by rank, groups by that of the group order."""
        seed_L, nyms = self.pool_seed, self.nyms
        alone = [nyms[single] for single in singles]
        names: list[bytes] = [*alone, *groups]
        places = [*ranks(seed_L, alone), *_group_ranks(seed_L, groups)]
        keyed = zip(places, names, range(len(names)), strict=True)
        return tuple(index for _, _, index in sorted(keyed))

    def uniform(self, q: int, label: bytes) -> int:
        """Return U(q) under a label."""
        return uniform(self.pool_seed, q, label)

    def part(self, name: str) -> "SeededLots":
        """Return the lots of ``pool/name``."""
        pool = f"{self.pool}{PART_SEPARATOR}{name}"
        return SeededLots(self.seed, self.sale_id, pool, self.nyms)
