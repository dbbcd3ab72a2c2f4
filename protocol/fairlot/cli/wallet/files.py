"""Passwords and files of a wallet's commands (specs/command-line.md, section 23)."""

import argparse
import sys
from collections.abc import Generator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path

from fairlot.cli.command import add_json
from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot.wallet.store import Wallet, check_readable, open_wallet
from fairlot_crypto.randomness import SystemRandomness

_LARGEST_PASSWORD = 1 << 10
_LARGEST_MESSAGE = 1 << 26
"""Bytes that are read of a message: no request or answer has as many."""


def add_wallet(parser: argparse.ArgumentParser) -> None:
    """Add the file of a wallet, and where its password is."""
    parser.add_argument("wallet", metavar="FILE", type=Path, help="the wallet")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="holds the password in its first line (default: it is asked for)",
    )
    add_json(parser)


def read_password(file: Path | None, *, twice: bool = False, of: str = "") -> str:
    """Return a password: the first line of a file, or what is typed.

    Args:
        file: with --password-file; ``None`` without.
        twice: whether it is typed twice, since nothing knows it yet.
        of: what the password is of, where there are two.

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
        problem = "nobody is there to type the password"
        raise InputError(
            "wallet.no-password", f"{problem}: name a file, --password-file"
        )
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


def read_message(path: Path, most: int = _LARGEST_MESSAGE) -> bytes:
    """Read a file that somebody has sent.

    Raises:
        InputError: ``wallet.unreadable``.
    """
    return read_at_most(path, most, lambda why: InputError("wallet.unreadable", why))
