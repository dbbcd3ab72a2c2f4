"""Keeps what ranges gave, so that a broken audit goes on.

specs/command-line.md, section 3.1.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from fairlot import __version__
from fairlot.board.ranges import (
    Range,
    Summary,
    join_digests,
    judge_range,
    split_digests,
)
from fairlot.cli.folders import PRIVATE_FOLDER
from fairlot.cli.verdicts import own_key
from fairlot.workers import Workers
from fairlot_crypto.durable import PRIVATE, write_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.verdicts import begins_as_verdicts, read_verdicts, write_verdicts

ENDING = ".ranges"
"""What is added to the name of a transcript: the folder of what its ranges gave."""

_LARGEST = 1 << 24
"""Bytes that are read of a file: what a range gave has fewer."""

T = TypeVar("T")
R = TypeVar("R")


class KeptRanges:
    """Has others verify ranges, but for those of which a folder says what they gave."""

    def __init__(self, workers: Workers, folder: Path, key: bytes) -> None:
        """Start with what lies in a folder.

        Args:
            workers: verify ranges.
            folder: made when the first range is kept.
            key: the user's own.
        """
        self._workers, self._folder, self._key = workers, folder, key

    def map(self, function: Callable[[T], R], jobs: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of ``jobs``."""
        # Step 5.
        named = [(job, _name(job)) for job in jobs]
        kept = [self._read(name) for _, name in named]
        sent = [job for job, found in zip(jobs, kept, strict=True) if found is None]
        coming = self._workers.map(function, sent)
        return self._joined(named, kept, coming)

    def _joined(
        self,
        named: Sequence[tuple[T, bytes | None]],
        kept: Sequence[frozenset[bytes] | None],
        coming: Iterator[R],
    ) -> Iterator[R]:
        for (job, name), found in zip(named, kept, strict=True):
            if isinstance(job, Range) and found is not None:
                yield cast("R", judge_again(job, found))
                continue
            result = next(coming)
            self._write(name, result)
            yield result

    def _read(self, name: bytes | None) -> frozenset[bytes] | None:
        """Return what verified in a range; ``None`` where there is a doubt."""
        if name is None:
            return None
        try:
            with (self._folder / name.hex()).open("rb") as file:
                data = file.read(_LARGEST)
            return read_verdicts(self._key, _rules(name), data)
        except (OSError, EncodingError):
            return None

    def _write(self, name: bytes | None, result: object) -> None:
        # What is of another range, the fold does not take either.
        if name is None or not isinstance(result, Summary) or result.range != name:
            return
        verified = split_digests(result.verified)
        data = write_verdicts(self._key, _rules(name), verified)
        # A full disk costs the next audit time, and this one nothing.
        with suppress(OSError):
            self._folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
            write_file(self._folder / name.hex(), data, PRIVATE)


def judge_again(job: Range, verified: frozenset[bytes]) -> Summary:
    """Do a range of which it is known what verified: all else in it is quick."""
    known = split_digests(job.context.known) | verified
    context = replace(job.context, known=join_digests(known))
    made = judge_range(replace(job, context=context))
    anew = (split_digests(made.verified) | verified) - split_digests(job.context.known)
    return replace(made, verified=join_digests(anew))


@contextmanager
def kept_ranges(workers: Workers, path: Path) -> Generator[Workers]:
    """Yield workers that go on where a broken audit of a transcript ended.

    What was kept is removed once the audit is done.

    Args:
        workers: verify ranges.
        path: the transcript. What is no regular file keeps nothing.
    """
    key = own_key() if path.is_file() else None
    if key is None:
        yield workers
        return
    folder = path.with_name(f"{path.name}{ENDING}")
    yield KeptRanges(workers, folder, key)
    # Step 6.
    with suppress(OSError):
        for each in folder.iterdir():
            _remove(each)
        folder.rmdir()


def _remove(path: Path) -> None:
    """Remove a file, if it is one of verdicts."""
    with path.open("rb") as file:
        ours = begins_as_verdicts(file.read(64))
    if ours:
        path.unlink()


def _name(job: object) -> bytes | None:
    """Return the digest of a range; ``None`` for other work, of which nothing is kept."""
    return job.digest if isinstance(job, Range) else None


def _rules(name: bytes) -> str:
    return f"{__version__} range {name.hex()}"
