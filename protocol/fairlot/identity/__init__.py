"""One untradeable identity commitment per person and season (specs/identity.md)."""
