"""Money in and out of an escrow, and what its bank is told (specs/money.md)."""
