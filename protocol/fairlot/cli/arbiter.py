"""``fairlot arbiter``: the key of who decides contested recoveries (section 25)."""

from fairlot.cli.role_keys import ARBITER, key_action

ACTION = key_action(ARBITER, "An arbiter decides recoveries that are contested.")
