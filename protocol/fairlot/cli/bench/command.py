"""``fairlot bench``: the word and its steps (specs/command-line.md, section 22)."""

from fairlot.cli.bench.auditing import AUDIT
from fairlot.cli.bench.drawing import DRAW
from fairlot.cli.bench.making import MAKE
from fairlot.cli.bench.presenting import PRESENT
from fairlot.cli.command import action_of_steps

_EXAMPLES = """\
Exit code: 0 if done, 1 if it could not be completed, 2 if the usage was refused.

Examples:
  fairlot bench make --people 10000 --out many.fairlot --hints
  fairlot bench audit many.fairlot
"""

ACTION = action_of_steps(_EXAMPLES, (MAKE, AUDIT, PRESENT, DRAW))
"""Commands for whoever measures."""
