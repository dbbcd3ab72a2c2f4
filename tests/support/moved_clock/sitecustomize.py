"""A clock that a test moves on, for all processes with this folder in their path.

A sale takes weeks: who has won claims behind the lock-up. ``time.time`` shows the machine's
time and as many seconds more as stand in a file of eight bytes, which all processes see at
once. Nothing else is moved: who waits, waits by the machine.
"""

import mmap
import os
import struct
import time
from pathlib import Path

MOVED = "FAIRLOT_TESTS_MOVED_CLOCK"
"""The environment variable that names the file."""
FORM = struct.Struct("<Q")


def _move(path: str) -> None:
    """Let ``time.time`` show the moved clock."""
    with Path(path).open("rb") as file:
        moved = mmap.mmap(file.fileno(), FORM.size, access=mmap.ACCESS_READ)
    machine = time.time

    def shown() -> float:
        return machine() + float(FORM.unpack_from(moved)[0])

    time.time = shown


if MOVED in os.environ:
    _move(os.environ[MOVED])
