"""The append-only log: Merkle tree, signed notes, checkpoints (specs/log.md)."""
