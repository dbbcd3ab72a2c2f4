"""A consumer of the published vectors of the log, with public functions only."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlot_crypto.errors import CryptoError
from fairlot_crypto.keys import SigningKey, VerifyKey
from fairlot_crypto.log.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

FILE = Path(__file__).parents[1] / "vectors" / "log.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_bytes())["cases"]

Given = Mapping[str, Any]


def octets(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def tree_of(given: Given) -> Tree:
    tree = Tree()
    for leaf in octets(given["leaves"]):
        tree.append(leaf)
    return tree


def run_tree(given: Given) -> Given:
    tree = tree_of(given)
    return {"roots": [tree.root(size).hex() for size in range(tree.size + 1)]}


def run_inclusion(given: Given) -> Given:
    if "leaves" not in given:
        leaf, root = octets([given["leaf"], given["root"]])
        proof = octets(given["proof"])
        verify_inclusion(leaf, int(given["index"]), int(given["size"]), proof, root)
        return {}
    tree, index = tree_of(given), int(given["index"])
    leaf, root = leaf_hash(octets(given["leaves"])[index]), tree.root()
    proof = list(inclusion_proof(tree, index))
    verify_inclusion(leaf, index, tree.size, proof, root)
    return {"leaf": leaf.hex(), "root": root.hex(), "proof": [p.hex() for p in proof]}


def run_consistency(given: Given) -> Given:
    if "leaves" not in given:
        before, after = octets([given["old_root"], given["new_root"]])
        sizes = int(given["old_size"]), int(given["new_size"])
        verify_consistency(*sizes, before, after, octets(given["proof"]))
        return {}
    tree, size = tree_of(given), given["old_size"]
    proof = list(consistency_proof(tree, size))
    old, new = tree.root(size), tree.root()
    verify_consistency(size, tree.size, old, new, proof)
    return {
        "old_root": old.hex(),
        "new_root": new.hex(),
        "proof": [p.hex() for p in proof],
    }


def run_sign(given: Given) -> Given:
    root, seed = octets([given["root"], given["seed"]])
    head, key = Checkpoint(given["origin"], given["size"], root), SigningKey(seed)
    lines = (
        sign_checkpoint(head, given["name"], key),
        cosign_checkpoint(head, given["name"], key, given["time"]),
    )
    return {"text": SignedCheckpoint(head, lines).to_text()}


def run_verify(given: Given) -> Given:
    signed = SignedCheckpoint.parse(given["text"])
    key = VerifyKey(bytes.fromhex(given["key"]))
    verify_checkpoint(signed, given["name"], key)
    time, head = verify_cosignature(signed, given["name"], key), signed.checkpoint
    assert signed.to_text() == given["text"]
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "time": time,
    }


OPERATIONS: Mapping[str, Callable[[Given], Given]] = {
    "tree": run_tree,
    "inclusion": run_inclusion,
    "consistency": run_consistency,
    "sign": run_sign,
    "verify": run_verify,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_case_ends_as_published(case: dict[str, Any]) -> None:
    run = OPERATIONS[case["input"]["op"]]
    if "output" in case:
        assert run(case["input"]) == case["output"]
        return
    with pytest.raises(CryptoError) as caught:
        run(case["input"])
    assert caught.value.code == case["refused"]["code"]


def test_operations_are_all_there_and_more_is_refused() -> None:
    assert {case["input"]["op"] for case in CASES} == set(OPERATIONS)
    refused = [case for case in CASES if "refused" in case]
    assert len(refused) > 2 * (len(CASES) - len(refused))
