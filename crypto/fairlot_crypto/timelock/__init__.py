"""Threshold BLS clocks (specs/drand.md) and encryption to rounds (specs/tlock.md)."""
