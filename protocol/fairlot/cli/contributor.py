"""``fairlot contributor``: draw a contributor's key (specs/command-line.md, section 25)."""

from fairlot.cli.role_keys import CONTRIBUTOR, key_action

ACTION = key_action(
    CONTRIBUTOR,
    "Contributors make the seed of the draw together, by the steps of fairlot beacon.",
)
