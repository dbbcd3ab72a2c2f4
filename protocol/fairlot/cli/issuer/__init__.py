"""Commands for one issuer, with a folder of its own (specs/issuer.md)."""
