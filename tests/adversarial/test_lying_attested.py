"""Outcomes of sales with fares and points that a board likes better than the draw's.

The audit computes who pays which fare, and who has how many chances, from what presentations
disclose: no board can read them in another way.
"""

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from kit.lying_board import play_with
from kit.sales import GROUP
from kit.stage import STATEMENTS
from lies_attested import CHEATS, family, waited
from lies_outcomes import Cheated

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("cheated", CHEATS, ids=lambda cheated: cheated.sentence)
def test_the_audit_finds_another_outcome(cheated: Cheated) -> None:
    row = cheated.row()
    report = audit(row.make(), GROUP, row.expected, STATEMENTS)
    assert report.failed == ("A21",), report.findings
    assert [finding.code for finding in report.findings] == ["result.outcome"]


def test_the_same_sales_without_a_lie_are_believed() -> None:
    for ball in (family(), waited()):
        data = play_with(ball.on, deposits=ball.entries)
        report = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)
        assert report.holds, report.findings
