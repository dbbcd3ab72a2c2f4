"""Ranks: the bytes of the specification, and the order that they give."""

import hashlib
import hmac

import pytest

from fairlot.allocation.lots import PoolSeed, Rank, permutation_by_rank, pool_seed, rank
from fairlot.names import Nym
from fairlot_crypto.errors import CallerError

SEED = bytes(range(32))
SALE = bytes(range(32, 64))


def test_the_pool_seed_is_the_tagged_hash_of_seed_sale_and_pool() -> None:
    tag = hashlib.sha256(b"fairlot-v1/lot").digest()
    parts = (SEED, SALE, b"main")
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    expected = hashlib.sha256(tag + tag + message).digest()
    assert pool_seed(SEED, SALE, "main") == expected


def test_the_rank_is_an_hmac_of_the_nym() -> None:
    seed_L = pool_seed(SEED, SALE, "main")
    expected = hmac.new(seed_L, b"fairlot-v1/rank" + bytes(48), hashlib.sha256)
    assert rank(seed_L, Nym(bytes(48))) == expected.digest()


def test_another_seed_sale_or_pool_gives_another_pool_seed() -> None:
    seeds = {
        pool_seed(SEED, SALE, "main"),
        pool_seed(SALE, SALE, "main"),
        pool_seed(SEED, SEED, "main"),
        pool_seed(SEED, SALE, "mainx"),
        pool_seed(SEED, SALE, "é"),
    }
    assert len(seeds) == 5


@pytest.mark.parametrize(("seed", "sale"), [(b"", SALE), (SEED, SALE + b"\x00")])
def test_seeds_of_other_lengths_are_refused(seed: bytes, sale: bytes) -> None:
    with pytest.raises(CallerError, match=r"allocation\.seed-length"):
        pool_seed(seed, sale, "main")


def test_the_smallest_rank_is_first_and_the_nym_breaks_ties() -> None:
    low, high = Rank(b"\x00" * 31 + b"\xff"), Rank(b"\x01" + bytes(31))
    order = permutation_by_rank(
        [high, low, low, high], [Nym(b"a"), Nym(b"d"), Nym(b"c"), Nym(b"b")]
    )
    assert order == (2, 1, 0, 3)


def test_the_order_is_that_of_big_endian_integers() -> None:
    seed_L = PoolSeed(bytes(32))
    nyms = [Nym(bytes([i]) * 48) for i in range(100)]
    ranks = [rank(seed_L, nym) for nym in nyms]
    by_number = sorted(range(100), key=lambda i: int.from_bytes(ranks[i], "big"))
    assert list(permutation_by_rank(ranks, nyms)) == by_number
