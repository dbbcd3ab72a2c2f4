"""Choices: who enters and is left out, what is told, what is checked (specs/choices.md)."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import pytest

from command import fairlot
from fairlot.allocation import choosing
from fairlot.allocation.entering import Entrant
from fairlot.allocation.estimated_odds import MOST_PEOPLE, estimated_sale_odds
from fairlot.allocation.explain import explain
from fairlot.allocation.invariants import check_outcome
from fairlot.allocation.mechanisms import choices_odds as odds_module
from fairlot.allocation.odds import sale_odds
from fairlot.allocation.outcome import Gain, Outcome
from fairlot.allocation.run_pools import allocate
from fairlot.allocation.settlement import Funding, in_parts, pools_csv, settle
from fairlot.allocation.whole_odds import whole_sale_odds
from fairlot.deposit.wish import Wish, check_wish
from fairlot.entry import EntryType
from fairlot.errors import InvariantError
from fairlot.names import Nym, group_id
from fairlot.terms.pool import Mechanism, Option, Pool
from fairlot_crypto.errors import CallerError
from generators.terms_pools import conference
from generators.terms_setting import sample_terms
from refusal import refusal

SEED, SALE = bytes(32), bytes(range(32))
DATES = Pool(
    "dates",
    Mechanism.CHOICES,
    4,
    options=(Option("july", 50, 2), Option("may", 20, 1), Option("june", 30, 1)),
    group_max=2,
)


def nym(i: int) -> Nym:
    return Nym(i.to_bytes(48, "big"))


def people(*lists: Sequence[int], amount: int = 100) -> list[Entrant]:
    return [
        Entrant(nym(i), 1, amount, choices=tuple(listed))
        for i, listed in enumerate(lists)
    ]


def paired(first: Entrant, second: Entrant) -> list[Entrant]:
    gid = group_id(SALE, [first.nym, second.nym])
    return [replace(each, group=gid) for each in (first, second)]


def test_members_with_one_list_choose_together_and_others_alone() -> None:
    """With two lists a pair falls apart; what each would pay for tells nobody apart."""
    same = allocate([DATES], paired(*people((0, 1), (0, 1))), SEED, SALE)
    (result,) = same.pools
    assert [order.group is not None for order in result.orders] == [True, True]
    other = allocate([DATES], paired(*people((0, 1), (0, 2))), SEED, SALE)
    assert [order.group for order in other.pools[0].orders] == [None, None]
    poor = paired(*people((1, 0), (1, 0)))
    poor[1] = replace(poor[1], amount=20)
    (result,) = allocate([DATES], poor, SEED, SALE).pools
    assert [award.part for award in result.awards] == ["", ""], "may has one place"
    assert result.orders[0].group == poor[0].group


def test_a_member_who_can_pay_for_nothing_on_the_list_breaks_the_group() -> None:
    pair = paired(*people((0, 1), (0, 1)))
    pair[1] = replace(pair[1], amount=19)
    (result,) = allocate([DATES], pair, SEED, SALE).pools
    assert [order.group for order in result.orders] == [None, None]
    assert [award.part for award in result.awards] == ["july", ""]


def test_everybody_is_told_what_of_their_list_they_got() -> None:
    entrants = [
        *people((0,), (0, 1), (1, 0), (0, 1, 2)),
        Entrant(nym(4), 1, 25, choices=(0, 1)),
        Entrant(nym(5), 1, 10, choices=(0, 1)),
        Entrant(nym(6), 1, 100),
        Entrant(nym(7), 0, 100, choices=(0,)),
        *paired(
            *(replace(e, nym=nym(8 + i)) for i, e in enumerate(people((0,), (0,))))
        ),
    ]
    (result,) = allocate([DATES], entrants, SEED, SALE).pools
    told = [explain(result, entrant.nym) for entrant in entrants]
    assert sum("the first of its list" in each for each in told) >= 2
    assert (
        told[5]
        == told[6]
        == "gets nothing: it listed no option that its deposit covers"
    )
    assert told[7].startswith("gets nothing: it wanted 0 units")
    pair = set(told[8:])
    assert len(pair) == 1
    assert "its group" in pair.pop()
    (alone,) = allocate([DATES], [entrants[4]], SEED, SALE).pools
    assert explain(alone, nym(4)) == (
        "gets 1 unit and pays 20 for may, number 2 of its list: those before were gone or "
        "too dear"
    )
    july = replace(DATES, supply=2, options=DATES.options[:1])
    (late,) = allocate([july], people(*[(0,)] * 3), SEED, SALE).pools
    gone = "gets nothing: when its turn came, all that it listed and could pay for was gone"
    assert [explain(late, nym(i)) for i in range(3)].count(gone) == 1


def test_units_of_an_option_are_named_in_the_ledger() -> None:
    outcome = allocate([DATES], people((1,), (0,)), SEED, SALE)
    assert in_parts([DATES])
    lines = settle(outcome, [Funding(nym(i), 100, b"", final=True) for i in range(2)])
    assert [line.gains for line in lines] == [
        (Gain("dates/may", 1, 20),),
        (Gain("dates/july", 1, 50),),
    ]
    assert b"dates/may,1,20\n" in pools_csv(lines)


@pytest.mark.parametrize(
    ("part", "payment", "code"),
    [
        ("may", 20, "allocation.supply"),
        ("june", 20, "allocation.payment"),
        ("august", 20, "allocation.payment"),
    ],
)
def test_an_option_is_not_oversold_nor_sold_at_another_price(
    part: str, payment: int, code: str
) -> None:
    entrants = people((1,), (0,))
    good = allocate([DATES], entrants, SEED, SALE)
    (result,) = good.pools
    moved = replace(result.awards[1], part=part, payment=payment)
    totals = (
        good.totals[0],
        replace(
            good.totals[1],
            payment=payment,
            gains=(Gain(f"dates/{part}", 1, payment),),
        ),
    )
    bad = Outcome(
        (replace(result, awards=(result.awards[0], moved)),), totals, good.unsold
    )
    check_outcome([DATES], entrants, good)
    with pytest.raises(InvariantError) as refused:
        check_outcome([DATES], entrants, bad)
    assert refused.value.code == code


@pytest.mark.parametrize("listed", [(3,), (-1,), (0, 0)])
def test_lists_of_other_options_never_reach_a_pool(listed: tuple[int, ...]) -> None:
    """Not even the test whether a group stays together reads them."""
    pair = paired(*people(listed, listed))
    for compute in (
        lambda: allocate([DATES], pair, SEED, SALE),
        lambda: sale_odds([DATES], pair, SALE),
    ):
        with pytest.raises(CallerError) as refused:
            compute()
        assert refused.value.code == "allocation.choices"
    elsewhere = Pool("seats", Mechanism.LOTTERY, 2)
    assert allocate([elsewhere], pair, SEED, SALE).totals[0].units == 1


def test_after_an_estimate_nothing_is_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one simulated draw two of three get a unit: the third may all the same, and they
    may not."""
    seats = Pool("seats", Mechanism.LOTTERY, 1, 10)
    two = replace(
        DATES,
        supply=2,
        options=(Option("july", 50, 1), Option("june", 30, 1)),
        group_max=1,
    )
    entrants = people((0,), (0, 1), (1,))
    monkeypatch.setattr(odds_module, "MOST_TURNS", 0)
    monkeypatch.setattr(odds_module, "MOST_DRAWS", 1)
    monkeypatch.setattr(odds_module, "FEWEST_DRAWS", 1)
    first, second = sale_odds([two, seats], entrants, SALE)
    assert first.odds is not None
    assert sorted(chance.more for chance in first.odds.chances) == [0, 1, 1]
    assert {chance.least for chance in first.odds.chances} == {0}
    assert second.depends_on == ("dates",)
    assert second.entering == (0, 3)


def test_after_exact_odds_who_is_certain_does_not_come_again() -> None:
    seats = Pool("seats", Mechanism.LOTTERY, 1, 10)
    first, second = sale_odds([DATES, seats], people((1,), (1,), (0,)), SALE)
    assert first.odds is not None
    assert second.depends_on == ("dates",)
    assert second.entering == (1, 1), "one of two misses may, whoever it is"
    assert second.alike == 1


@pytest.mark.slow
def test_odds_of_the_whole_sale_are_estimated_where_turns_are_too_many() -> None:
    """From stated draws that anybody can repeat; up to the error that is stated."""
    seats = Pool("seats", Mechanism.LOTTERY, 1, 10)
    listed = people((0, 1), (0, 1), (1,), (1, 0), (0,), (0,))
    exact = whole_sale_odds([DATES, seats], listed, SALE)
    with patch.object(choosing, "MOST_TURNS", 3):
        assert whole_sale_odds([DATES, seats], listed, SALE) is None
    estimated = estimated_sale_odds([DATES, seats], listed, SALE)
    assert exact is not None
    assert estimated is not None
    assert estimated.draws == 1_000
    error = Fraction(32, 1_000)
    off = [
        abs(estimated.whole[who].chance - prospect.chance)
        for who, prospect in exact.items()
    ]
    assert sum(each > error for each in off) <= 1, "one of these six is"
    assert max(off) < 2 * error
    assert all(each.expected == each.chance for each in estimated.whole.values())
    backwards = estimated_sale_odds([DATES, seats], listed[::-1], SALE)
    assert backwards == estimated


def test_whole_sales_of_many_people_who_choose_have_no_estimates() -> None:
    one = people((0,))[0]
    crowd = [replace(one, nym=nym(i)) for i in range(MOST_PEOPLE + 1)]
    assert estimated_sale_odds([DATES], crowd, SALE) is None


def test_over_one_pool_the_odds_are_those_of_the_pool() -> None:
    listed = people((0, 1), (0, 1), (1,), (1, 0), (0,), (0,))
    (pool,) = sale_odds([DATES], listed, SALE)
    whole = whole_sale_odds([DATES], listed, SALE)
    assert pool.odds is not None
    assert whole is not None
    chances = [chance.more + chance.least for chance in pool.odds.chances]
    assert [whole[who].chance for who in pool.nyms] == chances


@pytest.mark.parametrize(
    ("choices", "code"),
    [(("2030-07-03",), "wish.choices"), (("2030-07-01",) * 2, "wish.choices")],
)
def test_a_wish_lists_options_of_the_terms_once(
    choices: tuple[str, ...], code: str
) -> None:
    terms = conference(sample_terms())
    good = Wish(0, 1, 500, choices=("2030-07-02", "2030-07-01"))
    check_wish(terms, EntryType.DEPOSIT, good, nym(1))
    bad = replace(good, choices=choices)
    found = refusal(lambda: check_wish(terms, EntryType.DEPOSIT, bad, nym(1)))
    assert found == code


def test_a_wish_without_a_pool_of_choices_lists_none() -> None:
    terms = sample_terms()
    wish = Wish(0, 1, 500, choices=("july",))
    found = refusal(lambda: check_wish(terms, EntryType.DEPOSIT, wish, nym(1)))
    assert found == "wish.choices"


@pytest.mark.parametrize("choices", [["july"], ("",), (7,)])
def test_a_list_is_a_tuple_of_names(choices: object) -> None:
    with pytest.raises(CallerError) as refused:
        Wish(0, 1, 500, choices=choices)  # type: ignore[arg-type]
    assert refused.value.code == "wish.text"


TERMS = """\
title = "Permits"
asset = "permit"
mechanism = "choices"
options = [{name = "july", price = 50, supply = 2}, {name = "may", price = 20, supply = 1}]
"""


def test_the_command_line_says_that_odds_are_estimates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odds_module, "MOST_TURNS", 0)
    monkeypatch.setattr(odds_module, "MOST_DRAWS", 100)
    terms, listed = tmp_path / "TERMS.toml", tmp_path / "PEOPLE.csv"
    terms.write_text(TERMS)
    rows = "".join(f"P{i},1,50,july > may\n" for i in range(4))
    listed.write_text(f"person,wants,deposit,choices\n{rows}")
    ran = fairlot("odds", terms, listed)
    assert ran.code == 0
    assert (
        "estimated from 100 simulated draws: of 100 of them, 95 are off by" in ran.out
    )
    assert "about 50.0 %" in ran.out
    assert "july: about 50.0 %, may: about 25.0 %" in ran.out
    assert '"draws": 100' in fairlot("odds", terms, listed, "--json").out
