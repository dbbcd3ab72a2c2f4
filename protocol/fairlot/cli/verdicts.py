"""Keeps what was verified of a transcript beside it, for the same user's next command.

specs/verdicts.md, section 2. Nothing here can fail: what cannot be kept or read is verified
again.
"""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Generator, Sequence
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
    paths: Sequence[Path], curve: Backend, *, cache: bool, needed: bool = True
) -> Generator[Statements]:
    """Yield what this user's commands have verified of transcripts; keep what is added.

    Args:
        paths: the transcripts; verdicts lie beside the first. What is no regular file has
            none.
        curve: the back-end, whose verdicts they are.
        cache: whether verdicts are read and kept at all.
        needed: whether there is so much to verify that reading them pays.
    """
    sizes = [size_of(path) for path in paths]
    if not cache or None in sizes:
        yield Statements()
        return
    room = sum(size for size in sizes if size is not None)
    beside = paths[0].with_name(f"{paths[0].name}{ENDING}")
    rules = rules_of(curve)
    before = _read(beside, rules, room) if needed else frozenset[bytes]()
    known = Statements(before)
    yield known
    if len(known.verified - before) >= LEAST:
        with suppress(OSError):
            digests = known.verified
            digests |= frozenset() if needed else _read(beside, rules, room)
            write_beside(
                beside,
                lambda key: write_verdicts(key, rules, digests),
                begins_as_verdicts,
                room,
            )


def rules_of(curve: Backend) -> str:
    """Return what names the rules by which statements verify."""
    return f"{__version__} {curve.name}"


def size_of(path: Path) -> int | None:
    """Return the bytes of a regular file, and ``None`` for anything else."""
    with suppress(OSError):
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_size
    return None


def _read(beside: Path, rules: str, room: int) -> frozenset[bytes]:
    """Return the verdicts that lie beside a transcript; none where there is a doubt."""
    key = user_key()
    if key is None:
        return frozenset()
    try:
        return read_verdicts(key, rules, read_beside(beside, room))
    except (OSError, EncodingError):
        return frozenset()


def read_beside(beside: Path, room: int) -> bytes:
    """Return what was kept beside a transcript.

    What is longer than the transcript was not kept: the code does not fit what is read.

    Raises:
        OSError: as the system says.
    """
    with beside.open("rb") as file:
        return file.read(room)


def write_beside(
    beside: Path,
    make: Callable[[bytes], bytes],
    begins: Callable[[bytes], bool],
    room: int,
) -> None:
    """Keep something beside a transcript, and replace nothing but what is older.

    Args:
        beside: the file.
        make: returns its bytes, given the user's key.
        begins: tells what begins as such a file does.
        room: bytes of the transcript, which it must not be longer than.

    Raises:
        OSError: as the system says.
    """
    key = user_key() or _new_key()
    if key is None:
        return
    if beside.exists():
        with beside.open("rb") as file:
            if not begins(file.read(64)):
                return
    data = make(key)
    if len(data) <= room:
        write_file(beside, data, PRIVATE)


def own_key() -> bytes | None:
    """Return the user's key, drawn if there is none; ``None`` where it cannot be kept."""
    with suppress(OSError):
        return user_key() or _new_key()
    return None


def user_key() -> bytes | None:
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
