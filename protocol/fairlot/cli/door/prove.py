"""``fairlot prove``: answer the question of a gate (specs/command-line.md, section 14)."""

import argparse
from pathlib import Path

from fairlot.cli.beacon.steps import view_of
from fairlot.cli.command import OK, Action, add_new_file, chosen_curve
from fairlot.cli.door.answering import add_code, add_gate, read_asked, write_answer
from fairlot.cli.registry_folder import add_person, read_folder_of
from fairlot.door.answer import check_sale, make_answer
from fairlot.identity.registry import epoch_at
from fairlot.rehearsal.wallet import open_wallet
from fairlot_crypto.randomness import SystemRandomness

_EXAMPLES = """\
It shows that the nym that has won is yours, to this gate and for this question only. Give
the name of the gate before which you stand: the answer to a question of another gate would
let in whoever stands there. The answer is good for five minutes. Whoever has a wallet of their
own answers by fairlot wallet prove; this plays a person of a rehearsal.

Exit code: 0 if done, 1 if there must be no answer, 2 if a file or the usage was refused.

Examples:
  fairlot run terms.toml people.csv --out result --keep-registry kept
  fairlot prove question-1 --gate "North gate" --registry kept --person "Ann Lee" \\
    --transcript result/transcript.fairlot --out answer-1
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("question", metavar="QUESTION", type=Path, help="of the gate")
    add_gate(parser)
    add_person(parser)
    add_new_file(parser, "the new answer")
    add_code(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Make the answer."""
    curve = chosen_curve()
    # Step 1.
    asked = read_asked(arguments.question, arguments.gate)
    # Step 2.
    view = view_of(curve, arguments.transcript, cache=arguments.cache)
    earlier = read_folder_of(arguments.registry, view.state, curve)
    check_sale(view.state.terms, asked)
    # Steps 3 and 4.
    wallet = open_wallet(earlier, arguments.person, curve)
    log, roll = view.state.registry, view.state.roll.roll_id
    randomness = SystemRandomness()
    credential = wallet.credential(log, roll, asked.time, randomness)
    epoch = epoch_at(log.registry, asked.time)
    answer = make_answer(
        log.credentials, credential, view.state.terms, roll, epoch, asked, randomness
    )
    write_answer(arguments, answer)
    return OK


ACTION = Action(_EXAMPLES, configure, execute)
