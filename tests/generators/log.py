"""Vectors of the log: tree, proofs, checkpoints, policies, receipts (specs/log.md)."""

from generators import checkpoint, judgement, merkle, policy, proof
from generators.case import Chapter


def chapter() -> Chapter:
    """Return the chapter."""
    return Chapter(
        "log",
        "`op` names the operation. tree: append the leaves; output the root of every size "
        "from 0. inclusion, consistency: make the proof from the leaves, where they are "
        "given, and verify it. sign: make the signed checkpoint of a board whose "
        "Ed25519 private key is `seed`, its own signature first, then its cosignature. "
        "verify: read the text and verify the board's signature and its cosignature "
        "under `name` and `key`, in this order; output what the text says. "
        "policy: read `data`, the bytes of a file; output what it says, and the bytes of "
        "the equal policy without comments. judge: read policy and checkpoint, and judge "
        "the one by the other; output the keys of the logs that signed, witnesses with "
        "their times, and the lines of unknown keys. make-receipt: append the leaves and "
        "make the receipt of one under the checkpoint. verify-receipt: read policy and "
        "receipt, and verify it for the data of the leaf and the origin; output as for "
        "judge.",
        (
            *merkle.cases(),
            *checkpoint.cases(),
            *policy.cases(),
            *judgement.cases(),
            *proof.cases(),
        ),
    )
