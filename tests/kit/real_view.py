"""What readers see of a sale that is no rehearsal: witnesses watch it.

Nobody is in it, since what contributors and witnesses check does not depend on deposits.
"""

from functools import cache

from fairlot.board.replay import Replay, replay
from kit import roles
from kit.lying_board import NO_LIES, Lie, LyingBoard, play_with
from kit.sales import stage
from kit.stage import Stage


@cache
def real(contributors: int = 2) -> Stage:
    """Return the sale, whose seed waits for a round of quicknet."""
    return roles.real(stage(names=(), contributors=contributors))


def nothing(_board: LyingBoard, _time: int) -> None:
    """Leave a step out."""


def real_transcript(
    until: str, before: dict[str, Lie] | None = None, contributors: int = 2
) -> bytes:
    """Return the transcript up to and with a step, which all witnesses co-sign."""
    empty = {"leaves": nothing, "deposits": nothing}
    lies = NO_LIES if before is None else before
    return play_with(real(contributors), before=lies, instead=empty, until=until)


def real_view(until: str, contributors: int = 2) -> Replay:
    """Return the sale up to and with a step, as a reader sees it."""
    read = replay(
        real_transcript(until, None, contributors), real(contributors).state()
    )
    read.check()
    return read
