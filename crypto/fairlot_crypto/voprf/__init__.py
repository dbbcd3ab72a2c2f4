"""A keyed function that no t of n members can compute (specs/uniqueness-tag.md)."""
