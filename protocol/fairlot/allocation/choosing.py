"""How turns in a pool of choices can be taken, by kinds of parties (specs/odds.md, 5).

How many parties of a kind get which option is what matters later; given these numbers, any of
the kind are as likely to have it. So each option of a kind is a draw among the parties of it.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple, TypeAlias

from fairlot.allocation.entering import can_take_one
from fairlot.allocation.fall import (
    Ask,
    Chances,
    Fall,
    Falls,
    Gain,
    TooManyWaysError,
    members_of,
)
from fairlot.allocation.shape import Order
from fairlot.terms.pool import Pool

MOST_TURNS = 20_000
"""Over how many turns in different situations ways are added up."""


class Kind(NamedTuple):
    """What parties are alike in."""

    wishes: tuple[int, ...]
    """The options that they list and can pay for, the most preferred first."""
    size: int
    """How many members each has."""


_Taken: TypeAlias = tuple[int, ...]
"""For each pair of a kind and an option how many parties have it so far."""


class _Turns:
    """The turns of a pool: a draw for each kind and each option on its list."""

    def __init__(self, pool: Pool, counts: dict[Kind, int]) -> None:
        self.pool = pool
        self.counts = counts
        self.draws = [(kind, option) for kind in counts for option in kind.wishes]
        self.place = {draw: at for at, draw in enumerate(self.draws)}

    def ends(self) -> dict[_Taken, Fraction]:
        """Return how turns can end, and how likely that is.

        Raises:
            TooManyWaysError: for more than ``MOST_TURNS``.
        """
        layer = {(0,) * len(self.draws): Fraction(1)}
        ends: dict[_Taken, Fraction] = {}
        turns = 0
        while layer:
            after: dict[_Taken, Fraction] = {}
            for taken, chance in layer.items():
                able = self._able(taken)
                turns += len(able)
                if turns > MOST_TURNS:
                    raise TooManyWaysError
                if not able:
                    ends[taken] = ends.get(taken, Fraction(0)) + chance
                everybody = sum(many for _, many in able)
                for at, many in able:
                    then = (*taken[:at], taken[at] + 1, *taken[at + 1 :])
                    here = chance * many / everybody
                    after[then] = after.get(then, Fraction(0)) + here
            layer = after
        return ends

    def sold(self, taken: _Taken) -> int:
        """Return how many units are taken."""
        rows = zip(self.draws, taken, strict=True)
        return sum(kind.size * many for (kind, _), many in rows)

    def _able(self, taken: _Taken) -> list[tuple[int, int]]:
        """Return the draws that the next turn can be, and for how many parties each is."""
        left = [option.supply for option in self.pool.options]
        waiting = dict(self.counts)
        for (kind, option), many in zip(self.draws, taken, strict=True):
            left[option] -= kind.size * many
            waiting[kind] -= many
        found: list[tuple[int, int]] = []
        for kind, many in waiting.items():
            enough = (i for i in kind.wishes if left[i] >= kind.size)
            best = next(enough, None)
            if many and best is not None:
                found.append((self.place[kind, best], many))
        return found


def choosing(pool: Pool, asks: Sequence[Ask]) -> Falls:
    """Return how the turns of a pool of choices can end.

    Args:
        pool: its options.
        asks: everybody who enters; the orders of a group's members follow each other.

    Raises:
        TooManyWaysError: where there are too many ways.
    """
    kinds = _kinds(pool, asks)
    counts: dict[Kind, int] = {}
    for kind, many in kinds.values():
        if kind.wishes:
            counts[kind] = counts.get(kind, 0) + many
    turns = _Turns(pool, counts)
    ends = turns.ends()
    whole = lcm(*(chance.denominator for chance in ends.values()))
    ways = tuple(
        Fall(int(chance * whole), taken, pool.supply - turns.sold(taken))
        for taken, chance in ends.items()
    )
    prices = [option.price for option in pool.options]
    orders = tuple(
        Chances(
            picked=tuple(
                (turns.place[kind, i], Gain(1, prices[i])) for i in kind.wishes
            )
        )
        for kind in (kinds[_name(at, order)][0] for at, (order, _) in enumerate(asks))
    )
    return Falls(orders, _of_draw(turns, ends), ways)


def _kinds(pool: Pool, asks: Sequence[Ask]) -> dict[object, tuple[Kind, int]]:
    """Return the kind of each party, and how many there are of it."""
    sizes = members_of(asks)
    found: dict[object, tuple[Kind, int]] = {}
    for at, (order, many) in enumerate(asks):
        size = 1 if order.group is None else sizes[order.group]
        wishes = _payable(pool, order) if can_take_one(pool, order) else ()
        wishes = tuple(i for i in wishes if pool.options[i].supply >= size)
        name = _name(at, order)
        if name in found:
            # A group takes what all its members can pay for.
            others = found[name][0].wishes
            wishes = tuple(i for i in others if i in wishes)
        found[name] = Kind(wishes, size), many
    return found


def _name(at: int, order: Order) -> object:
    """Return what names a party: its group, or where its order stands."""
    return at if order.group is None else order.group


def _payable(pool: Pool, order: Order) -> tuple[int, ...]:
    return tuple(i for i in order.choices if pool.options[i].price <= order.budget)


def _of_draw(turns: _Turns, ends: dict[_Taken, Fraction]) -> tuple[Fraction, ...]:
    """Return the chance of each draw for a party that no earlier draw has picked."""
    chances: list[Fraction] = []
    for kind, many in turns.counts.items():
        still = Fraction(1)
        for option in kind.wishes:
            at = turns.place[kind, option]
            got = sum((taken[at] * p for taken, p in ends.items()), Fraction(0)) / many
            chances.append(got / still if still else Fraction(0))
            still -= got
    return tuple(chances)
