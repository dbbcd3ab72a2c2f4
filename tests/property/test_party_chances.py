"""Members who may not enter stay out alone: everybody who enters has the same chance.

All sales of four people, and of five in the slow tests: every way to form groups, every way to
qualify, every supply; each lottery that comes of it over all its lots (specs/allocation.md,
section 6).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from exact_draw import expected_units
from fairlot.allocation.entering import Entrant, Standing, entering, formed_groups
from fairlot.allocation.mechanisms.lottery import lottery, lottery_odds
from fairlot.allocation.shape import Lots, Order
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Exclusion, Mechanism, Pool, Requirement

SALE = bytes(32)
REQUIRES = Pool(
    "main", Mechanism.LOTTERY, 0, 10, requires=(Requirement("year", ("7", "8")),)
)
EXCLUDES = replace(REQUIRES, requires=(), excludes=(Exclusion("year", ("12", "9")),))
Pattern = tuple[int, ...]
"""For each order the number of its group, or 0 for none."""


def nym(number: int) -> Nym:
    return Nym(number.to_bytes(48, "big"))


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """Return all ways to put people into groups, of one or more."""
    if not items:
        yield []
        return
    first, *rest = items
    for others in partitions(rest):
        yield [[first], *others]
        for index, group in enumerate(others):
            yield [*others[:index], [first, *group], *others[index + 1 :]]


@cache
def means(supply: int, group_max: int, pattern: Pattern) -> tuple[Fraction, ...]:
    """Return what each order of a lottery gets on average, over all lots."""
    pool = Pool("main", Mechanism.LOTTERY, supply, 10, group_max=group_max)
    orders = [Order(1, 10, group=bytes([g]) * 32 if g else None) for g in pattern]

    def units(lots: Lots) -> Sequence[int]:
        return lottery(pool, orders, lots).units

    found = expected_units(units, len(orders))
    assert found == tuple(c.expected for c in lottery_odds(pool, orders).chances)
    return found


def entrants_of(groups: Sequence[Sequence[int]], fits: Sequence[bool]) -> list[Entrant]:
    people: dict[int, Entrant] = {}
    for group in groups:
        gid = group_id(SALE, [nym(i) for i in group]) if len(group) > 1 else None
        for i in group:
            year = "8" if fits[i] else "9"
            attributes = (("year", year),)
            people[i] = Entrant(nym(i), 1, 10, group=gid, attributes=attributes)
    return [people[i] for i in sorted(people)]


def check_all(people: int, rule: Pool) -> int:
    """Check every sale of some people; return how many there are."""
    checked = 0
    for groups in partitions(range(people)):
        for fits in product((True, False), repeat=people):
            entrants = entrants_of(groups, fits)
            formed = formed_groups(SALE, entrants)
            for supply, group_max in product(range(1, people + 1), repeat=2):
                if group_max > supply:
                    continue
                pool = replace(rule, supply=supply, group_max=group_max)
                entered = entering(pool, entrants, [Standing()] * people, formed)
                # Everybody who qualifies enters, and nobody else.
                assert [i for i, _ in entered] == [i for i in range(people) if fits[i]]
                for group in groups:
                    check_party(group, fits, group_max, dict(entered))
                found = means(supply, group_max, pattern_of(groups, entered))
                assert len(set(found)) <= 1
                checked += 1
    return checked


@pytest.mark.slow
@pytest.mark.parametrize("rule", [REQUIRES, EXCLUDES])
def test_whoever_qualifies_has_the_same_chance_in_every_small_sale(rule: Pool) -> None:
    assert check_all(4, rule) == 15 * 2**4 * 10


@pytest.mark.long
@pytest.mark.parametrize("rule", [REQUIRES, EXCLUDES])
def test_so_it_is_with_five_people(rule: Pool) -> None:
    assert check_all(5, rule) == 52 * 2**5 * 15


def check_party(
    group: Sequence[int],
    fits: Sequence[bool],
    group_max: int,
    entered: dict[int, Order],
) -> None:
    """Check that those of a group who qualify are together, if they are two or more."""
    party = [i for i in group if fits[i]]
    ids = {entered[i].group for i in party}
    if len(group) <= group_max and len(party) > 1:
        (gid,) = ids
        assert gid == group_id(SALE, [nym(i) for i in group])
    else:
        assert ids <= {None}


def pattern_of(
    groups: Sequence[Sequence[int]], entered: Sequence[tuple[int, Order]]
) -> Pattern:
    number = {i: at for at, group in enumerate(groups, 1) for i in group}
    return tuple(number[i] if order.group else 0 for i, order in entered)
