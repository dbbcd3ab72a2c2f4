"""``fairlot wallet``: what a person holds, and the messages that they send."""

from fairlot.cli.command import action_of_steps
from fairlot.cli.wallet import (
    guarding,
    joining,
    logging_in,
    making,
    opening,
    paper,
    paying,
    proving,
    recovering,
    selling,
)

STEPS = (
    making.NEW,
    joining.ENROL,
    logging_in.LOGIN,
    joining.RENEW,
    recovering.RECOVER,
    guarding.CONTEST,
    guarding.FREEZE,
    selling.DEPOSIT,
    selling.GROUP,
    paying.PAY,
    selling.CANCEL,
    making.STATUS,
    selling.CLAIM,
    selling.COLLECT,
    opening.ITEMS,
    proving.PROVE,
    selling.RECEIPT,
    paper.PAPER,
    making.MOVE,
)

_EXAMPLES = """\
A wallet is one file on your own device. Whatever it sends is a file too: carry it to whom it
is for as you like. What was sent is in the wallet before it is in that file, so a step that
was killed is repeated, and gives the same.

Exit code: 0 if done, 1 if somebody else broke a rule, 2 if a file or the usage was refused.

Examples:
  fairlot wallet new mine.wallet
  fairlot wallet enrol mine.wallet registry.log --expect-registry HEX64 --out me.request
  fairlot wallet login mine.wallet registry.log --request me.request --out me.account
  fairlot wallet renew mine.wallet registry.log --out credentials.request
  fairlot wallet recover new.wallet registry.log --leaf 7 --out me.request
  fairlot wallet deposit mine.wallet sale.fairlot --expect-sale HEX64 --max-price 4500 \\
    --amount 4500 --out entry
  fairlot wallet pay mine.wallet sale.fairlot --expect-sale HEX64 --out mine.notice
  fairlot wallet receipt mine.wallet sale.fairlot --expect-sale HEX64 --receipt proof
  fairlot wallet claim mine.wallet sale.fairlot --expect-sale HEX64 --out claim
  fairlot wallet collect mine.wallet sale.fairlot --expect-sale HEX64 --out collect
  fairlot wallet items mine.wallet sale.fairlot --expect-sale HEX64
  fairlot wallet status mine.wallet
  fairlot wallet move mine.wallet /media/new/mine.wallet
"""


ACTION = action_of_steps(_EXAMPLES, STEPS)
