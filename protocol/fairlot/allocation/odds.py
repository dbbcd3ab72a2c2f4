"""What each person may expect before the draw (specs/odds.md).

A pool's odds are exact if it is known who enters it, with what, and how much it sells: that
is, if no earlier draw decides that. Otherwise they are a rule that depends on that draw.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from fairlot.allocation.entering import (
    Entrant,
    Groups,
    Standing,
    can_take_one,
    entering,
    gather,
)
from fairlot.allocation.lots import check_hash
from fairlot.allocation.mechanisms.auction import auction_odds
from fairlot.allocation.mechanisms.certain import certain_odds
from fairlot.allocation.mechanisms.choices_odds import choices_odds
from fairlot.allocation.mechanisms.equal_share import equal_share_odds
from fairlot.allocation.mechanisms.lottery import lottery_odds
from fairlot.allocation.mechanisms.points import points_odds
from fairlot.allocation.mechanisms.quadratic import quadratic_odds
from fairlot.allocation.mechanisms.quantities import quantity_odds
from fairlot.allocation.mechanisms.tiers import tiers_odds
from fairlot.allocation.run_pools import run_pool
from fairlot.allocation.shape import Lots, Odds, Order
from fairlot.money import Money
from fairlot.names import Nym
from fairlot.terms.pool import Mechanism, Pool
from fairlot.text import counted

_ODDS: Mapping[Mechanism, Callable[[Pool, Sequence[Order]], Odds]] = {
    Mechanism.EQUAL_SHARE: equal_share_odds,
    Mechanism.QUADRATIC: quadratic_odds,
    Mechanism.LOTTERY: lottery_odds,
    Mechanism.CHOICES: choices_odds,
}
_PRICED_ODDS: Mapping[Mechanism, Callable[[Pool, Sequence[Order], Money], Odds]] = {
    Mechanism.AUCTION: auction_odds,
    Mechanism.TIERS: tiers_odds,
}
"""Those whose rule states amounts."""


@dataclass(frozen=True, slots=True)
class PoolOdds:
    """What is known about one pool."""

    pool: Pool
    """The pool; its supply includes the units known to come from earlier pools."""
    nyms: tuple[Nym, ...]
    """Who enters, ascending; who may enter, if the odds are a rule."""
    odds: Odds | None
    """In the order of the nyms, estimated where they say so; ``None`` if they depend on an
    earlier draw."""
    entering: tuple[int, int]
    """How many enter, at least and at most."""
    depends_on: tuple[str, ...]
    """The earlier pools on whose draw they depend; empty if ``odds`` are given."""
    rule: tuple[str, ...]
    """The rule of the chances, in sentences."""
    alike: Fraction | None = None
    """The chance of whoever enters and can take a unit, if it is known although it is not
    known who enters."""


def pool_odds(pool: Pool, orders: Sequence[Order], money: Money = str) -> Odds:
    """Return the odds of one pool whose orders are known.

    Args:
        pool: with the units that it sells.
        orders: of everybody who enters.
        money: writes amounts, as bare integers unless it is given.
    """
    if pool.certain:
        return certain_odds(pool, orders, money)
    if pool.takes_quantities:
        return quantity_odds(pool, orders, money)
    if pool.points is not None:
        return points_odds(pool, orders)
    priced = _PRICED_ODDS.get(pool.mechanism)
    return (
        priced(pool, orders, money) if priced else _ODDS[pool.mechanism](pool, orders)
    )


def sale_odds(
    pools: Sequence[Pool],
    entrants: Iterable[Entrant],
    sale_id: bytes,
    money: Money = str,
) -> tuple[PoolOdds, ...]:
    """Return what is known about each pool before the draw, in the order of the pools.

    Args:
        pools: the terms' pools.
        entrants: the funded final deposits with their bids opened, in any order.
        sale_id: 32 bytes, to which groups are bound.
        money: writes the amounts in rules, as bare integers unless it is given.

    Raises:
        CallerError: as ``allocate``.
    """
    check_hash("sale_id", sale_id)
    view = _View(pools, *gather(pools, entrants, sale_id), money)
    return tuple(view.look_at(pool) for pool in pools)


class _View:
    """What is known about a sale after each of its pools."""

    def __init__(
        self,
        pools: Sequence[Pool],
        entrants: Sequence[Entrant],
        groups: Groups,
        money: Money,
    ) -> None:
        self.entrants = entrants
        self.money = money
        self.groups = groups
        self.last = pools[-1].name if pools else None
        """The pool after which nothing has to be known."""
        self.standings = [Standing() for _ in entrants]
        """What each entrant has got for certain, without anything left to chance."""
        self.unknown: dict[int, list[str]] = {}
        """The pools that left an entrant's standing to chance."""
        self.losers: dict[str, tuple[frozenset[int], int]] = {}
        """Whom a pool left to chance, and how many of them get no unit, if known."""
        self.supplies = {pool.name: pool.supply for pool in pools}
        self.unknown_supplies: dict[str, list[str]] = {}

    def look_at(self, pool: Pool) -> PoolOdds:
        """Return what is known about the next pool, and remember what it leaves."""
        running = replace(pool, supply=self.supplies[pool.name])
        entered = entering(running, self.entrants, self.standings, self.groups)
        causes = set(self.unknown_supplies.get(pool.name, ()))
        for i, _ in entered:
            causes.update(self.unknown.get(i, ()))
        depends_on = tuple(name for name in self.supplies if name in causes)
        nyms = tuple(self.entrants[i].nym for i, _ in entered)
        if depends_on:
            may_enter = [i for i, _ in entered]
            count = self._how_many(running, may_enter)
            alike = self._alike(running, entered, count)
            rule = self._rule(running, count, depends_on)
            rule += alike.why if alike else (_rule_of(running),)
            self._leave_open(running, may_enter)
            chance = alike.chance if alike else None
            return PoolOdds(running, nyms, None, count, depends_on, rule, chance)
        odds = pool_odds(running, [order for _, order in entered], self.money)
        if odds.draws is not None:
            self._leave_open(running, [i for i, _ in entered])
        elif pool.name != self.last:
            self._settle(running, entered, odds)
        why = (*odds.why, *_besides(running, self.money))
        return PoolOdds(running, nyms, odds, (len(nyms), len(nyms)), (), why)

    def _leave_open(self, pool: Pool, may_enter: Sequence[int]) -> None:
        for i in may_enter:
            self.unknown.setdefault(i, []).append(pool.name)
        if pool.unsold is not None:
            self.unknown_supplies.setdefault(pool.unsold, []).append(pool.name)

    def _settle(
        self, pool: Pool, entered: Sequence[tuple[int, Order]], odds: Odds
    ) -> None:
        nyms = tuple(self.entrants[i].nym for i, _ in entered)
        orders = tuple(order for _, order in entered)
        some = run_pool(pool, nyms, orders, _FirstCome(len(orders)))
        rows = list(zip(entered, some.awards, odds.chances, strict=True))
        for (i, _), award, chance in rows:
            before = self.standings[i]
            units = before.units + chance.least
            if chance.more or any(0 < part < 1 for part in chance.parts.values()):
                self.unknown.setdefault(i, []).append(pool.name)
                self.standings[i] = Standing(units, before.spent)
            else:
                self.standings[i] = Standing(units, before.spent + award.payment)
        hoping = {i: chance for (i, _), _, chance in rows if chance.more}
        if odds.unsold_certain and not any(c.least for c in hoping.values()):
            # Chances need not be exact; how many units are sold is.
            won = some.sold - sum(chance.least for chance in odds.chances)
            self.losers[pool.name] = frozenset(hoping), len(hoping) - won
        if pool.unsold is not None and odds.unsold_certain:
            self.supplies[pool.unsold] += some.unsold
        elif pool.unsold is not None:
            self.unknown_supplies.setdefault(pool.unsold, []).append(pool.name)

    def _rule(
        self, pool: Pool, entering_it: tuple[int, int], depends_on: Sequence[str]
    ) -> tuple[str, ...]:
        fewest, most = entering_it
        more = self.unknown_supplies.get(pool.name)
        left = f", and what {_listed(more)} leaves" if more else ""
        count = f"{fewest} to {most}" if fewest < most else f"{most}"
        supply = counted(pool.supply, "unit is", "units are")
        return (
            f"it depends on the draw of {_listed(depends_on)}",
            f"{count} enter; {supply} for sale{left}",
            *_besides(pool, self.money),
        )

    def _alike(
        self,
        pool: Pool,
        entered: Sequence[tuple[int, Order]],
        entering_it: tuple[int, int],
    ) -> "_Alike | None":
        """Return the chance of whoever enters, if the draw only decides who that is.

        That is so if the same number of persons enters whatever the draw, with the same
        units and groups: it makes no difference which of those with open standings enter
        (specs/odds.md, step 6).
        """
        plain = pool.mechanism is Mechanism.LOTTERY and not (
            pool.certain or pool.again or pool.points
        )
        fewest, most = entering_it
        if not plain or fewest < most or pool.name in self.unknown_supplies:
            return None
        sure = [order for i, order in entered if i not in self.unknown]
        some = [order for i, order in entered if i in self.unknown]
        if any(o.group is not None or not can_take_one(pool, o) for o in some):
            return None
        odds = lottery_odds(pool, [*sure, *some[: fewest - len(sure)]])
        return _Alike(max(each.expected for each in odds.chances), odds.why)

    def _how_many(self, pool: Pool, may_enter: Sequence[int]) -> tuple[int, int]:
        """Return how many enter, at least and at most."""
        if pool.again:
            return len(may_enter), len(may_enter)
        may = set(may_enter)
        fewest = sum(i not in self.unknown for i in may)
        most = len(may)
        for name, (hoping, losers) in self.losers.items():
            if hoping <= may and all(self.unknown[i] == [name] for i in hoping):
                fewest += losers
                most -= len(hoping) - losers
        return fewest, most


@dataclass(frozen=True, slots=True)
class _Alike:
    """A chance that does not depend on who enters."""

    chance: Fraction
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _FirstCome:
    """Lots for numbers that no lot can change."""

    size: int

    def permutation(self) -> Sequence[int]:
        return range(self.size)

    def points_permutation(self, points: Sequence[int]) -> Sequence[int]:
        return range(len(points))

    def turns(self, singles: Sequence[int], groups: Sequence[bytes]) -> Sequence[int]:
        return range(len(singles) + len(groups))

    def group_permutation(self, groups: Sequence[bytes]) -> Sequence[int]:
        return range(len(groups))

    def uniform(self, q: int, label: bytes) -> int:  # noqa: ARG002 (nothing to draw)
        return 0

    def part(self, name: str) -> Lots:  # noqa: ARG002
        return self


_RULES: Mapping[Mechanism, str] = {
    Mechanism.EQUAL_SHARE: (
        "everybody gets the same share as far as its order reaches; single units that "
        "are left go by lot, with equal chances"
    ),
    Mechanism.QUADRATIC: (
        "the cap rises for everybody alike; the last step goes by lot, with equal chances"
    ),
    Mechanism.LOTTERY: (
        "whoever enters has the same chance as everybody else: units for sale over "
        "persons who enter, at most 1"
    ),
    Mechanism.AUCTION: "the highest bids win; equal ones at the margin by lot",
    Mechanism.TIERS: "a tier that too many want goes by lot, with equal chances",
    Mechanism.CHOICES: (
        "all take turns in an order that is drawn: each takes the best option left on its "
        "list"
    ),
}

_CERTAIN_RULE = (
    "the highest bids buy certain seats, equal ones at the margin by lot; all the others "
    "have the same chance: seats that are left over persons who are left, at most 1"
)


_QUANTITIES_RULE = (
    "the highest prices win; units at the last price are shared, single ones by lot"
)
_POINTS_RULE = (
    "each unit goes to one of those who enter and have none yet, with chances in proportion "
    "to their points"
)
_COLLECT_RULE = (
    "winners must collect: what they do not is drawn again among those who got nothing, "
    "and that chance is in no number here"
)


def _rule_of(pool: Pool) -> str:
    """State the rule by which a pool gives chances to those who enter."""
    if pool.certain:
        return _CERTAIN_RULE
    if pool.takes_quantities:
        return _QUANTITIES_RULE
    if pool.points is not None:
        return _POINTS_RULE
    rule = _RULES[pool.mechanism]
    if pool.group_max > 1:
        rule += "; a little less where whole groups cannot take every unit"
    return rule


def _besides(pool: Pool, money: Money) -> tuple[str, ...]:
    """State what a unit costs, where that differs, and what chances leave unsaid."""
    fares = () if pool.fares is None else (f"a unit costs {pool.fares.text(money)}",)
    return (*fares, _COLLECT_RULE) if pool.collect else fares


def _listed(names: Sequence[str] | None) -> str:
    return " and ".join(f"“{name}”" for name in names or ())
