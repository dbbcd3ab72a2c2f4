"""Commands for a person's wallet, which is one file (specs/wallet.md)."""
