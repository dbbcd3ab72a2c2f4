"""Where everything lies that a board has acknowledged (specs/service.md, section 2).

Whoever reads sees what is durable, and nothing of a batch that is being written.
"""

from array import array
from collections import Counter
from collections.abc import Iterator

from fairlot.board.once import named_nym
from fairlot.board.storage import Storage
from fairlot.board.transcript import LogName, Record, Stop, read_records
from fairlot.entry import Entry, EntryHash
from fairlot.errors import InvariantError
from fairlot_crypto.log.checkpoint import SignedCheckpoint
from fairlot_crypto.log.merkle import Tree
from fairlot_crypto.log.tiles import WIDTH, Tile, hash_tile, write_bundle

PIECE = 1 << 18
"""Bytes of a transcript that are read at a time."""
LONGEST_PART = 1 << 22
"""Bytes of a transcript that are read at once for a bundle."""


class LogIndex:
    """One log: its durable leaves and its last head. One thread adds, any may read."""

    def __init__(self, name: LogName, storage: Storage) -> None:
        """Start with no leaf; the bytes of each are read from ``storage``."""
        self.name = name
        self._storage = storage
        self._begins = array("Q")
        self._lengths = array("H")
        self._tree = Tree()
        self._places: dict[EntryHash, int] = {}
        self._of_nym = Counter[tuple[bytes, int]]()
        self.head: SignedCheckpoint | None = None
        """The last head, with all lines under it; ``None`` before the first."""

    @property
    def folder(self) -> str:
        """Where it lies below the address of the board."""
        return f"{self.name.kind}/{self.name.scope.hex()}"

    @property
    def size(self) -> int:
        """The number of entries under the last head."""
        head = self.head
        return 0 if head is None else head.checkpoint.size

    @property
    def tree(self) -> Tree:
        """The tree over the durable leaves; it may be larger than the last head."""
        return self._tree

    def place_of(self, entry_hash: EntryHash) -> int | None:
        """Return the index of an entry that was accepted; ``None`` for any other."""
        return self._places.get(entry_hash)

    def count_of(self, nym: bytes, epoch: int) -> int:
        """Return how many entries of a nym and an epoch stand on the log."""
        return self._of_nym[nym, epoch]

    def add(self, begins: int, entry: Entry) -> None:
        """Take in an entry that is durable."""
        self._begins.append(begins)
        self._lengths.append(len(entry.encoded))
        self._places[entry.hash] = self._tree.append(entry.encoded)
        named = named_nym(entry)
        if named is not None:
            self._of_nym[named] += 1

    def cover(self, head: SignedCheckpoint) -> None:
        """Take in a head that is durable, after the entries that it covers."""
        if self.head is None or self.head.checkpoint != head.checkpoint:
            if head.checkpoint.size < self.size:
                # Co-signatures for an earlier head: the last one stays the last.
                return
            self.head = head
            return
        # Of each key the line that came last: it is the one of the latest date.
        lines = {(line.name, line.key_id): line for line in self.head.lines}
        lines.update({(line.name, line.key_id): line for line in head.lines[1:]})
        self.head = SignedCheckpoint(head.checkpoint, (*lines.values(),))

    def tile(self, tile: Tile) -> bytes | None:
        """Return the content of a tile or bundle; ``None`` where the log has none such."""
        height = 0 if tile.level is None else 8 * tile.level
        if (tile.index * WIDTH + tile.width) << height > self.size:
            return None
        if tile.level is not None:
            return hash_tile(self._tree, tile)
        return write_bundle(self._leaves(tile.index * WIDTH, tile.width))

    def _leaves(self, first: int, number: int) -> list[bytes]:
        """Return the bytes of entries that follow each other, read at once."""
        last = first + number - 1
        begin, end = self._begins[first], self._begins[last] + self._lengths[last]
        if end - begin > LONGEST_PART:
            # Much of another log lies between them.
            return [*map(self.leaf, range(first, first + number))]
        data = self._storage.part(begin, end)
        places = (self._begins[index] - begin for index in range(first, last + 1))
        lengths = self._lengths[first : last + 1]
        return [data[at : at + n] for at, n in zip(places, lengths, strict=True)]

    def leaf(self, index: int) -> bytes:
        """Return the bytes of an entry."""
        begin = self._begins[index]
        return self._storage.part(begin, begin + self._lengths[index])


class Index:
    """All logs of a board, and how many bytes of its transcript are acknowledged."""

    def __init__(self, storage: Storage) -> None:
        """Start with no log; ``follow`` reads what stands."""
        self._storage = storage
        self.logs: dict[LogName, LogIndex] = {}
        self._by_scope: dict[str, LogIndex] = {}
        self.length = 0
        """Bytes of the transcript up to the last head."""

    def follow(self, data: bytes, begins: int = 0) -> None:
        """Take in what is durable: whole batches, each under its head.

        Args:
            data: the bytes that follow those that were taken in before.
            begins: where they begin in the transcript.

        Raises:
            InvariantError: ``service.index`` where they are not what a board writes.
        """
        for record in read_records(data, begins):
            self._take(record)
        self.length = begins + len(data)

    def log(self, kind: str, scope: str) -> LogIndex | None:
        """Return a log by what stands in its address."""
        found = self._by_scope.get(scope)
        return found if found is not None and found.name.kind == kind else None

    def transcript(self, length: int) -> Iterator[bytes]:
        """Yield the first ``length`` bytes of the transcript, piece by piece."""
        for begin in range(0, length, PIECE):
            yield self._storage.part(begin, min(begin + PIECE, length))

    def _take(self, record: Record | Stop) -> None:
        match record:
            case Record(offset=offset, item=Entry() as entry):
                self._of(LogName(entry.log, entry.scope)).add(offset, entry)
            case Record(item=SignedCheckpoint() as head):
                scope = head.checkpoint.origin.rpartition("/")[2]
                self._by_scope[scope].cover(head)
            case _:
                problem = f"at byte {record.offset}: what a board does not write"
                raise InvariantError("service.index", problem)

    def _of(self, name: LogName) -> LogIndex:
        if name not in self.logs:
            self.logs[name] = LogIndex(name, self._storage)
            self._by_scope[name.scope.hex()] = self.logs[name]
        return self.logs[name]


class Followed:
    """A storage whose index takes in whatever has become durable."""

    def __init__(self, storage: Storage) -> None:
        """Keep bytes in ``storage``; the index begins when ``begin`` is called."""
        self._storage = storage
        self.index = Index(storage)

    def begin(self) -> None:
        """Index what stands, after it was verified and its torn end cut."""
        self.index.follow(self.read())

    def read(self) -> bytes:
        """Return everything that is kept."""
        return self._storage.read()

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes from ``begin`` up to ``end``, as far as they are there."""
        return self._storage.part(begin, end)

    def append(self, data: bytes) -> None:
        """Append ``data``; it is durable and indexed when this returns."""
        self._storage.append(data)
        self.index.follow(data, self.index.length)

    def cut(self, length: int) -> None:
        """Cut everything behind the first ``length`` bytes; only before ``begin``."""
        self._storage.cut(length)

    def close(self) -> None:
        """Let others write."""
        self._storage.close()
