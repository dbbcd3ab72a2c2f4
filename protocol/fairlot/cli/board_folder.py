"""The folder of a board that answers over the network (specs/service.md, section 9)."""

from pathlib import Path

from fairlot.board.sqlite import create_database, open_database
from fairlot.board.storage import Storage, create_transcript, open_transcript
from fairlot.board.tiled import TRANSCRIPT
from fairlot.cli.beacon.files import read_key
from fairlot.errors import InputError
from fairlot_crypto.keys import SigningKey

KEY = "board.key"
DATABASE = "board.sqlite"


def create_storage(folder: Path, kind: str) -> Storage:
    """Make the storage of a new folder: ``sqlite`` or ``file``."""
    if kind == "file":
        return create_transcript(folder / TRANSCRIPT)
    return create_database(folder / DATABASE)


def opened_storage(folder: Path) -> Storage:
    """Open whatever keeps the logs in a folder, and lock it.

    Raises:
        InputError: ``board.none``, ``board.locked``.
    """
    if (folder / DATABASE).exists():
        return open_database(folder / DATABASE)
    if (folder / TRANSCRIPT).exists():
        return open_transcript(folder / TRANSCRIPT)
    problem = f"{folder} holds neither {DATABASE} nor {TRANSCRIPT}: fairlot board new"
    raise InputError("board.none", problem)


def board_key(folder: Path) -> SigningKey:
    """Read the key of a board.

    Raises:
        InputError: ``board.none``; as ``read_key``.
    """
    if not (folder / KEY).is_file():
        problem = f"{folder} is no board's folder: make one with fairlot board new"
        raise InputError("board.none", problem)
    return read_key(folder / KEY)
