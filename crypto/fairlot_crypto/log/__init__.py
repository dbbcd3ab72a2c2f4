"""The append-only log: tree, notes, checkpoints, policies (specs/log.md)."""
