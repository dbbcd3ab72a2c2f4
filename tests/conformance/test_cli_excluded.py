"""A sale for those who did not win last time, rehearsed, audited and looked at."""

import csv
import json
from pathlib import Path

import pytest

from command import Inputs, fairlot, write_inputs

TERMS = """\
title = "Summer school"
asset = "place"
currency = "EUR"
decimals = 2
[[pool]]
name = "younger"
mechanism = "lottery"
supply = 3
price = 0
group_max = 3
requires = {grade = "7..9"}
excludes = {won = ["2028", "2029", "2030"]}
[[pool]]
name = "older"
mechanism = "lottery"
supply = 4
price = 0
group_max = 3
requires = {grade = ["10..12"]}
[beacon]
contributors = 1
delay = 1
"""
PEOPLE = """\
person,wants,deposit,group,attr:grade,attr:won
Mina,1,0,siblings,9,
Oskar,1,0,siblings,10,
Pia,1,0,trio,8,
Quin,1,0,trio,8,2029
Rui,1,0,trio,7,
Sol,1,0,,7,2019
Tom,1,0,,12,2028
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    return write_inputs(tmp_path, TERMS, PEOPLE)


def test_chances_are_those_of_whoever_may_enter(inputs: Inputs) -> None:
    """Four for three places: the two who are left of three friends go together."""
    ran = fairlot("odds", inputs.terms, inputs.people, "--json")
    assert (ran.code, ran.err) == (0, "")
    younger, older = json.loads(ran.out)["pools"]
    found = {p["who"]: p["expected"] for p in younger["people"]}
    # Of a pair and two singles for three, the pair and one or both singles win.
    assert found == dict.fromkeys(("Mina", "Pia", "Rui", "Sol"), "2/3")
    assert {p["who"]: p["expected"] for p in older["people"]} == {
        "Oskar": "1",
        "Tom": "1",
    }


def test_whoever_is_excluded_is_named(inputs: Inputs) -> None:
    ran = fairlot("check", inputs.terms, inputs.people, "--json")
    left_out = [w for w in json.loads(ran.out)["warnings"] if w["code"] == "left-out"]
    assert [w["people"] for w in left_out] == [["Quin"]]
    assert "the won is excluded in younger" in left_out[0]["sentence"]


@pytest.mark.slow
def test_the_sale_is_played_and_holds(inputs: Inputs, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = fairlot("run", inputs.terms, inputs.people, "--out", out, "--seed", "07" * 32)
    assert (ran.code, ran.err) == (0, "")
    audit = fairlot("audit", out / "transcript.fairlot", "--rehearsal")
    assert (audit.code, audit.err) == (0, "")
    with (out / "nyms.csv").open(encoding="utf-8", newline="") as file:
        nyms = {row["person"]: row["nym"] for row in csv.DictReader(file)}
    with (out / "allocation.csv").open(encoding="utf-8", newline="") as file:
        units = {row["nym"]: int(row["units"]) for row in csv.DictReader(file)}
    got = {person: units[nym] for person, nym in nyms.items()}
    assert (got["Quin"], got["Oskar"], got["Tom"]) == (0, 1, 1)
    assert got["Pia"] == got["Rui"]
    words = ("inspect", out / "transcript.fairlot", "--nym", nyms["Quin"])
    assert "pool younger: the won is excluded" in fairlot(*words).out
    bars = json.loads(fairlot(*words, "--json").out)["left_out"]
    assert ("younger", "attribute-excluded", "won") in [
        (bar["pool"], bar["why"], bar["attribute"]) for bar in bars
    ]
