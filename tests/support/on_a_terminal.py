"""Runs ``fairlot`` on a terminal, reads its progress bar, and kills it where asked."""

import os
import pty
import re
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from command import FAIRLOT

_BAR = re.compile(rb"(?<!\d)(\d+)/(\d+)")
_TERMINAL = {"TERM": "xterm", "COLUMNS": "160", "LINES": "40"}
_LONGEST_BAR = 64
"""Bytes that a read may cut off and the next one has to see again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run showed of its progress."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    steps: tuple[int, ...]
    """Numbers of steps done, as the bar showed them, one after the other."""
    screen: str
    """Everything that it wrote to the terminal."""

    @property
    def widest(self) -> int:
        """The most steps from one word of the bar to the next."""
        return max((b - a for a, b in pairwise(self.steps)), default=0)

    @property
    def work(self) -> int:
        """Steps that it did, at most: as many may be untold before the first word.

        And as many after the last one, where it did not come to the end.
        """
        untold = self.widest if self.code == 0 else 2 * self.widest
        return self.steps[-1] - self.steps[0] + untold


def watch(*words: str | Path, total: int, kill_at: int | None = None) -> Shown:
    """Run a command until it ends, or ``kill -9`` it once the bar shows ``kill_at``.

    Args:
        words: of the command.
        total: steps in total; bars of another total are not looked at.
        kill_at: steps done.
    """
    ours, theirs = pty.openpty()
    steps: list[int] = []
    screen = b""
    with subprocess.Popen(
        [FAIRLOT, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **_TERMINAL},
    ) as process:
        os.close(theirs)
        for data in _output(ours):
            looked_at = max(0, len(screen) - _LONGEST_BAR)
            screen += data
            for match in _BAR.finditer(screen, looked_at):
                done, of = int(match[1]), int(match[2])
                if of == total and (not steps or done > steps[-1]):
                    steps.append(done)
            if kill_at is not None and steps and steps[-1] >= kill_at:
                process.kill()
    os.close(ours)
    return Shown(process.returncode, tuple(steps), screen.decode(errors="replace"))


def _output(terminal: int) -> Generator[bytes]:
    while True:
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:
            # Linux says so where nobody holds the other end any more.
            return
        if not data:
            return
        yield data
