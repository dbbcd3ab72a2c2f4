"""A board in PostgreSQL, which several may write to (specs/board.md, section 4.3)."""

import os
import signal
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from fairlot.board.once import MARKERS, OF_HOLDERS, Row, Standing
from fairlot.board.postgres import PostgresStorage, create_postgres, open_postgres
from fairlot.board.postgres_tables import check_address
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry, EntryType
from fairlot.errors import InputError
from kit.sales import deposit, play, stage, transcript
from kit.stage import Stage
from postgres_server import Server

KINDS = {
    "time": (EntryType.TIME,),
    "payment": (EntryType.PAID,),
    "person": (EntryType.LEAF,),
    "commitment": (EntryType.LEAF,),
    "roll": (EntryType.ROLL,),
    "provider": (EntryType.PROVIDER,),
    "nym": OF_HOLDERS,
    "marker": MARKERS,
}


class Lying(Standing):
    """Says of whatever comes that it is one row."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def rows(self, data: bytes, begins: int) -> list[Row]:
        del data, begins
        return [self._row]


@contextmanager
def two(server: Server, path: Path) -> Generator[tuple[PostgresStorage, ...]]:
    """Yield two front ends of one board, which holds three bytes."""
    address = server.address(path)
    with closing(create_postgres(address)) as first:
        first.append(b"one")
        with closing(open_postgres(address)) as second:
            yield first, second


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return caught.value.code


def test_what_a_log_has_once_is_told_of_every_entry(concert: Stage) -> None:
    data = transcript(concert)
    rows = Standing().rows(data, 0)
    items = [each for each in read_records(data) if isinstance(each, Record)]
    entries = [each.item for each in items if isinstance(each.item, Entry)]
    rules = [row.rule for row in rows]
    assert rules.count("leaf") == rules.count("entry") == len(entries)
    for rule, kinds in KINDS.items():
        assert rules.count(rule) == sum(each.type in kinds for each in entries)
        # Nobody in it comes by an account.
        assert (rules.count(rule) > 0) is (rule != "provider")
    assert len({row[:3] for row in rows}) == len(rows)
    assert {row.ends for row in rows} == {
        each.offset + len(each.encoded)
        for each in items
        if isinstance(each.item, Entry)
    }


def test_rows_do_not_depend_on_how_the_bytes_were_cut_into_batches(
    concert: Stage,
) -> None:
    data = transcript(concert)
    parts, standing, found = list[bytes](), Standing(), list[object]()
    for record in read_records(data):
        assert isinstance(record, Record)
        parts.append(record.encoded)
    begins = 0
    for part in parts:
        found += standing.rows(part, begins)
        standing.take(part, begins)
        begins += len(part)
    assert found == Standing().rows(data, 0)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    for address in (
        "postgresql://me:secret@host/club",
        "postgresql://me@host/club?password=secret",
        "host=h password=secret",
    ):
        with pytest.raises(InputError) as caught:
            check_address(address)
        assert caught.value.code == "board.address"
        assert "secret" not in str(caught.value)
    assert code_of(lambda: check_address("postgresql://[")) == "board.address"
    check_address("postgresql://me@host:5433/club?sslmode=verify-full")


@pytest.mark.thorough
def test_who_has_not_read_what_another_wrote_cannot_append(
    postgres: Server, tmp_path: Path
) -> None:
    with two(postgres, tmp_path) as (first, second):
        first.append(b"two")
        with pytest.raises(OSError, match="another front end has written"):
            second.append(b"TWO")
        with pytest.raises(OSError, match="another front end has written"):
            second.cut(1)
        assert second.read() == b"one"
        assert second.part(0, 6) == b"one"
        assert second.news() == b"two"
        assert second.news() == b""
        second.append(b"three")
        assert first.news() == b"three"
        assert first.read() == second.read() == b"onetwothree"


@pytest.mark.thorough
def test_two_that_append_at_once_write_one_history(
    postgres: Server, tmp_path: Path
) -> None:
    """The turn only spares them futile work: without it nothing forks either."""
    taken: list[bytes] = []

    def write(storage: PostgresStorage, name: bytes) -> None:
        for number in range(40):
            piece = b"%s%02d." % (name, number)
            while True:
                storage.news()
                try:
                    storage.append(piece)
                except OSError:
                    continue
                taken.append(piece)
                break

    with two(postgres, tmp_path) as (first, second):
        threads = [
            Thread(target=write, args=each) for each in ((first, b"a"), (second, b"b"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first.news()
        second.news()
        assert first.read() == second.read()
        assert sorted(first.read()[3:].split(b".")[:-1]) == sorted(
            piece[:-1] for piece in taken
        )
        assert len(taken) == 80


@pytest.mark.thorough
@pytest.mark.parametrize("rule", ["leaf", "entry", "nym", "time", "payment", "marker"])
def test_the_constraint_refuses_what_stands_already(
    postgres: Server, tmp_path: Path, concert: Stage, rule: str
) -> None:
    """A front end that judged nothing, and lies about where it stands, still cannot."""
    with two(postgres, tmp_path) as (first, second):
        data = transcript(concert)
        first.append(data)
        row = next(row for row in Standing().rows(data, 3) if row.rule == rule)
        vars(second)["_standing"] = Lying(row)
        second.news()
        with pytest.raises(OSError, match=f"{rule}.*already exists"):
            second.append(b"again")
        assert first.news() == b""


@pytest.mark.thorough
def test_a_row_of_somebody_else_is_not_overtaken(
    postgres: Server, tmp_path: Path
) -> None:
    with two(postgres, tmp_path) as (first, _):
        with postgres.asked(tmp_path) as stranger:
            stranger.execute("INSERT INTO fairlot_transcript VALUES (3, '\\x00')")
        with pytest.raises(OSError, match="already exists"):
            first.append(b"two")
        assert first.read() == b"one"


@pytest.mark.thorough
def test_a_turn_is_one_front_ends_and_ends_with_it(
    postgres: Server, tmp_path: Path
) -> None:
    seen, entered = list[str](), Event()

    def wait(storage: PostgresStorage) -> None:
        with storage.turn():
            seen.append("second")
            entered.set()

    with two(postgres, tmp_path) as (first, second):
        waiting = Thread(target=wait, args=(second,))
        with first.turn():
            waiting.start()
            assert not entered.wait(0.3)
            seen.append("first")
        waiting.join()
        assert seen == ["first", "second"]
        # Whoever dies in its turn holds nobody up.
        entered.clear()
        with first.turn():
            waiting = Thread(target=wait, args=(second,))
            waiting.start()
            with postgres.asked() as killer:
                killer.execute(
                    "SELECT pg_terminate_backend(%s)", (first.server_process,)
                )
            assert entered.wait(10)
            waiting.join()


@pytest.mark.thorough
def test_who_waits_too_long_for_a_turn_is_told(
    postgres: Server, tmp_path: Path
) -> None:
    with two(postgres, tmp_path) as (first, second), first.turn():
        vars(second)["_line"].database.execute("SET lock_timeout = '50ms'")
        with pytest.raises(BlockingIOError), second.turn():
            pass
        assert second.news() == b""


@pytest.mark.thorough
def test_boards_of_two_schemas_do_not_wait_for_each_other(
    postgres: Server, tmp_path: Path
) -> None:
    with (
        closing(create_postgres(postgres.address(tmp_path / "a"))) as one,
        closing(create_postgres(postgres.address(tmp_path / "b"))) as other,
        one.turn(),
        other.turn(),
    ):
        one.append(b"one")
        other.append(b"other")
        assert (one.read(), other.read()) == (b"one", b"other")


@pytest.mark.thorough
def test_a_database_that_has_gone_back_is_not_written_to(
    postgres: Server, tmp_path: Path
) -> None:
    with two(postgres, tmp_path) as (first, second):
        first.cut(1)
        assert code_of(lambda: second.append(b"two")) == "board.rewound"
        assert code_of(second.news) == "board.rewound"


@pytest.mark.thorough
def test_a_line_that_was_cut_between_two_turns_is_made_again(
    postgres: Server, tmp_path: Path
) -> None:
    """Nothing is read anew for it: what stands behind the cut is compared as ever."""
    with two(postgres, tmp_path) as (first, second):
        with postgres.asked() as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = 'fairlot'"
            )
        assert first.read() == b"one"
        with first.turn():
            assert first.news() == b""
            first.append(b"two")
        assert second.news() == b"two"
        first.close()
        with pytest.raises(OSError, match="closed"):
            first.read()


def append_until_it_fails(storage: PostgresStorage) -> None:
    for _ in range(1_000):
        storage.append(b"..")


@pytest.mark.thorough
def test_a_server_that_crashes_loses_nothing_that_was_acknowledged(
    postgres: Server, tmp_path: Path
) -> None:
    """Killed in the middle, the server begins anew from what it wrote ahead."""
    address = postgres.address(tmp_path)
    with closing(create_postgres(address)) as storage:
        for number in range(20):
            storage.append(b"%02d" % number)
        os.kill(storage.server_process, signal.SIGKILL)
        with pytest.raises(OSError, match=r"connection|terminat|closed"):
            append_until_it_fails(storage)
    for _ in range(200):
        try:
            again = open_postgres(address)
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail("the server does not come back")
    with closing(again):
        said = b"".join(b"%02d" % number for number in range(20))
        assert again.read().rstrip(b".") == said


@pytest.mark.thorough
def test_what_is_no_board_of_this_version_is_refused(
    postgres: Server, tmp_path: Path
) -> None:
    address = postgres.address(tmp_path)
    assert code_of(lambda: open_postgres(address)) == "board.none"
    create_postgres(address).close()
    assert code_of(lambda: create_postgres(address)) == "board.exists"
    with postgres.asked(tmp_path) as database:
        database.execute("UPDATE fairlot_board SET version = 2")
        assert code_of(lambda: open_postgres(address)) == "board.database"
        database.execute("DROP TABLE fairlot_once")
        assert code_of(lambda: open_postgres(address)) == "board.database"


@pytest.mark.thorough
def test_a_server_that_does_not_synchronise_is_refused(
    postgres: Server, tmp_path: Path
) -> None:
    address = postgres.address(tmp_path)
    create_postgres(address).close()

    def set_fsync(value: str) -> None:
        with postgres.asked() as database:
            database.execute(f"ALTER SYSTEM SET fsync = {value}".encode())
            database.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                with postgres.asked() as fresh:
                    if fresh.execute("SHOW fsync").fetchone() == (value,):
                        return
                time.sleep(0.02)

    set_fsync("off")
    try:
        assert code_of(lambda: open_postgres(address)) == "board.database"
    finally:
        set_fsync("on")
    open_postgres(address).close()


@pytest.mark.thorough
def test_a_torn_batch_leaves_no_rows_that_stand_once(
    postgres: Server, tmp_path: Path
) -> None:
    on, address = stage(), postgres.address(tmp_path)
    with closing(create_postgres(address)) as storage:
        play(on.board(storage), on, until="open")
        stands = len(storage.read())
        storage.append(deposit(on, 0).encoded)
        storage.cut(stands)
        storage.append(deposit(on, 0).encoded)
    with postgres.asked(tmp_path) as database:
        rows = database.execute(
            "SELECT count(*) FROM fairlot_once WHERE ends > %s", (stands,)
        )
        assert rows.fetchone() == (3,)
