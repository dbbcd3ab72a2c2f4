"""A wallet's file: read, and written before anything is sent (specs/wallet.md, section 4)."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairlot.errors import InputError, reason_of
from fairlot.wallet.content import Content, Standing
from fairlot.wallet.read_content import read_content
from fairlot.wallet.sealed import COST, cost_of, seal, unseal
from fairlot_crypto.durable import PRIVATE, lock_file, write_file, write_new_file
from fairlot_crypto.randomness import Randomness

LOCK = ".lock"
"""What the name of a file has more, by which one process keeps others from the wallet."""
_LARGEST = 1 << 25
"""Bytes that are read of a wallet: more than any has."""


@dataclass(slots=True)
class Wallet:
    """An open wallet, which no other process has open."""

    path: Path
    content: Content
    cost: int
    _password: str = field(repr=False)
    _randomness: Randomness = field(repr=False)

    def keep(self, content: Content) -> None:
        """Write what the wallet holds from now on, durably (step 13).

        Whoever sends something calls this before.

        Raises:
            OSError: as the system says; the file is then as it was.
        """
        # Step 13.
        if content == self.content:
            return
        kept = replace(content, written=self.content.written + 1)
        data = seal(kept.to_bytes(), self._password, self._randomness, self.cost)
        write_file(self.path, data, PRIVATE)
        self.content = kept


def create_wallet(
    path: Path,
    content: Content,
    password: str,
    randomness: Randomness,
    cost: int = COST,
) -> None:
    """Write a new wallet; no file is ever replaced (step 12).

    Raises:
        InputError: ``wallet.exists``, ``wallet.password``.
        OSError: as the system says; nothing is left.
    """
    # Step 12.
    data = seal(content.to_bytes(), password, randomness, cost)
    try:
        write_new_file(path, data, PRIVATE)
    except FileExistsError as error:
        problem = f"{path} exists, and no file is replaced: name another"
        raise InputError("wallet.exists", problem) from error


@contextmanager
def open_wallet(path: Path, password: str, randomness: Randomness) -> Generator[Wallet]:
    """Open a wallet, and keep other processes from it meanwhile (step 14).

    Args:
        path: the file.
        password: of the file.
        randomness: of later writings.

    Raises:
        InputError: ``wallet.unreadable``, ``wallet.in-use``, ``wallet.file``,
            ``wallet.password``, ``wallet.locked``, ``wallet.state``.
    """
    # Step 14.
    check_readable(path)
    lock = path.with_name(f".{path.name}{LOCK}")
    with lock.open("ab") as held:
        try:
            lock_file(held)
        except BlockingIOError as error:
            problem = f"{path} is in use: wait until the other command with it ends"
            raise InputError("wallet.in-use", problem) from error
        # A name may lead elsewhere by now: what is read is what lies there under the lock.
        data = read_sealed(path)
        content = read_content(unseal(data, password))
        yield Wallet(path, content, cost_of(data), password, randomness)


def look_into(path: Path, password: str) -> Content:
    """Return what a wallet holds, without keeping others from it.

    Raises:
        InputError: as ``open_wallet``, but for ``wallet.in-use``.
    """
    return read_content(unseal(read_sealed(path), password))


def move_wallet(
    wallet: Wallet, path: Path, password: str, randomness: Randomness
) -> None:
    """Move a wallet to another file (steps 15 and 16).

    Repeated after a crash, it goes on where it stopped.

    Args:
        wallet: the one that signs nothing afterwards.
        path: of the new file.
        password: of the new file.
        randomness: of its seal.

    Raises:
        InputError: ``wallet.moved`` where another file has the content already,
            ``wallet.exists`` where something else lies there, ``wallet.locked``.
    """
    if wallet.content.standing is Standing.MOVED:
        wallet.content.check_signs()
    # Step 15.
    wallet.keep(replace(wallet.content, standing=Standing.MOVING))
    goes = replace(wallet.content, standing=Standing.ACTIVE)
    if path.exists():
        _check_same(path, password, goes)
    else:
        create_wallet(path, goes, password, randomness, wallet.cost)
    # What cannot be read back has not arrived.
    _check_same(path, password, goes)
    # Step 16.
    wallet.keep(Content(bytes(len(goes.seed)), Standing.MOVED))


def check_readable(path: Path) -> None:
    """Check that there is a file.

    Raises:
        InputError: ``wallet.unreadable``.
    """
    if not path.is_file():
        problem = f"{path} is no file: make a wallet with fairlot wallet new"
        raise InputError("wallet.unreadable", problem)


def read_sealed(path: Path) -> bytes:
    """Return the bytes of a wallet's file.

    Raises:
        InputError: ``wallet.unreadable``.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        reason = reason_of(error)
        problem = f"{path} cannot be read: {reason}"
        raise InputError("wallet.unreadable", problem) from error


def _check_same(path: Path, password: str, goes: Content) -> None:
    there = look_into(path, password)
    if replace(there, written=goes.written) != goes:
        problem = f"{path} is another wallet, or has gone on since"
        raise InputError("wallet.exists", f"{problem}: name a new file")
