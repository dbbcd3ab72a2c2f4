"""What n issuers do together so that no t of them can do it alone (specs/committee.md)."""
