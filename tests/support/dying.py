"""A command of fairlot in a process of its own, which dies when it touches the outside.

The process is forked: whatever takes long to load is there already.
"""

import os
import signal
import sys
import warnings
from pathlib import Path
from typing import NoReturn

from fairlot.cli import main

FILES = (
    "open",
    "os.rename",
    "os.link",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
)
WIRE = ("http.client.connect", "http.client.send")


def live(at: int, told: Path, root: str, words: list[str]) -> int:
    """Run a command, and die right before it touches the outside for the ``at``-th time.

    It touches it when it opens, makes, names, links or removes a file below ``root``, and when
    it connects or sends.

    Args:
        at: when; 0 is never.
        told: gets the number of times, if it lives to its end.
        root: a folder.
        words: of the command.

    Returns:
        The exit code, if it comes to that.
    """
    seen, ended = 0, False

    def look(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if ended or not (event in WIRE or event in FILES):
            return
        named = arguments[0] if arguments else None
        path = str(Path(named).absolute()) if isinstance(named, str | Path) else ""
        if event in WIRE or path.startswith(root):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    ended = True
    told.write_text(str(seen), encoding="ascii")
    return code


def born(
    at: int, told: Path, root: str, words: list[str], said: tuple[Path, Path]
) -> int:
    """Begin a command in a process of its own, and return the number of the process.

    Args:
        at: as ``live`` takes it.
        told: likewise.
        root: likewise; there it begins.
        words: likewise.
        said: files that get what it prints, and what it complains of.
    """
    with warnings.catch_warnings():
        # Threads of the parent, those of a test runner, have no part in the command.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _become(at, told, root, words, said)
    return child


def _become(
    at: int, told: Path, root: str, words: list[str], said: tuple[Path, Path]
) -> NoReturn:
    """Be the command; nothing of what the parent would do at its end happens here."""
    code = 70
    try:
        os.chdir(root)
        for number, path in enumerate(said, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8") for n in (1, 2))
        code = live(at, told, root, words)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
