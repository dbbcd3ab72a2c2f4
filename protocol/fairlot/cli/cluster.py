"""Gives ranges of an audit to a cluster (specs/command-line.md, section 3.1).

The extra ``cluster`` brings Dask distributed. Workers do what local processes do; the fold,
and with it the report, stays here.
"""

import importlib.util
import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Protocol, TypeVar, cast

from fairlot import __version__
from fairlot.board.ranges import Range, narrowed
from fairlot.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 15
"""Seconds until a scheduler, and its first worker, must have answered."""
RETRIES = 3
"""How often work that failed is given to a worker again."""


class Future(Protocol):
    """A result that a worker owes."""

    def result(self) -> object:
        """Wait for it, or raise what it ended in."""
        ...


class Client(Protocol):
    """As much of ``distributed.Client`` as is used."""

    def submit(
        self,
        function: Callable[..., object],
        *args: object,
        pure: bool,
        retries: int,
    ) -> Future:
        """Give work to some worker."""
        ...

    def nthreads(self) -> Mapping[str, int]:
        """Return how much each worker does at once."""
        ...

    def wait_for_workers(self, n_workers: int, timeout: float) -> None:
        """Wait until there are some."""
        ...


class OtherVersionError(Exception):
    """A worker has another version of this program."""


class Cluster:
    """Does pieces of work on the workers of a cluster."""

    def __init__(self, client: Client) -> None:
        """Work for a client that is connected."""
        self._client = client

    @property
    def jobs(self) -> int:
        """How many pieces are worked on at once."""
        return max(1, sum(self._client.nthreads().values()))

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``, on which work begins at once.

        Raises:
            InputError: ``cluster.version``.
        """
        # Step 3.
        sent = [narrowed(job) if isinstance(job, Range) else job for job in jobs]
        futures = [
            self._client.submit(
                work_as, __version__, function, job, pure=False, retries=RETRIES
            )
            for job in sent
        ]
        return self._results(function, jobs, futures)

    def _results(
        self, function: Callable[[T], R], jobs: Sequence[T], futures: Sequence[Future]
    ) -> Iterator[R]:
        lost = _lost()
        for job, future in zip(jobs, futures, strict=True):
            try:
                result = cast("R", future.result())
            except lost:
                # Step 4.
                result = function(job)
            except (OtherVersionError, ImportError, AttributeError) as error:
                problem = f"a worker has not fairlot {__version__}: {error}"
                remedy = "install it there, and start the worker again"
                raise InputError("cluster.version", f"{problem}: {remedy}") from error
            yield result


def work_as(version: str, function: Callable[[T], R], job: T) -> R:
    """Do a piece of work on a worker, if it has the version of who asks.

    Raises:
        OtherVersionError: else.
    """
    if version != __version__:
        raise OtherVersionError(f"it has {__version__}")
    return function(job)


@contextmanager
def connected(address: str) -> Generator[Cluster]:
    """Yield the cluster whose scheduler has an address.

    Raises:
        InputError: ``cluster.extra``, ``cluster.address``, ``cluster.workers``.
    """
    # Step 1.
    if importlib.util.find_spec("distributed") is None:
        problem = "--cluster needs Dask distributed: pip install 'fairlot[cluster]'"
        raise InputError("cluster.extra", problem)
    # What goes wrong there is said here, in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with _client(address) as client:
        # Step 2.
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            problem = f"the cluster at {address} has no worker"
            start = f"start one: dask worker {address} --nthreads 1"
            raise InputError("cluster.workers", f"{problem}: {start}") from error
        yield Cluster(client)


def _client(address: str) -> AbstractContextManager[Client]:
    make = import_module("distributed").Client
    try:
        made = make(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        problem = f"no scheduler answers at {address}"
        start = "start one with dask scheduler, and give its address, tcp://HOST:PORT"
        raise InputError("cluster.address", f"{problem}: {start}") from error
    return cast("AbstractContextManager[Client]", made)


def _lost() -> tuple[type[BaseException], ...]:
    """Return in what work ends whose workers, or whose scheduler, are gone."""
    killed: type[BaseException] = import_module("distributed").KilledWorker
    return killed, CancelledError, OSError
