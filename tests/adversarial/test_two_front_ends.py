"""Two processes keep one board in PostgreSQL, under load, and one of them is killed."""

import http.client
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock
from time import sleep

import pytest

from command import FAIRLOT, fairlot
from fairlot.board.postgres import PostgresStorage, create_postgres, open_postgres
from fairlot.board.replay import replay
from fairlot.board.storage import create_transcript
from fairlot.board.transcript import LogName
from fairlot.entry import Entry, EntryType
from fairlot.logs import LogKind
from fairlot.service.asking import Correspondence, Post
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.posting import Answer
from fairlot.service.witnessing import ConflictError, Watched, Witnessing
from fairlot.service.writer import Writer
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.statements import Statements
from kit.c2sp_client import check_proof
from kit.sales import DEPOSIT_TIME, deposit, play, source, stage
from kit.stage import Stage
from postgres_server import Server

PEOPLE = 6
EACH = 3
"""Entries of each of them."""


@dataclass
class Process:
    """A front end."""

    running: subprocess.Popen[str]
    address: str


@dataclass
class Seen:
    """What all senders have heard."""

    proofs: list[tuple[Entry, bytes]] = field(default_factory=list[tuple[Entry, bytes]])
    heads: list[str] = field(default_factory=list[str])
    lost: int = 0
    """Requests without an answer."""
    lock: Lock = field(default_factory=Lock)
    enough: Event = field(default_factory=Event)
    """Set when the one is to be killed."""


@contextmanager
def served(folder: Path, time: int) -> Generator[Process]:
    words = [FAIRLOT, "board", "serve", str(folder), "--port", "0", "--time", str(time)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Process(process, process.stdout.readline().strip())
        finally:
            process.send_signal(signal.SIGTERM)


def asked(address: str, body: bytes | None = None) -> bytes | None:
    """Return what a front end answers; ``None`` where it does not, or not yet."""
    try:
        with urllib.request.urlopen(address, body, timeout=20) as answer:  # noqa: S310
            found: bytes = answer.read()
            return found
    except urllib.error.HTTPError as error:
        with error:
            if error.code not in {429, 503}:
                raise AssertionError(error.read()) from error
        return None
    except (OSError, http.client.HTTPException):
        return None


def send(entries: Sequence[Entry], doors: Sequence[Process], seen: Seen) -> None:
    """Send entries, each first to one front end, then to the other, until it is in."""
    for number, entry in enumerate(entries):
        for attempt in range(200):
            door = doors[(number + attempt) % len(doors)]
            proof = asked(f"{door.address}/add", entry.encoded)
            with seen.lock:
                seen.lost += proof is None
                seen.proofs += [] if proof is None else [(entry, proof)]
                if len(seen.proofs) == PEOPLE * EACH // 3:
                    seen.enough.set()
            if proof is None:
                sleep(0.1)
                continue
            head = asked(f"{door.address}/checkpoint")
            seen.heads += [] if head is None else [head.decode()]
            break
        else:
            raise AssertionError("nobody takes it in")


def folders(on: Stage, server: Server, place: Path) -> tuple[Path, Path]:
    """Make a board in a database, and return the folders of two front ends."""
    with closing(create_transcript(place / "begun")) as storage:
        play(on.board(storage), on, until="terms")
    (place / "key").write_text(f"{on.parts.board.seed.hex()}\n")
    first, second = place / "first", place / "second"
    words: list[str | Path] = [
        "board",
        "new",
        first,
        "--from",
        place / "begun",
        "--key",
        place / "key",
    ]
    ran = fairlot(*words, "--storage", server.address(place))
    assert (ran.code, ran.err) == (0, "")
    shutil.copytree(first, second)
    return first, second


def load(entries: list[list[Entry]], one: Process, two: Process) -> Seen:
    """Let everybody send, and kill the one in the middle.

    What one person sends, two senders send at once, each to another front end first.
    """
    seen = Seen()
    with ThreadPoolExecutor(2 * PEOPLE) as pool:
        sending = [
            pool.submit(send, mine, doors, seen)
            for mine in entries
            for doors in ((one, two), (two, one))
        ]
        assert seen.enough.wait(60)
        one.running.send_signal(signal.SIGKILL)
        for each in sending:
            each.result()
    # The kill did hit something that was under way.
    assert seen.lost > 0
    return seen


@pytest.mark.slow
def test_two_front_ends_write_one_history_though_one_is_killed(
    postgres: Server, tmp_path: Path
) -> None:
    on = stage(tuple(f"p{number}" for number in range(PEOPLE)))
    first, second = folders(on, postgres, tmp_path)
    entries = [
        [deposit(on, person, seq) for seq in range(EACH)] for person in range(PEOPLE)
    ]
    time = on.terms.times.open
    with served(first, time) as one, served(second, time) as two:
        seen = load(entries, one, two)
        whole = asked(f"{two.address}/transcript.fairlot")
        # Whoever comes back goes on, and answers as the other one did.
        with served(first, time) as again:
            entry, _ = seen.proofs[0]
            repeated = asked(f"{again.address}/add", entry.encoded)
            assert asked(f"{again.address}/transcript.fairlot") == whole
    assert whole is not None
    assert repeated is not None
    seen.proofs.append((entry, repeated))
    check_one_history(on, whole, seen)
    read = replay(whole, on.state())
    counted = Counter(each.entry.hash for each in read.entries)
    assert all(counted[each.hash] == 1 for mine in entries for each in mine)
    # A nym has one position, and its last entry counts.
    positions = read.state.positions.by_nym
    assert len(positions) == PEOPLE
    assert {each.final.binding.seq for each in positions.values()} == {EACH - 1}
    assert sum(each.entry.type is EntryType.OPEN for each in read.entries) == 1


def check_one_history(on: Stage, whole: bytes, seen: Seen) -> None:
    """Check that everything that anybody has heard is of one history without fault."""
    read = replay(whole, on.state())
    assert (read.findings, read.unacknowledged) == ([], 0)
    places = {each.entry.hash: each.index for each in read.entries}
    origin, key = on.terms.log.origin, on.terms.board.key
    for entry, proof in seen.proofs:
        assert check_proof(proof, entry.encoded, origin, key) == places[entry.hash]
    shown = [proof.decode().partition("\n\n")[2] for _, proof in seen.proofs]
    said = [SignedCheckpoint.parse(each).checkpoint for each in [*seen.heads, *shown]]
    assert len(seen.heads) > PEOPLE
    assert all(each.root == read.state.tree.root(each.size) for each in said)


@dataclass
class Front:
    """A front end in this process, and what it asks one witness."""

    on: Stage
    writer: Writer
    witness: Witnessing
    said: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        """Have nothing asked yet."""
        self.asks = Correspondence(
            Post("w", self),
            lambda: self.writer.kept,
            self.writer.attach,
            self.said.append,
            self.writer.tick,
        )

    def post(self, path: str, body: bytes) -> Answer:
        """Ask the witness."""
        assert path == "add-checkpoint"
        try:
            line = self.witness.add(body)
        except ConflictError as conflict:
            return Answer(409, f"{conflict.size}\n".encode())
        return Answer(200, f"{line.to_text()}\n".encode())

    def take(self, entry: Entry) -> None:
        """Take an entry in, and have it co-signed."""
        name = LogName(LogKind.SALE, self.on.terms.sale_id)
        (outcome,) = self.writer.write([(name, entry)])
        assert outcome.proof is not None
        self.asks.ask_all(0.0)

    def size(self) -> int:
        """Return the entries under the last head that this front end has read."""
        return self.writer.kept.main.size


def front(on: Stage, address: str, place: Path) -> Front:
    """Return a front end, and the witness whose memory lies in a folder."""

    def reopen() -> KeptLogs:
        opened = open_postgres(address)
        return open_logs(opened, on.parts.board, on.curve, Statements())

    def clock() -> int:
        return DEPOSIT_TIME

    boards, named = Watched((on.terms.board,)), on.terms.witnesses.named[0]
    witness = Witnessing(named, on.witness_key(0), place, boards, clock)
    return Front(on, Writer(reopen, clock, source("front end")), witness)


@pytest.mark.thorough
def test_a_front_end_that_is_overtaken_reads_on_and_calls_nothing_an_old_copy(
    postgres: Server, tmp_path: Path
) -> None:
    on, address = stage().watched(), postgres.address(tmp_path)
    with closing(create_postgres(address)) as storage:
        play(on.board(storage), on, until="open")
    one = front(on, address, tmp_path)
    two = replace(front(on, address, tmp_path), witness=one.witness)
    begun = two.writer.kept.index.length
    for number in (0, 1):
        two.take(deposit(on, number))
        assert one.size() < two.size()
        # Its head is behind what the witness has co-signed, for the other one.
        one.asks.ask_all(2.0 * number)
        assert one.size() == two.size()
    one.asks.ask_all(9.0)
    assert (one.said, two.said) == ([], [])
    one.writer.close()
    # Whoever starts has no memory: the database was set back while nobody served.
    two.writer.kept.storage.cut(begun)
    two.writer.close()
    back = replace(front(on, address, tmp_path), witness=one.witness)
    back.asks.ask_all(0.0)
    assert len(back.said) == 1
    assert "old copy" in back.said[0]
    back.writer.close()


@pytest.mark.slow
def test_a_front_end_goes_on_when_the_server_has_crashed_and_come_back(
    postgres: Server, tmp_path: Path
) -> None:
    on, address = stage(), postgres.address(tmp_path)
    with closing(create_postgres(address)) as storage:
        play(on.board(storage), on, until="open")
    name = LogName(LogKind.SALE, on.terms.sale_id)

    def reopen() -> KeptLogs:
        opened = open_postgres(address)
        return open_logs(opened, on.parts.board, on.curve, Statements())

    writer = Writer(reopen, lambda: DEPOSIT_TIME, source("front end"))

    def index_of(entry: Entry) -> int | None:
        (outcome,) = writer.write([(name, entry)])
        return None if outcome.proof is None else outcome.proof.index

    first = index_of(deposit(on, 0))
    assert first is not None
    shared = writer.kept.shared
    assert isinstance(shared, PostgresStorage)
    # A process of the server dies in the middle of a turn: all of them begin anew.
    torn = deposit(on, 1).encoded
    with shared.turn():
        os.kill(shared.server_process, signal.SIGKILL)
        with pytest.raises(OSError, match=r"connection|terminat|closed"):
            shared.append(torn)
    found: list[int | None] = []
    for _ in range(300):
        with suppress(OSError):
            found = [index_of(deposit(on, 1)), index_of(deposit(on, 0))]
            break
        sleep(0.1)
    assert found == [first + 1, first]
    whole = writer.kept.storage.read()
    writer.close()
    read = replay(whole, on.state())
    assert (read.findings, read.unacknowledged) == ([], 0)
