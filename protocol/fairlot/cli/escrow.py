"""``fairlot escrow``: the key that says what was paid (specs/command-line.md, section 25)."""

from fairlot.cli.role_keys import ESCROW, key_action

ACTION = key_action(ESCROW, "The escrow takes the money in, and signs what was paid.")
