"""A sale whose winners must collect, from the command line."""

import csv
from pathlib import Path
from typing import Any

import pytest

from command import fairlot
from json_formats import check_document
from kit.collecting import collecting, due, played_until

TERMS = """\
title = "Race"
asset = "bib"
supply = 2
mechanism = "lottery"
price = 100
collect = true
[beacon]
contributors = 1
delay = 1
"""
NAMES = ("Ann", "Bob", "Cleo", "Dan")
SEED = ("--seed", f"{11:064x}")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(*words: str | Path) -> Any:  # noqa: ANN401 (JSON)
    """Run a command with ``--json``, whose document has the form of its schema."""
    return check_document(fairlot(*words, "--json").out)


@pytest.mark.slow
def test_who_stays_away_is_replaced_and_everything_says_so(tmp_path: Path) -> None:
    terms, people = tmp_path / "TERMS.toml", tmp_path / "PEOPLE.csv"
    events, items = tmp_path / "EVENTS.csv", tmp_path / "CODES.txt"
    terms.write_text(TERMS, encoding="utf-8")
    listed = "".join(f"{name},1,100\n" for name in NAMES)
    people.write_text(f"person,wants,deposit\n{listed}", encoding="utf-8")
    items.write_text("CODE-1\nCODE-2\n", encoding="utf-8")
    ran = fairlot("run", terms, people, "--out", tmp_path / "all", *SEED)
    assert (ran.code, ran.err) == (0, "")
    first = rows(tmp_path / "all" / "collected.csv")
    away = first[0]["person"]
    stays = f"when,person,event\ncollecting,{away},stay-away\n"
    events.write_text(stays, encoding="utf-8")
    out, more = tmp_path / "out", ("--events", events, "--items", items)
    ran = fairlot("run", terms, people, "--out", out, *more, *SEED)
    assert (ran.code, ran.err) == (0, "")
    assert "of 2 winners; 1 lapsed, refunded in full" in ran.out
    assert "0: does not come to collect" in ran.out
    collected = {row["person"]: row["collected"] for row in rows(out / "collected.csv")}
    assert collected == {r["person"]: "no" if r is first[0] else "yes" for r in first}
    waited = {row["person"]: row["units"] for row in rows(out / "waiting.csv")}
    assert sorted(waited.values()) == ["0", "1"]
    assert waited.keys() == set(NAMES) - collected.keys()
    won = {row["person"] for row in rows(out / "winners.csv")}
    assert won == {p for p, came in collected.items() if came == "yes"} | {
        p for p, units in waited.items() if units == "1"
    }
    opened = {row["person"]: row["holder"] for row in rows(out / "items.csv")}
    assert opened == {person: person for person in won}
    _says(out, {row["person"]: row["nym"] for row in rows(out / "nyms.csv")}, away)
    _settles(out, tmp_path / "tables")


@pytest.mark.slow
def test_the_shortest_times_leave_room_for_the_round_of_a_second_draw(
    tmp_path: Path,
) -> None:
    """The margin between clocks is not scaled with the epoch, and need not be."""
    terms, people = tmp_path / "TERMS.toml", tmp_path / "PEOPLE.csv"
    least = 2 * 7_200 + 2
    short = (
        f'[issuers]\ncooling = "1 second"\n[times]\nepoch = "2 hours"\n'
        f'detection = "1 second"\ncollect = "{least} seconds"\nlockup = "8 hours"\n'
    )
    terms.write_text(TERMS + short, encoding="utf-8")
    listed = "".join(f"{name},1,100\n" for name in NAMES)
    people.write_text(f"person,wants,deposit\n{listed}", encoding="utf-8")
    out = tmp_path / "out"
    ran = fairlot("run", terms, people, "--out", out, *SEED)
    assert (ran.code, ran.err) == (0, "")
    assert [row["collected"] for row in rows(out / "collected.csv")] == ["yes"] * 2
    held = fairlot("audit", out / "transcript.fairlot", "--rehearsal")
    assert held.code == 0
    fewer = short.replace(f"{least} seconds", f"{least - 1} seconds")
    terms.write_text(TERMS + fewer, encoding="utf-8")
    ran = fairlot("run", terms, people, "--out", tmp_path / "none", *SEED)
    assert (ran.code, "terms-file.times" in ran.err) == (2, True)


def _settles(out: Path, tables: Path) -> None:
    """Check that anybody gets the same tables from the board, without names."""
    board = out / "transcript.fairlot"
    assert fairlot("audit", board, "--rehearsal").code == 0
    assert fairlot("settle", board, "--out", tables).code == 0
    for name in ("collected", "waiting"):
        named = rows(out / f"{name}.csv")
        bare = [{k: v for k, v in row.items() if k != "person"} for row in named]
        assert rows(tables / f"{name}.csv") == bare


def _says(out: Path, nyms: dict[str, str], away: str) -> None:
    """Check what the board is shown to say of each nym."""
    board = out / "transcript.fairlot"
    waited = {row["person"]: row["units"] for row in rows(out / "waiting.csv")}
    for person, nym in nyms.items():
        facts = document("inspect", board, "--nym", nym)
        won = person not in waited
        assert facts["collected"] == (person != away if won else None)
        assert [each["units"] for each in facts["again"]] == (
            [] if won else [int(waited[person])]
        )
        assert ("its seat has lapsed" in facts["sentence"]) is (person == away)
    settled = document("settle", board)
    assert settled["result"] == "settled"
    assert settled["lapsed"] == [nyms[away]]


@pytest.mark.thorough
def test_the_first_draw_is_told_before_the_second(tmp_path: Path) -> None:
    """Who settles without the board learns who has won, in time to collect."""
    on, board = collecting(), tmp_path / "transcript.fairlot"
    _, named = due(on)
    for step, missing in (("result", "COLLECT_END"), ("collect-end", None)):
        board.write_bytes(played_until(on, step).data)
        found = document("settle", board)
        assert found["result"] == "not-yet"
        assert sum(line["units"] for line in found["ledger"]) == 1
        assert [line["refund_to"] for line in found["ledger"]].count(None) == 2
        (lacks,) = found["missing"]
        assert lacks.get("type") == missing
        assert lacks.get("round") == (None if missing else named.round_number)
    told = fairlot("settle", board)
    assert told.code == 1
    assert "its winners must collect in time" in told.out
    relay = tmp_path / "round.json"
    relay.write_bytes(on.relayed(named))
    found = document("settle", board, "--round", relay)
    assert found["result"] == "settled"
    assert found["second_seed"] is not None
    assert found["lapsed"] == []
