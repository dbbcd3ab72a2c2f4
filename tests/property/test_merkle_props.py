"""Proofs of random trees hold; altered ones do not."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=200)


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.slow
@given(LEAVES, st.data())
def test_every_leaf_is_in_every_later_tree(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree = tree_of(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(tree, index, size)
    verify_inclusion(leaf_hash(leaves[index]), index, size, proof, tree.root(size))


@given(LEAVES, st.data())
def test_every_tree_extends_every_earlier_one(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree = tree_of(leaves)
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(tree, old, new)
    verify_consistency(old, new, tree.root(old), tree.root(new), proof)


@given(LEAVES, st.data(), st.integers(0, 255))
def test_an_altered_inclusion_proof_fails(
    leaves: list[bytes], data: st.DataObject, bit: int
) -> None:
    tree = tree_of(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    parts = [leaf_hash(leaves[index]), tree.root(), *inclusion_proof(tree, index)]
    chosen = data.draw(st.integers(0, len(parts) - 1))
    parts[chosen] = flip(parts[chosen], bit)
    with pytest.raises(ProofError) as caught:
        verify_inclusion(parts[0], index, len(leaves), parts[2:], parts[1])
    assert caught.value.code == "merkle.root"


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=60, unique=True), st.data())
def test_a_proof_holds_at_no_other_index(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree = tree_of(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    claimed = data.draw(st.integers(0, len(leaves) - 1))
    assume(claimed != index)
    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash(leaves[index]),
            claimed,
            len(leaves),
            inclusion_proof(tree, index),
            tree.root(),
        )


@given(LEAVES, st.data(), st.integers(0, 255))
def test_an_altered_consistency_proof_fails(
    leaves: list[bytes], data: st.DataObject, bit: int
) -> None:
    tree = tree_of(leaves)
    old = data.draw(st.integers(1, len(leaves)))
    parts = [tree.root(old), tree.root(), *consistency_proof(tree, old)]
    chosen = data.draw(st.integers(0, len(parts) - 1))
    parts[chosen] = flip(parts[chosen], bit)
    with pytest.raises(ProofError) as caught:
        verify_consistency(old, len(leaves), parts[0], parts[1], parts[2:])
    assert caught.value.code == "merkle.root"


@given(LEAVES, st.data())
def test_a_rewritten_leaf_breaks_consistency(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = tree_of(
        [leaf + b"!" if i == changed else leaf for i, leaf in enumerate(leaves)]
    )
    proof = consistency_proof(rewritten, old)
    with pytest.raises(ProofError):
        verify_consistency(
            old, len(leaves), tree_of(leaves[:old]).root(), rewritten.root(), proof
        )
