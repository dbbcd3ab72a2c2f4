"""Vectors of the log: tree, proofs, checkpoints (specs/log.md)."""

from generators import checkpoint, merkle
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
        "under `name` and `key`, in this order; output what the text says.",
        (*merkle.cases(), *checkpoint.cases()),
    )
