"""The argument that names a transcript to be read: a file, or ``-`` for standard input."""

import argparse
import sys
from pathlib import Path

from fairlot.audit.sale_file import SaleFile
from fairlot.audit.transcript_file import read_stream, read_transcript
from fairlot.board.ahead import Ahead
from fairlot.board.hints import NO_HINTS, SUFFIX, Hints
from fairlot.board.replay import Replay, replay_file
from fairlot.cli.beacon.files import read_round_file
from fairlot.cli.command import add_files, add_rounds, hex_bytes
from fairlot.cli.heads import read_kept_head
from fairlot.cli.output import Screen
from fairlot.cli.verdicts import add_no_cache, remembered
from fairlot.names import HASH_LENGTH
from fairlot_crypto.curve import Backend
from fairlot_crypto.randomness import SystemRandomness

STANDARD_INPUT = "-"


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add TRANSCRIPT and --no-cache."""
    parser.add_argument("transcript", metavar="TRANSCRIPT", type=Path, help="the board")
    add_no_cache(parser)


def add_sale_file(parser: argparse.ArgumentParser) -> None:
    """Add FILE, --round, --head and --no-cache."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a board's transcript")
    add_no_cache(parser)
    add_rounds(parser, "a round that the log lacks")
    add_files(parser, "head", "a head of the log that witnesses have co-signed")


def add_sale_id(parser: argparse.ArgumentParser) -> None:
    """Add --sale-id to a command that needs it."""
    parser.add_argument(
        "--sale-id",
        metavar="HEX",
        type=hex_bytes(HASH_LENGTH),
        required=True,
        help="the sale id that the seller has published",
    )


def read_sale_file(arguments: argparse.Namespace, curve: Backend) -> SaleFile:
    """Return what ``add_sale_file`` lets people name.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.round``,
            ``head.unreadable``, ``head.form``, and as ``read_named``.
    """
    rounds = tuple(map(read_round_file, arguments.rounds))
    heads = tuple(map(read_kept_head, arguments.heads))
    read = replay_named(arguments.file, curve, "reading", cache=arguments.cache)
    return SaleFile(read, rounds, heads)


def replay_named(path: Path, curve: Backend, stage: str, *, cache: bool) -> Replay:
    """Replay the transcript that a user names, and show on a terminal how far it is.

    Args:
        path: as ``read_named`` takes it.
        curve: the back-end.
        stage: how the terminal calls the work.
        cache: whether verdicts that are kept beside it count.

    Raises:
        InputError: as ``read_named``.
    """
    data = read_named(path)
    kept = remembered((path,), curve, cache=cache)
    with Screen(acknowledge=False) as screen, kept as known:
        return replay_file(data, curve, known, screen.stage(stage), ahead_of(path))


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


def read_named(path: Path) -> bytes:
    """Return the bytes of the transcript that a user names.

    Raises:
        InputError: ``transcript.unreadable``, ``transcript.none``,
            ``transcript.too-long``.
    """
    if str(path) == STANDARD_INPUT:
        return read_stream("standard input", sys.stdin.buffer)
    return read_transcript(path)
