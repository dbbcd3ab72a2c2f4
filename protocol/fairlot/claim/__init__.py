"""Who controls a position after the draw, and how items reach them (specs/claims.md)."""
