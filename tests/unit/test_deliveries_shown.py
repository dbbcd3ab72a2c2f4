"""What people and auditors are told of items: entry by entry, and in all."""

from functools import cache

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.inspection import entry_facts
from fairlot.board.replay import replay_file
from fairlot.board.sale import SaleState
from fairlot.errors import Rejection
from fairlot.report.ending import ending
from kit.delivered import more_steps, played_on, sold, unlock_claim, winners
from kit.lying_board import play_with
from kit.sales import GROUP
from kit.stage import STATEMENTS
from lies_file import A_REHEARSAL


@cache
def transcript(until: str = "end") -> bytes:
    return play_with(sold(), until=until, more=more_steps(sold()))


def state(until: str = "end") -> SaleState:
    return replay_file(transcript(until), GROUP, STATEMENTS).state


def test_each_entry_has_its_sentence() -> None:
    facts = entry_facts(replay_file(transcript(), GROUP, STATEMENTS))
    said = {fact.type: fact.sentence for fact in facts}
    claim = unlock_claim(sold(), winners(sold())[1])
    assert said["ITEMS"] == (
        "The seller promises 2 items, one for each unit that was won."
    )
    assert said["DELIVERY"] == (
        f"The seller delivers unit 1 to the claim {claim.entry.hash.hex()} of nym "
        f"{claim.nym.hex()}."
    )
    assert not [fact for fact in facts if fact.refusal]


def test_an_audit_counts_what_was_promised_and_delivered() -> None:
    for until, counts in (
        ("result", (0, 0)),
        ("items", (2, 0)),
        ("claims", (2, 0)),
        ("end", (2, 2)),
    ):
        report = audit(transcript(until), GROUP, A_REHEARSAL, STATEMENTS)
        facts = report.facts
        assert (facts["items_promised"], facts["items_delivered"]) == counts
        assert report.holds, report.findings


def test_a_report_says_how_much_of_the_promise_is_kept() -> None:
    assert ending(state("result")).endswith("are unsold.")
    assert ending(state("unlock")).endswith(" 0 of 2 promised items were delivered.")
    assert ending(state()).endswith(" 2 of 2 promised items were delivered.")
    half = played_on(sold(), "deliveries")
    half.deliveries.by_unit.pop(0)
    assert ending(half).endswith(" 1 of 2 promised items was delivered.")


def test_before_the_result_nothing_is_won() -> None:
    with pytest.raises(Rejection) as caught:
        _ = played_on(sold(), "reveal-end").drawn_outcome
    assert caught.value.code == "phase.wrong"
