"""A store of checkpoints in memory, which a test can look into and tamper with."""

from fairlot_crypto.delay.checkpoints import Checkpoints


class KilledError(Exception):
    """Stands for ``kill -9``."""


class MemoryStore:
    """Keeps blobs in a dictionary; may kill the computation at a write."""

    def __init__(self, lives: int | None = None) -> None:
        self.blobs: dict[str, bytes] = {}
        self.dropped: list[str] = []
        self.writes = 0
        self.lives = lives
        """Writes until the next one kills; without end for ``None``."""

    def read(self, name: str) -> bytes | None:
        return self.blobs.get(name)

    def write(self, name: str, data: bytes) -> None:
        if self.lives == 0:
            raise KilledError
        if self.lives is not None:
            self.lives -= 1
        self.writes += 1
        self.blobs[name] = data

    def drop(self, name: str) -> None:
        self.dropped.append(name)
        del self.blobs[name]

    def forge(self, name: str, payload: bytes) -> None:
        """Replace a checkpoint by a whole one of the same computation."""
        statement = self.blobs[name][32:64]
        Checkpoints(self, statement).save(name, payload)
