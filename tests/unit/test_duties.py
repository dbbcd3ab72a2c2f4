"""What a contributor checks before signing: the head they kept, clocks, witnesses' dates."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fairlot.board.duties import (
    CLOCK_TOLERANCE,
    check_clock,
    check_in_time,
    check_kept,
    latest_head,
    own_clock,
)
from fairlot.board.head import merge_heads
from fairlot.board.replay import Replay, replay
from fairlot.cli.beacon.contributor import Secret, commit, reveal, seal
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError, Rejection
from fairlot_crypto.log.checkpoint import SignedCheckpoint, sign_checkpoint
from kit.board import as_record, cosigned, signed
from kit.lying_board import Lie, LyingBoard, play_with
from kit.real_view import nothing, real, real_view
from kit.sales import alpha, stage
from kit.stage import Stage

TIMES = stage().terms.times
SLACK = TIMES.slack
EMPTY = {"leaves": nothing, "deposits": nothing}


def view(on: Stage, data: bytes) -> Replay:
    read = replay(data, on.state())
    read.check()
    return read


def two() -> Stage:
    return stage(contributors=2)


def refused(check: Callable[[], object]) -> str:
    with pytest.raises(Rejection) as caught:
        check()
    return caught.value.code


# The head that was kept.


def test_a_board_extends_every_head_that_it_has_had() -> None:
    whole = view(two(), play_with(two()))
    for head in whole.heads.values():
        check_kept(whole, head)


def test_an_older_copy_does_not_extend_a_later_head() -> None:
    whole = view(two(), play_with(two()))
    for until in ("close", "commit-end", "seals"):
        older = view(two(), play_with(two(), until=until))
        latest = whole.heads[max(whole.heads)]
        assert refused(lambda: check_kept(older, latest)) == "head.fork"  # noqa: B023


def test_another_history_does_not_extend_a_head() -> None:
    """It is longer and obeys every rule, but one entry in it is another."""
    on = two()

    def other(board: LyingBoard, time: int) -> None:
        frozen = board.state.contributions.frozen
        board.batch(time, on.commit(frozen, 0, alpha=7), on.commit(frozen, 1))

    kept = view(on, play_with(on, until="commits")).heads
    fork = view(on, play_with(on, instead={"commits": other}, until="sealed"))
    *before, last = [kept[size] for size in sorted(kept)]
    for head in before:
        check_kept(fork, head)
    assert refused(lambda: check_kept(fork, last)) == "head.fork"


def test_the_last_head_is_kept_with_all_co_signatures() -> None:
    on = two().watched()
    read = view(on, play_with(on, until="close"))
    last = read.heads[max(read.heads)]
    assert latest_head(read, None) == last
    early = read.heads[min(read.heads)]
    assert latest_head(read, early) == last
    board, *others = last.lines
    some = replace(last, lines=(board, others[0]))
    read.heads[last.checkpoint.size] = replace(last, lines=(board, *others[1:]))
    assert set(latest_head(read, some).lines) == set(last.lines)


# Clocks.


def test_a_rehearsal_has_the_clock_of_its_log() -> None:
    rehearsed = view(two(), play_with(two(), until="close"))
    assert own_clock(rehearsed, 0) == rehearsed.time
    check_clock(rehearsed, 0)
    check_clock(rehearsed, 10**10)
    closed = real_view("close")
    assert own_clock(closed, 7) == 7


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("until", "clock", "holds"),
    [
        ("close", TIMES.close, True),
        ("close", TIMES.close - SLACK - CLOCK_TOLERANCE, True),
        ("close", TIMES.close - SLACK - CLOCK_TOLERANCE - 1, False),
        ("close", TIMES.commit_end + SLACK + CLOCK_TOLERANCE, True),
        ("close", TIMES.commit_end + SLACK + CLOCK_TOLERANCE + 1, False),
        ("commit-end", TIMES.seal_end + SLACK + CLOCK_TOLERANCE, True),
        ("commit-end", TIMES.seal_end + SLACK + CLOCK_TOLERANCE + 1, False),
        ("sealed", TIMES.seal_end - SLACK - CLOCK_TOLERANCE - 1, False),
        # Nobody posts for years: the log's clock stands still, and every marker is there.
        ("sealed", TIMES.seal_end + 10**8, True),
        ("open", TIMES.open, True),
        ("terms", TIMES.open + SLACK + CLOCK_TOLERANCE + 1, False),
    ],
)
def test_the_clocks_of_a_real_sale_agree(until: str, clock: int, holds: bool) -> None:
    read = real_view(until)
    if holds:
        check_clock(read, clock)
    else:
        assert refused(lambda: check_clock(read, clock)) == "head.clock"


# Witnesses.


def dated(on: Stage, numbers: Sequence[int], late: int = 0) -> Lie:
    """Post CLOSE under a head that some witnesses co-sign, that many seconds late."""

    def post(board: LyingBoard, time: int) -> None:
        board.put(time, on.close(board.state))
        said = board.head()
        line = sign_checkpoint(said, said.origin, on.parts.board)
        lines = (cosigned(on, said, number, time + late) for number in numbers)
        board.raw(as_record(SignedCheckpoint(said, (line, *lines))))

    return post


@pytest.mark.parametrize(
    ("numbers", "late", "holds"),
    [
        ((0, 1), 0, True),
        ((1, 2), SLACK, True),
        ((0, 1, 2), SLACK + 1, False),
        ((0,), 0, False),
        ((), 0, False),
    ],
)
def test_a_quorum_must_have_dated_the_marker_in_time(
    numbers: Sequence[int], late: int, holds: bool
) -> None:
    on = two().watched()
    data = play_with(on, instead={"close": dated(on, numbers, late)}, until="close")
    read = view(on, data)
    if holds:
        check_in_time(read, EntryType.CLOSE)
    else:
        code = refused(lambda: check_in_time(read, EntryType.CLOSE))
        assert code == "witness.quorum"
    assert refused(lambda: check_in_time(read, EntryType.SEALED)) == "witness.quorum"


# Each step makes these checks.


def secret(read: Replay, on: Stage, number: int = 0) -> Secret:
    frozen = read.state.contributions.frozen
    key = on.parts.contributors[number].public
    return Secret(read.state.sale_id, frozen, key, alpha(number))


Step = Callable[[Replay, int], Entry]


def commits(read: Replay, clock: int) -> Entry:
    return commit(read, real().parts.contributors[0], secret(read, real()), clock)


def seals(read: Replay, clock: int) -> Entry:
    return seal(read, real().parts.contributors[0], secret(read, real()), clock)


def reveals(read: Replay, clock: int) -> Entry:
    return reveal(read, real().parts.contributors[0], secret(read, real()), clock)


STEPS: list[tuple[str, str, Step]] = [
    ("close", "close", commits),
    ("commit-end", "commit-end", seals),
    ("sealed", "sealed", reveals),
]


@pytest.mark.parametrize(("until", "marker", "step"), STEPS)
def test_nobody_signs_by_a_clock_that_is_ahead(
    until: str, marker: str, step: Step
) -> None:
    read = real_view(until)
    early = read.time - SLACK - CLOCK_TOLERANCE - 1
    assert refused(lambda: step(read, early)) == "head.clock", marker
    assert step(real_view(until), read.time - SLACK).scope == real().terms.sale_id


@pytest.mark.parametrize(("until", "marker", "step"), STEPS)
def test_nobody_signs_unless_a_quorum_saw_the_marker_in_time(
    until: str, marker: str, step: Step
) -> None:
    on = real()

    def unseen(board: LyingBoard, time: int) -> None:
        kind = {"commit-end": EntryType.COMMIT_END, "sealed": EntryType.SEALED}
        made = on.close(board.state) if marker == "close" else on.sign(kind[marker])
        board.put(time, made)
        said = board.head()
        one = signed(on, said, time)
        board.raw(as_record(replace(one, lines=one.lines[:2])))

    read = view(on, play_with(on, instead={**EMPTY, marker: unseen}, until=until))
    assert refused(lambda: step(read, read.time)) == "witness.quorum"


@pytest.mark.parametrize("late", [0, 1, SLACK])
def test_nobody_seals_once_the_time_has_come(late: int) -> None:
    ends = real().terms.times.seal_end
    seals(real_view("commit-end"), ends - 1)
    read = real_view("commit-end")
    assert refused(lambda: seals(read, ends + late)) == "sealing.late"


def test_in_a_rehearsal_the_log_says_what_time_it_is() -> None:
    on = two()
    key = on.parts.contributors[0]
    read = view(on, play_with(on, until="commit-end"))
    assert seal(read, key, secret(read, on), 10**10).type is EntryType.SEAL

    def late(board: LyingBoard, _time: int) -> None:
        board.batch(on.terms.times.seal_end, on.seal(board.state, 1))

    read = view(on, play_with(on, instead={"seals": late}, until="seals"))
    assert refused(lambda: seal(read, key, secret(read, on), 0)) == "sealing.late"


def test_nobody_seals_what_another_secret_has_committed() -> None:
    on = two()
    read = view(on, play_with(on, until="commit-end"))
    other = replace(secret(read, on), alpha=alpha(1))
    with pytest.raises(InputError) as caught:
        seal(read, on.parts.contributors[0], other, 0)
    assert caught.value.code == "contribution.secret"


# Heads that say the same.


def test_the_lines_of_one_head_are_gathered() -> None:
    on = two().watched()
    state = view(on, play_with(on, until="close"))
    whole = state.heads[max(state.heads)]
    board, *others = whole.lines
    parts = [replace(whole, lines=(board, line)) for line in others]
    assert merge_heads(parts) == (whole,)
    assert merge_heads([whole, *parts, whole]) == (whole,)
    assert merge_heads([]) == ()


def test_two_dates_of_one_witness_are_two_heads() -> None:
    on = two().watched()
    state = view(on, play_with(on, until="close"))
    whole = state.heads[max(state.heads)]
    said, (board, *_) = whole.checkpoint, whole.lines
    early, late = (cosigned(on, said, 0, date) for date in (5, 6))
    other = cosigned(on, said, 1, 7)
    given = [replace(whole, lines=(board, line)) for line in (early, late, other)]
    merged = merge_heads(given)
    assert [head.lines for head in merged] == [(board, early, other), (board, late)]


def test_heads_of_other_trees_stay_apart() -> None:
    on = two()
    read = view(on, play_with(on, until="close"))
    heads = list(read.heads.values())
    assert merge_heads(reversed(heads)) == tuple(heads)
