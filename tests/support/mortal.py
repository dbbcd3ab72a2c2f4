"""Roles that are killed by SIGKILL at random moments, and come back.

A moment is one of the things that a command does to files or the network, drawn at random,
or a share of the time that it takes. Which they are is the same in each run; where the clock
decides, the machine has a say.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from command import FAIRLOT, Ran, fairlot
from dying import born
from fairlot_crypto.hashing import os2ip
from fairlot_crypto.randomness import Randomness, SeededRandomness

MOMENTS = (
    pytest.param(3, marks=pytest.mark.slow),
    pytest.param(30, marks=pytest.mark.long),
)
"""How often a role is killed: by continuous integration, and before a release."""
_TRIES = 20
_ON_THE_WIRE = 4
_GUESSED_TOUCHES, _GUESSED_SECONDS = 8, 0.3


def nothing() -> None:
    """Look at nothing."""


@dataclass(slots=True)
class Reaper:
    """Kills the commands of one role, and lets them go on afterwards."""

    root: Path
    """What a command does to files elsewhere is no moment."""
    role: str
    kills: int = 0
    _drawn: Randomness = field(init=False)
    networked: bool = False
    """Whether steps reach a board: then nothing is learnt from a copy."""
    meanwhile: Callable[[], None] | None = None
    """Called again and again while a command runs."""
    _touches: int = 0
    """How often the command touches the outside."""
    _seconds: float = 0.0
    """How long it takes."""

    def __post_init__(self) -> None:
        """Draw the moments from the role's name."""
        self._drawn = SeededRandomness(bytes(32)).derive(f"kill {self.role}")

    def step(
        self,
        *words: str | Path,
        times: int,
        look: Callable[[], None] = nothing,
        died: Callable[[], None] = nothing,
        learn: bool = True,
    ) -> Ran:
        """Kill a command so many times, and then let it end.

        A command that ends before its moment is begun again, as somebody would do who did not
        see that it had ended.

        Args:
            words: of the command.
            times: how often it is killed.
            look: called after each kill, and at the end.
            died: called after each kill.
            learn: whether a copy may show what it does; else that is guessed.
        """
        if learn:
            self._try(words)
        else:
            self._touches, self._seconds = _GUESSED_TOUCHES, _GUESSED_SECONDS
        if self.networked:
            # What it does with the board is no rehearsal: it is guessed.
            self._touches += _ON_THE_WIRE
        wanted = self.kills + times
        for _ in range(_TRIES * times):
            if self.kills == wanted:
                break
            self.kills += self._killed(words)
            look()
            died()
        assert self.kills == wanted, f"{words[:2]} cannot be killed"
        ended = self.whole(*words)
        look()
        return ended

    def whole(self, *words: str | Path) -> Ran:
        """Let a command end."""
        ran = self._run(self.root, 0, words, None)
        assert ran is not None
        return ran

    def _try(self, words: tuple[str | Path, ...]) -> None:
        """Learn what a command does to the outside, with a copy of everything."""
        copy = self.root.with_name(f"{self.root.name}.copy")
        rmtree(copy, ignore_errors=True)
        copytree(self.root, copy)
        local = _without_board(words) if self.networked else words
        there = [str(word).replace(str(self.root), str(copy)) for word in local]
        began = time.monotonic()
        self._run(copy, 0, tuple(there), None)
        self._seconds = time.monotonic() - began

    def _killed(self, words: tuple[str | Path, ...]) -> bool:
        """Run a command that is killed at the next moment, and tell whether it was."""
        share = os2ip(self._drawn.take(4)) / 2**32
        if self._drawn.take(1)[0] % 3 == 0:
            return self._run(self.root, 0, words, self._seconds * share) is None
        at = 1 + int(self._touches * share)
        return self._run(self.root, at, words, None) is None

    def _run(
        self,
        root: Path,
        at: int,
        words: tuple[str | Path, ...],
        seconds: float | None,
    ) -> Ran | None:
        """Run a command; ``None`` where it was killed."""
        told, out, err = (
            self.root.with_name(f"{self.root.name}.{name}")
            for name in ("touches", "out", "err")
        )
        child = born(at, told, str(root), [str(word) for word in words], (out, err))
        code = _ended(child, seconds, self.meanwhile)
        if code < 0:
            return None
        assert "Traceback" not in err.read_text(), err.read_text()
        self._touches = int(told.read_text(encoding="ascii"))
        return Ran(code, out.read_text(), err.read_text())


def _without_board(words: tuple[str | Path, ...]) -> tuple[str | Path, ...]:
    """Return a command that reaches no board: a contributor's without --to."""
    if "--to" not in words:
        return words
    place = words.index("--to")
    return (*words[:place], *words[place + 2 :])


def _ended(
    child: int, seconds: float | None, meanwhile: Callable[[], None] | None
) -> int:
    """Wait for a process, and kill it after so many seconds; return how it ended."""
    ends = None if seconds is None else time.monotonic() + seconds
    while True:
        waits = ends is None and meanwhile is None
        found, status = os.waitpid(child, 0 if waits else os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if meanwhile is not None:
            meanwhile()
        if ends is not None and time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            ends = None
        time.sleep(0.001)


def dies(folder: Path, at: int, words: tuple[str | Path, ...]) -> None:
    """Let a command die right before it touches its folder for the ``at``-th time.

    Args:
        folder: has the folder ``own``, in which the command is at work; if it lives to its
            end, it gets a file ``told`` with the number of touches.
        at: when; 0 is never.
        words: of the command.
    """
    said = folder / "out", folder / "err"
    child = born(at, folder / "told", str(folder / "own"), [*map(str, words)], said)
    os.waitpid(child, 0)


@dataclass(frozen=True, slots=True)
class Again:
    """A command that died somewhere, and was given once more."""

    own: Path
    """A copy of the folder, in which it happened."""
    ran: Ran
    """How it ended the second time."""


def each_touch(
    root: Path, *words: str | Path, shown: Iterable[str] = (), most: int = 90
) -> Iterator[Again]:
    """Let a command die before each of its touches, in a copy, and give it once more.

    What others may have seen of it stays as it was.

    Args:
        root: the folder; words that name something in it name the same in the copy.
        words: of the command.
        shown: files that others may see as soon as they are there.
        most: how many touches are tried at most, if there are more.

    Yields:
        What came of it, for each touch; last where it lived to its end before.
    """
    names, places = tuple(shown), root.with_name(f"{root.name}.touches")

    def copied(at: int) -> tuple[Path, tuple[str, ...]]:
        own = places / str(at) / "own"
        copytree(root, own)
        return own, tuple(str(word).replace(str(root), str(own)) for word in words)

    own, there = copied(0)
    dies(own.parent, 0, there)
    touches = int((own.parent / "told").read_text(encoding="ascii"))
    for at in range(1, touches + 2, 1 + touches // most):
        own, there = copied(at)
        seen = Shown()
        dies(own.parent, at, there)
        seen.look(own / name for name in names)
        ran = fairlot(*there, cwd=own)
        seen.look(own / name for name in names)
        yield Again(own, ran)
        rmtree(own.parent)


def shared(times: int, steps: int) -> list[int]:
    """Return how often each of so many steps is killed, so that it is so many times in all."""
    return [times // steps + (number < times % steps) for number in range(steps)]


@dataclass(slots=True)
class Process:
    """A command that serves at one port, and is killed and started again."""

    words: tuple[str | Path, ...]
    port: int = 0
    path: str = ""
    running: "subprocess.Popen[str] | None" = None
    back: bool = False
    """Whether it has said that it answers."""
    took: float = 0.0
    """Seconds until it answered, the last time."""
    begun: float = 0.0

    def start(self) -> None:
        """Start it, at the port that it had, and wait until it answers."""
        self.begin()
        assert self.running is not None
        assert self.running.stdout is not None
        line = self.running.stdout.readline().strip()
        assert line, "it did not start again"
        host, _, self.path = line.removeprefix("http://").partition("/")
        self.port = int(host.rpartition(":")[2])
        self.back = True

    def is_back(self) -> bool:
        """Tell whether it answers, without waiting."""
        there = self.running
        if there is not None and there.stdout is not None and not self.back:
            said, _, _ = select.select([there.stdout], [], [], 0)
            if said:
                assert there.stdout.readline(), "it did not start again"
                self.back = True
                self.took = time.monotonic() - self.begun
        return self.back

    def begin(self) -> None:
        """Start it, and do not wait."""
        self.back, self.begun = False, time.monotonic()
        words = [FAIRLOT, *map(str, self.words), "--port", str(self.port)]
        self.running = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/{self.path}".rstrip("/")

    def kill(self) -> None:
        """Kill it."""
        if self.running is not None:
            self.running.kill()
            self.running.communicate()
            self.running = None


@dataclass(slots=True)
class Shown:
    """What somebody may have seen of a role: it is there for ever, as it was."""

    known: dict[Path, bytes] = field(default_factory=dict[Path, bytes])

    def look(self, paths: Iterable[Path]) -> None:
        """Check that nothing that was shown has changed."""
        for path in paths:
            if path.exists():
                data = path.read_bytes()
                assert self.known.setdefault(path, data) == data, path
            else:
                assert path not in self.known, path
