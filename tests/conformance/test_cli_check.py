"""``fairlot check``: nobody drops out of a sale unseen (specs/check.md)."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from command import Ran, fairlot, write_inputs
from fairlot.deposit.puzzle import answer_key
from fairlot.inputs.finding import FindingCode
from fairlot.rehearsal.examples import NAMES, load_example
from fairlot.text import printable

LOTTERY = (
    'title = "Ball"\nasset = "seat"\nsupply = 9\nmechanism = "lottery"\nprice = 50\n'
)
PLAIN = "person,wants,deposit\n"
CAMP = f"""\
title = "Camp"
asset = "place"
deposits = [10, 50, 100, 500]
[[pool]]
name = "sponsors"
mechanism = "tiers"
tiers = [{{name = "gold", price = 500, supply = 1}}]
[[pool]]
name = "sure"
mechanism = "auction"
supply = 2
price = 60
[[pool]]
name = "finders"
mechanism = "lottery"
supply = 5
price = 50
puzzle = "{answer_key("owl").public.hex()}"
requires = {{grade = ["7", "8", "9", "10"]}}
[[pool]]
name = "younger"
mechanism = "lottery"
supply = 40
price = 50
group_max = 3
requires = {{grade = ["7", "8", "9"]}}
[[pool]]
name = "older"
mechanism = "lottery"
supply = 40
price = 50
group_max = 3
requires = {{grade = ["10", "12", "2029-03-01"]}}
[[pool]]
name = "dates"
mechanism = "choices"
options = [{{name = "july", price = 60, supply = 2}}, {{name = "may", price = 50, supply = 2}},
  {{name = "june", price = 50, supply = 1}}]
group_max = 2
requires = {{grade = "6"}}
"""
COLUMNS = (
    "person,wants,deposit,group,bid,tier,solution,attr:grade,attr:points,choices\n"
)
FAULTS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("Case,1,50,,,,,Grade 7,", {"Case": "left-out value-unlisted disclosed-few"}),
    ("Zero,1,50,,,,,08,", {"Zero": "left-out value-unlisted disclosed-few"}),
    ("None,1,50,,,,,,", {"None": "left-out disclosed-few"}),
    ("Date,1,50,,,,,1.3.2029,", {"Date": "left-out value-unlisted disclosed-few"}),
    ("Short,1,10,,,,,7,", {"Short": "left-out"}),
    ("Nought,0,50,,,,,7,", {"Nought": "left-out"}),
    ("Above,1,100,,200,,,7,", {"Above": "bid-void"}),
    ("Below,1,100,,59,,,7,", {"Below": "bid-low"}),
    ("Dear,1,100,,,gold,,7,", {"Dear": "tier-void"}),
    ("Wrong,1,50,,,,owls,7,", {"Wrong": "answer-wrong"}),
    ("Useless,1,500,,,gold,owl,11,",
     {"Useless": "answer-unused value-unlisted disclosed-few"}),
    ("Lone,1,50,alone,,,,7,", {"Lone": "group-alone"}),
    ("Big 1,1,50,big,,,,7,\nBig 2,1,50,big,,,,7,\nBig 3,1,50,big,,,,7,\nBig 4,1,50,big,,,,7,",
     dict.fromkeys(("Big 1", "Big 2", "Big 3", "Big 4"), "group-large")),
    ("Pay 1,1,50,pay,,,,7,\nPay 2,1,10,pay,,,,7,",
     {"Pay 1": "group-short", "Pay 2": "left-out group-short"}),
    ("Spell 1,1,50,Room A,,,,7,\nSpell 2,1,50,Room A,,,,7,\nSpell 3,1,50,room a,,,,7,",
     {"Spell 1": "group-alike", "Spell 2": "group-alike",
      "Spell 3": "group-alike group-alone"}),
    ("Span 1,1,50,span,,,,9,\nSpan 2,1,50,span,,,,10,",
     {"Span 1": "group-split", "Span 2": "group-split"}),
    ("Many,4,50,,,,,7,", {"Many": "wants-ignored"}),
    ("Ann,1,50,,,,,7,\n\u0410nn,1,50,,,,,7,",
     {"Ann": "look-alike", "\u0410nn": "look-alike"}),
    ("\u202eevil,1,50,,,,,7,", {"\u202eevil": "name-hides"}),
    ("Points,1,50,,,,,7,4", {"Points": "attribute-unused"}),
    ("Over 1,1,50,,,,,6,,july>may\nOver 2,1,50,,,,,6,,july>may",
     {"Over 1": "choice-void disclosed-few", "Over 2": "choice-void disclosed-few"}),
    ("Only,1,100,,,,,6,,may>july", {"Only": "choices-alone disclosed-few"}),
    ("Diff 1,1,100,diff,,,,6,,july\nDiff 2,1,100,diff,,,,6,,july>may",
     {"Diff 1": "choices-alone group-lists disclosed-few",
      "Diff 2": "group-lists disclosed-few"}),
)  # fmt: skip


def check(folder: Path, terms: str, people: str, *options: str) -> Ran:
    inputs = write_inputs(folder, terms, people)
    return fairlot("check", inputs.terms, inputs.people, *options)


def warnings(ran: Ran) -> list[dict[str, Any]]:
    assert (ran.code, ran.err) == (1, "")
    found: list[dict[str, Any]] = json.loads(ran.out)["warnings"]
    return found


def camp() -> str:
    """Return a list of 300: one fault of every kind, and people without any."""
    faults = [row for rows, _ in FAULTS for row in rows.split("\n")]
    grades = ("7", "8", "9", "10")
    others = ["Bidder,1,100,,70,,,7,", "Sponsor,1,500,,,gold,,7,"]
    others += ["Finder,1,50,,,,owl,7,"]
    children = range(300 - len(faults) - len(others))
    others += [f"Child {i},1,50,,,,,{grades[i % 4]}," for i in children]
    # Faults lie among the others, wherever a list may have them.
    for place, row in enumerate(faults):
        others.insert(11 * place % len(others), row)
    # Whoever has no list of choices has an empty cell.
    commas = COLUMNS.count(",")
    rows = (row + "," * (commas - row.count(",")) for row in others)
    return COLUMNS + "\n".join(rows) + "\n"


def expected_codes() -> dict[str, set[str]]:
    return {
        name: set(codes.split())
        for _, expected in FAULTS
        for name, codes in expected.items()
    }


def test_of_300_each_with_a_fault_is_named_with_the_reason(tmp_path: Path) -> None:
    found = warnings(check(tmp_path, CAMP, camp(), "--json"))
    told: dict[str, set[str]] = {}
    for each in found:
        for name in each["people"]:
            told.setdefault(name, set()).add(each["code"])
    assert told == expected_codes()
    of_terms = [each["sentence"] for each in found if not each["people"]]
    assert len(of_terms) == 3
    assert "'12'" in of_terms[0]
    assert "'2029-03-01'" in of_terms[1]
    assert of_terms[2] == "nobody lists these options of dates: june"


def test_the_text_names_each_with_the_reason_too(tmp_path: Path) -> None:
    ran = check(tmp_path, CAMP, camp())
    assert (ran.code, ran.err) == (1, "")
    told: dict[str, set[str]] = {}
    code = ""
    for line in ran.out.splitlines()[2:]:
        if re.fullmatch("[a-z-]+", line):
            code = line
        elif line.startswith("  ") and (
            names := re.match(r"  \d+ p\w+ \((.*?)\):", line)
        ):
            for name in names[1].split(", "):
                told.setdefault(name, set()).add(code)
    shown = {printable(who): codes for who, codes in expected_codes().items()}
    assert told == shown
    assert "did you mean '8'?" in ran.out


def test_every_kind_is_among_the_faults() -> None:
    kinds = {code for codes in expected_codes().values() for code in codes}
    of_terms = {"pool-empty", "value-unused", "option-unlisted"}
    of_terms |= {"collect-idle", "collect-unsold"}
    # One sale has bids of one kind, and no groups where points count: test_quantities.py
    # and the vectors of the chapter have the others.
    elsewhere = {"bid-cut", "points-void"}
    assert kinds | of_terms | elsewhere == {code.value for code in FindingCode}


def test_the_kinds_are_those_of_the_specification() -> None:
    chapter = Path(__file__).parents[2] / "specs" / "check.md"
    table = chapter.read_text("utf-8").split("## 3.")[1].split("## 4.")[0]
    assert re.findall(r"(?m)^\| `([a-z-]+)` \|", table) == [
        c.value for c in FindingCode
    ]


def test_nothing_to_say_is_said(tmp_path: Path) -> None:
    ran = check(tmp_path, LOTTERY, f"{PLAIN}Ann,1,50\n")
    assert (ran.code, ran.err) == (0, "")
    said, locked = ran.out.split("\n\n")
    assert said == "Nothing to say about 1 person."
    assert locked.startswith("Items are locked up for 13 days after the draw, ")
    assert (
        " sold, can take back what it won. 1 attester and the issuer give it " in locked
    )
    assert (
        json.loads(check(tmp_path, LOTTERY, f"{PLAIN}Ann,1,50\n", "--json").out)[
            "warnings"
        ]
        == []
    )


def test_what_is_refused_is_refused(tmp_path: Path) -> None:
    ran = check(tmp_path, LOTTERY, f"{PLAIN}Ann,1,x\n")
    assert (ran.code, ran.out) == (2, "")
    assert "people-file.number" in ran.err


def test_the_first_twenty_errors_of_a_list_are_shown_and_the_others_counted(
    tmp_path: Path,
) -> None:
    def lines(count: int) -> list[str]:
        rows = [f"P{i},{'x' if i % 2 else 1},5\n" for i in range(2 * count)]
        ran = check(tmp_path, LOTTERY, f"{PLAIN}{''.join(rows)}")
        assert (ran.code, ran.out) == (2, "")
        return ran.err.splitlines()

    said = lines(33)
    assert len(said) == 21
    for index, line in enumerate(said[:20]):
        assert f"people.csv, line {3 + 2 * index}, wants: must be" in line
    assert said[20] == "fairlot: and 13 more errors"
    assert len(lines(20)) == 20
    assert lines(21)[20:] == ["fairlot: and 1 more error"]


def test_all_rows_that_do_not_fit_the_terms_are_shown(tmp_path: Path) -> None:
    rows = "".join(f"P{i},1,50,{'gold' * (i % 2)},7\n" for i in range(4))
    ran = check(tmp_path, LOTTERY, f"{PLAIN.strip()},tier,bid\n{rows}")
    codes = [line.split()[1].strip(":") for line in ran.err.splitlines()]
    of_a_row = ["people-file.bid", "people-file.bid", "people-file.tier"]
    assert codes == 2 * of_a_row


@pytest.mark.thorough
def test_machines_get_all_names_and_people_the_first(tmp_path: Path) -> None:
    people = PLAIN + "".join(f"Poor {i},1,49\n" for i in range(3000))
    found = warnings(check(tmp_path, LOTTERY, people, "--json"))
    assert [each["code"] for each in found] == ["left-out", "pool-empty"]
    assert len(found[0]["people"]) == 3000
    text = check(tmp_path, LOTTERY, people).out
    assert "3000 people (Poor 0, Poor 1, " in text
    assert len(text) < 1000
    assert "no deposit reaches the price: the highest is 49, the price 50" in text


@pytest.mark.slow
def test_thousands_of_groups_are_told_in_a_few_lines(tmp_path: Path) -> None:
    rows = [f"P{i},1,{50 * (i % 2)},g{i // 2}\n" for i in range(4000)]
    terms = f"{LOTTERY}group_max = 2\n"
    ran = check(tmp_path, terms, f"{PLAIN.strip()},group\n{''.join(rows)}")
    assert ran.code == 1
    assert len(ran.out.splitlines()) < 60
    assert "and 1980 more, about 3960 people: see --json" in ran.out


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_what_its_file_lists(name: str, tmp_path: Path) -> None:
    example = load_example(name)
    (tmp_path / "terms.toml").write_bytes(example.terms)
    (tmp_path / "people.csv").write_bytes(example.people)
    ran = fairlot("check", tmp_path / "terms.toml", tmp_path / "people.csv")
    assert (ran.code, ran.err) == (int(bool(example.warnings)), "")
    if example.warnings:
        said, _, locked = ran.out.rpartition("\n\n")
        assert said.splitlines() == list(example.warnings)
        assert locked.startswith("Items are locked up for ")


def test_it_says_for_how_long_items_are_locked_and_who_recovers(tmp_path: Path) -> None:
    tables = (
        '[issuers]\nn = 7\nt = 2\nq_recover = 3\ncooling = "36 hours"\n'
        '[times]\ndetection = "4 days"\nlockup = "180 hours"\n'
    )
    said = check(tmp_path, f"{LOTTERY}{tables}", f"{PLAIN}Ann,1,50\n").out
    assert "locked up for 180 hours" in said
    assert "within 4 days" in said
    assert "3 attesters and 5 of 7 issuers give it back, after 36 hours in" in said
    assert "any 3 of the 7 issuers together can compute everybody's nyms" in said


def test_machines_get_lock_up_and_recovery_as_figures(tmp_path: Path) -> None:
    tables = (
        '[issuers]\nn = 7\nt = 2\nq_recover = 3\ncooling = "36 hours"\n'
        '[times]\ndetection = "4 days"\nlockup = "180 hours"\n'
    )
    ran = check(tmp_path, f"{LOTTERY}{tables}", f"{PLAIN}Ann,1,50\n", "--json")
    document = json.loads(ran.out)
    assert document["lockup"] == 180 * 3_600
    assert document["recovery"] == {
        "detection": 4 * 86_400,
        "cooling": 36 * 3_600,
        "attesters": 3,
        "issuers": 7,
        "signing": 5,
        "linking": 3,
    }


def test_the_price_of_one_issuer_is_said(tmp_path: Path) -> None:
    said = check(tmp_path, LOTTERY, f"{PLAIN}Ann,1,50\n").out
    assert "The price of that: the issuer can compute everybody's nyms" in said


def test_odds_and_run_say_it_and_go_on(tmp_path: Path) -> None:
    people = f"{PLAIN}Ann,1,50\nBob,1,49\n"
    terms = f"{LOTTERY}[beacon]\ncontributors = 1\ndelay = 1\n"
    inputs = write_inputs(tmp_path, terms, people)
    warned = "warning: left-out: 1 person (Bob): can get nothing"
    odds = fairlot("odds", inputs.terms, inputs.people)
    assert (odds.code, odds.err) == (0, "")
    assert odds.out.startswith(warned)
    document = fairlot("odds", inputs.terms, inputs.people, "--json")
    assert (document.code, document.err) == (0, "")
    assert json.loads(document.out)["warnings"][0]["people"] == ["Bob"]
    run = fairlot("run", inputs.terms, inputs.people, "--out", tmp_path / "out")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith(warned)


def test_amounts_are_told_in_the_currency(tmp_path: Path) -> None:
    terms = f'{LOTTERY}currency = "EUR"\ndecimals = 2\n'
    found = warnings(check(tmp_path, terms, f"{PLAIN}Ann,1,49\n", "--json"))
    assert [each["code"] for each in found] == ["left-out", "pool-empty"]
    assert "main (50.00 EUR)" in found[0]["sentence"]
    assert "the price 50.00 EUR" in found[1]["sentence"]


def test_an_answer_where_there_is_no_puzzle_is_told(tmp_path: Path) -> None:
    terms = f"{LOTTERY}[beacon]\ncontributors = 1\ndelay = 1\n"
    inputs = write_inputs(tmp_path, terms, f"{PLAIN.strip()},solution\nAnn,1,50,owl\n")
    found = warnings(fairlot("check", inputs.terms, inputs.people, "--json"))
    assert [(each["code"], each["people"]) for each in found] == [
        ("answer-unused", ["Ann"])
    ]
    run = fairlot("run", inputs.terms, inputs.people, "--out", tmp_path / "out")
    assert (run.code, run.err) == (0, "")
