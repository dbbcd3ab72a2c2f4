"""Values that are made when somebody asks for them: most of many never are."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class _Row:
    """Where a value is that nobody has asked for."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Recalled(MutableMapping[K, V]):
    """A map whose first values are read from rows, each when it is asked for.

    It keeps its order as a ``dict`` does.
    """

    def __init__(self, keys: Iterable[K], read: Callable[[int], V]) -> None:
        """Start with the values of some rows.

        Args:
            keys: one for each row, in their order; no two are the same.
            read: returns the value of a row, numbered from 0.
        """
        self._values: dict[K, V | _Row] = {
            key: _Row(number) for number, key in enumerate(keys)
        }
        self._read = read

    def __getitem__(self, key: K) -> V:
        """Return the value of a key."""
        value = self._values[key]
        if isinstance(value, _Row):
            value = self._values[key] = self._read(value.number)
        return value

    def row_of(self, key: K) -> int | None:
        """Return the row of a value that nobody has read or replaced; else ``None``."""
        value = self._values[key]
        return value.number if isinstance(value, _Row) else None

    def __setitem__(self, key: K, value: V) -> None:
        """Set the value of a key."""
        self._values[key] = value

    def __delitem__(self, key: K) -> None:
        """Forget a key."""
        del self._values[key]

    def __contains__(self, key: object) -> bool:
        """Tell whether a key is there; nothing is read for that."""
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        """Yield the keys in their order."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._values)
