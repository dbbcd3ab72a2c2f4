"""A board leaves heads out, repeats or re-dates them: it cannot move anything by that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.audit.report import Report
from fairlot.board.replay import Replay, replay
from fairlot.board.standing import DUE, Cosigned, Marked, Watch
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType, Role
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from kit.lying_board import play_with
from kit.sales import stage
from kit.stage import STATEMENTS, Stage


def records(data: bytes) -> list[Record]:
    return [record for record in read_records(data) if isinstance(record, Record)]


def heads(data: bytes) -> Iterator[tuple[int, EntryType]]:
    """Yield the place of each head among the records, and what the leaf before it is."""
    found = records(data)
    for place, record in enumerate(found):
        before = found[place - 1].item
        if isinstance(record.item, SignedCheckpoint) and isinstance(before, Entry):
            yield place, before.type


def without(data: bytes, *places: int) -> bytes:
    kept = enumerate(records(data))
    return b"".join(record.encoded for i, record in kept if i not in places)


def audited(on: Stage, data: bytes) -> Report:
    return audit(data, on.curve, Expected(), STATEMENTS)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings} - {"audit.rehearsal"}


def marks(kind: EntryType) -> bool:
    return kind.role is Role.BOARD and kind is not EntryType.TIME


@pytest.fixture(scope="module")
def watched() -> Stage:
    return stage().watched()


def test_each_head_that_separates_phases_is_missed(concert: Stage) -> None:
    """Any one of 20 of 23 could be dropped before, that behind COMMIT_END too."""
    data = play_with(concert)
    roll = EntryType.ROLL
    separating = [p for p, kind in heads(data) if marks(kind) and kind is not roll]
    *before, last = separating
    assert len(separating) == 6
    for place in before:
        assert "checkpoint.missing" in codes(audited(concert, without(data, place)))
    assert "sale.incomplete" in codes(audited(concert, without(data, last)))


@pytest.mark.slow
def test_thinning_out_the_others_changes_nothing(concert: Stage) -> None:
    data = play_with(concert)
    others = [place for place, kind in heads(data) if not marks(kind)]
    whole = audited(concert, data)
    assert len(others) == 7
    for number in range(1, len(others) + 1):
        for places in combinations(others, number):
            thin = audited(concert, without(data, *places))
            assert not codes(thin), places
            assert (thin.phase, thin.facts) == (whole.phase, whole.facts)


def test_repeating_heads_changes_nothing(concert: Stage) -> None:
    data = play_with(concert)
    found = [r.encoded for r in records(data) if isinstance(r.item, SignedCheckpoint)]
    report = audited(concert, data + b"".join(found))
    assert not codes(report)
    assert report.facts == audited(concert, data).facts


def standing(read: Replay, seen: Sequence[Cosigned]) -> tuple[Marked, ...]:
    return tuple(Watch(set(seen)).marked(read.state, kind) for kind in DUE)


def test_co_signatures_that_are_left_out_only_leave_open(watched: Stage) -> None:
    """Whatever part of them a board attaches, no marker becomes missed by that."""
    read = replay(play_with(watched), watched.state())
    whole = sorted(read.watch.seen, key=lambda c: (c.size, c.witness))
    assert set(standing(read, whole)) == {Marked.IN_TIME}
    for left_out in range(len(whole)):
        part = whole[:left_out] + whole[left_out + 1 :]
        assert Marked.MISSED not in standing(read, part)
    for kept in range(len(whole)):
        assert Marked.MISSED not in standing(read, whole[:kept])
        assert Marked.MISSED not in standing(read, whole[kept:])


def test_heads_that_are_dated_again_later_change_nothing(watched: Stage) -> None:
    read = replay(play_with(watched), watched.state())
    again = [replace(c, date=c.date + 10_000) for c in read.watch.seen]
    assert set(standing(read, [*read.watch.seen, *again])) == {Marked.IN_TIME}


def test_a_marker_that_was_dated_back_is_not_in_time(watched: Stage) -> None:
    """The log says that CLOSE was in time; a quorum saw it only later."""
    read = replay(play_with(watched), watched.state())
    times = watched.terms.times
    late = times.close + times.slack + 1
    index = read.state.markers[EntryType.CLOSE]
    seen = [
        replace(c, date=max(c.date, late)) for c in read.watch.seen if c.size > index
    ]
    assert Watch(set(seen)).marked(read.state, EntryType.CLOSE) is Marked.OPEN
    lacking = [Cosigned(c.witness, index, late) for c in seen]
    found = Watch({*seen, *lacking})
    assert found.marked(read.state, EntryType.CLOSE) is Marked.MISSED
