"""Fares: one supply, one draw, and several prices by what is attested of a person."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from all_orders import in_turn
from exact_draw import all_outcomes
from fairlot.allocation.entering import Entrant
from fairlot.allocation.explain import explain
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.left_out import Why, left_out
from fairlot.allocation.mechanisms.equal_share import equal_share, quantity
from fairlot.allocation.mechanisms.lottery import lottery_odds
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.prospect import Prospect
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, settle
from fairlot.allocation.shape import Order, Reason, price_of
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.errors import InvariantError
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Exclusion, Fares, Mechanism, Pool, Requirement
from fairlot_crypto.errors import CallerError

AGES = Fares("age", (("adult", 40), ("child", 15)))
POOL = Pool("main", Mechanism.LOTTERY, 5, 15, group_max=4, fares=AGES)
SHARES = Pool("main", Mechanism.EQUAL_SHARE, 6, 15, 3, fares=AGES)
SEED, SALE = bytes(32), bytes(range(32))


def nym(number: int) -> Nym:
    return Nym(number.to_bytes(48, "big"))


def people(
    *asked: tuple[str, int], groups: Sequence[Sequence[int]] = ()
) -> list[Entrant]:
    gids = {
        i: group_id(SALE, [nym(member) for member in members])
        for members in groups
        for i in members
    }
    return [
        Entrant(nym(i), 1, amount, group=gids.get(i), attributes=(("age", age),))
        for i, (age, amount) in enumerate(asked)
    ]


FAMILY = people(
    *(("adult", 40), ("child", 15), ("child", 15)),
    *(("adult", 40), ("child", 15)),
    *(("adult", 40), ("child", 40)),
    groups=((0, 1, 2), (3, 4)),
)


def test_everybody_pays_their_own_fare_and_families_stay_together() -> None:
    for seed in range(40):
        outcome = allocate((POOL,), FAMILY, seed.to_bytes(32, "big"), SALE)
        (result,) = outcome.pools
        paid = {award.nym: award.payment for award in result.awards if award.units}
        for i, entrant in enumerate(FAMILY):
            fare = dict(AGES.prices)[dict(entrant.attributes)["age"]]
            assert paid.get(nym(i), fare) == fare
        for members in ((0, 1, 2), (3, 4)):
            assert len({nym(i) in paid for i in members}) == 1


def test_chances_do_not_depend_on_fares() -> None:
    (known,) = sale_odds((POOL,), FAMILY, SALE)
    plain = replace(POOL, fares=None)
    (same,) = sale_odds((plain,), FAMILY, SALE)
    assert known.odds == same.odds
    assert known.odds is not None
    assert {each.more for each in known.odds.chances} == {Fraction(2, 3)}
    assert known.rule == (
        *same.rule,
        "a unit costs 40 for 'adult', 15 for 'child', by age",
    )
    assert known.odds == lottery_odds(
        POOL, [Order(1, 40, group=e.group) for e in FAMILY]
    )


def test_money_is_conserved_to_the_unit() -> None:
    outcome = allocate((POOL,), FAMILY, SEED, SALE)
    fundings = [Funding(e.nym, e.amount + 1, b"to", final=True) for e in FAMILY]
    ledger = settle(outcome, fundings)
    assert sum(line.payment + line.refund for line in ledger) == sum(
        funding.paid for funding in fundings
    )
    sold = sum(award.payment for award in outcome.pools[0].awards)
    assert sum(line.payment for line in ledger) == sold


def test_a_member_who_cannot_pay_the_own_fare_parts_the_family() -> None:
    poor = [replace(FAMILY[0], amount=39), *FAMILY[1:]]
    (result,) = allocate((POOL,), poor, SEED, SALE).pools
    groups = {order.group for order in result.orders}
    assert groups == {None, FAMILY[3].group}
    assert result.awards[0].reason is Reason.NOTHING


def test_whoever_has_no_fare_does_not_enter() -> None:
    strangers = people(("Adult", 99), ("", 99), ("child", 14), ("child", 15))
    shut = left_out((POOL,), strangers)
    assert [shut[nym(i)][0].why for i in range(3)] == [Why.FARE, Why.FARE, Why.PRICE]
    assert nym(3) not in shut
    assert shut[nym(0)][0].clause == "there is no fare for the age"
    (result,) = allocate((POOL,), strangers, SEED, SALE).pools
    assert [award.nym for award in result.awards] == [nym(2), nym(3)]


@pytest.mark.parametrize(
    ("budget", "fare", "units"),
    [(80, 40, 2), (79, 40, 1), (80, 15, 3), (39, 40, 0), (0, 0, 3), (44, 15, 2)],
)
def test_shares_are_what_the_own_fare_lets_pay(
    budget: int, fare: int, units: int
) -> None:
    order = Order(5, budget, fare=fare)
    assert quantity(SHARES, order) == units
    assert price_of(SHARES, order) == fare
    shares = equal_share(SHARES, [order], in_turn(1))
    assert (shares.units, shares.payments) == ((units,), (fare * units,))


def test_a_negative_fare_is_refused() -> None:
    with pytest.raises(CallerError) as caught:
        equal_share(SHARES, [Order(1, 10, fare=-1)], in_turn(1))
    assert caught.value.code == "allocation.quantity"


def test_a_fare_that_somebody_else_should_pay_is_found() -> None:
    outcome = allocate((POOL,), FAMILY, SEED, SALE)
    check_outcome((POOL,), FAMILY, outcome)
    (result,) = outcome.pools
    for index, award in enumerate(result.awards):
        if not award.units:
            continue
        other = {40: 15, 15: 14}[award.payment]
        awards = list(result.awards)
        awards[index] = replace(award, payment=other)
        claim = replace(outcome, pools=(replace(result, awards=tuple(awards)),))
        with pytest.raises(InvariantError) as caught:
            check_outcome((POOL,), FAMILY, claim)
        assert caught.value.code == "allocation.payment"
    disclosing = [replace(one, attributes=(("age", "child"),)) for one in FAMILY]
    with pytest.raises(InvariantError):
        check_outcome((POOL,), disclosing, outcome)


def enumerated(
    pools: Sequence[Pool], entrants: Sequence[Entrant]
) -> dict[Nym, Prospect]:
    chance = {entrant.nym: Fraction(0) for entrant in entrants}
    expected = dict(chance)
    for weight, outcome in all_outcomes(pools, entrants, SALE):
        for total in outcome.totals:
            chance[total.nym] += weight * (total.units > 0)
            expected[total.nym] += weight * total.units
    return {who: Prospect(chance[who], expected[who]) for who in chance}


TWICE = [
    replace(one, wants=3)
    for one in people(("adult", 55), ("child", 55), ("adult", 80), ("child", 30))
]
ONE = replace(POOL, supply=1, group_max=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pools",
    [
        (ONE, replace(SHARES, name="rest", supply=2, again=True)),
        (ONE, replace(ONE, name="rest", fares=None, again=True)),
        (
            replace(SHARES, supply=3, cap=1),
            Pool("rest", Mechanism.EQUAL_SHARE, 3, 15, 2, again=True),
        ),
        (
            replace(ONE, fares=Fares("age", (("adult", 15), ("child", 40)))),
            replace(ONE, name="rest", again=True),
        ),
    ],
)
def test_what_is_left_after_a_fare_decides_later_odds(pools: Sequence[Pool]) -> None:
    known = whole_sale_odds(pools, TWICE, SALE)
    assert known == enumerated(pools, TWICE)


def test_equal_money_at_other_fares_is_not_alike() -> None:
    """An adult's 60 pay two units, a child's 60 one."""
    fares = Fares("age", (("adult", 30), ("child", 60)))
    pools = (
        replace(ONE, price=0, fares=None),
        Pool("rest", Mechanism.EQUAL_SHARE, 9, 30, 2, again=True, fares=fares),
    )
    both = [replace(one, wants=3) for one in people(("adult", 60), ("child", 60))]
    known = whole_sale_odds(pools, both, SALE)
    assert known is not None
    assert known == enumerated(pools, both)
    assert [each.expected for each in known.values()] == [
        Fraction(5, 2),
        Fraction(3, 2),
    ]


def test_odds_of_families_over_two_pools_are_what_all_lots_give() -> None:
    pools = (
        replace(POOL, supply=2, group_max=2),
        Pool("rest", Mechanism.LOTTERY, 1, 15),
    )
    family = people(
        ("adult", 40), ("child", 15), ("adult", 40), ("child", 15), groups=((0, 1),)
    )
    assert whole_sale_odds(pools, family, SALE) == enumerated(pools, family)


def test_each_is_told_what_was_paid() -> None:
    (result,) = allocate((replace(POOL, supply=7),), FAMILY, SEED, SALE).pools
    told = [explain(result, nym(i)) for i in range(2)]
    assert [each.split(":")[0] for each in told] == [
        "gets 1 unit and pays 40",
        "gets 1 unit and pays 15",
    ]


LATER = replace(POOL, name="later", price=15)


@pytest.mark.parametrize(
    "pools",
    [
        (replace(POOL, price=14),),
        (replace(POOL, certain=1, group_max=1),),
        (replace(POOL, mechanism=Mechanism.AUCTION, group_max=1),),
        (replace(POOL, price=40, fares=Fares("age", (("adult", 40),))),),
        (replace(POOL, price=0, fares=Fares("age", ())),),
        (replace(POOL, fares=Fares("Age", AGES.prices)),),
        (replace(POOL, fares=Fares("age", AGES.prices[::-1])),),
        (replace(POOL, requires=(Requirement("age", ("adult",)),)),),
        (replace(POOL, excludes=(Exclusion("age", ("baby",)),)),),
        (replace(POOL, unsold="later"), LATER),
    ],
)
def test_pools_that_no_terms_can_have_are_refused(pools: Sequence[Pool]) -> None:
    with pytest.raises(CallerError) as caught:
        allocate(pools, [], SEED, SALE)
    assert caught.value.code == "pools.rule"


def test_a_fare_beyond_64_bits_is_refused() -> None:
    fares = Fares("age", (("adult", 2**64), ("child", 15)))
    with pytest.raises(CallerError) as caught:
        allocate((replace(POOL, fares=fares),), [], SEED, SALE)
    assert caught.value.code == "pools.range"


def test_leftovers_of_a_pool_with_fares_go_where_the_lowest_would_do() -> None:
    later = Pool("later", Mechanism.LOTTERY, 4, 15, group_max=4)
    first = replace(POOL, unsold="later")
    outcome = allocate((first, later), FAMILY, SEED, SALE)
    assert outcome.pools[1].pool.supply == 4 + outcome.pools[0].unsold
    with pytest.raises(CallerError) as caught:
        allocate((first, replace(later, price=16)), FAMILY, SEED, SALE)
    assert caught.value.code == "pools.rule"
