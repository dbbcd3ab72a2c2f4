"""Pools one after the other: who enters, what is left, what is checked."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from fairlot.allocation.entering import Entrant, Standing, entering, formed_groups
from fairlot.allocation.explain import explain
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.mechanisms.lottery import LotteryFacts
from fairlot.allocation.outcome import Award, Outcome, PoolResult
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.shape import Order, Reason
from fairlot.errors import InvariantError
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Exclusion, Mechanism, Pool, Requirement, Tier
from fairlot_crypto.keys import VerifyKey

SEED, SALE = bytes(32), bytes(range(32))
SHARE = Pool("share", Mechanism.EQUAL_SHARE, 10, 7, 5)
LOTTERY = Pool("lottery", Mechanism.LOTTERY, 8, 5, group_max=2)
REST = Pool("rest", Mechanism.AUCTION, 2, 4, again=True)


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def enter(pool: Pool, *entrants: Entrant, **units: int) -> dict[int, Order]:
    """Return the orders of those who enter; ``n3=1`` gives entrant 3 a unit before."""
    got = [Standing(units.get(f"n{i}", 0), 0) for i in range(len(entrants))]
    return dict(entering(pool, entrants, got, formed_groups(SALE, entrants)))


def party(*numbers: int) -> bytes:
    return group_id(SALE, [nym(i) for i in numbers])


def member(i: int, gid: bytes | None, wants: int = 1, deposit: int = 5) -> Entrant:
    return Entrant(nym(i), wants, deposit, group=gid)


def test_a_group_stays_together_whose_members_all_enter() -> None:
    gid = party(0, 1)
    orders = enter(LOTTERY, member(0, gid), member(1, gid), member(2, None))
    assert [orders[i].group for i in range(3)] == [gid, gid, None]


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([], id="one-alone"),
        pytest.param([member(1, None)], id="named-without-signing"),
        pytest.param([member(1, party(0, 1)), member(2, party(0, 1))], id="not-named"),
        pytest.param([member(1, party(1, 2))], id="another-group"),
    ],
)
def test_a_group_that_has_not_formed_is_singles(others: list[Entrant]) -> None:
    orders = enter(LOTTERY, member(0, party(0, 1)), *others)
    assert len(orders) == len(others) + 1
    assert {order.group for order in orders.values()} == {None}


def test_a_group_above_the_size_is_singles() -> None:
    gid = party(0, 1, 2)
    orders = enter(LOTTERY, *(member(i, gid) for i in range(3)))
    assert [order.group for order in orders.values()] == [None] * 3


@pytest.mark.parametrize(("wants", "deposit"), [(0, 5), (1, 4)])
def test_a_member_that_can_take_no_unit_makes_the_others_singles(
    wants: int, deposit: int
) -> None:
    gid = party(0, 1)
    orders = enter(LOTTERY, member(0, gid), member(1, gid, wants, deposit))
    assert [order.group for order in orders.values()] == [None, None]


def test_a_member_that_has_a_unit_already_makes_the_others_singles() -> None:
    gid = party(0, 1)
    orders = enter(LOTTERY, member(0, gid), member(1, gid), n1=1)
    assert {i: order.group for i, order in orders.items()} == {0: None}


WAS = (("cohort_a", "2029"),)
ONLY = replace(LOTTERY, requires=(Requirement("cohort_a", ("2029",)),))
NEW = replace(LOTTERY, excludes=(Exclusion("cohort_a", ("2028", "2029")),))


def test_a_member_who_does_not_qualify_stays_out_alone() -> None:
    gid = party(0, 1)
    there, new = replace(member(0, gid), attributes=WAS), member(1, gid)
    alone = replace(member(2, None), attributes=WAS)
    found = enter(ONLY, there, new, alone)
    assert {i: order.group for i, order in found.items()} == {0: None, 2: None}
    both = replace(new, attributes=WAS)
    assert [o.group for o in enter(ONLY, there, both).values()] == [gid, gid]
    assert {i: o.group for i, o in enter(NEW, there, new).items()} == {1: None}


@pytest.mark.parametrize("pool", [ONLY, NEW])
def test_the_others_of_a_group_enter_together(pool: Pool) -> None:
    three = replace(pool, group_max=3)
    gid = party(0, 1, 2)
    fits = pool is ONLY
    members = [
        replace(member(i, gid), attributes=WAS if (i > 0) == fits else ())
        for i in range(3)
    ]
    found = enter(three, *members)
    assert {i: order.group for i, order in found.items()} == {1: gid, 2: gid}


def test_a_group_is_as_large_as_it_was_signed() -> None:
    """Three signed, two qualify, pairs are drawn: the two are singles."""
    gid = party(0, 1, 2)
    members = [replace(member(i, gid), attributes=WAS if i else ()) for i in range(3)]
    found = enter(replace(ONLY, group_max=2), *members)
    assert {i: order.group for i, order in found.items()} == {1: None, 2: None}


@pytest.mark.parametrize(("wants", "deposit"), [(0, 5), (1, 4)])
def test_of_those_who_qualify_all_must_be_able_to_take_a_unit(
    wants: int, deposit: int
) -> None:
    gid = party(0, 1, 2)
    poor = replace(member(1, gid, wants, deposit), attributes=WAS)
    fit = replace(member(2, gid), attributes=WAS)
    found = enter(replace(ONLY, group_max=3), member(0, gid), poor, fit)
    assert {i: order.group for i, order in found.items()} == {1: None, 2: None}


def test_who_does_not_qualify_need_not_be_able_to_pay() -> None:
    gid = party(0, 1, 2)
    fit = [replace(member(i, gid), attributes=WAS) for i in (1, 2)]
    found = enter(replace(ONLY, group_max=3), member(0, gid, 0, 0), *fit)
    assert {i: order.group for i, order in found.items()} == {1: gid, 2: gid}


def test_nobody_enters_with_an_excluded_value() -> None:
    pool = replace(
        SHARE,
        excludes=(Exclusion("cohort_a", ("x", "y")), Exclusion("region", ("EU",))),
    )
    values = [("x", "US"), ("", "EU"), ("z", "US"), ("", ""), ("X", "eu")]
    people = [
        Entrant(nym(i), 1, 7, attributes=(("cohort_a", a), ("region", b)))
        for i, (a, b) in enumerate(values)
    ]
    assert list(enter(pool, *people)) == [2, 3, 4]


def test_a_pool_without_groups_takes_members_one_by_one() -> None:
    single = replace(
        LOTTERY, group_max=1, requires=(Requirement("cohort_a", ("2029",)),)
    )
    gid = party(0, 1)
    there = replace(member(0, gid), attributes=(("cohort_a", "2029"),))
    orders = enter(single, there, member(1, gid))
    assert {i: order.group for i, order in orders.items()} == {0: None}


def test_every_required_attribute_must_have_one_of_its_values() -> None:
    pool = replace(
        SHARE,
        requires=(Requirement("cohort_a", ("x", "y")), Requirement("region", ("EU",))),
    )
    values = [("x", "EU"), ("y", "EU"), ("", "EU"), ("x", ""), ("z", "EU")]
    people = [
        Entrant(nym(i), 1, 7, attributes=(("cohort_a", a), ("region", b)))
        for i, (a, b) in enumerate(values)
    ]
    assert list(enter(pool, *people)) == [0, 1]


def test_a_puzzle_is_solved_for_the_pool_that_asks_it() -> None:
    hunt = replace(SHARE, puzzle=VerifyKey(bytes(32)))
    people = [
        Entrant(nym(0), 1, 7, solved=frozenset({"share"})),
        Entrant(nym(1), 1, 7, solved=frozenset({"other"})),
    ]
    assert list(enter(hunt, *people)) == [0]


def test_who_has_a_unit_enters_again_only_where_the_pool_says_so() -> None:
    person = Entrant(nym(0), 3, 21)
    assert enter(SHARE, person, n0=1) == {}
    assert enter(replace(SHARE, again=True), person, n0=1) == {0: Order(2, 21)}


def test_a_bid_is_bounded_by_what_is_left_and_void_above_the_deposit() -> None:
    people = [Entrant(nym(i), 3, 10, bid=bid) for i, bid in enumerate((10, 11, None))]
    spent = [Standing(1, 4)] * 3
    orders = dict(entering(REST, people, spent, {}))
    assert [orders[i].bid for i in range(3)] == [6, None, None]


def test_a_tier_above_the_deposit_is_void() -> None:
    pool = Pool("s", Mechanism.TIERS, 2, tiers=(Tier("gold", 9, 1), Tier("tin", 5, 1)))
    names = ("gold", "tin", "lead", None)
    people = [Entrant(nym(i), 1, 8, tier=name) for i, name in enumerate(names)]
    assert [o.tier for o in enter(pool, *people).values()] == [None, 1, None, None]


def test_what_one_pool_leaves_goes_to_the_pool_that_it_names() -> None:
    first = replace(SHARE, supply=10, cap=1, unsold="last")
    middle = replace(SHARE, name="middle", supply=3)
    last = replace(SHARE, name="last", supply=1, again=True)
    people = [Entrant(nym(i), 9, 70) for i in range(4)]
    outcome = allocate([first, middle, last], people, SEED, SALE)
    assert [r.pool.supply for r in outcome.pools] == [10, 3, 7]
    assert [r.sold for r in outcome.pools] == [4, 0, 7]
    assert outcome.unsold == 3
    assert sum(total.units for total in outcome.totals) == 11


def test_money_that_was_spent_is_not_there_for_a_later_pool() -> None:
    again = replace(SHARE, name="again", again=True)
    (total,) = allocate([SHARE, again], [Entrant(nym(0), 9, 45)], SEED, SALE).totals
    assert [(g.pool, g.units) for g in total.gains] == [("share", 5), ("again", 1)]
    assert total.payment == 42


def test_each_pool_draws_for_itself() -> None:
    """The same people drawn in two pools stand in two orders."""
    seats = replace(SHARE, cap=1, supply=5)
    pools = [seats, replace(seats, name="other", again=True)]
    people = [Entrant(nym(i), 2, 14) for i in range(30)]
    first, second = allocate(pools, people, SEED, SALE).pools
    winners = [{a.nym for a in r.awards if a.units} for r in (first, second)]
    assert winners[0] != winners[1]


def test_every_reason_is_explained_to_the_person() -> None:
    pools = (
        Pool("s", Mechanism.TIERS, 1, tiers=(Tier("gold", 30, 1),)),
        replace(SHARE, name="share", supply=3),
        replace(REST, price=3),
    )
    people = [
        Entrant(nym(0), 1, 30, tier="gold"),
        Entrant(nym(1), 3, 30, bid=5),
        Entrant(nym(2), 3, 30, bid=4),
        Entrant(nym(3), 3, 30),
        Entrant(nym(4), 0, 30),
    ]
    outcome = allocate(pools, people, SEED, SALE)
    said = {
        award.reason: explain(result, award.nym)
        for result in outcome.pools
        for award in result.awards
    }
    assert said[Reason.TIER] == "gets 1 unit and pays 30 in tier gold"
    assert said[Reason.NO_TIER].startswith("gets nothing: it asked for no tier")
    assert said[Reason.WINNING_BID].startswith("gets 1 unit and pays 3 after a bid of ")
    assert said[Reason.NOTHING] == "gets nothing: it wanted 0 units and had 30 to pay"
    assert explain(outcome.pools[1], nym(0)) == "did not enter"


def test_what_was_in_full_says_by_what_it_was_bounded() -> None:
    people = [Entrant(nym(0), 2, 99), Entrant(nym(1), 9, 99), Entrant(nym(2), 9, 20)]
    (result,) = allocate([replace(SHARE, supply=12)], people, SEED, SALE).pools
    assert [explain(result, nym(i)).partition(": ")[2] for i in range(3)] == [
        "all that it asked for",
        "as many as one person may have",
        "all that it can pay",
    ]


def test_who_is_drawn_beside_certain_seats_competes_for_the_others_only() -> None:
    pool = Pool("seats", Mechanism.LOTTERY, 3, 10, certain=1)
    people = [
        Entrant(nym(0), 1, 30, bid=30),
        *(Entrant(nym(i), 1, 30) for i in (1, 2, 3)),
    ]
    (result,) = allocate([pool], people, SEED, SALE).pools
    assert explain(result, nym(0)).endswith("for a certain seat, after a bid of 30")
    for i in (1, 2, 3):
        assert explain(result, nym(i)).endswith("drawn, 3 for 2 units")


def _claimed(change: Callable[[Award], Award]) -> Outcome:
    true = allocate([SHARE], [Entrant(nym(1), 2, 14)], SEED, SALE)
    (result,) = true.pools
    (award,) = result.awards
    false = PoolResult(SHARE, result.orders, (change(award),), result.facts)
    return replace(true, pools=(false,))


BROKEN: list[tuple[Callable[[Award], Award], str]] = [
    (lambda a: replace(a, q=12, units=11), "allocation.supply"),
    (lambda a: replace(a, units=3), "allocation.quantity-exceeded"),
    (lambda a: replace(a, units=-1), "allocation.quantity-exceeded"),
    (lambda a: replace(a, payment=15), "allocation.payment"),
    (lambda a: replace(a, payment=-1), "allocation.payment"),
    (lambda a: replace(a, payment=13), "allocation.payment"),
    (lambda a: replace(a, payment=12), "allocation.payment"),
    (lambda a: replace(a, units=0), "allocation.loser-pays"),
    (lambda a: replace(a, units=1, payment=7), "allocation.supply"),
]


@pytest.mark.parametrize(("change", "code"), BROKEN)
def test_each_broken_invariant_is_named(
    change: Callable[[Award], Award], code: str
) -> None:
    entrants = [Entrant(nym(1), 2, 14)]
    check_outcome([SHARE], entrants, _claimed(lambda award: award))
    with pytest.raises(InvariantError) as caught:
        check_outcome([SHARE], entrants, _claimed(change))
    assert caught.value.code == code


def test_a_table_that_gives_less_than_it_could_is_found() -> None:
    """Nine for eight units: all equal, and yet a lower chance than there could be."""
    entrants = [member(i, None) for i in range(9)]
    true = allocate([LOTTERY], entrants, SEED, SALE)
    check_outcome([LOTTERY], entrants, true)
    (result,) = true.pools
    facts = result.facts
    assert isinstance(facts, LotteryFacts)
    less = replace(facts.table, rows=((7,),), chance=Fraction(7, 9))
    false = replace(result, facts=replace(facts, table=less))
    with pytest.raises(InvariantError, match=r"allocation\.table-chance"):
        check_outcome([LOTTERY], entrants, replace(true, pools=(false,)))


def test_a_total_that_is_not_the_sum_of_the_pools_is_found() -> None:
    true = allocate([SHARE], [Entrant(nym(1), 2, 14)], SEED, SALE)
    (total,) = true.totals
    for false in (replace(total, units=3), replace(total, payment=0)):
        with pytest.raises(InvariantError, match=r"allocation\.supply"):
            check_outcome(
                [SHARE], [Entrant(nym(1), 2, 14)], replace(true, totals=(false,))
            )
    with pytest.raises(InvariantError, match=r"allocation\.payment"):
        check_outcome([SHARE], [Entrant(nym(1), 2, 13)], true)
