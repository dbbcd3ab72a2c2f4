"""``fairlot odds``: chances for people and machines, before anything is drawn."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from command import PEOPLE, TERMS, Ran, fairlot, write_inputs

BALL = """\
title = "Ball"
asset = "ticket"
deposits = [10, 90]
[bids]
clock = "CLOCK"
round = ROUND
[[pool]]
name = "sure"
mechanism = "auction"
supply = 1
price = 20
unsold = "friends"
[[pool]]
name = "guests"
mechanism = "lottery"
supply = 1
price = 10
requires = {region = ["north"]}
[[pool]]
name = "friends"
mechanism = "lottery"
supply = 4
price = 10
unsold = "rest"
group_max = 1
[[pool]]
name = "rest"
mechanism = "equal-share"
supply = 2
price = 5
again = true
"""
DANCERS = """\
person,wants,deposit,bid,attr:region
Ann,1,90,60,
Bob,1,90,40,
Cat,1,10,,north
Dan,1,10,,north
Eve,1,10,,
Fay,1,10,,
Gus,1,10,,
"""
"""Ann gets the sure one for 40; Cat or Dan the guests'; five are left for four."""
OWN = BALL.replace("CLOCK", "own").replace("ROUND", "1275")
QUICKNET = BALL.replace("CLOCK", "quicknet").replace("ROUND", "66885490")


def odds(folder: Path, *options: str, terms: str = OWN, people: str = DANCERS) -> Ran:
    inputs = write_inputs(folder, terms, people)
    return fairlot("odds", inputs.terms, inputs.people, *options)


def document(ran: Ran) -> list[dict[str, Any]]:
    assert (ran.code, ran.err) == (0, "")
    pools: list[dict[str, Any]] = json.loads(ran.out)["pools"]
    return pools


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return document(odds(tmp_path_factory.mktemp("odds"), "--json"))


def test_the_document_has_the_keys_of_the_specification(
    pools: list[dict[str, Any]],
) -> None:
    specs = Path(__file__).parents[2] / "specs"
    chapter = (specs / "command-line.md").read_text(encoding="utf-8")
    section = chapter.split("fairlot odds ")[1].split("\n## ")[0]
    for pool in pools:
        assert all(f"`{key}`" in section for key in pool)
        for person in pool["people"]:
            assert all(f"`{key}`" in section for key in person)


def test_who_bids_highest_is_certain(pools: list[dict[str, Any]]) -> None:
    sure = pools[0]
    assert (sure["pool"], sure["mechanism"], sure["supply"]) == ("sure", "auction", 1)
    assert sure["exact"]
    assert sure["expected_unsold"] == "0"
    people = {person["who"]: person for person in sure["people"]}
    assert people["Ann"]["least"] == 1
    assert {people[who]["expected"] for who in people if who != "Ann"} == {"0"}


def test_only_those_of_the_region_enter(pools: list[dict[str, Any]]) -> None:
    guests = pools[1]
    assert [person["who"] for person in guests["people"]] == ["Cat", "Dan"]
    assert {p["chance_of_one_more"] for p in guests["people"]} == {"1/2"}
    assert guests["entering"] == [2, 2]


def test_what_depends_on_a_draw_is_a_rule(pools: list[dict[str, Any]]) -> None:
    friends = pools[2]
    assert (friends["exact"], friends["depends_on"]) == (False, ["guests"])
    assert friends["entering"] == [5, 5]
    assert friends["expected_unsold"] is None
    assert Fraction(friends["chance_of_whoever_enters"]) == Fraction(4, 5)
    names = [person["who"] for person in friends["people"]]
    assert names == ["Bob", "Cat", "Dan", "Eve", "Fay", "Gus"]
    rest = pools[3]
    assert rest["chance_of_whoever_enters"] is None
    assert set(rest["depends_on"]) <= {"guests", "friends"}


def test_people_read_the_same_fractions(tmp_path: Path) -> None:
    ran = odds(tmp_path)
    assert (ran.code, ran.err) == (0, "")
    pools = ran.out.split("Pool ")[1:]
    assert [pool.split(":")[0] for pool in pools] == [
        "sure",
        "guests",
        "friends",
        "rest",
    ]
    lines = [line.split() for line in pools[1].splitlines()]
    assert ["Dan", "0", "1/2", "(50.0", "%)"] in lines
    assert "it depends on the draw of “guests”" in pools[2]
    assert "the chance 4/5" in pools[2]
    assert "may enter: Bob, Cat, Dan, Eve, Fay, Gus\n" in pools[2]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["people.csv", "terms.toml"]


def test_shares_are_stated_to_the_unit(tmp_path: Path) -> None:
    """Four units are wanted and three are there: one each for Zoé, Bob, Ann."""
    (pool,) = document(odds(tmp_path, "--json", terms=TERMS, people=PEOPLE))
    least = {person["who"]: person["least"] for person in pool["people"]}
    assert least == {"Zoé": 1, 'Bob, the "Great"': 1, "Ann": 1, "Nil": 0, "Poor": 0}
    assert {person["chance_of_one_more"] for person in pool["people"]} == {"0"}


def test_a_sale_for_quicknet_can_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    own = odds(tmp_path / "own", "--json")
    assert document(odds(tmp_path, "--json", terms=QUICKNET)) == document(own)


@pytest.mark.parametrize(
    ("terms", "people", "code", "place"),
    [
        ("", DANCERS, "terms-file.empty", "terms.toml"),
        (OWN, "", "people-file.empty", "people.csv"),
        (
            OWN,
            DANCERS + "Ann,1,10,,\n",
            "people-file.duplicate",
            "line 9",
        ),
        (OWN.replace('"rest"', '"rset"', 1), DANCERS, "terms-file.pools", "pool[3]"),
        (OWN, DANCERS.replace("Eve,1,10", "Eve,1,11"), "people-file.deposit", "line 6"),
        (TERMS, DANCERS, "people-file.bid", "line 2, bid"),
        (
            OWN.replace("north", "n").replace("region", "area"),
            DANCERS,
            "terms-file.requires",
            "pool[2]",
        ),
        (OWN.replace("1275", "1"), DANCERS, "terms-file.bids", "bids.round"),
    ],
)
def test_bad_files_are_refused_as_run_refuses_them(
    tmp_path: Path, terms: str, people: str, code: str, place: str
) -> None:
    ran = odds(tmp_path, terms=terms, people=people)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"fairlot: {code}")
    assert place in ran.err
    out = tmp_path / "out"
    files = (tmp_path / "terms.toml", tmp_path / "people.csv")
    run = fairlot("run", *files, "--out", out)
    assert (run.code, run.err) == (2, ran.err)
    assert not out.exists()


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    odd = DANCERS.replace("Dan", "\u202eDan")
    ran = odds(tmp_path, people=odd)
    assert "\u202e" not in ran.out
    assert "\\u202eDan" in ran.out


HOMES = """\
title = "Affordable homes"
asset = "home"
[[pool]]
name = "low-income"
mechanism = "lottery"
supply = 2
price = 0
unsold = "standard"
requires = {income = ["low"]}
[[pool]]
name = "standard"
mechanism = "lottery"
supply = 3
price = 0
"""
APPLICANTS = "person,wants,deposit,attr:income\n" + "".join(
    f"{'Low' if number < 6 else 'Std'} {number},1,0,{'low' if number < 6 else ''}\n"
    for number in range(14)
)


def test_chances_over_all_pools_are_added_up(tmp_path: Path) -> None:
    """Six of fourteen draw first for 2, then twelve for 3: 1/2 for them, 1/4 for others."""
    ran = odds(tmp_path, "--json", terms=HOMES, people=APPLICANTS)
    whole = json.loads(ran.out)["whole_sale"]
    assert whole["exact"]
    chances = {row["who"]: (row["chance"], row["expected"]) for row in whole["people"]}
    assert list(chances.values()) == [("1/2", "1/2")] * 6 + [("1/4", "1/4")] * 8
    said = odds(tmp_path, terms=HOMES, people=APPLICANTS).out
    table = said.split("The whole sale\n")[1]
    rows = [line.split() for line in table.splitlines()]
    assert ["Low", "0", "1/2", "(50.0", "%)"] in rows
    assert ["Std", "13", "1/4", "(25.0", "%)"] in rows
    assert "units on average" not in table


def test_units_on_average_are_told_where_people_can_get_several(tmp_path: Path) -> None:
    """A chair for each of two, and a third by lot to whoever wants another."""
    terms = HOMES.split("[[pool]]", maxsplit=1)[0] + (
        '[[pool]]\nname = "one"\nmechanism = "equal-share"\nsupply = 2\nprice = 0\n'
        '[[pool]]\nname = "two"\nmechanism = "lottery"\nsupply = 1\nprice = 0\n'
        "again = true\n"
    )
    people = "person,wants,deposit\nAnn,2,0\nBob,2,0\n"
    table = odds(tmp_path, terms=terms, people=people).out.split("The whole sale\n")[1]
    rows = [line.split() for line in table.splitlines()]
    assert ["Ann", "1", "3/2", "(1.50)"] in rows
    assert ["who", "chance", "of", "a", "unit", "units", "on", "average"] in rows


def test_one_pool_needs_no_second_table(tmp_path: Path) -> None:
    assert "whole sale" not in odds(tmp_path, terms=TERMS, people=PEOPLE).out
    ran = odds(tmp_path, "--json", terms=TERMS, people=PEOPLE)
    people = json.loads(ran.out)["whole_sale"]["people"]
    assert [row["chance"] for row in people] == ["1", "1", "1", "0", "0"]


def test_what_passes_on_is_told_without_counting_anybody_twice(tmp_path: Path) -> None:
    pools = [
        f'[[pool]]\nname = "bucket-{i}"\nmechanism = "lottery"\nprice = 0\n'
        f'supply = {int(i == 1)}\nrequires = {{bucket = ["{i}"]}}\n'
        + (f'unsold = "bucket-{i + 1}"\n' if i < 3 else "")
        for i in (1, 2, 3)
    ]
    people = "person,wants,deposit,attr:bucket\nK,1,0,2\nL,1,0,2\nM,1,0,3\n"
    terms = HOMES.split("[[pool]]", maxsplit=1)[0] + "".join(pools)
    ran = odds(tmp_path, "--json", terms=terms, people=people)
    whole = json.loads(ran.out)["whole_sale"]["people"]
    assert [row["chance"] for row in whole] == ["1/2", "1/2", "0"]
    said = odds(tmp_path, terms=terms, people=people).out
    third = said.split("Pool bucket-3")[1].split("\n\n")[0].splitlines()
    assert third[1:] == [
        "  No unit is for sale",
        "  expected to be left: 0",
        "  1 person cannot get a unit here",
    ]


MECHANISMS = {
    "lottery": "",
    "equal-share": "",
    "quadratic": "cap = 3\n",
    "certain": "certain = 1\n",
    "auction": "",
}


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("supply", [3, 2])
def test_no_sentence_is_about_nobody(
    tmp_path: Path, mechanism: str, supply: int
) -> None:
    """Whoever deposits euros where the price is in cents can pay for nothing."""
    kind = "lottery" if mechanism == "certain" else mechanism
    bids = 'deposits = [450]\n[bids]\nclock = "own"\nround = 1275\n'
    takes_bids = mechanism in ("certain", "auction")
    pool = (
        f'[[pool]]\nname = "main"\nmechanism = "{kind}"\nsupply = {supply}\n'
        f"price = 45000\n{MECHANISMS[mechanism]}"
    )
    head = 'title = "Ball"\nasset = "ticket"\n'
    terms = head + (bids if takes_bids else "") + pool
    people = "person,wants,deposit\nAnn,1,450\nBob,1,450\n"
    said = odds(tmp_path, terms=terms, people=people).out
    assert "Everybody" not in said
    assert "veryone" not in said
    assert "everybody gets" not in said
    assert "2 people cannot get a unit here" in said
    nobody = (
        "There is no bid that counts"
        if mechanism == "auction"
        else "There is nobody who wants a unit and can pay for it"
    )
    assert nobody in said


def test_equal_bids_have_not_been_drawn_yet(tmp_path: Path) -> None:
    people = DANCERS.replace("Bob,1,90,40", "Bob,1,90,60")
    said = odds(tmp_path, people=people).out
    assert "Of 2 equal bids of 60, 1 wins by lot" in said
    assert "chose" not in said


@pytest.mark.slow
def test_a_fraction_that_is_too_long_is_rounded_down(tmp_path: Path) -> None:
    """Half of 2,000 win; how many losers are from the north has hundreds of digits."""
    terms = HOMES.split("[[pool]]", maxsplit=1)[0] + (
        '[[pool]]\nname = "all"\nmechanism = "lottery"\nsupply = 1000\nprice = 0\n'
        '[[pool]]\nname = "north"\nmechanism = "lottery"\nsupply = 499\nprice = 0\n'
        'requires = {region = ["north"]}\n'
    )
    people = "person,wants,deposit,attr:region\n" + "".join(
        f"P{number},1,0,{'north' if number < 1000 else ''}\n" for number in range(2000)
    )
    ran = odds(tmp_path, "--json", terms=terms, people=people)
    whole = json.loads(ran.out)["whole_sale"]
    assert whole["exact"]
    rounded = whole["people"][0]["chance"]
    assert rounded.startswith("~0.9")
    assert len(rounded) == len("~0.") + 12
    assert whole["people"][-1]["chance"] == "1/2"
    said = odds(tmp_path, terms=terms, people=people).out.split("The whole sale")[1]
    assert f"about {rounded[3:5]}.{rounded[5]} %" in said


def groups(terms: str, sizes: list[int]) -> tuple[str, str]:
    """Return terms and a list with groups of these sizes; a single is a group of 1."""
    rows = [
        f"P{group}-{member},1,1000,{f'group {group}' if size > 1 else ''}\n"
        for group, size in enumerate(sizes)
        for member in range(size)
    ]
    return terms, "person,wants,deposit,group\n" + "".join(rows)


BEDS = """\
title = "Beds"
asset = "bed"
supply = 8
mechanism = "lottery"
price = 1000
group_max = 4
"""
PERMITS = BEDS.replace("supply = 8", "supply = 10").replace("max = 4", "max = 6")


@pytest.mark.parametrize(
    ("sale", "chance"),
    [
        (groups(BEDS, [4, *[1] * 12]), "1/2"),
        (groups(PERMITS, [4] * 6), "1/3"),
        (groups(PERMITS, [6, 4, 2, 2]), "2/3"),
        (groups(PERMITS, [*[2] * 11, 1]), "5/12"),
    ],
    ids=["one-group", "fours", "mixed", "pairs-and-one"],
)
def test_groups_and_singles_have_one_chance(
    tmp_path: Path, sale: tuple[str, str], chance: str
) -> None:
    terms, people = sale
    (pool,) = document(odds(tmp_path, "--json", terms=terms, people=people))
    assert {row["expected"] for row in pool["people"]} == {chance}


@pytest.mark.long
def test_a_list_of_a_hundred_thousand(tmp_path: Path) -> None:
    """A half marathon: 30,000 of them in groups of three, 12,000 places, 3/25 for each."""
    terms = BEDS.replace("supply = 8", "supply = 12000")
    sizes = [3] * 10_000 + [1] * 70_000
    terms, people = groups(terms, sizes)
    ran = odds(tmp_path, "--json", terms=terms, people=people)
    (pool,) = document(ran)
    assert len(pool["people"]) == 100_000
    assert {row["expected"] for row in pool["people"]} == {"3/25"}
    assert pool["rule"][-1] == "No equal chance is greater: every unit is sold"
    whole = json.loads(ran.out)["whole_sale"]["people"]
    assert {row["chance"] for row in whole} == {"3/25"}
    said = odds(tmp_path, terms=terms, people=people)
    assert (said.code, said.out.count("3/25 (12.0 %)\n")) == (0, 100_000)


@pytest.mark.slow
def test_the_last_bad_row_of_a_long_list_is_named(tmp_path: Path) -> None:
    terms, people = groups(BEDS, [1] * 100_000)
    bad = odds(tmp_path, terms=terms, people=people + "Late,1,1e3,\n")
    assert bad.code == 2
    assert "line 100002" in bad.err
    twice = odds(tmp_path, terms=terms, people=people + "P0-0,1,1000,\n")
    assert twice.code == 2
    assert "line 100002" in twice.err
    assert "line 2" in twice.err
