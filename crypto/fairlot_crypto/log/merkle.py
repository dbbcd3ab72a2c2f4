"""The Merkle tree of the board and its two proofs (specs/log.md, section 2).

The tree is that of RFC 6962, section 2.1. Proofs are checked by the algorithms of
RFC 9162, sections 2.1.3.2 and 2.1.4.2, which fix the length of every proof.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.growing import Rows

HASH_LENGTH = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Subtrees(Protocol):
    """A tree of which proofs can be made, wherever its hashes are kept."""

    @property
    def size(self) -> int:
        """Number of leaves."""
        ...

    def subtree(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]), the hash of an aligned subtree; 32 bytes."""
        ...


class Tree:
    """A growing tree that keeps the hash of every complete subtree.

    These are less than two hashes a leaf. An append costs one inner node on average; a root
    or proof of any size up to now costs O(log n).
    """

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        # In _levels[k] the hashes of the leaves [i * 2^k, (i + 1) * 2^k) stand one behind
        # the other.
        self._levels = [Rows(HASH_LENGTH)]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    @classmethod
    def of(cls, levels: Sequence[bytes]) -> "Tree":
        """Return the tree whose ``levels`` were these.

        Raises:
            CallerError: ``merkle.range`` where no tree has levels of these lengths.
        """
        if not levels or not levels_fit(levels, len(levels[0]) // HASH_LENGTH):
            raise CallerError("merkle.range", "no tree has levels of these lengths")
        tree = cls()
        tree._levels = [Rows.of(level, HASH_LENGTH) for level in levels]
        return tree

    @property
    def levels(self) -> tuple[bytes, ...]:
        """The hashes of all complete subtrees, level by level, those of leaves first."""
        height = max(self.size.bit_length(), 1)
        return tuple(b"".join(level.pieces()) for level in self._levels[:height])

    def append(self, leaf_data: bytes) -> int:
        """Append a leaf and return its index, from 0."""
        self.append_hash(leaf_hash(leaf_data))
        return self.size - 1

    def append_hash(self, leaf: bytes) -> None:
        """Append a leaf of which the hash is known."""
        self._append_node(0, leaf)

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf; nothing where it is not in the tree."""
        return self._levels[0][index]

    def cut(self, size: int) -> None:
        """Take back all leaves behind the first ``size``.

        Raises:
            CallerError: ``merkle.range`` for a size that the tree has not reached.
        """
        if not 0 <= size <= self.size:
            problem = f"{size} is not one of the sizes that the tree has had"
            raise CallerError("merkle.range", problem)
        for level, nodes in enumerate(self._levels):
            nodes.cut(size >> level)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves, by default over all of them.

        Raises:
            CallerError: ``merkle.range`` for a size that the tree has not reached.
        """
        return self.subtree(0, self.size if size is None else size)

    def root_after(self, leaf_data: bytes) -> bytes:
        """Return the root that the tree will have with one more leaf."""
        index = self.append(leaf_data)
        root = self.root()
        self.cut(index)
        return root

    def subtree(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]), the hash of an aligned subtree; 32 bytes.

        Args:
            start: a multiple of the smallest power of two not below ``end - start``.
            end: at most the size.

        Raises:
            CallerError: ``merkle.range``.
        """
        width = end - start
        aligned = width > 0 and start % (1 << (width - 1).bit_length()) == 0
        if not 0 <= start <= end <= self.size or not (aligned or end == 0):
            raise CallerError(
                "merkle.range",
                f"[{start}, {end}) must be an aligned range of the {self.size} leaves",
            )
        return self._hash(start, end) if width else EMPTY_ROOT

    def _hash(self, start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            return self._node(level, start >> level)
        middle = _split(start, end)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _append_node(self, level: int, value: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(Rows(HASH_LENGTH))
        nodes = self._levels[level]
        nodes.append(value)
        count = len(nodes)
        if count % 2 == 0:
            self._append_node(level + 1, node_hash(nodes[count - 2], value))

    def _node(self, level: int, number: int) -> bytes:
        return self._levels[level][number]


def levels_fit(levels: Sequence[bytes], size: int) -> bool:
    """Tell whether the levels of a tree of ``size`` leaves have these lengths."""
    height = max(size.bit_length(), 1)
    due = [(size >> level) * HASH_LENGTH for level in range(height)]
    return [len(level) for level in levels] == due


def _split(start: int, end: int) -> int:
    """Return ``start`` plus the largest power of two below ``end - start``."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def inclusion_proof(
    tree: Subtrees, index: int, size: int | None = None
) -> tuple[bytes, ...]:
    """Return PATH(index, D[0:size]) (RFC 6962, section 2.1.1).

    Args:
        tree: a tree of at least ``size`` leaves.
        index: of the leaf, from 0.
        size: of the tree that the proof is for; by default all leaves.

    Raises:
        CallerError: ``merkle.range`` if the leaf is not among the first ``size``.
    """
    end = tree.size if size is None else size
    if not 0 <= index < end <= tree.size:
        raise CallerError(
            "merkle.range",
            f"leaf {index} must exist among {end}, and these in a tree of {tree.size}",
        )
    start, path = 0, list[bytes]()
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(tree.subtree(middle, end))
            end = middle
        else:
            path.append(tree.subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(
    tree: Subtrees, old_size: int, new_size: int | None = None
) -> tuple[bytes, ...]:
    """Return PROOF(old_size, D[0:new_size]) (RFC 6962, section 2.1.2).

    Args:
        tree: a tree of at least ``new_size`` leaves.
        old_size: at least 1.
        new_size: by default all leaves.

    Raises:
        CallerError: ``merkle.range`` unless 1 <= old_size <= new_size <= tree.size.
    """
    end = tree.size if new_size is None else new_size
    if not 1 <= old_size <= end <= tree.size:
        raise CallerError(
            "merkle.range",
            f"the sizes must ascend from 1: {old_size}, {end}, {tree.size} in the tree",
        )
    start, path = 0, list[bytes]()
    while old_size != end:
        middle = _split(start, end)
        if old_size <= middle:
            path.append(tree.subtree(middle, end))
            end = middle
        else:
            path.append(tree.subtree(start, middle))
            start = middle
    if start:
        path.append(tree.subtree(start, end))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is in a tree (specs/log.md, section 2.2).

    This is the algorithm of RFC 9162, section 2.1.3.2.

    Args:
        leaf: the hash of the leaf, 32 bytes.
        index: of the leaf, from 0.
        size: how many leaves the tree has.
        proof: the hashes from the leaf's sibling upwards.
        root: of the tree, 32 bytes.

    Raises:
        ProofError: ``merkle.index``, ``merkle.hash-length``, ``merkle.proof-length``,
            ``merkle.root``.
    """
    # Step 1.
    if not 0 <= index < size:
        raise ProofError(
            "merkle.index",
            f"the index must be at least 0 and below {size}, and is {index}",
        )
    # Step 2.
    _check_lengths([leaf, *proof])
    # Step 3.
    position, last, value = index, size - 1, leaf
    # Step 4.
    for sibling in proof:
        _check_below_root(last)
        if position % 2 == 1 or position == last:
            value = node_hash(sibling, value)
            position, last = _skip_missing_siblings(position, last)
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    # Step 5.
    _check_at_root(last)
    # Step 6.
    _check_root(value, root)


def verify_consistency(
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Check that a tree extends an earlier one (specs/log.md, section 2.3).

    This is the algorithm of RFC 9162, section 2.1.4.2.

    Args:
        old_size: how many leaves the earlier tree has, at least 1: every tree extends the
            empty one, so that a proof from there would say nothing.
        new_size: how many leaves the later tree has.
        old_root: the root of the earlier tree, 32 bytes.
        new_root: the root of the later tree, 32 bytes.
        proof: sorted as in RFC 6962, section 2.1.2; empty for equal sizes.

    Raises:
        ProofError: ``merkle.sizes``, ``merkle.hash-length``, ``merkle.proof-length``,
            ``merkle.root``.
    """
    # Step 1.
    if not 1 <= old_size <= new_size:
        raise ProofError(
            "merkle.sizes",
            f"the sizes must ascend from 1, and are {old_size} and {new_size}",
        )
    # Step 2.
    if (old_size == new_size) != (not proof):
        raise ProofError(
            "merkle.proof-length",
            "the proof must be empty if the sizes are equal, and only then",
        )
    # Step 3.
    if old_size == new_size:
        _check_root(old_root, new_root)
        return
    # Step 4.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    # Step 5.
    _check_lengths(path)
    # Step 6.
    position, last = old_size - 1, new_size - 1
    while position % 2 == 1:
        position, last = position >> 1, last >> 1
    # Step 7.
    old_value = new_value = path[0]
    for sibling in path[1:]:
        _check_below_root(last)
        if position % 2 == 1 or position == last:
            old_value = node_hash(sibling, old_value)
            new_value = node_hash(sibling, new_value)
            position, last = _skip_missing_siblings(position, last)
        else:
            new_value = node_hash(new_value, sibling)
        position, last = position >> 1, last >> 1
    # Step 8.
    _check_at_root(last)
    # Step 9.
    _check_root(old_value, old_root)
    _check_root(new_value, new_root)


def _skip_missing_siblings(position: int, last: int) -> tuple[int, int]:
    """Rise past the levels on which the last node has no right sibling."""
    while position % 2 == 0 and position:
        position, last = position >> 1, last >> 1
    return position, last


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_LENGTH for value in hashes):
        raise ProofError(
            "merkle.hash-length", "every hash of a proof must have 32 bytes"
        )


def _check_below_root(last: int) -> None:
    if last == 0:
        raise ProofError(
            "merkle.proof-length",
            "the proof must be shorter: it goes on above the root",
        )


def _check_at_root(last: int) -> None:
    if last != 0:
        raise ProofError(
            "merkle.proof-length", "the proof must be longer: it ends below the root"
        )


def _check_root(value: bytes, root: bytes) -> None:
    if value != root:
        raise ProofError(
            "merkle.root", "the proof must lead to this root, but leads to another"
        )
