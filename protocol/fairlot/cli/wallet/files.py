"""Passwords, clock and files of a wallet's commands (specs/command-line.md, section 23)."""

import argparse
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from fairlot.cli.command import add_json, chosen_curve, whole
from fairlot.cli.output import busy, show_json
from fairlot.cli.reading import made_of, read_at_most, show_kept
from fairlot.cli.settings import PASSWORD_FILE, add_setting
from fairlot.deposit.destination import Account, account_of
from fairlot.errors import InputError
from fairlot.identity.registry import RegistryId
from fairlot.terms.times import MAX_TIME
from fairlot.text import Viewed
from fairlot.wallet.content import Content
from fairlot.wallet.looking import Looked, look
from fairlot.wallet.store import Wallet, check_readable, open_wallet
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PUBLIC
from fairlot_crypto.randomness import SystemRandomness

T = TypeVar("T")

_LARGEST_PASSWORD = 1 << 10
_LARGEST_MESSAGE = 1 << 26
"""Bytes that are read of a message: no request or answer has as many."""
_LARGEST_LOG = 1 << 30


def show_step(
    step: str,
    registry_id: RegistryId | None = None,
    *,
    again: bool = False,
    **more: Viewed,
) -> None:
    """Print what a step of a wallet was, for machines."""
    found: dict[str, Viewed] = {"step": step, "registry": registry_id, "again": again}
    show_json("wallet-step", {**found, **more})


def add_wallet(parser: argparse.ArgumentParser) -> None:
    """Add the file of a wallet, and where its password is."""
    parser.add_argument("wallet", metavar="FILE", type=Path, help="the wallet")
    what = "holds the password in its first line (default: it is asked for)"
    add_setting(parser, "--password-file", PASSWORD_FILE, "FILE", what)
    add_json(parser)


def add_clock(parser: argparse.ArgumentParser) -> None:
    """Add the clock of a rehearsal."""
    parser.add_argument(
        "--time",
        metavar="SECONDS",
        type=whole(0, MAX_TIME),
        help="the simulated clock of a rehearsal, unix seconds",
    )


def add_account(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --account-file: an account is no argument, which others can see.

    Args:
        parser: of a command.
        what: says what the account is for.
    """
    parser.add_argument(
        "--account-file",
        metavar="FILE",
        type=Path,
        help=f"holds an IBAN and, in its second line, whose account it is; {what}",
    )


def read_account(path: Path) -> Account:
    """Return the account that a file holds.

    Raises:
        InputError: ``wallet.unreadable``, ``wallet.account``, ``account.number``,
            ``account.name``.
    """
    try:
        number, name = read_message(path).decode().splitlines()
    except ValueError as error:
        problem = f"{path} must hold two lines of UTF-8: an IBAN, and whose it is"
        raise InputError("wallet.account", problem) from error
    return account_of(number.strip(), name.strip())


def given_account(arguments: argparse.Namespace) -> Account | None:
    """Return the account of ``add_account``; ``None`` where none is named.

    Raises:
        InputError: as ``read_account``.
    """
    path: Path | None = arguments.account_file
    return None if path is None else read_account(path)


def add_out(parser: argparse.ArgumentParser, what: str, *, required: bool) -> None:
    """Add --out, a file that holds a message.

    Args:
        parser: of a command.
        what: says what the message is.
        required: whether it must be named.
    """
    parser.add_argument(
        *("-o", "--out"), metavar="FILE", type=Path, required=required, help=what
    )


def read_password(
    file: Path | None,
    *,
    twice: bool = False,
    of: str = "",
    option: str = "--password-file",
) -> str:
    """Return a password: the first line of a file, or what is typed.

    Args:
        file: with --password-file; ``None`` without.
        twice: whether it is typed twice, since nothing knows it yet.
        of: what the password is of, where there are two.
        option: what names the file.

    Raises:
        InputError: ``wallet.no-password``, ``wallet.unreadable``.
    """
    if file is not None:
        data = read_message(file, _LARGEST_PASSWORD)
        try:
            return data.decode().splitlines()[0]
        except (UnicodeDecodeError, IndexError) as error:
            problem = f"{file} must hold the password in its first line, as UTF-8"
            raise InputError("wallet.no-password", problem) from error
    if not sys.stdin.isatty():
        problem = f"nobody is there to type the password{of}: name a file, {option}"
        raise InputError("wallet.no-password", problem)
    typed = getpass(f"Password{of}: ")
    if twice and getpass("Once more: ") != typed:
        problem = "the two are not the same"
        raise InputError("wallet.no-password", f"{problem}: begin again")
    return typed


@contextmanager
def opened(arguments: argparse.Namespace) -> Generator[Wallet]:
    """Open the wallet that a command names, and keep other commands from it meanwhile.

    Raises:
        InputError: as ``open_wallet`` and ``read_password``.
    """
    check_readable(arguments.wallet)
    password = read_password(arguments.password_file)
    with open_wallet(arguments.wallet, password, SystemRandomness()) as wallet:
        yield wallet


def look_at(files: Sequence[Path], content: Content) -> tuple[Backend, Looked]:
    """Read logs from files, with the back-end that the environment chooses.

    Raises:
        InputError: as ``look``; ``wallet.moved``, ``wallet.unreadable``.
    """
    # Whoever uses the file that was left behind hears that first (wallet.md, step 10).
    content.check_signs()
    curve = chosen_curve()
    data = [read_message(each, _LARGEST_LOG) for each in files]
    with busy("reading the log"):
        return curve, look(curve, data, content)


def clock(given: int | None, *, rehearsal: bool) -> int:
    """Return the wallet's clock: in a rehearsal one that may be given.

    Args:
        given: with --time; ``None`` without.
        rehearsal: whether nothing is really sold.

    Raises:
        InputError: ``wallet.clock`` for a given time of a real registry.
    """
    if given is None:
        return min(int(time.time()), MAX_TIME)
    if not rehearsal:
        problem = "--time is for rehearsals: a real wallet has the machine's clock"
        raise InputError("wallet.clock", f"{problem}; leave it out")
    return given


def read_message(path: Path, most: int = _LARGEST_MESSAGE) -> bytes:
    """Read a file that somebody has sent.

    Raises:
        InputError: ``wallet.unreadable``.
    """
    return read_at_most(path, most, lambda why: InputError("wallet.unreadable", why))


def read_as(path: Path, read: Callable[[bytes], T]) -> T:
    """Return what ``read`` makes of a file that somebody has sent.

    Raises:
        InputError: ``wallet.unreadable``, and what ``read`` raises, with the file's name.
    """
    return made_of(path, read_message(path), read)


def write_message(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write a message that is kept already, unless it is there (specs/wallet.md, step 13).

    Raises:
        InputError: ``wallet.exists`` where another file has its name.
        OSError: as the system says.
    """
    show_kept(
        path, data, read_message, lambda why: InputError("wallet.exists", why), mode
    )
