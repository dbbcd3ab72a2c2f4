"""A sale in a currency: people read amounts in it, machines integers of the smallest unit."""

import csv
import json
from pathlib import Path

import pytest

from command import Inputs, fairlot, write_inputs

TERMS = """\
title = "Conference"
asset = "seat"
currency = "EUR"
decimals = 2
deposits = [450, 500.50, 1000]
[[pool]]
name = "sponsors"
mechanism = "tiers"
tiers = [{name = "gold", price = 1000.00, supply = 1}]
[[pool]]
name = "seats"
mechanism = "lottery"
supply = 2
price = 450
certain = 1
[beacon]
contributors = 1
delay = 1
"""
PEOPLE = """\
person,wants,deposit,bid,tier
Ann,1,"1.000,00 €",,gold
Bob,1,"500,50",500.25,
Cat,1,€ 450,,
Dan,1,450 EUR,,
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    return write_inputs(tmp_path, TERMS, PEOPLE)


@pytest.fixture
def out(inputs: Inputs, tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    ran = fairlot(
        "run", inputs.terms, inputs.people, "--out", folder, "--seed", "07" * 32
    )
    assert (ran.code, ran.err) == (0, "")
    assert "2400.50 EUR" in ran.out
    assert "45000" not in ran.out
    return folder


def test_odds_state_prices_in_the_currency(inputs: Inputs) -> None:
    ran = fairlot("odds", inputs.terms, inputs.people)
    assert (ran.code, ran.err) == (0, "")
    assert "Tier gold has 1 seat at 1000.00 EUR" in ran.out
    assert "draw for 1 at 450.00 EUR" in ran.out
    assert "00000" not in ran.out


def test_a_deposit_outside_the_ladder_is_stated_in_the_currency(
    tmp_path: Path,
) -> None:
    people = PEOPLE.replace("450 EUR", "450.01")
    inputs = write_inputs(tmp_path, TERMS, people)
    ran = fairlot("odds", inputs.terms, inputs.people)
    assert ran.code == 2
    allowed = "450.00 EUR, 500.50 EUR, 1000.00 EUR only"
    assert f"is 450.01 EUR: the terms allow deposits of {allowed}" in ran.err


@pytest.mark.thorough
def test_tables_and_documents_have_integers(out: Path) -> None:
    with (out / "allocation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    paid = sorted(int(row["payment"]) for row in rows)
    assert paid == [0, 45_000, 45_000, 100_000]
    assert sum(int(row["refund"]) for row in rows) == 50_050
    audit = fairlot("audit", out / "transcript.fairlot", "--rehearsal", "--json")
    facts = json.loads(audit.out)["facts"]
    assert (facts["money_in"], facts["payments"]) == (240_050, 190_000)
    with (out / "nyms.csv").open(encoding="utf-8", newline="") as file:
        nyms = {row["person"]: row["nym"] for row in csv.DictReader(file)}
    words = ("inspect", out / "transcript.fairlot", "--nym", nyms["Bob"], "--json")
    bob = json.loads(fairlot(*words).out)
    assert (bob["deposit"], bob["payment"], bob["refund"]) == (50_050, 45_000, 5_050)
    assert "pays 450.00 EUR for a certain seat" in bob["sentence"]


@pytest.mark.slow
def test_an_audit_tells_people_amounts_in_the_currency(out: Path) -> None:
    audit = fairlot("audit", out / "transcript.fairlot", "--rehearsal")
    assert audit.code == 0
    assert "2400.50 EUR money in, 1900.00 EUR payments, 500.50 EUR refunds" in audit.out
    board = fairlot("inspect", out / "transcript.fairlot")
    assert "The escrow has received 450.00 EUR for nym" in board.out
    assert "gold (1 at 1000.00 EUR)" in board.out
