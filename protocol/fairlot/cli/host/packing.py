"""The copy of a hosted sale that is kept elsewhere (specs/command-line.md, section 31).

It never holds what contributors and witnesses sign with: whoever restores it has forgotten
what they have signed since, and could be made to sign another history.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fairlot.board.sqlite import LOCK
from fairlot.board.tiled import TRANSCRIPT
from fairlot.cli.beacon.files import RETIRED
from fairlot.cli.board_folder import ADDRESS, DATABASE, logs_file, opened_storage
from fairlot.cli.host.cast import BOARD, BOARD_FOLDER, WITNESS_KEY
from fairlot.cli.role_keys import PUBLIC
from fairlot.errors import InputError
from fairlot_crypto.durable import DRAFT, PRIVATE, sync_folder

FIRST = "fairlot-backup"
"""The name of the first file of a backup, which says what it is."""
SAYS = b"fairlot/backup 1\n"
"""Its content."""
_SIGNERS = re.compile(r"(contributor|witness)-[1-9][0-9]*")
_KEYS = {"contributor": "contributor.key", "witness": WITNESS_KEY}
_WHY = b"""\
The key that lay here signs nothing any more: this folder was restored from a backup, which
does not hold it. What it has signed since is not known here, and another signature could be
for another history. Let the others go on with the sale; draw a new key for the next one.
"""
_LEFT_OUT = (DRAFT, LOCK, f"{DATABASE}-wal", f"{DATABASE}-shm")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """What a backup holds."""

    files: int
    retired: tuple[str, ...]
    """The keys that are not in it, as paths below the folder of the sale."""
    since: bool = False
    """Whether what the board has shown since is known, where it comes back."""


def board_of(folder: Path) -> Path:
    """Return the folder of a hosted sale's board."""
    return folder / BOARD / BOARD_FOLDER


def pack(folder: Path, out: Path, password: Path | None = None) -> Packed:
    """Write a backup of the folder of a hosted sale, while it is hosted or not.

    Args:
        folder: of ``fairlot host``.
        out: the new file, which only its owner may read.
        password: the file with the password of the board's database, if there is one.

    Raises:
        InputError: ``backup.folder``, ``backup.exists``; where the logs lie in a database with
            an address, as ``opened_storage``.
        OSError: as the system says; nothing is left then.
    """
    # Step 1.
    board = board_of(folder)
    if not any((board / name).is_file() for name in (DATABASE, TRANSCRIPT, ADDRESS)):
        problem = f"{folder} is no folder of fairlot host in which a sale has begun"
        raise InputError("backup.folder", f"{problem}: name the one of --dir")
    if out.exists():
        problem = f"{out} exists, and a backup is not replaced: name another file"
        raise InputError("backup.exists", problem)
    draft = out.with_name(f".{out.name}{DRAFT}")
    draft.touch(PRIVATE)
    draft.chmod(PRIVATE)
    try:
        with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
            packed = _fill(archive, folder, password)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(out.absolute().parent)
    return packed


def _fill(archive: ZipFile, folder: Path, password: Path | None) -> Packed:
    logs = logs_file(board_of(folder))
    _put(archive, FIRST, SAYS)
    retired: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        role = _SIGNERS.fullmatch(name.parts[0])
        if path.is_symlink() or path.name.endswith(_LEFT_OUT):
            continue
        # Step 2.
        if role is not None and not path.name.endswith(PUBLIC) and len(name.parts) > 1:
            key = f"{name.parts[0]}/{_KEYS[role[1]]}"
            if key not in retired:
                retired.append(key)
                _put(archive, f"{key}{RETIRED}", _WHY)
            continue
        if path.is_dir():
            _put(archive, f"{name.as_posix()}/", b"")
        elif path != logs:
            _put_file(archive, name.as_posix(), path)
    # Step 3.
    _put_logs(archive, folder, password)
    return Packed(len(archive.namelist()) - 1, tuple(retired))


def _put(archive: ZipFile, name: str, data: bytes) -> None:
    archive.writestr(ZipInfo(name, _EARLIEST), data, ZIP_DEFLATED)


def _put_file(archive: ZipFile, name: str, path: Path) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        # Somebody has just taken it away; each file is whole, or not there.
        return
    _put(archive, name, data)


def _put_logs(archive: ZipFile, folder: Path, password: Path | None) -> None:
    """Put in what keeps the logs of the board, the last thing of all.

    A board that knows less than what roles have seen would show another history.
    """
    board = board_of(folder)
    logs = logs_file(board)
    if logs.name == DATABASE and logs.is_file():
        data = _copied(logs)
    elif logs.is_file():
        data = logs.read_bytes()
    else:
        # It is elsewhere, and lasts no longer than somebody keeps it there.
        logs = board / TRANSCRIPT
        with closing(opened_storage(board, password=password)) as storage:
            data = storage.read()
    _put(archive, logs.relative_to(folder).as_posix(), data)


def _copied(database: Path) -> bytes:
    """Return a database of SQLite as it is between two batches."""
    with TemporaryDirectory(prefix="fairlot-") as place:
        copy = Path(place) / DATABASE
        address = f"{database.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as there,
            closing(sqlite3.connect(copy)) as here,
        ):
            there.backup(here)
        return copy.read_bytes()
