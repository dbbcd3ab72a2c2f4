"""The generators of the test vectors in tests/vectors (specs/vectors.md)."""
