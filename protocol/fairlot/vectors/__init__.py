"""fairlot's own test vectors: made by a command, compared byte for byte (specs/vectors.md)."""
