"""The append-only log: tree, notes, checkpoints, policies, receipts (specs/log.md)."""
