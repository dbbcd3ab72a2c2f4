"""Each person's chance over all pools, against every lot that the pools can have."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exact_draw import all_outcomes
from examples import examples
from fairlot.allocation import whole_odds
from fairlot.allocation.entering import Entrant
from fairlot.allocation.prospect import Prospect
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Option, Pool, Requirement, Tier

SALE = bytes(range(32))
NORTH = (("region", "north"),)
LOTTERY = Mechanism.LOTTERY
KINDS = ("share", "square", "plain", "other", "groups", "bids", "tiers")


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def enumerated(
    pools: Sequence[Pool], entrants: Sequence[Entrant]
) -> dict[Nym, Prospect]:
    """Return what all lots give on average, each weighted exactly."""
    chance = {entrant.nym: Fraction(0) for entrant in entrants}
    expected = dict(chance)
    for weight, outcome in all_outcomes(pools, entrants, SALE):
        for total in outcome.totals:
            chance[total.nym] += weight * (total.units > 0)
            expected[total.nym] += weight * total.units
    return {who: Prospect(chance[who], expected[who]) for who in chance}


def check(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> list[Prospect]:
    """Compare with the enumeration; return what each entrant may expect."""
    known = whole_sale_odds(pools, entrants, SALE)
    assert known is not None
    assert known == enumerated(pools, entrants)
    return [known[entrant.nym] for entrant in entrants]


def chances(pools: Sequence[Pool], entrants: Sequence[Entrant]) -> list[Fraction]:
    return [prospect.chance for prospect in check(pools, entrants)]


def made(
    count: int, north: int = 0, groups: Sequence[Sequence[int]] = ()
) -> list[Entrant]:
    """Return people who want one unit and have 9: the first of them from the north."""
    gids = {
        i: group_id(SALE, [nym(member) for member in members])
        for members in groups
        for i in members
    }
    return [
        Entrant(nym(i), 1, 9, group=gids.get(i), attributes=NORTH if i < north else ())
        for i in range(count)
    ]


@st.composite
def pools(draw: st.DrawFn, most: int, *, choosing: bool = False) -> tuple[Pool, ...]:
    """Draw small pools of all mechanisms that pass units on, ask for more, or have groups."""
    kinds = draw(
        st.lists(
            st.sampled_from((*KINDS, "options") if choosing else KINDS),
            min_size=2,
            max_size=most,
            unique=True,
        )
    )
    supply, price = st.integers(0, 2), st.integers(0, 3)
    rows: list[Pool] = []
    for place, kind in enumerate(kinds):
        later = [
            name
            for name in kinds[place + 1 :]
            if kind != "groups" and name != "options"
        ]
        asked = (Requirement("region", ("north",)),) if draw(st.booleans()) else ()
        base = Pool(
            kind,
            LOTTERY,
            draw(supply),
            draw(price),
            unsold=draw(st.none() | st.sampled_from(later)) if later else None,
            again=draw(st.booleans()),
            requires=asked,
        )
        chosen = kind == "options"
        rows.append(_choosing(draw, base) if chosen else _of_kind(draw, kind, base))
    return tuple(rows)


def _choosing(draw: st.DrawFn, base: Pool) -> Pool:
    options = (Option("left", 2, draw(st.integers(0, 2))), Option("right", 3, 1))
    supplies = [option.supply for option in options]
    total = sum(supplies)
    # A group chooses one option, all of it.
    most = 1 + (max(supplies) > 1 and draw(st.booleans()))
    how = Mechanism.CHOICES
    base = replace(base, mechanism=how, supply=total, price=0, unsold=None)
    return replace(base, options=options, group_max=most)


def _of_kind(draw: st.DrawFn, kind: str, base: Pool) -> Pool:
    match kind:
        case "share":
            how = Mechanism.EQUAL_SHARE
            return replace(base, mechanism=how, cap=draw(st.integers(1, 2)))
        case "square":
            how, price = Mechanism.QUADRATIC, max(1, base.price)
            return replace(base, mechanism=how, price=price, cap=2)
        case "groups":
            return replace(base, supply=draw(st.integers(2, 3)), group_max=2)
        case "bids":
            certain = replace(base, supply=2, certain=1)
            return draw(
                st.sampled_from((certain, replace(base, mechanism=Mechanism.AUCTION)))
            )
        case "tiers":
            tiers = (Tier("gold", 4, 1), Tier("tin", 2, draw(st.integers(0, 1))))
            total = sum(tier.supply for tier in tiers)
            how = Mechanism.TIERS
            return replace(base, mechanism=how, supply=total, price=0, tiers=tiers)
        case _:
            pass
    return base


@st.composite
def people(draw: st.DrawFn, most: int) -> list[Entrant]:
    """Draw people of whom many are alike, the first two of them perhaps a pair."""
    count = draw(st.integers(2, most))
    pair = group_id(SALE, [nym(0), nym(1)]) if draw(st.booleans()) else None
    kinds = [
        Entrant(
            nym(0),
            draw(st.integers(1, 3)),
            draw(st.integers(0, 9)),
            bid=draw(st.none() | st.integers(0, 9)),
            tier=draw(st.sampled_from((None, "gold", "tin"))),
            choices=draw(st.sampled_from(((), (0,), (0, 1), (1, 0)))),
            attributes=draw(st.sampled_from(((), NORTH))),
        )
        for _ in range(3)
    ]
    return [
        replace(draw(st.sampled_from(kinds)), nym=nym(i), group=pair if i < 2 else None)
        for i in range(count)
    ]


# Two pools that draw several orders each can have a million lots for four people.


@given(pools(2, choosing=True), people(3))
@examples(40)
def test_chances_of_three_people_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    check(sold, entrants)


@pytest.mark.slow
@given(pools(2), people(4))
@examples(40)
def test_chances_over_two_pools_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    check(sold, entrants)


@pytest.mark.slow
@given(pools(3), people(4))
@examples(12)
def test_chances_over_three_pools_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    check(sold, entrants)


@pytest.mark.slow
@given(pools(2), people(5))
@examples(4)
def test_chances_of_five_people_are_what_all_lots_give(
    sold: tuple[Pool, ...], entrants: list[Entrant]
) -> None:
    check(sold, entrants)


def lottery(name: str, supply: int, **more: object) -> Pool:
    pool = Pool(name, LOTTERY, supply, 1)
    return replace(pool, **more)  # type: ignore[arg-type]


NEED = (Requirement("region", ("north",)),)


def test_whoever_loses_the_first_draw_has_a_second_chance() -> None:
    """Six of fourteen draw for 2, then the other twelve for 3: 1/3 + 2/3 · 3/12, and 1/4."""
    homes = lottery("low", 2, requires=NEED, unsold="rest"), lottery("rest", 3)
    known = whole_sale_odds(homes, made(14, north=6), SALE)
    assert known is not None
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    assert list(known.values()) == [
        Prospect(chance, chance) for chance in [half] * 6 + [quarter] * 8
    ]
    assert chances((homes[0], homes[1]), made(5, north=3)) == [
        *[Fraction(2, 3) + Fraction(1, 3)] * 3,
        Fraction(1),
        Fraction(1),
    ]


def test_what_nobody_can_take_passes_on() -> None:
    """Nobody is of bucket 1: its home goes to the two of bucket 2, and not to bucket 3."""
    buckets = [
        lottery(
            f"bucket-{i}",
            int(i == 1),
            unsold=f"bucket-{i + 1}" if i < 3 else None,
            requires=(Requirement("bucket", (str(i),)),),
        )
        for i in (1, 2, 3)
    ]
    three = [
        replace(person, attributes=(("bucket", bucket),))
        for person, bucket in zip(made(3), "223", strict=True)
    ]
    assert chances(buckets, three) == [Fraction(1, 2), Fraction(1, 2), Fraction(0)]


def test_a_second_pool_that_not_all_losers_enter_is_weighed_exactly() -> None:
    """Of five, three of whom are from the north, two win; the northerners left draw again."""
    sold = lottery("all", 2), lottery("north", 1, requires=NEED)
    known = chances(sold, made(5, north=3))
    second = sum(
        Fraction(comb(3, won) * comb(2, 2 - won), comb(5, 2)) * min(1, 3 - won) / 3
        for won in range(3)
    )
    assert known == [Fraction(2, 5) + second] * 3 + [Fraction(2, 5)] * 2


@pytest.mark.thorough
def test_a_pair_that_is_parted_draws_alone() -> None:
    """One of a pair may win the first pool, where nobody is drawn as a group."""
    sold = lottery("first", 1), lottery("second", 2, group_max=2)
    known = check(sold, made(4, groups=[(0, 1)]))
    assert known[0] == known[1]
    assert known[2] == known[3]


def test_a_pair_of_whom_one_may_enter_the_first_pool() -> None:
    """The two of a pair are not alike, and neither are those with nobody beside them."""
    sold = lottery("first", 1, requires=NEED), lottery("second", 2, group_max=2)
    known = chances(sold, made(4, north=1, groups=[(0, 1)]))
    assert known == chances(sold, [*reversed(made(4, north=1, groups=[(0, 1)]))])[::-1]
    assert known[0] == 1


@pytest.mark.slow
def test_what_groups_leave_to_chance_passes_on() -> None:
    """A pair and one alone draw for two seats: none to two are left."""
    first = lottery("first", 2, group_max=2, unsold="second")
    sold = first, lottery("second", 2, group_max=2)
    known = chances(sold, made(5, groups=[(0, 1)]))
    assert max(known) < 1


@pytest.mark.slow
def test_groups_of_two_sizes_and_singles_before_another_pool() -> None:
    first = lottery("first", 3, group_max=3, unsold="second")
    sold = first, lottery("second", 3, group_max=3)
    check(sold, made(6, groups=[(0, 1, 2), (3, 4)]))


def test_units_on_average_count_all_pools() -> None:
    """A share for everybody, then one more by lot for whoever has the money."""
    share = Pool("share", Mechanism.EQUAL_SHARE, 4, 3, 2, unsold="more")
    sold = share, lottery("more", 1, again=True, price=3)
    known = check(sold, [replace(one, wants=2) for one in made(3)])
    assert {prospect.chance for prospect in known} == {Fraction(1)}
    assert {prospect.expected for prospect in known} == {Fraction(5, 3)}


def test_nobody_comes() -> None:
    assert whole_sale_odds((lottery("one", 1), lottery("two", 1)), [], SALE) == {}


def test_whoever_can_get_nothing_has_no_chance() -> None:
    nothing = Prospect(Fraction(0), Fraction(0))
    poor, idle, two = (
        replace(made(1)[0], amount=0),
        replace(made(2)[1], wants=0),
        made(4)[2:],
    )
    sold = lottery("one", 1), lottery("two", 1, again=True)
    assert check(sold, [poor, idle, *two])[:2] == [nothing, nothing]


def test_ways_are_counted_by_kinds_and_not_by_people() -> None:
    """Ten kinds of ten people each would have more outcomes than anybody can add up."""
    north = [replace(one, amount=1 + i // 10) for i, one in enumerate(made(100, 100))]
    plain = lottery("first", 50), lottery("second", 20)
    known = whole_sale_odds(plain, north, SALE)
    assert known is not None
    assert {each.chance for each in known.values()} == {
        Fraction(1, 2) + Fraction(1, 2) * Fraction(20, 50)
    }
    rich = Pool("rich", Mechanism.EQUAL_SHARE, 20, 1, 10, again=True)
    assert whole_sale_odds((plain[0], rich), north, SALE) is None


def test_odds_are_exact_up_to_as_many_outcomes_as_the_chapter_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five of ten win, of two kinds of five: none to five of each."""
    assert whole_odds.MOST_OUTCOMES == 100_000
    sold = lottery("first", 5), lottery("second", 1, requires=NEED)
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 6)
    assert whole_sale_odds(sold, made(10, north=5), SALE) is not None
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 5)
    assert whole_sale_odds(sold, made(10, north=5), SALE) is None


def test_outcomes_of_draws_after_one_another_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gold goes to one kind or the other, and so does tin."""
    levels = Tier("gold", 4, 1), Tier("tin", 2, 1)
    guests = Pool("guests", Mechanism.TIERS, 2, tiers=levels)
    sold = guests, lottery("second", 1, requires=NEED)
    people = [replace(person, tier="gold") for person in made(6, north=3)]
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 4)
    assert whole_sale_odds(sold, people, SALE) is not None
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 3)
    assert whole_sale_odds(sold, people, SALE) is None


def test_outcomes_of_all_pools_but_the_last_count_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six outcomes; then two in each of the four states with both kinds, one in two."""
    last = lottery("third", 1, requires=NEED)
    sold = lottery("first", 5), lottery("second", 1), last
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 16)
    assert whole_sale_odds(sold, made(10, north=5), SALE) is not None
    monkeypatch.setattr(whole_odds, "MOST_OUTCOMES", 15)
    assert whole_sale_odds(sold, made(10, north=5), SALE) is None


def test_whoever_gets_no_option_draws_for_a_seat() -> None:
    """Two want the left one first; the others' turns decide who comes to the lottery."""
    options = (Option("left", 2, 1), Option("right", 3, 1))
    dates = Pool("dates", Mechanism.CHOICES, 2, options=options)
    listed = ((0, 1), (0,), (1,), (1, 0))
    entrants = [
        replace(each, choices=choices)
        for each, choices in zip(made(4), listed, strict=True)
    ]
    found = chances((dates, lottery("seat", 1)), entrants)
    assert sum(found) == 3, "each of three units goes to another person"
    assert found[0] == found[3] != found[1] == found[2]


@pytest.mark.thorough
def test_a_pair_that_chooses_together_draws_together_later() -> None:
    """The pair has one turn of three, and needs both units of the only option."""
    options = (Option("left", 2, 2), Option("right", 9, 0))
    dates = Pool("dates", Mechanism.CHOICES, 2, options=options, group_max=2)
    seats = replace(lottery("seat", 2), group_max=2)
    entrants = [replace(each, choices=(0,)) for each in made(4, groups=[(0, 1)])]
    pair, other, *_ = chances((dates, replace(seats, supply=0, group_max=1)), entrants)
    assert pair == other == Fraction(1, 3)
    assert chances((dates, seats), entrants) == [1, 1, 1, 1]
    more = [*entrants, replace(entrants[3], nym=nym(4))]
    assert chances((dates, seats), more)[0] == Fraction(5, 8)
