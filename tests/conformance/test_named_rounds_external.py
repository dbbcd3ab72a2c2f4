"""Real rounds of drand in sales that name them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from external import external_vectors
from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.beacon.rounds import Rounds, make_round
from fairlot.entry import Entry
from fairlot.errors import Rejection
from fairlot.names import SaleId
from fairlot.rehearsal.parts import LOCKUP
from fairlot.terms.named_round import NamedRound
from fairlot.terms.roll import RollTerms
from fairlot.terms.terms import Terms
from fairlot.terms.times import Times
from fairlot_crypto.statements import Statements
from fairlot_crypto.timelock.chain import DEFAULT_CHAIN, QUICKNET
from fairlot_crypto.timelock.drand import Beacon, read_beacon
from kit.lying_board import LyingBoard
from kit.sales import GROUP, steps
from kit.stage import Stage
from lies_draw import real
from lies_file import STRANGER

CHAINS = {"default": DEFAULT_CHAIN, "quicknet": QUICKNET}


def beacons(name: str) -> list[Beacon]:
    """Return real rounds of a chain."""
    file = external_vectors("drand") / f"beacons-{name}.json"
    rounds: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))[
        "rounds"
    ]
    plain = [{k: v for k, v in each.items() if k != "sources"} for each in rounds]
    return [read_beacon(json.dumps(each).encode()) for each in plain]


def sale_around(named: NamedRound) -> Stage:
    """Return a real sale without people whose draw waits for a real round."""
    on, due = real(), named.due
    unlock = due + LOCKUP
    times = Times(due - 999, due - 500, due - 200, due - 100, due - 50, unlock, 30)
    registry = replace(on.registry, starts=due - 5000, ends=due + 5000)
    beacon = replace(on.terms.beacon, drand=named)
    terms = replace(on.terms, times=times, registry=registry.registry_id, beacon=beacon)
    terms = replace(terms, roll=RollTerms(0, window=(times.open, times.open)))
    parts = replace(on.parts, registry=registry)
    return replace(on, parts=parts, terms=Terms.from_value(terms.to_value()))


def play_with_round(on: Stage, entry: Entry) -> LyingBoard:
    """Play the sale with a ROUND entry, at the times of its terms."""
    board = LyingBoard(on)
    for step in steps(on):
        made = [entry] if step.name == "round" else step.make(board.state)
        if made:
            board.batch(step.time, *made)
    return board


@pytest.mark.parametrize("name", CHAINS)
def test_a_real_round_is_mixed_into_the_draw_of_a_real_sale(name: str) -> None:
    chain, beacon = CHAINS[name], beacons(name)[-1]
    named = NamedRound(chain, beacon.round_number)
    on = sale_around(named)
    entry = make_round(on.terms.sale_id, chain, beacon, STRANGER)
    board = play_with_round(on, entry)
    assert board.state.rounds.signatures == {named.name: beacon.signature}
    report = audit(board.data, GROUP, Expected(on.terms.sale_id), Statements())
    assert report.holds, report.findings
    assert report.beacon is not None
    assert report.beacon.mixed
    assert report.beacon.to_json()["rests_on"] == "round"
    assert report.beacon.margin.ratio == "0.000", "its delay says nothing"


@pytest.mark.parametrize("name", CHAINS)
def test_every_real_round_is_taken_as_itself_only(name: str) -> None:
    chain, real_rounds = CHAINS[name], beacons(name)
    for beacon, other in zip(
        real_rounds, real_rounds[1:] + real_rounds[:1], strict=True
    ):
        named = NamedRound(chain, beacon.round_number)
        posed = replace(other, round_number=beacon.round_number)
        assert taken(named, beacon) is None
        assert taken(named, beacon, named.due - 1) == "round.early"
        assert taken(named, other) == "round.unnamed"
        assert taken(named, posed) == "round.signature"


def taken(named: NamedRound, beacon: Beacon, time: int | None = None) -> str | None:
    """Return the code with which a real round is refused where another is named."""
    entry = make_round(SaleId(bytes(32)), named.chain, beacon, STRANGER)
    when = named.due if time is None else time
    try:
        Rounds((named,)).take(GROUP, entry, when, Statements())
    except Rejection as error:
        return error.code
    return None


def test_no_chain_is_taken_for_the_other() -> None:
    beacon = beacons("quicknet")[-1]
    assert (
        taken(NamedRound(DEFAULT_CHAIN, beacon.round_number), beacon)
        == "round.signature"
    )
