"""Computations of n issuers that no t of them can do alone (specs/committee.md)."""
