"""Storage of a board's bytes in PostgreSQL (specs/board.md, section 4.3).

The rows hold the pieces of the transcript, as those of ``sqlite.py`` do. Several front ends
may write, each in its turn; no two can write the same place. Only who keeps a board there
imports this: it needs the extra ``postgres``.
"""

import errno
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import LiteralString

import psycopg

from fairlot.board.once import Row, Standing
from fairlot.board.postgres_tables import (
    APPEND,
    CUT,
    FREE,
    GROW,
    NEWS,
    PART,
    REMOVE,
    TAKE,
    TURN,
    UNIQUE,
    Line,
    check_board,
    connected,
    create_tables,
)
from fairlot.errors import InputError


class PostgresStorage:
    """Keeps the transcript in a database, on its disk before an append returns."""

    def __init__(self, address: str, password: str | None = None) -> None:
        """Take a database that holds a board: ``create_postgres``, ``open_postgres``."""
        with _as_os_errors():
            self._line = Line(address, password)
            self._reader = Line(address, password)
        self._standing, self._end = Standing(), 0
        self.news()

    @property
    def server_process(self) -> int:
        """The process of the server that writes for this front end."""
        return self._writer.info.backend_pid

    @property
    def _writer(self) -> psycopg.Connection:
        return self._line.database

    def read(self) -> bytes:
        """Return the transcript, as far as this front end knows it."""
        return self.part(0, self._end)

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``, as far as they are known."""
        asked = {"begin": begin, "end": min(end, self._end)}
        with _as_os_errors():
            found = self._reader.ask(PART, asked)
        return b"".join(
            data[max(0, begin - begins) : max(0, asked["end"] - begins)]
            for begins, data in found
        )

    def append(self, data: bytes) -> None:
        """Append ``data`` in a transaction, and wait until it is on the disk.

        Raises:
            OSError: where another front end has written what this one does not know.
            InputError: ``board.rewound``.
        """
        if not data:
            return
        rows = self._standing.rows(data, self._end)
        with self._transaction():
            # Step 9.
            self._writer.execute(APPEND, (self._end, data))
            self._insert(rows)
            self._writer.execute(GROW, (self._end + len(data),))
        self._standing.take(data)
        self._end += len(data)

    def cut(self, length: int) -> None:
        """Move everything behind the first ``length`` bytes into the table of cuts."""
        behind = self.part(length, self._end)
        with self._transaction():
            for statement in CUT:
                self._writer.execute(statement, {"length": length, "behind": behind})
        self._standing = Standing()
        self._end = length
        self._standing.take(self.read())

    def close(self) -> None:
        """Close the connections; a turn that was not given back ends."""
        self._reader.close()
        self._line.close()

    @contextmanager
    def turn(self) -> Generator[None]:
        """Wait until no other front end has its turn, and have it.

        Raises:
            BlockingIOError: where that takes too long.
            OSError: as the system says.
        """
        # Step 10.
        self._ask(TURN)
        try:
            yield
        finally:
            # Where the line is cut, the turn has ended by itself.
            with suppress(OSError):
                self._ask(FREE)

    def news(self) -> bytes:
        """Return what others have appended since; from now on it is known here.

        Raises:
            InputError: ``board.rewound``.
        """
        with _as_os_errors():
            found = self._line.ask(NEWS, (self._end,))
        row = found[0] if found else (0, ())
        length, data = int(row[0]), b"".join(row[1] or ())
        self._check_length(length, self._end + len(data))
        self._standing.take(data)
        self._end = length
        return data

    def _ask(self, statement: LiteralString) -> None:
        with _as_os_errors():
            self._line.ask(statement)

    def _insert(self, rows: list[Row]) -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        if columns:
            self._writer.execute(UNIQUE, columns)

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """Run statements that are all durable at the end, or leave no trace.

        Nobody else can write before it ends, and nobody has since this front end has read.
        """
        with _as_os_errors(), self._writer.transaction():
            # Step 8.
            found = self._writer.execute(TAKE).fetchone()
            (length,) = found or (0,)
            self._check_length(length, self._end)
            yield

    def _check_length(self, length: int, known: int) -> None:
        if length < known:
            problem = f"it held {known} bytes, and holds {length} now"
            advice = "stop, and restore what was acknowledged"
            told = f"the database has gone back: {problem}; {advice}"
            raise InputError("board.rewound", told)
        if length > known:
            problem = "another front end has written meanwhile"
            raise OSError(errno.ESTALE, problem)


def create_postgres(address: str, password: str | None = None) -> PostgresStorage:
    """Make the tables of a new board in a database; close it at the end.

    Args:
        address: ``postgresql://…``, without a password.
        password: ``None`` leaves it to libpq: a file of passwords, or none.

    Raises:
        InputError: ``board.exists`` where a board is there; ``board.database`` where it
            loses what it has said to keep.
        OSError: as the server says.
    """
    with _as_os_errors(), connected(address, password) as database:
        create_tables(database)
    return PostgresStorage(address, password)


def open_postgres(address: str, password: str | None = None) -> PostgresStorage:
    """Open a board's database to append to it; others may do so at the same time.

    Args:
        address: as for ``create_postgres``.
        password: as for ``create_postgres``.

    Raises:
        InputError: ``board.none`` where no board is there; ``board.database`` for tables of
            another version, and where it loses what it has said to keep.
        OSError: as the server says.
    """
    with _as_os_errors(), connected(address, password) as database:
        check_board(database)
    return PostgresStorage(address, password)


def remove_postgres(address: str, password: str | None = None) -> None:
    """Remove the tables of a board that was just made, and could not be filled.

    Args:
        address: as for ``create_postgres``.
        password: as for ``create_postgres``.

    Raises:
        OSError: as the server says.
    """
    with _as_os_errors(), connected(address, password) as database:
        database.execute(REMOVE)


@contextmanager
def _as_os_errors() -> Generator[None]:
    """Say of a full disk or a lost server what a file would say."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        problem = "another front end has had its turn for too long"
        raise BlockingIOError(errno.EAGAIN, problem) from error
    except psycopg.Error as error:
        full = isinstance(error, psycopg.errors.DiskFull)
        # The server says it in several lines.
        why = " ".join(str(error).split())
        raise OSError(errno.ENOSPC if full else errno.EIO, why) from error
