"""Hints of the presentations of a log, which lie beside its file (specs/batch.md, section 6).

Nobody need trust them: whatever the file holds, it changes no verdict.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from fairlot.board.source import InFile, Source, source_of
from fairlot.errors import InputError
from fairlot_crypto.bbs.hints import HINTS_LENGTH
from fairlot_crypto.hashing import i2osp, os2ip, tag

MAGIC = tag("hints").encode()
"""The first bytes of a file of hints."""
SUFFIX = ".hints"
"""What the file's name has behind that of the file of logs."""
INDEX_LENGTH = 8
"""Bytes of the index of a leaf."""
RECORD_LENGTH = INDEX_LENGTH + HINTS_LENGTH
"""Bytes of one record: 488."""
_MOST = 1 << 20
"""Bytes of hints that are read at once: leaves have no more, where indexes ascend."""


@dataclass(frozen=True, slots=True)
class Hints:
    """The content of a file of hints, as it came."""

    data: bytes | Source = b""

    @property
    def count(self) -> int:
        """Return how many records there are; none where the file is no file of hints."""
        source = source_of(self.data)
        if source.read(0, len(MAGIC)) != MAGIC:
            return 0
        return (source.length - len(MAGIC)) // RECORD_LENGTH

    def to_bytes(self) -> bytes:
        """Return the whole file."""
        source = source_of(self.data)
        return source.read(0, source.length)

    def of(self, leaf: int) -> bytes | None:
        """Return the hints of the presentation in a leaf of the sale's log (step 21).

        Returns:
            480 bytes; ``None`` where there are none to be found.
        """
        # Step 21.
        place = self._place(leaf)
        if place == self.count or self._leaf(place) != leaf:
            return None
        start = _start(place) + INDEX_LENGTH
        return source_of(self.data).read(start, start + HINTS_LENGTH)

    def among(self, first: int, behind: int) -> Mapping[int, bytes]:
        """Return what ``of`` gives for each leaf that has hints, of some leaves.

        Args:
            first: the first of these leaves.
            behind: the leaf behind them.
        """
        data, starts = self.to_bytes(), map(_start, range(self.count))
        found = [
            (
                os2ip(data[at : at + INDEX_LENGTH]),
                data[at + INDEX_LENGTH : at + RECORD_LENGTH],
            )
            for at in starts
        ]
        if all(one < other for (one, _), (other, _) in pairwise(found)):
            # Bisection finds all of them.
            return dict(found)
        each = ((leaf, self.of(leaf)) for leaf in range(first, behind))
        return {leaf: hints for leaf, hints in each if hints is not None}

    def part(self, first: int, behind: int) -> bytes:
        """Return a file of those hints that are of some leaves.

        Args:
            first: the first of these leaves.
            behind: the leaf behind them.
        """
        start, end = _start(self._place(first)), _start(self._place(behind))
        found = source_of(self.data).read(start, min(end, start + _MOST))
        return MAGIC + found if found else b""

    def until(self, behind: int) -> tuple[int, int]:
        """Return where the records of some leaves end, and the last of these leaves.

        Args:
            behind: the leaf behind them.

        Returns:
            Bytes from the beginning of the file, and an index; -1 where there are none.
        """
        place = self._place(behind)
        return _start(place), self._leaf(place - 1) if place else -1

    def _place(self, leaf: int) -> int:
        """Return where the record of a leaf is, or would be."""
        return bisect_left(range(self.count), leaf, key=self._leaf)

    def _leaf(self, place: int) -> int:
        start = _start(place)
        return os2ip(source_of(self.data).read(start, start + INDEX_LENGTH))


def _start(place: int) -> int:
    return len(MAGIC) + place * RECORD_LENGTH


class HintsFile(InFile):
    """A file of hints on the disk: what cannot be read there any more is none."""

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` up to ``end``; fewer where there are no more."""
        try:
            return super().read(start, end)
        except InputError:
            return b""


NO_HINTS = Hints()
"""Where there is no such file."""


def write_hints(hints: Iterable[tuple[int, bytes]]) -> Hints:
    """Return the file with these hints, by ascending index of the leaf."""
    records = (i2osp(leaf, INDEX_LENGTH) + each for leaf, each in hints)
    return Hints(MAGIC + b"".join(records))
