"""Vectors of the Merkle tree (specs/log.md, section 2); a part of chapter log."""

from collections.abc import Sequence

from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from generators.case import Case, Raw, accept, reject

LEAVES = [b"", *(f"leaf {i}".encode() for i in range(1, 13))]


def cases() -> Sequence[Case]:
    """Return the cases of the tree and its proofs."""
    return (
        _tree(),
        *_inclusions(),
        *_consistencies(),
        *_refused_inclusions(),
        *_refused_consistencies(),
    )


def sample_tree() -> Tree:
    """Return the tree over ``LEAVES``."""
    tree = Tree()
    for leaf in LEAVES:
        tree.append(leaf)
    return tree


def _tree() -> Case:
    tree = sample_tree()
    return accept(
        "tree",
        "Leaves and inner nodes are hashed after different prefix bytes.",
        {"op": "tree", "leaves": LEAVES},
        {"roots": [tree.root(size) for size in range(tree.size + 1)]},
        {"leaf_hashes": [leaf_hash(leaf) for leaf in LEAVES]},
    )


def _inclusions() -> Sequence[Case]:
    tree = sample_tree()
    rows = (
        ("only-leaf", "A tree of one leaf needs no proof.", 0, 1),
        ("first-leaf", "A perfect tree.", 0, 8),
        ("last-leaf", "The last leaf of an odd tree skips levels.", 12, 13),
        ("middle-leaf", "A leaf of an earlier size.", 5, 11),
    )
    return [
        accept(
            f"inclusion-{name}",
            comment,
            {"op": "inclusion", "leaves": LEAVES[:size], "index": index},
            {
                "leaf": leaf_hash(LEAVES[index]),
                "root": tree.root(size),
                "proof": inclusion_proof(tree, index, size),
            },
        )
        for name, comment, index, size in rows
    ]


def _consistencies() -> Sequence[Case]:
    tree = sample_tree()
    rows = (
        ("same-size", "Equal sizes have an empty proof.", 7, 7),
        ("from-one", "The earlier tree is a subtree; its root is not repeated.", 1, 8),
        ("from-power", "The earlier tree is a left subtree.", 4, 13),
        ("from-odd", "The earlier tree has to be put together.", 7, 12),
    )
    return [
        accept(
            f"consistency-{name}",
            comment,
            {"op": "consistency", "leaves": LEAVES[:new], "old_size": old},
            {
                "old_root": tree.root(old),
                "new_root": tree.root(new),
                "proof": consistency_proof(tree, old, new),
            },
        )
        for name, comment, old, new in rows
    ]


def _refused_inclusions() -> Sequence[Case]:
    tree = sample_tree()
    leaf, root = leaf_hash(LEAVES[5]), tree.root()
    proof = list(inclusion_proof(tree, 5))
    rows: tuple[tuple[str, str, str, bytes, int, Sequence[bytes]], ...] = (
        (
            "other-leaf",
            "The path leads to the root; any entry could be claimed.",
            "merkle.root",
            leaf_hash(LEAVES[6]),
            5,
            proof,
        ),
        (
            "node-as-leaf",
            "Leaf data is hashed after 0x00; a node could pose as an entry.",
            "merkle.root",
            leaf_hash(leaf + proof[0]),
            5,
            proof[1:] + proof[:1],
        ),
        (
            "other-index",
            "The index decides on which side a hash stands.",
            "merkle.root",
            leaf,
            4,
            proof,
        ),
        (
            "index-outside",
            "An index is below the size.",
            "merkle.index",
            leaf,
            13,
            proof,
        ),
        (
            "proof-short",
            "The path ends at the root; an inner node could pose as the root.",
            "merkle.proof-length",
            leaf,
            5,
            proof[:-1],
        ),
        (
            "proof-long",
            "The path ends at the root; one entry would have many proofs.",
            "merkle.proof-length",
            leaf,
            5,
            [*proof, root],
        ),
        (
            "hash-short",
            "Hashes have 32 bytes; bytes could move between neighbours.",
            "merkle.hash-length",
            leaf,
            5,
            [proof[0][:31], *proof[1:]],
        ),
    )
    return [_refused_inclusion(*row, root) for row in rows]


def _refused_inclusion(
    name: str,
    rule: str,
    code: str,
    leaf: bytes,
    index: int,
    proof: Sequence[bytes],
    root: bytes,
) -> Case:
    size = len(LEAVES)
    inputs: dict[str, Raw] = {
        "op": "inclusion",
        "leaf": leaf,
        "index": index,
        "size": size,
        "proof": proof,
        "root": root,
    }
    return reject(
        f"inclusion-{name}",
        rule,
        code,
        inputs,
        lambda: verify_inclusion(leaf, index, size, proof, root),
    )


def _refused_consistencies() -> Sequence[Case]:
    tree = sample_tree()
    other = Tree()
    for leaf in (b"rewritten", *LEAVES[1:]):
        other.append(leaf)
    proof = list(consistency_proof(tree, 7))
    roots = (tree.root(7), tree.root())
    rows: tuple[
        tuple[str, str, str, int, int, tuple[bytes, bytes], Sequence[bytes]], ...
    ] = (
        (
            "rewritten",
            "The earlier entries are unchanged; history could be rewritten.",
            "merkle.root",
            7,
            13,
            (roots[0], other.root()),
            consistency_proof(other, 7),
        ),
        (
            "from-empty",
            "The earlier size is at least 1; the proof would say nothing.",
            "merkle.sizes",
            0,
            13,
            (Tree().root(), roots[1]),
            (),
        ),
        (
            "shrinking",
            "A log does not shrink.",
            "merkle.sizes",
            13,
            7,
            (roots[1], roots[0]),
            proof,
        ),
        (
            "two-roots-of-a-size",
            "A size has one root; the board would show two histories.",
            "merkle.root",
            13,
            13,
            (roots[1], other.root()),
            (),
        ),
        (
            "empty-proof",
            "Only equal sizes have an empty proof.",
            "merkle.proof-length",
            7,
            13,
            roots,
            (),
        ),
        (
            "proof-for-equal-sizes",
            "Equal sizes have an empty proof; bytes of it would be unchecked.",
            "merkle.proof-length",
            13,
            13,
            (roots[1], roots[1]),
            proof[:1],
        ),
        (
            "proof-short",
            "The path ends at the root.",
            "merkle.proof-length",
            7,
            13,
            roots,
            proof[:-1],
        ),
        (
            "hash-long",
            "Hashes have 32 bytes.",
            "merkle.hash-length",
            7,
            13,
            roots,
            [proof[0] + b"\0", *proof[1:]],
        ),
    )
    return [_refused_consistency(*row) for row in rows]


def _refused_consistency(
    name: str,
    rule: str,
    code: str,
    old: int,
    new: int,
    roots: tuple[bytes, bytes],
    proof: Sequence[bytes],
) -> Case:
    inputs: dict[str, Raw] = {
        "op": "consistency",
        "old_size": old,
        "new_size": new,
        "old_root": roots[0],
        "new_root": roots[1],
        "proof": proof,
    }
    return reject(
        f"consistency-{name}",
        rule,
        code,
        inputs,
        lambda: verify_consistency(old, new, *roots, proof),
    )
