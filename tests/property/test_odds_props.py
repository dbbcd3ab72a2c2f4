"""The odds of whole sales against every lot that their pools can have."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exact_draw import all_outcomes
from examples import examples
from fairlot.allocation.entering import Entrant
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.outcome import PoolResult, part_id
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Pool, Requirement, Tier

SALE = bytes(range(32))


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def check_odds(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> list[str]:
    """Compare all odds that are exact; return the pools that have them."""
    outcomes = list(all_outcomes(pools, entrants, SALE))
    assert sum(weight for weight, _ in outcomes) == 1
    exact: list[str] = []
    for number, known in enumerate(sale_odds(pools, entrants, SALE)):
        results = [(weight, outcome.pools[number]) for weight, outcome in outcomes]
        fewest, most = known.entering
        for _, result in results:
            assert {award.nym for award in result.awards} <= set(known.nyms)
            assert fewest <= len(result.awards) <= most
        if known.odds is None:
            assert known.depends_on
            if known.alike is not None:
                check_alike(results, known.alike)
            continue
        exact.append(known.pool.name)
        left = sum(weight * result.unsold for weight, result in results)
        assert known.odds.expected_unsold == left
        varies = len({result.unsold for _, result in results}) > 1
        assert known.odds.unsold_certain != varies
        for who, chance in zip(known.nyms, known.odds.chances, strict=True):
            awards = [(weight, result.of(who)) for weight, result in results]
            units = [(weight, a.units) for weight, a in awards if a is not None]
            assert len(units) == len(results)
            assert {count - chance.least for _, count in units} <= {0, 1}
            assert sum(weight * count for weight, count in units) == chance.expected
            for part, expected in chance.parts.items():
                won = sum(w for w, a in awards if a and a.units and a.part == part)
                assert won == expected
    return exact


def check_alike(
    results: Sequence[tuple[Fraction, PoolResult]], alike: Fraction
) -> None:
    """Check the chance of whoever enters, for each set of persons who may be those."""
    by_crowd: dict[tuple[Nym, ...], list[tuple[Fraction, PoolResult]]] = {}
    for weight, result in results:
        crowd = tuple(award.nym for award in result.awards)
        by_crowd.setdefault(crowd, []).append((weight, result))
    for crowd, some in by_crowd.items():
        whole = sum(weight for weight, _ in some)
        for who in crowd:
            awards = [(weight, result.of(who)) for weight, result in some]
            takes = {a.q for _, a in awards if a}
            won = sum(weight * a.units for weight, a in awards if a)
            assert takes in ({1}, {0})
            assert won == (alike * whole if takes == {1} else 0)


@st.composite
def pools(draw: st.DrawFn, most: int = 2) -> tuple[Pool, ...]:
    """Draw two or more small pools, at most one with bids and one with tiers."""
    kinds = draw(
        st.lists(
            st.sampled_from(("share", "square", "lottery", "groups", "bids", "tiers")),
            min_size=2,
            max_size=most,
            unique=True,
        )
    )
    supply = st.integers(0, 4)
    made: list[Pool] = []
    for place, kind in enumerate(kinds):
        later = kinds[place + 1 :]
        to = draw(st.none() | st.sampled_from(later)) if later else None
        again, price = draw(st.booleans()), draw(st.integers(1, 3))
        cap = draw(st.integers(1, 3))
        match kind:
            case "share" | "square":
                how = Mechanism.EQUAL_SHARE if kind == "share" else Mechanism.QUADRATIC
                pool = Pool(kind, how, draw(supply), price, cap, unsold=to, again=again)
            case "lottery":
                how = Mechanism.LOTTERY
                pool = Pool(kind, how, draw(supply), price, unsold=to, again=again)
            case "groups":
                pool = Pool(kind, Mechanism.LOTTERY, 8, price, group_max=2)
            case "bids":
                certain = draw(st.booleans())
                how = Mechanism.LOTTERY if certain else Mechanism.AUCTION
                pool = Pool(
                    kind, how, 2, price, certain=int(certain), unsold=to, again=again
                )
            case _:
                levels = (
                    Tier("gold", 4, draw(st.integers(0, 2))),
                    Tier("tin", 2, draw(st.integers(0, 2))),
                )
                total = sum(tier.supply for tier in levels)
                pool = Pool(
                    kind, Mechanism.TIERS, total, tiers=levels, unsold=to, again=again
                )
        made.append(pool)
    return tuple(made)


@st.composite
def people(draw: st.DrawFn, most: int = 3) -> list[Entrant]:
    count = draw(st.integers(0, most))
    pair = group_id(SALE, [nym(0), nym(1)]) if draw(st.booleans()) else None
    return [
        Entrant(
            nym(i),
            draw(st.integers(0, 3)),
            draw(st.integers(0, 9)),
            bid=draw(st.none() | st.integers(0, 9)),
            tier=draw(st.sampled_from((None, "gold", "tin"))),
            group=pair if i < 2 else None,
        )
        for i in range(count)
    ]


@given(pools(), people())
@examples(50)
def test_odds_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    exact = check_odds(sold, entrants)
    assert exact[0] == sold[0].name


@pytest.mark.slow
@given(pools(3), people(4))
@examples(12)
def test_odds_of_three_pools_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    check_odds(sold, entrants)


def test_a_pool_after_a_draw_depends_on_it() -> None:
    lottery = Pool("first", Mechanism.LOTTERY, 1, 1, unsold="second")
    second = Pool("second", Mechanism.LOTTERY, 1, 1)
    three = [Entrant(nym(i), 1, 1) for i in range(3)]
    assert check_odds((lottery, second), three) == ["first"]
    (_, known) = sale_odds((lottery, second), three, SALE)
    assert known.depends_on == ("first",)
    assert "2 enter; 1 unit is for sale" in known.rule
    assert known.alike == Fraction(1, 2)


def test_what_groups_leave_to_chance_the_next_pool_depends_on() -> None:
    """A pair and one alone for two seats: two, one or none are sold, and the rest go on."""
    first = Pool("first", Mechanism.LOTTERY, 2, 1, group_max=2, unsold="second")
    second = replace(first, name="second", unsold=None)
    pair = group_id(SALE, [nym(0), nym(1)])
    three = [Entrant(nym(i), 1, 1, group=pair if i < 2 else None) for i in range(3)]
    assert check_odds((first, second), three) == ["first"]
    known, then = sale_odds((first, second), three, SALE)
    assert known.odds is not None
    assert not known.odds.unsold_certain
    assert then.depends_on == ("first",)
    assert then.alike is None
    assert any("and what “first” leaves" in line for line in then.rule)


@pytest.mark.thorough
def test_groups_of_others_are_drawn_by_a_table_that_is_known() -> None:
    """Whoever loses the first draw is alone in the second, beside the same groups."""
    guests = Pool("guests", Mechanism.TIERS, 1, tiers=(Tier("gold", 9, 1),))
    rest = Pool("rest", Mechanism.LOTTERY, 2, 1, group_max=2)
    pair = group_id(SALE, [nym(0), nym(1)])
    friends = [Entrant(nym(i), 1, 1, group=pair) for i in range(2)]
    rich = [Entrant(nym(i), 1, 9, tier="gold") for i in range(2, 4)]
    assert check_odds((guests, rest), [*friends, *rich]) == ["guests"]
    (_, known) = sale_odds((guests, rest), [*friends, *rich], SALE)
    assert known.entering == (3, 3)
    assert known.alike is not None
    assert any(line.startswith("Lot 1: ") for line in known.rule)
    open_friend = [friends[0], replace(friends[1], amount=9, tier="gold"), *rich]
    (_, unknown) = sale_odds((guests, rest), open_friend, SALE)
    assert unknown.alike is None


@pytest.mark.slow
def test_a_pool_after_a_draw_for_others_does_not_depend_on_it() -> None:
    """Who can pay the first does not enter the second, and the other way round."""
    first = Pool("first", Mechanism.TIERS, 1, tiers=(Tier("gold", 9, 1),))
    second = Pool("second", Mechanism.LOTTERY, 1, 1)
    rich = [Entrant(nym(i), 1, 9, tier="gold") for i in range(2)]
    poor = [Entrant(nym(i), 1, 1) for i in range(2, 5)]
    assert check_odds((first, second), [*rich, *poor]) == ["first"]
    everybody_lucky = [rich[0], *poor]
    assert check_odds((first, second), everybody_lucky) == ["first", "second"]


def test_losers_who_may_have_won_in_between_are_not_counted() -> None:
    """One of three wins first; two of them may enter the second, all three the third."""
    first = Pool("first", Mechanism.LOTTERY, 1, 1)
    second = replace(
        first, name="second", requires=(Requirement("region", ("north",)),)
    )
    third = replace(first, name="third", supply=5)
    north = (("region", "north"),)
    three = [Entrant(nym(i), 1, 1, attributes=north if i else ()) for i in range(3)]
    assert check_odds((first, second, third), three) == ["first"]
    _, _, known = sale_odds((first, second, third), three, SALE)
    assert known.entering == (0, 3)


def test_parts_are_named_as_their_lots_are() -> None:
    assert part_id("main", "certain") == "main/certain"
    assert part_id("main", "") == "main"
