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
