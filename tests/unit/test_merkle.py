"""The tree against the recursive definitions of RFC 6962, section 2.1."""

import hashlib
from collections.abc import Sequence

import pytest

from fairlot_crypto.errors import CallerError, ProofError
from fairlot_crypto.log.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [b"leaf %d" % i for i in range(33)]


def tree_of(leaves: Sequence[bytes]) -> Tree:
    tree = Tree()
    for index, leaf in enumerate(leaves):
        assert tree.append(leaf) == index
    return tree


def split(count: int) -> int:
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def mth(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]


def test_hashes_separate_leaves_from_nodes() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"a") == hashlib.sha256(b"\0a").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\1" + left + right).digest()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Tree().size == 0
    assert Tree().root() == EMPTY_ROOT == mth([])


def test_roots_of_all_sizes_follow_the_definition() -> None:
    tree = tree_of(LEAVES)
    for size in range(len(LEAVES) + 1):
        assert tree.root(size) == mth(LEAVES[:size])
        assert tree_of(LEAVES[:size]).root() == mth(LEAVES[:size])


def test_inclusion_proofs_of_all_leaves_follow_the_definition_and_verify() -> None:
    tree = tree_of(LEAVES)
    for size in range(1, len(LEAVES) + 1):
        for index in range(size):
            proof = inclusion_proof(tree, index, size)
            assert list(proof) == path(index, LEAVES[:size])
            leaf = leaf_hash(LEAVES[index])
            verify_inclusion(leaf, index, size, proof, tree.root(size))


def test_consistency_proofs_of_all_sizes_follow_the_definition_and_verify() -> None:
    tree = tree_of(LEAVES)
    for new in range(1, len(LEAVES) + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(tree, old, new)
            assert list(proof) == subproof(old, LEAVES[:new], known=True)
            verify_consistency(old, new, tree.root(old), tree.root(new), proof)


def test_proofs_are_of_the_whole_tree_by_default() -> None:
    tree = tree_of(LEAVES)
    assert inclusion_proof(tree, 4) == inclusion_proof(tree, 4, 33)
    assert consistency_proof(tree, 4) == consistency_proof(tree, 4, 33)


def test_aligned_subtrees_have_the_root_of_their_leaves() -> None:
    tree = tree_of(LEAVES)
    assert tree.subtree(8, 13) == mth(LEAVES[8:13])
    assert tree.subtree(32, 33) == leaf_hash(LEAVES[32])


@pytest.mark.parametrize(
    ("start", "end"), [(2, 6), (-8, -4), (8, 4), (32, 34), (4, 4), (1, 3)]
)
def test_other_ranges_are_no_subtrees(start: int, end: int) -> None:
    with pytest.raises(CallerError) as caught:
        tree_of(LEAVES).subtree(start, end)
    assert caught.value.code == "merkle.range"


@pytest.mark.parametrize("size", [-1, 34])
def test_a_size_that_was_never_reached_has_no_root(size: int) -> None:
    with pytest.raises(CallerError) as caught:
        tree_of(LEAVES).root(size)
    assert caught.value.code == "merkle.range"


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (33, 33), (0, 34)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(CallerError) as caught:
        inclusion_proof(tree_of(LEAVES), index, size)
    assert caught.value.code == "merkle.range"


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4), (4, 34), (-1, 4)])
def test_sizes_that_do_not_grow_have_no_proof(old: int, new: int) -> None:
    with pytest.raises(CallerError) as caught:
        consistency_proof(tree_of(LEAVES), old, new)
    assert caught.value.code == "merkle.range"


ROOT = mth(LEAVES[:13])
PATH = path(5, LEAVES[:13])
STEPS = subproof(7, LEAVES[:13], known=True)
OLD = mth(LEAVES[:7])


@pytest.mark.parametrize(
    ("index", "size", "proof", "root", "code"),
    [
        (-1, 13, PATH, ROOT, "merkle.index"),
        (13, 13, PATH, ROOT, "merkle.index"),
        (0, 0, [], ROOT, "merkle.index"),
        (5, 13, PATH[:-1], ROOT, "merkle.proof-length"),
        (5, 13, [], ROOT, "merkle.proof-length"),
        (5, 13, [*PATH, ROOT], ROOT, "merkle.proof-length"),
        (5, 13, [PATH[0][:31], *PATH[1:]], ROOT, "merkle.hash-length"),
        (5, 13, [PATH[0] + b"\0", *PATH[1:]], ROOT, "merkle.hash-length"),
        (4, 13, PATH, ROOT, "merkle.root"),
        (5, 13, PATH[::-1], ROOT, "merkle.root"),
        (5, 13, PATH, OLD, "merkle.root"),
        (5, 13, PATH, b"", "merkle.root"),
    ],
)
def test_other_inclusion_proofs_are_refused(
    index: int, size: int, proof: list[bytes], root: bytes, code: str
) -> None:
    with pytest.raises(ProofError) as caught:
        verify_inclusion(leaf_hash(LEAVES[5]), index, size, proof, root)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "roots", "proof", "code"),
    [
        (0, 13, (EMPTY_ROOT, ROOT), STEPS, "merkle.sizes"),
        (13, 7, (ROOT, OLD), STEPS, "merkle.sizes"),
        (7, 13, (OLD, ROOT), [], "merkle.proof-length"),
        (7, 13, (OLD, ROOT), STEPS[:-1], "merkle.proof-length"),
        (7, 13, (OLD, ROOT), [*STEPS, ROOT], "merkle.proof-length"),
        (13, 13, (ROOT, ROOT), STEPS[:1], "merkle.proof-length"),
        (7, 13, (OLD, ROOT), [STEPS[0][:31], *STEPS[1:]], "merkle.hash-length"),
        (8, 13, (OLD[:31], ROOT), STEPS, "merkle.hash-length"),
        (13, 13, (ROOT, OLD), [], "merkle.root"),
        (7, 13, (ROOT, ROOT), STEPS, "merkle.root"),
        (7, 13, (OLD, OLD), STEPS, "merkle.root"),
        (7, 13, (OLD, ROOT), STEPS[::-1], "merkle.root"),
    ],
)
def test_other_consistency_proofs_are_refused(
    old: int, new: int, roots: tuple[bytes, bytes], proof: list[bytes], code: str
) -> None:
    with pytest.raises(ProofError) as caught:
        verify_consistency(old, new, *roots, proof)
    assert caught.value.code == code


# Leaves that are taken back.


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_tree_that_is_cut_is_that_of_the_leaves_left(size: int) -> None:
    """And grows again as if the others had never been there."""
    tree = tree_of(LEAVES)
    tree.cut(size)
    assert (tree.size, tree.root()) == (size, mth(LEAVES[:size]))
    others = [b"other %d" % i for i in range(9)]
    for leaf in others:
        tree.append(leaf)
    assert tree.root() == mth([*LEAVES[:size], *others])
    for index in range(tree.size):
        proof = inclusion_proof(tree, index)
        assert list(proof) == path(index, [*LEAVES[:size], *others])


@pytest.mark.parametrize("size", [-1, 6, 7, 2**64])
def test_a_tree_is_cut_to_a_size_that_it_has_had(size: int) -> None:
    tree = tree_of(LEAVES[:5])
    with pytest.raises(CallerError) as caught:
        tree.cut(size)
    assert caught.value.code == "merkle.range"
    assert (tree.size, tree.root()) == (5, mth(LEAVES[:5]))


@pytest.mark.parametrize("size", range(len(LEAVES)))
def test_the_root_with_one_more_leaf_is_known_before_it_comes(size: int) -> None:
    tree = tree_of(LEAVES[:size])
    assert tree.root_after(LEAVES[size]) == mth(LEAVES[: size + 1])
    assert (tree.size, tree.root()) == (size, mth(LEAVES[:size]))
