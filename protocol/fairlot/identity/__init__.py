"""One untradeable identity commitment a person and season (specs/identity.md)."""
