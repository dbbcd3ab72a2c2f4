"""``fairlot inspect``: the board, and one buyer, as people read them."""

import csv
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from command import SEED, fairlot, write_inputs
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot.logs import LogKind

SENTENCE = re.compile(
    r"Nym ([0-9a-f]{96}) deposited (\d+) for up to (\d+) units?; in pool main it gets "
    r"[^;]+; in all it gets (\d+) units?, pays (\d+) and gets (\d+) back\.\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("inspect")
    inputs = write_inputs(home)
    words = ("--out", home / "out", "--seed", SEED)
    assert fairlot("run", inputs.terms, inputs.people, *words).code == 0
    return home / "out"


def _allocated(folder: Path) -> list[dict[str, str]]:
    with (folder / "allocation.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _board(path: Path) -> dict[str, Any]:
    ran = fairlot("inspect", path, "--json")
    assert (ran.code, ran.err) == (0, "")
    return dict(json.loads(ran.out))


@pytest.mark.thorough
def test_the_board_is_told_entry_by_entry(folder: Path) -> None:
    ran = fairlot("inspect", folder / "transcript.fairlot")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Rehearsal of sale ")
    rows = re.findall(r"(?m)^(\d+) +(\S+ \S+Z|) +([A-Z_]+) +(\S.*)$", ran.out)
    registry = [row[2] for row in rows].index("TERMS")
    assert [int(row[0]) for row in rows[:registry]] == list(range(8))
    assert rows[0][1:3] == ("", "REGISTRY")
    rows = rows[registry:]
    assert [int(row[0]) for row in rows] == list(range(30))
    assert rows[0][1:3] == ("", "TERMS")
    assert "“Small sale”: 3 × seat at 100 each" in rows[0][3]
    assert rows[1][1:] == (
        "2030-01-01 00:00:00Z",
        "TIME",
        "It is 2030-01-01 00:00:00Z.",
    )
    assert rows[-1][1:3] == ("2030-01-01 01:03:10Z", "RESULT")
    kinds = re.findall(r"(?m)^\d+ +(?:\S+ \S+Z|) +([A-Z_]+) ", ran.out)
    assert (kinds.count("LEAF"), kinds.count("DEPOSIT")) == (5, 5)
    assert kinds.count("PAID") == 4, "who deposits nothing pays nothing"
    for nym in (row["nym"] for row in _allocated(folder)):
        assert f"Nym {nym} asks for up to " in ran.out


def test_the_board_for_machines_names_every_entry(folder: Path) -> None:
    board = _board(folder / "transcript.fairlot")
    assert (board["phase"], board["rehearsal"]) == ("locked", True)
    assert board["findings"] == []
    assert board["unacknowledged_bytes"] == 0
    data = (folder / "transcript.fairlot").read_bytes()
    records = [r for r in read_records(data) if isinstance(r, Record)]
    items = [record.item for record in records]
    entries = [item for item in items if isinstance(item, Entry)]
    hashes = [e.hash.hex() for kind in LogKind for e in entries if e.log is kind]
    assert [entry["hash"] for entry in board["entries"]] == hashes


@pytest.mark.thorough
def test_one_sentence_says_all_of_one_buyer(folder: Path) -> None:
    """Where nothing is left to lots, no place is told."""
    for row in _allocated(folder):
        ran = fairlot("inspect", folder / "transcript.fairlot", "--nym", row["nym"])
        assert (ran.code, ran.err) == (0, "")
        said = SENTENCE.fullmatch(ran.out)
        assert said is not None, ran.out
        nym, deposit, _, units, payment, refund = said.groups()
        told = {"nym": nym, "units": units, "payment": payment, "refund": refund}
        assert told == row
        assert int(deposit) == int(payment) + int(refund)


def test_one_buyer_for_machines(folder: Path) -> None:
    row = _allocated(folder)[0]
    words = ("--nym", row["nym"].upper(), "--json")
    ran = fairlot("inspect", folder / "transcript.fairlot", *words)
    assert ran.code == 0
    facts = json.loads(ran.out)
    for name in ("units", "payment", "refund"):
        assert facts[name] == int(row[name])
    assert facts["nym"] == row["nym"]
    assert facts["deposit"] == facts["paid"] == facts["payment"] + facts["refund"]
    assert facts["entrants"] == 5
    assert facts["cancelled"] is False
    assert row["nym"] in facts["sentence"]


def test_the_odds_on_a_board_are_those_of_its_deposits(folder: Path) -> None:
    """Four units are wanted and three are there: level 1, then everything is sold."""
    ran = fairlot("inspect", folder / "transcript.fairlot", "--odds", "--json")
    assert (ran.code, ran.err) == (0, "")
    (pool,) = json.loads(ran.out)["pools"]
    rows = {row["nym"]: row for row in _allocated(folder)}
    assert {person["who"] for person in pool["people"]} == set(rows)
    for person in pool["people"]:
        more = Fraction(person["chance_of_one_more"])
        got = int(rows[person["who"]]["units"]) - person["least"]
        assert (got == 0) if more == 0 else got in {0, 1}
    expected = sum(Fraction(person["expected"]) for person in pool["people"])
    assert expected == sum(int(row["units"]) for row in rows.values())
    told = fairlot("inspect", folder / "transcript.fairlot", "--odds")
    assert told.out.startswith("Pool main: equal-share, 3 units\n")


def test_there_are_no_odds_before_deposits_are_closed(
    folder: Path, tmp_path: Path
) -> None:
    data = (folder / "transcript.fairlot").read_bytes()
    path = tmp_path / "open"
    path.write_bytes(data[: data.index(b"\x65CLOSE")])
    ran = fairlot("inspect", path, "--odds")
    assert (ran.code, ran.out) == (1, "")
    assert "the odds cannot be told yet" in ran.err


def test_a_nym_that_is_not_there_is_said_to_be_missing(folder: Path) -> None:
    ran = fairlot("inspect", folder / "transcript.fairlot", "--nym", "ab" * 48)
    assert (ran.code, ran.out) == (1, "")
    assert f"no deposit of nym {'ab' * 48} is on this board" in ran.err


def test_a_malformed_nym_is_refused(folder: Path) -> None:
    ran = fairlot("inspect", folder / "transcript.fairlot", "--nym", "ab" * 32)
    assert (ran.code, ran.out) == (2, "")
    assert "must be 96 hexadecimal digits" in ran.err


def test_an_incomplete_board_is_told_as_far_as_it_goes(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut"
    path.write_bytes((folder / "transcript.fairlot").read_bytes()[:-1])
    board = _board(path)
    assert board["phase"] == "result"
    assert len(board["entries"]) == 36
    assert board["unacknowledged_bytes"] > 0
    nym = _allocated(folder)[0]["nym"]
    ran = fairlot("inspect", path, "--nym", nym)
    assert ran.code == 0
    assert "nothing is decided yet, the sale stands in phase result" in ran.out


def test_refused_entries_are_shown_as_refused(folder: Path, tmp_path: Path) -> None:
    data = bytearray((folder / "transcript.fairlot").read_bytes())
    nym = bytes.fromhex(_allocated(folder)[0]["nym"])
    data[data.index(nym) + 20] ^= 1
    path = tmp_path / "changed"
    path.write_bytes(data)
    ran = fairlot("inspect", path)
    assert ran.code == 0
    assert re.search(r"(?m)DEPOSIT +Refused\. \([a-z]+\.[a-z-]+\)$", ran.out)
    assert (
        f"rules are broken: fairlot audit {path} --rehearsal gives details." in ran.out
    )


HOTEL = """\
title = "Beds"
asset = "bed"
supply = 8
mechanism = "lottery"
price = 120
group_max = 4
[beacon]
contributors = 1
delay = 1
"""
GUESTS = "person,wants,deposit,group\n" + "".join(
    f"G{number},1,{119 if number == 15 else 120},{'room' if number < 4 else ''}\n"
    for number in range(16)
)
"""Four share a room; the last cannot pay."""


@pytest.mark.slow
def test_a_place_is_told_only_among_those_whom_it_parts(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, HOTEL, GUESTS)
    out = tmp_path / "out"
    assert fairlot("run", inputs.terms, inputs.people, "--out", out).code == 0
    with (out / "nyms.csv").open(encoding="utf-8", newline="") as file:
        nyms = {row["person"]: row["nym"] for row in csv.DictReader(file)}
    places: dict[int, tuple[bytes, int]] = {}
    for name, nym in nyms.items():
        words = ("inspect", out / "transcript.fairlot", "--nym", nym)
        said, (pool,) = fairlot(*words).out, _pools_of(*words)
        if name in ("G0", "G1", "G2", "G3", "G15"):
            assert (pool["place"], pool["among"]) == (None, None)
            assert "place" not in said
            continue
        assert f"(place {pool['place']} of 11, rank {pool['rank']}) it gets" in said
        places[pool["place"]] = bytes.fromhex(pool["rank"]), pool["units"]
    assert sorted(places) == list(range(1, 12))
    ranks, units = zip(*(places[place] for place in sorted(places)), strict=True)
    assert list(ranks) == sorted(ranks)
    assert list(units) == sorted(units, reverse=True)
    assert sum(units) in (4, 8)


def _pools_of(*words: str | Path) -> list[dict[str, Any]]:
    pools: list[dict[str, Any]] = json.loads(fairlot(*words, "--json").out)["pools"]
    return pools


SCHOOL = """\
title = "School"
asset = "place"
[beacon]
contributors = 1
delay = 1
[[pool]]
name = "younger"
mechanism = "lottery"
supply = 3
price = 50
requires = {grade = ["7"]}
[[pool]]
name = "older"
mechanism = "lottery"
supply = 3
price = 50
requires = {grade = ["8"]}
"""
PUPILS = """\
person,wants,deposit,attr:grade
Ann,1,50,7
Bob,1,50,8
Typo,1,50,Grade 7
None,1,50,
Poor,1,49,7
"""


@pytest.mark.slow
def test_whoever_could_get_nothing_is_told_why(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, SCHOOL, PUPILS)
    out = tmp_path / "out"
    assert fairlot("run", inputs.terms, inputs.people, "--out", out).code == 0
    with (out / "nyms.csv").open(encoding="utf-8", newline="") as file:
        nyms = {row["person"]: row["nym"] for row in csv.DictReader(file)}

    def told(name: str) -> tuple[str, list[list[str]]]:
        words = ("inspect", out / "transcript.fairlot", "--nym", nyms[name])
        document = json.loads(fairlot(*words, "--json").out)
        return fairlot(*words).out, [list(bar.values()) for bar in document["left_out"]]

    unlisted = "attribute-unlisted", "grade"
    said, bars = told("Typo")
    assert bars == [["younger", *unlisted], ["older", *unlisted]]
    assert (
        "; it did not take part in the draw (pool younger: the grade is another than "
        "required; pool older: the grade is another than required), gets no unit"
    ) in said
    said, bars = told("None")
    assert {bar[1] for bar in bars} == {"attribute-empty"}
    assert "pool older: no grade is given, which is required" in said
    said, bars = told("Poor")
    assert bars == [["younger", "price", ""], ["older", *unlisted]]
    assert "it gets nothing: it wanted 1 unit and had 49 to pay" in said
    assert (
        "; pool older has nothing for it: the grade is another than required;" in said
    )
    said, bars = told("Ann")
    assert bars == []
    assert "has nothing for it" not in said
