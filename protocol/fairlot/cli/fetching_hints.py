"""Fetches a transcript with its hints (specs/command-line.md, section 1).

Hints save time and decide nothing: where they do not come, soon and whole, there are none, and
nobody is told.
"""

import time
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from fairlot.board.hints import MAGIC, SUFFIX
from fairlot.cli.fetching import fetch, opener
from fairlot.cli.output import busy
from fairlot.cli.remote import TRANSCRIPT

PATIENCE = 10.0
"""Seconds that hints may take beyond those that the transcript took."""
_PIECE = 1 << 18


def fetch_both(text: str, path: Path) -> None:
    """Write the transcript of a board to a new file, and its hints beside it if they come.

    Args:
        text: as ``fetch`` takes it.
        path: of the transcript.

    Raises:
        InputError: as ``fetch``.
    """
    started = time.monotonic()
    address = fetch(text, path)
    seconds = time.monotonic() - started + PATIENCE
    if address.endswith(TRANSCRIPT):
        beside = path.with_name(path.name + SUFFIX)
        with busy("fetching what saves time"):
            fetch_hints(f"{address}{SUFFIX}", beside, path.stat().st_size, seconds)


def fetch_hints(address: str, path: Path, most: int, seconds: float) -> None:
    """Write the hints of a transcript to a new file; it is not there where they do not come.

    Args:
        address: where they are asked for; no redirect is followed.
        path: where they go.
        most: bytes that they may have.
        seconds: how long all of it may take, whatever is sent meanwhile.
    """
    whole = list[bool]()
    with path.open("xb") as file:

        def take() -> None:
            # Where the time is over, the file is closed.
            with suppress(OSError, HTTPException, ValueError):
                whole.append(_taken(address, file, most))

        # Whoever sends an answer byte by byte holds up a thread, and nobody else.
        thread = Thread(target=take, daemon=True)
        thread.start()
        thread.join(seconds)
    if whole != [True]:
        path.unlink()


def _taken(address: str, file: BinaryIO, most: int) -> bool:
    """Write what arrives, and tell whether it is a whole file of hints.

    Raises:
        OSError: as the system says, and for every answer but the file itself.
        HTTPException: for what is no HTTP.
        ValueError: where ``file`` was closed meanwhile.
    """
    done = 0
    with closing(opener().open(address, timeout=PATIENCE)) as answer:
        if answer.status != 200:
            return False
        while piece := answer.read1(_PIECE):
            begins = done > 0 or MAGIC[: len(piece)] == piece[: len(MAGIC)]
            done += len(piece)
            if done > most or not begins:
                return False
            file.write(piece)
        # What is left to read was announced, and did not come.
        return not answer.length
