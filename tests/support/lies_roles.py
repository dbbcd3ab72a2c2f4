"""Lies about whose sale it is, and who has which role in it."""

from itertools import combinations

from fairlot.audit.expected import Expected
from fairlot.board.phase import VoidReason
from kit.lying_board import LyingBoard, play_with
from kit.roles import ROLES, held
from kit.sales import stage, transcript
from lies_draw import nothing, real
from lies_file import STRANGER, Make, Row
from lies_people import void_entry

NO_REHEARSAL = Expected()
"""What an auditor expects of a sale."""


def _shared(*roles: str) -> Make:
    """Give one key two roles in a real sale that is void before there is a draw."""

    def call_off(board: LyingBoard, _time: int) -> None:
        on = board.on
        late = on.terms.times.close + on.terms.times.slack + 1
        board.batch(late, void_entry(on, VoidReason.CLOSE_MISSED))

    lies = {"leaves": nothing, "deposits": nothing, "close": call_off}
    return lambda: play_with(
        held(real(), STRANGER, *roles), instead=lies, until="close"
    )


PARTIES = (
    Row(
        "A25",
        "audit.rehearsal",
        "a rehearsal is shown as a sale",
        lambda: transcript(stage()),
        NO_REHEARSAL,
    ),
    *(
        Row(
            "A26",
            "roles.shared",
            f"{one} and {other} of a real sale have one key",
            _shared(one, other),
            NO_REHEARSAL,
        )
        for one, other in combinations(ROLES, 2)
    ),
)
