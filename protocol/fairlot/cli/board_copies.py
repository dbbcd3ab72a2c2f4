"""Copies of what a board shows, and receipts of what it takes (specs/service.md, 12)."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from fairlot.board.hints import SUFFIX
from fairlot.board.transcript import registries_alone
from fairlot.cli.fetching_hints import fetch_both
from fairlot.cli.heads import PROOF
from fairlot.cli.output import complain
from fairlot.cli.over_http import BoardAddress
from fairlot.cli.reading import read_at_most
from fairlot.cli.settings import BOARD, add_setting
from fairlot.cli.transcript import read_hints
from fairlot.entry import Entry
from fairlot.errors import InputError, Rejection
from fairlot_crypto.durable import write_file

OTHER = ".other"
"""What the name of a copy has more that is another history than the one there is."""
_MOST = 1 << 30


def add_entries(parser: argparse.ArgumentParser) -> None:
    """Add the files of entries for a board, and --receipts."""
    parser.add_argument(
        "entries", metavar="ENTRY", type=Path, nargs="+", help="in this order"
    )
    parser.add_argument(
        "--receipts",
        metavar="DIR",
        type=Path,
        help="where a receipt of each accepted entry goes, for its sender",
    )


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add --to, for a command with TRANSCRIPT and --out."""
    what = (
        "a board over the network: TRANSCRIPT is fetched from it first, and the entry "
        "sent to it at the end"
    )
    add_setting(parser, "--to", BOARD, "URL", what)


def fetch_first(arguments: argparse.Namespace) -> None:
    """Get the copy of the board of --to, if one is named.

    Raises:
        InputError: ``http.address``, and as ``fetch``.
        Rejection: ``http.fork``.
    """
    if arguments.to is not None:
        fetch(BoardAddress.parse(arguments.to), arguments.transcript)


def send_last(arguments: argparse.Namespace, entry: Entry) -> bool | None:
    """Send the entry of --out to the board of --to, its receipt beside the entry.

    Returns:
        Whether the board has taken it; ``None`` where no board is named.

    Raises:
        InputError: as ``send``.
    """
    if arguments.to is None:
        return None
    out: Path = arguments.out
    receipt = out.with_name(f"{out.name}{PROOF}")
    return send(BoardAddress.parse(arguments.to), entry, out, receipt)


def fetch(board: BoardAddress, path: Path, *, registry_alone: bool = False) -> None:
    """Get a copy of a board's transcript; it never takes the place of another history.

    The board's hints lie beside it then, if it hands out any.

    Args:
        board: where it answers.
        path: of the copy; what is there already must be its beginning.
        registry_alone: leave the log of the sale out.

    Raises:
        InputError: ``http.unreachable``, ``http.answer``, ``transcript.redirect``,
            ``transcript.unreadable``, ``transcript.none``, ``transcript.too-long``;
            ``contribution.unreadable``.
        Rejection: ``http.fork``.
    """
    with TemporaryDirectory(prefix="fairlot-") as folder:
        there = Path(folder) / path.name
        fetch_both(board.transcript(), there)
        data, hints = there.read_bytes(), read_hints(there)
    # Step 6.
    if registry_alone:
        data = registries_alone(data)
    # Step 5.
    if path.exists():
        before = read_at_most(
            path, _MOST, lambda why: InputError("contribution.unreadable", why)
        )
        if not data.startswith(before):
            other = path.with_name(f"{path.name}{OTHER}")
            write_file(other, data)
            problem = f"what the board shows does not go on from {path}: it is {other}"
            remedy = "keep both, and compare them with fairlot compare"
            raise Rejection("http.fork", f"{problem}; {remedy}")
    write_file(path, data)
    if hints.count and not registry_alone:
        write_file(path.with_name(f"{path.name}{SUFFIX}"), hints.to_bytes())


def send(board: BoardAddress, entry: Entry, named: Path, receipt: Path | None) -> bool:
    """Send an entry, and keep its receipt; a refusal is said.

    Args:
        board: where it answers.
        entry: what is sent.
        named: the file of the entry.
        receipt: where its receipt goes; ``None`` for nowhere.

    Returns:
        Whether the board has taken it.

    Raises:
        InputError: ``http.unreachable``, ``http.answer``.
    """
    sent = board.add(entry)
    if sent.receipt is None:
        complain(f"{named} was refused: {sent.code}: {sent.detail}")
        return False
    if receipt is not None:
        write_file(receipt, sent.receipt)
    return True
