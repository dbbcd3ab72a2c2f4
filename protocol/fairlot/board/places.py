"""Which leaves of a log were accepted: an entry stands once (specs/sale.md, section 2)."""

from array import array

from fairlot_crypto.log.merkle import HASH_LENGTH, Tree

_FREE = 2**32 - 1
_SMALLEST = 64


class Places:
    """The leaves that were accepted, by their hashes, in eight to sixteen bytes for each.

    A table of indexes, of which half at least is free: the hashes themselves are the tree's.
    Where a leaf stands in the table follows from a key of this process, so that nobody can
    make leaves that crowd there.
    """

    __slots__ = ("_count", "_fresh", "_owed", "_size", "_table", "tree")

    def __init__(self, tree: Tree) -> None:
        """Start with none of a tree's leaves."""
        self.tree = tree
        self._table = array("I", [_FREE]) * _SMALLEST
        self._count = 0
        self._owed = 0
        """How many leaves were accepted that are not in the table yet."""
        self._fresh: set[bytes] = set()
        """Those that were accepted at ``_size`` leaves, and need not be in the tree yet."""
        self._size = 0

    def recall(self) -> None:
        """Accept all leaves of the tree; it takes its time when one is asked for."""
        self._owed = self.tree.size

    def __contains__(self, leaf: bytes) -> bool:
        """Tell whether a leaf with this hash was accepted."""
        if self._size == self.tree.size and leaf in self._fresh:
            return True
        self._settle()
        return self._table[self._slot(leaf)] != _FREE

    def add(self, leaf: bytes) -> None:
        """Accept the leaf that comes next into the tree."""
        self._settle()
        size = self.tree.size
        if self._size != size:
            self._fresh.clear()
            self._size = size
        self._fresh.add(leaf)
        if 2 * (self._count + 1) > len(self._table):
            self._grow()
        self._table[self._slot(leaf)] = size
        self._count += 1

    def forget(self) -> None:
        """Forget what was accepted and is not in the tree, or was taken back."""
        self._fresh.clear()

    def _settle(self) -> None:
        """Put into an empty table what it owes."""
        owed, self._owed = self._owed, 0
        if not owed:
            return
        length = _SMALLEST
        while length < 2 * (owed + 1):
            length *= 2
        table, mask = array("I", [_FREE]) * length, length - 1
        leaves = self.tree.levels[0]
        for index in range(owed):
            at = hash(leaves[index * HASH_LENGTH : (index + 1) * HASH_LENGTH]) & mask
            while table[at] != _FREE:
                at = (at + 1) & mask
            table[at] = index
        self._table, self._count = table, owed

    def _slot(self, leaf: bytes) -> int:
        """Return where a leaf stands, or would stand."""
        table = self._table
        mask = len(table) - 1
        at = hash(leaf) & mask
        if table[at] == _FREE:
            return at
        tree = self.tree
        size = tree.size
        while (index := table[at]) != _FREE:
            if index < size and tree.leaf(index) == leaf:
                break
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        former, tree = self._table, self.tree
        self._table = array("I", [_FREE]) * (2 * len(former))
        # What was taken back from the tree is left behind.
        kept = [index for index in former if index < tree.size]
        self._count = len(kept)
        for index in kept:
            self._table[self._slot(tree.leaf(index))] = index
