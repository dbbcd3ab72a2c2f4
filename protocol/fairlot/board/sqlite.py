"""Storage of a board's bytes in an SQLite database (specs/board.md, section 4.2).

The rows hold the pieces of the transcript as they were appended, each at the place where it
begins: one behind the other they are the file, byte for byte.
"""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from fairlot.board.storage import lock_for_writing
from fairlot.errors import InputError
from fairlot_crypto.durable import sync_folder

LOCK = ".lock"
"""What the name of the file ends with that writers to a database lock."""

APPLICATION = 0x4641_4952
"""``application_id`` of a board's database: FAIR."""
VERSION = 1
"""``user_version`` of the tables below."""

_TABLES = f"""
CREATE TABLE transcript (
  begins INTEGER PRIMARY KEY CHECK (begins >= 0),
  data BLOB NOT NULL CHECK (length(data) > 0)
) STRICT;
CREATE TABLE cut (
  number INTEGER PRIMARY KEY,
  begins INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
_MADE = "SELECT count(*) FROM sqlite_schema WHERE name IN ('transcript', 'cut')"
_END = "SELECT coalesce(max(begins + length(data)), 0) FROM transcript"
_ALL = "SELECT data FROM transcript ORDER BY begins"
_PART = """\
SELECT begins, data FROM transcript WHERE begins < :end AND begins >=
  (SELECT coalesce(max(begins), 0) FROM transcript WHERE begins <= :begin)
ORDER BY begins"""
_APPEND = "INSERT INTO transcript (begins, data) VALUES (?, ?)"
_KEEP = "INSERT INTO cut (begins, data) VALUES (?, ?)"
_DROP = "DELETE FROM transcript WHERE begins >= ?"
_SHORTEN = "UPDATE transcript SET data = substr(data, 1, :length - begins) \
WHERE begins + length(data) > :length"


class SqliteStorage:
    """Keeps the transcript in a database, on the disk before an append returns."""

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        """Take a database under a held lock: ``create_database``, ``open_database``."""
        self._file = lock
        self._writer = _connected(path)
        self._reader = _connected(path)
        self._reading = Lock()
        (self._end,) = self._writer.execute(_END).fetchone()

    def read(self) -> bytes:
        """Return the whole transcript."""
        with self._reading, _as_os_errors():
            return b"".join(data for (data,) in self._reader.execute(_ALL))

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``."""
        with self._reading, _as_os_errors():
            found = self._reader.execute(_PART, {"begin": begin, "end": end}).fetchall()
        return b"".join(
            data[max(0, begin - begins) : max(0, end - begins)]
            for begins, data in found
        )

    def append(self, data: bytes) -> None:
        """Append ``data`` in a transaction, and wait until it is on the disk."""
        if not data:
            return
        with self._transaction():
            # Where somebody else has written, this row is there, and the insertion fails.
            self._writer.execute(_APPEND, (self._end, data))
        self._end += len(data)

    def cut(self, length: int) -> None:
        """Move everything behind the first ``length`` bytes into the table ``cut``."""
        behind = self.part(length, self._end)
        with self._transaction():
            self._writer.execute(_KEEP, (length, behind))
            self._writer.execute(_DROP, (length,))
            self._writer.execute(_SHORTEN, {"length": length})
        self._end = length

    def close(self) -> None:
        """Close the database, and let others write to it."""
        self._reader.close()
        self._writer.close()
        self._file.close()

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """Run statements that are all durable at the end, or leave no trace."""
        with _as_os_errors():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise


def create_database(path: Path | str) -> SqliteStorage:
    """Create a new, empty database for a board, and lock it; close it at the end.

    Raises:
        FileExistsError: if the file already exists.
        InputError: ``board.locked``.
    """
    created = Path(path)
    lock = _locked(created)
    try:
        created.touch(exist_ok=False)
        with closing(_connected(created)) as database, _as_os_errors():
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
        sync_folder(created.parent)
        return SqliteStorage(created, lock)
    except BaseException:
        lock.close()
        raise


def open_database(path: Path | str) -> SqliteStorage:
    """Open a board's database to append to it, and lock it.

    What a crash has left in the journal beside it is taken in or dropped by SQLite.

    Raises:
        InputError: ``board.locked`` where another process writes to it;
            ``board.database`` for what is no board's database.
        OSError: ``FileNotFoundError`` for a file that is not there, or as the system says.
    """
    there = Path(path)
    # Else the lock would be made beside a file that is not there.
    there.stat()
    lock = _locked(there)
    try:
        _check_form(there)
        return SqliteStorage(there, lock)
    except BaseException:
        lock.close()
        raise


def _check_form(path: Path) -> None:
    """Refuse a file that is not what ``create_database`` has made."""
    try:
        with closing(_connected(path)) as database:
            (made,) = database.execute(_MADE).fetchone()
            (application,) = database.execute("PRAGMA application_id").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise _not_ours(path, str(error)) from error
    if (made, application) != (2, APPLICATION):
        raise _not_ours(path, "its tables are not those of a board")
    if version != VERSION:
        raise _not_ours(path, f"its tables have version {version}, not {VERSION}")


def _not_ours(path: Path, why: str) -> InputError:
    problem = f"{path} is not a board's database ({why}): name the folder of a board"
    return InputError("board.database", problem)


def _connected(path: Path) -> sqlite3.Connection:
    """Connect to a database that is there; each commit is synchronised (ADR 44)."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    database = sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=5
    )
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA fullfsync = ON")
    return database


def _locked(path: Path) -> BinaryIO:
    """Hold the lock of a database: readers need none, and writers have one each."""
    file = path.with_name(f"{path.name}{LOCK}").open("ab", buffering=0)
    try:
        lock_for_writing(path, file)
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def _as_os_errors() -> Generator[None]:
    """Say of a full or broken disk what a file would say."""
    try:
        yield
    except sqlite3.Error as error:
        # An error of Python's own, such as a closed database, has no such code.
        code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
        full = code & 0xFF == sqlite3.SQLITE_FULL
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error
