"""fairlot board with its logs in PostgreSQL (specs/service.md, sections 9 and 14)."""

import os
import stat
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from command import fairlot, in_process
from fairlot.board.storage import create_transcript
from fairlot.entry import EntryType, sign_entry
from kit.sales import play, stage
from postgres_server import Server

ON = stage()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Return a folder with a registry's log, that of a sale beside it, and a key."""
    for until in ("roll", "terms"):
        with closing(create_transcript(tmp_path / until)) as storage:
            play(ON.board(storage), ON, until="terms")
            if until == "roll":
                storage.cut(storage.read().rindex(terms_entry()))
    (tmp_path / "board.key").write_text(f"{ON.parts.board.seed.hex()}\n")
    (tmp_path / "terms.entry").write_bytes(terms_entry())
    return tmp_path


def terms_entry() -> bytes:
    value, key = ON.terms.to_value(), ON.parts.seller
    return sign_entry(EntryType.TERMS, ON.terms.sale_id, value, key).encoded


def new(begun: Path, file: str, address: str, *more: str | Path) -> tuple[int, str]:
    words: list[str | Path] = [
        "board",
        "new",
        begun / "club",
        "--from",
        begun / file,
        "--key",
    ]
    ran = fairlot(*words, begun / "board.key", "--storage", address, *more)
    return ran.code, ran.err


def test_an_address_with_a_password_is_refused_and_not_repeated(begun: Path) -> None:
    code, err = new(begun, "terms", "postgresql://me:secret@localhost/club")
    assert code == 2
    assert "board.address" in err
    assert "secret" not in err
    assert not (begun / "club").exists()
    code, err = new(begun, "terms", "mysql://localhost/club")
    assert (code, "board.usage" in err) == (2, True)


def test_without_the_driver_only_this_is_refused(begun: Path) -> None:
    absent = {"psycopg": None, "fairlot.board.postgres": None}
    with in_process(), patch.dict("sys.modules", absent):
        code, err = new(begun, "terms", "postgresql://me@localhost/club")
        assert (code, "board.extra" in err) == (2, True)
        assert "fairlot[postgres]" in err
        more = ("--from", begun / "terms", "--key", begun / "board.key")
        assert fairlot("board", "new", begun / "club", *more).code == 0


def test_an_address_is_not_for_a_folder_that_keeps_its_logs(begun: Path) -> None:
    more = ("--from", begun / "roll", "--key", begun / "board.key")
    assert fairlot("board", "new", begun / "club", *more).code == 0
    begin = ("board", "begin", begun / "club", begun / "terms.entry")
    ran = fairlot(*begin, "--storage", "postgresql://h/d")
    assert (ran.code, "board.usage" in ran.err) == (2, True)


@pytest.mark.thorough
def test_a_board_is_made_begun_and_read_from_a_copy_of_the_key(
    postgres: Server, begun: Path
) -> None:
    address = postgres.address(begun)
    assert new(begun, "roll", address) == (0, "")
    kept = begun / "club" / "board.storage"
    assert kept.read_text() == f"{address}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert {each.name for each in (begun / "club").iterdir()} == {
        "board.key",
        "board.storage",
    }
    # A second folder cannot be made there; the same key and the address are one.
    other = begun / "other"
    more = ("--from", begun / "roll", "--key", begun / "board.key")
    ran = fairlot("board", "new", other, *more, "--storage", address)
    assert (ran.code, "board.exists" in ran.err) == (2, True)
    assert not other.exists()
    other.mkdir()
    (other / "board.key").write_bytes((begun / "board.key").read_bytes())
    begin = ("board", "begin", other, begun / "terms.entry")
    assert "board.none" in fairlot(*begin).err
    ran = fairlot(*begin, "--storage", address)
    assert (ran.code, ran.err) == (0, "")
    # Whoever was killed before they heard of it says it again.
    ran = fairlot(*begin, "--storage", address)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.thorough
def test_nothing_is_left_in_the_database_of_what_could_not_be_made(
    postgres: Server, begun: Path
) -> None:
    address = postgres.address(begun)
    whole = (begun / "terms").read_bytes()
    (begun / "bad").write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    code, _ = new(begun, "bad", address)
    assert code != 0
    assert not (begun / "club").exists()
    with postgres.asked(begun) as database:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        assert database.execute(tables).fetchone() == (0,)
    assert new(begun, "terms", address) == (0, "")


@contextmanager
def asks_for_a_password(server: Server, secret: str) -> Generator[str]:
    """Let a server ask a user of its own for a password; yield the user's name."""
    with server.asked() as database:
        (file,) = database.execute("SHOW hba_file").fetchone() or ("",)
        said = Path(file).read_text()
        database.execute(
            f"CREATE ROLE club LOGIN SUPERUSER PASSWORD '{secret}'".encode()
        )
        Path(file).write_text(f"local all club scram-sha-256\n{said}")
        database.execute("SELECT pg_reload_conf()")
        try:
            yield "club"
        finally:
            Path(file).write_text(said)
            database.execute("SELECT pg_reload_conf()")
            database.execute("REASSIGN OWNED BY club TO postgres")
            database.execute("DROP ROLE club")


@pytest.mark.thorough
def test_a_password_comes_from_a_file(postgres: Server, begun: Path) -> None:
    (begun / "right").write_text("let me in\n")
    (begun / "wrong").write_text("sesame\n")
    (begun / "empty").write_text("")
    (begun / "pgpass").write_text("*:*:*:club:let me in\n")
    (begun / "pgpass").chmod(0o600)
    with asks_for_a_password(postgres, "let me in") as user:
        address = postgres.address(begun).replace("postgres:@", f"{user}@")
        for given, said in {"wrong": "password", "empty": "board.unreadable"}.items():
            code, err = new(begun, "roll", address, "--password-file", begun / given)
            assert (code in {1, 2}, said in err) == (True, True), err
            assert "sesame" not in err
            assert not (begun / "club").exists()
        code, err = new(begun, "roll", address)
        assert (code in {1, 2}, "password" in err) == (True, True), err
        right = ("--password-file", begun / "right")
        assert new(begun, "roll", address, *right) == (0, "")
        assert "let me in" not in (begun / "club" / "board.storage").read_text()
        words: list[str | Path] = [
            "board",
            "begin",
            begun / "club",
            begun / "terms.entry",
        ]
        with patch.dict(os.environ, {"PGPASSFILE": str(begun / "pgpass")}):
            ran = fairlot(*words)
        assert (ran.code, ran.err) == (0, "")
