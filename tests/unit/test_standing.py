"""Whether a sale stands, is void or still open: what the dates of witnesses show."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlot.board.phase import VoidReason
from fairlot.board.sale import SaleState
from fairlot.board.standing import DUE, Cosigned, Marked, Watch, due
from fairlot.entry import EntryType
from fairlot.rehearsal.parts import LOCKUP
from kit.board import extend
from kit.sales import clocked, play, stage
from kit.stage import Stage
from lies_people import void_entry

NEVER = 2**62


@cache
def watched(number: int = 3, quorum: int = 2) -> Stage:
    return stage().watched(number, quorum)


def saw(on: Stage, who: int, size: int, date: int) -> Cosigned:
    return Cosigned(on.terms.witnesses.named[who].key, size, date)


def watch(*seen: Cosigned) -> Watch:
    return Watch(set(seen))


def after(on: Stage, until: str) -> SaleState:
    return play(on.board(), on, until).state


STEPS = {
    EntryType.OPEN: ("terms", "open"),
    EntryType.CLOSE: ("deposits", "close"),
    EntryType.COMMIT_END: ("commits", "commit-end"),
    EntryType.SEALED: ("seals", "sealed"),
}
"""The last step before a marker, and its own."""


def deadline(on: Stage, kind: EntryType) -> int:
    return due(on.terms, kind) + on.terms.times.slack


@pytest.mark.parametrize("kind", DUE)
def test_a_marker_is_in_time_if_a_quorum_saw_it_by_its_deadline(
    kind: EntryType,
) -> None:
    on = watched()
    state, last = after(on, STEPS[kind][1]), deadline(on, kind)
    size = state.markers[kind] + 1
    for rows, expected in (
        (((0, size, last), (1, size, last)), Marked.IN_TIME),
        (((0, size, 0), (2, size + 9, last)), Marked.IN_TIME),
        (((0, size, last), (1, size, last), (2, size, last)), Marked.IN_TIME),
        (((0, size, last), (1, size, last + 1)), Marked.OPEN),
        (((0, size, last), (1, size - 1, last)), Marked.OPEN),
        (((0, size, last), (0, size, last - 1)), Marked.OPEN),
        (((0, size, last), (0, size + 1, last)), Marked.OPEN),
        (((0, size, last),), Marked.OPEN),
        ((), Marked.OPEN),
    ):
        seen = watch(*(saw(on, *row) for row in rows))
        assert seen.marked(state, kind) is expected, rows


@pytest.mark.thorough
@pytest.mark.parametrize("kind", DUE)
def test_a_marker_is_missed_if_a_quorum_saw_later_heads_without_it(
    kind: EntryType,
) -> None:
    on = watched()
    last = deadline(on, kind)
    there = after(on, STEPS[kind][1])
    index = there.markers[kind]
    for rows, expected in (
        (((0, index, last + 1), (1, index, last + 1)), Marked.MISSED),
        (((0, 1, NEVER), (2, index, last + 1)), Marked.MISSED),
        (((0, index, last + 1), (1, index, last)), Marked.OPEN),
        (((0, index, last + 1), (0, index - 1, last + 2)), Marked.OPEN),
        (((0, index, last + 1),), Marked.OPEN),
    ):
        seen = watch(*(saw(on, *row) for row in rows))
        assert seen.marked(there, kind) is expected, rows
        assert seen.marked(after(on, STEPS[kind][0]), kind) is expected, rows
    late = watch(*(saw(on, who, index + 1, last + 1) for who in range(3)))
    assert late.marked(there, kind) is Marked.OPEN, "they saw it, though late"


@pytest.mark.parametrize("until", ["terms", "deposits", "commits", "seals"])
def test_a_marker_that_is_not_there_was_seen_by_nobody(until: str) -> None:
    on = watched()
    state = after(on, until)
    for kind in DUE:
        if kind not in state.markers:
            seen = watch(*(saw(on, who, NEVER, 0) for who in range(3)))
            assert seen.marked(state, kind) is Marked.OPEN


def test_where_nobody_watches_the_board_is_the_one_witness() -> None:
    on = stage()
    state, last = after(on, "close"), deadline(on, EntryType.CLOSE)
    size = state.markers[EntryType.CLOSE] + 1
    for row, expected in (
        ((size, last), Marked.IN_TIME),
        ((size, last + 1), Marked.OPEN),
        ((size - 1, last + 1), Marked.MISSED),
    ):
        seen = watch(Cosigned(on.terms.board.key, *row))
        assert seen.marked(state, EntryType.CLOSE) is expected


# Whatever heads a board attaches, leaves out or repeats.


@st.composite
def histories(draw: st.DrawFn, number: int) -> list[list[tuple[int, int]]]:
    """Draw dates and sizes around CLOSE and its deadline, for honest witnesses.

    The clock of each goes on, and each extends the head it saw last.
    """
    found: list[list[tuple[int, int]]] = []
    for _ in range(number):
        dates = sorted(draw(st.lists(st.integers(-3, 3), max_size=6)))
        sizes = sorted(
            draw(st.lists(st.integers(-3, 3), min_size=len(dates), max_size=len(dates)))
        )
        found.append(list(zip(dates, sizes, strict=True)))
    return found


@cache
def closed() -> SaleState:
    return after(watched(4, 3), "close")


def cosigned(rows: Iterable[tuple[int, int, int]]) -> set[Cosigned]:
    """Return co-signatures by witness, date and size, about CLOSE of four witnesses."""
    on, index = watched(4, 3), closed().markers[EntryType.CLOSE]
    last = deadline(on, EntryType.CLOSE)
    return {saw(on, who, index + size, last + date) for who, date, size in rows}


@pytest.mark.thorough
@given(
    histories(3),
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), max_size=8),
    st.data(),
)
def test_co_signatures_left_out_or_repeated_never_turn_one_into_the_other(
    honest: list[list[tuple[int, int]]],
    liar: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    """Of four witnesses with a quorum of three one may lie: 2k - w is two."""
    rows = [
        (who, date, size)
        for who, history in enumerate([*honest, liar])
        for date, size in history
    ]
    every = sorted(cosigned(rows), key=lambda c: (c.witness, c.date, c.size))
    subsets = [
        {c for c in every if data.draw(st.booleans(), label=str(c.date))}
        for _ in range(3)
    ]
    state = closed()
    shown = {
        Watch(seen).marked(state, EntryType.CLOSE) for seen in (*subsets, set(every))
    }
    assert not {Marked.IN_TIME, Marked.MISSED} <= shown
    whole = Watch(set(every)).marked(state, EntryType.CLOSE)
    assert shown <= {whole, Marked.OPEN}, "more co-signatures show more, never else"


def test_two_witnesses_who_lie_could_show_both() -> None:
    """What the quorum protects from ends there, and the property above says why."""
    both = cosigned(
        [
            *((who, 0, 1) for who in (0, 1, 2)),
            *((who, 1, 0) for who in (1, 2, 3)),
        ]
    )
    state = closed()
    early = {c for c in both if c.date <= deadline(watched(4, 3), EntryType.CLOSE)}
    assert Watch(early).marked(state, EntryType.CLOSE) is Marked.IN_TIME
    assert Watch(both - early).marked(state, EntryType.CLOSE) is Marked.MISSED


# What voids a sale.


def quorum_of(on: Stage, size: int, date: int) -> set[Cosigned]:
    return {saw(on, who, size, date) for who in (0, 2)}


@pytest.mark.parametrize("kind", DUE)
def test_a_missed_marker_voids_the_sale_for_its_own_reason(kind: EntryType) -> None:
    on = watched()
    state = after(on, STEPS[kind][0])
    reason = VoidReason(f"{kind.lower().replace('_', '-')}-missed")
    lacking = quorum_of(on, state.tree.size, deadline(on, kind) + 1)
    assert Watch(lacking).void_reason(state) is reason
    assert Watch(set(list(lacking)[:1])).void_reason(state) is None
    assert Watch(quorum_of(on, 1, deadline(on, kind))).void_reason(state) is not reason


def test_the_first_marker_that_was_missed_is_the_reason() -> None:
    on = watched()
    state = after(on, "terms")
    assert Watch(quorum_of(on, 1, NEVER)).void_reason(state) is VoidReason.OPEN_MISSED
    state = after(on, "open")
    seen = quorum_of(on, state.tree.size, NEVER)
    early = quorum_of(on, state.tree.size, on.terms.times.open)
    assert Watch(seen | early).void_reason(state) is VoidReason.CLOSE_MISSED


def test_commits_are_missing_once_a_quorum_saw_commit_end_in_time() -> None:
    on = watched()
    state = after(on, "close")
    end = on.terms.times.commit_end
    extend(on, state, end, [on.sign(EntryType.COMMIT_END)])
    size, last = state.tree.size, end + on.terms.times.slack
    assert Watch(quorum_of(on, size, last)).void_reason(state) is (
        VoidReason.COMMITS_MISSING
    )
    for seen in (
        set[Cosigned](),
        quorum_of(on, size, last + 1),
        {saw(on, 0, size, last)},
    ):
        assert Watch(seen).void_reason(state) is None
    lacking = quorum_of(on, size - 1, last + 1)
    assert Watch(lacking).void_reason(state) is VoidReason.COMMIT_END_MISSED


def test_enough_commits_void_nothing() -> None:
    on = watched()
    state = after(on, "commit-end")
    seen = quorum_of(on, state.tree.size, on.terms.times.commit_end)
    assert Watch(seen).void_reason(state) is None


def test_sealed_in_time_decides_whatever_else_was_missed() -> None:
    """Heads that lack an earlier marker void nothing any more, however late."""
    on = watched()
    state = after(on, "sealed")
    sealed = quorum_of(on, state.tree.size, deadline(on, EntryType.SEALED))
    for kind in DUE:
        lacking = quorum_of(on, 1, deadline(on, kind) + 1)
        assert Watch(lacking).void_reason(state) is not None
        assert Watch(lacking | sealed).void_reason(state) is None


def expired(on: Stage) -> tuple[SaleState, int]:
    """Return a sealed sale with a VOID for a round that has not come, and its expiry."""
    state, expiry = after(on, "sealed"), on.terms.times.expiry
    assert expiry is not None
    extend(on, state, expiry + 1, [void_entry(on, VoidReason.EXPIRED)])
    return state, expiry


def expiring() -> Stage:
    on = clocked()
    (named,) = on.terms.named_rounds()
    expiry = named.due + 86_400
    times = replace(on.terms.times, unlock=expiry + LOCKUP, expiry=expiry)
    return on.with_terms(replace(on.terms, times=times)).watched()


def test_an_expiry_is_shown_by_a_quorum_that_saw_the_void_later() -> None:
    on = expiring()
    state, expiry = expired(on)
    size = state.tree.size
    sealed = quorum_of(on, size, deadline(on, EntryType.SEALED))
    for seen, reason in (
        (quorum_of(on, size, expiry + 1), VoidReason.EXPIRED),
        (quorum_of(on, size, expiry), None),
        (quorum_of(on, size - 1, expiry + 1), None),
        ({saw(on, 0, size, expiry + 1)}, None),
        (set[Cosigned](), None),
    ):
        assert Watch(sealed | seen).void_reason(state) is reason


def test_nothing_expires_without_a_void_or_without_an_expiry() -> None:
    on = expiring()
    state = after(on, "sealed")
    sealed = quorum_of(on, state.tree.size, deadline(on, EntryType.SEALED))
    later = quorum_of(on, NEVER, NEVER)
    assert Watch(sealed | later).void_reason(state) is None
    plain = watched()
    state = after(plain, "sealed")
    state.markers[EntryType.VOID] = state.tree.size
    sealed = quorum_of(plain, state.tree.size, deadline(plain, EntryType.SEALED))
    assert Watch(sealed | quorum_of(plain, NEVER, NEVER)).void_reason(state) is None


def test_a_leaf_is_covered_by_a_quorum_of_larger_heads() -> None:
    on = watched()
    state = after(on, "open")
    assert Watch(quorum_of(on, 5, 9)).covers(state, 4)
    assert Watch(quorum_of(on, 5, 9)).covers(state, 4, 9)
    assert not Watch(quorum_of(on, 5, 9)).covers(state, 4, 10)
    assert not Watch(quorum_of(on, 5, 9)).covers(state, 5)
    assert not Watch({saw(on, 0, 5, 9)}).covers(state, 4)
