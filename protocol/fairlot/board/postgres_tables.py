"""Tables and statements of a board in PostgreSQL (specs/board.md, section 4.3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fairlot.errors import InputError

Given: TypeAlias = Sequence[object] | Mapping[str, object]
"""What a statement is given."""
VERSION: Final = 1
"""Of the tables below."""

_TABLES: Final = """
CREATE TABLE fairlot_board (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  version integer NOT NULL,
  length bigint NOT NULL CHECK (length >= 0)
);
CREATE TABLE fairlot_transcript (
  begins bigint PRIMARY KEY CHECK (begins >= 0),
  data bytea NOT NULL CHECK (length(data) > 0)
);
CREATE TABLE fairlot_cut (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  begins bigint NOT NULL,
  data bytea NOT NULL
);
CREATE TABLE fairlot_once (
  log text NOT NULL,
  rule text NOT NULL,
  value bytea NOT NULL,
  ends bigint NOT NULL,
  PRIMARY KEY (log, rule, value)
);
"""
REMOVE: Final = """
DROP TABLE fairlot_board, fairlot_transcript, fairlot_cut, fairlot_once
"""
_BEGIN: Final = "INSERT INTO fairlot_board (version, length) VALUES (%s, 0)"
_MADE: Final = """
SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()
  AND tablename IN ('fairlot_board', 'fairlot_transcript', 'fairlot_cut', 'fairlot_once')
"""
_VERSION: Final = "SELECT version FROM fairlot_board"
_FSYNC: Final = "SELECT current_setting('fsync')"

NEWS: Final = """
SELECT length, (SELECT array_agg(data ORDER BY begins) FROM fairlot_transcript
  WHERE begins >= %s) FROM fairlot_board
"""
"""The length, and the pieces behind a place, as of one moment."""
PART: Final = """
SELECT begins, data FROM fairlot_transcript WHERE begins < %(end)s AND begins >=
  (SELECT coalesce(max(begins), 0) FROM fairlot_transcript WHERE begins <= %(begin)s)
ORDER BY begins
"""
TAKE: Final = "SELECT length FROM fairlot_board FOR UPDATE"
"""Nobody else can append until the end of the transaction."""
APPEND: Final = "INSERT INTO fairlot_transcript (begins, data) VALUES (%s, %s)"
UNIQUE: Final = """
INSERT INTO fairlot_once (log, rule, value, ends)
  SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bigint[])
"""
GROW: Final = "UPDATE fairlot_board SET length = %s"
CUT: Final = (
    "INSERT INTO fairlot_cut (begins, data) VALUES (%(length)s, %(behind)s)",
    "DELETE FROM fairlot_transcript WHERE begins >= %(length)s",
    """UPDATE fairlot_transcript SET data = substr(data, 1, (%(length)s - begins)::integer)
  WHERE begins + length(data) > %(length)s""",
    "DELETE FROM fairlot_once WHERE ends > %(length)s",
    "UPDATE fairlot_board SET length = %(length)s",
)

# A board has its own turn: another one may lie in another schema of the same database.
_TURN_OF = "(1178683730::bigint << 32) | 'fairlot_board'::regclass::oid::bigint"
TURN: Final = f"SELECT pg_advisory_lock({_TURN_OF})"
FREE: Final = f"SELECT pg_advisory_unlock({_TURN_OF})"

_SETTINGS: Final = (
    # Durable when it is said to be, whatever the server does for others.
    "SET synchronous_commit = on",
    # A front end that hangs holds the others up no longer.
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)
_DEFAULTS: Final[dict[str, str | int]] = {
    "application_name": "fairlot",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def check_address(address: str) -> None:
    """Check the address of a database.

    Raises:
        InputError: ``board.address`` for what is none, or has a password in it.
    """
    try:
        said = conninfo_to_dict(address)
    except psycopg.Error:
        problem = "the address of the storage cannot be read"
        raise InputError("board.address", f"{problem}: {_FORM}") from None
    if said.get("password"):
        problem = "a password in an address is seen by others, and kept by the shell"
        raise InputError("board.address", f"{problem}: {_ELSEWHERE}")


_FORM: Final = "write postgresql://USER@HOST/DATABASE"
_ELSEWHERE: Final = "leave it out, and use ~/.pgpass or --password-file"


def connected(address: str, password: str | None) -> psycopg.Connection:
    """Connect to a database; every statement is a transaction of its own.

    Raises:
        InputError: as ``check_address``.
        psycopg.Error: as the server says.
    """
    check_address(address)
    given = conninfo_to_dict(address)
    more = {name: value for name, value in _DEFAULTS.items() if name not in given}
    secret: dict[str, str] = {} if password is None else {"password": password}
    database = psycopg.connect(
        make_conninfo(address, **more, **secret), autocommit=True
    )
    try:
        for setting in _SETTINGS:
            database.execute(setting)
    except BaseException:
        database.close()
        raise
    return database


def create_tables(database: psycopg.Connection) -> None:
    """Make the tables of an empty board where names are looked up first.

    Raises:
        InputError: ``board.exists``, ``board.database``.
    """
    # Step 7.
    _check_durable(database)
    with database.transaction():
        if _made(database):
            problem = "this database keeps a board already"
            advice = "serve that one, or name another database or schema"
            raise InputError("board.exists", f"{problem}: {advice}")
        database.execute(_TABLES)
        database.execute(_BEGIN, (VERSION,))


def check_board(database: psycopg.Connection) -> None:
    """Refuse a database that is not what ``create_tables`` has made.

    Raises:
        InputError: ``board.none``, ``board.database``.
    """
    # Step 7.
    _check_durable(database)
    if not _made(database):
        problem = "this database keeps no board: make one with fairlot board new"
        raise InputError("board.none", problem)
    found = database.execute(_VERSION).fetchone() if _made(database) == 4 else None
    if found != (VERSION,):
        problem = f"its tables are not those of a board of version {VERSION}"
        raise InputError("board.database", f"{problem}; nothing was changed")


def _made(database: psycopg.Connection) -> int:
    (count,) = database.execute(_MADE).fetchone() or (0,)
    return int(count)


def _check_durable(database: psycopg.Connection) -> None:
    (fsync,) = database.execute(_FSYNC).fetchone() or ("",)
    if fsync != "on":
        problem = "the server runs with fsync off, and loses what it has said to keep"
        raise InputError("board.database", f"{problem}: turn it on")


class Line:
    """A connection, which is made again where it was cut between two statements."""

    def __init__(self, address: str, password: str | None) -> None:
        """Connect.

        Raises:
            psycopg.Error: as the server says.
        """

        def connect() -> psycopg.Connection:
            return connected(address, password)

        self._connect = connect
        self._ended = False
        self.database = connect()

    def ask(self, statement: LiteralString, given: Given = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a statement by itself finds; bytes come as they are.

        Raises:
            psycopg.Error: as the server says.
        """
        try:
            return self.database.execute(statement, given, binary=True).fetchall()
        except psycopg.OperationalError:
            if self._ended or not self.database.broken:
                raise
        self.database = self._connect()
        return self.database.execute(statement, given, binary=True).fetchall()

    def close(self) -> None:
        """Let go of it for good."""
        self._ended = True
        self.database.close()
