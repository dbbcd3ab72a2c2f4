"""The lottery: one unit per person, for singles and groups (specs/lottery.md)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fairlot.allocation.entering import can_take_one
from fairlot.allocation.mechanisms.arguments import check_orders, drawn_first
from fairlot.allocation.mechanisms.groups import (
    Drawn,
    Mode,
    Rule,
    Walk,
    draw,
    draw_rule,
)
from fairlot.allocation.shape import (
    ITSELF,
    NOBODY,
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


@dataclass(frozen=True, slots=True)
class LotteryFacts:
    """How the draw was done, so that anybody can repeat it."""

    rule: Rule
    groups: tuple[bytes, ...]
    """Group ids in the group order: these are the first units of the walk."""
    won: tuple[bytes, ...]
    """Group ids that win, ascending."""
    walk: Walk
    seats: int
    """How many singles win."""
    last_in: int | None
    """Index of the order of the last single in the drawing order who wins."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines; orders by their index."""
        rule = self.rule
        certificate: dict[str, Viewed] = {
            "mode": rule.mode.value,
            "supply": rule.supply,
            "people": rule.people,
            "singles": rule.singles,
            "largest": rule.largest,
            "room": rule.room,
            "weight": rule.weight,
            "target": rule.target,
            "groups": self.groups,
            "groups_won": self.won,
            "walk": [[p.a, p.b, p.up, p.dn, p.draw] for p in self.walk.pairings],
            "last": self._last_to_json(),
            "seats": self.seats,
            "last_in": self.last_in,
        }
        return json_view(certificate)

    def _last_to_json(self) -> Viewed:
        last = self.walk.last
        return None if last is None else [last.unit, last.share, last.full, last.draw]

    def lines(self, _money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        singles = counted(self.seats, "single wins", "singles win")
        result = f"{singles} of {self.rule.singles}"
        if self.groups:
            result += f", and {len(self.won)} of {counted(len(self.groups), *_GROUPS)}"
        return (*reasons_of(self.rule), result)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who takes part; this does not depend on the lots."""

    rule: Rule
    takes: tuple[int, ...]
    """q_i: 1 for a person who takes part, else 0."""
    groups: Mapping[bytes, tuple[int, ...]]
    """Members by group id, ids ascending."""


def lottery(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets a unit at the price (specs/lottery.md, sections 3 and 4).

    Args:
        pool: supply k, price P, group_max; its certain seats are ignored.
        orders: one for each person; the orders of a group carry its id.
        lots: drawing order, group order and uniform draws.

    Raises:
        CallerError: ``allocation.group`` for a group of fewer than two or more than
            group_max members, with a member who takes no unit, or larger than a supply
            for which lots are drawn; ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier`` (see ``check_orders``); ``allocation.order``.
        InvariantError: ``allocation.supply``: this library is wrong.
    """
    crowd = crowd_of(pool, orders)
    ids = tuple(crowd.groups)
    group_order = lots.group_permutation(ids) if ids else ()
    drawn = draw(crowd.rule, group_order, lots.uniform)
    singles = _singles(crowd, orders, lots)
    winners = [singles[place] for place in drawn.singles]
    for index in drawn.groups:
        winners += crowd.groups[ids[index]]
    return Shares(
        quantities=crowd.takes,
        units=(units := _units(winners, len(orders))),
        payments=tuple(pool.price * got for got in units),
        reasons=_reasons(crowd, orders, units),
        parts=(ITSELF,) * len(orders),
        facts=LotteryFacts(
            rule=crowd.rule,
            groups=tuple(ids[index] for index in group_order),
            won=tuple(ids[index] for index in sorted(drawn.groups)),
            walk=drawn.walk,
            seats=len(drawn.singles),
            last_in=_last_in(crowd.rule, singles, drawn),
        ),
    )


def lottery_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return the chances: the same for everybody who takes part.

    Raises:
        CallerError: ``allocation.group``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
    """
    crowd = crowd_of(pool, orders)
    rule = crowd.rule
    chance, nothing = whole(rule.chance), whole(Fraction(0))
    return Odds(
        chances=tuple(chance if takes else nothing for takes in crowd.takes),
        expected_unsold=rule.supply - rule.sold,
        why=reasons_of(rule),
        unsold_certain=rule.sold_certain,
    )


def in_drawing_order(lots: Lots, count: int, among: Collection[int]) -> tuple[int, ...]:
    """Return some of ``count`` orders in the drawing order: the first of them win.

    Raises:
        CallerError: ``allocation.order``.
    """
    return tuple(index for index in drawn_first(lots, count) if index in among)


def crowd_of(pool: Pool, orders: Sequence[Order]) -> Crowd:
    """Return who takes part, and the rule by which they are drawn.

    Raises:
        CallerError: ``allocation.group``, ``allocation.quantity``, ``allocation.bid``,
            ``allocation.tier``.
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
    sizes = tuple(map(len, groups.values()))
    rule = draw_rule(pool.supply, sizes, sum(takes) - sum(sizes))
    return Crowd(rule, takes, groups)


def reasons_of(rule: Rule) -> tuple[str, ...]:
    """State the mode, the reason for it, and the chance that everybody has."""
    people, units = (
        counted(rule.people, "person", "people"),
        counted(rule.supply, "unit", "units"),
    )
    if not rule.people:
        return (NOBODY,)
    if not rule.supply:
        return ("No unit is for sale",)
    if rule.mode is Mode.ALL:
        return (f"Everybody wins: {people} for {units}",)
    same = f"Each of {people} has the chance {rule.chance} of one of {units}"
    if not rule.sizes:
        return (same,)
    room = f"min(⌊km/n⌋, ⌊(n-k)m/n⌋) = {rule.room}"
    if rule.mode is Mode.A:
        return same, f"Mode A: {room} is at least gmax - 1 = {rule.largest - 1}"
    return (
        same,
        f"Mode B: {room} is below gmax - 1 = {rule.largest - 1}",
        f"On average {rule.sold} are sold: {rule.target} times {rule.weight}",
    )


_GROUPS = ("group", "groups")


def _singles(crowd: Crowd, orders: Sequence[Order], lots: Lots) -> Sequence[int]:
    """Return the singles in the drawing order, which matters only if some lose."""
    everybody = enumerate(zip(orders, crowd.takes, strict=True))
    singles = [i for i, (order, takes) in everybody if takes and order.group is None]
    if not singles or crowd.rule.mode is Mode.ALL:
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
    if crowd.rule.mode is Mode.ALL:
        won = group_won = Reason.IN_FULL

    def reason(order: Order, takes: int, got: int) -> Reason:
        if not takes:
            return Reason.NOTHING
        if order.group is None:
            return won if got else lost
        return group_won if got else group_lost

    return tuple(map(reason, orders, crowd.takes, units))


def _last_in(rule: Rule, singles: Sequence[int], drawn: Drawn) -> int | None:
    if rule.mode is Mode.ALL or not drawn.singles:
        return None
    return singles[max(drawn.singles)]
