"""Seats whose winners do not come, and who gets them instead (specs/lapses.md)."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from operator import attrgetter

from fairlot.allocation.entering import (
    Entrant,
    Groups,
    Standing,
    can_take_one,
    entering,
    gather,
)
from fairlot.allocation.invariants import check_pool
from fairlot.allocation.lots import SeededLots, check_hash
from fairlot.allocation.outcome import Gain, Outcome, PoolResult, Total, gains_by_nym
from fairlot.allocation.run_pools import LotsOf, run_pool
from fairlot.errors import InvariantError
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tagged_hash


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What a sale gives once the seats of those who did not come are drawn again."""

    lapsed: tuple[Nym, ...]
    """Who gave seats back by not collecting, ascending."""
    pools: tuple[PoolResult, ...]
    """The second draws, in the order of the pools; each supply is that of the freed seats.
    Empty where there is no second seed."""
    totals: tuple[Total, ...]
    """One for each entrant, sorted by nym: the last word on who gets what."""
    unsold: int
    """Units that go back to the seller, after both draws."""

    def of(self, nym: Nym) -> Total | None:
        """Return the total of ``nym``; ``None`` if it is not an entrant."""
        index = bisect_left(self.totals, nym, key=attrgetter("nym"))
        found = self.totals[index : index + 1]
        return next((total for total in found if total.nym == nym), None)


def second_seed(seed: bytes, signature: bytes) -> bytes:
    """Return H("fairlot-v1/redraw", seed, S), the seed of the second draws.

    Args:
        seed: of the first draw, 32 bytes.
        signature: S of a round that nobody can know before the collecting has ended.

    Raises:
        CallerError: ``allocation.seed-length`` for another length of the seed.
    """
    check_hash("seed", seed)
    return tagged_hash("redraw", seed, signature)


def redraw(
    pools: Sequence[Pool],
    entrants: Iterable[Entrant],
    sale_id: bytes,
    first: Outcome,
    collecting: AbstractSet[str],
    collected: AbstractSet[Nym],
    seed: bytes | None,
) -> Redrawn:
    """Return who gets what after the collecting: a function of the *set* that collected.

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes.
        first: the outcome of ``allocate`` for these.
        collecting: names of the pools whose winners must collect.
        collected: the nyms that collected; who has won nothing there changes nothing.
        seed: of the second draws, 32 bytes; ``None`` where its round never came: then the
            freed seats go back to the seller.

    Raises:
        CallerError: ``allocation.collecting``, ``allocation.first-outcome``; otherwise as
            ``allocate``.
        InvariantError: ``allocation.lapse``; otherwise as ``allocate``: this library is
            wrong.
    """
    if seed is None:
        return redraw_pools(
            pools, entrants, sale_id, first, collecting, collected, None
        )
    check_hash("seed", seed)
    check_hash("sale_id", sale_id)
    drawn = seed

    def lots_of(pool: Pool, nyms: tuple[Nym, ...]) -> SeededLots:
        return SeededLots(drawn, sale_id, pool.name, nyms)

    return redraw_pools(pools, entrants, sale_id, first, collecting, collected, lots_of)


def redraw_pools(
    pools: Sequence[Pool],
    entrants: Iterable[Entrant],
    sale_id: bytes,
    first: Outcome,
    collecting: AbstractSet[str],
    collected: AbstractSet[Nym],
    lots_of: LotsOf | None,
) -> Redrawn:
    """Take the seats back that lapse, and draw them again (steps 1 to 7).

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes, to which groups are bound.
        first: the outcome of the first draw for these.
        collecting: names of the pools whose winners must collect.
        collected: the nyms that collected.
        lots_of: gives the lots of each second draw; ``None`` for no second draw.

    Raises:
        CallerError, InvariantError: as ``redraw``, except for seeds.
    """
    present, groups = gather(pools, entrants, sale_id)
    # Step 1.
    _check_first(pools, present, first, collecting)
    # Step 2.
    lapsed = _lapsed(first, collecting, collected)
    kept = {total.nym: _kept(total, collecting, lapsed) for total in first.totals}
    # Step 3.
    given = _given(total for total in first.totals if total.nym in lapsed)
    freed = {p.name: given.get(p.name, 0) for p in pools if p.name in collecting}
    # Steps 4 to 6.
    again = [replace(p, supply=freed[p.name]) for p in pools if p.name in freed]
    results = _draw_again(again, present, groups, first, lots_of)
    # Step 7.
    gained = gains_by_nym(results)
    redrawn = Redrawn(
        tuple(sorted(lapsed)),
        tuple(results),
        tuple(_total(e.nym, (*kept[e.nym], *gained.get(e.nym, ()))) for e in present),
        first.unsold + sum(freed.values()) - sum(result.sold for result in results),
    )
    check_redrawn(pools, present, first, redrawn)
    return redrawn


def waiting(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes, first: Outcome
) -> Mapping[str, tuple[Nym, ...]]:
    """Return who may still get a seat by a second draw, whoever collects (step 12).

    The names of the collecting pools in their order, each with the nyms, ascending.

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits, in any order.
        sale_id: 32 bytes.
        first: the outcome of the first draw for these.
    """
    present, groups = gather(pools, entrants, sale_id)
    standings = [Standing(total.units, total.payment) for total in first.totals]
    # Step 12.
    running = [replace(p, again=False, unsold=None) for p in pools if p.collect]
    return {
        pool.name: tuple(
            present[i].nym
            for i, order in entering(pool, present, standings, groups)
            if can_take_one(pool, order)
        )
        for pool in running
    }


def _draw_again(
    pools: Sequence[Pool],
    entrants: Sequence[Entrant],
    groups: Groups,
    first: Outcome,
    lots_of: LotsOf | None,
) -> list[PoolResult]:
    """Return the second draw of each of these pools, whose supply is that of free seats."""
    results: list[PoolResult] = []
    # Step 4.
    if lots_of is None:
        return results
    standings = [Standing(total.units, total.payment) for total in first.totals]
    for pool in pools:
        # Step 5.
        running = replace(pool, again=False, unsold=None)
        waiting = entering(running, entrants, standings, groups)
        # Step 6.
        nyms = tuple(entrants[i].nym for i, _ in waiting)
        orders = tuple(order for _, order in waiting)
        result = run_pool(running, nyms, orders, lots_of(running, nyms))
        for (i, _), award in zip(waiting, result.awards, strict=True):
            standings[i] = Standing(award.units, award.payment)
        results.append(result)
    return results


def _check_first(
    pools: Sequence[Pool],
    entrants: Sequence[Entrant],
    first: Outcome,
    collecting: AbstractSet[str],
) -> None:
    drawn = {
        pool.name
        for pool in pools
        if pool.mechanism is Mechanism.LOTTERY and not pool.takes_bids
    }
    if not collecting <= drawn:
        raise CallerError(
            "allocation.collecting", "only lotteries without bids have seats that lapse"
        )
    names = [result.pool.name for result in first.pools]
    nyms = [total.nym for total in first.totals]
    if names != [p.name for p in pools] or nyms != [e.nym for e in entrants]:
        raise CallerError(
            "allocation.first-outcome",
            "the first outcome is of other pools or other people",
        )


def _lapsed(
    first: Outcome, collecting: AbstractSet[str], collected: AbstractSet[Nym]
) -> frozenset[Nym]:
    """Return who has a seat of a collecting pool and did not come."""
    return frozenset(
        total.nym
        for total in first.totals
        if total.nym not in collected
        and any(gain.pool in collecting for gain in total.gains)
    )


def _kept(
    total: Total, collecting: AbstractSet[str], lapsed: frozenset[Nym]
) -> tuple[Gain, ...]:
    if total.nym not in lapsed:
        return total.gains
    return tuple(gain for gain in total.gains if gain.pool not in collecting)


def _total(nym: Nym, gains: Sequence[Gain]) -> Total:
    units = sum(gain.units for gain in gains)
    return Total(nym, units, sum(gain.payment for gain in gains), tuple(gains))


def check_redrawn(
    pools: Sequence[Pool],
    entrants: Sequence[Entrant],
    first: Outcome,
    redrawn: Redrawn,
) -> None:
    """Check the invariants of specs/lapses.md, section 4.

    Args:
        pools: the terms' pools.
        entrants: sorted by nym.
        first: the outcome before the collecting.
        redrawn: the claimed outcome after it.

    Raises:
        InvariantError: ``allocation.lapse``, ``allocation.supply``,
            ``allocation.payment``; for a second draw as ``check_outcome``.
    """
    for result in redrawn.pools:
        check_pool(result)
    _check_people(entrants, first, redrawn)
    _check_units(pools, first, redrawn)


def _check_people(
    entrants: Sequence[Entrant], first: Outcome, redrawn: Redrawn
) -> None:
    nyms = [entrant.nym for entrant in entrants]
    if [total.nym for total in redrawn.totals] != nyms:
        raise InvariantError(
            "allocation.supply", "there must be one total for each entrant, in order"
        )
    lapsed = set(redrawn.lapsed)
    rows = zip(entrants, first.totals, redrawn.totals, strict=True)
    for entrant, before, after in rows:
        name = after.nym.hex()
        if before.units and after.nym not in lapsed and after != before:
            raise InvariantError(
                "allocation.lapse", f"{name} did not lapse and gets something else"
            )
        if after.nym in lapsed and not set(after.gains) < set(before.gains):
            raise InvariantError(
                "allocation.lapse", f"{name} lapsed and gives no seat back"
            )
        if _total(after.nym, after.gains) != after:
            raise InvariantError("allocation.supply", f"units of {name} do not add up")
        if not 0 <= after.payment <= entrant.amount:
            raise InvariantError("allocation.payment", f"{name} pays too much")


def _check_units(pools: Sequence[Pool], first: Outcome, redrawn: Redrawn) -> None:
    """Require that no pool gives more units than it had, and that all add up."""
    given = _given(redrawn.totals)
    had = _given(first.totals)
    if any(units > had.get(name, 0) for name, units in given.items()):
        raise InvariantError("allocation.supply", "more seats are drawn than came free")
    sold = sum(total.units for total in redrawn.totals)
    if sold + redrawn.unsold != sum(pool.supply for pool in pools):
        raise InvariantError("allocation.supply", "units appear or disappear")


def _given(totals: Iterable[Total]) -> Mapping[str, int]:
    units: dict[str, int] = {}
    for total in totals:
        for gain in total.gains:
            units[gain.pool] = units.get(gain.pool, 0) + gain.units
    return units
