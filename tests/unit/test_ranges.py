"""Presentations that several processes verify ahead of the fold: the report is the same."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from fairlot.audit.auditor import audit
from fairlot.audit.expected import Expected
from fairlot.board import ranges
from fairlot.board.ahead import Ahead
from fairlot.board.hinting import hints_of
from fairlot.board.hints import NO_HINTS, Hints
from fairlot.board.ranges import AheadInRanges, Range, Shown, verify_range
from fairlot.board.replay import replay_file
from fairlot.text import json_view
from fairlot.workers import InProcess, Processes, Workers
from fairlot_crypto.statements import Statements
from kit.lying_board import play_with
from kit.sales import GROUP, cancel, default_deposits, deposit, draft
from kit.stage import Stage

T = TypeVar("T")
R = TypeVar("R")


class Counting:
    """Does the work here, and notes what is sent."""

    def __init__(self) -> None:
        """Start with nothing sent."""
        self.sent: list[int] = []

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Work at once, and yield the results in the order of ``jobs``."""
        for job in jobs:
            assert isinstance(job, Range)
            self.sent.append(len(job.shown))
        return iter([function(job) for job in jobs])


@pytest.fixture(scope="module")
def lied(concert: Stage) -> bytes:
    """A transcript with a deposit that does not verify between those that do."""
    first, *others = default_deposits(concert)
    made = draft(concert)
    stolen = made.sign(
        {**made.entry().body, "proof": deposit(concert, 1).body["proof"]}
    )
    return play_with(concert, deposits=[first, stolen, *others, cancel(concert, 1)])


def report(
    data: bytes, ahead: Ahead | None, known: Statements | None = None
) -> tuple[object, frozenset[bytes]]:
    """Return every byte of the report, and what was remembered for it."""
    expected, statements = Expected(rehearsal=True), known or Statements()
    found = audit(data, GROUP, expected, statements, ahead=ahead)
    return json_view(found.to_json()), statements.verified


def in_ranges(workers: Workers, jobs: int = 2, hints: Hints = NO_HINTS) -> Ahead:
    return AheadInRanges(hints, workers, jobs)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3, 1024])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_report_does_not_depend_on_ranges_or_their_number(
    lied: bytes, monkeypatch: pytest.MonkeyPatch, size: int, jobs: int
) -> None:
    monkeypatch.setattr(ranges, "RANGE", size)
    alone = report(lied, None)
    assert "deposit.presentation" in str(alone[0])
    counting = Counting()
    assert report(lied, in_ranges(counting, jobs)) == alone
    assert sum(counting.sent) == 4
    assert max(counting.sent) <= size


def test_a_range_says_which_of_its_presentations_verify(lied: bytes) -> None:
    seen: list[Range] = []

    class Kept(Counting):
        def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
            seen.extend(job for job in jobs if isinstance(job, Range))
            return super().map(function, jobs)

    report(lied, in_ranges(Kept()))
    (job,) = seen
    whole = verify_range(job)
    assert (len(job.shown), len(whole)) == (4, 3)
    halves = [Range(job.backend, some) for some in (job.shown[:2], job.shown[2:])]
    assert verify_range(halves[1]) | verify_range(halves[0]) == whole


def test_what_is_known_is_not_sent_again(lied: bytes) -> None:
    first = report(lied, None)
    counting = Counting()
    known = Statements(first[1])
    assert report(lied, in_ranges(counting), known) == first
    assert counting.sent == [1]


def test_hints_go_with_the_range(lied: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = report(lied, None)
    hints = hints_of(replay_file(lied, GROUP, Statements()))
    sent: list[bytes | None] = []
    of = Shown.of

    def noted(showing: object, given: bytes | None) -> Shown:
        sent.append(given)
        return of(showing, given)  # type: ignore[arg-type]

    monkeypatch.setattr(Shown, "of", noted)
    assert report(lied, in_ranges(InProcess(), hints=hints)) == alone
    assert sum(given is not None for given in sent) == 3


@pytest.mark.slow
def test_processes_give_the_same_report(lied: bytes) -> None:
    alone = report(lied, None)
    with Processes(2) as workers:
        assert report(lied, in_ranges(workers)) == alone
