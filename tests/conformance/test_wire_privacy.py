"""What a board holds of who sends to it (specs/service.md, section 7).

A sale is played over HTTP, from its opening to its unlock, by people whose address, headers,
names, accounts and refused entries are looked for afterwards in all that the board keeps and
says.
"""

import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from fairlot.board.hinting import hints_of
from fairlot.board.replay import Replay, replay
from fairlot.board.sqlite import create_database
from fairlot.board.tiled import HINTS
from fairlot.board.transcript import Record, read_records
from fairlot.cli.beacon.files import write_key
from fairlot.entry import Entry, EntryType
from kit.sales import DEPOSIT_TIME, deposit, nym_of, play, stage

NAMES = ("Ottilie Quastenberg", "Wendelin Xanthopoulos")
pytestmark = pytest.mark.slow
ON = stage(NAMES)
FOLDER = f"/sale/{ON.terms.sale_id.hex()}"
PROGRAM = Path(__file__).parents[1] / "support" / "clocked_board.py"
FROM = "127.0.0.77"
"""Where people sit: another address of this machine than the board's."""
ACCOUNT = "DE89 3704 0044 0532 0130 00"
HEADERS = {
    "User-Agent": "Quirkbrowser/7.7 (who sends this)",
    "Referer": "https://mail.example/inbox/quastenberg",
    "Cookie": "session=cookie-of-quastenberg",
    "Authorization": "Bearer token-of-quastenberg",
    "X-Forwarded-For": "203.0.113.77",
    "Forwarded": "for=203.0.113.78",
    "From": "ottilie@quastenberg.example",
    "X-Account": ACCOUNT,
    "Accept-Language": "rm-CH, qu;q=0.7",
}
NONSENSE = f"Quastenberg, {ACCOUNT}, was refused".encode()


@dataclass(slots=True)
class Board:
    """A board in a process of its own, and who sends to it."""

    folder: Path
    port: int
    ports: set[int] = field(default_factory=set[int])
    """From which people sent."""
    moments: list[float] = field(default_factory=list[float])
    """When, by the clock of this machine."""

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        line = HTTPConnection("127.0.0.1", self.port, 20, source_address=(FROM, 0))
        with closing(line):
            self.moments.append(time.time())
            line.request(method, path, body, HEADERS)
            self.ports.add(line.sock.getsockname()[1])
            answer = line.getresponse()
            return answer.status, answer.read()

    def send(self, *entries: Entry) -> None:
        for entry in entries:
            status, answer = self.ask("POST", f"{FOLDER}/add", entry.encoded)
            assert status == 200, answer

    def view(self) -> Replay:
        _, data = self.ask("GET", f"{FOLDER}/transcript.fairlot")
        return replay(data, ON.state())

    def move(self, moment: int, marker: EntryType) -> Replay:
        """Move the board's clock, and wait until it has posted what is due."""
        clock = self.folder / "clock"
        (self.folder / "next").write_text(str(moment), encoding="ascii")
        (self.folder / "next").replace(clock)
        end = time.monotonic() + 30
        while True:
            read = self.view()
            if marker in read.state.markers:
                return read
            assert time.monotonic() < end, marker
            time.sleep(0.05)


def begun(folder: Path) -> None:
    """Make the folder of a board whose sale is announced."""
    with closing(create_database(folder / "board.sqlite")) as storage:
        play(ON.board(storage), ON, until="terms")
    write_key(folder / "board.key", ON.parts.board)
    (folder / "clock").write_text(str(ON.terms.times.open), encoding="ascii")


def sell(board: Board) -> None:
    """Play the sale; people whom the board refuses come between."""
    times = ON.terms.times
    deposits = [deposit(ON, number) for number in range(len(NAMES))]
    board.move(DEPOSIT_TIME, EntryType.OPEN)
    board.send(*deposits)
    for body, wanted in refused():
        assert board.ask("POST", f"{FOLDER}/add", body)[0] == wanted
    assert board.ask("GET", "/quastenberg?name=Ottilie")[0] == 404
    for number, entry in enumerate(deposits):
        board.send(ON.payment(nym_of(entry), 5_000, f"transfer {number}"))
    read = board.move(times.close, EntryType.CLOSE)
    board.send(ON.commit(read.state.contributions.frozen))
    read = board.move(times.commit_end, EntryType.COMMIT_END)
    board.send(ON.seal(read.state))
    board.move(times.seal_end, EntryType.SEALED)
    board.send(ON.reveal())
    board.move(times.reveal_end, EntryType.RESULT)
    read = board.move(times.unlock, EntryType.UNLOCK)
    assert list(read.findings) == []


def refused() -> Iterator[tuple[bytes, int]]:
    """Yield what people sent whom the board refused, with the status."""
    yield NONSENSE, 400
    yield NONSENSE * 2_000, 413
    yield late().encoded, 422


def late() -> Entry:
    """Return a deposit for another sale."""
    on = ON.with_terms(replace(ON.terms, title="Another concert"))
    return deposit(on, 0)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Board, dict[str, bytes]]:
    """Return what a board left after a sale, by where: on its disk, and what it said."""
    folder = tmp_path_factory.mktemp("club")
    begun(folder)
    found = dict[str, bytes]()
    words = [sys.executable, str(PROGRAM), str(folder)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        running = folder.with_name("running")
        try:
            board = Board(folder, int(process.stdout.readline()))
            sell(board)
            # While it runs there are more files.
            shutil.copytree(folder, running)
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=60)
    found |= dict(zip(("stdout", "stderr"), said, strict=True))
    for place in (running, folder):
        for path in place.rglob("*"):
            if path.name not in ("clock", "board.key"):
                found[f"{place.name}/{path.name}"] = path.read_bytes()
    return board, found


Left = tuple[Board, dict[str, bytes]]


def in_all(found: dict[str, bytes], *traces: bytes) -> list[tuple[str, bytes]]:
    return [
        (place, trace)
        for place, data in found.items()
        for trace in traces
        if trace in data
    ]


def test_there_is_something_to_look_through(left: Left) -> None:
    """A trace that must be there is found where it must be: the search is not blind."""
    _, found = left
    assert {"stdout", "stderr", "running/board.sqlite-wal"} <= found.keys()
    assert f"running/{HINTS}" in found
    where = {place for place, _ in in_all(found, deposit(ON, 0).encoded)}
    assert where & {"running/board.sqlite", "running/board.sqlite-wal"}
    assert any(place.endswith("club0/board.sqlite") for place in where)
    assert (found["stdout"], found["stderr"]) == (b"", b"")


def test_hints_are_what_anybody_makes_of_the_log(left: Left) -> None:
    """So nothing is in them that the log does not say of everybody to everybody."""
    board, found = left
    with closing(sqlite3.connect(board.folder / "board.sqlite")) as database:
        rows = database.execute("SELECT data FROM transcript ORDER BY begins")
        data = b"".join(row[0] for row in rows)
    made = hints_of(replay(data, ON.state()))
    assert made.count == len(NAMES)
    for name in (board.folder.name, "running"):
        assert found[f"{name}/{HINTS}"] == made.to_bytes()


def test_no_address_is_kept(left: Left) -> None:
    board, found = left
    packed = bytes(map(int, FROM.split(".")))
    traces = [FROM.encode(), packed, packed[::-1], b"203.0.113."]
    traces += [f":{port}".encode() for port in board.ports]
    assert in_all(found, *traces) == []


def test_no_header_is_kept(left: Left) -> None:
    _, found = left
    traces = [part.encode() for value in HEADERS.values() for part in value.split()]
    long = [trace for trace in traces if len(trace) > 5]
    assert len(long) > 8
    assert in_all(found, *long, *(name.encode() for name in HEADERS)) == []


def test_no_name_and_no_account_is_kept(left: Left) -> None:
    _, found = left
    parts = {part.encode() for name in NAMES for part in name.split()}
    parts |= {each.lower() for each in parts}
    account = ACCOUNT.encode(), ACCOUNT.replace(" ", "").encode()
    assert in_all(found, *parts, *account) == []


def test_nothing_of_what_was_refused_is_kept(left: Left) -> None:
    _, found = left
    proof = late().body["proof"]
    assert isinstance(proof, bytes)
    nym = late().body["nym"]
    assert isinstance(nym, bytes)
    assert in_all(found, NONSENSE, b"?name=", proof[:48], nym, late().hash) == []


def test_no_moment_of_a_request_is_kept(left: Left) -> None:
    """The board's clock is a file here: a moment of this machine's would be a trace."""
    board, found = left
    traces = set[bytes]()
    for moment in board.moments:
        second = int(moment)
        # All of a hundred seconds, with whatever digits follow.
        traces.add(str(second)[:8].encode())
        traces |= {struct.pack(f"{order}Q", second) for order in "<>"}
        traces |= {struct.pack(f"{order}d", float(second))[:6] for order in ">"}
        traces |= {struct.pack(">Q", int(moment * scale))[:5] for scale in (1e3, 1e6)}
    assert in_all(found, *traces) == []


def test_the_log_dates_a_batch_in_seconds_and_nothing_else(left: Left) -> None:
    board, _ = left
    with closing(sqlite3.connect(board.folder / "board.sqlite")) as database:
        names = {
            table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            for (table,) in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            )
        }
        rows = database.execute("SELECT data FROM transcript ORDER BY begins")
        data = b"".join(row[0] for row in rows)
    assert names == {
        "transcript": ["begins", "data"],
        "cut": ["number", "begins", "data"],
    }
    dated = [
        each.item
        for each in read_records(data)
        if isinstance(each, Record) and isinstance(each.item, Entry)
    ]
    own = {entry.type for entry in dated if "time" in entry.body}
    assert own <= {EntryType.TIME, EntryType.ROLL}, own
    for entry in dated:
        assert isinstance(entry.body.get("time", 0), int)
