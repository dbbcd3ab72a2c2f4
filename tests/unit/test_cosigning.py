"""What a witness co-signs: one history, by its own clock."""

from collections.abc import Callable

import pytest

from fairlot.board.cosigning import cosign
from fairlot.board.duties import CLOCK_TOLERANCE
from fairlot.board.replay import Replay, replay
from fairlot.errors import Rejection
from fairlot_crypto.log.checkpoint import SignedCheckpoint, verify_cosignature
from kit.lying_board import LyingBoard, play_with
from kit.real_view import real, real_view
from kit.sales import stage
from kit.stage import Stage

KEY = real().witness_key(0)
WITNESS = real().terms.witnesses.named[0]


def view(on: Stage, data: bytes) -> Replay:
    read = replay(data, on.state())
    read.check()
    return read


def refused(check: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        check()
    return caught.value.code


def test_a_head_has_the_line_of_the_board_and_that_of_the_witness() -> None:
    read = real_view("close")
    head = cosign(read, KEY, None, read.time)
    last = read.heads[read.state.tree.size]
    assert head.checkpoint == last.checkpoint
    assert head.lines[0] == last.lines[0]
    assert len(head.lines) == 2
    assert verify_cosignature(head, WITNESS.name, WITNESS.key) == read.time


def test_each_head_extends_the_one_before() -> None:
    last: SignedCheckpoint | None = None
    for until in ("open", "close", "commits", "commit-end", "sealed"):
        read = real_view(until)
        last = cosign(read, KEY, last, read.time)
    assert last is not None


@pytest.mark.parametrize("until", ["close", "commits", "sealed"])
def test_a_smaller_board_is_not_co_signed(until: str) -> None:
    last = real_view("reveals")
    head = cosign(last, KEY, None, last.time)
    read = real_view(until)
    assert refused(lambda: cosign(read, KEY, head, last.time)) == "witness.fork"


@pytest.mark.parametrize("until", ["commits", "commit-end", "sealed"])
def test_another_history_is_not_co_signed(until: str) -> None:
    """Nor is a larger one, nor one of the same size."""
    on = stage(contributors=2).watched()
    key = on.witness_key(0)

    def other(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        board.batch(time, on.commit(frozen, 0, alpha=7), on.commit(frozen, 1))

    first = view(on, play_with(on, until="commits"))
    head = cosign(first, key, None, first.time)
    fork = view(on, play_with(on, instead={"commits": other}, until=until))
    assert refused(lambda: cosign(fork, key, head, fork.time)) == "witness.fork"


def test_a_head_is_co_signed_again_as_long_as_the_board_stands_still() -> None:
    """Only such dates show that a marker did not come."""
    read = real_view("open")
    head = cosign(read, KEY, None, read.time)
    later = read.time + 10**6
    again = cosign(read, KEY, head, later)
    assert again.checkpoint == head.checkpoint
    assert verify_cosignature(again, WITNESS.name, WITNESS.key) == later
    assert refused(lambda: cosign(read, KEY, again, later - 1)) == "witness.clock"
    grown = real_view("close")
    assert refused(lambda: cosign(grown, KEY, again, grown.time)) == "witness.clock"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("apart", "holds"),
    [
        (0, True),
        (CLOCK_TOLERANCE, True),
        (-CLOCK_TOLERANCE, True),
        (CLOCK_TOLERANCE + 1, False),
        (-CLOCK_TOLERANCE - 1, False),
    ],
)
def test_what_is_new_was_dated_just_now(apart: int, holds: bool) -> None:
    for last in (None, cosign(real_view("open"), KEY, None, real_view("open").time)):
        read = real_view("close")
        clock = read.time + apart
        if holds:
            cosign(read, KEY, last, clock)
        else:
            code = refused(lambda: cosign(read, KEY, last, clock))  # noqa: B023
            assert code == "witness.clock"


def test_a_rehearsal_may_be_dated_at_any_time() -> None:
    on = stage().watched()
    read = view(on, play_with(on, until="close"))
    for clock in (0, 10**10):
        cosign(read, on.witness_key(1), None, clock)


def test_nobody_unnamed_co_signs() -> None:
    read = real_view("close")
    stranger = real().parts.board
    assert refused(lambda: cosign(read, stranger, None, 0)) == "witness.unnamed"
    on = stage()
    alone = view(on, play_with(on, until="close"))
    code = refused(lambda: cosign(alone, on.parts.board, None, 0))
    assert code == "witness.unnamed", "a board that is its own witness needs no command"


def test_an_empty_board_has_no_head() -> None:
    empty = replay(b"", stage().state())
    assert refused(lambda: cosign(empty, KEY, None, 0)) == "phase.no-terms"
