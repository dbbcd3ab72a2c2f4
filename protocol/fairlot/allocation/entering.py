"""Who enters a pool, and what each of them asks for (specs/allocation.md, section 6)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeAlias

from fairlot.allocation.shape import Order, price_of
from fairlot.bids import MAX_STEPS, Bid, Steps, bid_problem, steps_of, total_of
from fairlot.fields import all_bytes_problem, uints_problem
from fairlot.names import HASH_LENGTH, NYM_LENGTH, Nym, group_id
from fairlot.packed import rows
from fairlot.terms.made_pools import check_made_pools
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Entrant:
    """One funded final deposit."""

    nym: Nym
    wants: int
    """Units wanted over all pools, uint64."""
    amount: int
    """The deposit's amount, uint64, all of it paid."""
    bid: Bid | None = None
    """What units are worth to the person, by the opened bid; ``None`` for no valid bid."""
    tier: str | None = None
    """Name of the highest tier that the person accepts."""
    group: bytes | None = None
    """The group id that the person signed, 32 bytes."""
    attributes: tuple[tuple[str, str], ...] = ()
    """The disclosed attributes: names and values, empty for none."""
    solved: frozenset[str] = frozenset()
    """Names of the pools whose puzzle the person solved."""
    choices: tuple[int, ...] = ()
    """Indices of the options that the person lists, the most preferred first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one entrant has got from the pools so far, and spent there."""

    units: int = 0
    spent: int = 0


Asking: TypeAlias = tuple[object, ...]
"""What makes two orders of a pool the same; also the fields of an order."""

Groups = Mapping[bytes, tuple[int, ...]]
"""The members of each group that has formed, as indices of entrants."""


def formed_groups(sale_id: bytes, entrants: Sequence[Entrant]) -> Groups:
    """Return the groups whose members all signed, and nobody else (steps 1 and 2).

    Two or more entrants form a group iff they name the same id and it is the id of
    exactly their nyms: a person who is named without having signed, or who signs without being
    named, keeps the group from forming.
    """
    named: dict[bytes, list[int]] = {}
    for index, entrant in enumerate(entrants):
        if entrant.group is not None:
            named.setdefault(entrant.group, []).append(index)
    return {
        gid: tuple(members)
        for gid, members in named.items()
        if len(members) > 1
        and group_id(sale_id, [entrants[i].nym for i in members]) == gid
    }


_ASKED = "wants", "amount", "bid", "tier", "attributes", "choices"
"""What an order takes from an entrant, but for its group."""


def entering(
    pool: Pool,
    entrants: Sequence[Entrant],
    standings: Sequence[Standing],
    groups: Groups,
) -> tuple[tuple[int, Order], ...]:
    """Return who enters the pool, by index, and each one's order (steps 3 to 9)."""
    # Most pools ask for nothing, and there may be many people and pools.
    asks = pool.puzzle is not None or bool(pool.attributes)
    qualified = [not asks or qualifies(pool, entrant) for entrant in entrants]
    parties = {
        gid: tuple(i for i in members if qualified[i])
        for gid, members in _legal_groups(pool, groups).items()
    }
    of_group = {i: gid for gid, party in parties.items() for i in party}
    order_of, asks_for = _ordering(pool), attrgetter(*_ASKED)
    # Many ask for the same, and share one order.
    alike: dict[Asking, int] = {}
    asked: list[Asking] = []
    places: list[tuple[int, int]] = []
    for i, (entrant, standing) in enumerate(zip(entrants, standings, strict=True)):
        free = pool.again or standing.units == 0
        if qualified[i] and free:
            group = of_group.get(i)
            # All that an order depends on, the pool apart.
            asking = (*asks_for(entrant), standing.units, standing.spent, group)
            place = alike.setdefault(asking, len(asked))
            if place == len(asked):
                asked.append(order_of(entrant, standing, group))
            places.append((i, place))
    orders = rows(Order, *zip(*asked, strict=True)) if asked else []
    entered = [(i, orders[place]) for i, place in places]
    if not parties:
        return tuple(entered)
    grouped = {i: order for i, order in entered if order.group is not None}
    intact = {gid for gid, party in parties.items() if _intact(pool, grouped, party)}
    return tuple(
        (i, order)
        if order.group is None or order.group in intact
        else (i, replace(order, group=None))
        for i, order in entered
    )


def _legal_groups(pool: Pool, groups: Groups) -> Groups:
    return {
        gid: members
        for gid, members in groups.items()
        if len(members) <= pool.group_max
    }


def qualifies(pool: Pool, entrant: Entrant) -> bool:
    """Tell whether an entrant may enter a pool alone, with nothing so far (step 3)."""
    if pool.puzzle is not None and pool.name not in entrant.solved:
        return False
    return not pool.attributes or pool.admits(dict(entrant.attributes))


def _ordering(pool: Pool) -> Callable[[Entrant, Standing, bytes | None], Asking]:
    """Return what gives the fields of an order; what a pool does not use is asked once."""
    bids, tiers, points = pool.takes_bids, pool.tiers, pool.points
    chosen, fares = pool.mechanism is Mechanism.CHOICES, pool.fares

    def order(entrant: Entrant, standing: Standing, group: bytes | None) -> Asking:
        left = entrant.amount - standing.spent
        return (
            max(0, entrant.wants - standing.units),
            left,
            bid_of(pool, entrant, left) if bids else None,
            _tier(pool, entrant.tier, left) if tiers else None,
            group,
            entrant.choices if chosen else (),
            _points(pool, entrant) if points else 1,
            pool.price_for(dict(entrant.attributes)) if fares else None,
            steps_in(pool, entrant) if bids else (),
        )

    return order


def _points(pool: Pool, entrant: Entrant) -> int:
    # Only whoever qualifies has an order, and with points only who has some qualifies.
    points = pool.points_of(dict(entrant.attributes))
    return 1 if points is None else points


def bid_of(pool: Pool, entrant: Entrant, left: int) -> int | None:
    """Return the bid that the order has; a bid above the whole deposit is void."""
    if pool.takes_quantities or not pool.takes_bids:
        return None
    if not isinstance(entrant.bid, int) or entrant.bid > entrant.amount:
        return None
    return min(entrant.bid, left)


def steps_in(pool: Pool, entrant: Entrant) -> Steps:
    """Return the steps that the order has; a bid above the whole deposit is void."""
    if not pool.takes_quantities or entrant.bid is None:
        return ()
    return () if total_of(entrant.bid) > entrant.amount else steps_of(entrant.bid)


def _tier(pool: Pool, name: str | None, left: int) -> int | None:
    """Return the tier's index; a tier that the money does not cover is void."""
    for index, tier in enumerate(pool.tiers):
        if tier.name == name:
            return index if tier.price <= left else None
    return None


def _intact(pool: Pool, entered: Mapping[int, Order], party: Sequence[int]) -> bool:
    """Tell whether a party stays together (step 9).

    Two or more of a group are left, each can take a unit here, and all list the same.
    """
    orders = [entered.get(i) for i in party]
    able = [order for order in orders if order and can_take_one(pool, order)]
    same = len({order.choices for order in able}) == 1
    return len(party) > 1 and len(able) == len(party) and same


def can_take_one(pool: Pool, order: Order) -> bool:
    """Tell whether an order wants a unit and has the money for one."""
    if order.wants < 1:
        return False
    if pool.mechanism is Mechanism.CHOICES:
        return any(pool.options[i].price <= order.budget for i in order.choices)
    return order.budget >= price_of(pool, order)


def gather(
    pools: Sequence[Pool], entrants: Iterable[Entrant], sale_id: bytes
) -> tuple[list[Entrant], Groups]:
    """Return the entrants of a sale, ascending by nym, and the groups that they form.

    Raises:
        CallerError: ``pools.*``, ``allocation.*`` for what no board lets in.
    """
    check_made_pools(pools)
    present = sorted(entrants, key=attrgetter("nym"))
    check_entrants(pools, present)
    return present, formed_groups(sale_id, present)


def check_entrants(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> None:
    """Check what the board's rules guarantee.

    Raises:
        CallerError: ``allocation.nym-length``, ``allocation.range``,
            ``allocation.duplicate-nym``, ``allocation.group-id``,
            ``allocation.choices``.
    """
    nyms = [entrant.nym for entrant in entrants]
    problem = all_bytes_problem(nyms, NYM_LENGTH)
    if problem:
        raise CallerError("allocation.nym-length", f"a nym {problem}")
    _check_numbers(entrants)
    named = [entrant.group for entrant in entrants if entrant.group is not None]
    problem = all_bytes_problem(named, HASH_LENGTH)
    if problem:
        raise CallerError("allocation.group-id", f"a group id {problem}")
    if len(set(nyms)) != len(entrants):
        raise CallerError(
            "allocation.duplicate-nym",
            "each nym must enter once, with its final deposit",
        )
    for pool in pools:
        for entrant in entrants if pool.options else ():
            check_choices(pool, entrant.choices)


def check_choices(pool: Pool, choices: Sequence[int]) -> None:
    """Check a list of choices.

    Raises:
        CallerError: ``allocation.choices`` for a list that names an option twice, or one
            that the pool does not have.
    """
    if choices and (min(choices) < 0 or max(choices) >= len(pool.options)):
        problem = "choices must be indices into pool.options"
        raise CallerError("allocation.choices", problem)
    if len(set(choices)) != len(choices):
        raise CallerError("allocation.choices", "choices must name an option once")


def _check_numbers(entrants: Sequence[Entrant]) -> None:
    columns = {
        "wants": uints_problem([entrant.wants for entrant in entrants]),
        "amount": uints_problem([entrant.amount for entrant in entrants]),
        "a bid": _bids_problem(entrants),
    }
    for what, problem in columns.items():
        if problem:
            raise CallerError("allocation.range", f"{what} {problem}")


def _bids_problem(entrants: Sequence[Entrant]) -> str | None:
    bids = [entrant.bid for entrant in entrants if entrant.bid is not None]
    stepped = [bid for bid in bids if isinstance(bid, tuple)]
    found = (bid_problem(bid, MAX_STEPS) for bid in stepped)
    plain = [bid for bid in bids if not isinstance(bid, tuple)]
    return uints_problem(plain) or next(filter(None, found), None)
