"""Keeps what was verified of a transcript beside it, for the same user's next command.

specs/verdicts.md, section 2. Nothing here can fail: what cannot be kept or read is verified
again.
"""

import argparse
import os
import stat
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from fairlot import __version__
from fairlot.cli.folders import PRIVATE_FOLDER
from fairlot.cli.user_folder import user_folder
from fairlot_crypto.curve import Backend
from fairlot_crypto.durable import PRIVATE, write_file, write_new_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.randomness import SystemRandomness
from fairlot_crypto.statements import Statements
from fairlot_crypto.verdicts import (
    VERDICT_KEY_LENGTH,
    begins_as_verdicts,
    read_verdicts,
    write_verdicts,
)

ENDING = ".verdicts"
"""What is added to the name of a transcript."""
KEY_VARIABLE = "FAIRLOT_VERDICT_KEY"
"""The environment variable that names the file of the user's key."""
LEAST = 64
"""As many statements must be new for a file to be written: a small log needs none."""

_KEY_FILE = "verdict.key"
_OTHERS = 0o077
"""Permissions of anybody but the owner."""


def add_no_cache(parser: argparse.ArgumentParser) -> None:
    """Add --no-cache to a command that reads a transcript."""
    parser.add_argument(
        "--no-cache",
        dest="cache",
        action="store_false",
        help=f"verify everything again, and keep no verdicts in TRANSCRIPT{ENDING}",
    )


@contextmanager
def remembered(
    paths: Sequence[Path], curve: Backend, *, cache: bool
) -> Generator[Statements]:
    """Yield what this user's commands have verified of transcripts; keep what is added.

    Args:
        paths: the transcripts; verdicts lie beside the first. What is no regular file has
            none.
        curve: the back-end, whose verdicts they are.
        cache: whether verdicts are read and kept at all.
    """
    sizes = [_size(path) for path in paths]
    if not cache or None in sizes:
        yield Statements()
        return
    room = sum(size for size in sizes if size is not None)
    beside = paths[0].with_name(f"{paths[0].name}{ENDING}")
    rules = f"{__version__} {curve.name}"
    before = _read(beside, rules, room)
    known = Statements(before)
    yield known
    if len(known.verified - before) >= LEAST:
        with suppress(OSError):
            _write(beside, rules, room, known.verified)


def _size(path: Path) -> int | None:
    """Return the bytes of a regular file, and ``None`` for anything else."""
    with suppress(OSError):
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_size
    return None


def _read(beside: Path, rules: str, room: int) -> frozenset[bytes]:
    """Return the verdicts that lie beside a transcript; none where there is a doubt."""
    key = _user_key()
    if key is None:
        return frozenset()
    try:
        with beside.open("rb") as file:
            # A statement is about more than its digest's 32 bytes of the transcript, and
            # of a longer file the code does not fit what is read.
            return read_verdicts(key, rules, file.read(room))
    except (OSError, EncodingError):
        return frozenset()


def _write(beside: Path, rules: str, room: int, digests: frozenset[bytes]) -> None:
    """Keep verdicts, and replace nothing but older ones.

    Raises:
        OSError: as the system says.
    """
    key = _user_key() or _new_key()
    if key is None:
        return
    if beside.exists():
        with beside.open("rb") as file:
            if not begins_as_verdicts(file.read(64)):
                return
    data = write_verdicts(key, rules, digests)
    if len(data) <= room:
        write_file(beside, data, PRIVATE)


def own_key() -> bytes | None:
    """Return the user's key, drawn if there is none; ``None`` where it cannot be kept."""
    with suppress(OSError):
        return _user_key() or _new_key()
    return None


def _user_key() -> bytes | None:
    """Return the user's key; ``None`` where there is none that is theirs alone."""
    with suppress(OSError, ValueError, RuntimeError):
        path = _key_path()
        if _is_own(path.stat()):
            key = bytes.fromhex(path.read_text("ascii").removesuffix("\n"))
            return key if len(key) == VERDICT_KEY_LENGTH else None
    return None


def _is_own(found: os.stat_result) -> bool:
    """Tell whether nobody but this user may read or write a file."""
    if sys.platform == "win32":
        # The folder of the user's profile is closed to others.
        return True
    return found.st_uid == os.getuid() and not found.st_mode & _OTHERS


def _new_key() -> bytes | None:
    """Draw the user's key, unless a file is there already.

    Raises:
        OSError: as the system says.
    """
    with suppress(FileExistsError, RuntimeError):
        path = _key_path()
        path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        key = SystemRandomness().take(VERDICT_KEY_LENGTH)
        write_new_file(path, key.hex().encode() + b"\n", PRIVATE)
        return key
    return None


def _key_path() -> Path:
    """Return where the user's key lies.

    Raises:
        RuntimeError: where the user has no home.
    """
    named = os.environ.get(KEY_VARIABLE)
    if named:
        return Path(named)
    return user_folder() / _KEY_FILE
