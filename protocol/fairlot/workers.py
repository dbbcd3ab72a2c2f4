"""Does pieces of work here, or in several processes.

Points do not cross processes: jobs and results consist of bytes and numbers.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import connection
from types import TracebackType
from typing import Protocol, Self, TypeVar

from fairlot.cycles import look_seldom

T = TypeVar("T")
R = TypeVar("R")


class Workers(Protocol):
    """Does pieces of work, in any order."""

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        ...


def in_turn(
    workers: Workers, function: Callable[[T], R], jobs: Iterable[T], width: int
) -> Iterator[tuple[T, R]]:
    """Yield each job with its result, in their order, while the next ones are worked on.

    Args:
        workers: do the work.
        function: what is done.
        jobs: made when they are needed: no more than two times ``width`` are held at once.
        width: how many are sent at a time.
    """
    left = iter(jobs)
    sent = list(islice(left, width))
    coming = workers.map(function, sent)
    while sent:
        following = list(islice(left, width))
        promised = workers.map(function, following)
        yield from zip(sent, coming, strict=True)
        sent, coming = following, promised


class InProcess:
    """Does the work here, one piece after the other."""

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        return map(function, jobs)


class Processes:
    """Does the work in several processes; use it as a context manager."""

    def __init__(self, count: int) -> None:
        """Start ``count`` processes."""
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(count, context, _live_with_parent)

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the processes; work that has not begun is dropped."""
        self._executor.shutdown(cancel_futures=True)

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        return self._executor.map(function, jobs)


def _live_with_parent() -> None:
    """Begin a worker, which ends when its parent ends, however that happens, and not before.

    An interrupt from the keyboard reaches every process of the terminal: the parent
    answers it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    look_seldom()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(
            target=_end_after, args=(parent.sentinel,), daemon=True
        ).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
