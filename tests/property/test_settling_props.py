"""Which heads are brought, or kept back, never turns a settled sale into a void one."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.audit.settling import NotYet, Settled, ShownVoid, settle_replay
from fairlot.board.replay import Replay, replay
from fairlot_crypto.log.checkpoint import Checkpoint, SignedCheckpoint
from kit.board import as_record, dated
from kit.lying_board import played
from kit.sales import stage, steps
from kit.stage import Stage

WITNESSES = 3
LATEST = 150
"""Seconds by which a witness may lag: more than a phase and the slack."""
SALE = 3
"""Steps that are on the log of the registry."""


@cache
def watched() -> Stage:
    """Return a sale of three witnesses, of whom two must agree."""
    return stage().watched(WITNESSES, 2)


@cache
def log() -> tuple[Replay, tuple[tuple[Checkpoint, int], ...]]:
    """Return a whole sale that no witness has co-signed, and its heads with their times."""
    board, heads = played(watched(), "roll"), list[tuple[Checkpoint, int]]()
    for step in steps(watched())[SALE:]:
        board.put(step.time, *step.make(board.state))
        board.raw(as_record(dated(watched(), board.head(), [])))
        heads.append((board.head(), step.time))
    return replay(board.data, watched().state()), tuple(heads)


@cache
def cosigned(place: int, number: int, lag: int) -> SignedCheckpoint:
    """Return a head as a witness whose clock and network lag has co-signed it."""
    said, time = log()[1][place]
    return dated(watched(), said, [(number, time + lag)])


brought = st.sets(
    st.tuples(
        st.integers(0, len(steps(watched())) - SALE - 1), st.integers(0, WITNESSES - 1)
    )
)
lags = st.lists(st.integers(0, LATEST), min_size=WITNESSES, max_size=WITNESSES)


@pytest.mark.slow
@given(lags, brought, brought)
def test_no_two_readers_of_honest_witnesses_disagree(
    late: list[int], some: set[tuple[int, int]], others: set[tuple[int, int]]
) -> None:
    read, heads = log()
    everything = {(i, j) for i in range(len(heads)) for j in range(WITNESSES)}
    kinds: set[type[object]] = set()
    for chosen in (some, others, some | others, everything):
        given_heads = [cosigned(i, j, late[j]) for i, j in sorted(chosen)]
        found = settle_replay(read, heads=given_heads)
        if not isinstance(found, NotYet):
            kinds.add(type(found))
        if chosen == everything:
            assert isinstance(found, Settled | ShownVoid)
    assert len(kinds) == 1


@pytest.mark.slow
@given(brought)
def test_more_heads_never_take_an_answer_back(some: set[tuple[int, int]]) -> None:
    read, heads = log()
    answered = False
    for place, number in sorted(some):
        chosen = [pair for pair in some if pair <= (place, number)]
        found = settle_replay(read, heads=[cosigned(i, j, 0) for i, j in chosen])
        assert not isinstance(found, ShownVoid)
        assert isinstance(found, Settled) or not answered
        answered = isinstance(found, Settled)
    assert len(heads) == len(steps(watched())) - SALE
