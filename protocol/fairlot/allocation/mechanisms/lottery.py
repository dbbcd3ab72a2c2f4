"""The lottery: one unit per person, for singles and groups (specs/lottery.md)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, compress

from fairlot.allocation.entering import can_take_one
from fairlot.allocation.mechanisms.arguments import (
    check_orders,
    check_permutation,
    drawn_first,
    payments_of,
)
from fairlot.allocation.mechanisms.groups import Table, table
from fairlot.allocation.mechanisms.patterns import Counts
from fairlot.allocation.mechanisms.table_text import GROUPS, reasons_of
from fairlot.allocation.shape import (
    ITSELF,
    Lots,
    Odds,
    Order,
    Reason,
    Shares,
    whole,
)
from fairlot.money import Money
from fairlot.terms.pool import Pool
from fairlot.text import Json, Viewed, counted, json_view
from fairlot_crypto.errors import CallerError

TABLE = b"table"
"""Label of the lot that picks a row."""


@dataclass(frozen=True, slots=True)
class LotteryFacts:
    """How the draw was done, so that anybody can repeat it."""

    table: Table
    lot: int
    """U(Q), which picks the row."""
    groups: tuple[bytes, ...]
    """Group ids in the group order."""
    won: tuple[bytes, ...]
    """Group ids that win, ascending."""
    seats: int
    """How many singles win."""
    last_in: int | None
    """Index of the order of the last single in the drawing order who wins."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines; orders by their index."""
        demand, prices = self.table.demand, self.table.prices
        certificate: dict[str, Viewed] = {
            "supply": demand.supply,
            "people": demand.people,
            "sizes": list(demand.sizes),
            "counts": list(demand.counts),
            "too_large": list(demand.too_large),
            "chance": str(self.table.chance),
            "rows": [list(row) for row in self.table.rows],
            "weights": list(self.table.weights),
            "prices": None if prices is None else list(prices),
            "lot": self.lot,
            "groups": self.groups,
            "groups_won": self.won,
            "seats": self.seats,
            "last_in": self.last_in,
        }
        return json_view(certificate)

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        demand = self.table.demand
        singles = dict(zip(demand.sizes, demand.counts, strict=True)).get(1, 0)
        result = f"{counted(self.seats, 'single wins', 'singles win')} of {singles}"
        if self.groups:
            result += f", and {len(self.won)} of {counted(len(self.groups), *GROUPS)}"
        if self.table.lots > 1:
            result = f"Lot {self.lot + 1} was drawn: {result}"
        return (*reasons_of(self.table), result)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who takes part; this does not depend on the lots."""

    table: Table
    takes: tuple[int, ...]
    """q_i: 1 for a person who takes part, else 0."""
    groups: Mapping[bytes, tuple[int, ...]]
    """Members by group id, ids ascending."""

    def fits(self, order: Order) -> bool:
        """Tell whether an order is that of a single, or its group can win."""
        size = 1 if order.group is None else len(self.groups[order.group])
        return size <= self.table.demand.supply


def lottery(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets a unit at the price (specs/lottery.md, sections 3 and 7).

    Args:
        pool: supply k, price P, group_max; its certain seats are ignored.
        orders: one for each person; the orders of a group carry its id.
        lots: drawing order, group order and uniform draws.

    Raises:
        CallerError: ``allocation.group`` for a group of fewer than two or more than
            group_max members, or with a member who takes no unit;
            ``allocation.quantity``, ``allocation.bid``, ``allocation.tier`` (see
            ``check_orders``); ``allocation.order``.
        InvariantError: ``allocation.table``: this library is wrong.
    """
    return draw(pool, orders, crowd_of(pool, orders), lots)


def draw(pool: Pool, orders: Sequence[Order], crowd: Crowd, lots: Lots) -> Shares:
    """Draw among those who take part (section 7): all of the lottery that needs lots.

    Args:
        pool: its price only.
        orders: as ``lottery`` takes them.
        crowd: what ``crowd_of`` returned for the same pool and orders.
        lots: drawing order, group order and uniform draws.

    Raises:
        CallerError: ``allocation.order``.
    """
    ids = tuple(crowd.groups)
    group_order = lots.group_permutation(ids) if ids else ()
    check_permutation(group_order, len(ids))
    # Step 1.
    lot = lots.uniform(crowd.table.lots, TABLE)
    left = Counter(_by_size(crowd.table, crowd.table.row(lot)))
    # Step 2.
    members = tuple(crowd.groups.values())
    won = bytearray(len(ids))
    for index in group_order:
        size = len(members[index])
        if left[size] > 0:
            left[size] -= 1
            won[index] = 1
    # Step 3.
    singles = _singles(crowd, orders, lots)[: left[1]]
    winners = [*singles, *chain.from_iterable(compress(members, won))]
    return Shares(
        quantities=crowd.takes,
        units=(units := _units(winners, len(orders))),
        payments=payments_of(pool, orders, units),
        reasons=_reasons(crowd, orders, units),
        parts=(ITSELF,) * len(orders),
        facts=LotteryFacts(
            table=crowd.table,
            lot=lot,
            groups=tuple(ids[index] for index in group_order),
            won=tuple(compress(ids, won)),
            seats=len(singles),
            last_in=None if crowd.table.all_win or not singles else singles[-1],
        ),
    )


def lottery_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return the chances: the same for everybody in a group that can win.

    Raises:
        CallerError: ``allocation.group``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
        InvariantError: ``allocation.table``: this library is wrong.
    """
    crowd = crowd_of(pool, orders)
    chance, nothing = whole(crowd.table.chance), whole(Fraction(0))
    return Odds(
        chances=tuple(
            chance if takes and crowd.fits(order) else nothing
            for takes, order in zip(crowd.takes, orders, strict=True)
        ),
        expected_unsold=pool.supply - crowd.table.sold,
        why=reasons_of(crowd.table),
        unsold_certain=crowd.table.sold_certain,
    )


def in_drawing_order(lots: Lots, count: int, among: Collection[int]) -> tuple[int, ...]:
    """Return some of ``count`` orders in the drawing order: the first of them win.

    Raises:
        CallerError: ``allocation.order``.
    """
    return tuple(index for index in drawn_first(lots, count) if index in among)


def crowd_of(pool: Pool, orders: Sequence[Order]) -> Crowd:
    """Return who takes part, and the table of their draw.

    Raises:
        CallerError: ``allocation.group``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
        InvariantError: ``allocation.table``: this library is wrong.
    """
    check_orders(pool, orders)
    takes = tuple(int(can_take_one(pool, order)) for order in orders)
    members: dict[bytes, list[int]] = {}
    for index, order in enumerate(orders):
        if order.group is not None:
            members.setdefault(order.group, []).append(index)
    groups = {gid: tuple(members[gid]) for gid in sorted(members)}
    for found in groups.values():
        if not 2 <= len(found) <= pool.group_max:
            raise CallerError(
                "allocation.group", "a group must have from 2 to group_max members"
            )
        if not all(takes[index] for index in found):
            raise CallerError(
                "allocation.group",
                "every member of a group must want and afford a unit",
            )
    sizes = Counter(map(len, groups.values()))
    sizes[1] = sum(takes) - sum(size * count for size, count in sizes.items())
    return Crowd(table(pool.supply, sizes), takes, groups)


def _by_size(known: Table, row: Counts) -> Mapping[int, int]:
    return dict(zip(known.demand.sizes, row, strict=True))


def _singles(crowd: Crowd, orders: Sequence[Order], lots: Lots) -> Sequence[int]:
    """Return the singles in the drawing order, which matters only if some lose."""
    everybody = enumerate(zip(orders, crowd.takes, strict=True))
    singles = [i for i, (order, takes) in everybody if takes and order.group is None]
    if not singles or crowd.table.all_win:
        return singles
    return in_drawing_order(lots, len(orders), frozenset(singles))


def _units(winners: Sequence[int], people: int) -> tuple[int, ...]:
    units = [0] * people
    for index in winners:
        units[index] = 1
    return tuple(units)


def _reasons(
    crowd: Crowd, orders: Sequence[Order], units: Sequence[int]
) -> tuple[Reason, ...]:
    won, lost = Reason.DRAWN, Reason.NOT_DRAWN
    group_won, group_lost = Reason.DRAWN_GROUP, Reason.NOT_DRAWN_GROUP
    if crowd.table.all_win:
        won = group_won = Reason.IN_FULL

    def reason(order: Order, takes: int, got: int) -> Reason:
        if not takes:
            return Reason.NOTHING
        if order.group is None:
            return won if got else lost
        if not crowd.fits(order):
            return Reason.GROUP_TOO_LARGE
        return group_won if got else group_lost

    return tuple(map(reason, orders, crowd.takes, units))
