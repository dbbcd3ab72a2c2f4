"""A clock of threshold BLS signatures: drand's chains and rounds (specs/drand.md)."""
