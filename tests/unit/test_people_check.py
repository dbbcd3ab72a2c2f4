"""The seller's two files together: what people ask for is what the terms offer."""

from pathlib import Path

import pytest

from fairlot.errors import InputError
from fairlot.inputs.people_file import read_people
from fairlot.inputs.terms_file import read_terms_file
from fairlot.rehearsal.fit import check_people
from fairlot.rehearsal.parts import TIMES
from fairlot_crypto.timelock.chain import QUICKNET, time_of_round

HEAD = 'title = "Conference"\nasset = "seat"\n'
PLAIN = f'{HEAD}mechanism = "lottery"\nsupply = 8\nprice = 50\n'
WHOLE = f"""{HEAD}deposits = [50, 500]
[bids]
clock = "quicknet"
round = ROUND
[[pool]]
name = "sponsors"
mechanism = "tiers"
tiers = [{{name = "gold", price = 500, supply = 2}}]
[[pool]]
name = "guests"
mechanism = "lottery"
supply = 8
price = 50
certain = 2
[pool.requires]
cohort_a = ["2029"]
[[pool]]
name = "all"
mechanism = "lottery"
supply = 8
price = 50
group_max = 2
puzzle = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
"""
HEADER = "person,wants,deposit"
ALL = "group,bid,tier,solution,attr:cohort_a"
WITHIN = (TIMES.unlock - 1 - QUICKNET.genesis_time) // QUICKNET.period + 1
"""The last round of quicknet due before unlock."""


def check(folder: Path, terms: str, people: str) -> None:
    (folder / "TERMS.toml").write_text(terms.replace("ROUND", str(WITHIN)))
    (folder / "PEOPLE.csv").write_text(people)
    file = read_terms_file(folder / "TERMS.toml")
    list_file = folder / "PEOPLE.csv"
    check_people(file, read_people(list_file, file.currency, file.keep), list_file)


def refused(folder: Path, terms: str, people: str) -> InputError:
    with pytest.raises(InputError) as caught:
        check(folder, terms, people)
    return caught.value


def test_files_that_fit_are_accepted(tmp_path: Path) -> None:
    people = "Ann,1,500,we,500,gold,answer,2029\nBob,1,50,we,,,,\nCat,0,50,us,60,,,x\n"
    check(tmp_path, WHOLE, f"{HEADER},{ALL}\n{people}")


def test_columns_without_content_are_legal(tmp_path: Path) -> None:
    check(tmp_path, PLAIN, f"{HEADER},{ALL}\nAnn,1,7,,,,,\n")


def test_attributes_that_nobody_requires_are_legal(tmp_path: Path) -> None:
    check(tmp_path, PLAIN, f"{HEADER},attr:region\nAnn,1,7,FR\n")


def test_assurance_is_everybodys(tmp_path: Path) -> None:
    terms = f'{PLAIN}requires = {{assurance = ["listed"]}}\n'
    check(tmp_path, terms, f"{HEADER}\nAnn,1,7\n")


def test_who_contributes_must_be_on_the_list(tmp_path: Path) -> None:
    terms = f"{PLAIN}[beacon]\ndepositors = 2\n"
    check(tmp_path, terms, f"{HEADER}\nAnn,1,7\nBob,1,7\n")
    error = refused(tmp_path, terms, f"{HEADER}\nAnn,1,7\n")
    assert error.code == "terms-file.depositors"
    assert "TERMS.toml, line 7, beacon.depositors" in error.message


@pytest.mark.parametrize(
    ("column", "cell"),
    [("group", "we"), ("bid", "0"), ("tier", "a")],
)
def test_what_no_pool_offers_is_refused(tmp_path: Path, column: str, cell: str) -> None:
    people = f"{HEADER},{column}\nAnn,1,7,\nBob,1,7,{cell}\n"
    error = refused(tmp_path, PLAIN, people)
    assert error.code == f"people-file.{column}"
    assert f"PEOPLE.csv, line 3, {column}: " in error.message


def test_a_deposit_is_one_of_the_ladder(tmp_path: Path) -> None:
    people = f"{HEADER},attr:cohort_a\nAnn,1,50,2029\nBob,1,51,\n"
    error = refused(tmp_path, WHOLE, people)
    assert error.code == "people-file.deposit"
    assert (
        "line 3, deposit: is 51: the terms allow deposits of 50, 500" in error.message
    )


def test_amounts_are_said_in_the_currency_of_the_terms(tmp_path: Path) -> None:
    terms = f'{PLAIN}currency = "EUR"\ndecimals = 2\ndeposits = [50, 500]\n'
    people = "Ann;1;50,00\nBob;1;€ 51\nCat;1;500\n"
    error = refused(tmp_path, terms, f"{HEADER.replace(',', ';')}\n{people}")
    assert "is 51.00 EUR: the terms allow deposits of 50.00 EUR, 500" in error.message


def test_all_rows_that_do_not_fit_are_named(tmp_path: Path) -> None:
    people = f"{HEADER},tier,group\nAnn,1,7,gold,we\nBob,1,7,,\nCat,1,7,,we\n"
    error = refused(tmp_path, PLAIN, people)
    found = [(e.line, e.field) for e in (error, *error.more)]
    assert found == [(2, "group"), (2, "tier"), (4, "group")]


def test_a_tier_is_one_of_the_terms(tmp_path: Path) -> None:
    people = f"{HEADER},tier,attr:cohort_a\nAnn,1,500,glod,2029\n"
    error = refused(tmp_path, WHOLE, people)
    assert error.code == "people-file.tier"
    assert "line 2, tier: " in error.message
    assert "did you mean gold?" in error.message


def test_somebody_has_what_is_required(tmp_path: Path) -> None:
    error = refused(tmp_path, WHOLE, f"{HEADER}\nAnn,1,50\n")
    assert error.code == "terms-file.requires"
    assert "TERMS.toml, line 18, pool[2].requires.cohort_a: " in error.message
    assert "add a column attr:cohort_a" in error.message
    error = refused(tmp_path, WHOLE, f"{HEADER},attr:cohort_b\nAnn,1,50,2029\n")
    assert "did you mean cohort_b?" in error.message


GRADES = f"{PLAIN}requires = {{grade = GRADE}}\n"
LISTED = f"{HEADER},attr:grade,attr:town\nAnn,1,7,8,x\nBob,1,7,9,y\nCat,1,7,,y\n"


@pytest.mark.parametrize(
    ("terms", "place", "problem"),
    [
        (
            GRADES.replace("GRADE", '["7-9"]'),
            "line 6, requires.grade",
            "nobody on the list has grade '7-9': write a range as 7..9",
        ),
        (
            GRADES.replace("GRADE", '"10..12"'),
            "line 6, requires.grade",
            "has grade '10', '11', '12': the list has '8', '9'",
        ),
        (
            GRADES.replace("GRADE", '"8", town = "y"'),
            "line 6, requires",
            "nobody on the list has all that it names",
        ),
        (
            GRADES.replace("GRADE", '["8..9"]') + 'excludes = {town = ["x", "y"]}\n',
            "line 7, excludes",
            "keeps out everybody on the list, of those whom requires lets in",
        ),
        (
            f'{PLAIN}excludes = {{town = ["x", "y"]}}\n',
            "line 6, excludes",
            "keeps out everybody on the list: correct terms or list",
        ),
    ],
)
def test_somebody_can_enter_each_pool(
    tmp_path: Path, terms: str, place: str, problem: str
) -> None:
    error = refused(tmp_path, terms, LISTED)
    key = place.rpartition(" ")[2].partition(".")[0]
    assert error.code == f"terms-file.{key}"
    assert f"TERMS.toml, {place}: " in error.message
    assert problem in error.message


def test_who_has_no_value_is_not_excluded(tmp_path: Path) -> None:
    check(tmp_path, f'{PLAIN}excludes = {{grade = ["8", "9"]}}\n', LISTED)


def test_the_top_level_form_is_named_as_it_is_written(tmp_path: Path) -> None:
    terms = f'{PLAIN}requires.region = ["FR"]\n'
    error = refused(tmp_path, terms, f"{HEADER}\nAnn,1,50\n")
    assert "TERMS.toml, line 6, requires.region: " in error.message


@pytest.mark.thorough
def test_bids_open_when_nobody_can_void_the_sale_any_more(tmp_path: Path) -> None:
    people = f"{HEADER},attr:cohort_a\nAnn,1,50,2029\n"
    first = WITHIN
    while time_of_round(QUICKNET, first - 1) > TIMES.drawn_from:
        first -= 1
    for number in (first, WITHIN, 2**40):
        check(tmp_path, WHOLE.replace("ROUND", str(number)), people)
    for number in (1, first - 1):
        error = refused(tmp_path, WHOLE.replace("ROUND", str(number)), people)
        assert error.code == "terms-file.bids"
        assert "line 6, bids.round: " in error.message
        assert error.message.endswith(f"the first is {first}")


def test_a_round_of_the_own_clock_counts_from_the_opening(tmp_path: Path) -> None:
    people = f"{HEADER},attr:cohort_a\nAnn,1,50,2029\n"
    own = WHOLE.replace("quicknet", "own")
    check(tmp_path, own.replace("ROUND", "1272"), people)
    check(tmp_path, own.replace("ROUND", "11404801"), people)
    for number, hint in (
        (1271, "the first is 1272"),
        (11_404_802, "the last is 11404801"),
    ):
        error = refused(tmp_path, own.replace("ROUND", str(number)), people)
        assert error.message.endswith(hint)
