"""What a command is, and the options that several have."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass

from fairlot.errors import InputError
from fairlot_crypto.errors import CallerError
from fairlot_crypto.groups import Backend, backend

OK = 0
"""What was asked for was done, and it holds."""
FAILED = 1
"""It was done and does not hold, or it could not be completed."""
REFUSED = 2
"""Input or usage was refused; nothing was written."""

_HEX = re.compile(r"[0-9a-fA-F]*")


@dataclass(frozen=True, slots=True)
class Command:
    """One word after ``fairlot``."""

    name: str
    summary: str
    examples: str
    """Lines that can be typed as they stand."""
    configure: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], int]
    """Returns the exit code."""


def hex_bytes(length: int) -> Callable[[str], bytes]:
    """Return the reader of an option of ``length`` bytes in hexadecimal."""

    def read(text: str) -> bytes:
        if len(text) != 2 * length or not _HEX.fullmatch(text):
            rule = f"must be {2 * length} hexadecimal digits"
            raise argparse.ArgumentTypeError(rule)
        return bytes.fromhex(text)

    return read


def positive(text: str) -> int:
    """Read an option that counts something.

    Raises:
        ArgumentTypeError: where it is not 1..9999.
    """
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 9999")
    return int(text)


def group() -> Backend:
    """Return the back-end that the environment chooses.

    Raises:
        InputError: ``groups.backend``, ``groups.backend-missing``.
    """
    try:
        return backend()
    except CallerError as error:
        raise InputError(error.code, error.message) from error
