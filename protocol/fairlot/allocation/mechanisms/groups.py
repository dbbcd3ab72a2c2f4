"""Groups that win or lose together, with equal chances (specs/lottery.md, section 4).

Read ``draw_rule``, which needs no seed, then ``walk``, then ``draw``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from fairlot.allocation.mechanisms.arguments import check_permutation
from fairlot.errors import InvariantError
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import i2osp

Uniform: TypeAlias = Callable[[int, bytes], int]
"""Gives U(q) under a label: one of 0..q-1."""

LAST = b"last"
"""Label of the draw that decides the last unit."""


def pair_label(step: int) -> bytes:
    """Return the label of a pairing, ``"pair" || I2OSP(step, 4)``; steps begin at 0."""
    return b"pair" + i2osp(step, 4)


class Mode(StrEnum):
    """How a draw is done."""

    ALL = "all"
    """Everybody wins, without a draw: there is a unit for each person."""
    A = "A"
    """Groups are drawn first; singles, by rank, take exactly the units that are left."""
    B = "B"
    """Singles are drawn like groups of one; some units may be left."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a draw is done, and why: it follows from the list of people alone."""

    mode: Mode
    supply: int
    """k, the units for sale."""
    people: int
    """n, how many people take part."""
    sizes: tuple[int, ...]
    """g_j, the sizes of the groups."""
    singles: int
    """m, how many singles take part."""
    largest: int
    """gmax, the size of the largest group; 1 without groups."""
    room: int
    """min(⌊km/n⌋, ⌊(n-k)m/n⌋): how far the seats of singles can vary; 0 in ALL."""
    weight: int
    """d, of which all sizes are multiples; 1 in mode A."""
    target: int
    """K, the units of weight d that are drawn; k in mode A, n in ALL."""

    @property
    def chance(self) -> Fraction:
        """Return everybody's chance: d·K/n, or 0 if there is nobody."""
        return Fraction(self.weight * self.target, self.people or 1)

    @property
    def sold(self) -> Fraction:
        """Return how many units are sold on average: d·K."""
        return Fraction(self.weight * self.target)

    @property
    def sold_certain(self) -> bool:
        """Tell whether the lots cannot change how many units are sold."""
        return self.mode is not Mode.B or self.weight == self.largest


def draw_rule(supply: int, sizes: Sequence[int], singles: int) -> Rule:
    """Return the rule: steps 1 to 3 of specs/lottery.md, section 4.

    Args:
        supply: k >= 0.
        sizes: g_j >= 2, of the groups, each at most ``supply`` unless all win.
        singles: m >= 0.

    Raises:
        CallerError: ``allocation.quantity`` for a negative number,
            ``allocation.group`` for a group of fewer than two, or of more than the
            supply if not everybody wins.
    """
    if supply < 0 or singles < 0:
        raise CallerError(
            "allocation.quantity", "supply and singles must not be negative"
        )
    if min(sizes, default=2) < 2:
        raise CallerError("allocation.group", "a group must have at least 2 members")
    people = sum(sizes) + singles
    largest = max(sizes, default=1)
    if people <= supply:
        mode, room, weight, target = Mode.ALL, 0, 1, people
    else:
        if sizes and largest > supply:
            raise CallerError(
                "allocation.group", "a group must not be larger than the supply"
            )
        room = min(supply * singles // people, (people - supply) * singles // people)
        mode, weight, target = Mode.A, 1, supply
        if room < largest - 1:
            mode, weight = Mode.B, gcd(*sizes, *((1,) if singles else ()))
            target = supply // weight - largest // weight + 1
    return Rule(
        mode, supply, people, tuple(sizes), singles, largest, room, weight, target
    )


def worst_flip(supply: int, group_max: int) -> Fraction:
    """Return the part of their chance that groups can cost everybody at worst.

    A pool that is drawn in mode A gives the chance k/n. Whatever groups form, nobody has
    less than (k - group_max + 1)/n: everybody loses at most the part (group_max - 1)/k,
    and there are lists of people for which they lose exactly that (specs/lottery.md,
    section 7).

    Args:
        supply: k >= group_max; any if ``group_max`` is 1.
        group_max: the greatest size that the terms allow.

    Raises:
        CallerError: ``allocation.group`` for other numbers.
    """
    if group_max < 1 or (group_max > 1 and group_max > supply):
        raise CallerError("allocation.group", "group_max must be from 1 to the supply")
    return Fraction(group_max - 1, max(supply, 1))


@dataclass(frozen=True, slots=True)
class Stake:
    """A unit of the draw and its share, which moves until it is nothing or full."""

    unit: int
    """The unit's place in the walk."""
    share: int
    """y: the unit's chance at this point is y/full."""
    full: int
    """The share at which the unit has won."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One step of the walk: of two units, one gains what the other loses."""

    a: int
    """Place of the unit that waited."""
    b: int
    """Place of the next one."""
    up: int
    """up: what a gains from b if U(up + dn) < dn."""
    dn: int
    """dn: what a loses to b otherwise."""
    draw: int
    """u, the number drawn: U(up + dn)."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last draw, which decides the one unit that the walk leaves open."""

    unit: int
    share: int
    """y: the unit wins iff U(full) < y."""
    full: int
    draw: int
    """The number drawn: U(full)."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything that a walk decided."""

    won: tuple[int, ...]
    """Places of the units that win."""
    pairings: tuple[Pairing, ...]
    last: Last | None
    """``None`` if no unit was left open."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who wins."""

    groups: frozenset[int]
    """The groups that win: indices of the sizes."""
    singles: Collection[int]
    """The singles that win: places in the drawing order of the singles, from 0."""
    walk: Walk


def pair(
    a: Stake, b: Stake, step: int, uniform: Uniform
) -> tuple[Pairing, Stake, Stake]:
    """Pair two units, each with more than nothing and less than its full share.

    Afterwards at least one of them has won or lost, their shares have the same sum, and
    on average each share is what it was: steps 6 and 7 of specs/lottery.md, section 4.
    """
    up = min(a.full - a.share, b.share)
    dn = min(a.share, b.full - b.share)
    drawn = uniform(up + dn, pair_label(step))
    gain = up if drawn < dn else -dn
    return (
        Pairing(a.unit, b.unit, up, dn, drawn),
        Stake(a.unit, a.share + gain, a.full),
        Stake(b.unit, b.share - gain, b.full),
    )


def walk(stakes: Iterable[Stake], uniform: Uniform) -> Walk:
    """Decide all units: steps 5 to 8 of specs/lottery.md, section 4.

    The unit that is still open waits for the next one, so every unit is looked at once.

    Args:
        stakes: each with 0 < share < full.
        uniform: U(q) under a label.
    """
    won: list[int] = []
    pairings: list[Pairing] = []
    waiting: Stake | None = None
    for stake in stakes:
        if waiting is None:
            waiting = stake
            continue
        pairing, *met = pair(waiting, stake, len(pairings), uniform)
        pairings.append(pairing)
        won += [one.unit for one in met if one.share == one.full]
        waiting = next((one for one in met if 0 < one.share < one.full), None)
    if waiting is None:
        return Walk(tuple(won), tuple(pairings), None)
    last = Last(waiting.unit, waiting.share, waiting.full, uniform(waiting.full, LAST))
    if last.draw < last.share:
        won.append(last.unit)
    return Walk(tuple(won), tuple(pairings), last)


def draw(rule: Rule, permutation: Sequence[int], uniform: Uniform) -> Drawn:
    """Return who wins: steps 4 to 9 of specs/lottery.md, section 4.

    Args:
        rule: the result of ``draw_rule``.
        permutation: the group order: the indices of ``rule.sizes``, each once.
        uniform: U(q) under a label.

    Raises:
        CallerError: ``allocation.order`` if ``permutation`` is not a permutation.
        InvariantError: ``allocation.supply`` if the winners do not fit the supply:
            this library is wrong, or the rule was not made by ``draw_rule``.
    """
    check_permutation(permutation, len(rule.sizes))
    if rule.mode is Mode.ALL:
        return Drawn(frozenset(permutation), range(rule.singles), Walk((), (), None))
    walked = walk(stakes_of(rule, permutation), uniform)
    groups = frozenset(
        permutation[unit] for unit in walked.won if unit < len(permutation)
    )
    left = rule.supply - sum(rule.sizes[index] for index in groups)
    singles: Collection[int] = range(max(left, 0))
    if rule.mode is Mode.B:
        singles = tuple(
            unit - len(permutation) for unit in walked.won if unit >= len(permutation)
        )
    if not len(singles) <= min(left, rule.singles):
        raise InvariantError("allocation.supply", "the winners do not fit the supply")
    return Drawn(groups, singles, walked)


def stakes_of(rule: Rule, permutation: Sequence[int]) -> Iterator[Stake]:
    """Return the units of the walk: step 4 of specs/lottery.md, section 4.

    They are the groups in the group order and then, in mode B, the singles in the drawing
    order.
    """
    everything = rule.people // rule.weight
    for unit, index in enumerate(permutation):
        size = rule.sizes[index] // rule.weight
        yield Stake(unit, size * rule.target, size * everything)
    if rule.mode is Mode.B:
        for unit in range(len(permutation), len(permutation) + rule.singles):
            yield Stake(unit, rule.target, everything)
