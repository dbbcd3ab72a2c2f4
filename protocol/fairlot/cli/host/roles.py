"""The processes of roles, and who carries files between their folders."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from fairlot.service.problems import UnavailableError

PRIVATE_FOLDER = 0o700
_PATIENCE = 20.0
"""Seconds that a process may take to end."""
_TRUSTED = "SSL_CERT_FILE"
"""The variable with the path of certificates (specs/service.md, step 14)."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step has answered."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Return the document that ``--json`` has printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """A folder into which files are carried, and out of it."""

    name: str
    folder: Path

    def get(self, file: Path, name: str | None = None) -> Path:
        """Take a copy of what somebody else has sent; return it as it is named here."""
        to = self.folder / (name or file.name)
        shutil.copy(file, to)
        return to.relative_to(self.folder)

    def path(self, name: str | Path) -> Path:
        """Return where a file of this folder lies."""
        return self.folder / name


@dataclass(frozen=True, slots=True)
class Role(Place):
    """A process that plays one role, with keys and files in a folder of its own."""

    process: subprocess.Popen[str]
    lock: Lock = field(default_factory=Lock)

    def run(self, *words: str | Path) -> Ran:
        """Let the role take a step, whatever comes of it.

        Raises:
            UnavailableError: ``host.gone`` where its process has ended.
        """
        to, back = self.process.stdin, self.process.stdout
        with self.lock:
            line = ""
            if to is not None and back is not None:
                to.write(f"{json.dumps([str(word) for word in words])}\n")
                to.flush()
                line = back.readline()
        if not line:
            problem = f"the process of {self.name} has ended: begin again"
            raise UnavailableError("host.gone", problem)
        return Ran(**json.loads(line))

    def do(self, *words: str | Path) -> Ran:
        """Let the role take a step that must succeed.

        Raises:
            UnavailableError: ``host.step``, ``host.gone``.
        """
        ran = self.run(*words)
        if ran.code:
            step = " ".join(map(str, words[:2]))
            problem = f"{self.name} could not {step}: {reason(ran.err)}"
            raise UnavailableError("host.step", problem)
        return ran


def reason(said: str) -> str:
    """Return why a step failed, of what it has said; of wrong usage what is wrong."""
    lines = said.strip().splitlines() or [""]
    _, usage, why = lines[-1].partition(": error: ")
    return why if usage else said.strip().removeprefix("fairlot: ")


@contextmanager
def started(folder: Path, names: Sequence[str]) -> Generator[dict[str, Role]]:
    """Start the process of each role, and end all of them afterwards.

    Args:
        folder: gets a folder for each.
        names: of the roles.
    """
    with ExitStack() as stack:
        yield {name: stack.enter_context(_started(folder / name)) for name in names}


@contextmanager
def _started(folder: Path) -> Generator[Role]:
    folder.mkdir(PRIVATE_FOLDER, exist_ok=True)
    with _program(folder, "worker") as process:
        try:
            yield Role(folder.name, folder, process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            _end(process)


def _program(folder: Path, module: str, *words: str) -> subprocess.Popen[str]:
    """Start a module of this chapter in a folder, with pipes to both its ends."""
    pipe = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 (this program itself)
        (sys.executable, "-m", f"fairlot.cli.host.{module}", *words),
        stdin=pipe,
        stdout=pipe,
        cwd=folder,
        env=_environment(),
        text=True,
        encoding="utf-8",
        # Who is interrupted is the host, and it ends all others.
        start_new_session=True,
        # The lock of the folder is held until the last of them has ended.
        close_fds=os.name != "posix",
    )


def _environment() -> dict[str, str]:
    """Return the variables of a role's process, which stands in a folder of its own."""
    found, named = dict(os.environ), os.environ.get(_TRUSTED)
    if named:
        found[_TRUSTED] = str(Path(named).absolute())
    return found


@contextmanager
def serving(folder: Path, *words: str, port: int = 0) -> Generator[str]:
    """Let a role answer over the network in a process of its own, and yield its address.

    Args:
        folder: the role's.
        words: its step, as ``board serve``.
        port: where it listens; 0 for a free one.

    Raises:
        UnavailableError: ``host.step`` where it does not begin.
    """
    with _program(folder, "serving", *words, "--port", str(port)) as process:
        try:
            address = "" if process.stdout is None else process.stdout.readline()
            if not address:
                step = " ".join(words[:2])
                problem = f"{folder.name} could not begin to {step}"
                raise UnavailableError("host.step", problem)
            yield address.strip()
        finally:
            if process.stdin is not None:
                process.stdin.close()
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
