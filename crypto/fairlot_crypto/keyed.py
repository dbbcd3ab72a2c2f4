"""Byte strings that are found again by what they are, in a table of numbers."""

from array import array
from collections.abc import Callable, Iterable, Iterator

from fairlot_crypto.growing import Rows

_FREE = 2**32 - 1
_SMALLEST = 64


class Table:
    """Where keys stand, by their numbers: eight to sixteen bytes for each.

    Half of the table at least is free. Where a key stands in it follows from a key of this
    process, so that nobody can make keys that crowd there. The keys themselves lie elsewhere.
    """

    __slots__ = ("_count", "_key_at", "_slots")

    def __init__(self, key_at: Callable[[int], bytes]) -> None:
        """Start with none.

        Args:
            key_at: returns the key of a number; nothing where it has none any more.
        """
        self._key_at = key_at
        self._slots = array("I", [_FREE]) * _SMALLEST
        self._count = 0

    def find(self, key: bytes) -> int | None:
        """Return the number of a key; ``None`` where it is not there."""
        slots, key_at = self._slots, self._key_at
        mask = len(slots) - 1
        at = hash(key) & mask
        while (number := slots[at]) != _FREE:
            if key_at(number) == key:
                return number
            at = (at + 1) & mask
        return None

    def add(self, key: bytes, number: int) -> None:
        """Let a key that is not there stand for a number, below 2^32 - 1."""
        if 2 * (self._count + 1) > len(self._slots):
            self._grow()
        slots = self._slots
        mask = len(slots) - 1
        at = hash(key) & mask
        while slots[at] != _FREE:
            at = (at + 1) & mask
        slots[at] = number
        self._count += 1

    def fill(self, keys: Iterable[bytes], count: int) -> None:
        """Let keys, none of them twice, stand for 0, 1, .. in an empty table.

        Args:
            keys: in the order of their numbers.
            count: how many there are.
        """
        length = _SMALLEST
        while length < 2 * (count + 1):
            length *= 2
        self._put(((key, number) for number, key in enumerate(keys)), length)

    def _grow(self) -> None:
        key_at = self._key_at
        numbers = (number for number in self._slots if number != _FREE)
        keyed = ((key_at(number), number) for number in numbers)
        # What has no key any more is left behind.
        self._put((each for each in keyed if each[0]), 2 * len(self._slots))

    def _put(self, keyed: Iterable[tuple[bytes, int]], length: int) -> None:
        """Make a table of so many slots, and put keys there with their numbers."""
        slots, mask, count = array("I", [_FREE]) * length, length - 1, 0
        for key, number in keyed:
            at = hash(key) & mask
            while slots[at] != _FREE:
                at = (at + 1) & mask
            slots[at] = number
            count += 1
        self._slots, self._count = slots, count


class Keys:
    """Byte strings of one length, none of them twice, each with a number from 0."""

    __slots__ = ("_rows", "_table", "find")

    def __init__(self, width: int) -> None:
        """Start with none.

        Args:
            width: bytes of each.
        """
        self._rows = Rows(width)
        self._table = Table(self._rows.__getitem__)
        self.find = self._table.find
        """Returns the number of a byte string; ``None`` where it is none of them."""

    @classmethod
    def of(cls, joined: bytes, width: int) -> "Keys":
        """Return some, which are joined and none of them twice."""
        keys = cls(width)
        keys._rows.append(joined)
        keys._table.fill(keys._rows, len(keys))
        return keys

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        """Tell whether a byte string is one of them."""
        return isinstance(key, bytes) and self.find(key) is not None

    def __iter__(self) -> Iterator[bytes]:
        """Yield them by their numbers."""
        return iter(self._rows)

    def add(self, key: bytes) -> int:
        """Take one in that is none of them, of their length, and return its number."""
        number = len(self._rows)
        self._rows.append(key)
        self._table.add(key, number)
        return number

    def pieces(self) -> Iterator[bytes]:
        """Yield them by their numbers, many at a time, joined."""
        return self._rows.pieces()
