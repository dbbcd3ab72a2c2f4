"""From the final deposits and the seed to who gets what (specs/allocation.md, section 7)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeAlias, TypeVar

from fairlot.allocation.auction import auction
from fairlot.allocation.certain import CERTAIN, certain_lottery
from fairlot.allocation.entry import (
    Entrant,
    Standing,
    check_entrants,
    entering,
    formed_groups,
)
from fairlot.allocation.equal_share import equal_share
from fairlot.allocation.lots import PART_SEPARATOR, SeededLots
from fairlot.allocation.lottery import lottery
from fairlot.allocation.quadratic import quadratic
from fairlot.allocation.rank import SEED_LENGTH
from fairlot.allocation.shape import ITSELF, Facts, Lots, Order, Reason, Shares
from fairlot.allocation.tiers import tiers
from fairlot.errors import InvariantError
from fairlot.pools import Mechanism, Pool
from fairlot_crypto.errors import CallerError

LotsOf: TypeAlias = Callable[[Pool, tuple[bytes, ...]], Lots]
"""Gives the lots of a pool for the nyms that enter it, in ascending order."""

_MECHANISMS: Mapping[Mechanism, Callable[[Pool, Sequence[Order], Lots], Shares]] = {
    Mechanism.EQUAL_SHARE: equal_share,
    Mechanism.QUADRATIC: quadratic,
    Mechanism.LOTTERY: lottery,
    Mechanism.AUCTION: auction,
    Mechanism.TIERS: tiers,
}


@dataclass(frozen=True, slots=True)
class Award:
    """What one entrant gets from one pool."""

    nym: bytes
    q: int
    """q_i: units that the entrant could take and pay."""
    units: int
    """a_i."""
    payment: int
    """What is owed for them; at most what was left of the deposit."""
    part: str
    """The part of the pool that gave the units; empty for the pool itself."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class PoolResult:
    """What became of one pool."""

    pool: Pool
    """Its supply includes what earlier pools left to it."""
    orders: tuple[Order, ...]
    awards: tuple[Award, ...]
    """One for each who entered, sorted by nym, as the orders."""
    facts: Facts
    """The mechanism's certificate."""

    @property
    def demand(self) -> int:
        """Σ q_i; may be above 2^64 - 1."""
        return sum(award.q for award in self.awards)

    @property
    def winners(self) -> int:
        """Entrants with at least one unit."""
        return sum(award.units > 0 for award in self.awards)

    @property
    def sold(self) -> int:
        """Units."""
        return sum(award.units for award in self.awards)

    @property
    def unsold(self) -> int:
        """Units that are left, for a later pool or the seller."""
        return self.pool.supply - self.sold

    def of(self, nym: bytes) -> Award | None:
        """Return the award of ``nym``; ``None`` where it did not enter."""
        return _find(self.awards, nym)


@dataclass(frozen=True, slots=True)
class Gain:
    """Units of one nym from one pool, or one part of it."""

    pool: str
    """The pool's name, or ``pool/part``."""
    units: int
    payment: int


@dataclass(frozen=True, slots=True)
class Total:
    """What one entrant gets from the whole sale."""

    nym: bytes
    units: int
    payment: int
    gains: tuple[Gain, ...]
    """In the order of the pools; those without units are left out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the sale."""

    pools: tuple[PoolResult, ...]
    totals: tuple[Total, ...]
    """One an entrant, sorted by nym."""
    unsold: int = 0
    """Units that go back to the seller."""

    def of(self, nym: bytes) -> Total | None:
        """Return the total of ``nym``; ``None`` where it is no entrant."""
        return _find(self.totals, nym)


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
        CallerError: ``allocation.seed-length``, ``allocation.nym-length``,
            ``allocation.duplicate-nym``, ``allocation.range`` where the arguments are
            not those of a sale.
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.loser-pays``: this library is wrong.
    """
    if len(seed) != SEED_LENGTH or len(sale_id) != SEED_LENGTH:
        raise CallerError("allocation.seed-length", "seed and sale_id have 32 bytes")
    return run_pools(
        pools,
        entrants,
        sale_id,
        lambda pool, nyms: SeededLots(seed, sale_id, pool.name, nyms),
    )


def run_pools(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes, lots_of: LotsOf
) -> Outcome:
    """Run the pools in their order (steps 1 to 7).

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes: what groups are bound to.
        lots_of: all the chance there is.

    Raises:
        CallerError, InvariantError: as ``allocate``, seeds aside.
    """
    present = sorted(entrants, key=attrgetter("nym"))
    check_entrants(present)
    groups = formed_groups(sale_id, present)
    standings = [Standing() for _ in present]
    supplies = {pool.name: pool.supply for pool in pools}
    results: list[PoolResult] = []
    returned = 0
    for pool in pools:
        running = replace(pool, supply=supplies[pool.name])
        entered = entering(running, present, standings, groups)
        nyms = tuple(present[i].nym for i, _ in entered)
        orders = tuple(order for _, order in entered)
        result = run_pool(running, nyms, orders, lots_of(running, nyms))
        for (i, _), award in zip(entered, result.awards, strict=True):
            standings[i] = Standing(
                standings[i].units + award.units, standings[i].spent + award.payment
            )
        if pool.unsold is None:
            returned += result.unsold
        else:
            supplies[pool.unsold] += result.unsold
        results.append(result)
    totals = _totals([e.nym for e in present], standings, results)
    outcome = Outcome(tuple(results), totals, returned)
    check_outcome(pools, present, outcome)
    return outcome


def run_pool(
    pool: Pool, nyms: Sequence[bytes], orders: tuple[Order, ...], lots: Lots
) -> PoolResult:
    """Run one pool (step 4)."""
    mechanism = certain_lottery if pool.certain else _MECHANISMS[pool.mechanism]
    shares = mechanism(pool, orders, lots)
    columns = (
        nyms,
        shares.quantities,
        shares.units,
        shares.payments,
        shares.parts,
        shares.reasons,
    )
    awards = tuple(Award(*row) for row in zip(*columns, strict=True))
    return PoolResult(pool, orders, awards, shares.facts)


def part_id(pool: str, part: str) -> str:
    """Return the id of a part: what its lots and the ledger call it."""
    return pool if part == ITSELF else f"{pool}{PART_SEPARATOR}{part}"


def check_outcome(
    pools: Sequence[Pool], entrants: Sequence[Entrant], outcome: Outcome
) -> None:
    """Check the invariants of specs/allocation.md, section 8.

    Args:
        pools: the terms' pools.
        entrants: sorted by nym.
        outcome: what is claimed.

    Raises:
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.loser-pays``.
    """
    for result in outcome.pools:
        _check_pool(result)
    _check_supplies(pools, outcome)
    _check_totals(entrants, outcome)


def _check_supplies(pools: Sequence[Pool], outcome: Outcome) -> None:
    """Require that what a pool leaves is for sale where it goes, or comes back."""
    supplies = {pool.name: pool.supply for pool in pools}
    returned = 0
    if [result.pool.name for result in outcome.pools] != list(supplies):
        raise InvariantError("allocation.supply", "not one result a pool, in order")
    for pool, result in zip(pools, outcome.pools, strict=True):
        if result.pool.supply != supplies[pool.name]:
            raise InvariantError("allocation.supply", f"{pool.name} sells other units")
        if pool.unsold is None:
            returned += result.unsold
        else:
            supplies[pool.unsold] += result.unsold
    if returned != outcome.unsold:
        raise InvariantError("allocation.supply", "units appear or disappear")


def _check_totals(entrants: Sequence[Entrant], outcome: Outcome) -> None:
    nyms = [entrant.nym for entrant in entrants]
    gains = _gains(outcome.pools)
    if [total.nym for total in outcome.totals] != nyms or not gains.keys() <= set(nyms):
        raise InvariantError("allocation.supply", "not one total an entrant, sorted")
    for entrant, total in zip(entrants, outcome.totals, strict=True):
        won = tuple(gains.get(total.nym, ()))
        sums = (sum(gain.units for gain in won), sum(gain.payment for gain in won))
        if total.gains != won or (total.units, total.payment) != sums:
            raise InvariantError("allocation.supply", total.nym.hex())
        if total.payment > entrant.deposit:
            raise InvariantError("allocation.payment", total.nym.hex())


def _check_pool(result: PoolResult) -> None:
    if result.unsold < 0:
        raise InvariantError("allocation.supply", f"{result.pool.name} is oversold")
    for order, award in zip(result.orders, result.awards, strict=True):
        if not 0 <= award.units <= award.q <= order.wants:
            raise InvariantError("allocation.quantity-exceeded", award.nym.hex())
        if not 0 <= award.payment <= order.deposit:
            raise InvariantError("allocation.payment", award.nym.hex())
        if award.units == 0 and award.payment:
            raise InvariantError("allocation.loser-pays", award.nym.hex())
    _check_prices(result)


def _check_prices(result: PoolResult) -> None:
    """Require the stated price, or, where bids make it, one price not below it."""
    pool = result.pool
    asked: dict[str, set[int]] = {}
    for award in result.awards:
        if award.units:
            asked.setdefault(award.part, set()).add(_price(pool, award))
    stated = {tier.name: tier.price for tier in pool.tiers} or {ITSELF: pool.price}
    by_bids = {ITSELF} if pool.mechanism is Mechanism.AUCTION else set[str]()
    if pool.certain:
        stated[CERTAIN] = pool.price
        by_bids = {CERTAIN}
    for part, prices in asked.items():
        if part not in stated:
            raise InvariantError("allocation.payment", f"{pool.name} has no {part}")
        low = stated[part]
        if len(prices) > 1 or min(prices) < low:
            raise InvariantError("allocation.payment", f"{pool.name} has two prices")
        if max(prices) > low and part not in by_bids:
            raise InvariantError("allocation.payment", f"{pool.name} is overpaid")


def _price(pool: Pool, award: Award) -> int:
    """Return what one unit, or one squared unit, cost."""
    steps = award.units**2 if pool.mechanism is Mechanism.QUADRATIC else award.units
    price, odd = divmod(award.payment, steps)
    if odd:
        raise InvariantError("allocation.payment", award.nym.hex())
    return price


def _totals(
    nyms: Sequence[bytes],
    standings: Sequence[Standing],
    results: Sequence[PoolResult],
) -> tuple[Total, ...]:
    gains = _gains(results)
    return tuple(
        Total(nym, standing.units, standing.spent, tuple(gains.get(nym, ())))
        for nym, standing in zip(nyms, standings, strict=True)
    )


def _gains(results: Sequence[PoolResult]) -> Mapping[bytes, Sequence[Gain]]:
    """Return what each nym with units got, in the order of the pools."""
    gains: dict[bytes, list[Gain]] = {}
    for result in results:
        for award in result.awards:
            if award.units:
                name = part_id(result.pool.name, award.part)
                gain = Gain(name, award.units, award.payment)
                gains.setdefault(award.nym, []).append(gain)
    return gains


_Named = TypeVar("_Named", Award, Total)


def _find(rows: Sequence[_Named], nym: bytes) -> _Named | None:
    index = bisect_left(rows, nym, key=attrgetter("nym"))
    return next((row for row in rows[index : index + 1] if row.nym == nym), None)
