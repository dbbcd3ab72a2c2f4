"""The folder of a board that answers over the network (specs/service.md, section 9).

What keeps its logs lies in it, or in a database that has an address.
"""

import argparse
from importlib import import_module
from pathlib import Path

from fairlot.board.sqlite import create_database, open_database
from fairlot.board.storage import Shared, Storage, create_transcript, open_transcript
from fairlot.board.tiled import TRANSCRIPT
from fairlot.cli.beacon.files import read_key
from fairlot.cli.output import complain
from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot_crypto.durable import write_new_file
from fairlot_crypto.keys import SigningKey

KEY = "board.key"
DATABASE = "board.sqlite"
ADDRESS = "board.storage"
"""The file with the address of a database, in one line."""
_SCHEMES = ("postgresql://", "postgres://")
_LARGEST = 1 << 12


def add_new_storage(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is to keep the logs of a new board."""
    parser.add_argument(
        "--storage",
        metavar="sqlite|file|ADDRESS",
        default="sqlite",
        help="what keeps the logs (default: sqlite); ADDRESS is postgresql://USER@HOST/DB",
    )
    add_password(parser)


def add_storage(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a database is."""
    parser.add_argument(
        "--storage",
        metavar="ADDRESS",
        help="the database that keeps the logs, for a folder that has none: "
        "postgresql://USER@HOST/DB",
    )
    add_password(parser)


def add_password(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a file with the password of a database."""
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="whose first line is the password of the database (else ~/.pgpass is asked)",
    )


def create_storage(folder: Path, kind: str, password: Path | None = None) -> Storage:
    """Make the storage of a new folder.

    Args:
        folder: of a board.
        kind: ``sqlite``, ``file``, or the address of a database, which the folder keeps.
        password: the file with the password of the database, if there is one.

    Raises:
        InputError: ``board.usage``, ``board.extra``; as ``create_postgres``.
    """
    if is_address(kind):
        from fairlot.board.postgres import create_postgres  # noqa: PLC0415

        made = create_postgres(kind, _password(password))
        try:
            write_new_file(folder / ADDRESS, f"{kind}\n".encode(), 0o600)
        except BaseException:
            made.close()
            remove_storage(kind, password)
            raise
        return made
    if kind == "file":
        return create_transcript(folder / TRANSCRIPT)
    return create_database(folder / DATABASE)


def check_storage(kind: str) -> None:
    """Check what was given with ``--storage`` for a new board.

    Raises:
        InputError: ``board.usage``, ``board.extra``.
    """
    if is_address(kind):
        check_driver()
    elif kind not in ("sqlite", "file"):
        problem = "--storage is sqlite, file, or an address: postgresql://USER@HOST/DB"
        raise InputError("board.usage", problem)


def remove_storage(kind: str, password: Path | None) -> None:
    """Remove from its database what ``create_storage`` has just made there."""
    if is_address(kind):
        from fairlot.board.postgres import remove_postgres  # noqa: PLC0415

        remove_postgres(kind, _password(password))


def opened_storage(
    folder: Path, given: str | None = None, password: Path | None = None
) -> Storage:
    """Open whatever keeps the logs of a folder; a file is locked.

    Args:
        folder: of a board.
        given: the address of a database, for a folder that keeps neither logs nor address.
        password: the file with the password of the database, if there is one.

    Raises:
        InputError: ``board.none``, ``board.locked``, ``board.usage``, ``board.extra``; as
            ``open_postgres``.
    """
    address = _address(folder, given)
    if address is not None:
        check_driver()
        from fairlot.board.postgres import open_postgres  # noqa: PLC0415

        return open_postgres(address, _password(password))
    if (folder / DATABASE).exists():
        return open_database(folder / DATABASE)
    if (folder / TRANSCRIPT).exists():
        return open_transcript(folder / TRANSCRIPT)
    names = f"{DATABASE}, {TRANSCRIPT} or {ADDRESS}"
    problem = f"{folder} holds none of {names}: fairlot board new, or --storage"
    raise InputError("board.none", problem)


def kept_address(folder: Path) -> str | None:
    """Return the address of a database that a folder keeps; ``None`` where it keeps none.

    Raises:
        InputError: ``board.unreadable``.
    """
    if not (folder / ADDRESS).exists():
        return None
    return _text(folder / ADDRESS, "the address of a database")


def logs_file(folder: Path) -> Path:
    """Return the file in which a folder keeps its logs; it may not be there."""
    names = (DATABASE, TRANSCRIPT)
    found = (folder / name for name in names if (folder / name).exists())
    return next(found, folder / DATABASE)


def board_key(folder: Path) -> SigningKey:
    """Read the key of a board.

    Raises:
        InputError: ``board.none``; as ``read_key``.
    """
    if not (folder / KEY).is_file():
        problem = f"{folder} is no board's folder: make one with fairlot board new"
        raise InputError("board.none", problem)
    return read_key(folder / KEY)


def is_address(kind: str) -> bool:
    """Tell whether a word is the address of a database."""
    return kind.startswith(_SCHEMES)


def check_driver() -> None:
    """Check that a board can be kept in PostgreSQL: nobody else loads a driver.

    Raises:
        InputError: ``board.extra`` where it is not installed.
    """
    try:
        import_module("fairlot.board.postgres")
    except ImportError as error:
        problem = "the driver of PostgreSQL is not installed"
        advice = "pip install 'fairlot[postgres]'"
        raise InputError("board.extra", f"{problem}: {advice}") from error


def _address(folder: Path, given: str | None) -> str | None:
    """Return the address of the database; ``None`` where the folder keeps the logs itself."""
    inside = [name for name in (DATABASE, TRANSCRIPT) if (folder / name).exists()]
    if given is not None:
        if inside or not is_address(given):
            problem = (
                "--storage is the address of a database, for a folder without logs"
            )
            raise InputError("board.usage", f"{problem}: leave it out")
        return given
    return None if inside else kept_address(folder)


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    return _text(file, "the password of the database")


def _text(file: Path, what: str) -> str:
    """Return the first line of a small file."""

    def refused(problem: str) -> InputError:
        return InputError("board.unreadable", f"{problem}: {what} stands in it")

    try:
        return read_at_most(file, _LARGEST, refused).decode().splitlines()[0]
    except (UnicodeDecodeError, IndexError) as error:
        raise refused(f"{file} has no first line in UTF-8") from error


def say_cut(cut: int, folder: Path, storage: object) -> None:
    """Say how many bytes were cut that a kill had left, if there were any.

    Args:
        cut: how many.
        folder: of the board.
        storage: what keeps its logs; one that several share is a database elsewhere.
    """
    if cut:
        what = f"{cut} bytes that no checkpoint covers were cut"
        where = "the database" if isinstance(storage, Shared) else folder
        complain(f"{what}, and are kept in {where}")
