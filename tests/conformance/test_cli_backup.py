"""fairlot backup and restore: a hosted sale comes back, and who must not sign does not."""

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from jsonschema import ValidationError

from command import Ran, fairlot
from fairlot.board.keeper import Board
from fairlot.board.phase import Phase
from fairlot.board.storage import MemoryStorage, open_transcript
from fairlot.cli.beacon.files import RETIRED, held_key, key_file
from fairlot.cli.board_folder import create_storage, opened_storage
from fairlot.cli.host.packing import FIRST, board_of
from fairlot.entry import EntryType
from fairlot.service.markers import post_due
from json_formats import check_form, other_forms
from kit.audited import judged
from kit.recovering import delayed
from kit.sales import PRICE, play, stage
from place import Place, closed_place
from postgres_server import Server
from refusal import refusal

ON = stage()
KEYS = ("contributor-1/contributor.key", "witness-1/witness.key")
SECRETS = (b"key of a contributor", b"the secret", b"the seal", b"key of a witness")
SIGNED: Mapping[str, bytes] = {
    KEYS[0]: SECRETS[0],
    "contributor-1/secret": SECRETS[1],
    "contributor-1/secret.seal": SECRETS[2],
    KEYS[1]: SECRETS[3],
    "witness-1/heads/0a.head": b"the last head",
}
OTHERS: Mapping[str, bytes] = {
    "contributor-1/contributor.key.pub": b"public",
    "witness-1/witness.key.pub": b"public too",
    "board/board.key": b"key of the board",
    "issuer-1/keys/state": b"what an issuer knows",
    "invitations.csv": b"person,code\n",
    "mailbox/in/.0a.1.partial": b"half",
}
KINDS = {"sqlite": "board.sqlite", "file": "transcript.fairlot"}
"""What keeps the logs of a board, and the name of the file."""


@cache
def shown() -> tuple[bytes, bytes]:
    """Return what the board has shown at its backup, and what it shows since."""
    begun, later = MemoryStorage(), MemoryStorage()
    play(ON.board(begun), ON, until="terms")
    play(ON.board(later), ON, until="close")
    assert later.data.startswith(begun.data)
    return begun.data, later.data[len(begun.data) :]


def sale(place: Path, kind: str = "sqlite") -> Path:
    """Make a folder as fairlot host leaves one, with a board in it."""
    for name, data in {**SIGNED, **OTHERS}.items():
        path = place / "sale" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (place / "sale" / "mailbox" / "out").mkdir()
    begun, _ = shown()
    keep(place / "sale", begun, kind)
    return place / "sale"


def keep(folder: Path, data: bytes, kind: str = "sqlite") -> None:
    """Make the folder of a board with these logs."""
    board_of(folder).mkdir(parents=True)
    with closing(create_storage(board_of(folder), kind)) as storage:
        storage.append(data)


def backed_up(place: Path) -> Path:
    ran = fairlot("backup", place / "sale", "--out", place / "kept", "--json")
    assert (ran.code, json.loads(ran.out)["retired"]) == (0, list(KEYS))
    assert (place / "kept").stat().st_mode & 0o777 == 0o600
    return place / "kept"


def restored(place: Path, file: Path, *more: str | Path) -> Ran:
    return fairlot("restore", file, "--dir", place / "back", *more)


def files_of(folder: Path) -> dict[str, bytes]:
    there = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in there}


def log_of(folder: Path) -> bytes:
    with closing(opened_storage(board_of(folder))) as storage:
        return storage.read()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_comes_back_but_what_contributors_and_witnesses_sign_with(
    kind: str, tmp_path: Path
) -> None:
    folder = sale(tmp_path, kind)
    with closing(opened_storage(board_of(folder))) as storage:
        # The board may go on meanwhile: what it has acknowledged is in its journal.
        storage.append(shown()[1])
        file = backed_up(tmp_path)
    with zipfile.ZipFile(file) as archive:
        held = b"".join(map(archive.read, archive.namelist()))
    assert not [each for each in SIGNED.values() if each in held]
    ran = restored(tmp_path, file)
    assert (ran.code, "see --log" in ran.err) == (0, True)
    back = tmp_path / "back"
    there = files_of(back)
    whole = {name: data for name, data in OTHERS.items() if "partial" not in name}
    assert whole.items() <= there.items()
    left = {*there} - {*whole}
    assert left == {f"board/folder/{KINDS[kind]}", *(f"{key}{RETIRED}" for key in KEYS)}
    assert all(each.stat().st_mode & 0o077 == 0 for each in back.rglob("*"))
    assert log_of(back) == b"".join(shown())
    assert (back / "mailbox" / "out").is_dir()
    # Once more: a backup of what was restored.
    again = fairlot("backup", back, "--out", tmp_path / "again", "--json")
    assert json.loads(again.out)["retired"] == list(KEYS)


def test_a_key_that_is_put_back_beside_its_mark_signs_nothing(tmp_path: Path) -> None:
    sale(tmp_path)
    assert restored(tmp_path, backed_up(tmp_path)).code == 0
    back, one = tmp_path / "back", ("contributor.key", "secret")
    key = back / KEYS[0]
    key.write_bytes(key_file(ON.parts.contributors[0]))
    assert refusal(held_key(key).__enter__) == "contribution.retired"
    for step in ("commit", "seal", "reveal"):
        own = ("--key", key, "--secret", back / one[1], "--out", back / step)
        board = tmp_path / "board"
        storage = MemoryStorage()
        play(ON.board(storage), ON, until="terms")
        board.write_bytes(storage.data)
        ran = fairlot("contributor", step, board, *own)
        assert (ran.code, "contribution.retired" in ran.err) == (2, True), ran.err
    witness = ("--key", back / KEYS[1])
    files = ("--state", back / "state", "--out", back / "head")
    ran = fairlot("witness", "cosign", tmp_path / "board", *witness, *files)
    assert (ran.code, "contribution.retired" in ran.err) == (2, True), ran.err
    public = tmp_path / "b.key"
    assert fairlot("board", "key", "--out", public, "--name", "b.example").code == 0
    (back / "heads").mkdir()
    named = ("--board", f"{public}.pub")
    ran = fairlot("witness", "serve", back / "heads", *witness, *named)
    assert (ran.code, "contribution.retired" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_board_has_shown_since_comes_back_from_a_copy(
    kind: str, tmp_path: Path
) -> None:
    folder = sale(tmp_path, kind)
    file, copy = backed_up(tmp_path), tmp_path / "copy"
    begun, more = shown()
    with closing(opened_storage(board_of(folder))) as storage:
        storage.append(more)
        copy.write_bytes(storage.read())
    other = tmp_path / "other"
    other.write_bytes(more)
    ran = restored(tmp_path, file, "--log", other)
    assert (ran.code, "fairlot: backup.log: " in ran.err) == (2, True)
    assert not (tmp_path / "back").exists()
    ran = restored(tmp_path, file, "--log", copy)
    assert (ran.code, ran.err, log_of(tmp_path / "back")) == (0, "", begun + more)


def test_a_batch_that_was_torn_off_is_nothing_that_the_board_has_shown(
    tmp_path: Path,
) -> None:
    begun, more = shown()
    folder = sale(tmp_path, "file")
    with (board_of(folder) / KINDS["file"]).open("ab") as file:
        file.write(ON.terms.sale_id[:9])
    kept, copy = backed_up(tmp_path), tmp_path / "copy"
    copy.write_bytes(begun[:-1])
    ran = restored(tmp_path, kept, "--log", copy)
    assert (ran.code, "fairlot: backup.log: " in ran.err) == (2, True)
    copy.write_bytes(begun + more)
    assert restored(tmp_path, kept, "--log", copy).code == 0
    assert log_of(tmp_path / "back") == begun + more
    (cut,) = board_of(tmp_path / "back").glob("*.cut")
    assert cut.read_bytes() == ON.terms.sale_id[:9]


@pytest.mark.parametrize("kind", KINDS)
def test_the_logs_come_back_where_somebody_says(kind: str, tmp_path: Path) -> None:
    sale(tmp_path, kind)
    (other,) = {*KINDS} - {kind}
    file = backed_up(tmp_path)
    ran = restored(tmp_path, file, "--storage", "mysql://localhost/club")
    assert (ran.code, "fairlot: board.usage: " in ran.err) == (2, True)
    assert not (tmp_path / "back").exists()
    ran = restored(tmp_path, file, "--storage", other)
    back = tmp_path / "back"
    assert (ran.code, "see --log" in ran.err, log_of(back)) == (0, True, shown()[0])
    assert not (board_of(back) / KINDS[kind]).exists()


def test_a_database_that_nobody_reaches_is_said_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    folder, nowhere = sale(tmp_path, "file"), f"postgresql:///club?host={tmp_path}"
    (board_of(folder) / KINDS["file"]).unlink()
    (board_of(folder) / "board.storage").write_text(f"{nowhere}\n")
    ran = fairlot("backup", folder, "--out", tmp_path / "kept")
    assert (ran.code, "connection" in ran.err) == (1, True), ran.err
    assert not set(ran.err) & {"\\", "\t"}
    assert ran.err.endswith(": try again\n")
    assert [each.name for each in tmp_path.iterdir()] == ["sale"]
    (board_of(folder) / "board.storage").unlink()
    create_storage(board_of(folder), "sqlite").close()
    ran = restored(tmp_path, backed_up(tmp_path), "--storage", nowhere)
    assert (ran.code, "connection" in ran.err) == (1, True), ran.err
    assert not (tmp_path / "back").exists()


def in_a_database(place: Path, address: str) -> Path:
    """Make the folder of a sale whose logs lie in a database, and its backup."""
    folder = sale(place)
    for each in board_of(folder).iterdir():
        each.unlink()
    begun, _ = shown()
    with closing(create_storage(board_of(folder), address)) as storage:
        storage.append(begun)
    return backed_up(place)


@pytest.mark.thorough
def test_logs_in_a_database_elsewhere_are_in_the_backup_and_come_back_where_they_were(
    postgres: Server, tmp_path: Path
) -> None:
    address, back = postgres.address(tmp_path), tmp_path / "back"
    begun, more = shown()
    file = in_a_database(tmp_path, address)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("board/folder/transcript.fairlot") == begun
    with closing(opened_storage(board_of(tmp_path / "sale"))) as storage:
        storage.append(more)
    # Only the machine was lost: the database knows all that the board has shown since.
    ran = restored(tmp_path, file)
    assert (ran.code, ran.err) == (0, "")
    names = {each.name for each in board_of(back).iterdir()}
    assert (names, log_of(back)) == ({"board.storage"}, begun + more)
    assert (board_of(back) / "board.storage").read_text() == f"{address}\n"
    # The database was lost too, and its tables come back; the same again changes nothing.
    with postgres.asked(tmp_path) as database:
        database.execute("DROP TABLE fairlot_board, fairlot_transcript, fairlot_once")
        database.execute("DROP TABLE fairlot_cut")
    for name, complaint in (("new", "see --log"), ("again", "")):
        ran = fairlot("restore", file, "--dir", tmp_path / name)
        assert (ran.code, complaint in ran.err) == (0, True), ran.err
        assert (log_of(tmp_path / name), bool(ran.err)) == (begun, name == "new")


@pytest.mark.thorough
def test_logs_in_a_database_come_back_elsewhere_and_over_no_other_history(
    postgres: Server, tmp_path: Path
) -> None:
    begun, more = shown()
    file = in_a_database(tmp_path, postgres.address(tmp_path))
    copy, back = tmp_path / "copy", tmp_path / "back"
    copy.write_bytes(begun + more)
    ran = restored(tmp_path, file, "--storage", "sqlite", "--log", copy)
    assert (ran.code, ran.err, log_of(back)) == (0, "", begun + more)
    assert not (board_of(back) / "board.storage").exists()
    # Another database, with the beginning of these logs, gets the rest.
    elsewhere = postgres.address(copy)
    with closing(create_storage(tmp_path, elsewhere)) as storage:
        storage.append(begun[: len(begun) // 2])
    words = ("restore", file, "--dir", tmp_path / "new", "--storage", elsewhere)
    assert fairlot(*words, "--log", copy).code == 0
    assert log_of(tmp_path / "new") == begun + more
    (tmp_path / "board.storage").unlink()
    foreign = postgres.address(back)
    with closing(create_storage(tmp_path, foreign)) as storage:
        storage.append(more)
    words = ("restore", file, "--dir", tmp_path / "other", "--storage", foreign)
    ran = fairlot(*words)
    assert (ran.code, "fairlot: backup.log: " in ran.err) == (2, True)
    assert not (tmp_path / "other").exists()
    with closing(opened_storage(tmp_path)) as storage:
        assert storage.read() == more


def test_what_is_printed_for_machines_has_a_form(tmp_path: Path) -> None:
    sale(tmp_path)
    said = json.loads(restored(tmp_path, backed_up(tmp_path), "--json").out)
    check_form("backup", said)
    for broken in other_forms(said):
        with pytest.raises(ValidationError):
            check_form("backup", broken)


def archive_of(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


FIRST_FILE = {FIRST: b"fairlot/backup 1\n"}
NO_BACKUPS: Mapping[str, bytes] = {
    "no archive": b"hello",
    "an empty one": archive_of({}),
    "another one": archive_of({"a": b""}),
    "a later version": archive_of({FIRST: b"fairlot/backup 2\n"}),
    "one without a board": archive_of(FIRST_FILE),
    "a way up": archive_of(FIRST_FILE | {"../out": b""}),
    "a way up inside": archive_of(FIRST_FILE | {"a/../../out": b""}),
    "a way from the root": archive_of(FIRST_FILE | {"/out": b""}),
    "another system's way": archive_of(FIRST_FILE | {"a\\..\\out": b""}),
}


@pytest.mark.parametrize("what", NO_BACKUPS)
def test_what_is_no_backup_leaves_nothing(what: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "file").write_bytes(NO_BACKUPS[what])
    ran = restored(place, place / "file")
    assert (ran.code, ran.err.startswith("fairlot: backup.form: ")) == (2, True)
    assert [each.name for each in place.iterdir()] == ["file"]
    assert [each.name for each in tmp_path.iterdir()] == ["place"]


def test_a_backup_that_was_cut_leaves_nothing(tmp_path: Path) -> None:
    sale(tmp_path)
    file = backed_up(tmp_path)
    data = bytearray(file.read_bytes())
    # A bit of the content of a file; the archive's own sum notices it.
    data[data.index(b"/state") + len("/state") + 2] ^= 1
    file.write_bytes(data)
    ran = restored(tmp_path, file)
    assert (ran.code, "backup.form" in ran.err) == (2, True)
    file.write_bytes(data[:-9])
    ran = restored(tmp_path, file)
    assert (ran.code, "backup.form" in ran.err) == (2, True)
    assert not (tmp_path / "back").exists()


def test_nothing_is_replaced(tmp_path: Path) -> None:
    folder = sale(tmp_path)
    file = backed_up(tmp_path)
    ran = fairlot("backup", folder, "--out", file)
    assert (ran.code, "backup.exists" in ran.err) == (2, True)
    ran = fairlot("restore", file, "--dir", folder)
    assert (ran.code, "out-dir.not-empty" in ran.err) == (2, True)
    ran = fairlot("restore", tmp_path / "nothing", "--dir", tmp_path / "back")
    assert (ran.code, "backup.unreadable" in ran.err) == (2, True)
    ran = fairlot("backup", tmp_path, "--out", tmp_path / "more")
    assert (ran.code, "backup.folder" in ran.err) == (2, True)
    assert not (tmp_path / "more").exists()


def comes_back(place: Place, who: str) -> None:
    """Lose a contributor's folder, and bring it back from a backup of that moment."""
    own = place.folder / "sale" / "contributor-1"
    own.mkdir(parents=True)
    for name in (f"{who}.key", f"{who}.secret", f"{who}.secret.head"):
        (place.folder / name).rename(own / name.replace(who, "contributor"))
    keep(place.folder / "sale", place.transcript.read_bytes())
    file = place.folder / "kept"
    assert fairlot("backup", place.folder / "sale", "--out", file).code == 0
    back = place.folder / "back"
    assert fairlot("restore", file, "--dir", back).code == 0
    for each in (back / "contributor-1").iterdir():
        each.rename(place.folder / each.name.replace("contributor", who))


@pytest.mark.slow
def test_a_sale_whose_contributor_came_back_before_the_seals_is_void(
    tmp_path: Path,
) -> None:
    place = closed_place(tmp_path, delayed(2))
    place.commit_all()
    comes_back(place, "one")
    ran = place.seal("one")
    assert (ran.code, "contribution.retired" in ran.err) == (2, True)
    assert not (tmp_path / "one.seal").exists()
    for who in ("two", "depositor"):
        assert place.seal(who).code == 0
    assert place.post("two.seal", "depositor.seal", after=70).code == 0
    assert "seal.missing" in place.mark(EntryType.SEALED).err
    times = place.on.terms.times
    with closing(open_transcript(place.transcript)) as storage:
        board = Board.resume(storage, place.on.parts.board, place.on.state())
        posted = post_due(board, times.seal_end + times.slack + 1)
    assert posted == (EntryType.VOID,)
    report = judged(place.transcript.read_bytes())
    assert (report.findings, report.phase) == ((), Phase.VOID)
    assert [line.refund for line in board.state.ledger] == [PRICE]


@pytest.mark.slow
def test_what_a_contributor_had_sealed_before_is_recovered_by_others(
    tmp_path: Path,
) -> None:
    place = closed_place(tmp_path, delayed(2))
    place.seal_all()
    comes_back(place, "one")
    ran = place.reveal("one")
    assert (ran.code, "contribution.retired" in ran.err) == (2, True)
    for who in ("two", "depositor"):
        assert place.reveal(who).code == 0
    assert place.post("two.reveal", "depositor.reveal", after=130).code == 0
    assert place.mark(EntryType.REVEAL_END).code == 0
    assert place.beacon("recover", "--out", tmp_path / "recovery").code == 0
    assert place.post("recovery", after=190).code == 0
    assert place.mark(EntryType.RESULT).code == 0
    report = judged(place.transcript.read_bytes())
    assert (report.findings, report.phase) == ((), Phase.LOCKED)
