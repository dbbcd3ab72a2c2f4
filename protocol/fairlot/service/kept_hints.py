"""Hints of what a board has verified, in a file of its own (specs/service.md, section 3.1).

Nobody need trust them, and losing them loses time only. So nothing here fails: what cannot be
written or read is not there.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from io import FileIO
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from fairlot.board.hints import MAGIC, RECORD_LENGTH, Hints, HintsFile, write_hints
from fairlot_crypto.durable import lock_file

PIECE = 1 << 18
"""Bytes that are read at a time."""


class KeptHints:
    """A file of hints that grows with the log of a sale. One thread adds, any may read."""

    def __init__(self, path: Path, size: int) -> None:
        """Go on behind what stands.

        Args:
            path: of the file; it need not be there.
            size: of the sale's log. A record of a later leaf is of another history.
        """
        self._path = path
        self._last, self._length = -1, 0
        self._file = self._begun(size)

    def add(self, found: Mapping[int, bytes]) -> None:
        """Append the hints of leaves that are durable.

        Args:
            found: index of the leaf to hints. Those before the last that is there are left
                out.
        """
        # Step 3.
        leaves = sorted(leaf for leaf in found if leaf > self._last)
        made = write_hints((leaf, found[leaf]) for leaf in leaves)
        records = made.to_bytes()[len(MAGIC) :]
        if self._file is None or not records:
            return
        with suppress(OSError):
            self._file.seek(self._length)
            # What is torn is written over by the next record.
            whole = self._file.write(records) // RECORD_LENGTH
            self._length += whole * RECORD_LENGTH
            self._last = leaves[whole - 1] if whole else self._last

    def opened(self) -> tuple[int, Iterator[bytes]] | None:
        """Return how many bytes there are, and what yields them piece by piece.

        Returns:
            Whole records; ``None`` where there is not even one.
        """
        # Step 5.
        try:
            file = self._path.open("rb")
            length = min(self._length, file.seek(0, SEEK_END))
        except OSError:
            return None
        if length < len(MAGIC) + RECORD_LENGTH:
            file.close()
            return None
        return length, _pieces(file, length)

    def close(self) -> None:
        """Let others write."""
        if self._file is not None:
            self._file.close()

    def _begun(self, size: int) -> FileIO | None:
        """Return the file, with whole records of leaves of this log alone.

        Returns:
            ``None`` where it cannot be written, or somebody else writes it.
        """
        # Step 4.
        with ExitStack() as stack, suppress(OSError):
            self._path.touch()
            file = stack.enter_context(self._path.open("r+b", buffering=0))
            lock_file(file)
            self._length, self._last = Hints(HintsFile(file)).until(size)
            file.truncate(self._length)
            file.seek(0)
            file.write(MAGIC)
            stack.pop_all()
            return file
        return None


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    with file:
        file.seek(0)
        for begin in range(0, length, PIECE):
            yield file.read(min(PIECE, length - begin))
