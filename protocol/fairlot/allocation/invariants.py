"""What must hold of every outcome (specs/allocation.md, section 8)."""

from collections.abc import Iterable, Mapping, Sequence

from fairlot.allocation.entering import Entrant
from fairlot.allocation.mechanisms.certain import CERTAIN
from fairlot.allocation.mechanisms.groups import verify
from fairlot.allocation.mechanisms.lottery import LotteryFacts
from fairlot.allocation.outcome import Award, Gain, Outcome, PoolResult, gains_by_nym
from fairlot.allocation.shape import ITSELF
from fairlot.errors import InvariantError
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool, Pricing


def check_outcome(
    pools: Sequence[Pool], entrants: Sequence[Entrant], outcome: Outcome
) -> None:
    """Check the invariants of specs/allocation.md, section 8.

    Args:
        pools: the terms' pools.
        entrants: sorted by nym.
        outcome: the claimed outcome.

    Raises:
        InvariantError: ``allocation.supply``, ``allocation.quantity-exceeded``,
            ``allocation.payment``, ``allocation.loser-pays``, and for the table of a
            lottery as ``verify``.
    """
    fared = any(pool.fares is not None for pool in pools)
    known = {entrant.nym: entrant for entrant in entrants} if fared else {}
    for result in outcome.pools:
        check_pool(result)
        _check_fares(result, known)
    _check_supplies(pools, outcome)
    _check_totals(entrants, outcome)


def _check_supplies(pools: Sequence[Pool], outcome: Outcome) -> None:
    """Require that a pool's unsold units are sold on in a later pool, or come back."""
    supplies = {pool.name: pool.supply for pool in pools}
    returned = 0
    if [result.pool.name for result in outcome.pools] != list(supplies):
        raise InvariantError(
            "allocation.supply", "there must be one result for each pool, in order"
        )
    for pool, result in zip(pools, outcome.pools, strict=True):
        if result.pool.supply != supplies[pool.name]:
            raise InvariantError(
                "allocation.supply", f"pool {pool.name} sells other units than it has"
            )
        if pool.unsold is None:
            returned += result.unsold
        else:
            supplies[pool.unsold] += result.unsold
    if returned != outcome.unsold:
        raise InvariantError("allocation.supply", "units appear or disappear")


def _check_totals(entrants: Sequence[Entrant], outcome: Outcome) -> None:
    present = [entrant.nym for entrant in entrants]
    if [total.nym for total in outcome.totals] != present:
        raise InvariantError(
            "allocation.supply", "there must be one total for each entrant, in order"
        )
    gains = gains_by_nym(outcome.pools)
    for entrant, total in zip(entrants, outcome.totals, strict=True):
        won = gains.pop(total.nym, ())
        added_up = _sums(won) if won else (0, 0)
        if total.gains != won or (total.units, total.payment) != added_up:
            raise InvariantError(
                "allocation.supply", f"units of {total.nym.hex()} do not add up"
            )
        if total.payment > entrant.amount:
            raise InvariantError(
                "allocation.payment", f"{total.nym.hex()} pays too much"
            )
    if gains:
        raise InvariantError(
            "allocation.supply", "somebody who did not enter gets something"
        )


def _sums(gains: Iterable[Gain]) -> tuple[int, int]:
    units = payment = 0
    for gain in gains:
        units += gain.units
        payment += gain.payment
    return units, payment


def check_pool(result: PoolResult) -> None:
    """Check one pool by itself: quantities, payments and prices, and a lottery's table.

    Raises:
        InvariantError: as ``check_outcome``.
    """
    if result.unsold < 0:
        raise InvariantError(
            "allocation.supply", f"pool {result.pool.name} is oversold"
        )
    for order, award in zip(result.orders, result.awards, strict=True):
        if not 0 <= award.units <= award.q <= order.wants:
            raise InvariantError(
                "allocation.quantity-exceeded", f"{award.nym.hex()} gets too much"
            )
        if not 0 <= award.payment <= order.budget:
            raise InvariantError(
                "allocation.payment", f"{award.nym.hex()} pays a wrong price"
            )
        if award.units == 0 and award.payment:
            raise InvariantError(
                "allocation.loser-pays", f"{award.nym.hex()} pays for no unit"
            )
    _check_paid(result)
    _check_options(result)
    if isinstance(result.facts, LotteryFacts):
        verify(result.facts.table)


def _check_paid(result: PoolResult) -> None:
    """Check what units cost, as far as the pool by itself tells."""
    if result.pool.pricing is Pricing.VICKREY:
        _check_reserve(result)
    elif result.pool.fares is None:
        _check_prices(result)


def _check_reserve(result: PoolResult) -> None:
    """Require of prices that differ from person to person that none is below the reserve."""
    pool = result.pool
    if any(award.payment < award.units * pool.price for award in result.awards):
        raise InvariantError("allocation.payment", f"{pool.name} is underpaid")


def _check_fares(result: PoolResult, known: Mapping[Nym, Entrant]) -> None:
    """Require of each the price for what it discloses, where prices differ."""
    pool = result.pool
    if pool.fares is None:
        return
    for award in result.awards:
        entrant = known.get(award.nym)
        fare = pool.price_for(dict(entrant.attributes)) if entrant else None
        paid = fare is not None and award.payment == fare * award.units
        if award.units and (award.part != ITSELF or not paid):
            raise InvariantError(
                "allocation.payment", f"{award.nym.hex()} pays another fare"
            )


def _check_prices(result: PoolResult) -> None:
    """Require the stated price or, if bids set the price, one price not below it."""
    pool = result.pool
    # Many pay the same for as many units: one of them shows the price.
    alike = {(a.part, a.units, a.payment): a for a in result.awards if a.units}
    asked: dict[str, set[int]] = {}
    for award in alike.values():
        asked.setdefault(award.part, set()).add(_price(pool, award))
    stated = {part.name: part.price for part in pool.parts} or {ITSELF: pool.price}
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


def _check_options(result: PoolResult) -> None:
    """Require that no option is oversold: units of one are none of another."""
    left = {option.name: option.supply for option in result.pool.options}
    if not left:
        return
    for award in result.awards:
        if award.units:
            left[award.part] -= award.units
    if min(left.values()) < 0:
        problem = f"an option of pool {result.pool.name} is oversold"
        raise InvariantError("allocation.supply", problem)


def _price(pool: Pool, award: Award) -> int:
    """Return what one unit, or one squared unit, cost."""
    steps = award.units**2 if pool.mechanism is Mechanism.QUADRATIC else award.units
    price, odd = divmod(award.payment, steps)
    if odd:
        raise InvariantError(
            "allocation.payment", f"{award.nym.hex()} pays a wrong price"
        )
    return price
