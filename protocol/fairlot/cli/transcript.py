"""The argument that names a transcript to be read: a file, or ``-`` for standard input."""

import argparse
import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from fairlot.audit.sale_file import SaleFile
from fairlot.audit.transcript_file import (
    open_transcript,
    read_stream,
    read_transcript,
    used_transcript,
)
from fairlot.board.ahead import Ahead
from fairlot.board.hints import NO_HINTS, SUFFIX, Hints, HintsFile
from fairlot.board.replay import Replay, replay_file
from fairlot.board.source import InMemory, Source
from fairlot.cli.beacon.files import read_round_file
from fairlot.cli.command import add_files, add_jobs, add_rounds
from fairlot.cli.heads import read_kept_head
from fairlot.cli.output import Screen
from fairlot.cli.remote import transcript_name
from fairlot.cli.settings import SALE, add_setting
from fairlot.cli.states import recalled
from fairlot.cli.verdicts import add_no_cache
from fairlot.workers import Processes, Workers
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements

STANDARD_INPUT = "-"


MANY = 1 << 22
"""Bytes of a file from which on several processes are worth their start."""


def add_verifying(parser: argparse.ArgumentParser) -> None:
    """Add --no-cache and --jobs to a command that verifies a whole transcript."""
    add_no_cache(parser)
    add_verifiers(parser, "answer")


def add_verifiers(parser: argparse.ArgumentParser, made: str) -> None:
    """Add --jobs.

    Args:
        parser: of a command.
        made: what does not depend on it.
    """
    what = f"verify a long log; changes no {made} (default: one for each core)"
    add_jobs(parser, what)


def verifiers(
    stack: ExitStack, jobs: int | None, length: int, known: Statements
) -> tuple[Workers | None, int]:
    """Return what verifies a transcript, and how many processes work.

    Args:
        stack: ends them.
        jobs: how many there may be; ``None`` for one for each core.
        length: bytes of the transcript that are to be verified.
        known: what has verified before. Where there is much of it there is little to do,
            and every process would have to be told of it.
    """
    several = jobs or os.cpu_count() or 1
    if several == 1 or length < MANY or len(known):
        return None, 1
    return stack.enter_context(Processes(several)), several


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add TRANSCRIPT and --no-cache."""
    parser.add_argument("transcript", metavar="TRANSCRIPT", type=Path, help="the board")
    add_no_cache(parser)


def add_sale_file(parser: argparse.ArgumentParser) -> None:
    """Add FILE, --round, --head, --no-cache and --jobs."""
    parser.add_argument(
        "file", metavar="FILE", type=transcript_name, help="a board's transcript"
    )
    add_verifying(parser)
    add_rounds(parser, "a round that the log lacks")
    add_files(parser, "head", "a head of the log that witnesses have co-signed")


def add_sale_id(parser: argparse.ArgumentParser) -> None:
    """Add --sale-id to a command that needs it."""
    what = "the sale id that the seller has published"
    add_setting(parser, "--sale-id", SALE, "HEX", what, required=True)


def read_sale_file(arguments: argparse.Namespace, curve: Backend) -> SaleFile:
    """Return what ``add_sale_file`` lets people name.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.round``,
            ``head.unreadable``, ``head.form``, and as ``read_named``.
    """
    rounds = tuple(map(read_round_file, arguments.rounds))
    heads = tuple(map(read_kept_head, arguments.heads))
    read = replay_named(
        arguments.file, curve, "reading", arguments.jobs, cache=arguments.cache
    )
    return SaleFile(read, rounds, heads)


def replay_named(
    path: Path, curve: Backend, stage: str, jobs: int | None = 1, *, cache: bool
) -> Replay:
    """Replay the transcript that a user names, and show on a terminal how far it is.

    Args:
        path: as ``read_named`` takes it.
        curve: the back-end.
        stage: how the terminal calls the work.
        jobs: how many processes verify it, where it is long; ``None`` for one for each
            core.
        cache: whether verdicts that are kept beside it count.

    Raises:
        InputError: as ``read_named``.
    """
    with ExitStack() as stack:
        screen = stack.enter_context(Screen(acknowledge=False))
        known = stack.enter_context(recalled(path, curve, cache=cache))
        hints = stack.enter_context(open_hints(path))
        source = source_named(path)
        left, verified = known.behind(source.length), known.statements
        workers, width = verifiers(stack, jobs, left, verified)
        ahead = Ahead(SystemRandomness(), hints, workers, width, learns=cache)
        told = screen.stage(stage)
        return replay_file(source, curve, verified, told, ahead, known.states)


def ahead_of(path: Path) -> Ahead:
    """Return what verifies the presentations of a transcript together, with its hints.

    Args:
        path: as ``read_named`` takes it.
    """
    return Ahead(SystemRandomness(), read_hints(path))


def read_hints(path: Path) -> Hints:
    """Return the hints that lie beside a transcript; none where they cannot be read.

    They change no verdict, so nobody is told whether they are there.

    Args:
        path: as ``read_named`` takes it.
    """
    try:
        return Hints(path.with_name(path.name + SUFFIX).read_bytes())
    except (OSError, ValueError):
        return NO_HINTS


def source_named(path: Path) -> Source:
    """Return the transcript that a user names; a file is open as long as it is used.

    Raises:
        InputError: as ``open_named``.
    """
    if str(path) == STANDARD_INPUT:
        return InMemory(read_named(path))
    return used_transcript(path)


@contextmanager
def open_named(path: Path) -> Generator[Source]:
    """Yield the transcript that a user names; a file stays on the disk.

    Raises:
        InputError: as ``read_named``; ``transcript.changed`` while it is read.
    """
    if str(path) == STANDARD_INPUT:
        yield InMemory(read_named(path))
        return
    with open_transcript(path) as source:
        yield source


@contextmanager
def open_hints(path: Path) -> Generator[Hints]:
    """Yield the hints that lie beside a transcript; none where they cannot be read.

    They change no verdict, so nobody is told whether they are there.

    Args:
        path: as ``read_named`` takes it.
    """
    with ExitStack() as stack:
        hints = NO_HINTS
        with suppress(OSError, ValueError):
            beside = path.with_name(path.name + SUFFIX)
            hints = Hints(HintsFile(stack.enter_context(beside.open("rb"))))
        yield hints


def read_named(path: Path) -> bytes:
    """Return the bytes of the transcript that a user names.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
    """
    if str(path) == STANDARD_INPUT:
        return read_stream("standard input", sys.stdin.buffer)
    return read_transcript(path)
