"""The copy of a hosted sale that is kept elsewhere (specs/command-line.md, section 31).

It never holds what contributors and witnesses sign with: whoever restores it has forgotten
what they have signed since, and could be made to sign another history.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from fairlot.board.sqlite import LOCK, open_database
from fairlot.cli.beacon.files import RETIRED
from fairlot.cli.board_folder import DATABASE
from fairlot.cli.folders import PRIVATE_FOLDER
from fairlot.cli.host.cast import BOARD, WITNESS_KEY
from fairlot.cli.reading import read_at_most
from fairlot.cli.role_keys import PUBLIC
from fairlot.errors import InputError
from fairlot_crypto.durable import DRAFT, PRIVATE, sync_folder, write_file

FIRST = "fairlot-backup"
"""The name of the first file of a backup, which says what it is."""
_SAYS = b"fairlot/backup 1\n"
_SIGNERS = re.compile(r"(contributor|witness)-[1-9][0-9]*")
_KEYS = {"contributor": "contributor.key", "witness": WITNESS_KEY}
_WHY = b"""\
The key that lay here signs nothing any more: this folder was restored from a backup, which
does not hold it. What it has signed since is not known here, and another signature could be
for another history. Let the others go on with the sale; draw a new key for the next one.
"""
_LEFT_OUT = (DRAFT, LOCK, f"{DATABASE}-wal", f"{DATABASE}-shm")
_NO_PART = re.compile(r"\.{0,2}|.*[\\:\x00].*", re.DOTALL)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MOST = 1 << 30


@dataclass(frozen=True, slots=True)
class Packed:
    """What a backup holds."""

    files: int
    retired: tuple[str, ...]
    """The keys that are not in it, as paths below the folder of the sale."""


def board_of(folder: Path) -> Path:
    """Return where the database of a hosted sale's board lies."""
    return folder / BOARD / "folder" / DATABASE


def pack(folder: Path, out: Path) -> Packed:
    """Write a backup of the folder of a hosted sale, while it is hosted or not.

    Args:
        folder: of ``fairlot host``.
        out: the new file, which only its owner may read.

    Raises:
        InputError: ``backup.folder``, ``backup.exists``.
        OSError: as the system says; nothing is left then.
    """
    # Step 1.
    if not board_of(folder).is_file():
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
            packed = _fill(archive, folder)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(out.absolute().parent)
    return packed


def _fill(archive: ZipFile, folder: Path) -> Packed:
    _put(archive, FIRST, _SAYS)
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
        elif path != board_of(folder):
            _put_file(archive, name.as_posix(), path)
    # Step 3.
    _put_database(archive, board_of(folder), folder)
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


def _put_database(archive: ZipFile, path: Path, folder: Path) -> None:
    """Put in a database as it is between two batches, the last thing of all.

    A board that knows less than what roles have seen would show another history.
    """
    with TemporaryDirectory(prefix="fairlot-") as place:
        copy = Path(place) / DATABASE
        address = f"{path.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as there,
            closing(sqlite3.connect(copy)) as here,
        ):
            there.backup(here)
        _put(archive, path.relative_to(folder).as_posix(), copy.read_bytes())


def unpack(file: Path, folder: Path, log: Path | None) -> Packed:
    """Restore a backup: with all of its files, or not at all.

    Args:
        file: the backup.
        folder: a new or an empty one.
        log: a later transcript of the board; ``None`` if there is none.

    Raises:
        InputError: ``backup.unreadable``, ``backup.form``, ``backup.log``.
        OSError: as the system says; ``folder`` is then as it was.
    """
    draft = folder.with_name(f".{folder.name}{DRAFT}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(PRIVATE_FOLDER, parents=True)
        packed = _emptied(file, draft)
        if log is not None:
            _go_on(board_of(draft), log)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder.absolute().parent)
    return packed


def _emptied(file: Path, draft: Path) -> Packed:
    try:
        with ZipFile(file) as archive:
            first, *names = list(_checked(archive)) or [""]
            if first != FIRST or archive.read(FIRST) != _SAYS:
                raise _no_backup(file, "it does not begin as one")
            for name in names:
                _take_out(archive, name, draft)
    except OSError as error:
        problem = f"{file} cannot be read: {error.strerror or error}"
        raise InputError("backup.unreadable", problem) from error
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise _no_backup(file, str(error)) from error
    if not board_of(draft).is_file():
        raise _no_backup(file, "it has no board")
    retired = [each for each in names if each.endswith(RETIRED)]
    return Packed(len(names), tuple(each.removesuffix(RETIRED) for each in retired))


def _checked(archive: ZipFile) -> Iterator[str]:
    """Yield the names in an archive, each once, none of which leads out of a folder."""
    seen: set[str] = set()
    for name in archive.namelist():
        parts = name.removesuffix("/").split("/")
        if name in seen or any(map(_NO_PART.fullmatch, parts)):
            raise BadZipFile(f"{name!r} is no name of a file in it")
        seen.add(name)
        yield name


def _take_out(archive: ZipFile, name: str, draft: Path) -> None:
    path = draft.joinpath(*PurePosixPath(name).parts)
    if name.endswith("/"):
        path.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        return
    path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    write_file(path, archive.read(name), PRIVATE)


def _no_backup(file: Path, why: str) -> InputError:
    problem = f"{file} is no backup as fairlot backup writes it: {why}"
    return InputError("backup.form", problem)


def _go_on(database: Path, log: Path) -> None:
    """Give a board what it has shown since the backup, from somebody's copy (step 6)."""
    data = read_at_most(log, _MOST, lambda why: InputError("backup.unreadable", why))
    with closing(open_database(database)) as storage:
        there = storage.read()
        if not data.startswith(there):
            problem = f"{log} does not go on from what the backup's board had shown"
            remedy = "fetch it again, and compare both with fairlot compare"
            raise InputError("backup.log", f"{problem}: {remedy}")
        storage.append(data[len(there) :])
