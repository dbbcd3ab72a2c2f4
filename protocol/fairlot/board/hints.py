"""Hints of the presentations of a log, which lie beside its file (specs/batch.md, section 6).

Nobody need trust them: whatever the file holds, it changes no verdict.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Hints:
    """The content of a file of hints, as it came."""

    data: bytes = b""

    @property
    def count(self) -> int:
        """Return how many records there are; none where the file is no file of hints."""
        if not self.data.startswith(MAGIC):
            return 0
        return (len(self.data) - len(MAGIC)) // RECORD_LENGTH

    def of(self, leaf: int) -> bytes | None:
        """Return the hints of the presentation in a leaf of the sale's log (step 21).

        Returns:
            480 bytes; ``None`` where there are none to be found.
        """
        # Step 21.
        place = bisect_left(range(self.count), leaf, key=self._leaf)
        if place == self.count or self._leaf(place) != leaf:
            return None
        start = len(MAGIC) + place * RECORD_LENGTH
        return self.data[start + INDEX_LENGTH : start + RECORD_LENGTH]

    def _leaf(self, place: int) -> int:
        start = len(MAGIC) + place * RECORD_LENGTH
        return os2ip(self.data[start : start + INDEX_LENGTH])


NO_HINTS = Hints()
"""Where there is no such file."""


def write_hints(hints: Iterable[tuple[int, bytes]]) -> Hints:
    """Return the file with these hints, by ascending index of the leaf."""
    records = (i2osp(leaf, INDEX_LENGTH) + each for leaf, each in hints)
    return Hints(MAGIC + b"".join(records))
