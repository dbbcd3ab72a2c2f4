"""What sellers and organisers reported in public: each gives what was worked out by hand.

The inputs lie in ``tests/cases``. Each test names where such a case was reported. What needs a
mechanism that there is not (withdrawal) is refused, or said to be ignored.
"""

import csv
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from command import Ran, fairlot

CASES = Path(__file__).parents[1] / "cases"


def case(folder: str, terms: str, people: str, *words: str) -> Ran:
    command, *options = words
    files = CASES / folder / terms, CASES / folder / people
    return fairlot(command, *files, *options)


def chances(folder: str, terms: str, people: str) -> list[dict[str, Fraction]]:
    """Return, pool by pool, everybody's expected units by name."""
    ran = case(folder, terms, people, "odds", "--json")
    assert (ran.code, ran.err) == (0, "")
    pools = json.loads(ran.out)["pools"]
    return [
        {p["who"]: Fraction(p["expected"]) for p in pool["people"] if "expected" in p}
        for pool in pools
    ]


def told(folder: str, terms: str, people: str) -> Mapping[str, list[dict[str, Any]]]:
    """Return what a check says, by its code."""
    ran = case(folder, terms, people, "check", "--json")
    assert (ran.code, ran.err) in ((0, ""), (1, ""))
    found: dict[str, list[dict[str, Any]]] = {}
    for warning in json.loads(ran.out)["warnings"]:
        found.setdefault(warning["code"], []).append(warning)
    return found


def refused(folder: str, terms: str, people: str) -> str:
    ran = case(folder, terms, people, "check")
    assert (ran.code, ran.out) == (2, "")
    return ran.err


# 01: bardsoftware/ganttproject#1634, AzureStorageExplorer#3136: what a spreadsheet adds.
PADDING = ("01-excel-padding", "TERMS.toml")


@pytest.mark.parametrize(
    "people",
    [
        "a-comma-rows-at-end.csv",
        "b-empty-columns.csv",
        "c-comma-row-in-middle.csv",
        "e-blank-after-name.csv",
        "f-capital-header.csv",
        "h-ctrl-z.csv",
    ],
)
def test_padding_changes_nobodys_chance(people: str) -> None:
    (pool,) = chances(*PADDING, people)
    names = ("Ingrid Sæther", "Tomás Ó Briain", "Wu Li")
    assert pool == dict.fromkeys(names, Fraction(2, 3))
    assert told(*PADDING, people) == {}


def test_short_rows_and_own_columns_are_refused_with_what_to_do() -> None:
    error = refused(*PADDING, "d-short-rows.csv")
    assert error.count("people-file.columns") == 2, "all the rows in one go"
    assert "write empty cells too (here group)" in error
    error = refused(*PADDING, "g-own-columns.csv")
    assert "unknown column 'email': name it in keep under [people]" in error


# 02: firefly-iii#4106, fast-excel#327, PowerShell#7776, commonsbooking#467: European lists.
EUROPE = ("02-euro-excel", "TERMS.toml")


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("a-sep-line.csv", "write 45000"),
        ("b-semicolons.csv", "write 145000"),
        ("d-decimal-comma.csv", "write 145000"),
        ("e-decimal-point.csv", "write 45000"),
        ("f-thousands.csv", "write 45000"),
        ("g-exponent.csv", "show the column without exponents"),
        ("h-cp1252.csv", "is not UTF-8"),
        ("j-euro-sign.csv", "set currency and decimals"),
        ("l-line-break-in-cell.csv", "holds a line break"),
    ],
)
def test_a_european_list_is_refused_for_its_true_cause(
    people: str, expected: str
) -> None:
    assert expected in refused(*EUROPE, people)


@pytest.mark.parametrize("people", ["c-sep-comma.csv", "i-utf16.csv", "k-old-mac.csv"])
def test_a_list_in_another_form_is_read_as_meant(people: str) -> None:
    (pool,) = chances(*EUROPE, people)
    assert set(pool.values()) == {1}
    assert told(*EUROPE, people) == {}


# 03: Notifuse#223, openreview-web#781, lute-v3#612, TheCombine#3713, bloom#902.
TWICE = ("03-same-person-twice", "TERMS.toml")


def test_one_person_in_eleven_spellings_has_no_eleven_chances() -> None:
    error = refused(*TWICE, "a-ten-spellings.csv")
    lines = [int(line) for line in re.findall(r"csv, line (\d+), person", error)]
    assert lines == [3, 4, 5, 6, 7, 8, 9, 11, 12], "the ninth has other letters"
    assert error.count("on line 2") == 9


def test_the_spelling_in_other_letters_is_told(tmp_path: Path) -> None:
    rows = (CASES / TWICE[0] / "a-ten-spellings.csv").read_text("utf-8").splitlines()
    people = tmp_path / "people.csv"
    people.write_text("\n".join([*rows[:2], rows[9], rows[-1]]), encoding="utf-8")
    ran = fairlot("check", CASES / TWICE[0] / TWICE[1], people, "--json")
    (warning,) = json.loads(ran.out)["warnings"]
    assert (warning["code"], len(warning["people"])) == ("look-alike", 2)


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ("b-nfd.csv", "people-file.duplicate"),
        ("c-exact-duplicate.csv", "people-file.duplicate"),
        ("d-invisible-only.csv", "people-file.person"),
    ],
)
def test_the_same_name_and_no_name_are_refused(people: str, code: str) -> None:
    assert code in refused(*TWICE, people)


# 05: firefly-iii/firefly-iii#4106, dannymcc/may#244: another unit of money.
UNITS = ("05-unit-mismatch", "TERMS.toml")


@pytest.mark.parametrize(
    ("people", "names", "highest"),
    [
        ("a-all-in-euros.csv", ["Ada", "Bo", "Cy", "Di"], 450),
        ("c-nobody-paid-yet.csv", ["Ada", "Bo", "Cy", "Di", "Ed"], 0),
    ],
)
def test_nobody_reaches_the_price(people: str, names: list[str], highest: int) -> None:
    found = told(*UNITS, people)
    assert found["left-out"][0]["people"] == names
    expected = f"the highest is {highest}, the price 45000"
    assert expected in found["pool-empty"][0]["sentence"]
    odds = case(*UNITS, people, "odds")
    assert odds.code == 0
    assert "Everybody wins" not in odds.out
    assert f"warning: left-out: {len(names)} people (Ada, Bo, Cy, Di" in odds.out


def test_the_one_who_deposits_in_another_unit_is_named() -> None:
    found = told(*UNITS, "b-one-in-euros.csv")
    assert [(code, w[0]["people"]) for code, w in found.items()] == [
        ("left-out", ["Bo"])
    ]
    (pool,) = chances(*UNITS, "b-one-in-euros.csv")
    assert {name: chance for name, chance in pool.items() if chance} == dict.fromkeys(
        ("Ada", "Cy", "Di", "Ed"), Fraction(3, 4)
    )


def test_with_a_currency_terms_and_list_are_in_one_unit() -> None:
    terms = UNITS[0], "TERMS-euros.toml"
    assert told(*terms, "a-all-in-euros.csv") == {}
    (pool,) = chances(*terms, "a-all-in-euros.csv")
    assert set(pool.values()) == {Fraction(3, 4)}
    found = told(*terms, "c-nobody-paid-yet.csv")
    expected = "the highest is 0.00 EUR, the price 450.00 EUR"
    assert expected in found["pool-empty"][0]["sentence"]


# 06: magfest/ubersystem#4489, learning-unlimited/ESP-Website PR 2960: groups.
HOTEL = ("06-hotel-groups", "TERMS.toml")
ROOM = ["Ava", "Bill", "Cora", "Dov"]


def test_a_group_of_four_has_the_chance_of_singles() -> None:
    assert told(*HOTEL, "a-one-group-of-four.csv") == {}
    (pool,) = chances(*HOTEL, "a-one-group-of-four.csv")
    assert (len(pool), set(pool.values())) == (16, {Fraction(1, 2)})


def test_a_blank_after_a_label_parts_no_group() -> None:
    assert told(*HOTEL, "c-label-with-blank.csv") == {}
    assert chances(*HOTEL, "c-label-with-blank.csv") == chances(
        *HOTEL, "a-one-group-of-four.csv"
    )


def test_a_label_that_is_typed_differently_is_told() -> None:
    found = told(*HOTEL, "b-label-typed-differently.csv")
    assert found["group-alike"][0]["people"] == ROOM
    assert found["group-alone"][0]["people"] == ["Dov"]


def test_five_are_too_many_for_a_room_of_four() -> None:
    found = told(*HOTEL, "d-five-in-a-room-of-four.csv")
    assert found["group-large"][0]["people"] == [*ROOM, "Eve"]


@pytest.mark.parametrize(
    "people", ["e-one-member-not-paid.csv", "f-one-member-withdrew.csv"]
)
def test_a_member_who_can_take_no_bed_takes_the_group_apart(people: str) -> None:
    found = told(*HOTEL, people)
    assert found["left-out"][0]["people"] == ["Dov"]
    assert found["group-short"][0]["people"] == ROOM
    assert "Dov can take no unit" in found["group-short"][0]["sentence"]


@pytest.mark.parametrize(
    ("people", "chance"),
    [
        ("only-fours.csv", Fraction(1, 3)),
        ("mixed.csv", Fraction(2, 3)),
        ("pairs-and-one.csv", Fraction(5, 12)),
    ],
)
def test_trips_of_unequal_size_have_equal_chances(
    people: str, chance: Fraction
) -> None:
    folder = "06-hotel-groups/permit-trips"
    (pool,) = chances(folder, "TERMS.toml", people)
    assert set(pool.values()) == {chance}
    assert told(folder, "TERMS.toml", people) == {}


# 08: learning-unlimited/ESP-Website#3514: grades typed by people.
SCHOOL = "08-grade-caps"


def test_grades_that_are_typed_badly_are_named_with_what_was_meant() -> None:
    found = told(SCHOOL, "TERMS.toml", "b-grades-typed-badly.csv")
    out = {name for warning in found["left-out"] for name in warning["people"]}
    assert out == {"Young 1", "Young 2", "Young 3", "Old 1"}
    sentences = {w["people"][0]: w["sentence"] for w in found["value-unlisted"]}
    assert "did you mean '7'?" in sentences["Young 1"]
    assert "did you mean '8'?" in sentences["Young 2"]
    assert "'13', which no pool lists" in sentences["Old 1"]


def test_ranges_that_nobody_has_are_refused() -> None:
    error = refused(SCHOOL, "TERMS-ranges.toml", "people.csv")
    assert "terms-file.requires" in error
    assert "nobody on the list has grade '7-9'" in error


@pytest.mark.parametrize("terms", ["TERMS.toml", "TERMS-numbers.toml", "TERMS-to.toml"])
def test_siblings_of_two_pools_have_the_chance_of_everybody(terms: str) -> None:
    """Numbers, texts and ranges are the same grades. Each pool draws 8 of 12."""
    younger, older = chances(SCHOOL, terms, "people.csv")
    assert (len(younger), set(younger.values())) == (12, {Fraction(2, 3)})
    assert (len(older), set(older.values())) == (12, {Fraction(2, 3)})
    assert "Mina" in younger
    assert "Oskar" in older


def test_siblings_of_two_pools_are_named() -> None:
    found = told(SCHOOL, "TERMS.toml", "people.csv")
    assert all(w["people"] == ["Mina", "Oskar"] for w in found["group-split"])
    assert "left-out" not in found
    for pool, count in zip(
        chances(SCHOOL, "TERMS.toml", "people.csv"), (12, 12), strict=True
    ):
        assert (len(pool), set(pool.values())) == (count, {Fraction(2, 3)})


def test_grades_may_be_written_as_numbers() -> None:
    found = chances(SCHOOL, "TERMS-numbers.toml", "people.csv")
    assert found == chances(SCHOOL, "TERMS.toml", "people.csv")


# 10: City of San Rafael 2018, Teton County WY: a lottery for some, then one for all.
HOMES = "10-two-lotteries"


def test_the_chance_over_both_lotteries_is_told() -> None:
    document = json.loads(case(HOMES, "TERMS.toml", "people.csv", "odds", "--json").out)
    whole = {p["who"]: p["chance"] for p in document["whole_sale"]["people"]}
    assert {whole[f"Low {i}"] for i in range(1, 7)} == {"1/2"}
    assert {whole[f"Std {i}"] for i in range(1, 9)} == {"1/4"}


def test_a_value_of_another_case_is_told_with_what_was_meant() -> None:
    found = told(HOMES, "TERMS-typo.toml", "people.csv")
    assert "low-income" in found["pool-empty"][0]["sentence"]
    assert (
        "'Low', which a pool lists: did you mean 'low'?"
        in found["value-unused"][0]["sentence"]
    )
    assert found["value-unlisted"][0]["people"] == [f"Low {i}" for i in range(1, 7)]


def test_a_home_passes_on_to_the_next_bucket() -> None:
    first, second, third = chances(HOMES, "TERMS-buckets.toml", "buckets.csv")
    half = Fraction(1, 2)
    assert [first, second, third] == [{}, {"K": half, "L": half}, {"M": Fraction(0)}]


def test_a_void_bid_and_a_void_tier_are_named() -> None:
    found = told(HOMES, "probe/TERMS-auc.toml", "probe/auc.csv")
    assert found["bid-void"][0]["people"] == found["left-out"][0]["people"] == ["A"]
    found = told(HOMES, "probe/TERMS-tiers.toml", "probe/p.csv")
    assert found["tier-void"][0]["people"] == found["left-out"][0]["people"] == ["B"]


# 11: Grand Canyon river lottery, learning-unlimited/ESP-Website#2642: weights.
RIVER = "11-weighted-points"


def test_wants_are_no_weights() -> None:
    found = told(RIVER, "TERMS.toml", "a-wants-as-points.csv")
    assert found["wants-ignored"][0]["people"] == ["A (4 points)", "B (3 points)"]


def test_points_are_chances_where_the_terms_count_them() -> None:
    (pool,) = chances(RIVER, "TERMS-points.toml", "d-attribute.csv")
    assert pool == {"A": Fraction(4, 7), "B": Fraction(3, 7)}


def test_points_in_a_column_of_their_own_are_told_or_refused() -> None:
    found = told(RIVER, "TERMS.toml", "d-attribute.csv")
    assert found["attribute-unused"][0]["people"] == ["A", "B"]
    for people, column in (
        ("b-own-column.csv", "chances"),
        ("c-weight-column.csv", "weight"),
    ):
        assert f"unknown column '{column}'" in refused(RIVER, "TERMS.toml", people)
    error = refused(RIVER, "TERMS-weight.toml", "a-wants-as-points.csv")
    assert "weight: is not a known" in error
    assert "points" in error.split("weight: is not a known")[1]


# 14: semaphore-protocol/semaphore#319: 100,000 people, 30,000 of them in threes.
@pytest.mark.long
def test_a_large_list_has_equal_chances_and_its_errors_have_lines(
    tmp_path: Path,
) -> None:
    terms = CASES / "14-large-list" / "TERMS.toml"
    rows = [
        f"Runner {i},1,4500,{f'team {i // 3}' if i < 30_000 else ''}\n"
        for i in range(100_000)
    ]
    path = tmp_path / "people.csv"

    def written(*more: str) -> Path:
        path.write_text("person,wants,deposit,group\n" + "".join((*rows, *more)))
        return path

    ran = fairlot("odds", terms, written(), "--json")
    (pool,) = json.loads(ran.out)["pools"]
    assert {p["expected"] for p in pool["people"]} == {"3/25"}
    assert (len(pool["people"]), pool["rule"][-1]) == (
        100_000,
        "No equal chance is greater: every unit is sold",
    )
    assert fairlot("check", terms, path).code == 0
    bad = fairlot("check", terms, written("Bad,one,4500,\n"))
    assert (bad.code, "line 100002" in bad.err) == (2, True)
    twice = fairlot("check", terms, written("Runner 5,1,4500,\n"))
    assert twice.code == 2
    assert "line 100002" in twice.err
    assert "line 7" in twice.err


# 17: the-events-calendar/event-tickets PR 1337: names in a spreadsheet.
@pytest.mark.thorough
def test_names_go_out_as_they_are_and_run_nowhere(tmp_path: Path) -> None:
    folder, out = CASES / "17-names-out", tmp_path / "out"
    ran = fairlot("run", folder / "TERMS.toml", folder / "people.csv", "--out", out)
    assert ran.code == 0
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        names = [row["person"] for row in csv.DictReader(file)]
    with (out / "nyms.csv").open(encoding="utf-8", newline="") as file:
        written = [row["person"] for row in csv.DictReader(file)]
    assert [name.removeprefix("'") for name in written] == names
    assert not any(name.lstrip("\u202e\u200e ")[0] in "=+-@" for name in written)
    found = told("17-names-out", "TERMS.toml", "people.csv")
    assert found["name-hides"][0]["people"] == ["\u202eevil"]
    assert "\u202e" not in case("17-names-out", "TERMS.toml", "people.csv", "check").out


@pytest.mark.slow
# 07: SplitTime/OpenSplitTime#653, bloom-housing/bloom#318: who is next?
def test_the_waiting_list_is_the_drawing_order(tmp_path: Path) -> None:
    """Without ``collect`` nobody withdraws: who has the nyms can say who would be next."""
    folder, out = CASES / "07-waiting-list", tmp_path / "out"
    words = ("--out", out, "--seed", f"{7:064x}")
    assert (
        fairlot("run", folder / "TERMS.toml", folder / "people.csv", *words).code == 0
    )
    places: dict[int, int] = {}
    for row in table(out / "nyms.csv"):
        board = out / "transcript.fairlot"
        ran = fairlot("inspect", board, "--nym", row["nym"], "--json")
        facts = json.loads(ran.out)
        places[facts["place"]] = facts["units"]
    assert [places[place] for place in range(1, 8)] == [1, 1, 1, 0, 0, 0, 0]


@pytest.mark.slow
def test_a_winner_who_does_not_come_is_replaced_by_lot(tmp_path: Path) -> None:
    """Not by who is next on a list that everybody could bribe (adr/0031).

    ``collect`` makes other terms, and so another draw than the case expects.
    """
    folder, terms = CASES / "07-waiting-list", tmp_path / "TERMS.toml"
    plain = (folder / "TERMS.toml").read_text(encoding="utf-8")
    terms.write_text(f"{plain}\ncollect = true\n", encoding="utf-8")
    seed = ("--seed", f"{7:064x}")

    def run(out: Path, *words: str | Path) -> None:
        words = ("--out", out, *seed, *words)
        assert fairlot("run", terms, folder / "people.csv", *words).code == 0

    run(tmp_path / "all")
    came = {row["person"] for row in table(tmp_path / "all" / "collected.csv")}
    assert len(came) == 3
    away, *stays = sorted(came)
    events = tmp_path / "EVENTS.csv"
    events.write_text(
        f"when,person,event\ncollecting,{away},stay-away\n", encoding="utf-8"
    )
    run(tmp_path / "away", "--events", events)
    collected = table(tmp_path / "away" / "collected.csv")
    assert {row["person"]: row["collected"] for row in collected} == {
        away: "no",
        **dict.fromkeys(stays, "yes"),
    }
    waited = {r["person"]: r["units"] for r in table(tmp_path / "away" / "waiting.csv")}
    assert waited.keys() == {f"Runner {who}" for who in "ABCDEFG"} - came
    (lucky,) = (person for person, units in waited.items() if units == "1")
    won = {row["person"] for row in table(tmp_path / "away" / "winners.csv")}
    assert won == {lucky, *stays}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# 18: magfest/ubersystem#1589, thewca#1799: deadlines, and slips in TERMS.toml.
SLIPS = {
    "cap": "cap: has no meaning for mechanism = 'lottery': remove it",
    "capital": 'did you mean "lottery"?',
    "currency": "decimals = 2 if 45.00 has two",
    "decimal": "4500 of the smallest unit",
    "groupbig": "must be at most the supply, 3",
    "nodeposits": "write deposits = [50, 100]",
    "order": "move it into its pool",
    "poolname": 'write "main-hall"',
    "raffle": 'did you mean "lottery"?',
    "smartquotes": "straight quotes",
    "text": "write the number alone",
    "trailing": "remove the comma at the end",
    "unsold": 'did you mean "b"?',
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_terms_is_told_with_what_to_write(name: str) -> None:
    folder = "18-deadlines"
    assert SLIPS[name] in refused(folder, f"terms-slips/{name}.toml", "people-ok.csv")


@pytest.mark.parametrize("terms", ["TERMS-close.toml", "TERMS-times.toml"])
def test_a_rehearsal_chooses_its_own_times(terms: str) -> None:
    error = refused("18-deadlines", terms, "people-ok.csv")
    assert "a rehearsal chooses its own times" in error


def test_a_column_of_times_may_be_kept(tmp_path: Path) -> None:
    folder = CASES / "18-deadlines"
    terms = tmp_path / "TERMS.toml"
    plain = (CASES / PADDING[0] / PADDING[1]).read_text("utf-8")
    terms.write_text(plain, encoding="utf-8")
    ran = fairlot("check", terms, folder / "people.csv")
    assert (ran.code, "name it in keep under [people]" in ran.err) == (2, True)
    terms.write_text(f'{plain}[people]\nkeep = ["time"]\n', encoding="utf-8")
    assert fairlot("check", terms, folder / "people.csv").code == 0
