"""Seats that lapse: for all subsets of winners who do not come (specs/lapses.md)."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest

from exact_draw import ForkingLots, Forks
from fairlot.allocation.entering import Entrant
from fairlot.allocation.outcome import Gain, Outcome, Total
from fairlot.allocation.redraw import (
    Redrawn,
    check_redrawn,
    redraw,
    redraw_pools,
    second_seed,
)
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, settle
from fairlot.allocation.shape import Lots
from fairlot.errors import InvariantError
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool
from fairlot_crypto.errors import CallerError
from fairlot_crypto.hashing import tagged_hash

SALE = bytes(range(32))
SEEDS = [bytes([number]) * 32 for number in range(3)]
LATER = bytes(32 * [99])
SEATS = Pool("seats", Mechanism.LOTTERY, 3, 10)
FRIENDS = Pool("seats", Mechanism.LOTTERY, 4, 10, group_max=3)
GUESTS = Pool("guests", Mechanism.LOTTERY, 2, 20, unsold="rest")
REST = Pool("rest", Mechanism.LOTTERY, 2, 5, again=True)
TOKENS = Pool("tokens", Mechanism.EQUAL_SHARE, 2, 3, 1)


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def people(count: int, *groups: Sequence[int], amount: int = 30) -> list[Entrant]:
    found = [Entrant(nym(i), 2, amount) for i in range(count)]
    for group in groups:
        gid = group_id(SALE, [nym(i) for i in group])
        for i in group:
            found[i] = replace(found[i], group=gid)
    return found


SALES = [
    pytest.param((SEATS,), people(6), {"seats"}, id="singles"),
    pytest.param((SEATS,), people(2), {"seats"}, id="seats-for-all"),
    pytest.param((FRIENDS,), people(7, (0, 1), (2, 3, 4)), {"seats"}, id="groups"),
    pytest.param((FRIENDS,), people(8, (0, 1), (2, 3), (4, 5)), {"seats"}, id="pairs"),
    pytest.param((GUESTS, REST), people(5), {"guests", "rest"}, id="two-that-collect"),
    pytest.param((GUESTS, REST), people(5), {"guests"}, id="the-first-collects"),
    pytest.param((SEATS, TOKENS), people(6), {"seats"}, id="another-mechanism-later"),
    pytest.param((SEATS,), people(4, amount=9), {"seats"}, id="nobody-can-pay"),
]


def winners(first: Outcome, collecting: AbstractSet[str]) -> list[Nym]:
    return [
        total.nym
        for total in first.totals
        if any(gain.pool in collecting for gain in total.gains)
    ]


def subsets(nyms: Sequence[Nym]) -> Iterator[frozenset[Nym]]:
    for size in range(len(nyms) + 1):
        yield from map(frozenset, combinations(nyms, size))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("pools", "entrants", "collecting"), SALES)
def test_whoever_collects_neither_gains_nor_loses_by_others_who_do_not(
    pools: Sequence[Pool], entrants: list[Entrant], collecting: set[str], seed: bytes
) -> None:
    first = allocate(pools, entrants, seed, SALE)
    won = winners(first, collecting)
    for collected in subsets(won):
        after = redraw(pools, entrants, SALE, first, collecting, collected, LATER)
        assert set(after.lapsed) == set(won) - collected
        for total in first.totals:
            if total.units and total.nym not in after.lapsed:
                assert after.of(total.nym) == total
            if not total.units:
                now = after.of(total.nym)
                assert now is not None
                assert now.units <= 1


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("pools", "entrants", "collecting"), SALES)
def test_the_outcome_is_a_function_of_the_set_that_collected(
    pools: Sequence[Pool], entrants: list[Entrant], collecting: set[str], seed: bytes
) -> None:
    first = allocate(pools, entrants, seed, SALE)
    won = winners(first, collecting)
    others = {total.nym for total in first.totals} - set(won)
    strangers = {nym(10_000)}
    for collected in subsets(won):
        once = redraw(pools, entrants, SALE, first, collecting, collected, LATER)
        again = redraw(
            pools,
            entrants[::-1],
            SALE,
            first,
            collecting,
            collected | others | strangers,
            LATER,
        )
        assert once == again


@pytest.mark.thorough
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("later", [None, LATER])
@pytest.mark.parametrize(("pools", "entrants", "collecting"), SALES)
def test_money_and_units_are_conserved(
    pools: Sequence[Pool],
    entrants: list[Entrant],
    collecting: set[str],
    later: bytes | None,
    seed: bytes,
) -> None:
    first = allocate(pools, entrants, seed, SALE)
    fundings = [Funding(e.nym, e.amount + 1, b"account") for e in entrants]
    for collected in subsets(winners(first, collecting)):
        after = redraw(pools, entrants, SALE, first, collecting, collected, later)
        ledger = settle(after, fundings)
        paid = sum(line.payment + line.refund for line in ledger)
        assert paid == sum(funding.paid for funding in fundings)
        sold = sum(line.units for line in ledger)
        assert sold + after.unsold == sum(pool.supply for pool in pools)
        for line in ledger:
            kept = [gain for gain in line.gains if gain.pool in collecting]
            if line.nym in after.lapsed:
                assert not kept
        if later is None:
            assert not after.pools
            assert [t for t in after.totals if t.nym not in after.lapsed] == [
                t for t in first.totals if t.nym not in after.lapsed
            ]


def test_whoever_lapses_is_refunded_in_full_and_waits_for_nothing() -> None:
    entrants = people(5)
    first = allocate((SEATS,), entrants, SEEDS[0], SALE)
    after = redraw((SEATS,), entrants, SALE, first, {"seats"}, frozenset(), LATER)
    (drawn,) = after.pools
    assert len(after.lapsed) == drawn.pool.supply == 3
    assert {award.nym for award in drawn.awards}.isdisjoint(after.lapsed)
    # Two waited for three seats.
    assert (drawn.sold, after.unsold) == (2, 1)
    lines = settle(after, [Funding(e.nym, 30, b"account") for e in entrants])
    assert [line.refund for line in lines if line.nym in after.lapsed] == [30] * 3


def test_who_lapses_in_one_pool_keeps_what_another_gave() -> None:
    entrants = people(4)
    pools = (replace(TOKENS, supply=4), replace(REST, name="seats"))
    first = allocate(pools, entrants, SEEDS[0], SALE)
    after = redraw(pools, entrants, SALE, first, {"seats"}, frozenset(), LATER)
    assert len(after.lapsed) == 2
    # Everybody has a token, so nobody waits, although the pool is open to them again.
    assert [total.gains for total in after.totals] == [(Gain("tokens", 1, 3),)] * 4
    assert after.unsold == 2


def test_a_group_that_waits_gets_freed_seats_whole_or_not_at_all() -> None:
    entrants = people(6, (0, 1), (2, 3), (4, 5))
    pool = replace(FRIENDS, supply=2, group_max=2)
    for seed in SEEDS:
        first = allocate((pool,), entrants, seed, SALE)
        won = winners(first, {"seats"})
        one, none = frozenset(won[:1]), frozenset[Nym]()
        half = redraw((pool,), entrants, SALE, first, {"seats"}, one, LATER)
        # One seat came free, and only pairs wait.
        assert (half.pools[0].sold, half.unsold) == (0, 1)
        both = redraw((pool,), entrants, SALE, first, {"seats"}, none, LATER)
        got = [total.nym for total in both.totals if total.units]
        assert both.pools[0].sold == 2
        assert [nym(int.from_bytes(got[0], "big") ^ 1)] == got[1:]


def test_everybody_who_waits_has_the_same_chance_but_groups_that_are_too_large() -> (
    None
):
    entrants = people(7, (0, 1), (2, 3))
    pool = replace(FRIENDS, group_max=2)
    first = allocate((pool,), entrants, SEEDS[1], SALE)
    won = winners(first, {"seats"})
    waiting = [total.nym for total in first.totals if not total.units]
    paired = {entrant.nym for entrant in entrants if entrant.group is not None}
    for collected in subsets(won):
        freed = len(won) - len(collected)
        fitting = [each for each in waiting if each not in paired or freed > 1]
        chances = dict.fromkeys(fitting, Fraction(0))
        for weight, after in all_redraws((pool,), entrants, first, collected):
            for total in after.totals:
                if total.nym in chances:
                    chances[total.nym] += weight * total.units
        assert len(set(chances.values())) == 1


def all_redraws(
    pools: Sequence[Pool],
    entrants: Sequence[Entrant],
    first: Outcome,
    collected: AbstractSet[Nym],
) -> Iterator[tuple[Fraction, Redrawn]]:
    forks, more = Forks(), True

    def lots_of(_: Pool, nyms: tuple[Nym, ...]) -> Lots:
        return ForkingLots(forks, len(nyms))

    while more:
        after = redraw_pools(
            pools, entrants, SALE, first, {"seats"}, collected, lots_of
        )
        weight = forks.weight()
        more = forks.move_on()
        yield weight, after


def test_two_pools_draw_one_after_the_other() -> None:
    guests = replace(GUESTS, unsold=None)
    rest = replace(REST, again=False)
    entrants = people(6)
    first = allocate((guests, rest), entrants, SEEDS[0], SALE)
    names = {"guests", "rest"}
    after = redraw((guests, rest), entrants, SALE, first, names, frozenset(), LATER)
    assert [result.pool.supply for result in after.pools] == [2, 2]
    assert [len(result.awards) for result in after.pools] == [2, 0]
    assert (len(after.lapsed), after.unsold) == (4, 2)


def test_another_round_draws_others() -> None:
    entrants = people(40)
    first = allocate((SEATS,), entrants, SEEDS[0], SALE)
    drawn = {
        redraw(
            (SEATS,),
            entrants,
            SALE,
            first,
            {"seats"},
            frozenset(),
            second_seed(SEEDS[0], bytes([number])),
        ).totals
        for number in range(5)
    }
    assert len(drawn) == 5


def test_the_second_seed_is_of_the_first_and_of_the_round() -> None:
    expected = tagged_hash("redraw", SEEDS[0], b"round")
    assert second_seed(SEEDS[0], b"round") == expected
    with pytest.raises(CallerError) as refusal:
        second_seed(b"short", b"round")
    assert refusal.value.code == "allocation.seed-length"


@pytest.mark.parametrize(
    "collecting", [{"other"}, {"auction"}, {"certain"}, {"share"}, {"seats", "share"}]
)
def test_only_lotteries_without_bids_have_seats_that_lapse(
    collecting: set[str],
) -> None:
    pools = (
        SEATS,
        replace(TOKENS, name="share"),
        Pool("certain", Mechanism.LOTTERY, 3, 10, certain=1),
    )
    first = allocate(pools, people(3), SEEDS[0], SALE)
    with pytest.raises(CallerError) as refusal:
        redraw(pools, people(3), SALE, first, collecting, frozenset(), LATER)
    assert refusal.value.code == "allocation.collecting"


def test_the_first_outcome_is_of_the_same_pools_and_people() -> None:
    first = allocate((SEATS,), people(3), SEEDS[0], SALE)
    others = replace(SEATS, name="others")
    for pools, entrants in (((others,), people(3)), ((SEATS,), people(4))):
        with pytest.raises(CallerError) as refusal:
            redraw(pools, entrants, SALE, first, frozenset(), frozenset(), LATER)
        assert refusal.value.code == "allocation.first-outcome"


def test_seeds_have_32_bytes() -> None:
    first = allocate((SEATS,), people(3), SEEDS[0], SALE)
    with pytest.raises(CallerError) as refusal:
        redraw((SEATS,), people(3), SALE, first, {"seats"}, frozenset(), b"short")
    assert refusal.value.code == "allocation.seed-length"


def claimed() -> tuple[list[Entrant], Outcome, Redrawn]:
    entrants = people(5)
    first = allocate((SEATS,), entrants, SEEDS[0], SALE)
    won = winners(first, {"seats"})
    one = frozenset(won[1:])
    return (
        entrants,
        first,
        redraw((SEATS,), entrants, SALE, first, {"seats"}, one, LATER),
    )


def altered(after: Redrawn, at: Nym, total: Total) -> Redrawn:
    totals = tuple(total if each.nym == at else each for each in after.totals)
    return replace(after, totals=totals)


def code_of(entrants: list[Entrant], first: Outcome, claim: Redrawn) -> str:
    with pytest.raises(InvariantError) as refusal:
        check_redrawn((SEATS,), entrants, first, claim)
    return refusal.value.code


def test_a_seat_of_somebody_who_collected_is_not_taken() -> None:
    entrants, first, after = claimed()
    who = next(t.nym for t in first.totals if t.units and t.nym not in after.lapsed)
    claim = altered(after, who, Total(who, 0, 0, ()))
    assert code_of(entrants, first, claim) == "allocation.lapse"


def test_a_seat_that_lapsed_is_not_kept() -> None:
    entrants, first, after = claimed()
    (who,) = after.lapsed
    before = first.of(who)
    assert before is not None
    claim = altered(after, who, before)
    assert code_of(entrants, first, claim) == "allocation.lapse"


def test_no_more_seats_are_drawn_than_came_free() -> None:
    entrants, first, after = claimed()
    who = next(t.nym for t in after.totals if not t.units and t.nym not in after.lapsed)
    claim = altered(after, who, Total(who, 1, 10, (Gain("seats", 1, 10),)))
    assert code_of(entrants, first, claim) == "allocation.supply"


def test_units_do_not_vanish() -> None:
    entrants, first, after = claimed()
    claim = replace(after, unsold=after.unsold + 1)
    assert code_of(entrants, first, claim) == "allocation.supply"


def test_totals_are_the_sums_of_gains_and_within_the_deposit() -> None:
    entrants, first, after = claimed()
    who = next(
        t.nym
        for t in after.totals
        if t.units and (before := first.of(t.nym)) is not None and not before.units
    )
    more = Total(who, 2, 10, (Gain("seats", 1, 10),))
    assert code_of(entrants, first, altered(after, who, more)) == "allocation.supply"
    dear = Total(who, 1, 31, (Gain("seats", 1, 31),))
    assert code_of(entrants, first, altered(after, who, dear)) == "allocation.payment"


def test_there_is_one_total_for_everybody() -> None:
    entrants, first, after = claimed()
    claim = replace(after, totals=after.totals[1:])
    assert code_of(entrants, first, claim) == "allocation.supply"
    assert after.of(nym(999)) is None
