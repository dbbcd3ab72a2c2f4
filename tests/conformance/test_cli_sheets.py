"""Lists as sellers have them, from the command line: nobody vanishes, nobody counts twice."""

import json
from pathlib import Path

import pytest

from command import Ran, fairlot

GARDEN = (
    'title = "Allotment garden plots"\nasset = "plot"\nsupply = 2\n'
    'mechanism = "lottery"\nprice = 0\n'
)
MARKET = (
    'title = "Weihnachtsmarkt Stände"\nasset = "Stand"\nsupply = 2\n'
    'mechanism = "lottery"\nprice = 450\n'
)
EUR = 'currency = "EUR"\ndecimals = 2\n'
NAMES = ["Ingrid Sæther", "Tomás Ó Briain", "Wu Li"]
HEADER = "person,wants,deposit\r\n"


def odds(folder: Path, terms: str, people: str, *options: str) -> Ran:
    (folder / "terms.toml").write_bytes(terms.encode())
    (folder / "people.csv").write_bytes(people.encode())
    return fairlot("odds", folder / "terms.toml", folder / "people.csv", *options)


@pytest.mark.parametrize(
    "people",
    [
        f"{HEADER}{{}},1,0\r\n{{}},1,0\r\n{{}},1,0\r\n,,\r\n,,\r\n",
        "person,wants,deposit,,\r\n{},1,0,,\r\n{},1,0,,\r\n{},1,0,,\r\n",
        f"{HEADER}{{}},1,0\r\n,,\r\n{{}},1,0\r\n{{}},1,0\r\n",
        "Person;Wants;Deposit\r\n{} ;1;0\r\n{};1;0\r\n{};1;0\r\n\x1a",
    ],
)
def test_three_people_for_two_plots_have_two_thirds_each(
    people: str, tmp_path: Path
) -> None:
    ran = odds(tmp_path, GARDEN, people.format(*NAMES), "--json")
    (pool,) = json.loads(ran.out)["pools"]
    chances = {p["who"]: p["chance_of_one_more"] for p in pool["people"]}
    assert chances == dict.fromkeys(NAMES, "2/3")


def test_short_rows_are_all_named_with_what_to_do(tmp_path: Path) -> None:
    rows = "".join(f"{name},1,0\r\n" for name in NAMES)
    ran = odds(tmp_path, GARDEN, f"person,wants,deposit,group\r\n{rows}")
    assert (ran.code, ran.out) == (2, "")
    for line, said in enumerate(ran.err.splitlines(), 2):
        assert f"people.csv, line {line}: has 3 cells" in said
        assert "write empty cells too (here group)" in said
    assert len(ran.err.splitlines()) == 3


def test_amounts_of_a_german_spreadsheet_have_a_way_out(tmp_path: Path) -> None:
    people = "sep=;\nperson;wants;deposit\nJürgen Weiß;1;450,00\nAnna Groß;1;1.450,00\n"
    ran = odds(tmp_path, MARKET, people)
    assert ran.code == 2
    first, second = ran.err.splitlines()
    assert "line 3, deposit: " in first
    assert "write 45000, or set currency and decimals in TERMS.toml" in first
    assert "write 145000, or" in second
    ran = odds(tmp_path, f"{MARKET}{EUR}", people)
    assert (ran.code, ran.err) == (0, "")


def test_one_person_in_two_spellings_is_refused(tmp_path: Path) -> None:
    ran = odds(tmp_path, GARDEN, f"{HEADER}Zoë Müller,1,0\nZOË\u00a0MÜLLER,1,0\n")
    assert ran.code == 2
    assert "line 3, person: 'ZOË\\xa0MÜLLER' is the same person as" in ran.err
    assert "'Zoë Müller' on line 2" in ran.err


def test_an_id_is_the_person_of_every_output(tmp_path: Path) -> None:
    people = "id,person,wants,deposit\nA17,Ann Lee,1,0\nA18,Ann Lee,1,0\n,Bob,1,0\n"
    assert odds(tmp_path, GARDEN, people).code == 0
    out = tmp_path / "out"
    inputs = (tmp_path / "terms.toml", tmp_path / "people.csv")
    assert fairlot("run", *inputs, "--out", out, "--jobs", "1").code == 0
    rows = (out / "nyms.csv").read_text("utf-8").splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == ["A17", "A18", "Bob"]


def test_a_column_of_the_sellers_own_is_not_taken_for_another(tmp_path: Path) -> None:
    people = f"{HEADER.strip()},time\nAda,1,0,2027-03-28 23:58\n"
    ran = odds(tmp_path, GARDEN, people)
    assert ran.code == 2
    assert "unknown column 'time': name it in keep under [people]" in ran.err
    ran = odds(tmp_path, f'{GARDEN}[people]\nkeep = ["Time"]\n', people)
    assert ran.code == 0
