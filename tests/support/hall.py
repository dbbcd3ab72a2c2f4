"""Everybody of a sale in a hall but its guests: processes, files between them, two front ends.

Each role is a process with a folder of its own that takes steps of the command line, as those
of ``fairlot host``; a front end is ``fairlot board serve``, which can be killed. What people
send each other is carried as files.
"""

import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from command import FAIRLOT
from fairlot.cli.host.cast import (
    ATTESTER,
    BOARD,
    KEYS,
    REGISTRY,
    Cast,
    all_at_once,
    found,
    make_keys,
    role_names,
)
from fairlot.cli.host.joining import Joining
from fairlot.cli.host.roles import Role, started
from fairlot.cli.host.running import watching
from moved_clock.sitecustomize import FORM, MOVED

GATE = "gate"
SECOND = "second"
"""Whoever keeps the other front end."""
_SEASON = "365 days"
_TICKS = os.sysconf("SC_CLK_TCK")
_TRIES = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MovedClock:
    """The clock of everybody, which a test moves on."""

    path: Path

    @property
    def moved(self) -> int:
        """By how many seconds."""
        (found,) = struct.unpack(FORM.format, self.path.read_bytes())
        return int(found)

    def now(self) -> int:
        """Return what everybody's clock shows."""
        return int(time.time()) + self.moved

    def move_to(self, then: int) -> None:
        """Let time pass until then."""
        on = max(0, then - self.now())
        with self.path.open("r+b") as file:
            file.write(FORM.pack(self.moved + on))

    @contextmanager
    def shown(self) -> Generator[None]:
        """Let all processes that are started meanwhile have this clock."""
        self.path.write_bytes(FORM.pack(0))
        here = Path(__file__).with_name("moved_clock")
        path = os.pathsep.join(
            [str(here), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        with patch.dict(os.environ, {MOVED: str(self.path), "PYTHONPATH": path}):
            yield


@dataclass
class FrontEnd:
    """``fairlot board serve``, which is begun, told to end or killed."""

    folder: Path
    words: Sequence[str]
    port: int = 0
    address: str = ""
    cpu: float = 0.0
    """Seconds of processor that those who have ended have had."""
    _running: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Begin, at the same address each time."""
        serve = (FAIRLOT, "board", "serve", "folder", *self.words)
        self._running = subprocess.Popen(
            (*serve, "--port", str(self.port)),
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        assert self._running.stdout is not None
        self.address = self._running.stdout.readline().strip()
        port = re.search(r":(\d+)/", self.address)
        assert port is not None, "a front end did not begin"
        self.port = int(port[1])
        # Whoever asks the board and not a log.
        self.address = self.address.split("/registry/")[0].split("/sale/")[0]

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self._running is not None:
            self.cpu += self._used()
            self._running.send_signal(how)
            self._running.wait(60)
            if self._running.stdout is not None:
                self._running.stdout.close()
            self._running = None

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self.end(signal.SIGKILL)

    def used(self) -> float:
        """Return the seconds of processor that it has had."""
        return self.cpu + (self._used() if self._running is not None else 0)

    def _used(self) -> float:
        assert self._running is not None
        said = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2]
        user, system = said.split()[11:13]
        return (int(user) + int(system)) / _TICKS


@dataclass
class Hall:
    """All roles of a sale, the board in a database behind two front ends."""

    cast: Cast
    clock: MovedClock
    storage: str
    """The address of the database."""
    folder: Path
    joining: Joining = field(init=False)
    fronts: tuple[FrontEnd, FrontEnd] = field(init=False)

    @property
    def address(self) -> str:
        """Where the board answers, at the front end that is not killed."""
        return self.fronts[1].address

    def found(self) -> None:
        """Draw keys, found the registry, and set up both front ends."""
        make_keys(self.cast)
        kept = ("--storage", self.storage)
        registry = found(self.cast, _SEASON, "--rehearsal", storage=kept)
        self.joining = Joining(self.cast, registry)

    @contextmanager
    def served(self) -> Generator[None]:
        """Let witnesses and both front ends answer."""
        board, second = self.cast[BOARD], self.cast[SECOND]
        second.path("folder").mkdir()
        shutil.copy(board.path("folder") / "board.key", second.path("folder"))
        with watching(self.cast) as witnesses:
            asked = [word for each in witnesses for word in ("--witness", each)]
            self.fronts = (
                FrontEnd(board.folder, asked),
                FrontEnd(second.folder, [*asked, "--storage", self.storage]),
            )
            try:
                for each in self.fronts:
                    each.begin()
                yield
            finally:
                for each in self.fronts:
                    each.end()

    def turn(self) -> None:
        """Wait until each front end shows what another has taken in (service.md, 14.7)."""
        time.sleep(2)

    def both_show(self, scope: str) -> None:
        """Wait until both front ends show a log: they read everything anew for it."""
        at = self.cast[GATE].folder / "seen"

        def asked() -> list[int]:
            run, addresses = self.cast[GATE].run, [each.address for each in self.fronts]
            codes: list[int] = []
            for address in addresses:
                at.unlink(missing_ok=True)
                ran = run("board", "fetch", address, "--out", at)
                seen = ran.code == 0 and bytes.fromhex(scope) in at.read_bytes()
                codes.append(0 if seen else 1)
            return codes

        assert until(asked, lambda codes: not any(codes)) == [0, 0]

    def sleep_until(self, then: int) -> None:
        """Let weeks pass, and begin both front ends anew, one after the other."""
        self.clock.move_to(then)
        for each in self.fronts:
            each.end()
            each.begin()
        self.joining.follow(self.address)

    def codes(self, members: str) -> dict[str, str]:
        """Let the attester draw a code for each person on a list; return them."""
        attester = self.cast[ATTESTER]
        attester.path("members.csv").write_text(members)
        own = ("--registry", REGISTRY, "--key", "attester.key", "--out", "codes.csv")
        attester.do("attester", "codes", "members.csv", *own)
        rows = attester.path("codes.csv").read_text().splitlines()[1:]
        return {row.split(",")[0]: row.split(",")[2] for row in rows}

    def answered(
        self, requests: Mapping[str, Path], step: str
    ) -> dict[str, list[Path]]:
        """Let all issuers answer requests; return the files for each person.

        Args:
            requests: by the name of the person.
            step: what they ask for; names the folder.
        """
        carried, answers = self.folder / step, self.folder / f"{step}-answers"
        for each in (carried, answers):
            each.mkdir()
        for name, path in requests.items():
            shutil.copy(path, carried / name)

        def take(issuer: Role) -> Mapping[str, Any]:
            words = (KEYS, carried, "--out", answers, "--json")
            return issuer.do("issuer", "answer", *words).json()

        def round_of() -> list[Mapping[str, Any]]:
            said = all_at_once(take, self.cast.issuers)
            return [row for each in said for row in each["answers"]]

        rows = until(round_of, lambda rows: not any(row["waiting"] for row in rows))
        files: dict[str, list[Path]] = {name: [] for name in requests}
        for row in rows:
            files[row["file"]] += [answers / name for name in row["files"]]
        return files


@contextmanager
def opened(folder: Path, storage: str, more: Iterable[str] = ()) -> Generator[Hall]:
    """Start everybody, found a registry and serve its board.

    Args:
        folder: an empty one.
        storage: the address of a database.
        more: names of processes beside.
    """
    clock = MovedClock(folder / "clock")
    with ExitStack() as stack:
        stack.enter_context(clock.shown())
        names = (*role_names(0), SECOND, GATE, *more)
        cast = Cast(stack.enter_context(started(folder, names)))
        hall = Hall(cast, clock, storage, folder)
        hall.found()
        stack.enter_context(hall.served())
        yield hall


def said(line: object) -> None:
    """Say how far it is, to whoever watches (``pytest -s``)."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


def until(ask: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Ask until the answer is good, for a while; return the last."""
    found = ask()
    for _ in range(_TRIES):
        if good(found):
            break
        time.sleep(1)
        found = ask()
    return found
