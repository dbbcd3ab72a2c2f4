"""Orders that nobody may place, and outcomes that a board likes better than the draw's.

The audit names the one check. The books of every outcome are balanced, so that no invariant
of the ledger finds it.
"""

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.checks import check_of
from fairlot.audit.expected import Expected
from kit.lying_board import play_with
from kit.sales import GROUP
from kit.stage import STATEMENTS
from lies_file import Row
from lies_orders import ORDERS
from lies_outcomes import CHEATS, OUTCOMES

ROWS = (*ORDERS, *OUTCOMES)


@pytest.mark.thorough
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sentence)
def test_the_audit_names_the_broken_check_and_no_other(row: Row) -> None:
    report = audit(row.make(), GROUP, row.expected, STATEMENTS)
    assert report.failed == (row.check,), report.findings
    assert [finding.code for finding in report.findings] == [row.code]
    assert check_of(row.code).id == row.check


@pytest.mark.thorough
def test_the_same_sales_without_a_lie_are_believed() -> None:
    for ball in {cheated.sale() for cheated in CHEATS}:
        data = play_with(ball.on, deposits=ball.entries)
        report = audit(data, GROUP, Expected(rehearsal=True), STATEMENTS)
        assert report.holds, report.findings


@pytest.mark.slow
def test_no_lie_is_told_twice() -> None:
    assert len({row.sentence for row in ROWS}) == len(ROWS)
    assert len({row.make() for row in ROWS}) == len(ROWS)
