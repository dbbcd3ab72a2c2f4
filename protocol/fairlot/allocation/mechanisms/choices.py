"""Choices: by lot, each takes the best that is left of its list (specs/choices.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairlot.allocation.entering import can_take_one
from fairlot.allocation.mechanisms.arguments import check_orders, check_permutation
from fairlot.allocation.shape import (
    ITSELF,
    NOBODY,
    Lots,
    Order,
    Reason,
    Shares,
)
from fairlot.money import Money
from fairlot.terms.pool import Option, Pool
from fairlot.text import Json, counted, json_view
from fairlot_crypto.errors import CallerError

FEWEST_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Party:
    """Who chooses as one: a single, or the members of a group."""

    members: tuple[int, ...]
    """Indices of their orders, ascending."""
    wishes: tuple[int, ...]
    """Indices of the options that they list and can all pay for, the best first."""
    group: bytes | None = None

    def pick(self, left: Sequence[int]) -> int | None:
        """Return the best option that has enough units left; ``None`` if none has."""
        return next((i for i in self.wishes if left[i] >= len(self.members)), None)


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """What became of one option."""

    option: Option
    sold: int
    closed: int | None
    """The turn, counted from 1, that took its last unit; ``None`` if some are left."""

    def line(self, money: Money) -> str:
        """Return the numbers in a sentence."""
        units = counted(self.option.supply, "unit", "units")
        said = f"{self.option.name} has {units} at {money(self.option.price)}: "
        said += counted(self.sold, "is taken", "are taken")
        return (
            said if self.closed is None else f"{said}, the last at turn {self.closed}"
        )


@dataclass(frozen=True, slots=True)
class ChoicesFacts:
    """What became of each option, and how far down their lists people had to go."""

    options: tuple[OptionFacts, ...]
    turns: int
    """How many singles and groups chose, or found everything gone."""
    places: tuple[int, ...]
    """How many people got the first option of their list, the second, .."""
    empty_handed: int
    """How many people found everything gone."""

    def to_json(self) -> Mapping[str, Json]:
        """Return the certificate for machines."""
        options = [
            {
                "name": each.option.name,
                "price": each.option.price,
                "supply": each.option.supply,
                "sold": each.sold,
                "closed": each.closed,
            }
            for each in self.options
        ]
        return json_view(
            {
                "options": options,
                "turns": self.turns,
                "places": list(self.places),
                "empty_handed": self.empty_handed,
            }
        )

    def lines(self, money: Money = str, /) -> tuple[str, ...]:
        """Return the certificate in sentences, without a final stop."""
        if not self.turns:
            return (NOBODY,)
        got = ", ".join(
            f"{counted(many, 'person got its', 'persons got their')} choice {place}"
            for place, many in enumerate(self.places, 1)
            if many
        )
        turns = counted(self.turns, "turn was", "turns were")
        none = counted(self.empty_handed, "person got", "persons got")
        taken = f"{turns} taken: {got or 'nobody got anything'}; {none} nothing"
        return taken, *(each.line(money) for each in self.options)


def choices(pool: Pool, orders: Sequence[Order], lots: Lots) -> Shares:
    """Return who gets which option, and pays its price (specs/choices.md, section 3).

    Args:
        pool: its options, whose supplies add up to its own.
        orders: one for each person; the orders of a group carry its id and one list.
        lots: only the turns matter.

    Raises:
        CallerError: ``allocation.options`` for another supply than that of the options;
            ``allocation.group`` for a group of fewer than two or more than group_max
            members, with a member who takes no unit, or with different lists;
            ``allocation.quantity``, ``allocation.bid``, ``allocation.tier``,
            ``allocation.choices``, ``allocation.order``.
    """
    parties = parties_of(pool, orders)
    turns = _in_turn(parties, lots)
    left = [option.supply for option in pool.options]
    closed: dict[int, int] = {}
    got: dict[int, int] = {}
    # Step 4.
    for turn, party in enumerate(turns, 1):
        taken = party.pick(left)
        if taken is None:
            continue
        got |= dict.fromkeys(party.members, taken)
        left[taken] -= len(party.members)
        if not left[taken]:
            closed[taken] = turn
    able = {index for party in parties for index in party.members}
    won = [pool.options[got[i]] if i in got else None for i in range(len(orders))]
    # Step 5.
    return Shares(
        quantities=tuple(int(i in able) for i in range(len(orders))),
        units=tuple(int(option is not None) for option in won),
        payments=tuple(0 if option is None else option.price for option in won),
        reasons=tuple(
            _reason(order, able=i in able, won=i in got)
            for i, order in enumerate(orders)
        ),
        parts=tuple(ITSELF if option is None else option.name for option in won),
        facts=ChoicesFacts(
            options=tuple(
                OptionFacts(option, option.supply - left[i], closed.get(i))
                for i, option in enumerate(pool.options)
            ),
            turns=len(turns),
            places=_places(orders, got),
            empty_handed=len(able) - len(got),
        ),
    )


def parties_of(pool: Pool, orders: Sequence[Order]) -> tuple[Party, ...]:
    """Return who chooses (steps 1 and 2): singles in the order of orders, then groups.

    Raises:
        CallerError: as ``choices``, except for lots.
    """
    check_orders(pool, orders)
    if pool.supply != sum(option.supply for option in pool.options):
        problem = "the supply must be the sum of those of the options"
        raise CallerError("allocation.options", problem)
    singles: list[Party] = []
    members: dict[bytes, list[int]] = {}
    for index, order in enumerate(orders):
        if order.group is not None:
            members.setdefault(order.group, []).append(index)
        elif can_take_one(pool, order):
            wishes = _payable(pool, order.choices, order.budget)
            singles.append(Party((index,), wishes))
    groups = [_group(pool, orders, gid, members[gid]) for gid in sorted(members)]
    return (*singles, *groups)


def _payable(pool: Pool, listed: Sequence[int], budget: int) -> tuple[int, ...]:
    return tuple(i for i in listed if pool.options[i].price <= budget)


def _group(
    pool: Pool, orders: Sequence[Order], gid: bytes, members: Sequence[int]
) -> Party:
    of_members = [orders[index] for index in members]
    if not FEWEST_TOGETHER <= len(members) <= pool.group_max:
        problem = "a group must have from 2 to group_max members"
        raise CallerError("allocation.group", problem)
    if not all(can_take_one(pool, order) for order in of_members):
        problem = "every member of a group must want and afford a unit"
        raise CallerError("allocation.group", problem)
    if len({order.choices for order in of_members}) > 1:
        problem = "all members of a group must list the same"
        raise CallerError("allocation.group", problem)
    least = min(order.budget for order in of_members)
    wishes = _payable(pool, of_members[0].choices, least)
    return Party(tuple(members), wishes, gid)


def _in_turn(parties: Sequence[Party], lots: Lots) -> Sequence[Party]:
    """Return the parties in the order of their turns (step 3)."""
    singles = [party.members[0] for party in parties if party.group is None]
    groups = [party.group for party in parties if party.group is not None]
    turns = lots.turns(singles, groups)
    check_permutation(turns, len(parties))
    return [parties[index] for index in turns]


def _places(orders: Sequence[Order], got: Mapping[int, int]) -> tuple[int, ...]:
    """Return how many people got the first, the second, .. option of their list."""
    found = [orders[i].choices.index(option) for i, option in got.items()]
    counts = [0] * (max(found, default=-1) + 1)
    for place in found:
        counts[place] += 1
    return tuple(counts)


def _reason(order: Order, *, able: bool, won: bool) -> Reason:
    if won:
        return Reason.CHOSEN
    if able:
        return Reason.CHOICES_GONE
    return Reason.NOTHING if order.wants < 1 else Reason.NO_CHOICE
