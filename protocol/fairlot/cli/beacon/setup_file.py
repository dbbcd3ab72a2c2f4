"""Reads the set-up of a delay from the file that ``fairlot beacon setup`` writes.

Code of specs/command-line.md, section 2.1.
"""

from pathlib import Path

from fairlot.cli.reading import read_at_most
from fairlot.errors import InputError
from fairlot_crypto.delay.parameters import (
    RSA_2048_NAME,
    Setup,
    SetupFile,
    read_setup,
    verify_setup,
)
from fairlot_crypto.errors import EncodingError, ProofError

_LARGEST_FILE = 1 << 13
"""The greatest size of a file, in bytes; a set-up for RSA-2048 has some 1100."""


def read_setup_file(path: Path, delay: int) -> Setup:
    """Return a set-up for RSA-2048 whose proof holds (steps 1 to 4).

    Args:
        path: the file.
        delay: T of the terms.

    Raises:
        InputError: ``setup-file.unreadable``, ``setup-file.json``,
            ``setup-file.modulus``, ``setup-file.delay``, ``setup-file.proof``.
    """
    read = _read(path)
    if read.modulus != RSA_2048_NAME:
        problem = f"is of another modulus than {RSA_2048_NAME}: no sale can use it"
        raise InputError("setup-file.modulus", f"{path} {problem}")
    if delay != read.T:
        problem = f"is for a delay of {read.T} squarings, and the terms say {delay}"
        make = f"fairlot beacon setup {delay} makes the one that they need"
        raise InputError("setup-file.delay", f"{path} {problem}: {make}")
    try:
        setup = read.setup()
        verify_setup(setup)
    except (EncodingError, ProofError) as error:
        problem = f"{path} is false: its proof does not show its h"
        make = f"fairlot beacon setup {delay} makes a true one"
        raise InputError("setup-file.proof", f"{problem}; {make}") from error
    return setup


def _read(path: Path) -> SetupFile:
    """Return modulus, T, h and proof as they are in a file."""
    data = read_at_most(
        path, _LARGEST_FILE, lambda why: InputError("setup-file.unreadable", why)
    )
    try:
        return read_setup(data)
    except EncodingError as error:
        problem = f"{path} is no set-up as fairlot beacon setup writes it"
        raise InputError("setup-file.json", f"{problem}: {error.message}") from error
