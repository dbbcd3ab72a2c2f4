"""A consumer of the published vectors of the log: one function an operation."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

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
from fairlot_crypto.log.judgement import Judgement, judge_checkpoint
from fairlot_crypto.log.merkle import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from fairlot_crypto.log.policy import Policy
from fairlot_crypto.log.proof import LogProof, make_proof, verify_proof

In: TypeAlias = Mapping[str, Any]
Out: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[1] / "vectors" / "log.json"


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def hexed(values: Sequence[bytes]) -> list[str]:
    return [value.hex() for value in values]


def tree_of(given: In) -> Tree:
    tree = Tree()
    for leaf in given["leaves"]:
        tree.append(unhex(leaf))
    return tree


def grow(given: In) -> Out:
    tree = tree_of(given)
    return {"roots": hexed([tree.root(size) for size in range(tree.size + 1)])}


def include(given: In) -> Out:
    if "leaves" not in given:
        proof = [unhex(item) for item in given["proof"]]
        leaf, root = unhex(given["leaf"]), unhex(given["root"])
        verify_inclusion(leaf, given["index"], given["size"], proof, root)
        return {}
    tree, index = tree_of(given), given["index"]
    leaf, hashes = (
        leaf_hash(unhex(given["leaves"][index])),
        inclusion_proof(tree, index),
    )
    verify_inclusion(leaf, index, tree.size, hashes, tree.root())
    return {"leaf": leaf.hex(), "root": tree.root().hex(), "proof": hexed(hashes)}


def extend(given: In) -> Out:
    if "leaves" not in given:
        proof = [unhex(item) for item in given["proof"]]
        roots = unhex(given["old_root"]), unhex(given["new_root"])
        verify_consistency(given["old_size"], given["new_size"], *roots, proof)
        return {}
    tree, old = tree_of(given), given["old_size"]
    hashes = consistency_proof(tree, old)
    verify_consistency(old, tree.size, tree.root(old), tree.root(), hashes)
    return {
        "old_root": tree.root(old).hex(),
        "new_root": tree.root().hex(),
        "proof": hexed(hashes),
    }


def sign(given: In) -> Out:
    key, name = SigningKey.from_seed(unhex(given["seed"])), given["name"]
    head = Checkpoint(given["origin"], given["size"], unhex(given["root"]))
    lines = (
        sign_checkpoint(head, name, key),
        cosign_checkpoint(head, name, key, given["time"]),
    )
    return {"text": SignedCheckpoint(head, lines).to_text()}


def verify(given: In) -> Out:
    signed = SignedCheckpoint.parse(given["text"])
    key = VerifyKey(unhex(given["key"]))
    verify_checkpoint(signed, given["name"], key)
    time, head = verify_cosignature(signed, given["name"], key), signed.checkpoint
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "time": time,
    }


def read_policy(given: In) -> Out:
    policy = Policy.parse(unhex(given["data"]))
    assert Policy.parse(policy.to_bytes()) == policy
    return {
        "logs": [
            {"origin": log.origin, "key": log.key.hex(), "url": log.url}
            for log in policy.logs
        ],
        "witnesses": [
            {"name": w.name, "key_name": w.key_name, "key": w.key.hex(), "url": w.url}
            for w in policy.witnesses
        ],
        "groups": [
            {"name": g.name, "threshold": g.threshold, "members": list(g.members)}
            for g in policy.groups
        ],
        "quorum": policy.quorum,
        "canonical": policy.to_bytes().hex(),
    }


def judge(given: In) -> Out:
    policy = Policy.parse(unhex(given["policy"]))
    return said(judge_checkpoint(SignedCheckpoint.parse(given["checkpoint"]), policy))


def said(judgement: Judgement) -> Out:
    return {
        "logs": [log.key.hex() for log in judgement.logs],
        "cosigned": [
            {"name": each.witness.name, "time": each.time}
            for each in judgement.cosigned
        ],
        "unknown": [line.to_text() for line in judgement.unknown],
    }


def make_receipt(given: In) -> Out:
    signed = SignedCheckpoint.parse(given["checkpoint"])
    extra = unhex(given["extra"])
    made = make_proof(tree_of(given), given["index"], signed, extra)
    assert LogProof.parse(made.to_bytes()) == made
    return {"data": made.to_bytes().hex()}


def verify_receipt(given: In) -> Out:
    receipt, leaf = LogProof.parse(unhex(given["data"])), unhex(given["leaf"])
    policy, origin = Policy.parse(unhex(given["policy"])), given["origin"]
    return said(verify_proof(receipt, leaf, policy, origin=origin))


DRIVERS: Mapping[str, Callable[[In], Out]] = {
    "tree": grow,
    "inclusion": include,
    "consistency": extend,
    "sign": sign,
    "verify": verify,
    "policy": read_policy,
    "judge": judge,
    "make-receipt": make_receipt,
    "verify-receipt": verify_receipt,
}


def cases(*, refused: bool) -> list[In]:
    document: In = json.loads(FILE.read_bytes())
    assert (document["format"], document["chapter"]) == ("fairlot-vectors/1", "log")
    return [case for case in document["cases"] if ("refused" in case) is refused]


def name(case: In) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", cases(refused=False), ids=name)
def test_an_accepted_case_gives_its_output(case: In) -> None:
    assert DRIVERS[case["input"]["op"]](case["input"]) == case["output"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", cases(refused=True), ids=name)
def test_a_refused_case_ends_with_its_code(case: In) -> None:
    with pytest.raises(CryptoError) as caught:
        DRIVERS[case["input"]["op"]](case["input"])
    assert caught.value.code == case["refused"]["code"]


def test_every_operation_is_there_and_most_cases_are_refused() -> None:
    taken, refused = cases(refused=False), cases(refused=True)
    assert {case["input"]["op"] for case in (*taken, *refused)} == set(DRIVERS)
    for part in ("policy", "judge", "receipt"):
        names = [[name(c) for c in group] for group in (taken, refused)]
        accepting, refusing = (sum(n.startswith(part) for n in g) for g in names)
        assert 0 < 2 * accepting < refusing


def test_every_rule_of_policies_and_receipts_has_a_case() -> None:
    """All but one, which no bytes can break: it is for programs that make receipts."""
    table = (FILE.parents[2] / "specs" / "errors.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {row for row in rows if row.startswith(("policy.", "proof."))}
    seen = {case["refused"]["code"] for case in cases(refused=True)}
    assert listed - seen == {"proof.field"}
