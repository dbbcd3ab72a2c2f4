"""Reads and writes the files of contributors, board keepers and witnesses.

specs/command-line.md, section 6.
"""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from fairlot.cli.reading import read_at_most
from fairlot.entry import Entry, EntryType, read_entry
from fairlot.errors import InputError, Rejection
from fairlot_crypto import cbor
from fairlot_crypto.durable import PRIVATE, lock_file, write_new_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.keys import KEY_LENGTH, SigningKey
from fairlot_crypto.timelock.drand import Beacon, read_beacon

RETIRED = ".retired"
"""What lies beside a key, under its name, that must not sign any more."""
_LARGEST_FILE = 1 << 16
"""Bytes that are read of a file: no key, secret or entry has as many."""


def read_key(path: Path) -> SigningKey:
    """Read a signing key: 64 hexadecimal digits in a line.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.key``.
    """
    return _key(path, read_short(path))


@contextmanager
def held_key(path: Path) -> Generator[SigningKey]:
    """Read a signing key, and keep other steps from using it meanwhile.

    What was signed is recorded beside the key. Two steps at once could each find nothing
    recorded, and sign two histories.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.key``,
            ``contribution.locked``, ``contribution.retired``.
    """
    if path.with_name(f"{path.name}{RETIRED}").exists():
        problem = f"{path} came back from a backup, without what it has signed since"
        raise InputError(
            "contribution.retired", f"{problem}: leave the sale to the others"
        )
    data = read_short(path)
    with path.open("rb") as file:
        try:
            lock_file(file)
        except BlockingIOError as error:
            problem = f"{path} is in use: wait until the other step with this key ends"
            raise InputError("contribution.locked", problem) from error
        yield _key(path, data)


def write_key(path: Path, key: SigningKey) -> None:
    """Write a new signing key, readable by its owner only; no key is ever replaced.

    Raises:
        InputError: ``contribution.exists``.
        OSError: as the system says.
    """
    try:
        write_new_file(path, key_file(key), PRIVATE)
    except FileExistsError as error:
        problem = f"{path} exists, and a key is not replaced: name another file"
        raise InputError("contribution.exists", problem) from error


def key_file(key: SigningKey) -> bytes:
    """Return the file of a signing key."""
    return key.seed.hex().encode() + b"\n"


def round_file(beacon: Beacon) -> bytes:
    """Return the file of a round, as a relay of drand gives it."""
    fields: dict[str, int | str] = {
        "round": beacon.round_number,
        "randomness": beacon.randomness().hex(),
        "signature": beacon.signature.hex(),
    }
    if beacon.previous_signature is not None:
        fields["previous_signature"] = beacon.previous_signature.hex()
    return json.dumps(fields, indent=2).encode() + b"\n"


def read_round_file(path: Path) -> Beacon:
    """Read a round as a relay of drand gives it (specs/drand.md, section 5.1).

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.round``.
    """
    try:
        return read_beacon(read_short(path))
    except EncodingError as error:
        problem = f"{path} is no round of drand: {error.message}"
        raise InputError("contribution.round", problem) from error


def read_entry_file(path: Path) -> Entry:
    """Read one entry, the bytes that would appear in the transcript.

    Raises:
        InputError: ``contribution.unreadable``, ``contribution.entry``.
    """
    data = read_short(path)
    try:
        return decode_entry(data)
    except (EncodingError, Rejection) as error:
        problem = f"{path} is no entry: {error.message}"
        raise InputError("contribution.entry", problem) from error


def read_remade(data: bytes) -> Entry:
    """Return the entry of a file that the same command can make again: any but a SEAL.

    Raises:
        EncodingError: ``cbor.*``.
        Rejection: ``entry.field``, ``entry.size``.
        InputError: ``contribution.exists``.
    """
    entry = decode_entry(data)
    if entry.type is EntryType.SEAL:
        problem = (
            "the file for the entry holds a seal, which is made once: name another"
        )
        raise InputError("contribution.exists", problem)
    return entry


def check_replaceable(path: Path, read: Callable[[bytes], object]) -> None:
    """Check that writing to ``path`` destroys nothing but what can be made again.

    Args:
        path: where an output is to go.
        read: reads an earlier output of the same kind, and raises for anything else.

    Raises:
        InputError: ``contribution.exists`` where a key, a secret, a transcript or any
            other file lies there.
    """
    if not path.is_file():
        return
    try:
        read(read_short(path))
    except (EncodingError, Rejection) as error:
        problem = f"{path} exists and holds something else: name another file"
        raise InputError("contribution.exists", problem) from error


def decode_entry(data: bytes) -> Entry:
    """Return the entry that a file holds, and nothing else.

    Raises:
        EncodingError: ``cbor.*``.
        Rejection: ``entry.field``, ``entry.size``.
    """
    return read_entry(cbor.decode(data), data)


def read_short(path: Path) -> bytes:
    """Read a file that is a short one.

    Raises:
        InputError: ``contribution.unreadable``.
    """
    return read_at_most(
        path, _LARGEST_FILE, lambda why: InputError("contribution.unreadable", why)
    )


def _key(path: Path, data: bytes) -> SigningKey:
    try:
        seed = bytes.fromhex(data.decode("ascii").removesuffix("\n"))
    except ValueError:
        seed = b""
    if len(seed) != KEY_LENGTH:
        problem = f"{path} must be one line of {2 * KEY_LENGTH} hexadecimal digits"
        raise InputError("contribution.key", problem)
    return SigningKey.from_seed(seed)
