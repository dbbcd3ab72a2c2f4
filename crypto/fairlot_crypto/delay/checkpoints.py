"""Keeps the intermediate results of a long computation (specs/delay.md, section 4.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairlot_crypto.durable import DRAFT, write_file
from fairlot_crypto.errors import EncodingError
from fairlot_crypto.hashing import tagged_hash

_HASH = 32
_SUFFIX = ".checkpoint"


class Store(Protocol):
    """Keeps blobs by name."""

    def read(self, name: str, /) -> bytes | None:
        """Return the blob that was last written under ``name``, or ``None``."""
        ...

    def write(self, name: str, data: bytes, /) -> None:
        """Replace the blob, wholly or not at all; it is durable on return."""
        ...

    def drop(self, name: str, /) -> None:
        """Forget the blob, which is damaged."""
        ...


class NoStore:
    """Keeps nothing: a killed computation starts anew."""

    def read(self, _name: str) -> bytes | None:
        """Return nothing."""
        return None

    def write(self, _name: str, _data: bytes) -> None:
        """Do nothing."""

    def drop(self, _name: str) -> None:
        """Do nothing."""


class FolderStore:
    """Keeps each blob in a file of one folder."""

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        """Use ``folder``, and make it if it does not exist.

        Args:
            folder: for one computation.
            note: is told, in a sentence, of a damaged file that is ignored.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._note = note

    def read(self, name: str) -> bytes | None:
        """Return the blob that was last written under ``name``, or ``None``."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Replace the blob, wholly or not at all; it is durable on return."""
        write_file(self._path(name), data)

    def drop(self, name: str) -> None:
        """Report that the file is damaged, and remove it."""
        path = self._path(name)
        self._note(f"{path} is damaged: what it held is computed again")
        path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove everything that was written, and the folder if it is then empty."""
        for pattern in ("*" + _SUFFIX, f".*{_SUFFIX}.*{DRAFT}"):
            for path in self._folder.glob(pattern):
                path.unlink(missing_ok=True)
        if not any(self._folder.iterdir()):
            self._folder.rmdir()

    def _path(self, name: str) -> Path:
        return self._folder / (name + _SUFFIX)


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Blobs of one computation; those of another, and damaged ones, are not believed."""

    store: Store
    """Where the blobs are kept."""
    statement: bytes
    """The hash of what is computed, 32 bytes."""

    def load(self, name: str, length: int) -> bytes | None:
        """Return the payload under ``name``, or ``None`` if it is missing or damaged.

        Args:
            name: of the payload.
            length: of a payload of this name, in bytes.

        Raises:
            EncodingError: ``evaluation.foreign`` for an intact one of another computation.
        """
        data = self.store.read(name)
        if data is None:
            return None
        digest, statement = data[:_HASH], data[_HASH : 2 * _HASH]
        payload = data[2 * _HASH :]
        if digest != _digest(name, statement, payload):
            self.store.drop(name)
            return None
        if statement != self.statement or len(payload) != length:
            raise EncodingError(
                "evaluation.foreign",
                f"the checkpoint {name!r} is of another computation: name another folder",
            )
        return payload

    def save(self, name: str, payload: bytes) -> None:
        """Keep ``payload`` under ``name``."""
        digest = _digest(name, self.statement, payload)
        self.store.write(name, digest + self.statement + payload)


def _digest(name: str, statement: bytes, payload: bytes) -> bytes:
    return tagged_hash("evaluation-file", name.encode(), statement, payload)
