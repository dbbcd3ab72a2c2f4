"""The audit counts how many nyms show each combination of attributes."""

from dataclasses import replace

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.board.storage import MemoryStorage
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry, EntryType
from kit.gala import ANN, BOB, CAT, WISH, gala, says
from kit.sales import GROUP, play
from kit.stage import STATEMENTS


def report_of(*entries: Entry) -> Report:
    """Audit a sale that has got as far as its deposits."""
    storage = MemoryStorage()
    play(gala().board(storage), gala(), until="deposits", deposits=entries)
    return audit(storage.data, GROUP, Expected(rehearsal=True), STATEMENTS)


def test_each_combination_is_counted_once_a_nym() -> None:
    again = replace(WISH, seq=1)
    entries = [says(n, WISH) for n in (ANN, BOB, CAT)]
    report = report_of(*entries, says(ANN, again))
    assert report.failed == ("A23",)
    assert report.to_json()["disclosed"] == [
        {"values": {"cohort": "", "region": ""}, "nyms": 1},
        {"values": {"cohort": "2028", "region": ""}, "nyms": 1},
        {"values": {"cohort": "2029", "region": "north"}, "nyms": 1},
    ]


def test_a_cancellation_shows_too() -> None:
    leaves = says(CAT, Wish(1, 0, 0), EntryType.CANCEL)
    (only,) = report_of(says(CAT, WISH), leaves).disclosed
    assert only.values == (("cohort", ""), ("region", ""))
    assert only.nyms == 1
    assert str(only) == "cohort=, region=: 1 nym: this one is tagged"
    assert str(replace(only, nyms=2)) == "cohort=, region=: 2 nyms"


def test_where_nothing_is_required_nothing_is_listed(concert_transcript: bytes) -> None:
    report = audit(concert_transcript, GROUP, Expected(rehearsal=True), STATEMENTS)
    assert report.disclosed == ()
