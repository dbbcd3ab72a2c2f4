"""The best equal chance for groups: the table of patterns (specs/lottery.md, section 4).

Read ``table``, which needs no seed, then ``verify``, which solves nothing. ``Table.row`` is
all of the draw that is left to a lot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import gcd

from fairlot.allocation.mechanisms.average import Prices, Weights, average
from fairlot.allocation.mechanisms.patterns import (
    Counts,
    Demand,
    best,
    demand_of,
    dot,
    near,
    reachable,
    wide,
)
from fairlot.errors import InvariantError
from fairlot_crypto.errors import CallerError


@dataclass(frozen=True, slots=True)
class Table:
    """How many groups of each size win, by lot; all have the same chance, the greatest."""

    demand: Demand
    rows: tuple[Counts, ...]
    """Patterns, lexicographically descending."""
    weights: Counts
    """How many of the lots 0..Q-1 pick each row; their gcd is 1."""
    chance: Fraction
    """p, the chance of everybody in a group that can win; 0 if there is nobody."""
    prices: Counts | None
    """v: at these prices no pattern is worth more than p of all groups. ``None`` where p is
    k'/n or 1, so that it takes no prices to see that no chance is greater."""

    @property
    def lots(self) -> int:
        """Q, the number of lots."""
        return sum(self.weights)

    @property
    def all_win(self) -> bool:
        """Tell whether everybody wins who can: n <= k."""
        return self.rows == (self.demand.counts,)

    @property
    def sold(self) -> Fraction:
        """Return how many units are sold on average: p·n."""
        return self.chance * self.demand.people

    @property
    def sold_certain(self) -> bool:
        """Tell whether the lot cannot change how many units are sold."""
        return len(set(map(self.demand.seats, self.rows))) == 1

    def row(self, lot: int) -> Counts:
        """Return the row that a lot of 0..Q-1 picks."""
        ends = accumulate(self.weights)
        return next(row for row, end in zip(self.rows, ends, strict=True) if lot < end)


def table(supply: int, groups: Mapping[int, int]) -> Table:
    """Return the table with the greatest equal chance: section 4, steps 1 to 7.

    Args:
        supply: k >= 0.
        groups: for each size how many groups have it; singles are groups of 1.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number,
            ``allocation.group`` for a size below 1.
        InvariantError: ``allocation.table``: this library is wrong.
    """
    # Step 1.
    demand = demand_of(supply, groups)
    people = demand.people
    # Step 2.
    if people <= supply:
        chance = Fraction(1 if people else 0)
        return Table(demand, (demand.counts,), (1,), chance, None)
    # Step 3.
    most = reachable(demand)
    outer = wide(demand, most)
    chance, prices = Fraction(most, people), None
    # Step 4.
    while (found := _fitting(demand, chance)) is None:
        # Step 5.
        shares = [chance * count for count in demand.counts]
        shown = average(demand, shares, outer)
        if not isinstance(shown, Prices):
            raise InvariantError(
                "allocation.table", "the wide box fits, and no box near the average"
            )
        # Step 6.
        shared = gcd(*shown.each)
        prices = tuple(price // shared for price in shown.each)
        worth = dot(prices, best(demand, prices, outer))
        chance = Fraction(worth, dot(prices, demand.counts))
    # Step 7.
    shared = gcd(*found.values())
    rows = tuple(sorted(found, reverse=True))
    weights = tuple(found[row] // shared for row in rows)
    return Table(demand, rows, weights, chance, prices)


def _fitting(demand: Demand, chance: Fraction) -> Weights | None:
    """Return patterns that give everybody a chance, from the narrowest box that has some."""
    shares = [chance * count for count in demand.counts]
    width = 1
    while width < 2 * demand.sizes[0]:
        found = average(demand, shares, near(demand, shares, width))
        if not isinstance(found, Prices):
            return found
        width *= 2
    return None


def verify(claimed: Table) -> None:
    """Check that a table gives everybody the same chance, and that none is greater.

    Section 6: nothing is solved. Whatever passes is optimal; it need not be the table that
    ``table`` returns, which is one of the optimal ones.

    Args:
        claimed: from anybody, for a demand that ``demand_of`` returned.

    Raises:
        InvariantError: ``allocation.table-form``, ``allocation.table-row``,
            ``allocation.table-share``, ``allocation.table-chance``.
    """
    demand = claimed.demand
    _check_form(claimed)
    _check_rows(claimed)
    # Step 3.
    for at, count in enumerate(demand.counts):
        won = dot(claimed.weights, [row[at] for row in claimed.rows])
        if won != claimed.lots * claimed.chance * count:
            raise InvariantError(
                "allocation.table-share",
                f"groups of {demand.sizes[at]} do not win with the chance {claimed.chance}",
            )
    if not _is_greatest(claimed):
        raise InvariantError(
            "allocation.table-chance",
            f"nothing shows that {claimed.chance} is greatest",
        )


def _check_form(claimed: Table) -> None:
    """Step 1."""
    rows, weights = claimed.rows, claimed.weights
    formed = (
        0 < len(rows) == len(weights) <= max(1, len(claimed.demand.sizes))
        and list(rows) == sorted(set(rows), reverse=True)
        and min(weights) > 0
        and gcd(*weights) == 1
    )
    if not formed:
        raise InvariantError(
            "allocation.table-form",
            "rows must descend, at most one for each size, with coprime weights above 0",
        )


def _check_rows(claimed: Table) -> None:
    """Step 2."""
    demand = claimed.demand
    for row in claimed.rows:
        if len(row) != len(demand.sizes) or not all(
            0 <= won <= count for won, count in zip(row, demand.counts, strict=True)
        ):
            raise InvariantError(
                "allocation.table-row",
                "a row must say how many groups of each size win",
            )
        if demand.seats(row) > demand.supply:
            raise InvariantError(
                "allocation.table-row", "the winners of a row must fit the supply"
            )


def _is_greatest(claimed: Table) -> bool:
    """Steps 4 to 6."""
    demand, prices = claimed.demand, claimed.prices
    # Step 4.
    if demand.people <= demand.supply:
        return prices is None and claimed.chance == (1 if demand.people else 0)
    # Step 5.
    most = reachable(demand)
    if prices is None:
        return claimed.sold == most
    # Step 6.
    if len(prices) != len(demand.sizes) or claimed.sold >= most:
        return False
    everything = dot(prices, demand.counts)
    worth = dot(prices, best(demand, prices, wide(demand, most)))
    return everything > 0 and worth == claimed.chance * everything


def worst_cost(supply: int, group_max: int) -> Fraction:
    """Return the part of their chance that groups can cost everybody at worst.

    Without groups the chance is k/n. Whatever groups form, nobody has less than
    (k - group_max + 1)/n: everybody loses at most the part (group_max - 1)/k, and there are
    lists of people for which they lose exactly that (specs/lottery.md, section 8).

    Args:
        supply: k >= group_max; any if ``group_max`` is 1.
        group_max: the greatest size that the terms allow.

    Raises:
        CallerError: ``allocation.group`` for other numbers.
    """
    if group_max < 1 or (group_max > 1 and group_max > supply):
        raise CallerError("allocation.group", "group_max must be from 1 to the supply")
    return Fraction(group_max - 1, max(supply, 1))
