"""``fairlot board``: draw the key of a board (specs/command-line.md, section 24)."""

from fairlot.cli.role_keys import BOARD, key_action

ACTION = key_action(BOARD, "The board keeps the log of a sale, and signs its heads.")
