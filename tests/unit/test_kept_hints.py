"""A board keeps the hints of what it verifies (specs/service.md, section 3.1)."""

from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

import pytest

from fairlot.board.hinting import hints_of
from fairlot.board.hints import MAGIC, RECORD_LENGTH, Hints, write_hints
from fairlot.board.replay import replay
from fairlot.board.storage import MemoryStorage, Storage
from fairlot.board.transcript import LogName
from fairlot.deposit.wish import Wish
from fairlot.entry import Entry
from fairlot.logs import LogKind
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.kept_hints import KeptHints
from fairlot.service.writer import Writer
from fairlot_crypto.bbs.hints import HINTS_LENGTH
from fairlot_crypto.statements import Statements
from kit.asgi import Answer
from kit.claims import claimed
from kit.sales import (
    DEPOSIT_TIME,
    PRICE,
    cancel,
    deposit,
    forced,
    nym_of,
    play,
    source,
    stage,
)
from kit.served import kept_of, reader_of
from kit.stage import EPOCH
from shared_memory import Common, SharedMemory

ON = stage()
NAME = LogName(LogKind.SALE, ON.terms.sale_id)
HINTS_PATH = f"/sale/{ON.terms.sale_id.hex()}/transcript.fairlot.hints"
SIZE = 1000


def hint(number: int) -> bytes:
    return number.to_bytes(HINTS_LENGTH, "big")


def file_of(*leaves: int) -> bytes:
    return write_hints((leaf, hint(leaf)) for leaf in leaves).to_bytes()


def keep(path: Path, *leaves: int, size: int = SIZE) -> None:
    kept = KeptHints(path, size)
    kept.add({leaf: hint(leaf) for leaf in leaves})
    kept.close()


def shown(kept: KeptHints) -> bytes | None:
    found = kept.opened()
    return None if found is None else b"".join(found[1])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "transcript.fairlot.hints"


# --- The file


def test_records_ascend_over_starts(path: Path) -> None:
    keep(path, 7, 3)
    keep(path, 3, 5, 7, 9, 8)
    assert path.read_bytes() == file_of(3, 7, 8, 9)


@pytest.mark.parametrize(
    "torn",
    [
        file_of(3)[:-1],
        file_of(3, 7)[: -RECORD_LENGTH + 1],
        b"",
        MAGIC[:5],
        b"something else" * 100,
        bytes(5000),
    ],
    ids=["a record", "an index", "nothing", "the beginning", "garbage", "zeros"],
)
def test_the_next_start_goes_on_behind_whole_records(path: Path, torn: bytes) -> None:
    whole = [3] if torn.startswith(file_of(3)) else []
    path.write_bytes(torn)
    keep(path, 8, 9)
    assert path.read_bytes() == file_of(*whole, 8, 9)


def test_what_is_of_another_history_is_cut(path: Path) -> None:
    """Of an older copy of the board, for instance, that goes on otherwise."""
    keep(path, 3, 7, 50, 80)
    keep(path, 40, size=40)
    assert path.read_bytes() == file_of(3, 7, 40)


def test_a_disk_that_is_full_loses_records_and_no_more(
    path: Path,
) -> None:
    class Full(FileIO):
        room = RECORD_LENGTH + 10

        def write(self, data: bytes) -> int:  # type: ignore[override]
            taken = super().write(data[: Full.room])
            Full.room -= taken
            if not taken:
                raise OSError("no space left on device")
            return taken

    kept = KeptHints(path, SIZE)
    vars(kept)["_file"].close()
    vars(kept)["_file"] = Full(path, "r+b")
    for leaf in (3, 4), (5,), (6,):
        kept.add({each: hint(each) for each in leaf})
    assert shown(kept) == file_of(3)
    Full.room = 10_000
    kept.add({7: hint(7)})
    assert shown(kept) == path.read_bytes() == file_of(3, 7)
    kept.close()


def make_folder(path: Path) -> None:
    path.mkdir()


def no_folder(path: Path) -> None:
    path.parent.rmdir()


@pytest.mark.parametrize("spoil", [make_folder, no_folder])
def test_where_it_cannot_be_written_there_is_none(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    kept = KeptHints(path, SIZE)
    kept.add({3: hint(3)})
    assert kept.opened() is None
    kept.close()


def test_of_two_who_write_one_file_one_does(path: Path) -> None:
    first, second = KeptHints(path, SIZE), KeptHints(path, SIZE)
    second.add({3: hint(3)})
    first.add({4: hint(4)})
    assert path.read_bytes() == file_of(4)
    assert second.opened() is None
    first.close()
    second.close()


@pytest.mark.parametrize(
    "entry",
    [
        deposit(ON, 0),
        cancel(ON, 0),
        claimed(ON, ON.members[0].credential, EPOCH).entry,
    ],
)
def test_an_entry_is_longer_than_its_record(entry: Entry) -> None:
    """So a file of hints is never longer than the transcript, and no more is fetched."""
    assert len(entry.encoded) > RECORD_LENGTH


# --- The board


def writer(storage: Storage, path: Path | None, time: int = DEPOSIT_TIME) -> Writer:
    def reopen() -> KeptLogs:
        return open_logs(storage, ON.parts.board, ON.curve, Statements(), hints=path)

    return Writer(reopen, lambda: time, source("board"))


def begun() -> MemoryStorage:
    storage = MemoryStorage()
    play(ON.board(storage), ON, until="open")
    return storage


def write(board: Writer, *entries: Entry) -> list[bool]:
    """Tell of each entry whether it was accepted."""
    found = board.write([(NAME, entry) for entry in entries])
    return [each.proof is not None for each in found]


def made_of(data: bytes) -> bytes:
    """Return the file that anybody makes of a transcript."""
    return hints_of(replay(data, ON.state())).to_bytes()


def test_what_a_board_keeps_is_what_anybody_makes(path: Path) -> None:
    storage = begun()
    board = writer(storage, path)
    paid = ON.payment(nym_of(deposit(ON, 0)), 5_000)
    assert write(board, deposit(ON, 0)) == [True]
    assert write(board, deposit(ON, 1), paid, deposit(ON, 1)) == [True] * 3
    board.close()
    assert path.read_bytes() == made_of(storage.data)
    assert Hints(path.read_bytes()).count == 2


def test_what_was_refused_has_no_record(path: Path) -> None:
    """Its presentation verifies, and the sale has no such tier."""
    storage = begun()
    board = writer(storage, path)
    greedy = forced(ON, 1, Wish(0, 1, PRICE, tier="gold"))
    assert write(board, deposit(ON, 0), greedy, deposit(ON, 1)) == [True, False, True]
    board.close()
    assert path.read_bytes() == made_of(storage.data)


@pytest.mark.parametrize("lost", [True, False])
def test_a_board_that_starts_again_goes_on(path: Path, *, lost: bool) -> None:
    storage = begun()
    board = writer(storage, path)
    write(board, deposit(ON, 0))
    board.close()
    if lost:
        path.unlink()
    board = writer(storage, path)
    write(board, deposit(ON, 1))
    board.close()
    whole = made_of(storage.data)
    first, second = whole[len(MAGIC) :][:RECORD_LENGTH], whole[-RECORD_LENGTH:]
    assert path.read_bytes() == MAGIC + (b"" if lost else first) + second


def test_a_write_that_failed_leaves_no_hints_of_what_is_not_there(path: Path) -> None:
    storage = begun()
    board = writer(storage, path)

    def full(_: bytes) -> None:
        raise OSError("no space left on device")

    vars(storage)["append"] = full
    with pytest.raises(OSError, match="no space"):
        write(board, deposit(ON, 0))
    del vars(storage)["append"]
    assert write(board, deposit(ON, 1)) == [True]
    assert write(board, deposit(ON, 0)) == [True]
    board.close()
    assert path.read_bytes() == made_of(storage.data)


def test_each_front_end_keeps_all_that_it_verified_or_followed(tmp_path: Path) -> None:
    common = Common()
    play(ON.board(SharedMemory(common)), ON, until="open")
    paths = tmp_path / "one", tmp_path / "two"
    one, two = (writer(SharedMemory(common), path) for path in paths)
    assert write(one, deposit(ON, 0)) == [True]
    assert write(two, deposit(ON, 1), deposit(ON, 0)) == [True, True]
    one.tick()
    made = made_of(bytes(common.data))
    for board, path in zip((one, two), paths, strict=True):
        board.close()
        assert path.read_bytes() == made


def test_a_front_end_without_its_turn_keeps_no_more_than_a_batch(path: Path) -> None:
    common = Common()
    play(ON.board(SharedMemory(common)), ON, until="open")
    board = writer(SharedMemory(common), path)
    shared = board.kept.shared
    assert isinstance(shared, SharedMemory)

    def busy() -> object:
        raise BlockingIOError("another front end has its turn")

    vars(shared)["turn"] = busy
    for number in range(3):
        with pytest.raises(BlockingIOError):
            write(board, deposit(ON, 0, number))
        assert len(vars(board)["_made"]) == 1
    del vars(shared)["turn"]
    board.tick()
    assert vars(board)["_made"] == {}
    board.close()


# --- Over HTTP


def asked(kept: KeptLogs, path: str = HINTS_PATH, method: str = "GET") -> Answer:
    return reader_of(kept).ask(method, path)


def test_the_file_is_served(path: Path) -> None:
    storage = begun()
    board = writer(storage, path)
    assert asked(board.kept).code == "service.path"
    write(board, deposit(ON, 0), deposit(ON, 1))
    answer = asked(board.kept)
    assert (answer.status, answer.content) == (200, made_of(storage.data))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-length"] == str(len(answer.content))
    # What is torn by a write that goes on is not served.
    with path.open("ab") as file:
        file.write(bytes(100))
    assert asked(board.kept).content == answer.content
    registry = f"/registry/{ON.registry.registry_id.hex()}/transcript.fairlot.hints"
    assert asked(board.kept, registry).code == "service.path"
    assert asked(board.kept, method="PUT").code == "service.method"
    board.close()


def test_whatever_becomes_of_the_file_the_board_goes_on(path: Path) -> None:
    storage = begun()
    board = writer(storage, path)
    write(board, deposit(ON, 0))
    path.write_bytes(path.read_bytes()[:100])
    answer = asked(board.kept)
    assert (answer.status, answer.code) == (404, "service.path")
    path.unlink()
    answer = asked(board.kept)
    assert (answer.status, answer.code) == (404, "service.path")
    path.mkdir()
    answer = asked(board.kept)
    assert (answer.status, answer.code) == (404, "service.path")
    assert write(board, deposit(ON, 1)) == [True]
    board.close()


def test_a_disk_that_gives_nothing_back_is_no_fault_of_the_board(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = writer(begun(), path)
    write(board, deposit(ON, 0))

    def fails() -> tuple[int, Iterator[bytes]]:
        return 1000, (_pieces() for _ in range(1))

    def _pieces() -> bytes:
        raise OSError("input/output error")

    monkeypatch.setattr(board.kept.hints, "opened", fails)
    answer = asked(board.kept)
    assert (answer.status, answer.code) == (404, "service.path")
    board.close()


def test_where_nobody_keeps_hints_there_are_none() -> None:
    answer = asked(kept_of(ON, "deposits"))
    assert (answer.status, answer.code) == (404, "service.path")
