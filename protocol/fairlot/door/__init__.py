"""At the door: a winner shows a gate that a nym is theirs (specs/door.md)."""
