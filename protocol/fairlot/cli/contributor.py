"""``fairlot contributor``: make the seed of a draw together with others.

specs/command-line.md, sections 6 and 25; specs/beacon.md, section 7.
"""

from fairlot.cli.beacon.own import COMMIT, REVEAL, SEAL
from fairlot.cli.command import action_of_steps
from fairlot.cli.role_keys import CONTRIBUTOR, key_step

STEPS = (key_step(CONTRIBUTOR), COMMIT, SEAL, REVEAL)

_EXAMPLES = """\
A contributor commits before COMMIT_END, seals the set of commitments after it, and reveals
after SEALED. Entries are files: give them to whoever keeps the board.

Exit code: 0 if done, 1 if the board would refuse it, 2 if a file or the usage was refused.

Examples:
  fairlot contributor key --out my.key
  fairlot contributor commit transcript.fairlot --key my.key --secret my.secret --out commit
  fairlot contributor seal transcript.fairlot --key my.key --secret my.secret --out seal
  fairlot contributor reveal transcript.fairlot --key my.key --secret my.secret --out reveal
"""

ACTION = action_of_steps(_EXAMPLES, STEPS)
