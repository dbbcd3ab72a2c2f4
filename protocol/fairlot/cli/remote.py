"""Transcripts that are named by the address of a board (specs/command-line.md, section 1)."""

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMES = ("http://", "https://")
TRANSCRIPT = "transcript.fairlot"
_ADDRESSES = "addresses"
"""The argument that says what was fetched from where."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A transcript that lies with a board."""

    address: str


def transcript_name(text: str) -> Path | Remote:
    """Read the name of a transcript that is only read: a path, or an address."""
    return Remote(text) if text.startswith(SCHEMES) else Path(text)


@contextmanager
def fetched(arguments: argparse.Namespace) -> Generator[None]:
    """Put files in the place of all addresses, as long as a command runs.

    Raises:
        InputError: as ``fetch_both``.
    """
    named = {name: found for name, found in vars(arguments).items() if _remote(found)}
    if not named:
        yield
        return
    # Only who names an address pays for loading what this takes.
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory(prefix="fairlot-") as folder:
        addresses: dict[Path, str] = {}
        for name, found in named.items():
            setattr(arguments, name, _local(found, Path(folder), addresses))
        setattr(arguments, _ADDRESSES, addresses)
        yield


def name_of(arguments: argparse.Namespace, path: Path) -> str:
    """Return what people call a transcript: the address from which it came, or its path."""
    addresses: dict[Path, str] = getattr(arguments, _ADDRESSES, {})
    return addresses.get(path, str(path))


def _remote(found: object) -> bool:
    if isinstance(found, list):
        return any(map(_remote, found))  # pyright: ignore[reportUnknownArgumentType]
    return isinstance(found, Remote)


def _local(found: Any, folder: Path, addresses: dict[Path, str]) -> Any:  # noqa: ANN401
    """Return the file of an address, those of a list, and anything else as it is."""
    if isinstance(found, list):
        return [_local(each, folder, addresses) for each in found]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(found, Remote):
        return found
    from fairlot.cli.fetching_hints import fetch_both  # noqa: PLC0415

    below = folder / str(len(addresses))
    below.mkdir()
    path = below / TRANSCRIPT
    fetch_both(found.address, path)
    addresses[path] = found.address
    return path
