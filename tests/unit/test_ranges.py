"""Ranges that are tried ahead of the fold, by whoever: the report is the same."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board import ahead as module
from fairlot.board.ahead import Ahead
from fairlot.board.foresight import Seen
from fairlot.board.hinting import hints_of
from fairlot.board.hints import NO_HINTS, Hints
from fairlot.board.ranges import Range, Summary, judge_range
from fairlot.board.replay import replay_file
from fairlot.deposit.deposit import Deposit
from fairlot.deposit.verify import check_deposit
from fairlot.entry import Entry
from fairlot.identity.leaf import Leaf
from fairlot.text import json_view
from fairlot.workers import InProcess, Processes, Workers
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from kit.lying_board import play_with
from kit.sales import GROUP, cancel, default_deposits, deposit, draft
from kit.stage import Stage

T = TypeVar("T")
R = TypeVar("R")


def crossed(value: T) -> T:
    """Return a value as it arrives in another process."""
    made: T = pickle.loads(pickle.dumps(value))  # noqa: S301
    return made


class Elsewhere:
    """Does the work here, but sends it as other processes get it; may lie about ranges."""

    def __init__(self, lie: Callable[[Range, Summary], Summary] | None = None) -> None:
        self.ranges: list[Range] = []
        self.given: list[Summary] = []
        self.lie = lie

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        for job in jobs:
            result: Any = crossed(function(crossed(job)))
            if isinstance(job, Range):
                self.ranges.append(job)
                self.given.append(result)
                if self.lie is not None:
                    result = self.lie(job, result)
            yield result


@pytest.fixture(scope="module")
def lied(concert: Stage) -> bytes:
    """A transcript with deposits that are refused between those that are not."""
    first, *others = default_deposits(concert)
    made = draft(concert)
    stolen = made.sign(
        {**made.entry().body, "proof": deposit(concert, 1).body["proof"]}
    )
    twice = [first, stolen, *others, first, cancel(concert, 1)]
    return play_with(concert, deposits=twice)


def report(
    data: bytes, ahead: Ahead | None, known: Statements | None = None
) -> tuple[object, frozenset[bytes]]:
    """Return every byte of the report, and what was remembered for it."""
    expected, statements = Expected(rehearsal=True), known or Statements()
    found = audit(data, GROUP, expected, statements, ahead=ahead)
    return json_view(found.to_json()), statements.verified


def in_ranges(workers: Workers, jobs: int = 2, hints: Hints = NO_HINTS) -> Ahead:
    return Ahead(SystemRandomness(), hints, workers, jobs)


def ranges_of(data: bytes) -> tuple[list[Range], list[Summary]]:
    workers = Elsewhere()
    report(data, in_ranges(workers))
    return workers.ranges, workers.given


@pytest.mark.parametrize(
    ("size", "jobs"),
    [
        (3, 2),
        *(
            pytest.param(s, j, marks=pytest.mark.slow)
            for s in (1, 2, 1024)
            for j in (1, 3)
        ),
    ],
)
def test_the_report_does_not_depend_on_ranges_or_their_number(
    lied: bytes, monkeypatch: pytest.MonkeyPatch, size: int, jobs: int
) -> None:
    alone = report(lied, None)
    assert "deposit.presentation" in str(alone[0])
    assert "entry.duplicate" in str(alone[0])
    monkeypatch.setattr(module, "RANGE", size)
    workers = Elsewhere()
    assert report(lied, in_ranges(workers, jobs)) == alone
    assert max(len(job.leaves) for job in workers.ranges) <= size
    assert all(
        job.first // size == (job.first + len(job.leaves) - 1) // size
        for job in workers.ranges
    )


def test_a_range_says_of_each_leaf_what_the_rules_of_the_fold_say(lied: bytes) -> None:
    ranges, given = ranges_of(lied)
    read = replay_file(lied, GROUP, Statements())
    terms, credentials = read.state.terms, read.state.credentials
    roll, kinds = read.state.roll.roll_id, set[type]()
    for job, summary in zip(ranges, given, strict=True):
        log = read if job.context.terms else read.registry
        judged = {each.index: each for each in log.entries}
        for index, seen in enumerate(summary.seen, job.first):
            assert seen is not None
            timed = judged[index]
            kinds.add(type(seen.said))
            if isinstance(seen.said, Deposit):
                assert timed.refusal in (None, "entry.duplicate")
                assert seen.time == timed.time
                checked = check_deposit(
                    credentials, terms, roll, timed.entry, timed.time, Statements()
                )
                assert seen.said == replace(checked, proof=b"")
            elif timed.refusal == "deposit.presentation":
                assert seen.said is None
            elif isinstance(seen.said, Leaf):
                assert seen.said == read.registry.state.leaves[seen.said.index]
    assert kinds == {Deposit, Leaf, tuple, type(None)}


def test_the_fold_verifies_nothing_that_a_range_has(
    lied: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = report(lied, None)[0]
    tried: list[Entry] = []

    def look(entry: Entry, _statements: Statements) -> None:
        tried.append(entry)

    monkeypatch.setattr("fairlot.board.log_state.check_signature", look)
    monkeypatch.setattr("fairlot.board.registry_state.check_leaf", pytest.fail)
    assert report(lied, in_ranges(Elsewhere()))[0] == alone
    # REGISTRY comes before everything, TERMS to OPEN come before the sale's ranges.
    assert [entry.type.value for entry in tried] == [
        "REGISTRY",
        "TERMS",
        "TIME",
        "OPEN",
    ]


@pytest.mark.thorough
def test_a_summary_that_belongs_to_another_range_says_nothing(lied: bytes) -> None:
    """Another file's summary, or that of the same leaves under another roll, is set aside."""
    alone = report(lied, None)
    good = ranges_of(lied)

    def foreign(job: Range, summary: Summary) -> Summary:
        """Say that all is well, in the name of another range."""
        first = next(
            s
            for each in good[1]
            for s in each.seen
            if s and isinstance(s.said, Deposit)
        )
        return replace(summary, range=bytes(32), seen=(first,) * len(job.leaves))

    assert report(lied, in_ranges(Elsewhere(foreign))) == alone

    def elsewhere(job: Range, _: Summary) -> Summary:
        return judge_range(replace(job, context=replace(job.context, roll=bytes(32))))

    assert report(lied, in_ranges(Elsewhere(elsewhere))) == alone

    def shorter(_: Range, summary: Summary) -> Summary:
        return replace(summary, seen=summary.seen[:-1])

    assert report(lied, in_ranges(Elsewhere(shorter))) == alone


def test_what_a_range_says_holds_for_the_bytes_of_its_leaf_only(lied: bytes) -> None:
    """A worker that leaves leaves out, or fails, costs time only."""
    alone = report(lied, None)[0]

    def silent(job: Range, summary: Summary) -> Summary:
        return replace(summary, seen=(None,) * len(job.leaves), verified=b"")

    assert report(lied, in_ranges(Elsewhere(silent)))[0] == alone

    other = ranges_of(lied)[1][-1].seen
    anything = next(s.said for s in other if s and isinstance(s.said, Deposit))

    def late(_: Range, summary: Summary) -> Summary:
        """Give a deposit for each leaf, but as of another time."""
        seen = [s and Seen(s.time + 1, anything) for s in summary.seen]
        return replace(summary, seen=tuple(seen), verified=b"")

    assert report(lied, in_ranges(Elsewhere(late)))[0] == alone


def test_what_is_known_is_not_verified_again(
    lied: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = report(lied, in_ranges(InProcess()))
    monkeypatch.setattr("fairlot_crypto.keys.verify_signature", pytest.fail)
    workers = Elsewhere()
    assert report(lied, in_ranges(workers), Statements(first[1])) == first
    assert not any(summary.verified for summary in workers.given)


def test_ranges_say_what_verified_only_where_somebody_asks(lied: bytes) -> None:
    """Every digest is a hash of a statement, and takes 32 bytes of each summary."""
    known = report(lied, None)
    for remembers in (True, False):
        workers = Elsewhere()
        ahead = Ahead(
            SystemRandomness(), NO_HINTS, workers, 2, learns=False, remembers=remembers
        )
        assert report(lied, ahead)[0] == known[0]
        assert any(summary.verified for summary in workers.given) is remembers


def test_hints_go_with_the_range(lied: bytes) -> None:
    hints = hints_of(replay_file(lied, GROUP, Statements()))
    assert hints.count == 3
    workers = Elsewhere()
    assert report(lied, in_ranges(workers, hints=hints)) == report(lied, None)
    sent = [Hints(job.hints) for job in workers.ranges]
    assert sum(each.count for each in sent) == 3


@pytest.mark.slow
def test_processes_give_the_same_report(lied: bytes) -> None:
    alone = report(lied, None)
    with Processes(2) as workers:
        assert report(lied, in_ranges(workers)) == alone
