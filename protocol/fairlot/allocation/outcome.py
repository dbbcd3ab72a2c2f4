"""From the final deposits and the seed to who gets what (specs/allocation.md)."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from fairlot.allocation.equal_share import equal_share
from fairlot.allocation.fill import find_level
from fairlot.allocation.lots import SeededLots
from fairlot.allocation.rank import NYM_LENGTH, PoolSeed, Rank
from fairlot.allocation.shape import Order, Shares
from fairlot.errors import InvariantError
from fairlot.fields import UINT_MAX
from fairlot.pools import Pool
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Entrant:
    """One funded final deposit."""

    nym: bytes
    """48 bytes."""
    wants: int
    """Units wanted, uint64."""
    deposit: int
    """The deposit's amount, uint64, all of it paid."""


@dataclass(frozen=True, slots=True)
class Award:
    """What one entrant gets."""

    nym: bytes
    q: int
    """q_i: units that the entrant could take and pay."""
    rank: Rank
    """rank_i: who is drawn first, smallest first."""
    units: int
    """a_i."""
    payment: int
    """What is owed for them; at most the deposit."""


@dataclass(frozen=True, slots=True)
class PoolResult:
    """What became of one pool."""

    name: str
    pool_seed: PoolSeed
    """seed_L."""
    demand: int
    """Σ q_i; may be above 2^64 - 1."""
    level: int
    """ℓ of FILL."""
    remainder: int
    """rem of FILL: how many got ℓ + 1."""
    winners: int
    """Entrants with at least one unit."""
    sold: int
    unsold: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the sale."""

    pools: tuple[PoolResult, ...]
    awards: tuple[Award, ...]
    """One an entrant, sorted by nym."""

    def of(self, nym: bytes) -> Award | None:
        """Return the award of ``nym``; ``None`` where it is no entrant."""
        index = bisect_left(self.awards, nym, key=attrgetter("nym"))
        found = self.awards[index : index + 1]
        return next((award for award in found if award.nym == nym), None)


def allocate(
    pools: Sequence[Pool], entrants: Iterable[Entrant], seed: bytes, sale_id: bytes
) -> Outcome:
    """Return the outcome: a function of the *set* of entrants, and of the seed.

    The steps are those of specs/allocation.md, section 5.

    Args:
        pools: the terms' pools; one in this version.
        entrants: the funded final deposits, in any order.
        seed: the beacon's seed, 32 bytes.
        sale_id: 32 bytes.

    Raises:
        CallerError: ``allocation.pools``, ``allocation.seed-length``,
            ``allocation.nym-length``, ``allocation.duplicate-nym``,
            ``allocation.range`` where the arguments are not those of a sale.
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.deposit-exceeded``: this library is
            wrong.
    """
    if len(pools) != 1:
        raise CallerError("allocation.pools", "a sale has one pool in this version")
    pool = pools[0]
    present = sorted(entrants, key=attrgetter("nym"))
    _check_entrants(present)
    nyms = tuple(entrant.nym for entrant in present)
    lots = SeededLots(seed, sale_id, pool.name, nyms)
    orders = [Order(entrant.wants, entrant.deposit) for entrant in present]
    shares = equal_share(pool, orders, lots)
    columns = (nyms, shares.quantities, lots.ranks(), shares.units, shares.payments)
    awards = tuple(Award(*row) for row in zip(*columns, strict=True))
    result = _result(pool, lots.pool_seed, shares)
    check_outcome(pool, present, awards, result)
    return Outcome((result,), awards)


def check_outcome(
    pool: Pool,
    entrants: Sequence[Entrant],
    awards: Sequence[Award],
    result: PoolResult,
) -> None:
    """Check the invariants of specs/allocation.md, section 6.

    Raises:
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.deposit-exceeded``.
    """
    sold = sum(award.units for award in awards)
    if result.unsold < 0 or not sold == result.sold == pool.supply - result.unsold:
        raise InvariantError("allocation.supply", "sold + unsold is not the supply")
    for entrant, award in zip(entrants, awards, strict=True):
        if not 0 <= award.units <= award.q:
            raise InvariantError("allocation.quantity-exceeded", award.nym.hex())
        if award.payment != pool.price * award.units:
            raise InvariantError("allocation.payment", award.nym.hex())
        if award.payment > entrant.deposit:
            raise InvariantError("allocation.deposit-exceeded", award.nym.hex())


def _check_entrants(present: Sequence[Entrant]) -> None:
    for entrant in present:
        if len(entrant.nym) != NYM_LENGTH:
            raise CallerError("allocation.nym-length", "a nym has 48 bytes")
        if not (0 <= entrant.wants <= UINT_MAX and 0 <= entrant.deposit <= UINT_MAX):
            raise CallerError("allocation.range", "wants and deposit are uint64")
    if len({entrant.nym for entrant in present}) != len(present):
        raise CallerError("allocation.duplicate-nym", "one final deposit a nym")


def _result(pool: Pool, seed_L: PoolSeed, shares: Shares) -> PoolResult:
    sold = sum(shares.units)
    found = find_level(pool.supply, shares.quantities)
    return PoolResult(
        name=pool.name,
        pool_seed=seed_L,
        demand=sum(shares.quantities),
        level=found.level,
        remainder=found.remainder,
        winners=sum(units > 0 for units in shares.units),
        sold=sold,
        unsold=pool.supply - sold,
    )
