"""From the final deposits and the seed to who gets what (specs/allocation.md, section 7)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TypeAlias

from fairlot.allocation.entering import (
    Entrant,
    Groups,
    Standing,
    entering,
    gather,
)
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.lots import SeededLots, check_hash
from fairlot.allocation.mechanisms.auction import auction
from fairlot.allocation.mechanisms.certain import certain_lottery
from fairlot.allocation.mechanisms.choices import choices
from fairlot.allocation.mechanisms.equal_share import equal_share
from fairlot.allocation.mechanisms.lottery import lottery
from fairlot.allocation.mechanisms.points import points_lottery
from fairlot.allocation.mechanisms.quadratic import quadratic
from fairlot.allocation.mechanisms.quantities import quantity_auction
from fairlot.allocation.mechanisms.tiers import tiers
from fairlot.allocation.outcome import Award, Outcome, PoolResult, Total, gains_by_nym
from fairlot.allocation.shape import Lots, Order, Shares
from fairlot.names import Nym
from fairlot.packed import rows
from fairlot.terms.pool import Mechanism, Pool

LotsOf: TypeAlias = Callable[[Pool, tuple[Nym, ...]], Lots]
"""Gives the lots of a pool for the nyms that enter it, in ascending order."""


_MECHANISMS: Mapping[Mechanism, Callable[[Pool, Sequence[Order], Lots], Shares]] = {
    Mechanism.EQUAL_SHARE: equal_share,
    Mechanism.QUADRATIC: quadratic,
    Mechanism.LOTTERY: lottery,
    Mechanism.AUCTION: auction,
    Mechanism.TIERS: tiers,
    Mechanism.CHOICES: choices,
}


def allocate(
    pools: Sequence[Pool], entrants: Iterable[Entrant], seed: bytes, sale_id: bytes
) -> Outcome:
    """Return the outcome: a function of the *set* of entrants, and of the seed.

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        seed: the beacon's seed, 32 bytes.
        sale_id: 32 bytes.

    Raises:
        CallerError: ``pools.type``, ``pools.range``, ``pools.rule`` for pools that no
            terms can have; ``allocation.seed-length``, ``allocation.nym-length``,
            ``allocation.duplicate-nym``, ``allocation.range``,
            ``allocation.group-id``, ``allocation.choices`` where the other arguments
            are not those of a sale.
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.loser-pays``: this library is wrong.
    """
    known = gathered(pools, entrants, sale_id)
    return allocate_gathered(pools, known, seed, sale_id)


def run_pools(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes, lots_of: LotsOf
) -> Outcome:
    """Run the pools in their order (steps 1 to 7).

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes, to which groups are bound.
        lots_of: gives the lots of each pool, the only source of chance.

    Raises:
        CallerError, InvariantError: as ``allocate``, except for seeds.
    """
    return run_gathered(pools, gathered(pools, entrants, sale_id), lots_of)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a sale is before any lot is known: the same for every draw of it."""

    entrants: Sequence[Entrant]
    """Ascending by nym."""
    groups: Groups
    """Those that formed."""
    indices: tuple[int, ...]
    """Of the entrants who enter the first pool."""
    orders: tuple[Order, ...]
    """What these ask for there."""


def gathered(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
) -> Gathered:
    """Return all that does not depend on lots (steps 1 and 3, of the first pool).

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes.

    Raises:
        CallerError: as ``allocate``, except for seeds.
    """
    # Step 1.
    present, groups = gather(pools, entrants, sale_id)
    # Step 3.
    standings = [Standing()] * len(present)
    entered = entering(pools[0], present, standings, groups)
    return Gathered(present, groups, *_columns(entered))


def allocate_gathered(
    pools: Sequence[Pool], known: Gathered, seed: bytes, sale_id: bytes
) -> Outcome:
    """Return what ``allocate`` returns for the entrants that were gathered.

    Args:
        pools: the pools for which they were gathered.
        known: what ``gathered`` returns for them.
        seed: the beacon's seed, 32 bytes.
        sale_id: 32 bytes.

    Raises:
        CallerError: ``allocation.seed-length``.
        InvariantError: as ``allocate``.
    """
    check_hash("seed", seed)
    check_hash("sale_id", sale_id)
    return run_gathered(
        pools, known, lambda pool, nyms: SeededLots(seed, sale_id, pool.name, nyms)
    )


def run_gathered(pools: Sequence[Pool], known: Gathered, lots_of: LotsOf) -> Outcome:
    """Run the pools in their order, once who enters is known (steps 2 to 7).

    Args:
        pools: the terms' pools.
        known: what ``gathered`` returns for them.
        lots_of: as in ``run_pools``.

    Raises:
        InvariantError: as ``allocate``.
    """
    present = known.entrants
    standings = [Standing()] * len(present)
    supplies = {pool.name: pool.supply for pool in pools}
    results: list[PoolResult] = []
    returned = 0
    # Step 2.
    for pool in pools:
        # Step 3.
        running = replace(pool, supply=supplies[pool.name])
        indices, orders = known.indices, known.orders
        if results:
            entered = entering(running, present, standings, known.groups)
            indices, orders = _columns(entered)
        nyms = tuple(present[i].nym for i in indices)
        # Step 4.
        result = run_pool(running, nyms, orders, lots_of(running, nyms))
        # Step 5.
        for i, award in zip(indices, result.awards, strict=True):
            if award.units:
                before = standings[i]
                standings[i] = Standing(
                    before.units + award.units, before.spent + award.payment
                )
        # Step 6.
        if pool.unsold is None:
            returned += result.unsold
        else:
            supplies[pool.unsold] += result.unsold
        results.append(result)
    # Step 7.
    totals = _totals(present, standings, results)
    outcome = Outcome(tuple(results), totals, returned)
    check_outcome(pools, present, outcome)
    return outcome


def run_pool(
    pool: Pool, nyms: Sequence[Nym], orders: tuple[Order, ...], lots: Lots
) -> PoolResult:
    """Run one pool (step 4)."""
    shares = _mechanism(pool)(pool, orders, lots)
    columns = (
        nyms,
        shares.quantities,
        shares.units,
        shares.payments,
        shares.parts,
        shares.reasons,
    )
    return PoolResult(pool, orders, tuple(rows(Award, *columns)), shares.facts)


def _columns(
    entered: Sequence[tuple[int, Order]],
) -> tuple[tuple[int, ...], tuple[Order, ...]]:
    """Return the indices and the orders of who enters; of a million, pairs are much."""
    return tuple(i for i, _ in entered), tuple(order for _, order in entered)


def _mechanism(pool: Pool) -> Callable[[Pool, Sequence[Order], Lots], Shares]:
    if pool.certain:
        return certain_lottery
    if pool.points is not None:
        return points_lottery
    return quantity_auction if pool.takes_quantities else _MECHANISMS[pool.mechanism]


def _totals(
    entrants: Sequence[Entrant],
    standings: Sequence[Standing],
    results: Sequence[PoolResult],
) -> tuple[Total, ...]:
    # The sums are those by which later pools went; the invariants add the gains up.
    gains = gains_by_nym(results)
    nyms = [entrant.nym for entrant in entrants]
    units = [standing.units for standing in standings]
    spent = [standing.spent for standing in standings]
    return tuple(rows(Total, nyms, units, spent, map(gains.get, nyms, repeat(()))))
