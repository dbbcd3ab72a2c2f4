"""Outcomes that a board likes better than the draw's: the audit names the one check.

The books of every lie are balanced, so no invariant of the ledger finds it.
"""

import pytest

from fairlot.audit import Expected, audit
from lies_file import Row
from lies_outcomes import CHEATS, OUTCOMES
from lying_board import play_with
from sales import GROUP, STATEMENTS


@pytest.mark.parametrize("row", OUTCOMES, ids=lambda row: row.sentence)
def test_an_outcome_of_the_boards_own_is_named(row: Row) -> None:
    report = audit(row.make(), GROUP, row.expected, STATEMENTS)
    assert report.failed == ("A21",), report.findings
    assert [finding.code for finding in report.findings] == ["result.outcome"]


def test_the_same_sales_without_a_lie_are_believed() -> None:
    for ball in {cheated.sale() for cheated in CHEATS}:
        data = play_with(ball.on, deposits=ball.entries)
        report = audit(data, GROUP, Expected(), STATEMENTS)
        assert report.holds, report.findings


def test_no_lie_is_told_twice() -> None:
    assert len({row.sentence for row in OUTCOMES}) == len(OUTCOMES)
    assert len({row.make() for row in OUTCOMES}) == len(OUTCOMES)
