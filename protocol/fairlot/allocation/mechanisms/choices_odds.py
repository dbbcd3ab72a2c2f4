"""What people may expect of a pool of choices (specs/choices.md, section 5).

Few kinds of parties, or few parties, and the chances are exact. Else they are estimated from
simulated draws that anybody can repeat, and say so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeAlias

from fairlot.allocation.lots import SEED_LENGTH, SeededLots
from fairlot.allocation.mechanisms.choices import Party, parties_of
from fairlot.allocation.shape import NOBODY, Chance, Odds, Order, one_unit
from fairlot.names import NYM_LENGTH, Nym
from fairlot.terms.pool import Pool
from fairlot.text import counted
from fairlot_crypto.hashing import i2osp, tagged_hash

MOST_TURNS = 50_000
"""Over how many turns in different situations exact chances are added up."""
MOST_DRAWS, FEWEST_DRAWS = 10_000, 100
_TURNS = 1_000_000
"""How many turns are simulated, unless that would be too many or too few draws."""
_PER_CENT = 1000
"""A chance in tenths of a per cent."""

_NO_SALE = bytes(SEED_LENGTH)

_WHY = (
    "singles and groups take turns in an order that is drawn: each takes the best option "
    "left on its list"
)
_UNEQUAL = (
    "a group needs as many units of one option as it has members when its turn comes"
)

_Kind: TypeAlias = tuple[tuple[int, ...], int]
"""What parties list, of options that could ever suffice, and how many members they have."""
_State: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""How many parties of each kind have not chosen; how many units of each option are left."""
_Taken: TypeAlias = dict[tuple[int, int], Fraction]
"""How many parties of a kind get an option, on average."""


class _TooManyTurnsError(Exception):
    """Turns can be taken in more situations than are looked at."""


@dataclass(frozen=True, slots=True)
class _Crowd:
    """The parties of a pool, by kinds."""

    pool: Pool
    parties: tuple[Party, ...]
    kinds: tuple[_Kind, ...]
    kind_of: tuple[int | None, ...]
    """The kind of each party; ``None`` if no option ever suffices."""
    counts: tuple[int, ...]
    """How many parties each kind has."""


def choices_odds(pool: Pool, orders: Sequence[Order]) -> Odds:
    """Return what each person may expect before the lots are known.

    Args:
        pool: as ``choices`` takes it.
        orders: as there.

    Raises:
        CallerError: as ``choices``, except for lots.
    """
    crowd = _crowd(pool, parties_of(pool, orders))
    draws: int | None = None
    try:
        taken, certain = _exact(crowd)
    except _TooManyTurnsError:
        draws = draws_for(len(crowd.parties))
        taken, certain = _simulated(crowd, len(orders), draws), False
    by_kind = [
        _chance(_parts(crowd, taken, kind), exact=draws is None)
        for kind in range(len(crowd.kinds))
    ]
    chances = [one_unit({})] * len(orders)
    for party, kind in zip(crowd.parties, crowd.kind_of, strict=True):
        for index in party.members if kind is not None else ():
            chances[index] = by_kind[kind or 0]
    sold = sum(
        (many * crowd.kinds[kind][1] for (kind, _), many in taken.items()), Fraction(0)
    )
    return Odds(tuple(chances), pool.supply - sold, _why(crowd, draws), certain, draws)


def draws_for(parties: int) -> int:
    """Return from how many simulated draws the chances of so many parties are estimated."""
    return max(FEWEST_DRAWS, min(MOST_DRAWS, _TURNS // max(1, parties)))


def error_of(draws: int) -> str:
    """Return by how much estimates are wrong in 5 of 100 cases or fewer, in per cent.

    Two standard deviations of a mean of ``draws`` draws are at most 1/√draws.
    """
    tenths = isqrt(_PER_CENT**2 // draws)
    if tenths**2 * draws < _PER_CENT**2:
        tenths += 1
    return f"{tenths // 10}.{tenths % 10}"


def _crowd(pool: Pool, parties: tuple[Party, ...]) -> _Crowd:
    """Tell kinds of parties apart (step 6)."""
    kinds: dict[_Kind, int] = {}
    kind_of: list[int | None] = []
    counts: list[int] = []
    for party in parties:
        size = len(party.members)
        wishes = tuple(i for i in party.wishes if pool.options[i].supply >= size)
        if not wishes:
            kind_of.append(None)
            continue
        kind = kinds.setdefault((wishes, size), len(kinds))
        if kind == len(counts):
            counts.append(0)
        counts[kind] += 1
        kind_of.append(kind)
    return _Crowd(pool, parties, tuple(kinds), tuple(kind_of), tuple(counts))


def _exact(crowd: _Crowd) -> tuple[_Taken, bool]:
    """Return who gets what on average, and whether the lots cannot change how many do.

    Raises:
        _TooManyTurnsError: for more than ``MOST_TURNS``.
    """
    taken: _Taken = {}
    certain = True
    turns = 0
    for kinds in _apart(crowd.kinds):
        counts = tuple(
            many if kind in kinds else 0 for kind, many in enumerate(crowd.counts)
        )
        left = tuple(option.supply for option in crowd.pool.options)
        layer: dict[_State, Fraction] = {(counts, left): Fraction(1)}
        sold: set[int] = set()
        while layer:
            after: dict[_State, Fraction] = {}
            for state, chance in layer.items():
                turns += sum(many > 0 for many in state[0])
                if turns > MOST_TURNS:
                    raise _TooManyTurnsError
                end = _end(crowd.kinds, state)
                if end is None:
                    _turn(crowd.kinds, state, chance, taken, after)
                    continue
                sold.add(sum(left) - sum(end[1]))
                for key, many in end[0].items():
                    taken[key] = taken.get(key, Fraction(0)) + chance * many
            layer = after
        certain = certain and len(sold) == 1
    return taken, certain


def _apart(kinds: Sequence[_Kind]) -> Iterator[frozenset[int]]:
    """Yield kinds that share options, directly or by others: the rest does not touch them."""
    groups: list[tuple[set[int], set[int]]] = []
    for kind, (wishes, _) in enumerate(kinds):
        options, together = set(wishes), {kind}
        apart: list[tuple[set[int], set[int]]] = []
        for found in groups:
            if found[0].isdisjoint(options):
                apart.append(found)
            else:
                options |= found[0]
                together |= found[1]
        groups = [*apart, (options, together)]
    for _, together in groups:
        yield frozenset(together)


def _pick(kind: _Kind, left: Sequence[int]) -> int | None:
    wishes, size = kind
    return next((option for option in wishes if left[option] >= size), None)


def _end(
    kinds: Sequence[_Kind], state: _State
) -> tuple[Mapping[tuple[int, int], int], tuple[int, ...]] | None:
    """Return who gets what from a state on, if the lots cannot change it; else ``None``.

    That is so if at most one kind is left, or all that are left get what they want most.
    """
    counts, left = state
    waiting = [kind for kind, many in enumerate(counts) if many]
    still = list(left)
    given: dict[tuple[int, int], int] = {}
    if len(waiting) > 1:
        for kind in waiting:
            option = _pick(kinds[kind], left)
            if option is None:
                continue
            given[kind, option] = counts[kind]
            still[option] -= counts[kind] * kinds[kind][1]
        return (given, tuple(still)) if min(still) >= 0 else None
    for kind in waiting:
        (wishes, size), many = kinds[kind], counts[kind]
        for option in wishes:
            given[kind, option] = served = min(many, still[option] // size)
            many -= served
            still[option] -= served * size
    return given, tuple(still)


def _turn(
    kinds: Sequence[_Kind],
    state: _State,
    chance: Fraction,
    taken: _Taken,
    after: dict[_State, Fraction],
) -> None:
    """Let each kind take the next turn, as likely as it has parties that still can."""
    counts, left = state
    picks = [
        _pick(kinds[kind], left) if many else None for kind, many in enumerate(counts)
    ]
    able = [
        many if option is not None else 0
        for many, option in zip(counts, picks, strict=True)
    ]
    everybody = sum(able)
    for kind, option in enumerate(picks):
        if option is None:
            continue
        here = chance * able[kind] / everybody
        taken[kind, option] = taken.get((kind, option), Fraction(0)) + here
        rest, still = list(able), list(left)
        rest[kind] -= 1
        still[option] -= kinds[kind][1]
        state_after = tuple(rest), tuple(still)
        after[state_after] = after.get(state_after, Fraction(0)) + here


def _simulated(crowd: _Crowd, people: int, draws: int) -> _Taken:
    """Return who gets what on average over some draws (step 9)."""
    singles = [p.members[0] for p in crowd.parties if p.group is None]
    groups = [p.group for p in crowd.parties if p.group is not None]
    nyms = tuple(Nym(i2osp(index, NYM_LENGTH)) for index in range(people))
    supplies = [option.supply for option in crowd.pool.options]
    hits: dict[tuple[int, int], int] = {}
    for draw in range(draws):
        seed = tagged_hash("odds", i2osp(draw, 4))
        lots = SeededLots(seed, _NO_SALE, crowd.pool.name, nyms)
        left = list(supplies)
        for turn in lots.turns(singles, groups):
            kind = crowd.kind_of[turn]
            option = None if kind is None else _pick(crowd.kinds[kind], left)
            if kind is not None and option is not None:
                left[option] -= crowd.kinds[kind][1]
                hits[kind, option] = hits.get((kind, option), 0) + 1
    return {key: Fraction(many, draws) for key, many in hits.items()}


def _parts(crowd: _Crowd, taken: _Taken, kind: int) -> Mapping[str, Fraction]:
    """Return the chance of each option for the parties of a kind."""
    return {
        crowd.pool.options[option].name: chance
        for option in crowd.kinds[kind][0]
        if (chance := taken.get((kind, option), Fraction(0)) / crowd.counts[kind])
    }


def _chance(parts: Mapping[str, Fraction], *, exact: bool) -> Chance:
    """Return a chance; what is estimated is never certain."""
    return (
        one_unit(parts) if exact else Chance(0, sum(parts.values(), Fraction(0)), parts)
    )


def _why(crowd: _Crowd, draws: int | None) -> tuple[str, ...]:
    if not crowd.parties:
        return (NOBODY,)
    unequal = (_UNEQUAL,) if any(party.group for party in crowd.parties) else ()
    if draws is None:
        return (_WHY, *unequal)
    parties = counted(len(crowd.parties), "turn", "turns")
    estimated = (
        f"the chances are estimated from {draws} simulated draws: of 100 of them, 95 are "
        f"off by at most {error_of(draws)} %"
    )
    return (
        _WHY,
        *unequal,
        f"{parties} can be taken in too many ways for exact chances",
        estimated,
    )
