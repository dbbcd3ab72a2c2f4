"""How many deposits a board takes in over HTTP, how long each waits, and what that takes.

    PYTHONPATH=tests:tests/support python tests/benchmarks/bench_service.py \
        [--storage NAME]... [--people N] [--json]

A board of the small sale, in a process of its own, on SQLite on the disk, or on what
``--storage`` names: ``sqlite``, ``file``, ``postgres``, and ``two``, which are two front ends
on PostgreSQL. With several of them each level is measured on one after the other, and the
last column compares them with the first. Wallets that work
at once send deposits that were made beforehand, each the next one when the last is answered;
every deposit is verified in full and is on the disk when it is answered. All wallets are in
one process, on the same machine. At the end the board is killed, and every deposit that was
acknowledged is looked for on the disk.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fairlot.board.postgres import create_postgres, open_postgres
from fairlot.board.sqlite import create_database, open_database
from fairlot.board.storage import Storage, create_transcript, open_transcript
from fairlot.board.transcript import Record, read_records
from fairlot.entry import Entry
from fairlot.service.desk import Desk, Limits
from fairlot.service.kept import KeptLogs, open_logs
from fairlot.service.rates import Buckets, Rate
from fairlot.service.serve import serve
from fairlot.service.writer import A_NYM, Writer
from fairlot_crypto.curve import backend
from fairlot_crypto.keys import SigningKey
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from kit.sales import deposit, play, stage
from kit.stage import Stage
from postgres_server import started

MAKERS: dict[str, Callable[[str], Storage]] = {
    "sqlite": create_database,
    "file": create_transcript,
    "postgres": create_postgres,
}
OPENERS: dict[str, Callable[[str], Storage]] = {
    "sqlite": open_database,
    "file": open_transcript,
    "postgres": open_postgres,
}
LEVELS = ((1, 40), (10, 160), (100, 400), (400, 800))
"""Wallets at once, and deposits of all of them; the last is above what may wait."""
READS, READERS = 1_000, 10
WAITS = Limits().waiting + 2 * Limits().at_once
"""Entries that are answered while one waits, at most.

Those of the batch under way, those that wait before it, and those of its own batch.
"""


@dataclass(frozen=True)
class Level:
    """What some wallets saw who sent at once."""

    storage: str
    wallets: int
    deposits: int
    a_second: float
    p50: float
    """Seconds from the last attempt to its answer."""
    p99: float
    bound: float
    """What p99 may be: the entries that may be answered before one, at this rate."""
    overtaken: int
    """The most entries that were answered while one waited, whatever the machine did."""
    refused: int
    """Answers that no more may wait."""
    cpu_ms: float
    """Of all front ends, for each deposit."""
    server_ms: float
    """Of the server of PostgreSQL, for each deposit."""
    memory_mb: float
    """Of the front end that had most, at its largest so far."""


@dataclass(frozen=True)
class Door:
    """A front end."""

    port: int
    pid: int


@dataclass(frozen=True)
class Place:
    """Where a board lies, and who keeps it."""

    name: str
    kind: str
    where: str
    front_ends: int = 1
    server: int | None = None
    """The process of the server of PostgreSQL."""


@dataclass(frozen=True)
class Answer:
    """What the board said."""

    status: int
    body: bytes


class Connection:
    """A client that knows just enough of HTTP/1.1."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Speak over an open line."""
        self._reader, self._writer = reader, writer

    async def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Send a request and read the answer."""
        head = f"{method} {path} HTTP/1.1\r\nhost: b\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        await self._writer.drain()
        first, *fields = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        length = next(f for f in fields if f.lower().startswith(b"content-length:"))
        data = await self._reader.readexactly(int(length.split(b":")[1]))
        return Answer(int(first.split()[1]), data)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def connected(port: int) -> Connection:
    """Return a line to the board."""
    return Connection(*await asyncio.open_connection("127.0.0.1", port))


def keep(kind: str, where: str, seed: bytes) -> None:
    """Be the board: serve until a signal; limits are the usual ones, but for addresses."""
    curve, key, source = backend(), SigningKey(seed), SystemRandomness()

    def reopen() -> KeptLogs:
        return open_logs(OPENERS[kind](where), key, curve, Statements())

    writer = Writer(reopen, lambda: int(time.time()), source)
    buckets = Buckets(Rate(burst=1_000_000), time.monotonic, source)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        serve(Desk(writer, buckets), listening, lambda: print(port, flush=True))


@contextmanager
def board(place: Place, seed: bytes) -> Generator[Door]:
    """Yield a front end of a board, and kill it."""
    words = [sys.executable, __file__, "--keep", place.kind, place.where, seed.hex()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise AssertionError("there is a pipe")
        try:
            yield Door(int(process.stdout.readline()), process.pid)
        finally:
            process.send_signal(signal.SIGKILL)


@dataclass
class Seen:
    """What all wallets of a level saw."""

    took: list[float] = field(default_factory=list[float])
    overtaken: int = 0
    refused: int = 0


async def send(port: int, path: str, mine: Sequence[Entry], seen: Seen) -> None:
    """Be a wallet: send what is mine, and again what was not let in."""
    line = await connected(port)
    for entry in mine:
        while True:
            begun, before = time.perf_counter(), len(seen.took)
            answer = await line.ask("POST", path, entry.encoded)
            if answer.status == 200:
                seen.overtaken = max(seen.overtaken, len(seen.took) - before)
                seen.took.append(time.perf_counter() - begun)
                break
            if answer.status != 503:
                raise AssertionError(answer)
            seen.refused += 1
            await asyncio.sleep(2)
    line.close()


async def measure(
    place: Place, doors: Sequence[Door], path: str, wallets: int, made: Sequence[Entry]
) -> Level:
    """Let wallets send at once."""
    begun, cpu, served = time.perf_counter(), cpu_of_all(doors), cpu_below(place.server)
    shares = [made[number::wallets] for number in range(wallets)]
    seen = Seen()
    ports = [doors[number % len(doors)].port for number in range(wallets)]
    await asyncio.gather(
        *(
            send(port, path, mine, seen)
            for port, mine in zip(ports, shares, strict=True)
        )
    )
    passed, took = time.perf_counter() - begun, sorted(seen.took)
    rate = len(took) / passed
    return Level(
        place.name,
        wallets,
        len(took),
        rate,
        statistics.median(took),
        took[int(0.99 * len(took))],
        WAITS / rate,
        seen.overtaken,
        seen.refused,
        1000 * (cpu_of_all(doors) - cpu) / len(took),
        1000 * (cpu_below(place.server) - served) / len(took),
        max(memory_of(door.pid) for door in doors),
    )


async def reads(port: int, path: str) -> float:
    """Return how many bundles of 256 entries are read a second."""

    async def reader() -> None:
        line = await connected(port)
        for _ in range(READS // READERS):
            answer = await line.ask("GET", path)
            if answer.status != 200:
                raise AssertionError(answer)
        line.close()

    begun = time.perf_counter()
    await asyncio.gather(*(reader() for _ in range(READERS)))
    return READS / (time.perf_counter() - begun)


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def cpu_of_all(doors: Sequence[Door]) -> float:
    """Return the seconds of CPU that front ends have had."""
    return sum(cpu_of(door.pid) for door in doors)


def cpu_below(server: int | None) -> float:
    """Return the seconds of CPU that a server and those that it has started have had."""
    if server is None:
        return 0
    found = [server]
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                said = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            if int(said.rpartition(")")[2].split()[1]) == server:
                found.append(int(entry.name))
    return sum(cpu_of(pid) for pid in found)


def memory_of(pid: int) -> float:
    """Return the largest size that a process has had, MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1000


def made_by(on: Stage, number: int) -> list[Entry]:
    """Return deposits, as few of each person as can be."""
    people = len(on.members)
    if number > people * A_NYM:
        raise AssertionError(f"{people} people make {people * A_NYM} deposits at most")
    return [deposit(on, i % people, i // people) for i in range(number)]


def stands(place: Place) -> set[bytes]:
    """Return the entries that a board's storage holds."""
    with closing(OPENERS[place.kind](place.where)) as storage:
        records = list(read_records(storage.read()))
    items = (each.item for each in records if isinstance(each, Record))
    return {item.encoded for item in items if isinstance(item, Entry)}


@contextmanager
def places(names: Sequence[str]) -> Generator[list[Place]]:
    """Yield where the boards of some names are to lie."""
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(dir=Path.cwd())
        folder, found = Path(stack.enter_context(made)), list[Place]()
        for name in names:
            if name in {"postgres", "two"}:
                server = stack.enter_context(started())
                where, pid = server.address(folder), server.process
                ends = 2 if name == "two" else 1
                found.append(Place(name, "postgres", where, ends, pid))
            else:
                found.append(Place(name, name, str(folder / name)))
        yield found


@dataclass
class Run:
    """A board that is measured."""

    place: Place
    doors: list[Door]


def run(people: int, names: Sequence[str]) -> dict[str, object]:
    """Measure all, level after level, each level on every storage."""
    on = stage(tuple(f"p{number}" for number in range(people)))
    numbers = LEVELS if len(names) == 1 else LEVELS[:3]
    made = made_by(on, sum(number for _, number in numbers))
    path = f"/sale/{on.terms.sale_id.hex()}"
    levels, first = list[Level](), 0
    with places(names) as where:
        with ExitStack() as stack:
            runs = [begun(place, on, stack) for place in where]
            start = memory_of(runs[0].doors[0].pid)
            for wallets, number in numbers:
                mine = made[first : first + number]
                first += number
                for each in runs:
                    asked = measure(
                        each.place, each.doors, f"{path}/add", wallets, mine
                    )
                    levels.append(asyncio.run(asked))
                    print(levels[-1], file=sys.stderr)
            bundles = f"{path}/tile/entries/000"
            a_second = {
                each.place.name: asyncio.run(reads(each.doors[0].port, bundles))
                for each in runs
            }
        sent = {entry.encoded for entry in made}
        missing = sum(len(sent - stands(place)) for place in where)
    late = [level.wallets for level in levels if level.overtaken > WAITS]
    return {
        "levels": [asdict(level) for level in levels],
        "cpu_to_first": compared(levels, names[0]),
        "memory_at_start_mb": start,
        "bundles_read_a_second": a_second,
        "acknowledged": len(made) * len(names),
        "missing": missing,
        "overtaken_by_too_many": late,
    }


def begun(place: Place, on: Stage, stack: ExitStack) -> Run:
    """Begin a board, and serve it until the end, which is a kill."""
    with closing(MAKERS[place.kind](place.where)) as storage:
        play(on.board(storage), on, until="open")
    seed = on.parts.board.seed
    doors = [stack.enter_context(board(place, seed)) for _ in range(place.front_ends)]
    return Run(place, doors)


def compared(levels: Sequence[Level], first: str) -> dict[str, float]:
    """Return CPU a deposit, that of the server too, over that of the first storage."""
    of_first = {each.wallets: each for each in levels if each.storage == first}
    return {
        f"{each.storage}, {each.wallets}": (each.cpu_ms + each.server_ms)
        / of_first[each.wallets].cpu_ms
        for each in levels
        if each.storage != first
    }


def main() -> int:
    """Print what was measured; 1 if a deposit is missing, or one waited too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=120)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--storage", action="append", choices=(*MAKERS, "two"), dest="names"
    )
    parser.add_argument("--keep", nargs=3, metavar=("KIND", "PLACE", "SEED"))
    arguments = parser.parse_args()
    if arguments.keep is not None:
        kind, where, seed = arguments.keep
        keep(kind, where, bytes.fromhex(seed))
        return 0
    found = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        **run(arguments.people, arguments.names or ["sqlite"]),
    }
    print(json.dumps(found, indent=None if arguments.json else 2))
    return 1 if found["missing"] or found["overtaken_by_too_many"] else 0


if __name__ == "__main__":
    sys.exit(main())
