"""A board that sets its clock so that the draw seems to have been unknown for long enough."""

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.beacon.margin import Margin
from kit.lying_board import LyingBoard, play_with
from kit.stage import STATEMENTS, Stage


@pytest.mark.parametrize("late", [0, 10, 30])
def test_the_clock_of_the_board_moves_no_margin(concert: Stage, late: int) -> None:
    """A CLOSE that is dated late would leave less time until the commitments end."""

    def close(board: LyingBoard, time: int) -> None:
        board.batch(time + late, concert.close(board.state, time + late))

    data = play_with(concert, instead={"close": close}, until="close")
    facts = audit(data, concert.curve, Expected(), STATEMENTS).beacon
    assert facts is not None
    times = concert.terms.times
    assert facts.margin == Margin(
        concert.terms.beacon.delay, times.seal_end + times.slack - times.close
    )
