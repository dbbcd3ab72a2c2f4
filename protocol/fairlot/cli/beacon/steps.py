"""The steps of ``fairlot beacon`` that make entries."""

import argparse
from collections.abc import Callable
from pathlib import Path

from fairlot.board.replay import Replay
from fairlot.cli.beacon.contributor import publish, read_view, recover
from fairlot.cli.beacon.files import (
    check_replaceable,
    read_key,
    read_remade,
    read_round_file,
)
from fairlot.cli.beacon.kept import read_extended
from fairlot.cli.command import OK, Command, chosen_curve
from fairlot.cli.output import Screen, busy, complain, say
from fairlot.cli.states import recalled
from fairlot.cli.transcript import add_board, ahead_of, read_named
from fairlot.entry import Entry
from fairlot_crypto.curve import Backend
from fairlot_crypto.delay.checkpoints import FolderStore
from fairlot_crypto.durable import write_file
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SystemRandomness


def work_folder(arguments: argparse.Namespace) -> FolderStore:
    """Return where a long computation keeps its checkpoints."""
    out: Path = arguments.out
    folder = arguments.work or out.with_name(f"{out.name}.work")
    return FolderStore(folder, complain)


def add_work_options(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --out and --work."""
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help=what)
    parser.add_argument(
        "--work",
        metavar="DIR",
        type=Path,
        help="where checkpoints are kept, for the same command again (default: FILE.work)",
    )


def _configure_recover(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    _add_anybody(parser)
    add_work_options(parser, "the new entry")


def _recover(arguments: argparse.Namespace) -> int:
    backend = _ready(arguments)
    key = _anybody(arguments.key)
    view = _extending(backend, arguments)
    with Screen(acknowledge=False) as screen:
        store = work_folder(arguments)
        entry = recover(view, key, screen.stage("recovering"), store)
    write_entry(arguments.out, entry)
    store.clear()
    return OK


def _add_anybody(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        help="the key that signs the entry (default: a fresh one)",
    )
    parser.add_argument(
        "--head",
        metavar="FILE",
        type=Path,
        help="a head that you keep, which the board must extend",
    )


def _anybody(path: Path | None) -> SigningKey:
    return read_key(path) if path else SigningKey.generate(SystemRandomness())


def _configure_round(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    parser.add_argument(
        "round",
        metavar="ROUND",
        type=Path,
        help="the round, as JSON from a relay of drand",
    )
    _add_anybody(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the new entry"
    )


def _round(arguments: argparse.Namespace) -> int:
    backend = _ready(arguments)
    key, beacon = _anybody(arguments.key), read_round_file(arguments.round)
    view = _extending(backend, arguments)
    write_entry(arguments.out, publish(view, key, beacon))
    return OK


def _ready(arguments: argparse.Namespace) -> Backend:
    """Return the back-end, after a look at where the entry is to go."""
    backend = chosen_curve()
    check_replaceable(arguments.out, read_remade)
    return backend


def _extending(backend: Backend, arguments: argparse.Namespace) -> Replay:
    """Return the sale on a board, which extends the head that was given."""
    view = view_of(backend, arguments.transcript, cache=arguments.cache)
    if arguments.head is not None:
        read_extended(arguments.head, view)
    return view


def view_of(backend: Backend, path: Path, *, cache: bool) -> Replay:
    """Return the sale on a board, and show on a terminal that it is being read.

    Args:
        backend: the back-end.
        path: the board's transcript.
        cache: whether verdicts that are kept beside it count.
    """
    data = read_named(path)
    kept = recalled(path, backend, cache=cache)
    with busy("reading the board"), kept as known:
        statements, ahead = known.statements, ahead_of(path)
        return read_view(data, backend, statements, ahead, known.states)


def write_entry(path: Path, entry: Entry) -> None:
    """Write an entry, and say which."""
    write_file(path, entry.encoded)
    say(f"{path} holds the {entry.type} entry {entry.hash.hex()}")


def step_command(
    name: str,
    summary: str,
    words: str,
    configure: Callable[[argparse.ArgumentParser], None],
    execute: Callable[[argparse.Namespace], int],
    of: str = "beacon",
) -> Command:
    """Return a step of a word with its exit codes and one example."""
    codes = (
        "Exit code: 0 if done, 1 if the board would refuse it, 2 if the input or the usage\n"
        "was refused."
    )
    examples = f"{codes}\n\nExamples:\n  fairlot {of} {name} {words}\n"
    return Command(name, summary, examples, configure, execute)


RECOVER = step_command(
    "recover",
    "Compute what was not revealed, after REVEAL_END, and make the RECOVER entry.",
    "transcript.fairlot --out recover",
    _configure_recover,
    _recover,
)
ROUND = step_command(
    "round",
    "Make the ROUND entry of a round of drand that the terms name.",
    "transcript.fairlot round.json --out round",
    _configure_round,
    _round,
)
