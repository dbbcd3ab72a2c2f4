"""One conformance suite for every storage of a board (specs/board.md, section 4)."""

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from hashlib import shake_256
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import psycopg
import pytest

from fairlot.board.keeper import Board
from fairlot.board.postgres import PostgresStorage, create_postgres, open_postgres
from fairlot.board.sqlite import (
    SqliteStorage,
    create_database,
    open_database,
)
from fairlot.board.storage import (
    MemoryStorage,
    OneWriter,
    Storage,
    create_transcript,
    open_transcript,
)
from fairlot.board.tiled import tiled
from fairlot.errors import InputError
from fairlot_crypto import cbor
from fairlot_crypto.errors import CallerError
from kit.sales import DEPOSIT_TIME, deposit, play, stage
from kit.stage import Stage
from postgres_server import Server


class Kind(NamedTuple):
    """How a storage is made, and opened again."""

    name: str
    create: Callable[[Path], Storage]
    open: Callable[[Path], Storage]
    place: Callable[[Path], str] = str
    """What a path stands for."""


FILE = Kind("file", create_transcript, open_transcript)
SQLITE = Kind("sqlite", create_database, open_database)

APPENDER = """
import sys
kind, place = sys.argv[1:]
if kind == "file":
    from fairlot.board.storage import create_transcript as create
elif kind == "sqlite":
    from fairlot.board.sqlite import create_database as create
else:
    from fairlot.board.postgres import create_postgres as create
storage = create(place)
for number in range(1_000_000):
    storage.append(number.to_bytes(4, "big") * 300)
    print(number, flush=True)
"""
"""Appends until it is killed, and says what is durable."""


def in_postgres(server: Server) -> Kind:
    """Return the kind whose paths stand for schemas of a server."""

    def create(path: Path) -> Storage:
        return create_postgres(server.address(path))

    def opened(path: Path) -> Storage:
        return open_postgres(server.address(path))

    return Kind("postgres", create, opened, server.address)


@pytest.fixture(
    params=["file", "sqlite", pytest.param("postgres", marks=pytest.mark.thorough)]
)
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "postgres":
        return in_postgres(request.getfixturevalue("postgres"))
    return FILE if request.param == "file" else SQLITE


@contextmanager
def reopened(kind: Kind, path: Path) -> Generator[Storage]:
    with closing(kind.open(path)) as storage:
        yield storage


@contextmanager
def largest_file(storage: Storage, most: int) -> Generator[None]:
    """Let no file that keeps a storage grow beyond a size, as on a full disk."""
    if isinstance(storage, PostgresStorage):
        limit_of(storage.server_process, most)
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def limit_of(process: int, most: int) -> None:
    """Limit the files of a process of a server, as its own user, until it ends."""
    owner, root = Path(f"/proc/{process}").stat(), os.geteuid() == 0
    subprocess.run(
        ["prlimit", f"--fsize={most}", f"--pid={process}"],
        user=owner.st_uid if root else None,
        group=owner.st_gid if root else None,
        extra_groups=[] if root else None,
        check=True,
    )


def filled(storage: OneWriter, batch: bytes) -> tuple[int, OSError]:
    """Append until the disk is full; return how many were taken, and what was said."""
    for taken in range(1000):
        try:
            storage.append(batch)
        except OSError as error:
            return taken, error
    raise AssertionError("it never was full")


def asked(storage: SqliteStorage, pragma: str) -> object:
    """Ask the connection that writes."""
    writer: sqlite3.Connection = vars(storage)["_writer"]
    (found,) = writer.execute(f"PRAGMA {pragma}").fetchone()
    return found


def test_what_is_appended_is_there_after_opening(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "board"
    with closing(kind.create(path)) as storage:
        assert storage.read() == b""
        storage.append(b"one")
        storage.append(b"")
        storage.append(b"two")
        assert storage.read() == b"onetwo"
    with reopened(kind, path) as storage:
        storage.append(b"three")
        assert storage.read() == b"onetwothree"


def test_any_part_can_be_read(kind: Kind, tmp_path: Path) -> None:
    with closing(kind.create(tmp_path / "board")) as storage:
        for piece in (b"one", b"two", b"three"):
            storage.append(piece)
        whole = b"onetwothree"
        for begin in range(len(whole) + 2):
            for end in range(len(whole) + 2):
                assert storage.part(begin, end) == whole[begin:end]


def test_parts_are_read_in_another_thread_while_one_appends(
    kind: Kind, tmp_path: Path
) -> None:
    found: list[bytes] = []
    with closing(kind.create(tmp_path / "board")) as storage:
        storage.append(b"stands")
        reader = Thread(
            target=lambda: found.extend(storage.part(0, 6) for _ in range(50))
        )
        reader.start()
        for _ in range(20):
            storage.append(b"more")
        reader.join()
        assert storage.read() == b"stands" + 20 * b"more"
    assert found == [b"stands"] * 50


def test_what_exists_is_not_overwritten(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "board"
    with closing(kind.create(path)) as storage:
        storage.append(b"precious")
    with pytest.raises((FileExistsError, InputError), match=r"exists"):
        kind.create(path)
    with reopened(kind, path) as storage:
        assert storage.read() == b"precious"


def test_opening_makes_nothing(kind: Kind, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(
            (FileNotFoundError, InputError), match=r"No such|board\.none"
        ):
            kind.open(tmp_path / "board")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [FILE, SQLITE], ids=["file", "sqlite"])
def test_two_writers_are_refused(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "board"
    with closing(kind.create(path)) as storage:
        with pytest.raises(InputError) as caught:
            kind.open(path)
        assert caught.value.code == "board.locked"
        storage.append(b"one")
    with reopened(kind, path) as storage:
        with pytest.raises(InputError) as caught:
            kind.open(path)
        assert caught.value.code == "board.locked"
        assert storage.read() == b"one"


def test_what_is_cut_is_kept_and_gone(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "board"
    with closing(kind.create(path)) as storage:
        storage.append(b"stands, ")
        storage.append(b"torn")
        storage.append(b" and more")
        storage.cut(10)
        assert storage.read() == b"stands, to"
        storage.cut(8)
        storage.append(b"!")
    with reopened(kind, path) as storage:
        assert storage.read() == b"stands, !"
    assert cuts(kind, path) == [(10, b"rn and more"), (8, b"to")]


def cuts(kind: Kind, path: Path) -> list[tuple[int, bytes]]:
    """Return what was cut, with the places where it began."""
    if kind.name == "file":
        files = [path.with_name(f"{path.name}.{place}.cut") for place in (10, 8)]
        return [(int(file.suffixes[-2][1:]), file.read_bytes()) for file in files]
    rows = "SELECT begins, data FROM {} ORDER BY number"
    if kind.name == "sqlite":
        with closing(sqlite3.connect(path)) as database:
            return database.execute(rows.format("cut")).fetchall()
    with psycopg.connect(kind.place(path)) as shared:
        return shared.execute(rows.format("fairlot_cut").encode()).fetchall()


def test_a_kill_loses_nothing_that_was_acknowledged(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "board"
    words = [sys.executable, "-c", APPENDER, kind.name, kind.place(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        out = process.stdout
        assert out is not None
        said = [out.readline() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        said += out.readlines()
    acknowledged = sum(line.endswith("\n") for line in said)
    assert acknowledged >= 20
    with reopened(kind, path) as storage:
        stands = storage.read()
    sent = b"".join(n.to_bytes(4, "big") * 300 for n in range(acknowledged + 1))
    assert sent.startswith(stands)
    assert len(stands) >= 1200 * acknowledged


def test_a_full_disk_refuses_and_loses_nothing(kind: Kind, tmp_path: Path) -> None:
    # A server writes ahead into files of 16 MB, and compresses what it can.
    most, size = (17_000_000, 500_000) if kind.name == "postgres" else (200_000, 10_000)
    path, batch = tmp_path / "board", shake_256(b"batch").digest(size)
    with closing(kind.create(path)) as storage:
        writer = OneWriter(storage)
        with largest_file(storage, most):
            taken, why = filled(writer, batch)
        assert taken > 5
        assert why.errno in {errno.EFBIG, errno.EIO}
        with pytest.raises(CallerError, match=r"board\.ahead"):
            writer.append(batch)
    with reopened(kind, path) as storage:
        stands = storage.read()
        assert stands.startswith(taken * batch)
        assert len(stands) < (taken + 1) * len(batch)
        storage.cut(taken * len(batch))
        storage.append(b"more")
        assert storage.read() == taken * batch + b"more"


def test_a_full_database_says_that_there_is_no_room(tmp_path: Path) -> None:
    with closing(create_database(tmp_path / "board")) as storage:
        storage.append(b"stands")
        asked(storage, "max_page_count = 4")
        with pytest.raises(OSError, match="full") as caught:
            storage.append(bytes(100_000))
        assert caught.value.errno == errno.ENOSPC
        assert storage.read() == b"stands"
        storage.append(b"!")
        assert storage.read() == b"stands!"


def test_every_commit_to_a_database_is_synchronised(tmp_path: Path) -> None:
    def settings(storage: SqliteStorage) -> list[object]:
        return [asked(storage, each) for each in ("synchronous", "journal_mode")]

    path, full = tmp_path / "board", 2
    with closing(create_database(path)) as storage:
        assert settings(storage) == [full, "wal"]
    with closing(open_database(path)) as storage:
        assert settings(storage) == [full, "wal"]


def test_a_row_of_somebody_else_is_not_overtaken(tmp_path: Path) -> None:
    """Who writes without the lock makes the board stop, not fork."""
    path = tmp_path / "board"
    with closing(create_database(path)) as storage:
        storage.append(b"one")
        with closing(sqlite3.connect(path)) as stranger:
            stranger.execute("INSERT INTO transcript VALUES (3, x'00')")
            stranger.commit()
        with pytest.raises(OSError, match="UNIQUE"):
            storage.append(b"two")


@pytest.mark.parametrize("lie", ["text", "tables", "application", "version"])
def test_what_is_no_database_of_a_board_is_refused(tmp_path: Path, lie: str) -> None:
    path = tmp_path / "board"
    if lie == "text":
        path.write_bytes(b"no database" * 100)
    else:
        create_database(path).close()
        with closing(sqlite3.connect(path)) as database:
            database.execute(
                {
                    "tables": "DROP TABLE cut",
                    "application": "PRAGMA application_id = 1",
                    "version": "PRAGMA user_version = 2",
                }[lie]
            )
            database.commit()
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        open_database(path)
    assert caught.value.code == "board.database"
    assert path.read_bytes() == before
    # The lock is free again.
    with pytest.raises(InputError, match="not a board"):
        open_database(path)


def test_a_sale_has_the_same_bytes_and_tiles_in_every_storage(
    kind: Kind, tmp_path: Path
) -> None:
    on, memory = stage(), MemoryStorage()
    play(on.board(memory), on, until="close")
    with closing(kind.create(tmp_path / "board")) as storage:
        play(on.board(storage), on, until="close")
        data = storage.read()
    assert data == memory.data
    with reopened(kind, tmp_path / "board") as storage:
        assert storage.read() == data
    assert [log.files for log in tiled(data)] == [
        log.files for log in tiled(memory.data)
    ]


def test_a_board_resumes_behind_a_torn_batch(kind: Kind, tmp_path: Path) -> None:
    on, path = stage(), tmp_path / "board"
    with closing(kind.create(path)) as storage:
        play(on.board(storage), on, until="open")
        stands = storage.read()
        storage.append(deposit(on, 0).encoded[:-7])
    with reopened(kind, path) as storage:
        board = resumed(on, storage)
        assert board.cut == len(deposit(on, 0).encoded) - 7
        assert storage.read() == stands


def test_an_entry_is_taken_once_whatever_keeps_it(kind: Kind, tmp_path: Path) -> None:
    on, path = stage(), tmp_path / "board"
    with closing(kind.create(path)) as storage:
        board = play(on.board(storage), on, until="open")
        (first,) = board.append([deposit(on, 0)], DEPOSIT_TIME)
        assert first.index is not None
    with reopened(kind, path) as storage:
        before = storage.read()
        (again,) = resumed(on, storage).append([deposit(on, 0)], DEPOSIT_TIME)
        assert again.refusal is not None
        assert again.refusal.code == "entry.duplicate"
        assert again.entry_hash == first.entry_hash
        assert storage.read() == before
        assert before.endswith(
            cbor.encode(str(first.checkpoint and first.checkpoint.to_text()))
        )


def resumed(on: Stage, storage: Storage) -> Board:
    return Board.resume(storage, on.parts.board, on.state())
