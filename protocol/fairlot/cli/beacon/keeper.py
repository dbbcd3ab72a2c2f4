"""The steps of ``fairlot beacon`` for whoever keeps the board: post, mark, attach."""

import argparse
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from fairlot.audit.transcript_file import check_beginning
from fairlot.board.head import check_head, merge_heads
from fairlot.board.keeper import MARKERS, Board
from fairlot.board.log_keeper import Receipt
from fairlot.board.registry_state import RegistryState
from fairlot.board.sale import SaleState
from fairlot.board.standing import due
from fairlot.board.storage import open_transcript
from fairlot.cli.beacon.files import read_entry_file, read_key
from fairlot.cli.beacon.steps import step_command
from fairlot.cli.board_copies import add_entries
from fairlot.cli.command import FAILED, OK, chosen_curve, whole
from fairlot.cli.folders import make_folder
from fairlot.cli.heads import PROOF, read_kept_head
from fairlot.cli.output import acknowledge, busy, complain, say
from fairlot.cli.states import recalled
from fairlot.cli.transcript import add_board, ahead_of
from fairlot.entry import EntryType
from fairlot.errors import Rejection
from fairlot.identity.registry import RollId
from fairlot.names import HASH_LENGTH
from fairlot.terms.times import MAX_TIME
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import write_file
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.log.checkpoint import SignedCheckpoint


def _configure_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        required=True,
        help="the board's private key",
    )


def _configure_keeper(parser: argparse.ArgumentParser) -> None:
    _configure_key(parser)
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the board's clock, unix seconds (default: now; in a rehearsal the simulated "
        "time: that of the board, or when the marker is due)",
    )


def _configure_post(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    add_entries(parser)
    _configure_keeper(parser)


def _post(arguments: argparse.Namespace) -> int:
    backend = chosen_curve()
    key = read_key(arguments.key)
    entries = [read_entry_file(path) for path in arguments.entries]
    folder: Path | None = arguments.receipts
    if folder is not None:
        make_folder(folder)
    with _resumed(backend, arguments, key) as board:
        receipts = board.append(entries, _clock(arguments.time, board))
    for path, receipt in zip(arguments.entries, receipts, strict=True):
        if receipt.refusal is None:
            acknowledge(receipt)
        else:
            complain(f"{path} was refused: {receipt.refusal}")
    if folder is not None:
        _write_receipts(folder, board, receipts)
    return OK if all(receipt.refusal is None for receipt in receipts) else FAILED


def _write_receipts(folder: Path, board: Board, receipts: Iterable[Receipt]) -> None:
    """Write a file for each accepted entry, named by its hash; it is durable on return."""
    for receipt in receipts:
        if receipt.refusal is None:
            name = f"{receipt.entry_hash.hex()}{PROOF}"
            write_file(folder / name, board.proof_of(receipt).to_bytes())


def _configure_mark(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    names = [kind.value for kind in (EntryType.OPEN, *MARKERS)]
    parser.add_argument(
        "kind", metavar="MARKER", choices=names, help=f"one of {', '.join(names)}"
    )
    _configure_keeper(parser)


def _mark(arguments: argparse.Namespace) -> int:
    backend = chosen_curve()
    key = read_key(arguments.key)
    with _resumed(backend, arguments, key) as board:
        kind = EntryType(arguments.kind)
        clock = _clock(arguments.time, board, due(board.state.terms, kind))
        if kind is EntryType.OPEN:
            receipt = board.append_open(_newest_roll(board), clock)
        else:
            receipt = board.append_marker(kind, clock)
    acknowledge(receipt)
    return OK


def _newest_roll(board: Board) -> RollId:
    """Return the last roll on the registry's log, or what is none where there is none."""
    return (RollId(bytes(HASH_LENGTH)), *board.state.registry.rolls)[-1]


def _configure_attach(parser: argparse.ArgumentParser) -> None:
    add_board(parser)
    parser.add_argument(
        "heads",
        metavar="HEAD",
        type=Path,
        nargs="+",
        help="what a witness has co-signed",
    )
    _configure_key(parser)


def _attach(arguments: argparse.Namespace) -> int:
    backend = chosen_curve()
    key = read_key(arguments.key)
    heads = [(path, read_kept_head(path)) for path in arguments.heads]
    taken: list[SignedCheckpoint] = []
    with _resumed(backend, arguments, key) as board:
        for path, head in heads:
            try:
                check_head(head, board.state)
            except Rejection as refusal:
                complain(f"{path} was refused: {refusal}")
            else:
                taken.append(head)
        for head in merge_heads(taken):
            board.attach(head)
            say(f"head {head.checkpoint.size} {len(head.lines) - 1}")
    return OK if len(taken) == len(heads) else FAILED


def _clock(given: int | None, board: Board, earliest: int = 0) -> int:
    """Return the board's clock: in a rehearsal the simulated one, which waits for nobody."""
    if given is not None:
        return given
    if board.state.terms.rehearsal:
        return max(board.state.clock, earliest)
    return int(time.time())


@contextmanager
def _resumed(
    backend: Backend, arguments: argparse.Namespace, key: SigningKey
) -> Generator[Board]:
    path: Path = arguments.transcript
    check_beginning(path)
    storage = open_transcript(path)
    try:
        kept = recalled(path, backend, cache=arguments.cache)
        with busy("reading the board"), kept as known:
            state = SaleState(RegistryState(backend, known.statements))
            board = Board.resume(
                storage, key, state, ahead=ahead_of(path), states=known.states
            )
        if board.cut:
            complain(
                f"{board.cut} bytes that no checkpoint covers were cut: a file beside "
                f"{path} keeps them"
            )
        yield board
    finally:
        storage.close()


POST = step_command(
    "post",
    "Append entries to a board, with its key.",
    "transcript.fairlot commit --key board.key",
    _configure_post,
    _post,
)
MARK = step_command(
    "mark",
    "Append a marker to a board when it is due, with its key.",
    "transcript.fairlot COMMIT_END --key board.key",
    _configure_mark,
    _mark,
)
ATTACH = step_command(
    "attach",
    "Append what witnesses have co-signed: heads of the board.",
    "transcript.fairlot head --key board.key",
    _configure_attach,
    _attach,
)
