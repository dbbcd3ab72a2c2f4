"""``fairlot bench``: the word and its steps (specs/command-line.md, section 22)."""

from fairlot.cli.bench import making
from fairlot.cli.command import action_of_steps

_EXAMPLES = """\
Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot bench make --people 10000 --out many.fairlot --hints
  time fairlot audit many.fairlot --rehearsal --jobs 1
"""

ACTION = action_of_steps(_EXAMPLES, (making.MAKE,))
"""Commands for whoever measures."""
