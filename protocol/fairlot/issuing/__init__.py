"""The steps of one issuer, who shares only messages with the others (specs/issuer.md)."""
