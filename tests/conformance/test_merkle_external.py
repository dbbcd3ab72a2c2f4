"""Inclusion and consistency proofs published by transparency-dev/merkle."""

import base64
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from external import external_vectors
from fairlot_crypto.errors import ProofError
from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)


def cases(kind: str) -> list[tuple[Path, dict[str, Any]]]:
    files = sorted((external_vectors("merkle") / kind).rglob("*.json"))
    assert files
    return [(file, json.loads(file.read_text())) for file in files]


def decoded(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def inclusion_holds(case: dict[str, Any]) -> bool:
    leaf, root = decoded([case["leafHash"], case["root"]])
    proof = decoded(case["proof"])
    try:
        verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
    except ProofError:
        return False
    return True


def consistency_holds(case: dict[str, Any]) -> bool:
    old, new = decoded([case["root1"] or "", case["root2"] or ""])
    proof = decoded(case["proof"])
    try:
        verify_consistency(case["size1"], case["size2"], old, new, proof)
    except ProofError:
        return False
    return True


def test_inclusion_proofs_good_and_bad() -> None:
    verdicts = {
        str(file): inclusion_holds(case) == case["wantErr"]
        for file, case in cases("inclusion")
    }
    assert len(verdicts) == 58
    assert [file for file, wrong in verdicts.items() if wrong] == []


def test_consistency_proofs_good_and_bad() -> None:
    verdicts = {
        str(file): consistency_holds(case) == case["wantErr"]
        for file, case in cases("consistency")
    }
    assert len(verdicts) == 56
    assert [file for file, wrong in verdicts.items() if wrong] == []


def test_the_reference_tree() -> None:
    file = external_vectors("merkle") / "rfc6962-reference-tree.json"
    reference = json.loads(file.read_text())
    leaves = [bytes.fromhex(leaf) for leaf in reference["leaf_inputs"]]
    levels = [
        [bytes.fromhex(n) for n in lv] for lv in reference["node_hashes_by_level"]
    ]
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    roots = [tree.root(size).hex() for size in range(len(leaves) + 1)]
    assert roots == reference["root_hashes_by_size_0_to_8"]
    assert levels[0] == [leaf_hash(leaf) for leaf in leaves]
    for below, level in pairwise(levels):
        pairs = zip(below[::2], below[1::2], strict=True)
        assert level == [node_hash(left, right) for left, right in pairs]


def test_published_proofs_of_the_reference_tree_are_ours() -> None:
    file = external_vectors("merkle") / "rfc6962-reference-tree.json"
    tree = Tree()
    for leaf in json.loads(file.read_text())["leaf_inputs"]:
        tree.append(bytes.fromhex(leaf))
    compared = 0
    for _, case in cases("inclusion"):
        if not case["wantErr"] and decoded([case["root"]]) == [
            tree.root(case["treeSize"])
        ]:
            ours = inclusion_proof(tree, case["leafIdx"], case["treeSize"])
            assert list(ours) == decoded(case["proof"])
            compared += 1
    for _, case in cases("consistency"):
        if not case["wantErr"] and decoded([case["root2"]]) == [
            tree.root(case["size2"])
        ]:
            ours = consistency_proof(tree, case["size1"], case["size2"])
            assert list(ours) == decoded(case["proof"])
            compared += 1
    assert compared >= 5
