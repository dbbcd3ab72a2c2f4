"""``fairlot beacon``: what anybody does for a draw, a board by hand, what a delay needs."""

from fairlot.cli.beacon import calibrate as beacon_calibrate
from fairlot.cli.beacon import delay as beacon_delay
from fairlot.cli.beacon import keeper as beacon_keeper
from fairlot.cli.beacon import steps as beacon_steps
from fairlot.cli.command import action_of_steps

STEPS = (
    beacon_steps.RECOVER,
    beacon_steps.ROUND,
    beacon_keeper.POST,
    beacon_keeper.MARK,
    beacon_keeper.ATTACH,
    beacon_delay.SETUP,
    beacon_calibrate.CALIBRATE,
)

_EXAMPLES = """\
Anybody can recover what contributors do not reveal, and hand in rounds of drand. Entries are
files: give them to whoever keeps the board, who posts them.

Exit code: 0 if done, 1 if the board would refuse it, 2 if a file or the usage was refused.

Examples:
  fairlot beacon recover transcript.fairlot --out recover
  fairlot beacon round transcript.fairlot round.json --out round
  fairlot beacon post transcript.fairlot commit --key board.key
  fairlot beacon mark transcript.fairlot COMMIT_END --key board.key
  fairlot beacon attach transcript.fairlot head --key board.key
  fairlot beacon setup 1048576 --out setup.json
  fairlot beacon calibrate --window 3600
"""


ACTION = action_of_steps(_EXAMPLES, STEPS)
