"""What the steps of an escrow have in common (specs/command-line.md, section 28)."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from fairlot.audit.sale_file import SaleFile
from fairlot.audit.settling import NotYet, Settled, ShownVoid, settle_replay
from fairlot.board.replay import Replay
from fairlot.board.sale import SaleState
from fairlot.cli.folders import create_folder
from fairlot.cli.issuer.folder import read_as
from fairlot.cli.output import complain
from fairlot.cli.reading import read_at_most, show_kept
from fairlot.cli.transcript import add_sale_id, read_sale_file
from fairlot.deposit.deposit import read_deposit
from fairlot.deposit.escrow_book import EscrowBook, read_escrow_book
from fairlot.entry import EntryType
from fairlot.errors import InputError
from fairlot.escrow.notice import Notice, check_signer, open_notice
from fairlot.escrow.refund_book import RefundBook, read_refund_book
from fairlot.names import Nym
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PRIVATE
from fairlot_crypto.keys import SigningKey, VerifyKey

T = TypeVar("T")

BOOK, REFUND_BOOK = ".book", ".refunds"
"""What the name of a book has more than that of the key's file."""
NOTICES = "*.notice"
"""The files in a folder of notices."""
_CODES = """\
Exit code: 0 if done, 1 if the board would refuse it or it is too early, 2 if a file or the
usage was refused."""
_LARGEST = 1 << 12
_LARGEST_FILE = 1 << 30


def examples(*words: str) -> str:
    """Return the end of a help text."""
    lines = "\n".join(f"  fairlot escrow {each}" for each in words)
    return f"{_CODES}\n\nExamples:\n{lines}\n"


def add_key(parser: argparse.ArgumentParser, out: str, metavar: str = "FILE") -> None:
    """Add --sale-id, --key and --out."""
    add_sale_id(parser)
    for name, kind, what in (
        ("--key", "FILE", "the escrow's private key"),
        ("--out", metavar, out),
    ):
        parser.add_argument(name, metavar=kind, type=Path, required=True, help=what)


def add_notices(parser: argparse.ArgumentParser) -> None:
    """Add --notices."""
    parser.add_argument(
        "--notices",
        metavar="DIR",
        type=Path,
        required=True,
        help=f"the folder of what people have sent, {NOTICES}",
    )


def kept_book(key_file: Path) -> tuple[Path, EscrowBook]:
    """Return where the book of a key lies, and what is in it.

    Raises:
        InputError: ``escrow.book``.
    """
    return _kept(key_file, BOOK, read_escrow_book, EscrowBook({}))


def kept_refunds(key_file: Path) -> tuple[Path, RefundBook]:
    """Return where the book of refunds of a key lies, and what is in it.

    Raises:
        InputError: ``escrow.refund-book``.
    """
    return _kept(key_file, REFUND_BOOK, read_refund_book, RefundBook())


def _kept(
    key_file: Path, ending: str, read: Callable[[bytes], T], empty: T
) -> tuple[Path, T]:
    """Return where a book beside a key lies, and what is in it; an empty one at first."""
    path = key_file.with_name(f"{key_file.name}{ending}")
    return path, read_as(path, read) if path.exists() else empty


def check_own(view: Replay, sale_id: bytes, key: VerifyKey) -> None:
    """Check that a board is of the sale that was told, and names this escrow.

    Raises:
        InputError: ``escrow.sale``, ``escrow.key``.
    """
    if view.state.sale_id != sale_id:
        problem = f"the board sells {view.state.sale_id.hex()}, which is another sale"
        raise InputError("escrow.sale", problem)
    if view.state.terms.escrow != key:
        raise InputError("escrow.key", "the terms name another escrow's key")


def settled_sale(
    arguments: argparse.Namespace, curve: Backend, key: VerifyKey
) -> tuple[SaleFile, Settled | ShownVoid] | None:
    """Return the escrow's own sale and how it ends; ``None`` where it is too early, and said.

    Args:
        arguments: with what ``add_sale_file`` and ``add_key`` add.
        curve: the back-end.
        key: the escrow's own.

    Raises:
        InputError: as ``check_own``, and as ``read_sale_file``.
        Rejection: as ``Replay.check`` and ``settle_replay``.
    """
    sale = read_sale_file(arguments, curve)
    sale.read.check()
    check_own(sale.read, arguments.sale_id, key)
    result = settle_replay(sale.read, sale.rounds, sale.heads)
    if isinstance(result, NotYet):
        complain("the sale is not settled: fairlot settle says what is missing")
        return None
    return sale, result


def asked_of(state: SaleState) -> dict[Nym, int]:
    """Return what the final entry of each nym promises."""
    positions = state.positions.by_nym.items()
    return {nym: each.final.binding.amount for nym, each in positions}


def read_notices(folder: Path, view: Replay, key: SigningKey) -> Sequence[Notice]:
    """Return the notices in a folder; what is none is named and passed over.

    Args:
        folder: as ``add_notices`` takes it.
        view: of the board.
        key: the escrow's own.

    Raises:
        InputError: ``escrow.notices``.
    """
    if not folder.is_dir():
        raise InputError("escrow.notices", f"{folder} is no folder of notices")
    keys: dict[Nym, set[VerifyKey]] = {}
    for each in view.entries.of(EntryType.DEPOSIT, EntryType.CANCEL):
        if each.refusal is None:
            keys.setdefault(read_deposit(each.entry).nym, set()).add(each.entry.key)
    found: list[Notice] = []
    for path in sorted(folder.glob(NOTICES)):
        try:
            data = read_at_most(
                path, _LARGEST, lambda why: InputError("escrow.notices", why)
            )
            notice = open_notice(data, key)
            check_signer(notice, view.state.sale_id, keys)
        except InputError as error:
            complain(f"{path.name} is passed over: {error.code}: {error.message}")
        else:
            found.append(notice)
    return found


def write_kept(folder: Path, files: Mapping[str, bytes], mode: int = PRIVATE) -> None:
    """Write files into a folder, which may have them already, as they are.

    Raises:
        InputError: ``escrow.exists`` where another file has the name of one.
    """
    if not folder.is_dir():
        create_folder(folder)
    for name, data in files.items():
        path = folder / name
        # What is there from before needs no disk: there may be hundreds.
        if not path.exists() or _read_kept(path) != data:
            show_kept(
                path,
                data,
                _read_kept,
                lambda why: InputError("escrow.exists", why),
                mode,
            )


def _read_kept(path: Path) -> bytes:
    return read_at_most(
        path, _LARGEST_FILE, lambda why: InputError("escrow.exists", why)
    )
