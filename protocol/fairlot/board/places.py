"""Which leaves of a log were accepted: an entry stands once (specs/sale.md, section 2)."""

from fairlot_crypto.keyed import Table
from fairlot_crypto.log.merkle import Tree


class Places:
    """The leaves that were accepted, by their hashes, which are the tree's."""

    __slots__ = ("_fresh", "_owed", "_size", "_table", "tree")

    def __init__(self, tree: Tree) -> None:
        """Start with none of a tree's leaves."""
        self.tree = tree
        self._table = Table(tree.leaf)
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
        return self._table.find(leaf) is not None

    def add(self, leaf: bytes) -> None:
        """Accept the leaf that comes next into the tree."""
        self._settle()
        size = self.tree.size
        if self._size != size:
            self._fresh.clear()
            self._size = size
        self._fresh.add(leaf)
        self._table.add(leaf, size)

    def forget(self) -> None:
        """Forget what was accepted and is not in the tree, or was taken back."""
        self._fresh.clear()

    def _settle(self) -> None:
        """Put into an empty table what it owes."""
        owed, self._owed = self._owed, 0
        if owed:
            self._table.fill(map(self.tree.leaf, range(owed)), owed)
