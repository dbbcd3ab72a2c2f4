"""A hosted sale from the copy that was kept elsewhere (specs/command-line.md, section 31)."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from fairlot.board.sqlite import LOCK
from fairlot.board.storage import Storage
from fairlot.board.tiled import TRANSCRIPT
from fairlot.board.transcript import Record, read_records
from fairlot.cli.beacon.files import RETIRED
from fairlot.cli.board_folder import (
    ADDRESS,
    DATABASE,
    create_storage,
    is_address,
    kept_address,
    logs_file,
    opened_storage,
)
from fairlot.cli.folders import PRIVATE_FOLDER
from fairlot.cli.host.packing import FIRST, SAYS, Packed, board_of
from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError, reason_of
from fairlot_crypto.durable import DRAFT, PRIVATE, sync_folder, write_file
from fairlot_crypto.log.checkpoint import SignedCheckpoint

_NO_PART = re.compile(r"\.{0,2}|.*[\\:\x00].*", re.DOTALL)
_MOST = 1 << 30


@dataclass(frozen=True, slots=True)
class Logs:
    """Where the logs of a board that comes back are to be, and what more is known of them."""

    storage: str | None = None
    """What is to keep them, as ``board new`` takes it; ``None`` for what kept them before."""
    password: Path | None = None
    """The file with the password of the database, if there is one."""
    later: Path | None = None
    """A copy of what the board has shown since; ``None`` if there is none."""


def unpack(file: Path, folder: Path, logs: Logs) -> Packed:
    """Restore a backup: with all of its files, or not at all.

    Args:
        file: the backup.
        folder: a new or an empty one.
        logs: where those of the board are to be.

    Raises:
        InputError: ``backup.unreadable``, ``backup.form``, ``backup.log``; as
            ``create_storage`` and ``opened_storage``.
        OSError: as the system says; ``folder`` is then as it was.
    """
    draft = folder.with_name(f".{folder.name}{DRAFT}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(PRIVATE_FOLDER, parents=True)
        packed = _emptied(file, draft)
        since = _keep(board_of(draft), logs)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder.absolute().parent)
    return replace(packed, since=since)


def _emptied(file: Path, draft: Path) -> Packed:
    try:
        with ZipFile(file) as archive:
            first, *names = list(_checked(archive)) or [""]
            if first != FIRST or archive.read(FIRST) != SAYS:
                raise _no_backup(file, "it does not begin as one")
            for name in names:
                _take_out(archive, name, draft)
    except OSError as error:
        problem = f"{file} cannot be read: {reason_of(error)}"
        raise InputError("backup.unreadable", problem) from error
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise _no_backup(file, str(error)) from error
    if not logs_file(board_of(draft)).is_file():
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


def _keep(board: Path, logs: Logs) -> bool:
    """Give a board its logs where they are to be; tell whether later ones were there."""
    inside, before = logs_file(board), kept_address(board)
    kind = "sqlite" if inside.name == DATABASE else "file"
    wanted = logs.storage or before or kind
    stays = wanted == kind and before is None
    if stays and logs.later is None:
        return False
    with closing(opened_storage(board)) as storage:
        if logs.later is not None:
            _go_on(storage, logs.later)
        data = storage.read()
    # Step 7.
    if stays:
        return True
    for name in (DATABASE, f"{DATABASE}{LOCK}", TRANSCRIPT, ADDRESS):
        (board / name).unlink(missing_ok=True)
    with closing(_storage_at(board, wanted, logs.password)) as storage:
        return _bring(storage, data) or logs.later is not None


def _storage_at(board: Path, kind: str, password: Path | None) -> Storage:
    """Make what is to keep the logs, or open the database that has kept them."""
    if is_address(kind):
        try:
            storage = opened_storage(board, kind, password)
        except InputError as error:
            if error.code != "board.none":
                raise
        else:
            write_file(board / ADDRESS, f"{kind}\n".encode(), PRIVATE)
            return storage
    return create_storage(board, kind, password)


def _bring(storage: Storage, data: bytes) -> bool:
    """Give a storage what it has not of these logs; tell whether it had them all (step 8)."""
    there = storage.read()
    if there.startswith(data):
        return True
    if not data.startswith(there):
        problem = "the database holds another history than the backup's board had shown"
        remedy = "compare what either of them serves, and name another one"
        raise InputError("backup.log", f"{problem}: {remedy}")
    storage.append(data[len(there) :])
    return False


def _go_on(storage: Storage, log: Path) -> None:
    """Give a board what it has shown since the backup, from somebody's copy (step 6)."""
    data = read_at_most(log, _MOST, lambda why: InputError("backup.unreadable", why))
    there = storage.read()
    shown = _shown(there)
    if not data.startswith(there[:shown]):
        problem = f"{log} does not go on from what the backup's board had shown"
        remedy = "fetch it again, and compare both with fairlot compare"
        raise InputError("backup.log", f"{problem}: {remedy}")
    if not data.startswith(there):
        # A batch that was torn off: nobody was told of it.
        storage.cut(shown)
        there = there[:shown]
    storage.append(data[len(there) :])


def _shown(data: bytes) -> int:
    """Return where the last head of a transcript ends: so far a board shows it."""
    ends = 0
    for each in read_records(data):
        if isinstance(each, Record) and isinstance(each.item, SignedCheckpoint):
            ends = each.offset + len(each.encoded)
    return ends
