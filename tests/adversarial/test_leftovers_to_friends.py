"""Attempts to have what a large group leaves unsold, behind a door that others cannot pass.

A group that is large for the supply makes a lottery leave nearly all of it. Where that goes to
a pool that only the group's members can enter, it is theirs, whoever wins the lottery. Each
attempt is computed exactly with the rule off, and refused with it on (specs/terms.md,
section 7, rule 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from exact_draw import all_outcomes
from fairlot.allocation.entering import Entrant, Standing, entering, formed_groups
from fairlot.allocation.mechanisms.lottery import lottery_odds
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order
from fairlot.errors import TermsError
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Exclusion, Mechanism, Pool, Requirement, Tier
from fairlot.terms.pool_rules import check_pools
from fairlot.terms.terms import Terms
from fairlot_crypto.errors import CallerError
from generators.terms_setting import sample_key, sample_terms

SALE = bytes(32)
SEED = bytes(range(32))
PUZZLE = sample_key("puzzle")
NORTH = Requirement("region", ("north",))
SOUTH = Requirement("region", ("south",))


def nym(number: int) -> Nym:
    return Nym(number.to_bytes(48, "big"))


def crowd(
    friends: int, others: int, friend: Entrant, other: Entrant, *, together: bool
) -> list[Entrant]:
    """Return friends, as a group or each alone, and others."""
    gid = group_id(SALE, [nym(i) for i in range(friends)])
    came = [replace(friend, group=gid if together else None)] * friends
    people = [*came, *[other] * others]
    return [replace(person, nym=nym(i)) for i, person in enumerate(people)]


def terms_of(pools: Sequence[Pool]) -> Terms:
    return replace(sample_terms(), pools=tuple(pools))


def refused(pools: Sequence[Pool]) -> None:
    """Check that nobody can sell so: not in terms, and not by calling the library."""
    with pytest.raises(TermsError) as caught:
        Terms.from_value(terms_of(pools).to_value())
    assert caught.value.code == "terms.unsold"
    for call in (
        lambda: allocate(pools, [], SEED, SALE),
        lambda: sale_odds(pools, [], SALE),
    ):
        with pytest.raises(CallerError, match="everybody here can enter") as wrong:
            call()
        assert wrong.value.code == "pools.rule"


@pytest.fixture
def lawless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run whatever pools there are."""

    def accept(pools: Sequence[Pool]) -> None:
        assert pools

    monkeypatch.setattr("fairlot.allocation.entering.check_made_pools", accept)


# The attack in full: two groups of 51 friends and 20 others, 100 seats, and a puzzle.

HALF, OTHERS, SEATS = 51, 20, 100
FRIENDS = 2 * HALF
CROWD = Pool("crowd", Mechanism.LOTTERY, SEATS, 10, group_max=HALF, unsold="hunt")
HUNT = Pool("hunt", Mechanism.LOTTERY, 0, 10, puzzle=PUZZLE)


def test_equal_chances_become_better_ones_for_the_friends() -> None:
    """82 % against 82 %, or 88 % against 50 %."""
    alone = [Order(1, 10)] * (FRIENDS + OTHERS)
    before = {chance.expected for chance in lottery_odds(CROWD, alone).chances}
    assert before == {Fraction(100, 122)}
    groups = [Order(1, 10, group=bytes([g]) * 32) for g in (0, 1) for _ in range(HALF)]
    odds = lottery_odds(CROWD, [*groups, *[Order(1, 10)] * OTHERS])
    (after,) = {chance.expected for chance in odds.chances}
    assert after == Fraction(1, 2)
    # No more is left than there are friends who lose, and all of it is theirs: on average
    # they share what is left on average.
    assert odds.expected_unsold == 39
    assert (
        after + odds.expected_unsold / FRIENDS == Fraction(15, 17) > Fraction(100, 122)
    )


@pytest.mark.usefixtures("lawless")
def test_so_it_is_in_any_draw() -> None:
    """With the rule off, friends get 90 of the 100 seats from every seed, others 10."""
    friend = Entrant(Nym(b""), 1, 10, solved=frozenset({"hunt"}))
    people = crowd(FRIENDS, OTHERS, friend, Entrant(Nym(b""), 1, 10), together=False)
    for half in (range(HALF), range(HALF, FRIENDS)):
        gid = group_id(SALE, [nym(i) for i in half])
        for i in half:
            people[i] = replace(people[i], group=gid)
    for number in range(5):
        outcome = allocate((CROWD, HUNT), people, bytes([number]) * 32, SALE)
        won = [total.units for total in outcome.totals]
        assert (sum(won[:FRIENDS]), sum(won[FRIENDS:])) == (90, 10)


def test_such_terms_are_refused() -> None:
    refused((CROWD, HUNT))
    refused((CROWD, replace(HUNT, puzzle=None, requires=(NORTH,))))


# Every door, played through: two friends and another, two seats.

FEW = Pool("crowd", Mechanism.LOTTERY, 2, 10, group_max=2, unsold="last")
LAST = Pool("last", Mechanism.LOTTERY, 0, 10)
FRIEND = Entrant(
    Nym(b""),
    wants=1,
    amount=90,
    bid=90,
    tier="gold",
    attributes=(("region", "north"),),
    solved=frozenset({"last"}),
)
"""Friends can pass every door."""
OTHER = Entrant(Nym(b""), 2, 20, bid=20, attributes=(("region", "south"),))
GOLD = (Tier("gold", 90, 0),)
BOTH = (Requirement("region", ("north", "south")),)
DOORS: Mapping[str, tuple[Pool, ...]] = {
    "puzzle": (FEW, replace(LAST, puzzle=PUZZLE)),
    "attribute": (FEW, replace(LAST, requires=(NORTH,))),
    "value": (replace(FEW, requires=BOTH), replace(LAST, requires=(NORTH,))),
    "price": (FEW, replace(LAST, price=30)),
    "bids": (FEW, replace(LAST, mechanism=Mechanism.AUCTION)),
    "tiers": (FEW, Pool("last", Mechanism.TIERS, 0, tiers=GOLD)),
    "again": (
        Pool("early", Mechanism.EQUAL_SHARE, 1, 10, 1, requires=(SOUTH,)),
        replace(FEW, again=True),
        LAST,
    ),
    "next-but-one": (
        FEW,
        replace(FEW, name="last", unsold="end"),
        replace(LAST, name="end", puzzle=PUZZLE),
    ),
}
"""What opens to friends and to nobody else."""


def chances(pools: Sequence[Pool], people: Sequence[Entrant]) -> list[Fraction]:
    """Return what each person gets on average, over all lots, from the pools of friends."""
    means = [Fraction(0)] * len(people)
    for weight, outcome in all_outcomes(pools, people, SALE):
        for i, total in enumerate(outcome.totals):
            units = sum(g.units for g in total.gains if g.pool != "early")
            means[i] += weight * units
    return means


@pytest.mark.thorough
@pytest.mark.usefixtures("lawless")
@pytest.mark.parametrize("door", [door for door in DOORS if door != "next-but-one"])
def test_a_door_gives_friends_what_others_lose(door: str) -> None:
    """2/3 for each, or 3/4 for friends and 1/2 for the other."""
    alone = crowd(2, 1, FRIEND, OTHER, together=False)
    assert chances(DOORS[door], alone) == [Fraction(2, 3)] * 3
    together = crowd(2, 1, FRIEND, OTHER, together=True)
    assert chances(DOORS[door], together) == [Fraction(3, 4)] * 2 + [Fraction(1, 2)]


@pytest.mark.parametrize("door", DOORS)
def test_no_door_is_legal(door: str) -> None:
    """Nor is it where friends may go together behind it."""
    *before, last = DOORS[door]
    refused((*before, last))
    if last.mechanism is Mechanism.LOTTERY:
        last = replace(last, supply=2, group_max=2)
        refused((*before, last))
    if not last.takes_bids:
        closed = [replace(pool, unsold=None) for pool in (*before, last)]
        Terms.from_value(terms_of(closed).to_value())


# What is legal gives nobody more for being a friend.


def test_who_comes_for_the_leftovers_has_no_better_chance_than_whom_they_are_left_by() -> (
    None
):
    """A pair leaves seats to a pool where a friend waits who cannot enter theirs.

    The friend gains by it, and yet nobody who could enter both is behind the friend.
    """
    pools = (replace(FEW, requires=(SOUTH,)), replace(FEW, name="last", unsold=None))
    member = replace(OTHER, wants=1)
    people = [*crowd(2, 1, member, member, together=True), replace(FRIEND, nym=nym(3))]
    first, second, other, friend = chances(pools, people)
    assert first == second
    assert friend <= min(first, other)
    Terms.from_value(terms_of(pools).to_value())


# The rule is exact: it refuses a pair of pools iff somebody can be kept out.

Rules = tuple[tuple[Requirement, ...], tuple[Exclusion, ...]]

NOT_SOUTH = Exclusion("region", ("south",))
NOBODY_ELSE: Sequence[Rules] = (
    ((), ()),
    ((NORTH,), ()),
    (BOTH, ()),
    ((), (NOT_SOUTH,)),
)
KINDS = tuple(product(("north", "south", ""), (True, False), (0, 1)))
"""Region, whether they solved the first puzzle, and how many units they have already."""


def pairs_of_pools() -> Sequence[tuple[Pool, Pool]]:
    """Return a pool with groups of two and what it leaves to, in every combination."""
    sources = [
        Pool(
            "s",
            Mechanism.LOTTERY,
            9,
            price,
            1,
            2,
            0,
            (),
            "t",
            again,
            needs,
            puzzle,
            bars,
        )
        for price, again, (needs, bars), puzzle in product(
            (1, 2), (False, True), NOBODY_ELSE, (None, PUZZLE)
        )
    ]
    targets = [
        Pool(
            *("t", Mechanism.LOTTERY, 9, price, 1, most, 0, (), None),
            *(again, needs, puzzle, bars),
        )
        for price, most, again, (needs, bars), puzzle in product(
            (1, 2),
            (1, 2, 3),
            (False, True),
            NOBODY_ELSE,
            (None, PUZZLE, sample_key("other")),
        )
    ]
    return list(product(sources, targets))


def everybody(source: Pool, target: Pool) -> tuple[list[Entrant], list[Standing]]:
    """Return people of every kind who can just pay the first pool.

    Each kind comes alone, and with one or two friends of a kind that can enter anywhere.
    """
    fit = ("north", True, 0)
    parties = [(kind, *[fit] * more) for kind in KINDS for more in range(3)]
    entrants: list[Entrant] = []
    standings: list[Standing] = []
    for party in parties:
        first = len(entrants)
        gid = group_id(SALE, [nym(first + i) for i in range(len(party))])
        for region, solves, units in party:
            solved = [p.name for p in (source, target) if solves and p.puzzle == PUZZLE]
            entrants.append(
                Entrant(
                    nym(len(entrants)),
                    wants=2,
                    amount=source.price,
                    group=gid,
                    attributes=(("region", region),),
                    solved=frozenset(solved),
                )
            )
            standings.append(Standing(units))
    return entrants, standings


def kept_out(source: Pool, target: Pool) -> bool:
    """Tell whether somebody enters the first pool and not the second, or not as there."""
    people, standings = everybody(source, target)
    groups = formed_groups(SALE, people)
    there = dict(entering(target, people, standings, groups))
    for i, order in entering(source, people, standings, groups):
        then = there.get(i)
        if then is None or then.budget < target.price:
            return True
        if order.group is not None and then.group != order.group:
            return True
    return False


@pytest.mark.slow
def test_terms_are_refused_iff_somebody_can_be_kept_out() -> None:
    found = {True: 0, False: 0}
    for source, target in pairs_of_pools():
        out = kept_out(source, target)
        expected = "terms.unsold" if out else None
        assert broken(source, target) == expected, (source, target)
        found[out] += 1
    assert min(found.values()) > 100


def broken(*pools: Pool) -> str | None:
    """Return the code of the first rule that pools break."""
    try:
        check_pools(pools, [()] * len(pools))
    except TermsError as error:
        return error.code
    return None
