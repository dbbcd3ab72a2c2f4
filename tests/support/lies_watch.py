"""Lies that only the dates of witnesses show."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairlot.board.phase import VoidReason
from fairlot.entry import Entry, EntryType
from fairlot.rehearsal.parts import LOCKUP
from kit.board import as_record
from kit.lying_board import Lie, LyingBoard, play_with
from kit.sales import clocked, stage, steps
from kit.stage import Stage
from lies_file import Make, Row
from lies_people import void_entry

ALL, ENOUGH, TOO_FEW = (0, 1, 2), (1, 2), (2,)
"""Numbers of witnesses, of whom two must agree."""


def watched() -> Stage:
    """Return the small sale with three witnesses."""
    return stage().watched()


def seen(
    board: LyingBoard, time: int, leaves: Sequence[Entry], date: int, who: Sequence[int]
) -> None:
    """Append a batch whose head some witnesses have seen, at a time of their own."""
    board.put(time, *leaves)
    signed = board.signed(board.head(), date)
    lines = (signed.lines[0], *(signed.lines[1 + number] for number in who))
    board.raw(as_record(replace(signed, lines=lines)))


def _step(name: str, late: int, who: Sequence[int]) -> Lie:
    """Post what is due at a step, under a head with other dates or fewer of them."""

    def lie(board: LyingBoard, time: int) -> None:
        made = next(each for each in steps(board.on) if each.name == name)
        seen(board, time, made.make(board.state), time + late, who)

    return lie


def shown(name: str, late: int, who: Sequence[int]) -> Make:
    """Post a step and what comes soon after it under such heads."""
    names = [each.name for each in steps(watched())]
    place = names.index(name)
    lies = {each: _step(each, late, who) for each in names[place : place + 2]}
    return lambda: play_with(watched(), instead=lies)


def _dated_by_the_board() -> bytes:
    """Open in time, says the log; its own date, where nobody else watches, says else."""

    def lie(board: LyingBoard, time: int) -> None:
        board.put(time, board.on.open_entry())
        late = time + board.on.terms.times.slack + 1
        board.raw(as_record(board.signed(board.head(), late)))

    return play_with(stage(), instead={"open": lie})


def _called_off(who: Sequence[int], late: int) -> Make:
    """Say that CLOSE was missed, under a head of some date after its last moment."""

    def lie(board: LyingBoard, time: int) -> None:
        end = time + board.on.terms.times.slack
        entry = void_entry(board.on, VoidReason.CLOSE_MISSED)
        seen(board, end + 1, [entry], end + late, who)

    return lambda: play_with(watched(), instead={"close": lie}, until="close")


def _without_commits() -> bytes:
    """End the commitments without any, under a head that nobody saw in time."""

    def lie(board: LyingBoard, time: int) -> None:
        late = board.on.terms.times.slack + 1
        seen(board, time, [board.on.sign(EntryType.COMMIT_END)], time + late, ALL)

    def nobody(_board: LyingBoard, _time: int) -> None:
        return

    return play_with(
        watched(), instead={"commits": nobody, "commit-end": lie}, until="commit-end"
    )


def _expired(late: int) -> Callable[[], bytes]:
    """Say that the round has not come, under a head of some date after the expiry."""
    on = clocked()
    (named,) = on.terms.named_rounds()
    expiry = named.due + 86_400
    times = replace(on.terms.times, unlock=expiry + LOCKUP, expiry=expiry)
    expiring = on.with_terms(replace(on.terms, times=times)).watched()

    def lie(board: LyingBoard, _time: int) -> None:
        entry = void_entry(board.on, VoidReason.EXPIRED)
        seen(board, expiry + 1, [entry], expiry + late, ALL)

    return lambda: play_with(expiring, instead={"round": lie}, until="round")


MARKERS = ("open", "close", "commit-end", "sealed")

WATCH = (
    *(
        Row(
            "A28",
            "witness.quorum",
            f"one witness of three saw {name} in time",
            shown(name, 0, TOO_FEW),
        )
        for name in MARKERS
    ),
    *(
        Row(
            "A28",
            "witness.quorum",
            f"all witnesses saw {name} a second too late",
            shown(name, 31, ALL),
        )
        for name in MARKERS
    ),
    Row(
        "A28",
        "witness.quorum",
        "one witness of three saw the result",
        shown("result", 0, TOO_FEW),
    ),
    Row(
        "A28",
        "witness.quorum",
        "nobody saw the result",
        shown("result", 0, ()),
    ),
    Row(
        "A28",
        "witness.quorum",
        "the board itself dates the opening too late",
        _dated_by_the_board,
    ),
    Row(
        "A22",
        "void.not-shown",
        "called off in the last second in which it could still close",
        _called_off(ALL, 0),
    ),
    Row(
        "A22",
        "void.not-shown",
        "commitments are missing, says a head that came too late",
        _without_commits,
    ),
    Row(
        "A22",
        "void.not-shown",
        "a sale expires for witnesses on whose clocks it has not",
        _expired(0),
    ),
)

HOLDING: Sequence[tuple[str, Make]] = (
    *((f"{name} at its last moment", shown(name, 30, ENOUGH)) for name in MARKERS),
    ("the result, by as few as may be", shown("result", 0, ENOUGH)),
    ("called off by as few as may be", _called_off(ENOUGH, 1)),
    ("expired", _expired(1)),
)
"""What differs from a lie in one second, or in one witness, and holds."""
